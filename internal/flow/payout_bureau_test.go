package flow_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
)

// bureau is a town with people of finance, shops with owners, and accounts at a bank
// and a provider.
type bureau struct {
	*town
	people map[string]id.ID
	bank   *teller
}

// teller is a provider that keeps what it was told, and answers as a test wishes.
type teller struct {
	pay.Provider // nothing else of it is asked for
	mu           sync.Mutex
	transfers    map[string]pay.TransferResult
	asked        map[string]int // instructions by key
	answer       func(t pay.Transfer) (pay.TransferResult, error)
}

func (b *teller) Kind() pay.Kind { return pay.WeChat }

func (b *teller) Transfer(_ context.Context, t pay.Transfer) (pay.TransferResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[t.Key]++
	if r, known := b.transfers[t.Key]; known {
		return r, nil
	}
	r, err := b.answer(t)
	if err == nil || errors.Is(err, pay.ErrUnknown) && r.State != "" { // taken, though nobody hears of it
		r.Key, r.ID = t.Key, "W"+t.Key[:8]
		b.transfers[t.Key] = r
	}
	return r, err
}

func (b *teller) Transferred(_ context.Context, key string) (pay.TransferResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, known := b.transfers[key]; known {
		return r, nil
	}
	return pay.TransferResult{}, pay.ErrNotFound
}

func (b *teller) Read(*http.Request) (pay.Message, error) { return pay.Message{}, io.EOF }

func (b *teller) says(s pay.State) {
	b.answer = func(pay.Transfer) (pay.TransferResult, error) { return pay.TransferResult{State: s}, nil }
}

func (b *teller) becomes(key string, s pay.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.transfers[key]
	r.State = s
	b.transfers[key] = r
}

func inBureau(t *testing.T, fn func(w *bureau)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(openBureau(t, env)) })
}

// payday is a morning on which the days before are closed.
var payday = time.Date(2025, 10, 20, 9, 0, 0, 0, flow.DefaultZone)

func openBureau(t *testing.T, env dbtest.Env) *bureau {
	w := &bureau{town: settled(t, env), people: make(map[string]id.ID), bank: &teller{transfers: make(map[string]pay.TransferResult), asked: make(map[string]int)}}
	w.bank.says(pay.Done)
	w.Providers = map[pay.Kind]pay.Provider{pay.WeChat: w.bank}
	for i, name := range []string{"fang", "gao", "han", "ivy"} {
		w.person(name, i+1)
		w.grants(name, access.Finance, id.ID{})
	}
	w.person("baker", 20)
	w.grants("baker", access.Owner, w.shop("bakery").ID)
	w.account(payout.OfShop, w.shop("bakery").ID, payout.Bank, "6222000011112222")
	w.account(payout.OfShop, w.shop("fruit").ID, pay.WeChat, "1900000109")
	w.account(payout.OfPlatform, id.ID{}, payout.Bank, "6222000099990000")
	return w
}

func (w *bureau) person(name string, n int) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := w.People.Register(ctx, tx, person.Person{Name: name, Phone: fmt.Sprintf("+86137%08d", n)})
		w.people[name] = p.ID
		return err
	}))
}

func (w *bureau) grants(name string, role authz.Role, subject id.ID) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		_, err := w.Access.Give(ctx, tx, access.Grant{Person: w.people[name], Role: role, Place: w.home, Subject: subject, Grantor: "test", Reason: "测试"})
		return err
	}))
}

func (w *bureau) act(name string) db.Actor { return db.Actor{Kind: "person", ID: w.people[name]} }

func (w *bureau) account(kind payout.Owner, owner id.ID, p pay.Kind, number string) {
	w.t.Helper()
	a, err := w.AskAccount(ctx, w.home, w.act("fang"), payout.Account{Kind: kind, Owner: owner, Provider: p, Number: number, Name: "户名", Why: "开户"})
	w.must(err)
	w.must(w.AgreeAccount(ctx, w.home, w.act("gao"), a.ID))
}

