package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// town is two communities with a few people and shops, on one engine.
type town struct {
	*flow.Flows
	t    testing.TB
	env  dbtest.Env
	home id.ID // C1
	away id.ID // C2
}

var ctx = context.Background()

func inTown(t *testing.T, fn func(w *town)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(settled(t, env)) })
}

// settled is the town with its first people and shops.
func settled(t *testing.T, env dbtest.Env) *town {
	w := &town{Flows: flow.New(env.DB), t: t, env: env}
	w.home, w.away = w.found("C1"), w.found("C2")
	w.join(w.home, "leader", policy.Gold, "")
	w.join(w.home, "anna", policy.Silver, "")
	w.join(w.home, "ben", policy.Silver, "leader")
	w.admit(w.home, "bakery", policy.Standard)
	w.admit(w.home, "fruit", policy.Standard)
	w.admit(w.home, "first", policy.Founding)
	w.admit(w.away, "away-shop", policy.Standard)
	return w
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) found(ref string) id.ID {
	w.t.Helper()
	p, _, err := w.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: ref, Name: ref}, flow.Trial())
	w.must(err)
	return p.ID
}

func (w *town) join(home id.ID, ref string, level policy.Level, leader string) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Members.Reserve(ctx, tx, ref, home) }))
	w.must(w.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		if _, _, err := w.Members.Join(ctx, tx, member.Member{Ref: ref, Standing: member.Good, Level: level}); err != nil || leader == "" {
			return err
		}
		return w.Members.SetLeader(ctx, tx, ref, leader)
	}))
}

func (w *town) admit(home id.ID, ref string, tier policy.Tier) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: ref, Tier: tier})
		return err
	}))
}

func (w *town) member(ref string) (m *member.Member) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { m, err = w.Members.Lookup(ctx, r, w.home, ref); return err }))
	return m
}

func (w *town) shop(ref string) (m *merchant.Merchant) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { m, err = w.Merchants.Lookup(ctx, r, w.home, ref); return err }))
	return m
}

// buy is a purchase of a price in held cash, changed by edits.
func (w *town) buy(ref, member, shop string, price money.Amount, edits ...func(*flow.Purchase)) (flow.Settled, error) {
	p := flow.Purchase{Ref: ref, PurchasedAt: w.env.Clock.Now(), Member: member, Merchant: shop, List: price, Price: price, Held: price, Items: 1}
	for _, e := range edits {
		e(&p)
	}
	return w.Settle(ctx, w.home, db.System, p)
}

// books are the balances that are not zero, with references for ids.
func (w *town) books() map[string]string {
	w.t.Helper()
	out := make(map[string]string)
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		names, err := w.Refs(ctx, r, w.home)
		if err != nil {
			return err
		}
		all, err := w.Ledger.Holdings(ctx, r, w.home)
		for _, h := range all {
			if h.Balance != 0 {
				out[names.Account(h.Account)+" "+h.Account.Asset.String()] = h.Balance.Decimal(h.Account.Asset)
			}
		}
		return err
	}))
	return out
}

// expect compares books with lines "account asset amount".
func (w *town) expect(want string) {
	w.t.Helper()
	var lines []string
	for k, v := range w.books() {
		lines = append(lines, k+" "+v)
	}
	slices.Sort(lines)
	var wanted []string
	for line := range strings.Lines(want) {
		if f := strings.Fields(line); len(f) > 0 {
			wanted = append(wanted, strings.Join(f, " "))
		}
	}
	slices.Sort(wanted)
	if !slices.Equal(lines, wanted) {
		w.t.Errorf("books:\n  %s\nwant:\n  %s", strings.Join(lines, "\n  "), strings.Join(wanted, "\n  "))
	}
}

func TestWorkedExample1(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "anna", "bakery", 128_40)
		w.must(err)
		w.expect(`
			gateway/clearing          CNY   -128.40
			merchant:bakery/payable   CNY   124.55
			platform/commission       CNY   3.21
			fund/welfare              CNY   0.64
			member:anna/coins         COIN  6.42
			coin/issue                COIN  -6.42
			member:anna/points        POINT 128
			points/issue              POINT -128`)
	})
}

func TestWorkedExample3LeaderLimitedByTheCommission(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "ben", "first", 128_40)
		w.must(err)
		if got := w.books()["member:leader/rewards CNY"]; got != "0.64" {
			t.Errorf("leader got %s, want 0.64", got)
		}
		if got, ok := w.books()["platform/commission CNY"]; ok {
			t.Errorf("platform keeps %s, want nothing", got)
		}
	})
}

func TestWorkedExample4AndItsFullRefund(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p0", "anna", "fruit", 200_00) // earns 10.00 coins
		w.must(err)
		before := w.books()
		w.issue("V1", "fruit", "bakery", "anna", 5_00)
		s, err := w.buy("p1", "anna", "bakery", 60_00, func(p *flow.Purchase) {
			p.Vouchers, p.Coins, p.Held = []string{"V1"}, 10_00, 45_00
		})
		w.must(err)
		after := w.books()
		for account, want := range map[string]string{
			"merchant:bakery/payable CNY": "45.20", "merchant:bakery/coins COIN": "10.00", "platform/promotion CNY": "-1.00", "member:anna/coins COIN": "2.25",
		} {
			if after[account] != want {
				t.Errorf("%s is %s, want %s", account, after[account], want)
			}
		}
		if _, err := w.buy("p2", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 }); !errors.Is(err, promotion.ErrVoucherUsed) {
			t.Errorf("the voucher again: %v", err)
		}
		if again, err := w.buy("p1", "anna", "bakery", 60_00, func(p *flow.Purchase) {
			p.Vouchers, p.Coins, p.Held = []string{"V1"}, 10_00, 45_00
		}); err != nil || !again.Replayed || again.Seq != s.Seq {
			t.Errorf("a replay: %+v, %v", again, err)
		}
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
		w.must(err)
		got := w.books()
		if fmt.Sprint(got) != fmt.Sprint(before) {
			t.Errorf("after a full refund:\n%v\nwant\n%v", got, before)
		}
		if _, err := w.buy("p3", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 }); err != nil {
			t.Errorf("the voucher came back: %v", err)
		}
	})
}

