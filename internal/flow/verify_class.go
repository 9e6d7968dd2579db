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
// given back of that, by the entry that did, as far as none was met yet.
type classRecords struct {
	paid, undone map[int64]*activity.Settlement
}

func (x *classRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	all, err := p.flows.Activities.AllSettlements(ctx, r, p.community)
	x.paid, x.undone = make(map[int64]*activity.Settlement, len(all)), make(map[int64]*activity.Settlement)
	for _, s := range all {
		x.paid[s.Seq] = s
		if s.UndoSeq != 0 {
			x.undone[s.UndoSeq] = s
		}
	}
	return err
}

// taught compares what a date came to, or what was given back of it, with what its entry
// moved.
func (p *replayer) taught(e *ledger.Entry, rates *policy.Params, m charter.Move) {
	if s := p.classes.undone[e.Seq]; s != nil {
		delete(p.classes.undone, e.Seq)
		expect(p, 0, "class_differs", e.Seq, takenBack(m), s.ID)
	}
	s := p.classes.paid[e.Seq]
	if s == nil {
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

// lostClasses are dates that came to something, or back, of which no entry knows.
func (p *replayer) lostClasses() {
	for _, left := range []map[int64]*activity.Settlement{p.classes.paid, p.classes.undone} {
		for _, seq := range slices.Sorted(maps.Keys(left)) {
			p.flaw(0, "class_differs", seq, "", "", left[seq].ID.String())
		}
	}
}
