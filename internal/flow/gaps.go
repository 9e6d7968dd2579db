package flow

import (
	"context"
	"maps"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
	"gongyi/internal/module/community"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// Outlook is what is booked of a community's time bank in the coming days against what
// its neighbours can do (F6).
type Outlook struct {
	Standing
	Kinds    []timebank.Kind // that are watched, in the order of the catalogue
	Cells    []capacity.Cell // by kind and hour
	Numbers  capacity.Rules
	Watching bool // the community has a time bank and looks ahead
}

// Kind is a watched kind, nil if it is not watched.
func (o *Outlook) Kind(key string) *timebank.Kind {
	for i := range o.Kinds {
		if o.Kinds[i].Key == key {
			return &o.Kinds[i]
		}
	}
	return nil
}

// Start is when an hour of the community's clock begins.
func (o *Outlook) Start(h capacity.Hour) time.Time {
	y, m, d := h.Day().Date()
	return time.Date(y, m, d, h.Clock(), 0, 0, 0, o.Now.Location())
}

// civil is an instant on a clock.
func civil(at time.Time, zone *time.Location) capacity.Minute {
	at = at.In(zone)
	return capacity.At(period.DayOf(at, zone), at.Hour()*60+at.Minute())
}

// HandsIn counts what is booked and what neighbours can do. Kinds that a shop serves for
// money are not watched: neighbours have no part in them.
func (f *Flows) HandsIn(ctx context.Context, place id.ID) (o *Outlook, err error) {
	defer fault.Wrap(&err, "count hands")
	o = &Outlook{}
	if o.Standing, err = f.StandingIn(ctx, place); err != nil {
		return nil, err
	}
	t := &o.Rules.TimeBank
	o.Numbers = capacity.Rules{Over: t.GapOver, Least: t.GapLeast, Days: t.GapDays, Weeks: t.GapWeeks, Shrink: t.GapShrink}
	q := capacity.Question{Now: civil(o.Now, o.Now.Location()), Rules: o.Numbers}
	g := handsBook{o: o, promised: make(map[id.ID][]capacity.Promise), served: make(map[id.ID]int), missed: make(map[id.ID]int)}
	if err := f.DB.View(ctx, place, func(r db.Reader) error {
		on, err := f.Communities.Enabled(ctx, r, place, community.TimeBank, o.Now)
		o.Watching = on && t.GapDays > 0
		if err != nil || !o.Watching {
			return err
		}
		return f.readHands(ctx, r, place, &g, &q)
	}); err != nil || !o.Watching {
		return o, err
	}
	who, err := f.volunteersOf(ctx, place)
	if err != nil {
		return nil, err
	}
	for _, v := range who {
		if h, asked := g.helper(v); asked {
			q.Helpers = append(q.Helpers, h)
		}
	}
	o.Cells = capacity.Table(q)
	return o, nil
}

// handsBook is what an outlook knows of helpers besides what they say themselves.
type handsBook struct {
	o        *Outlook
	promised map[id.ID][]capacity.Promise // member → of the coming days
	served   map[id.ID]int                // minutes of this week
	missed   map[id.ID]int                // promises not kept of late
}

// readHands reads bookings, plans, the past, and what helpers promised and did.
func (f *Flows) readHands(ctx context.Context, r db.Reader, place id.ID, g *handsBook, q *capacity.Question) error {
	o, zone := g.o, g.o.Now.Location()
	kinds, err := f.TimeBank.Kinds(ctx, r, place)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if !k.Off && k.Price != timebank.AtShop {
			o.Kinds = append(o.Kinds, k)
		}
	}
	open, err := f.TimeBank.Open(ctx, r, place)
	if err != nil {
		return err
	}
	for _, x := range open {
		if o.Kind(x.Kind) != nil {
			q.Bookings = append(q.Bookings, bookingOf(x, zone))
		}
	}
	if q.Bookings, err = f.plannedAhead(ctx, r, place, o, q.Bookings); err != nil {
		return err
	}
	past, err := f.TimeBank.Between(ctx, r, place, (o.Today - period.Day(7*o.Numbers.Weeks)).Start(zone), o.Now)
	if err != nil {
		return err
	}
	for _, x := range past {
		if o.Kind(x.Kind) != nil && (x.End == nil || x.End.How != timebank.Withdrawn) {
			q.Past = append(q.Past, bookingOf(x, zone))
		}
	}
	return f.readHelpers(ctx, r, place, g)
}