func (w *town) issue(ref, from, to, holder string, amount money.Amount) {
	w.t.Helper()
	a, b, m := w.shop(from), w.shop(to), w.member(holder)
	w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		_, err := w.Promotions.Issue(ctx, tx, promotion.Voucher{Ref: ref, Issuer: a.ID, Target: b.ID, Member: m.ID, Amount: amount,
			Sharers: []id.ID{a.ID}, ExpiresAt: tx.Now.Add(30 * 24 * time.Hour)}, promotion.Promise{})
		return err
	}))
}

func TestRefusalsChangeNothing(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.buy("p1", "anna", "bakery", 10_00)
		w.must(err)
		before := fmt.Sprint(w.books())
		for name, c := range map[string]struct {
			err  error
			want *fault.Fault
		}{
			"unknown shop":            {second(w.buy("x1", "anna", "nobody", 10_00)), merchant.ErrNotFound},
			"unknown buyer":           {second(w.buy("x2", "nobody", "bakery", 10_00)), member.ErrNotFound},
			"other shop's community":  {second(w.buy("x3", "anna", "away-shop", 10_00)), merchant.ErrNotFound},
			"same key, other content": {second(w.buy("p1", "anna", "bakery", 11_00)), ledger.ErrKeyReused},
			"from the future":         {second(w.buy("x4", "anna", "bakery", 10_00, func(p *flow.Purchase) { p.PurchasedAt = p.PurchasedAt.Add(6 * time.Minute) })), fault.New(0, "settlement.clock_ahead")},
			"long ago":                {second(w.buy("x5", "anna", "bakery", 10_00, func(p *flow.Purchase) { p.PurchasedAt = p.PurchasedAt.AddDate(0, 0, -31) })), fault.New(0, "settlement.backdated")},
			"coins she has not":       {second(w.buy("x6", "anna", "bakery", 10_00, func(p *flow.Purchase) { p.Coins, p.Held = 5_00, 5_00 })), fault.New(0, "settlement.coins_short")},
			"no key":                  {second(w.buy("", "anna", "bakery", 10_00)), flow.ErrBadRef},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %s", name, c.err, c.want.Code)
			}
		}
		if after := fmt.Sprint(w.books()); after != before {
			t.Errorf("books changed:\n%s\nwere\n%s", after, before)
		}
	})
}

func second(_ flow.Settled, err error) error { return err }

func TestAMemberOfAnotherCommunityIsAMemberHereToo(t *testing.T) {
	inTown(t, func(w *town) {
		w.join(w.away, "vera", policy.Silver, "")
		_, err := w.buy("p1", "vera", "bakery", 100_00)
		w.must(err)
		if got := w.books()["member:vera/coins COIN"]; got != "5.00" {
			t.Errorf("the visitor has %q coins, want 5.00", got)
		}
		w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error {
			return w.Members.Change(ctx, tx, "vera", func(m *member.Member) error { m.Standing = member.Lapsed; return nil })
		}))
		w.must(w.DB.View(ctx, w.away, func(r db.Reader) error {
			notes, err := db.Waiting(ctx, r, w.away, 10)
			for _, n := range notes {
				err = errors.Join(err, w.FollowMember(ctx, w.away, n.Payload))
			}
			return err
		}))
		_, err = w.buy("p2", "vera", "bakery", 100_00)
		w.must(err)
		if got := w.books()["member:vera/coins COIN"]; got != "5.00" {
			t.Errorf("lapsed at home, but here she has %q coins, want still 5.00", got)
		}
	})
}

func TestStatementAndPastBalances(t *testing.T) {
	inTown(t, func(w *town) {
		var at []time.Time
		for i := range 300 {
			w.env.Clock.Advance(time.Minute)
			_, err := w.buy(fmt.Sprint("p", i), "anna", "bakery", 1_00)
			w.must(err)
			at = append(at, w.env.Clock.Now())
		}
		shop := ledger.Of(party.Owner{Kind: party.Merchant, ID: w.shop("bakery").ID}, ledger.Payable)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			for _, i := range []int{0, 1, 126, 127, 128, 200, 255, 299} {
				got, err := w.Ledger.BalanceAsOf(ctx, r, w.home, shop, at[i].Add(time.Second))
				if want := money.Amount(97 * (i + 1)); err != nil || got != want {
					t.Errorf("after purchase %d: %d (%v), want %d", i, got, err, want)
				}
			}
			if got, err := w.Ledger.BalanceAsOf(ctx, r, w.home, shop, at[0].Add(-time.Second)); err != nil || got != 0 {
				t.Errorf("before all: %d (%v)", got, err)
			}
			seen, cursor := 0, ""
			for {
				lines, next, err := w.Ledger.Statement(ctx, r, w.home, shop, page.Request{Cursor: cursor, Limit: 70})
				if err != nil {
					return err
				}
				for _, l := range lines {
					if want := money.Amount(97 * (300 - seen)); l.Balance != want || l.Change != 97 {
						t.Fatalf("line %d: change %d balance %d, want balance %d", seen, l.Change, l.Balance, want)
					}
					seen++
				}
				if cursor = next; next == "" {
					break
				}
			}
			if seen != 300 {
				t.Errorf("%d lines, want 300", seen)
			}
			return nil
		}))
	})
}
