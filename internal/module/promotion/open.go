package promotion

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Open are the vouchers of a member that are not used, the one that ends first
// first; some may be past their end. They are shared: do not change them.
func (s *Service) Open(ctx context.Context, tx *db.Tx, member id.ID) ([]*Voucher, error) {
	return s.open.Get(ctx, tx, member)
}

// Find is a voucher by its code: the buyer's own from memory, any other from its
// table, so that a refusal can say what is wrong with it.
func (s *Service) Find(ctx context.Context, tx *db.Tx, member id.ID, ref string) (*Voucher, error) {
	if !member.IsZero() {
		open, err := s.open.Get(ctx, tx, member)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(open, func(v *Voucher) bool { return v.Ref == ref }); i >= 0 {
			return open[i], nil
		}
	}
	return s.ByRef(ctx, tx, tx.Community, ref)
}

// keepOpen adds a voucher to those that a member may use.
func (s *Service) keepOpen(ctx context.Context, tx *db.Tx, v *Voucher) error {
	open, err := s.dropped(ctx, tx, v.Member, v.ID)
	if err != nil {
		return err
	}
	at, _ := slices.BinarySearchFunc(open, v, func(a, b *Voucher) int {
		if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	return s.open.Put(ctx, tx, v.Member, slices.Insert(open, at, v))
}

// dropOpen takes a voucher from those that a member may use.
func (s *Service) dropOpen(ctx context.Context, tx *db.Tx, member, voucher id.ID) error {
	open, err := s.dropped(ctx, tx, member, voucher)
	if err != nil {
		return err
	}
	return s.open.Put(ctx, tx, member, open)
}

// dropped is a copy of a member's vouchers without one.
func (s *Service) dropped(ctx context.Context, tx *db.Tx, member, voucher id.ID) ([]*Voucher, error) {
	open, err := s.open.Get(ctx, tx, member)
	return slices.DeleteFunc(slices.Clone(open), func(v *Voucher) bool { return v.ID == voucher }), err
}

// loadOpen reads them. What ended long ago is left out: nobody can use it, and an
// unused voucher stays in its table.
func loadOpen(ctx context.Context, tx *db.Tx, member id.ID) (open []*Voucher, err error) {
	all, err := held(ctx, tx, tx.Community, member)
	if err != nil {
		return nil, err
	}
	long := tx.Now.AddDate(0, 0, -keepDays)
	return slices.DeleteFunc(all, func(v *Voucher) bool { return v.Used || v.ExpiresAt.Before(long) }), nil
}

// keepDays is how long past its end a voucher is still told of at the till.
const keepDays = 7

// held reads what was given to a member, by expiry.
func held(ctx context.Context, r db.Reader, community, member id.ID) (all []*Voucher, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Voucher{Member: member}
		var sharers string
		var issued, expires int64
		var what *string
		var moved *int64
		if err := rows.Scan(&v.ID, &v.Ref, &v.Issuer, &v.Target, &v.Amount, &sharers, &v.Claim, &issued, &expires, &what, &moved); err != nil {
			return err
		}
		if moved != nil && *moved > 0 {
			expires = *moved
		}
		v.IssuedAt, v.ExpiresAt = time.UnixMicro(issued).UTC(), time.UnixMicro(expires).UTC()
		v.Used = what != nil && *what == "used"
		all = append(all, v)
		return json.Unmarshal([]byte(sharers), &v.Sharers)
	}, `SELECT v.id, v.ref, v.issuer_id, v.target_id, v.amount, v.sharers, v.claim_id, v.issued_at, v.expires_at, e.what, e.expires_at
		FROM promotion_voucher v LEFT JOIN promotion_voucher_event e ON e.community_id = v.community_id AND e.voucher_id = v.id
			AND e.seq = (SELECT max(l.seq) FROM promotion_voucher_event l WHERE l.community_id = v.community_id AND l.voucher_id = v.id)
		WHERE v.member_id = ? AND v.community_id = ? ORDER BY v.expires_at, v.id`, member[:], community[:])
	slices.SortStableFunc(all, func(a, b *Voucher) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	return all, err
}
