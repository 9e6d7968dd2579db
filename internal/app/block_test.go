package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// block is one community with twelve neighbours and two shops, and the program
// around it as far as pages need it.
type block struct {
	*App
	testing.TB
	env  dbtest.Env
	home id.ID
	n    int
	seqs []int64
}

var bg = context.Background()

const neighbours = 12

func onBlock(t *testing.T, fn func(t *testing.T, b *block)) {
	dbtest.Each(t, Schemas, func(t *testing.T, env dbtest.Env) { fn(t, newBlock(t, env)) })
}

func newBlock(t testing.TB, env dbtest.Env) *block {
	a := &App{Config: Config{State: t.TempDir(), Installation: "test.example", Log: slog.New(slog.DiscardHandler)}, DB: env.DB, Flows: flow.New(env.DB)}
	b := &block{App: a, TB: t, env: env}
	var err error
	a.Proof, err = openProof(bg, a)
	b.must(err)
	b.must(a.Proof.Start(bg))
	t.Cleanup(func() {
		b.must(a.Proof.stop())
		b.must(env.DB.Close())
		b.must(a.Proof.close())
	})
	p, _, err := a.Flows.Found(bg, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "竹溪社区"}, flow.Trial())
	b.must(err)
	b.home = p.ID
	for i := range neighbours {
		b.join(fmt.Sprint("neighbour", i))
	}
	for _, shop := range []merchant.Merchant{{Ref: "bakery", Name: "桥头面包房"}, {Ref: "fruit", Name: "东门鲜果店", CarePledge: 10_000}} {
		shop.Tier = policy.Standard
		b.update(func(tx *db.Tx) error { _, _, err := a.Flows.Merchants.Admit(bg, tx, shop); return err })
	}
	return b
}

func (b *block) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *block) update(fn func(tx *db.Tx) error) {
	b.Helper()
	b.must(b.DB.Update(bg, b.home, db.System, fn))
}

func (b *block) join(ref string) {
	b.Helper()
	b.must(b.DB.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error { return b.Flows.Members.Reserve(bg, tx, ref, b.home) }))
	b.update(func(tx *db.Tx) error {
		_, _, err := b.Flows.Members.Join(bg, tx, member.Member{Ref: ref, Standing: member.Good, Level: policy.Silver})
		return err
	})
}

// buy lets neighbours buy for a price each: the even ones at the bakery, the odd
// ones at the fruit shop.
func (b *block) buy(price money.Amount, who ...int) {
	b.Helper()
	for _, i := range who {
		_, err := b.settle(fmt.Sprint("neighbour", i), []string{"bakery", "fruit"}[i%2], price)
		b.must(err)
	}
}

func (b *block) settle(buyer, shop string, price money.Amount, edits ...func(*flow.Purchase)) (flow.Settled, error) {
	b.n++
	p := flow.Purchase{Ref: fmt.Sprint("p", b.n), PurchasedAt: b.env.Clock.Now(), Member: buyer, Merchant: shop, List: price, Price: price, Held: price, Items: 1}
	for _, e := range edits {
		e(&p)
	}
	s, err := b.Flows.Settle(bg, b.home, db.System, p)
	b.seqs = append(b.seqs, s.Seq)
	return s, err
}

// at moves the clock to noon of a day.
func (b *block) at(day string) {
	b.Helper()
	d, err := period.ParseDay(day)
	b.must(err)
	b.env.Clock.Set(d.Start(shanghai).Add(12 * time.Hour))
}

var shanghai = time.FixedZone("CST", 8*3600)

func (b *block) closeDay(day string) {
	b.Helper()
	d, err := period.ParseDay(day)
	b.must(err)
	b.must(b.Flows.CloseDay(bg, b.home, db.System, d))
	b.derive()
}

func (b *block) derive() {
	b.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = b.Flows.DeriveOpenBooks(bg, b.home, 100)
		b.must(err)
	}
}

func month(s string) period.Month {
	m, err := period.ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

func (b *block) month(books *Books, m string, edits ...func(*ledgerweb.Ask)) ledgerweb.BooksView {
	b.Helper()
	ask := ledgerweb.Ask{Community: "C1", Month: month(m)}
	for _, e := range edits {
		e(&ask)
	}
	v, err := books.Month(bg, ask)
	b.must(err)
	return v
}

func export(a *ledgerweb.Ask) { a.Export = true }

// spans writes the groups of a view, oldest first: "10-16–10-17:6".
func spans(v ledgerweb.BooksView) (out []string) {
	for _, e := range slices.Backward(v.Entries) {
		if e.Group {
			out = append(out, fmt.Sprintf("%s–%s:%d", e.From.String()[5:], e.To.String()[5:], e.Note.Args[0]))
		}
	}
	return out
}

func (b *block) balance(a ledger.Account) money.Amount {
	b.Helper()
	var h ledger.Holding
	b.must(b.DB.View(bg, b.home, func(r db.Reader) (err error) { h, err = b.Flows.Ledger.Holding(bg, r, b.home, a); return err }))
	return h.Balance
}

// issue gives a neighbour a voucher of the fruit shop for the bakery.
func (b *block) issue(ref string, neighbour int) {
	b.Helper()
	b.update(func(tx *db.Tx) error {
		from, err := b.Flows.Merchants.ByRef(bg, tx, "fruit")
		b.must(err)
		to, err := b.Flows.Merchants.ByRef(bg, tx, "bakery")
		b.must(err)
		m, err := b.Flows.Members.ByRef(bg, tx, fmt.Sprint("neighbour", neighbour))
		b.must(err)
		_, err = b.Flows.Promotions.Issue(bg, tx, promotion.Voucher{Ref: ref, Issuer: from.ID, Target: to.ID, Member: m.ID, Amount: 5_00,
			Sharers: []id.ID{from.ID}, ExpiresAt: tx.Now.Add(30 * 24 * time.Hour)}, promotion.Promise{})
		return err
	})
}
