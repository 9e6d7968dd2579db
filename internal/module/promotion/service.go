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
	claims *db.Memo[id.ID, []Claim]    // the unused claims on a member
	open   *db.Memo[id.ID, []*Voucher] // the unused vouchers of a member
	holds  *db.Memo[id.ID, []hold]     // by voucher
	heldOf *db.Memo[id.ID, []id.ID]    // the vouchers that a checkout holds
}

// New makes the service.
func New() *Service {
	return &Service{
		claims: db.NewMemo(200_000, loadClaims),
		open:   db.NewMemo(200_000, loadOpen),
		holds:  db.NewMemo(100_000, loadHolds).WriteBehind(writeHolds),
		heldOf: db.NewMemo(100_000, loadHeldOf),
	}
}

// Issue gives a voucher of shop A for shop B to a member, and with it A's claim.
// The same voucher again is the one that was given first.
func (s *Service) Issue(ctx context.Context, tx *db.Tx, v Voucher) (_ Voucher, err error) {
	defer fault.Wrap(&err, "promotion: issue %s", v.Ref)
	if err := v.Validate(); err != nil {
		return Voucher{}, err
	}
	given, err := s.Given(ctx, tx, v)
	if err != nil {
		return Voucher{}, err
	}
	if given != nil {
		return *given, nil
	}
	claim, err := s.claim(ctx, tx, v.Issuer, v.Member, v.Target)
	if err != nil {
		return Voucher{}, err
	}
	v.ID, v.Claim, v.IssuedAt = tx.NewID(), claim.ID, tx.Now
	sharers, err := json.Marshal(v.Sharers)
	if err != nil {
		return Voucher{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO promotion_voucher (community_id, id, ref, issuer_id, target_id, member_id, amount, sharers, claim_id, issued_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], v.ID[:], v.Ref, v.Issuer[:], v.Target[:], v.Member[:],
		int64(v.Amount), string(sharers), v.Claim[:], v.IssuedAt.UnixMicro(), v.ExpiresAt.UnixMicro())
	if err != nil {
		return Voucher{}, err
	}
	kept := v
	return v, s.keepOpen(ctx, tx, &kept)
}

// Given is the voucher that was given under v's code, nil if none was; it refuses
// a code that belongs to another voucher. Its expiry is the one it was given with.
func (s *Service) Given(ctx context.Context, tx *db.Tx, v Voucher) (*Voucher, error) {
	given, err := read(ctx, tx, tx.Community, "v.ref = ?", v.Ref)
	switch {
	case errors.Is(err, ErrNoVoucher):
		return nil, nil
	case err != nil:
		return nil, err
	case given.Issuer != v.Issuer || given.Target != v.Target || given.Member != v.Member || given.Amount != v.Amount ||
		!slices.Equal(given.Sharers, v.Sharers) || given.ExpiresAt.UnixMicro() != v.ExpiresAt.UnixMicro():
		return nil, ErrVoucherExists.On("ref")
	}
	return given, nil
}

// ByRef finds a voucher by its code.
func (s *Service) ByRef(ctx context.Context, r db.Reader, community id.ID, ref string) (*Voucher, error) {
	return find(ctx, r, community, "v.ref = ?", ref)
}

// Use notes that purchase seq used a voucher of a member.
func (s *Service) Use(ctx context.Context, tx *db.Tx, member, voucher id.ID, seq int64) error {
	if err := event(ctx, tx, voucher, seq, "used", time.Time{}); err != nil {
		return err
	}
	return s.dropOpen(ctx, tx, member, voucher)
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
	if err := event(ctx, tx, voucher, seq, "returned", expires); err != nil {
		return err
	}
	v.Used, v.ExpiresAt = false, expires
	return s.keepOpen(ctx, tx, v)
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
	v, err := read(ctx, r, community, where, arg)
	if err != nil {
		return nil, err
	}
	var last struct {
		What    string `db:"what"`
		Expires int64  `db:"expires_at"`
	}
	err = db.One(ctx, r, &last, "SELECT what, expires_at FROM promotion_voucher_event WHERE community_id = ? AND voucher_id = ? ORDER BY seq DESC LIMIT 1", community[:], v.ID[:])
	if errors.Is(err, sql.ErrNoRows) {
		return v, nil
	}
	v.Used = last.What == "used"
	if last.Expires > 0 {
		v.ExpiresAt = time.UnixMicro(last.Expires).UTC()
	}
	return v, err
}

// read reads a voucher as it was given.
func read(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (*Voucher, error) {
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
	return out, json.Unmarshal([]byte(v.Sharers), &out.Sharers)
}
