package promotion

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Service is the door to promotions.
type Service struct {
	claims *db.Memo[id.ID, []Claim] // the unused claims on a member
}

// New makes the service.
func New() *Service {
	return &Service{claims: db.NewMemo(200_000, loadClaims)}
}

// Issue gives a voucher of shop A for shop B to a member, and with it A's claim.
func (s *Service) Issue(ctx context.Context, tx *db.Tx, v Voucher) (_ Voucher, err error) {
	defer fault.Wrap(&err, "promotion: issue %s", v.Ref)
	switch {
	case v.Ref == "" || len(v.Ref) > 64 || v.Amount <= 0 || len(v.Sharers) == 0 || v.Member.IsZero():
		return Voucher{}, ErrBadVoucher
	case v.Issuer == v.Target, slices.Contains(v.Sharers, v.Target):
		return Voucher{}, ErrSameShop
	}
	claim, err := s.Recommend(ctx, tx, v.Issuer, v.Member, v.Target)
	if err != nil {
		return Voucher{}, err
	}
	v.ID, v.Claim, v.IssuedAt = tx.NewID(), claim.ID, tx.Now
	sharers, err := json.Marshal(v.Sharers)
	if err != nil {
		return Voucher{}, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO promotion_voucher (community_id, id, ref, issuer_id, target_id, member_id, amount, sharers, claim_id, issued_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ref, community_id) DO NOTHING`, tx.Community[:], v.ID[:], v.Ref, v.Issuer[:], v.Target[:], v.Member[:],
		int64(v.Amount), string(sharers), v.Claim[:], v.IssuedAt.UnixMicro(), v.ExpiresAt.UnixMicro())
	if err == nil && n == 0 {
		err = ErrVoucherExists.On("ref")
	}
	return v, err
}

// ByRef finds a voucher by its code.
func (s *Service) ByRef(ctx context.Context, r db.Reader, community id.ID, ref string) (*Voucher, error) {
	return find(ctx, r, community, "v.ref = ?", ref)
}

// Use notes that purchase seq used a voucher.
func (s *Service) Use(ctx context.Context, tx *db.Tx, voucher id.ID, seq int64) error {
	return event(ctx, tx, voucher, seq, "used", time.Time{})
}

// Return gives a voucher back to its holder after the full refund seq, with its
// old expiry but at least until atLeast.
func (s *Service) Return(ctx context.Context, tx *db.Tx, voucher id.ID, seq int64, atLeast time.Time) error {
	v, err := find(ctx, tx, tx.Community, "v.id = ?", voucher[:])
	if err != nil {
		return err
	}
	expires := v.ExpiresAt
	if expires.Before(atLeast) {
		expires = atLeast
	}
	return event(ctx, tx, voucher, seq, "returned", expires)
}

func event(ctx context.Context, tx *db.Tx, voucher id.ID, seq int64, what string, expires time.Time) error {
	var at int64
	if !expires.IsZero() {
		at = expires.UnixMicro()
	}
	_, err := tx.Exec(ctx, "INSERT INTO promotion_voucher_event (community_id, voucher_id, seq, what, expires_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], voucher[:], seq, what, at)
	return err
}

// find reads a voucher with what happened to it last.
func find(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (*Voucher, error) {
	var v struct {
		ID       id.ID  `db:"id"`
		Ref      string `db:"ref"`
		Issuer   id.ID  `db:"issuer_id"`
		Target   id.ID  `db:"target_id"`
		Member   id.ID  `db:"member_id"`
		Amount   int64  `db:"amount"`
		Sharers  string `db:"sharers"`
		Claim    id.ID  `db:"claim_id"`
		IssuedAt int64  `db:"issued_at"`
		Expires  int64  `db:"expires_at"`
	}
	err := db.One(ctx, r, &v, `SELECT v.id, v.ref, v.issuer_id, v.target_id, v.member_id, v.amount, v.sharers, v.claim_id, v.issued_at, v.expires_at
		FROM promotion_voucher v WHERE v.community_id = ? AND `+where, community[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoVoucher
	}
	if err != nil {
		return nil, err
	}
	out := &Voucher{ID: v.ID, Ref: v.Ref, Issuer: v.Issuer, Target: v.Target, Member: v.Member, Amount: money.Amount(v.Amount), Claim: v.Claim,
		IssuedAt: time.UnixMicro(v.IssuedAt).UTC(), ExpiresAt: time.UnixMicro(v.Expires).UTC()}
	if err := json.Unmarshal([]byte(v.Sharers), &out.Sharers); err != nil {
		return nil, err
	}
	var last struct {
		What    string `db:"what"`
		Expires int64  `db:"expires_at"`
	}
	err = db.One(ctx, r, &last, "SELECT what, expires_at FROM promotion_voucher_event WHERE community_id = ? AND voucher_id = ? ORDER BY seq DESC LIMIT 1", community[:], v.ID[:])
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	out.Used = last.What == "used"
	if last.Expires > 0 {
		out.ExpiresAt = time.UnixMicro(last.Expires).UTC()
	}
	return out, err
}

// Recommend records that shop A recommended a member to shop B.
func (s *Service) Recommend(ctx context.Context, tx *db.Tx, a, member, b id.ID) (c Claim, err error) {
	defer fault.Wrap(&err, "promotion: recommend")
	if a == b || member.IsZero() {
		return Claim{}, ErrSameShop
	}
	open, err := s.claims.Get(ctx, tx, member)
	if err != nil {
		return Claim{}, err
	}
	c = Claim{ID: tx.NewID(), Recommender: a, Member: member, Target: b, MadeAt: tx.Now}
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_claim (community_id, id, recommender_id, member_id, target_id, made_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], a[:], member[:], b[:], c.MadeAt.UnixMicro()); err != nil {
		return Claim{}, err
	}
	return c, s.claims.Put(ctx, tx, member, append(slices.Clip(open), c))
}

// Claims are the unused claims on a member, the oldest first; settlement chooses
// among those for its shop. The slice is shared: do not change it.
func (s *Service) Claims(ctx context.Context, tx *db.Tx, member id.ID) ([]Claim, error) {
	return s.claims.Get(ctx, tx, member)
}

// UseClaim notes that purchase seq used a claim up.
func (s *Service) UseClaim(ctx context.Context, tx *db.Tx, member, claim id.ID, seq int64) error {
	open, err := s.claims.Get(ctx, tx, member)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_claim_use (community_id, claim_id, seq) VALUES (?, ?, ?)", tx.Community[:], claim[:], seq); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(open), func(c Claim) bool { return c.ID == claim })
	return s.claims.Put(ctx, tx, member, left)
}

func loadClaims(ctx context.Context, tx *db.Tx, member id.ID) (open []Claim, err error) {
	err = db.Each(ctx, tx, func(rows *sql.Rows) error {
		c := Claim{Member: member}
		var at int64
		if err := rows.Scan(&c.ID, &c.Recommender, &c.Target, &at); err != nil {
			return err
		}
		c.MadeAt = time.UnixMicro(at).UTC()
		open = append(open, c)
		return nil
	}, `SELECT c.id, c.recommender_id, c.target_id, c.made_at FROM promotion_claim c
		LEFT JOIN promotion_claim_use u ON u.community_id = c.community_id AND u.claim_id = c.id
		WHERE c.member_id = ? AND c.community_id = ? AND u.claim_id IS NULL ORDER BY c.made_at, c.id`, member[:], tx.Community[:])
	return open, err
}
