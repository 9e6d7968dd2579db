package flow_test

import (
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/person"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// belonging is what the home community knows of somebody.
func (w *town) belongings(ref string) []flow.Belonging {
	w.t.Helper()
	all, err := w.Belongings(ctx, []person.Membership{{Ref: ref, Home: w.home}})
	w.must(err)
	return all
}

func TestWhatAPersonBought(t *testing.T) {
	inTown(t, func(w *town) {
		first, err := w.buy("p1", "anna", "bakery", 128_40)
		w.must(err)
		w.env.Clock.Advance(time.Hour)
		_, err = w.buy("p2", "anna", "fruit", 50_00, func(p *flow.Purchase) { p.Coins, p.Held = 2_00, 48_00 })
		w.must(err)
		_, err = w.buy("p3", "ben", "fruit", 70_00)
		w.must(err)
		_, err = w.Settle(ctx, w.away, db.System, flow.Purchase{Ref: "p4", PurchasedAt: w.env.Clock.Now().Add(-30 * time.Minute), Member: "anna", Merchant: "away-shop", List: 9_00, Price: 9_00, Held: 9_00})
		w.must(err)
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: first.Seq, Amount: 28_40})
		w.must(err)
		anna := w.belongings("anna")
		if len(anna) != 2 || !anna[0].Home || anna[1].Home || anna[1].Community.Ref != "C2" {
			t.Fatalf("she belongs to %+v", anna)
		}
		s, err := w.ShoppingOf(ctx, anna, 0, 0)
		w.must(err)
		var got []string
		for i := range s.Bought {
			b := &s.Bought[i]
			got = append(got, b.Place+" "+b.ShopName+" "+b.Price.Decimal(money.CNY)+" −"+b.Refunded.Decimal(money.CNY)+" +"+b.Earned.Decimal(money.Coin))
			token, err := w.OpenWith(ctx, b)
			w.must(err)
			if r, err := w.OpenReceipt(ctx, token); err != nil || r.Facts.Price != b.Price {
				t.Errorf("its receipt: %v", err)
			}
		}
		want := "C1 fruit 50.00 −0.00 +2.40; C2 away-shop 9.00 −0.00 +0.45; C1 bakery 128.40 −28.40 +6.42"
		if strings.Join(got, "; ") != want || !s.Complete {
			t.Errorf("she bought %s; want %s", strings.Join(got, "; "), want)
		}
		if none := w.belongings("nobody"); len(none) != 0 {
			t.Errorf("nobody belongs to %+v", none)
		}
	})
}

// Every movement of an account is told, with the rules that made it, and the
// balances run on from one to the next.
func TestMovementsExplainTheAccount(t *testing.T) {
	inTown(t, func(w *town) {
		w.live(uint64(w.home[9]), 150)
		for _, ref := range []string{"anna", "ben", "leader"} {
			b := &w.belongings(ref)[0]
			purse, err := w.Purse(ctx, b)
			w.must(err)
			for purpose, balance := range map[ledger.Purpose]money.Amount{ledger.Coins: purse.Coins, ledger.PointsHeld: purse.Points, ledger.Rewards: purse.Rewards} {
				for cursor := ""; ; {
					all, next, err := w.Movements(ctx, b, purpose, page.Request{Cursor: cursor, Limit: 7})
					w.must(err)
					for _, m := range all {
						if m.Balance != balance {
							t.Fatalf("%s, purpose %d, entry %d: %d afterwards, want %d", ref, purpose, m.Seq, m.Balance, balance)
						}
						balance -= m.Change
						var parts money.Amount
						for _, p := range m.Parts {
							parts += p.Amount
							if m.Kind == ledger.Purchase && purpose != ledger.Rewards && (p.Title == "" || p.Why.Key == "") {
								t.Errorf("entry %d: %s is not explained", m.Seq, p.Rule)
							}
							for _, a := range p.Why.Args {
								if o, ok := a.(party.Owner); ok && o.Kind == party.Merchant {
									t.Errorf("entry %d: a shop without its name", m.Seq)
								}
							}
						}
						if parts != m.Change {
							t.Errorf("entry %d: parts come to %d, it moved %d", m.Seq, parts, m.Change)
						}
						if purpose == ledger.Rewards && (m.Shop != "" || m.Token != "") {
							t.Errorf("entry %d tells a leader where a neighbour bought", m.Seq)
						}
					}
					if cursor = next; next == "" {
						break
					}
				}
				if balance != 0 {
					t.Errorf("%s, purpose %d: it begins with %d", ref, purpose, balance)
				}
			}
		}
	})
}

