package promotion

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Service is the door to promotions. What the till and a rush for vouchers ask for
// lies in the writer's memory.
type Service struct {
	claims  *db.Memo[id.ID, []Claim]    // the unused claims on a member
	open    *db.Memo[id.ID, []*Voucher] // the unused vouchers of a member
	holds   *db.Memo[id.ID, []hold]     // by voucher
	heldOf  *db.Memo[id.ID, []id.ID]    // the vouchers that a checkout holds
	series  *db.Memo[id.ID, *Series]
	running *db.Memo[struct{}, []*Series] // published, not stopped, not over
	counts  *db.Memo[id.ID, count]        // by series
	persons *db.Memo[personDay, int64]
	months  *db.Memo[period.Month, money.Amount]
}

// New makes the service.
func New() *Service {
	s := &Service{
		claims:  db.NewMemo(200_000, loadClaims),
		holds:   db.NewMemo(100_000, loadHolds).WriteBehind(writeHolds),
		heldOf:  db.NewMemo(100_000, loadHeldOf),
		series:  db.NewMemo(10_000, loadSeries),
		running: db.NewMemo(1, loadRunning),
		counts:  db.NewMemo(10_000, loadCount).WriteBehind(writeCounts),
		persons: db.NewMemo(200_000, loadPerson).WriteBehind(writePersons),
		months:  db.NewMemo(1_000, loadMonth).WriteBehind(writeMonths),
	}
	s.open = db.NewMemo(200_000, s.loadOpen)
	return s
}

// Promise says what a voucher of no series takes of the platform's budget of the
// civil month of now, and how much that budget is.
type Promise struct {
	Share  money.Amount
	Budget money.Amount
	Month  period.Month
}

// Issue gives a voucher of shop A for shop B to a member, and with it A's claim.
// The same voucher again is the one that was given first.
func (s *Service) Issue(ctx context.Context, tx *db.Tx, v Voucher, p Promise) (_ Voucher, err error) {
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
	if err := s.promise(ctx, tx, p.Month, p.Share, p.Budget); err != nil {
		return Voucher{}, err
	}
	claim, err := s.claim(ctx, tx, v.Issuer, v.Member, v.Target)
	if err != nil {
		return Voucher{}, err
	}
	v.ID, v.Claim, v.IssuedAt, v.From, v.Promised, v.PromisedIn = tx.NewID(), claim.ID, tx.Now, tx.Now, p.Share, p.Month
	kept := v
	return v, s.insert(ctx, tx, &kept)
}

// Given is the voucher that was given under v's code, nil if none was; it refuses
// a code that belongs to another voucher. Its expiry is the one it was given with.
func (s *Service) Given(ctx context.Context, tx *db.Tx, v Voucher) (*Voucher, error) {
	given, err := one(ctx, tx, tx.Community, " AND v.ref = ?", v.Ref)
	switch {
	case errors.Is(err, ErrNoVoucher):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if given.ExpiresAt, err = firstExpiry(ctx, tx, given.ID); err != nil {
		return nil, err
	}
	if given.Series != nil || given.Issuer != v.Issuer || given.Target != v.Target || given.Member != v.Member || given.Amount != v.Amount ||
		!slices.Equal(given.Sharers, v.Sharers) || given.ExpiresAt.UnixMicro() != v.ExpiresAt.UnixMicro() {
		return nil, ErrVoucherExists.On("ref")
	}
	given.Used = false
	return given, nil
}

// firstExpiry is the one with which a voucher was given.
func firstExpiry(ctx context.Context, tx *db.Tx, voucher id.ID) (time.Time, error) {
	var at int64
	err := db.One(ctx, tx, &at, "SELECT expires_at FROM promotion_voucher WHERE community_id = ? AND id = ?", tx.Community[:], voucher[:])
	return time.UnixMicro(at).UTC(), err
}

// ByRef finds a voucher by its code.
func (s *Service) ByRef(ctx context.Context, r db.Reader, community id.ID, ref string) (*Voucher, error) {
	return one(ctx, r, community, " AND v.ref = ?", ref)
}

// Use is what a purchase makes of a voucher.
type Use struct {
	Voucher id.ID
	Member  id.ID
	Shop    id.ID        // where it was used
	Paid    money.Amount // what it paid
	Price   money.Amount // of the purchase
	Seq     int64        // the purchase
}

// Use notes that a purchase used a voucher of a member. The first use of one that is
// good at several shops makes the claim of its issuer for the shop where it is (C1),
// as old as the voucher is.
func (s *Service) Use(ctx context.Context, tx *db.Tx, u Use) error {
	v, err := s.unused(ctx, tx, u.Member, u.Voucher)
	if err != nil {
		return err
	}
	if v.First(u.Shop) {
		if err := s.makeClaim(ctx, tx, Claim{ID: v.Claim, Recommender: v.Issuer, Member: v.Member, Target: u.Shop, MadeAt: v.IssuedAt}); err != nil {
			return err
		}
	}
	paid := u.Paid
	if paid == v.Amount {
		paid = 0
	}
	if err := event(ctx, tx, v.ID, u.Seq, used, time.Time{}, paid, u.Price); err != nil {
		return err
	}
	return s.dropOpen(ctx, tx, u.Member, v.ID)
}

// unused is a voucher that a member holds, from memory if it is there.
func (s *Service) unused(ctx context.Context, tx *db.Tx, member, voucher id.ID) (*Voucher, error) {
	open, err := s.open.Get(ctx, tx, member)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(open, func(v *Voucher) bool { return v.ID == voucher }); i >= 0 {
		return open[i], nil
	}
	return one(ctx, tx, tx.Community, " AND v.id = ?", voucher[:])
}

// Return gives a voucher back to its holder after the full refund seq, with its
// old expiry but at least until atLeast.
func (s *Service) Return(ctx context.Context, tx *db.Tx, voucher id.ID, seq int64, atLeast time.Time) error {
	v, err := one(ctx, tx, tx.Community, " AND v.id = ?", voucher[:])
	if err != nil {
		return err
	}
	expires := v.ExpiresAt
	if expires.Before(atLeast) {
		expires = atLeast
	}
	if err := event(ctx, tx, voucher, seq, returned, expires, 0, 0); err != nil {
		return err
	}
	v.Used, v.Before, v.ExpiresAt = false, true, expires
	if err := setDue(ctx, tx, v.ID, expires); err != nil {
		return err
	}
	return s.keepOpen(ctx, tx, v)
}

// What happens to vouchers.
const (
	used     = "used"
	returned = "returned"
	revoked  = "revoked"
)

func event(ctx context.Context, tx *db.Tx, voucher id.ID, seq int64, what string, expires time.Time, paid, price money.Amount) error {
	var at int64
	if !expires.IsZero() {
		at = expires.UnixMicro()
	}
	_, err := tx.Exec(ctx, "INSERT INTO promotion_voucher_event (community_id, voucher_id, seq, what, expires_at, paid, price) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], voucher[:], seq, what, at, int64(paid), int64(price))
	return err
}
