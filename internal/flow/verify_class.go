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

// classRecords are what dates of classes came to, by the entry that moved it, as far as none
// was met yet.
type classRecords map[int64]*activity.Settlement

func (x *classRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	all, err := p.flows.Activities.AllSettlements(ctx, r, p.community)
	*x = make(classRecords, len(all))
	for _, s := range all {
		(*x)[s.Seq] = s
	}
	return err
}

// taught compares what a date came to with what its entry moved.
func (p *replayer) taught(e *ledger.Entry, rates *policy.Params, m charter.Move) {
	s := p.classes[e.Seq]
	if s == nil {
		return
	}
	delete(p.classes, e.Seq)
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

// lostClasses are dates that came to something of which no entry knows.
func (p *replayer) lostClasses() {
	for _, seq := range slices.Sorted(maps.Keys(p.classes)) {
		p.flaw(0, "class_differs", seq, "", "", p.classes[seq].ID.String())
	}
}
