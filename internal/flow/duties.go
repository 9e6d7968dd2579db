package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// ErrNotSeated refuses what only a shop with a seat owes or may do.
var ErrNotSeated = fault.New(fault.Conflict, "duty.not_seated")

// seatsOf are tenures as duties see them, by shop and time.
func seatsOf(all []*alliance.Tenure, zone *time.Location) (seats []duty.Seat) {
	for _, t := range all {
		seats = append(seats, duty.Seat{Merchant: t.Merchant, Tenure: t.ID, Trade: t.Trade, From: period.DayOf(t.From, zone), Over: period.DayOf(t.Over(), zone)})
	}
	slices.SortStableFunc(seats, func(a, b duty.Seat) int {
		return cmp.Or(slices.Compare(a.Merchant[:], b.Merchant[:]), int(a.From-b.From))
	})
	return seats
}

// Obliged is what rules the duties of a community at a moment, for a page or a sweep.
type Obliged struct {
	*policy.Params
	Version int
	Zone    *time.Location
	Now     time.Time
	Today   period.Day
	Seats   []duty.Seat // every one there ever was
}

// Obligations reads what rules the duties of a community now.
func (f *Flows) Obligations(ctx context.Context, r db.Reader, community id.ID) (*Obliged, error) {
	now := f.DB.Clock().Now()
	versions, err := f.Policies.List(ctx, r, community)
	if err != nil {
		return nil, err
	}
	v := policy.InForce(versions, now)
	if v == nil {
		return nil, policy.ErrNone
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return nil, err
	}
	tenures, err := f.Alliance.Tenures(ctx, r, community)
	return &Obliged{&v.Params, v.Number, zone, now.In(zone), period.DayOf(now, zone), seatsOf(tenures, zone)}, err
}

// SeatOf is the seat that a shop has today, nil if it has none.
func (o *Obliged) SeatOf(shop id.ID) *duty.Seat {
	for i := range o.Seats {
		if s := &o.Seats[i]; s.Merchant == shop && s.In(o.Today) {
			return s
		}
	}
	return nil
}

// Seated are the seats that are held today.
func (o *Obliged) Seated() (held []duty.Seat) {
	for _, s := range o.Seats {
		if s.In(o.Today) {
			held = append(held, s)
		}
	}
	return held
}

// Duties is how a shop stands in the month that runs.
type Duties struct {
	duty.Progress
	End     duty.Progress // as it would be if the month goes on as it went
	Seat    duty.Seat
	Month   period.Month
	Elapsed int        // days of it, today included
	Days    int        // of the month
	Counts  bool       // the month will be judged: the shop has its seat for the whole of it
	Closes  period.Day // until when services are confirmed for it
	Behind  bool
}

// DutiesOf is how seated shops stand in the month that runs, in the order of seats.
func (f *Flows) DutiesOf(ctx context.Context, r db.Reader, community id.ID, o *Obliged, seats ...duty.Seat) (all []Duties, err error) {
	month := o.Today.Month()
	var only id.ID
	if len(seats) == 1 {
		only = seats[0].Merchant
	}
	done, err := f.doneIn(ctx, r, community, month, only)
	if err != nil {
		return nil, err
	}
	for _, s := range seats {
		d := Duties{Seat: s, Month: month, Elapsed: int(o.Today-month.First()) + 1, Days: int(month.Last()-month.First()) + 1,
			Counts: s.From <= month.First(), Closes: month.Last() + period.Day(o.PaperDays), Progress: duty.ProgressOf(&o.Alliance, done[s.Merchant])}
		d.End = duty.ProgressOf(&o.Alliance, d.Done.Projected(d.Elapsed, d.Days))
		d.Behind = d.Counts && !d.Met() && duty.Behind(&o.Alliance, d.Done, d.Elapsed, d.Days)
		all = append(all, d)
	}
	return all, nil
}

