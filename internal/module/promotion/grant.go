package promotion

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of a grant, in the order in which they are checked.
var (
	ErrNotOpen     = fault.New(fault.Conflict, "promotion.series_not_open")
	ErrHadYours    = fault.New(fault.Conflict, "promotion.series_had_yours") // details: most
	ErrHadToday    = fault.New(fault.Conflict, "promotion.series_had_today") // details: most
	ErrSoldOut     = fault.New(fault.Conflict, "promotion.series_all_given")
	ErrBudgetSpent = fault.New(fault.Conflict, "promotion.series_budget_spent")
	ErrMonthSpent  = fault.New(fault.Conflict, "promotion.month_spent") // the platform's budget of the month
)

// Grant asks for one voucher of a series.
type Grant struct {
	Ref    string // its code; "" makes one
	Member id.ID
	Source int64          // entry of the purchase that brings it, 0 if none
	Day    period.Day     // the civil day that the series and the daily cap look at
	Zone   *time.Location // of civil days
	Budget money.Amount   // fen that the platform may promise in the civil month of now
}

// count is how far a series is given.
type count struct{ granted, revoked, lapsed int64 }

// personDay is a member's part of it, ever (day 0) or on a day.
type personDay struct {
	series, member id.ID
	day            period.Day
}

// Grant gives a voucher of a series to a member, and takes room for it of the series,
// of the member's part, of the series' money and of the platform's month. A refusal
// has changed nothing.
func (s *Service) Grant(ctx context.Context, tx *db.Tx, series id.ID, g Grant) (_ *Voucher, err error) {
	defer fault.Wrap(&err, "promotion: grant of %s", series)
	found, err := s.Series(ctx, tx, series)
	if err != nil {
		return nil, err
	}
	if found.State(g.Day) != pact.Running {
		return nil, ErrNotOpen
	}
	month := period.DayOf(tx.Now, g.Zone).Month()
	r, err := s.roomOf(ctx, tx, found, g.Member, g.Day, month)
	if err != nil {
		return nil, err
	}
	if err := r.holds(found, g.Budget); err != nil {
		return nil, err
	}
	if err := s.take(ctx, tx, found, &g, r, month); err != nil {
		return nil, err
	}
	v := &Voucher{ID: tx.NewID(), Ref: g.Ref, Issuer: found.Shop, Member: g.Member, Amount: found.Face, Sharers: found.Shops(),
		IssuedAt: tx.Now, Series: found, Source: g.Source, Promised: found.Promise(), PromisedIn: month}
	if v.Ref == "" {
		v.Ref = code(tx)
	}
	v.From, v.ExpiresAt = found.lifeOf(tx.Now, g.Zone)
	if err := s.claimOfGrant(ctx, tx, v); err != nil {
		return nil, err
	}
	return v, s.insert(ctx, tx, v)
}

// room is how far everything is used that a grant takes of.
type room struct {
	count    count
	mine     int64 // a member's, ever
	today    int64 // and on the day
	promised money.Amount
}

func (s *Service) roomOf(ctx context.Context, tx *db.Tx, found *Series, member id.ID, day period.Day, month period.Month) (r room, err error) {
	if r.mine, err = s.persons.Get(ctx, tx, personDay{found.ID, member, 0}); err != nil {
		return r, err
	}
	if found.Spend.Daily > 0 {
		if r.today, err = s.persons.Get(ctx, tx, personDay{found.ID, member, day}); err != nil {
			return r, err
		}
	}
	if r.count, err = s.counts.Get(ctx, tx, found.ID); err != nil {
		return r, err
	}
	r.promised, err = s.months.Get(ctx, tx, month)
	return r, err
}

// holds refuses where one more voucher of a series has no room.
func (r *room) holds(t *Series, budget money.Amount) error {
	standing := r.count.granted - r.count.revoked
	switch {
	case r.mine >= int64(t.PerPerson):
		return ErrHadYours.With("most", t.PerPerson)
	case t.Spend.Daily > 0 && r.today >= int64(t.Spend.Daily):
		return ErrHadToday.With("most", t.Spend.Daily)
	case standing >= int64(t.Total):
		return ErrSoldOut
	case money.Amount(standing-r.count.lapsed+1)*t.Face > t.Room():
		return ErrBudgetSpent
	}
	return within(r.promised, t.Promise(), budget)
}

// take counts one voucher more.
func (s *Service) take(ctx context.Context, tx *db.Tx, found *Series, g *Grant, r room, month period.Month) error {
	if err := s.persons.Put(ctx, tx, personDay{found.ID, g.Member, 0}, r.mine+1); err != nil {
		return err
	}
	if found.Spend.Daily > 0 {
		if err := s.persons.Put(ctx, tx, personDay{found.ID, g.Member, g.Day}, r.today+1); err != nil {
			return err
		}
	}
	r.count.granted++
	if err := s.counts.Put(ctx, tx, found.ID, r.count); err != nil {
		return err
	}
	return s.months.Put(ctx, tx, month, r.promised+found.Promise())
}