// readHelpers reads what helpers have promised, served this week and missed.
func (f *Flows) readHelpers(ctx context.Context, r db.Reader, place id.ID, g *handsBook) error {
	o, zone := g.o, g.o.Now.Location()
	since := o.Now.AddDate(0, 0, -max(o.Rules.NoShowDays, 8))
	running, err := f.TimeBank.Running(ctx, r, place)
	if err != nil {
		return err
	}
	lately, err := f.TimeBank.AssignmentsSince(ctx, r, place, since)
	if err != nil {
		return err
	}
	requests, err := f.TimeBank.ByIDs(ctx, r, place, requestsOf(running, lately))
	if err != nil {
		return err
	}
	for _, a := range running {
		if x := requests[a.Request]; x != nil && (a.State() == timebank.Promised || a.State() == timebank.Begun) {
			from := civil(x.From, zone)
			g.promised[a.Helper] = append(g.promised[a.Helper], capacity.Promise{Kind: x.Kind, Span: capacity.Span{From: from, To: from + capacity.Minute(x.Minutes)}})
		}
	}
	monday := o.Today - period.Day((int(o.Today.Weekday())+6)%7)
	for _, a := range lately {
		x := requests[a.Request]
		switch {
		case x == nil:
		case a.State() == timebank.Missed && x.From.After(since):
			g.missed[a.Helper]++
		case a.State().Served() && period.DayOf(x.From, zone) >= monday:
			g.served[a.Helper] += a.Minutes()
		}
	}
	return nil
}

// requestsOf are the requests of some assignments, each once.
func requestsOf(some ...[]*timebank.Assignment) []id.ID {
	seen := make(map[id.ID]bool)
	for _, all := range some {
		for _, a := range all {
			seen[a.Request] = true
		}
	}
	return slices.Collect(maps.Keys(seen))
}

func bookingOf(x *timebank.Request, zone *time.Location) capacity.Booking {
	return capacity.Booking{Kind: x.Kind, From: civil(x.From, zone), Minutes: x.Minutes, People: x.People}
}

// plannedAhead adds the days of plans for which no request was made yet.
func (f *Flows) plannedAhead(ctx context.Context, r db.Reader, place id.ID, o *Outlook, all []capacity.Booking) ([]capacity.Booking, error) {
	plans, err := f.TimeBank.Plans(ctx, r, place, o.Today)
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		k := o.Kind(p.Kind)
		if k == nil {
			continue
		}
		made, err := f.TimeBank.Made(ctx, r, place, p.ID, o.Today)
		if err != nil {
			return nil, err
		}
		for _, d := range p.Days(o.Today, o.Today+period.Day(o.Numbers.Days)) {
			if !slices.Contains(made, d) {
				all = append(all, capacity.Booking{Kind: p.Kind, From: capacity.At(d, p.Minute), Minutes: k.Minutes, People: k.People, Planned: true})
			}
		}
	}
	return all, nil
}

// helper is a volunteer as capacity sees her; asked is false for who is not asked for
// anything at present.
func (g *handsBook) helper(v *volunteer.Volunteer) (h capacity.Helper, asked bool) {
	o, zone := g.o, g.o.Now.Location()
	t := &o.Rules.TimeBank
	if v.State != volunteer.Active || g.missed[v.Member] >= t.NoShowStrikes {
		return h, false
	}
	h = capacity.Helper{Promised: g.promised[v.Member], Served: g.served[v.Member], Staff: !v.Shop.IsZero(), DayMost: limit(v.Limits.DayMinutes, t.DayMinutesMost), WeekMost: limit(v.Limits.WeekMinutes, t.WeekMinutesMost)}
	for i := range o.Kinds {
		if able(v, &o.Kinds[i], o.Today) {
			h.Kinds = append(h.Kinds, o.Kinds[i].Key)
		}
	}
	until := (o.Today + period.Day(o.Numbers.Days)).Start(zone)
	for _, w := range volunteer.Free(v, volunteer.Span{From: o.Now.Truncate(time.Minute), To: until}, zone) {
		h.Free = append(h.Free, capacity.Span{From: civil(w.From, zone), To: civil(w.To, zone)})
	}
	return h, len(h.Kinds) > 0 && len(h.Free) > 0
}

// limit is what somebody allows, never more than the community does.
func limit(own, most int) int {
	if own == 0 {
		return most
	}
	return min(own, most)
}
