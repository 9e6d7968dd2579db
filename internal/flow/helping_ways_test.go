package flow_test

import (
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// TestEveryPathEnds walks from the promise along every way until an end: none is
// without one, and nothing stays set aside.
func TestEveryPathEnds(t *testing.T) {
	for _, p := range servicePaths() {
		t.Run(p.name, func(t *testing.T) {
			inHelpingLane(t, func(h *helping) {
				q := h.asked("walk", 3*time.Hour)
				a := h.accepted(q)
				p.walk(h, q, a)
				h.must(h.SweepHelp(ctx, h.c1))
				h.env.Clock.Advance(30 * time.Minute)
				h.must(h.SweepHelp(ctx, h.c1))
				if got := h.assignment(a.ID).State(); got != p.want {
					h.t.Errorf("%s, want %s", got, p.want)
				}
				if p.want == timebank.Missed { // the place was free again and ended with its time
					h.env.Clock.Set(q.Ends().AddDate(0, 0, 10))
					h.must(h.SweepHelp(ctx, h.c1))
				}
				if h.request(q.ID).End == nil {
					h.t.Error("the request has not ended")
				}
				if h.purse("wang") != p.wang || h.set(q.ID) != 0 {
					h.t.Errorf("Wang has %d, want %d; %d are still set aside", h.purse("wang"), p.wang, h.set(q.ID))
				}
				var door timebank.Door
				h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { door, err = h.TimeBank.DoorOf(ctx, r, h.c1, q.ID); return err }))
				if door != (timebank.Door{}) {
					h.t.Error("the door is still known after the end")
				}
			})
		})
	}
}

// TestWaysEnd: from every state an end can be reached, and no end leads on but to another:
// a strike is excused, a service is taken back.
func TestWaysEnd(t *testing.T) {
	for from, ways := range timebank.Ways {
		if from.Over() && slices.ContainsFunc(ways, func(s timebank.State) bool { return !s.Over() || len(timebank.Ways[s]) > 0 }) {
			t.Errorf("%s is an end and leads on", from)
		}
		if len(ways) == 0 || !slices.ContainsFunc(ways, timebank.State.Over) && from != timebank.Begun {
			t.Errorf("%s leads to no end", from)
		}
	}
}

// servicePath is one way that a promise may go, and what Wang has of her 20.00 at its end.
type servicePath struct {
	name string
	walk func(h *helping, q *timebank.Request, a *timebank.Assignment)
	want timebank.State
	wang money.Amount // of 20.00
}

func servicePaths() []servicePath {
	wait := func(h *helping, until time.Time) { h.env.Clock.Set(until) }
	return []servicePath{
		{"given back and found nobody", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			h.must(h.GiveBackHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, "孩子病了"))
			wait(h, q.Until.Add(time.Minute))
		}, timebank.GivenBack, 20_00},
		{"withdrawn early", func(h *helping, q *timebank.Request, _ *timebank.Assignment) {
			h.must(h.WithdrawHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], q.ID, ""))
		}, timebank.Called, 20_00},
		{"withdrawn late", func(h *helping, q *timebank.Request, _ *timebank.Assignment) {
			wait(h, q.From.Add(-time.Hour))
			h.must(h.WithdrawHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], q.ID, ""))
		}, timebank.Called, 17_50},
		{"did not come", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.Until.Add(time.Minute))
			h.must(h.MissHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "等到十二点也没来"))
		}, timebank.Missed, 20_00},
		{"nobody ever says anything", func(h *helping, q *timebank.Request, _ *timebank.Assignment) {
			wait(h, q.Ends().AddDate(0, 0, 8))
		}, timebank.Lapsed, 20_00},
		{"forgot to check out, and silence accepts", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.From)
			h.must(h.BeginHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, flow.CheckIn{Code: a.Code}))
			wait(h, q.From.Add(5*time.Hour))
			h.must(h.SweepHelp(ctx, h.c1))
			wait(h, q.From.Add(60*time.Hour))
		}, timebank.Accepted, 10_00},
		{"half an hour", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.From)
			h.serve(a, 29*time.Minute)
			h.must(h.AcceptHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID))
		}, timebank.Accepted, 15_00},
		{"disputed and decided", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.From)
			h.serve(a, time.Hour)
			h.must(h.DisputeHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "只走了一刻钟"))
			h.refused("decided by one of the two", h.DecideHelp(ctx, h.c1, h.who(a.Helper), a.ID, 60, "我说了算"), flow.ErrOwnMatter)
			h.must(h.DecideHelp(ctx, h.c1, db.Actor{Kind: "person", ID: h.people["sun"]}, a.ID, 15, "两边都听了"))
		}, timebank.Settled, 17_50},
		{"disputed and nobody decides", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.From)
			h.serve(a, time.Hour)
			h.must(h.DisputeHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "只走了一刻钟"))
			wait(h, q.From.AddDate(0, 0, 20))
		}, timebank.Accepted, 10_00},
		{"from paper", func(h *helping, q *timebank.Request, a *timebank.Assignment) {
			wait(h, q.Ends())
			h.must(h.EnterSheet(ctx, h.c1, db.System, flow.Sheet{Request: q.ID, Helper: a.Helper, Minutes: 60, Words: "王阿姨签了字"}))
			h.must(h.AcceptHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID))
		}, timebank.Accepted, 10_00},
	}
}