// sell sells for a price on an hour of the seventeenth of October, or so many days later.
func (w *bureau) sell(ref, member, shop string, price money.Amount, days int) flow.Settled {
	w.t.Helper()
	if at := time.Date(2025, 10, 17+days, 10, 0, 0, 0, flow.DefaultZone); w.env.Clock.Now().Before(at) {
		w.env.Clock.Set(at)
	}
	s, err := w.buy(ref, member, shop, price)
	w.must(err)
	return s
}

// payday sets the clock to the twentieth and closes the days before.
func (w *bureau) payday() period.Day {
	w.t.Helper()
	if w.env.Clock.Now().Before(payday) {
		w.env.Clock.Set(payday)
	}
	w.must(w.CloseDue(ctx, w.home))
	return period.DayOf(w.env.Clock.Now(), flow.DefaultZone)
}

func (w *bureau) prepare(kind payout.Kind) *payout.Batch {
	w.t.Helper()
	b, err := w.PreparePayout(ctx, w.home, w.act("fang"), kind, w.payday(), "周付", "")
	w.must(err)
	return b
}

// pays prepares a batch and lets two others agree to it.
func (w *bureau) pays(kind payout.Kind) *payout.Batch {
	w.t.Helper()
	b := w.prepare(kind)
	for _, who := range []string{"gao", "han"} {
		var err error
		b, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
		w.must(err)
	}
	return b
}

func (w *bureau) read(batch id.ID) (b *payout.Batch) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { b, err = w.Payouts.Batch(ctx, r, w.home, batch); return err }))
	return b
}

func (w *bureau) item(b *payout.Batch, shop string) *payout.Item {
	w.t.Helper()
	for i := range b.Items {
		if b.Items[i].Payee == w.shop(shop).ID {
			return &b.Items[i]
		}
	}
	w.t.Fatalf("%s is not in the batch: %+v", shop, b)
	return nil
}

func (w *bureau) payable(shop string) (v money.Amount) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		h, err := w.Ledger.Holding(ctx, r, w.home, ledger.Of(party.Owner{Kind: party.Merchant, ID: w.shop(shop).ID}, ledger.Payable))
		v = h.Balance
		return err
	}))
	return v
}

// told are the kinds of notices that wait to be delivered, with how many of each.
func (w *bureau) told() map[string]int {
	w.t.Helper()
	all := make(map[string]int)
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		notes, err := db.Waiting(ctx, r, w.home, 1000)
		for _, n := range notes {
			if x, err := notice.Decode(n.Payload); err == nil && n.Kind == notice.Staged {
				all[x.Kind]++
			}
		}
		return err
	}))
	return all
}

// owes lets a shop owe entitlement: a breach takes what it does not have.
func (w *bureau) owes(shop string, v money.Amount) error {
	return w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		left := v
		for n := byte(1); left > 0; n++ { // each takes so much at most
			one := min(left, policy.Trial2025().PenaltyCoinsMax)
			if _, err := w.Move(ctx, tx, fmt.Sprint("~penalty:", shop, n), charter.Penalty{Merchant: w.shop(shop).ID, Breach: id.ID{n}, Coins: one}); err != nil {
				return err
			}
			left -= one
		}
		return nil
	})
}

func (w *bureau) pays2(first, second string) *payout.Batch {
	w.t.Helper()
	b := w.prepare(payout.Shops)
	for _, who := range []string{first, second} {
		var err error
		b, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
		w.must(err)
	}
	return b
}

// live lets people live together.
func (w *bureau) live(names ...string) {
	w.t.Helper()
	var grid id.ID
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		g, err := w.Communities.Add(ctx, tx, community.Place{Parent: w.home, Kind: community.Grid, Ref: "G1", Name: "G1"})
		grid = g.ID
		return err
	}))
	w.must(w.AddHouseholds(ctx, db.System, []household.Household{{Place: grid, Ref: "101", Door: "101 室"}})[0].Err)
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		h, err := w.Households.ByRef(ctx, tx, w.home, "101")
		for i, n := range names {
			if err == nil {
				_, _, err = w.Households.MoveIn(ctx, tx, household.Residence{Household: h.ID, Person: w.people[n], Relation: []household.Relation{household.Head, household.Child}[i]})
			}
		}
		return err
	}))
}
