package flow_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// A form that waited for the network and arrives twice asks once, even after the first
// was settled; where helping is off, it is refused.
func TestAWishThatArrivesTwice(t *testing.T) {
	inLane(t, func(l *lane) {
		wish := flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: "帮我订鸡蛋", Token: "t-1"}
		by := db.Actor{ID: l.people["wang"]}
		q, err := l.AskForHelp(ctx, by, wish)
		l.must(err)
		_, err = l.AnswerHelp(ctx, by, q.ID, assist.Withdrawn, "")
		l.must(err)
		if again, err := l.AskForHelp(ctx, by, wish); err != nil || again != nil {
			l.t.Errorf("the same form again: %v, %v", again, err)
		}
		wish.Token = "t-2"
		if again, err := l.AskForHelp(ctx, by, wish); err != nil || again == nil || again.ID == q.ID {
			l.t.Errorf("another form: %v, %v", again, err)
		}
		l.switched(community.HelpRequests, false)
		if _, err := l.AskForHelp(ctx, by, wish); !errors.Is(err, community.ErrNotHere) {
			l.t.Errorf("where it is off: %v", err)
		}
		consent, err := l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone)
		l.must(err)
		l.switched(community.AssistedSessions, false)
		if _, err := l.BeginAssist(ctx, l.viewer("li"), consent, "订菜"); !errors.Is(err, community.ErrNotHere) {
			l.t.Errorf("an assisted session where it is off: %v", err)
		}
	})
}

// Two workers take one request: one gets it. A hundred taps open one session.
func TestManyAtOnce(t *testing.T) {
	inLane(t, func(l *lane) {
		l.grant("sun", access.GridWorker, "C1")
		q, err := l.AskForHelp(ctx, db.Actor{ID: l.people["wang"]}, flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: "帮我订鸡蛋"})
		l.must(err)
		consent, err := l.consent("wang", "wang", "li", assist.Worker, assist.OwnPhone)
		l.must(err)
		v := l.viewer("li")

		var mu sync.Mutex
		got, opened := map[string]int{}, map[id.ID]int{}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				who := []string{"li", "sun"}[i%2]
				_, err := l.AnswerHelp(ctx, db.Actor{ID: l.people[who]}, q.ID, assist.Taken, "")
				s, e := l.BeginAssist(ctx, v, consent, "订菜")
				mu.Lock()
				defer mu.Unlock()
				got[fmt.Sprint(fault.Of(err) == nil)]++
				if err != nil && !errors.Is(err, assist.ErrTaken) {
					l.t.Error(err)
				}
				if e != nil {
					l.t.Error(e)
					return
				}
				opened[s.ID]++
			})
		}
		wg.Wait()
		if got["true"] != 1 || len(opened) != 1 {
			l.t.Errorf("taken %d times, %d sessions", got["true"], len(opened))
		}
	})
}

// A5: a wish goes to the worker's list, and what became of it back to her.
func TestARequestForHelp(t *testing.T) {
	inLane(t, func(l *lane) {
		var told []flow.Told
		l.Tell = func(_ context.Context, _ *db.Tx, x flow.Told) error { told = append(told, x); return nil }
		as := func(name string) db.Actor { return db.Actor{Kind: "person", ID: l.people[name]} }
		if _, err := l.AskForHelp(ctx, as("sun"), flow.HelpWanted{Subject: l.people["sun"], Page: "/group", Wish: "买菜"}); !errors.Is(err, flow.ErrNoHousehold) {
			l.t.Errorf("without a household: %v", err)
		}
		for _, page := range []string{"https://elsewhere", "//elsewhere", "/\\elsewhere", ""} {
			if _, err := l.AskForHelp(ctx, as("wang"), flow.HelpWanted{Subject: l.people["wang"], Page: page, Wish: "买菜"}); !errors.Is(err, assist.ErrBadPage) {
				l.t.Errorf("from %q: %v", page, err)
			}
		}
		q, err := l.AskForHelp(ctx, as("wang"), flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: " 帮我订\n 鸡蛋 "})
		l.must(err)
		again, err := l.AskForHelp(ctx, as("wang"), flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: "帮我订 鸡蛋"})
		l.must(err)
		if again.ID != q.ID {
			l.t.Error("a double tap asked twice")
		}
		list := func(name string) (open int) {
			l.must(l.DB.View(ctx, id.Tilde, func(r db.Reader) error {
				all, err := l.HelpFor(ctx, r, l.people[name], l.env.Clock.Now().AddDate(0, -1, 0))
				open = len(all)
				return err
			}))
			return open
		}
		if list("li") != 1 || list("zhao") != 0 {
			l.t.Error("it is on the wrong list")
		}
		step := func(name string, s assist.Step, words string, want *fault.Fault) {
			l.t.Helper()
			_, err := l.AnswerHelp(ctx, as(name), q.ID, s, words)
			if want == nil && err != nil || want != nil && !errors.Is(err, want) {
				l.t.Errorf("%s says %s: %v, want %v", name, s, err, want)
			}
		}
		step("zhao", assist.Taken, "", assist.ErrNoRequest)
		step("min", assist.Withdrawn, "", assist.ErrNoRequest)
		step("li", assist.Done, "", assist.ErrNotTaken)
		step("li", assist.Declined, "", assist.ErrBadWords)
		step("li", assist.Taken, "", nil)
		step("li", assist.Done, "订好了，周四到", nil)
		step("wang", assist.Withdrawn, "", assist.ErrSettled)
		l.must(l.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			mine, err := l.Helpers.RequestsOf(ctx, r, l.people["wang"])
			if len(mine) != 1 || mine[0].State() != assist.Done || mine[0].Taker() != l.people["li"] {
				l.t.Errorf("she sees %+v", mine)
			}
			return err
		}))
		for i := range assist.MaxOpen {
			_, err := l.AskForHelp(ctx, as("wang"), flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: fmt.Sprint("第", i)})
			l.must(err)
		}
		if _, err := l.AskForHelp(ctx, as("wang"), flow.HelpWanted{Subject: l.people["wang"], Page: "/group", Wish: "再一件"}); !errors.Is(err, assist.ErrTooMany) {
			l.t.Errorf("too many: %v", err)
		}
		matters := map[flow.Assisted]bool{}
		for _, x := range told {
			matters[x.Matter] = true
			if x.Matter == flow.HelpAsked && x.To != l.people["li"] || x.Matter == flow.HelpAnswered && x.To != l.people["wang"] {
				l.t.Errorf("the wrong one was told: %+v", x)
			}
		}
		if !matters[flow.HelpAsked] || !matters[flow.HelpAnswered] {
			l.t.Errorf("told %v", matters)
		}
	})
}