// doneIn is what each shop of a community did in a month; only, if it is not zero, is
// the one shop that matters. Shops that did nothing are missing.
func (f *Flows) doneIn(ctx context.Context, r db.Reader, community id.ID, month period.Month, only id.ID) (map[id.ID]duty.Done, error) {
	all := make(map[id.ID]duty.Done)
	change := func(shop id.ID, do func(d *duty.Done)) {
		d := all[shop]
		do(&d)
		all[shop] = d
	}
	var sums []trade.Shop
	var err error
	if only.IsZero() {
		sums, err = f.Trade.ShopMonths(ctx, r, community, month, month)
	} else {
		sums, err = f.Trade.MonthsOf(ctx, r, community, only, month, month)
	}
	if err != nil {
		return nil, err
	}
	for i := range sums {
		change(sums[i].Shop, func(d *duty.Done) { d.Sales, d.Offers = sums[i].Price, sums[i].OfferWorth() })
	}
	services, err := f.Duties.GivenWorth(ctx, r, community, month.First(), month.Last())
	if err != nil {
		return nil, err
	}
	for shop, worth := range services {
		change(shop, func(d *duty.Done) { d.Services = worth })
	}
	recommended, err := f.Memberships.ByShops(ctx, r, community, month, month)
	for shop, n := range recommended {
		change(shop, func(d *duty.Done) { d.Members, d.Pending = n.Counted, n.Pending })
	}
	return all, err
}

// JudgeMonths judges the months of a community that are over: when every day of one
// is closed and the time for papers is over. The first missed month is a reminder,
// the policy's number of missed months running is a breach (C3). A sweep calls it.
func (f *Flows) JudgeMonths(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "judge months")
	for {
		more, err := f.judgeNext(ctx, community)
		if err != nil || !more {
			return err
		}
	}
}

// judgeNext judges the first month that is not judged, if it can be.
func (f *Flows) judgeNext(ctx context.Context, community id.ID) (judged bool, err error) {
	var o *Obliged
	var month period.Month
	var ripe bool
	var done map[id.ID]duty.Done
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if o, err = f.Obligations(ctx, r, community); err != nil || len(o.Seats) == 0 {
			return err
		}
		if month, ripe, err = f.nextMonth(ctx, r, community, o); err != nil || !ripe {
			return err
		}
		done, err = f.doneIn(ctx, r, community, month, id.ID{})
		return err
	})
	if err != nil || !ripe {
		return false, ignore(err, policy.ErrNone)
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return false, err
	}
	err = f.inAlliance(ctx, community, byClock, func(tx *db.Tx, _ *allied) error { // all shops or none: the next month begins where the last result is
		for _, s := range inMonth(o.Seats, month) {
			if err := f.judge(ctx, tx, s, month, done[s.Merchant], owners); err != nil {
				return err
			}
		}
		return nil
	})
	return err == nil, err
}

// ignore makes nothing of one error.
func ignore(err, which error) error {
	if errors.Is(err, which) {
		return nil
	}
	return err
}

// nextMonth is the first month that is to be judged, and whether it can be: its days
// are closed and read, and the time for papers is over. A month without any seat is
// passed over.
func (f *Flows) nextMonth(ctx context.Context, r db.Reader, community id.ID, o *Obliged) (period.Month, bool, error) {
	last, any, err := f.Duties.LastJudged(ctx, r, community)
	if err != nil {
		return 0, false, err
	}
	month := last + 1
	if !any {
		first := slices.MinFunc(o.Seats, func(a, b duty.Seat) int { return int(a.From - b.From) })
		month = first.From.Month()
	}
	for len(inMonth(o.Seats, month)) == 0 && month < o.Today.Month() {
		month++
	}
	if o.Today <= month.Last()+period.Day(o.PaperDays) || len(inMonth(o.Seats, month)) == 0 {
		return month, false, nil
	}
	at, err := f.Trade.Position(ctx, r, community)
	return month, err == nil && at.Next >= 0 && at.Closed >= month.Last(), err
}

// inMonth is the seat of each shop that counts for a month: one that it had for the
// whole of it before one that it had for a part.
func inMonth(all []duty.Seat, month period.Month) (seats []duty.Seat) {
	for _, s := range all {
		if s.Over <= month.First() || s.From > month.Last() {
			continue
		}
		if n := len(seats); n > 0 && seats[n-1].Merchant == s.Merchant {
			if !seats[n-1].Whole(month) {
				seats[n-1] = s
			}
			continue
		}
		seats = append(seats, s)
	}
	return seats
}

