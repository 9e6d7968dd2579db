package promotion

import (
	"bytes"
	"context"
	"slices"

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
	at, _ := slices.BinarySearchFunc(open, v, byEnd)
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
func (s *Service) loadOpen(ctx context.Context, tx *db.Tx, member id.ID) (open []*Voucher, err error) {
	all, err := vouchers(ctx, tx, tx.Community, s.seriesIn(ctx, tx), " AND v.member_id = ?", member[:])
	if err != nil {
		return nil, err
	}
	long := tx.Now.AddDate(0, 0, -keepDays)
	open = slices.DeleteFunc(all, func(v *Voucher) bool { return v.Used || v.Gone || v.Lapsed || v.ExpiresAt.Before(long) })
	slices.SortFunc(open, byEnd)
	return open, nil
}

// keepDays is how long past its end a voucher is still told of at the till.
const keepDays = 7

// byEnd orders vouchers by their end.
func byEnd(a, b *Voucher) int {
	if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