// giveRoom gives a voucher's room back: all of it if the purchase that brought it
// came to nothing, its money if it lapsed.
func (s *Service) giveRoom(ctx context.Context, tx *db.Tx, v *Voucher, revoked bool) error {
	if err := s.unpromise(ctx, tx, v); err != nil || v.Series == nil {
		return err
	}
	c, err := s.counts.Get(ctx, tx, v.Series.ID)
	if err != nil {
		return err
	}
	if !revoked {
		c.lapsed++
		return s.counts.Put(ctx, tx, v.Series.ID, c)
	}
	c.revoked++
	if err := s.counts.Put(ctx, tx, v.Series.ID, c); err != nil {
		return err
	}
	ever := personDay{v.Series.ID, v.Member, 0}
	mine, err := s.persons.Get(ctx, tx, ever)
	if err != nil {
		return err
	}
	return s.persons.Put(ctx, tx, ever, mine-1) // the day's cap stays used: it guards against going round in circles
}

// claimOfGrant makes the claim of a voucher that is good at one shop alone, another
// than its issuer's. Of one that is good at several, the claim is made for the shop
// where it is used first: see firstUse.
func (s *Service) claimOfGrant(ctx context.Context, tx *db.Tx, v *Voucher) error {
	v.Claim = tx.NewID()
	if v.Issuer.IsZero() || len(v.Series.Where) != 1 || v.Series.Where[0] == v.Issuer {
		return nil
	}
	c, err := s.claim(ctx, tx, v.Issuer, v.Member, v.Series.Where[0])
	v.Claim = c.ID
	return err
}

// insert writes a voucher that was given, and when it is to be looked at.
func (s *Service) insert(ctx context.Context, tx *db.Tx, v *Voucher) error {
	sharers, err := json.Marshal(v.Sharers)
	if err != nil {
		return err
	}
	var series []byte
	if v.Series != nil {
		series = v.Series.ID[:]
	}
	if _, err = tx.Exec(ctx, `INSERT INTO promotion_voucher (community_id, id, ref, issuer_id, target_id, member_id, amount, sharers, claim_id, issued_at, expires_at,
			series_id, good_from, source_seq, promised, promised_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], v.ID[:], v.Ref, v.Issuer[:], v.Target[:], v.Member[:], int64(v.Amount), string(sharers), v.Claim[:], v.IssuedAt.UnixMicro(), v.ExpiresAt.UnixMicro(),
		series, v.From.UnixMicro(), v.Source, int64(v.Promised), int64(v.PromisedIn)); err != nil {
		return err
	}
	if err := setDue(ctx, tx, v.ID, v.ExpiresAt); err != nil {
		return err
	}
	return s.keepOpen(ctx, tx, v)
}

// code makes a code that nobody can guess: thirteen letters and digits.
func code(tx *db.Tx) string {
	secret := tx.NewSecret()
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret[:8]))
}

// promise takes room of the platform's budget of a civil month.
func (s *Service) promise(ctx context.Context, tx *db.Tx, month period.Month, share, budget money.Amount) error {
	if share == 0 {
		return nil
	}
	promised, err := s.months.Get(ctx, tx, month)
	if err != nil {
		return err
	}
	if err := within(promised, share, budget); err != nil {
		return err
	}
	return s.months.Put(ctx, tx, month, promised+share)
}

// within refuses a share that a month's budget does not reach for.
func within(promised, share, budget money.Amount) error {
	if share > 0 && promised+share > budget {
		return ErrMonthSpent.With("left", max(0, budget-promised).Grouped(money.CNY))
	}
	return nil
}

// Promise takes room of the platform's budget of a civil month for something else than a
// voucher: a gift that comes with a bundle.
func (s *Service) Promise(ctx context.Context, tx *db.Tx, month period.Month, share, budget money.Amount) error {
	return s.promise(ctx, tx, month, share, budget)
}

// Unpromise gives room back that Promise took.
func (s *Service) Unpromise(ctx context.Context, tx *db.Tx, month period.Month, share money.Amount) error {
	if share == 0 {
		return nil
	}
	promised, err := s.months.Get(ctx, tx, month)
	if err != nil {
		return err
	}
	return s.months.Put(ctx, tx, month, promised-share)
}

// unpromise gives back what a voucher took of its month.
func (s *Service) unpromise(ctx context.Context, tx *db.Tx, v *Voucher) error {
	return s.Unpromise(ctx, tx, v.PromisedIn, v.Promised)
}

// Promised is how much platform share stands promised of a civil month.
func (s *Service) Promised(ctx context.Context, tx *db.Tx, month period.Month) (money.Amount, error) {
	return s.months.Get(ctx, tx, month)
}
