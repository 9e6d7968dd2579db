package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// classRecords are what dates of classes came to, by the entry that moved it, and what was
// given back of that, by the entry that did, as far as none was met yet; and what seats have
// set aside.
type classRecords struct {
	paid, undone map[int64]*activity.Settlement
	services     map[id.ID]bool         // that dates came to
	taught       map[id.ID]bool         // seats and activities: what hours are paid for
	held         map[id.ID]money.Amount // by seat
}

func (x *classRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	all, err := p.flows.Activities.AllSettlements(ctx, r, p.community)
	x.paid, x.undone = make(map[int64]*activity.Settlement, len(all)), make(map[int64]*activity.Settlement)
	x.services = make(map[id.ID]bool, len(all))
	for _, s := range all {
		x.services[s.ID] = true
		x.paid[s.Seq] = s
		if s.UndoSeq != 0 {
			x.undone[s.UndoSeq] = s
		}
	}
	if err != nil {
		return err
	}
	return x.loadSeats(ctx, r, p)
}

// loadSeats reads which holds are those of seats, and works out from dates and seats alone
// what is set aside for whom.
func (x *classRecords) loadSeats(ctx context.Context, r db.Reader, p *replayer) error {
	of := p.flows.Activities
	seats, err := of.AllSeats(ctx, r, p.community)
	if err != nil {
		return err
	}
	x.taught, x.held = make(map[id.ID]bool, len(seats)), make(map[id.ID]money.Amount)
	by := make(map[id.ID][]*activity.Seat)
	for _, s := range seats {
		x.taught[s.ID] = true
		by[s.Activity] = append(by[s.Activity], s)
	}
	all, err := of.ByIDs(ctx, r, p.community, slices.Collect(maps.Keys(by)))
	if err != nil {
		return err
	}
	for _, a := range all {
		x.taught[a.ID] = true
		var u activity.Unclosed
		if len(a.Closing()) > 0 {
			if u, err = of.Unclosed(ctx, r, p.community, a.ID); err != nil {
				return err
			}
		}
		c := newClosing(a, by[a.ID], &u)
		for _, s := range c.seats {
			if v := c.setAside(s); v != 0 {
				x.held[s.ID] = v
			}
		}
	}
	return nil
}

// setAside is what is set aside for a seat: the hours of every date that is hers and not ended,
// and of those that ended and are not carried out for her.
func (c *closing) setAside(x *activity.Seat) money.Amount {
	if x.State != activity.Seated || c.Pay != activity.BySeat {
		return 0
	}
	dates := owing(c.Activity, x)
	for i := range c.Sessions {
		if c.concerns(&c.Sessions[i], x) {
			dates++
		}
	}
	return seatPrice(c.Activity, x) * money.Amount(dates)
}

// taught compares what a date came to, or what was given back of it, with what its entry
// moved.
func (p *replayer) taught(e *ledger.Entry, rates *policy.Params, m charter.Move) {
	back := takenBack(m)
	if s := p.classes.undone[e.Seq]; s != nil {
		delete(p.classes.undone, e.Seq)
		expect(p, 0, "class_differs", e.Seq, back, s.ID)
	} else if p.classes.services[back] {
		p.flaw(0, "class_differs", e.Seq, "", back.String(), "")
	}
	s := p.classes.paid[e.Seq]
	if s == nil {
		if at := settledBy(m); p.classes.taught[at] {
			p.flaw(0, "class_differs", e.Seq, "", at.String(), "")
		}
		return
	}
	delete(p.classes.paid, e.Seq)
	says := func(kind activity.SettlementKind, seat, service id.ID, v money.Amount) string {
		return fmt.Sprint(kind, " ", seat, " ", service, " ", v)
	}
	want := ""
	switch m := m.(type) {
	case charter.ServicePaid:
		want = says(activity.Paid, m.Request, m.Assignment, m.Amount())
	case charter.ServiceCancelled:
		want = says(activity.Late, m.Request, m.Assignment, m.Amount(rates))
	case charter.BasicPaid:
		want = says(activity.PoolPaid, id.ID{}, m.Assignment, m.Amount())
	}
	expect(p, 0, "class_differs", e.Seq, want, says(s.Kind, s.Seat, s.ID, s.Coins))
}

// settledBy is the hold, or the activity, of which an entry pays what a date came to; zero if
// it is no such entry. What the pool pays later (T-04) was noted when it was due.
func settledBy(m charter.Move) id.ID {
	switch m := m.(type) {
	case charter.ServicePaid:
		return m.Request
	case charter.ServiceCancelled:
		return m.Request
	case charter.BasicPaid:
		if m.Later == 0 {
			return m.Request
		}
	}
	return id.ID{}
}

// takenBack is the service that an entry takes back, zero if it is no such entry.
func takenBack(m charter.Move) id.ID {
	switch m := m.(type) {
	case charter.ServiceReversed:
		return m.Assignment
	case charter.CancelledReversed:
		return m.Assignment
	case charter.BasicReversed:
		return m.Assignment
	}
	return id.ID{}
}

// lostClasses are dates that came to something, or back, of which no entry knows, and seats
// that set aside something else than their dates ask for. That holds agree with the books is
// lostHours' part.
func (p *replayer) lostClasses() {
	held := make(map[id.ID]money.Amount)
	for seat, v := range p.coins.open {
		if p.classes.taught[seat] {
			held[seat] = v
		}
	}
	if !maps.Equal(held, p.classes.held) {
		for seat := range p.classes.taught {
			if held[seat] != p.classes.held[seat] {
				p.flaw(0, "seat_hold_differs", -1, seat.String(), fmt.Sprint(p.classes.held[seat]), fmt.Sprint(held[seat]))
			}
		}
	}
	for _, left := range []map[int64]*activity.Settlement{p.classes.paid, p.classes.undone} {
		for _, seq := range slices.Sorted(maps.Keys(left)) {
			p.flaw(0, "class_differs", seq, "", "", left[seq].ID.String())
		}
	}
}