// judge notes how a month ended for a shop, tells it, and opens what is to be opened.
func (f *Flows) judge(ctx context.Context, tx *db.Tx, s duty.Seat, month period.Month, done duty.Done, owners map[id.ID][]id.ID) error {
	before, err := f.Duties.ResultsOf(ctx, tx, tx.Community, s.Merchant, 1)
	if err != nil || len(before) > 0 && before[0].Month >= month {
		return err
	}
	rules, err := f.dutyRulesOn(ctx, tx, month.Last())
	if err != nil {
		return err
	}
	res := duty.Result{Merchant: s.Merchant, Tenure: s.Tenure, Month: month, Policy: rules.Version, Progress: duty.ProgressOf(rules.Alliance, done)}
	if !s.Whole(month) {
		if res.Exempt = duty.NewHere; s.From <= month.First() {
			res.Exempt = duty.LeftNow
		}
	}
	var last *duty.Result
	if len(before) > 0 {
		last = &before[0]
	}
	res.Run = res.RunAfter(last)
	if res.Run >= rules.MissedMonths {
		if res.Breach, err = f.openMissed(ctx, tx, &res, rules, owners); err != nil {
			return err
		}
	}
	if _, err := f.Duties.Judge(ctx, tx, res); err != nil || !res.Missed() || !res.Breach.IsZero() {
		return err
	}
	return f.tellOwners(ctx, tx, owners, s.Merchant, notice.Notice{
		Kind: notice.DutyMissed, Cause: "duty/" + s.Merchant.String() + "/" + month.String(), Link: dutyPath(s.Merchant, "/months/"+month.String()),
	}, notice.Month(month), notice.Yuan(res.Worth()), notice.Yuan(res.Offer), notice.Count(int64(res.Done.Members)), notice.Count(int64(res.Asked.Members)), notice.Count(int64(rules.MissedMonths)))
}

// dutyRulesOn are the numbers in force at the end of a day of tx's community.
func (f *Flows) dutyRulesOn(ctx context.Context, tx *db.Tx, day period.Day) (duty.Rules, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return duty.Rules{}, err
	}
	zone, err := f.zone(&v.Params)
	if err != nil {
		return duty.Rules{}, err
	}
	if end := (day + 1).Start(zone).Add(-time.Microsecond); end.Before(tx.Now) {
		if v, err = f.inForce(ctx, tx, end); err != nil {
			return duty.Rules{}, err
		}
	}
	return duty.Rules{Alliance: &v.Params.Alliance, Version: v.Number, Zone: zone}, nil
}

// RemindDuties tells shops that are behind on the two days of the month that the
// policy names, each once (C3). A sweep calls it.
func (f *Flows) RemindDuties(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "remind of duties")
	var behind []Duties
	var key string
	var least int
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		o, err := f.Obligations(ctx, r, community)
		if err != nil {
			return err
		}
		_, _, day := o.Today.Date()
		switch {
		case day >= o.LastReminderDay:
			key = "month/" + o.Today.Month().String() + "/last"
		case day >= o.ReminderDay:
			key = "month/" + o.Today.Month().String() + "/first"
		default:
			return nil
		}
		least = o.MissedMonths
		all, err := f.DutiesOf(ctx, r, community, o, o.Seated()...)
		if err != nil {
			return err
		}
		for _, d := range all {
			told, err := f.Duties.Reminded(ctx, r, community, d.Seat.Merchant, key)
			if err != nil {
				return err
			}
			if d.Behind && !told {
				behind = append(behind, d)
			}
		}
		return nil
	})
	if err != nil || len(behind) == 0 {
		return ignore(err, policy.ErrNone)
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	for _, d := range behind {
		if err := f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error {
			first, err := f.Duties.Remind(ctx, tx, d.Seat.Merchant, key)
			if err != nil || !first {
				return err
			}
			return f.tellOwners(ctx, tx, owners, d.Seat.Merchant, notice.Notice{Kind: notice.DutyBehind, Cause: key, Link: dutyPath(d.Seat.Merchant, "")},
				notice.Yuan(d.Short()), notice.Count(int64(d.Lacking())), notice.Count(int64(least)))
		}); err != nil {
			return err
		}
	}
	return nil
}
