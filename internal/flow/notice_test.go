package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/notify"
)

// outbox takes text messages, and fails as it is told to.
type outbox struct {
	mu    sync.Mutex
	next  []error
	taken []notify.Text
}

// SendText implements notify.SMS.
func (o *outbox) SendText(_ context.Context, t notify.Text) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken = append(o.taken, t)
	if len(o.next) == 0 {
		return nil
	}
	err := o.next[0]
	o.next = o.next[1:]
	return err
}

// Whatever is lost at a commit, and however many hands work at once, a notice lies in
// the inbox once, and one message leaves for it.
func TestANoticeSurvivesLostCommits(t *testing.T) {
	var faults atomic.Int64
	broken := errors.New("the machine is gone")
	lossy := func(o *db.Options) {
		o.Fault = func(step db.Step) error {
			switch n := faults.Load(); {
			case n > 0 && step == db.BeforeCommit && n%2 == 0, n > 0 && step == db.AfterCommit && n%2 == 1:
				faults.Add(-1)
				return broken
			}
			return nil
		}
	}
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		faults.Store(0)
		f := flow.New(env.DB)
		box := &outbox{}
		f.Carry(flow.Carriers{SMS: box})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var who *person.Person
		must(env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
			who, err = f.People.Register(ctx, tx, person.Person{Name: "陈秀英", Phone: "+8613800138000"})
			return err
		}))
		payload, err := json.Marshal(notice.Notice{Kind: notice.SignInNewDevice, Person: who.ID, Cause: "session/1", At: env.Clock.Now(),
			Args: []notice.Arg{notice.Text("chrome", ""), notice.Moment(env.Clock.Now())}})
		must(err)
		faults.Store(4)
		for range 6 {
			_ = f.DeliverNotice(ctx, id.Tilde, string(payload)) // the outbox keeps asking
		}
		faults.Store(0)
		var hands sync.WaitGroup
		for range 8 {
			hands.Go(func() {
				if err := f.DeliverNotice(ctx, id.Tilde, string(payload)); err != nil {
					t.Error(err)
				}
				if err := f.CarryOutDue(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		hands.Wait()
		must(env.View(ctx, id.Tilde, func(r db.Reader) error {
			items, err := f.Notices.List(ctx, r, who.ID, notice.Filter{Limit: 10})
			if len(items) != 1 {
				t.Errorf("%d notices", len(items))
			}
			return err
		}))
		if len(box.taken) != 1 || !strings.Contains(box.taken[0].Body, "chrome") {
			t.Errorf("sent %+v", box.taken)
		}
	}, lossy)
}

// A notice for a member whom no person stands behind is nobody's; one whose carrier
// refuses it for good dies at once.
func TestWhereNobodyIs(t *testing.T) {
	env := dbtest.SQLite(t, flow.Schemas)
	f := flow.New(env.DB)
	box := &outbox{next: []error{notify.ErrPermanent}}
	f.Carry(flow.Carriers{SMS: box})
	if err := f.Notify(ctx, notice.Notice{Kind: notice.RefundMade, Member: "nobody", Cause: "x", At: env.Clock.Now()}); err != nil {
		t.Errorf("for a member without a person: %v", err)
	}
	var who *person.Person
	if err := env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		who, err = f.People.Register(ctx, tx, person.Person{Name: "x", Phone: "+8613800138000"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := f.Notify(ctx, notice.Notice{Kind: notice.SignInNewDevice, Person: who.ID, Cause: "s", At: env.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := f.CarryOutDue(ctx); err != nil {
		t.Fatal(err)
	}
	if err := env.View(ctx, id.Tilde, func(r db.Reader) error {
		dead, err := f.Notices.DeadLetters(ctx, r, 10)
		if len(dead) != 1 || dead[0].Attempts != 1 {
			t.Errorf("dead: %+v", dead)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
