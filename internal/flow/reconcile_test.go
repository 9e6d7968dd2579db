package flow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// drawer is the books of payments of a test: what was asked for, and what is known to
// have moved.
type drawer struct {
	mu    sync.Mutex
	asked map[id.ID]*drawn // by payment, or by refund
}

type drawn struct {
	community, payment id.ID
	refund             bool
	amount             money.Amount
	came               bool
	at                 time.Time
}

func (d *drawer) EachCame(_ context.Context, _ db.Reader, community id.ID, _ pay.Kind, from, to time.Time, fn func(reconciliation.Ours) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, x := range d.asked {
		if x.community != community || !x.came || x.at.Before(from) || !x.at.Before(to) {
			continue
		}
		o := reconciliation.Ours{Community: community, Payment: x.payment, Amount: x.amount, At: x.at}
		if x.refund {
			o.Refund = key
		}
		if err := fn(o); err != nil {
			return err
		}
	}
	return nil
}

func (d *drawer) Known(_ context.Context, _ db.Reader, community id.ID, _ pay.Kind, payment, refund id.ID) (p flow.Paid, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := payment
	if !refund.IsZero() {
		key = refund
	}
	x := d.asked[key]
	if x == nil || x.community != community {
		return p, nil
	}
	p = flow.Paid{State: flow.NotPaid, Amount: x.amount}
	switch {
	case x.came:
		p.State = flow.Moved
	case x.refund:
		p.State = flow.UnderWay
	}
	return p, nil
}

func (d *drawer) ToldPayment(_ context.Context, told pay.Payment) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	key, _ := id.Parse(told.Key)
	if x := d.asked[key]; x != nil && told.State == pay.Done && x.community.String() == told.Attach {
		x.came, x.at = true, told.PaidAt
	}
	return nil
}

func (d *drawer) ToldRefund(context.Context, pay.RefundResult) error { return nil }

// till is a town that takes payments through a provider.
type till struct {
	*town
	*drawer
	bank *sandbox.Server
	n    byte
}

// monday is the first day of these tests; the provider counts days as China does.
var monday = period.Date(2025, 10, 20)

func atTill(t *testing.T, fn func(w *till)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		env.Clock.Set(time.Date(2025, 10, 20, 4, 0, 0, 0, time.UTC))
		w := &till{town: settled(t, env), drawer: &drawer{asked: make(map[id.ID]*drawn)}}
		bank, err := sandbox.New(sandbox.Options{Clock: env.Clock, AnyShop: true})
		w.must(err)
		w.bank = bank
		_, err = w.move("~float", charter.MembershipFee{Member: w.member("ben").ID, Charge: id.ID{1}, Term: id.ID{2}, Fee: 1_000_00, Means: charter.Provider}) // what the provider holds
		w.must(err)
		w.Reconciling = flow.NewReconciling(w.drawer)
		w.Providers = map[pay.Kind]pay.Provider{pay.WeChat: bank.Direct()}
		fn(w)
	})
}

// taken is a payment at a shop of home; known says whether the books heard that it came.
func (w *till) taken(v money.Amount, known bool) id.ID {
	w.t.Helper()
	w.n++
	key := id.ID{9, w.n, 15: w.n}
	w.asked[key] = &drawn{community: w.home, payment: key, amount: v}
	w.pays(key.String(), w.home.String(), v)
	if known {
		w.asked[key].came, w.asked[key].at = true, w.env.Clock.Now()
	}
	return key
}

// pays is a payer who pays an order with any key.
func (w *till) pays(key, attach string, v money.Amount) {
	w.t.Helper()
	p, err := w.bank.Direct().Pay(ctx, pay.Order{Key: key, Account: "1600000001", Amount: v, Title: "面包", Scene: pay.Native, Attach: attach})
	w.must(err)
	w.must(w.bank.Pay(strings.TrimPrefix(p.Code, sandbox.PagePath), "oAnna", sandbox.Never))
}

// back is a refund of a payment; it reaches the payer after a while.
func (w *till) back(payment id.ID, v money.Amount, known bool) id.ID {
	w.t.Helper()
	w.n++
	key := id.ID{8, w.n, 15: w.n}
	w.asked[key] = &drawn{community: w.home, payment: payment, refund: true, amount: v}
	_, err := w.bank.Direct().Refund(ctx, pay.Refund{Key: w.home.String() + key.String(), Payment: payment.String(), Account: "1600000001", Amount: v, Total: w.asked[payment].amount})
	w.must(err)
	if known {
		w.asked[key].came, w.asked[key].at = true, w.env.Clock.Now()
	}
	return key
}

// morning goes to eleven in the morning of the next day and lets the sweeper work.
func (w *till) morning() {
	w.t.Helper()
	day := period.DayOf(w.env.Clock.Now(), flow.DefaultZone) + 1
	w.env.Clock.Set(day.Start(flow.DefaultZone).Add(11 * time.Hour))
	w.must(w.ReconcileDue(ctx, w.home))
}

func (w *till) bill(at id.ID, day period.Day) (b *reconciliation.Bill) {
	w.t.Helper()
	w.must(w.DB.View(ctx, at, func(r db.Reader) (err error) {
		b, err = w.Reconciliations.Latest(ctx, r, at, pay.WeChat, day)
		return err
	}))
	return b
}

// differences are those of home, as "kind thing ours theirs: way".
func (w *till) differences(at id.ID) (all []reconciliation.Difference, words []string) {
	w.t.Helper()
	w.must(w.DB.View(ctx, at, func(r db.Reader) (err error) {
		all, err = w.Reconciliations.Of(ctx, r, at, monday-40, monday+40)
		return err
	}))
	for i := range all {
		way := "open"
		if s := all[i].Settlement(); s != nil {
			way = string(s.Way)
		}
		words = append(words, fmt.Sprintf("%s %s %d %d: %s", all[i].Kind, all[i].Thing, all[i].Ours, all[i].Theirs, way))
	}
	slices.Sort(words)
	return all, words
}

func (w *till) wants(says string, want ...string) []reconciliation.Difference {
	w.t.Helper()
	all, words := w.differences(w.home)
	slices.Sort(want)
	if !slices.Equal(words, want) {
		w.t.Errorf("%s:\n  %s\nwant\n  %s", says, strings.Join(words, "\n  "), strings.Join(want, "\n  "))
	}
	return all
}

var (
	fang = db.Actor{Kind: "person", ID: id.ID{31}}
	ming = db.Actor{Kind: "person", ID: id.ID{32}}
)