func TestVouchersOfAPerson(t *testing.T) {
	inTown(t, func(w *town) {
		w.issue("V1", "fruit", "bakery", "anna", 5_00)
		w.env.Clock.Advance(time.Hour)
		w.issue("V2", "fruit", "bakery", "anna", 6_00)
		w.issue("V3", "fruit", "bakery", "ben", 7_00)
		s, err := w.buy("p1", "anna", "bakery", 60_00, func(p *flow.Purchase) { p.Vouchers, p.Held = []string{"V1"}, 55_00 })
		w.must(err)
		held := func() (out string) {
			all, err := w.VouchersOf(ctx, &w.belongings("anna")[0])
			w.must(err)
			for _, v := range all {
				out += v.Ref + " " + v.From + "→" + v.At
				if v.Good(w.env.Clock.Now()) {
					out += " good"
				}
				out += "; "
			}
			return out
		}
		if got, want := held(), "V1 fruit→bakery; V2 fruit→bakery good; "; got != want {
			t.Errorf("she holds %s want %s", got, want)
		}
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq})
		w.must(err)
		if got, want := held(), "V1 fruit→bakery good; V2 fruit→bakery good; "; got != want {
			t.Errorf("after a refund she holds %s want %s", got, want)
		}
		w.env.Clock.Advance(31 * 24 * time.Hour)
		if got, want := held(), "V1 fruit→bakery; V2 fruit→bakery; "; got != want {
			t.Errorf("a month later she holds %s want %s", got, want)
		}
	})
}

// What the shares say is what the books hold: over a whole life, the money of every
// shop comes to what will be paid out, and nothing is taken twice or left out.
func TestTakingsAreWhatTheBooksHold(t *testing.T) {
	inTown(t, func(w *town) {
		w.live(uint64(w.home[10]), 300)
		follower := w.Follower()
		for half, steps := 0, 40; half < 2; half++ { // with a part of the index made, and with all of it
			for n := 1; n > 0 && steps > 0; steps-- {
				var err error
				n, err = follower.Step(ctx, w.home, ledger.FollowParties, 5)
				w.must(err)
			}
			steps = 1000
			var sales, refunded money.Amount
			for _, ref := range []string{"bakery", "fruit", "first"} {
				till, err := w.TillOf(ctx, w.home, w.shop(ref).ID)
				w.must(err)
				var lines, coins money.Amount
				running, seq := map[int64]money.Amount{}, int64(-1)
				all, err := w.TakingsOf(ctx, till, -1<<30, 1<<30, time.Time{}, func(l flow.Line) {
					lines += l.Payable
					coins += l.Coins
					if l.Touched {
						running[l.Seq] = l.Balance
						seq = max(seq, l.Seq)
					}
				})
				w.must(err)
				payable, owed, err := w.Payable(ctx, till)
				w.must(err)
				if got := all.Net() - all.Direct + all.Other; got != payable-owed || lines != got || !all.Complete {
					t.Errorf("%s: shares come to %d, lines to %d, the books hold %d and are owed %d", ref, got, lines, payable, owed)
				}
				if running[seq] != payable || coins != all.Coins {
					t.Errorf("%s: after the last entry %d, the books hold %d", ref, running[seq], payable)
				}
				var hours money.Amount
				for _, h := range all.Hours {
					hours += h
				}
				if hours != all.Sales || all.Customers > 3 || all.Purchases == 0 {
					t.Errorf("%s: %+v", ref, all)
				}
				sales, refunded = sales+all.Sales, refunded+all.Refunded
			}
			if bought, back := w.sales(); bought != sales || back != refunded {
				t.Errorf("shops sold %d and gave back %d, the entries say %d and %d", sales, refunded, bought, back)
			}
		}
	})
}

// sales sums the prices and refunds of all entries.
func (w *town) sales() (sales, refunded money.Amount) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		size, err := w.Ledger.Size(ctx, r, w.home)
		w.must(err)
		return w.Ledger.Entries(ctx, r, w.home, 0, size, func(e *ledger.Entry) error {
			var f settlement.Facts
			switch e.Kind {
			case ledger.Purchase:
				w.must(settlement.DecodeFacts(e.Facts, &f))
				sales += f.Price
			case ledger.Refund:
				of, err := settlement.DecodeRefund(e.Facts)
				w.must(err)
				refunded += of.Amount
			}
			return nil
		})
	}))
	return sales, refunded
}
