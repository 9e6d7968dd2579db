package app

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// TestMonthsOfWholeGroups walks through two months in which few buy now and then.
func TestMonthsOfWholeGroups(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		books := NewBooks(b.App)
		if v := b.month(books, "2025-10"); len(v.Months) > 0 || v.Flow != (ledgerweb.Flow{}) {
			t.Errorf("before the first purchase: %+v", v)
		}
		b.at("2025-10-20")
		b.buy(10_00, 0, 1, 2, 3, 4, 4) // five, one of them twice
		b.at("2025-10-22")
		b.buy(20_00, 5, 6)
		b.at("2025-10-25")
		b.buy(30_00, 6, 7, 8, 9)
		b.at("2025-10-30")
		b.buy(40_00, 0, 1)
		b.at("2025-11-02")
		b.buy(50_00, 1, 2, 3, 4)
		b.at("2025-11-03")
		b.buy(60_00, 5)
		b.derive()

		b.at("2025-11-04")
		open := b.month(books, "2025-10")
		if open.Through != 0 || open.Proof == nil || open.Proof.Closed {
			t.Errorf("no day was ever closed, but through %v, %+v", open.Through, open.Proof)
		}
		b.closeDay("2025-11-03")
		oct, nov := b.month(books, "2025-10"), b.month(books, "2025-11")
		if diff := cmp.Diff(spans(oct), spans(open)); diff != "" {
			t.Errorf("closed days −, days that are over +:\n%s", diff)
		}
		// On the 22nd two bought, which waits; with the 25th they are five. The two of
		// the 30th wait into November.
		if diff := cmp.Diff([]string{"10-20–10-20:5", "10-22–10-25:5"}, spans(oct)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"10-30–11-02:5"}, spans(nov)); diff != "" {
			t.Error(diff)
		}
		if w := oct.Waiting; w == nil || w.From.String() != "2025-10-30" || w.To != w.From {
			t.Errorf("waiting in October: %v", w)
		}
		if w := nov.Waiting; w == nil || w.From.String() != "2025-11-03" {
			t.Errorf("waiting in November: %v", w)
		}
		if diff := cmp.Diff([]period.Month{month("2025-11"), month("2025-10")}, oct.Months); diff != "" {
			t.Error(diff)
		}
		if !oct.Proof.Closed || oct.Through.String() != "2025-10-31" || nov.Proof.Closed || nov.Through.String() != "2025-11-03" {
			t.Errorf("closed through %s and %s: %+v, %+v", oct.Through, nov.Through, oct.Proof, nov.Proof)
		}
		if f := oct.Flow; f.Purchases != 12 || f.Buyers != 10 || f.Shops != 2 || f.Given() != 220_00 {
			t.Errorf("October: %+v", f)
		}
		if f := nov.Flow; f.Purchases != 6 || f.Buyers != 5 || f.Given() != 280_00 {
			t.Errorf("November, with the waiting of October: %+v", f)
		}
		// A file's groups hold ten and are made of whole groups of the page.
		if diff := cmp.Diff([]string{"10-20–10-25:10"}, spans(b.month(books, "2025-10", export))); diff != "" {
			t.Error(diff)
		}
		few := b.month(books, "2025-11", export)
		if len(few.Entries) > 0 || few.K != 10 || few.Waiting == nil || few.Waiting.From.String() != "2025-10-30" || few.Waiting.To.String() != "2025-11-03" {
			t.Errorf("five in November are too few for a file: %+v", few)
		}
	})
}

// TestFundsOfAMonth: what groups bring and what is spent add up from month to
// month, and nothing tells of those who wait.
func TestFundsOfAMonth(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		books := NewBooks(b.App)
		b.at("2025-10-20")
		b.buy(100_00, 0, 1, 2, 3, 4, 5) // 0.50 each, and a pledge of 1.00 at the fruit shop
		b.at("2025-10-28")
		b.buy(200_00, 7)
		b.at("2025-10-29")
		b.update(func(tx *db.Tx) error {
			_, err := b.Flows.Ledger.Post(bg, tx, ledger.Posting{Key: "lamp", Kind: ledger.Transfer, BookedOn: period.Date(2025, 10, 29),
				Legs: []ledger.Leg{{Rule: ledger.R('K', 2), From: ledger.FundWelfare, To: ledger.PlatformPromotion, Amount: 1_20}}})
			return err
		})
		b.at("2025-11-05")
		b.buy(100_00, 0, 1, 2, 3)
		b.at("2025-11-06")
		b.closeDay("2025-11-05")
		want := []ledgerweb.Fund{{Name: i18n.M("社区共益基金"), Account: "fund/welfare", In: 3_00, Out: 1_20, Closing: 1_80}, {Name: i18n.M("社区关爱基金"), Account: "fund/care", In: 3_00, Closing: 3_00}}
		oct := b.month(books, "2025-10")
		if diff := cmp.Diff(want, oct.Funds); diff != "" {
			t.Error(diff)
		}
		if oct.Flow.Welfare != 3_00 || oct.Flow.Care != 3_00 {
			t.Errorf("the flow says %d and %d", oct.Flow.Welfare, oct.Flow.Care)
		}
		nov := b.month(books, "2025-11")
		if f := nov.Funds[0]; f.Opening != 1_80 || f.In != 3_00 || f.Out != 0 || f.Closing != 4_80 { // 1.00 of the one who waited
			t.Errorf("November: %+v", f)
		}
		if got := b.balance(ledger.FundWelfare); got != nov.Funds[0].Closing {
			t.Errorf("fund/welfare holds %d, the page says %d", got, nov.Funds[0].Closing)
		}
		lamp := oct.Entries[0]
		if lamp.Group || lamp.Fund != -1_20 || lamp.Rule != "K-02" || lamp.What.Key != "基金花出" {
			t.Errorf("the newest row of October: %+v", lamp)
		}
	})
}

// TestAMonthIsWhatItsReceiptsSay adds up a month of purchases and refunds from
// the receipts, and each band from the entries behind it.
func TestAMonthIsWhatItsReceiptsSay(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		b.at("2025-10-20")
		b.buy(33_33, 0, 1, 2, 3, 4, 5)
		b.issue("V1", 1)
		_, err := b.settle("neighbour1", "bakery", 60_00, func(p *flow.Purchase) {
			p.Vouchers, p.Coins, p.Direct, p.Held = []string{"V1"}, 1_00, 20_00, 34_00
		})
		b.must(err)
		b.at("2025-10-21")
		b.buy(12_34, 6, 7, 8, 9, 10)
		for i, amount := range []money.Amount{0, 7_77, 20_00} {
			_, err := b.Flows.Refund(bg, b.home, db.System, flow.Refund{Ref: fmt.Sprint("r", i), Purchase: b.seqs[3*i], Amount: amount})
			b.must(err)
		}
		b.at("2025-11-01")
		b.closeDay("2025-10-31")
		books := NewBooks(b.App)
		v := b.month(books, "2025-10")
		var want ledgerweb.Flow
		for _, seq := range b.seqs {
			r, err := b.Flows.Receipt(bg, b.home, seq)
			b.must(err)
			for _, part := range settlement.Where(&r.Policy.Params, &r.Facts) {
				*map[string]*money.Amount{"店家": &want.Net, "推荐您来的店": &want.Referrers, "平台服务": &want.Platform,
					"社区共益基金": &want.Welfare, "社区关爱基金": &want.Care}[part.Who] += part.Amount
			}
			for _, back := range r.Refunds {
				want.Net -= back.Facts.Amount
				for _, l := range back.Entry.Legs {
					switch l.Rule.Number {
					case 4:
						want.Net, want.Platform = want.Net+l.Amount, want.Platform-l.Amount
					case 5:
						want.Platform, want.Welfare = want.Platform+l.Amount, want.Welfare-l.Amount
					case 6:
						want.Net, want.Referrers = want.Net+l.Amount, want.Referrers-l.Amount
					case 10:
						want.Net, want.Care = want.Net+l.Amount, want.Care-l.Amount
					}
				}
			}
		}
		got := v.Flow
		for name, pair := range map[string][2]money.Amount{"net": {got.Net, want.Net}, "referrers": {got.Referrers, want.Referrers}, "platform": {got.Platform, want.Platform},
			"welfare": {got.Welfare, want.Welfare}, "care": {got.Care, want.Care}, "given and went": {got.Given(), got.Went()}, "all": {got.Went(), want.Went()}} {
			if pair[0] != pair[1] {
				t.Errorf("%s: the month says %d, the receipts %d", name, pair[0], pair[1])
			}
		}
		if got.Referrers == 0 || got.Coins == 0 || got.Direct == 0 || got.VouchersByShops == 0 || got.Care == 0 {
			t.Errorf("the test bought too little of everything: %+v", got)
		}
		for _, via := range []ledgerweb.Way{"", "held", "direct", "coins", "vouchers", "shops", "referrers", "platform", "welfare", "leaders", "care", "coins-given", "points-given"} {
			var sum money.Amount
			view := b.month(books, "2025-10", func(a *ledgerweb.Ask) { a.Via = via })
			for _, e := range view.Entries {
				if sum += e.Spent; via != "" && e.Spent == 0 {
					t.Errorf("via %s a row has nothing", via)
				}
			}
			if want := ofFlow(view.Flow, via); sum != want {
				t.Errorf("via %q the rows are %d, the band is %d", via, sum, want)
			}
		}
	})
}

// ofFlow is a band of the picture.
func ofFlow(f ledgerweb.Flow, via ledgerweb.Way) money.Amount {
	return map[ledgerweb.Way]money.Amount{"": f.Given(), "held": f.Held, "direct": f.Direct, "coins": f.Coins, "vouchers": f.VouchersByShops + f.VouchersPlatform,
		"shops": f.Net, "referrers": f.Referrers, "platform": f.Platform, "welfare": f.Welfare, "leaders": f.Leaders, "care": f.Care,
		"coins-given": f.CoinsGiven, "points-given": f.PointsGiven}[via]
}

// TestTheStreet lists communities, and shows no sums of few.
func TestTheStreet(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		_, _, err := b.Flows.Found(bg, db.System, community.Place{Kind: community.Community, Ref: "C2"}, flow.Trial())
		b.must(err)
		b.at("2025-10-20")
		b.buy(10_00, 0, 1, 2, 3)
		b.at("2025-10-22")
		b.closeDay("2025-10-20")
		books := NewBooks(b.App)
		v, err := books.Street(bg)
		b.must(err)
		row := v.Communities[0]
		if v.Month != month("2025-10") || len(v.Communities) != 2 || row.Buyers != 4 || row.Spent != 0 || row.Fund != 0 {
			t.Errorf("four are too few to tell what they spent: %+v", v)
		}
		b.buy(10_00, 5)
		b.at("2025-10-23")
		b.closeDay("2025-10-22")
		v, err = books.Street(bg)
		b.must(err)
		want := ledgerweb.CommunityRow{Place: ledgerweb.Place{Name: "竹溪社区", Href: "/c/C1"}, Shops: 2, Purchases: 5, Buyers: 5, Spent: 50_00, Fund: 25 + 30} // 0.05 each, a pledge of 0.10 from three
		if diff := cmp.Diff(want, v.Communities[0]); diff != "" {
			t.Error(diff)
		}
		if v.Communities[1].Name != "C2" || v.Communities[1].Purchases != 0 {
			t.Errorf("a community without books: %+v", v.Communities[1])
		}
		if _, err := books.Month(bg, ledgerweb.Ask{Community: "C9", Month: month("2025-10")}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown community: %v", err)
		}
		if m, err := books.Latest(bg, "C1"); err != nil || m != month("2025-10") {
			t.Errorf("latest: %v, %v", m, err)
		}
	})
}

// TestBooksWaitForTheTables: a community whose days are closed never shows half of
// one while the tables are made again.
func TestBooksWaitForTheTables(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		b.at("2025-10-20")
		b.buy(10_00, 0, 1, 2, 3, 4, 5)
		b.at("2025-10-21")
		b.closeDay("2025-10-20")
		books := NewBooks(b.App)
		before := b.month(books, "2025-10")
		b.must(b.Flows.RebuildOpenBooks(bg, b.home))
		if _, err := books.Month(bg, ledgerweb.Ask{Community: "C1", Month: month("2025-10")}); fault.KindOf(err) != fault.Busy {
			t.Errorf("while the tables are cleared: %v", err)
		}
		b.derive()
		b.derive()
		if diff := cmp.Diff(before.Flow, b.month(books, "2025-10").Flow); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTheFirstClosedDayCountsAtOnce: between the first close and the next look of the
// tables at it, the books show the closed day if its entries are read, else nothing.
func TestTheFirstClosedDayCountsAtOnce(t *testing.T) {
	for _, read := range []bool{true, false} {
		onBlock(t, func(t *testing.T, b *block) {
			b.at("2025-10-20")
			day := period.DayOf(b.env.Clock.Now(), shanghai)
			b.buy(10_00, 0, 1, 2, 3, 4, 5)
			if read {
				b.derive()
			}
			b.at("2025-10-21")
			b.must(b.Flows.CloseDay(bg, b.home, db.System, day))
			v, err := NewBooks(b.App).Month(bg, ledgerweb.Ask{Community: "C1", Month: month("2025-10")})
			if !read {
				if fault.KindOf(err) != fault.Busy {
					t.Errorf("while entries of the closed day are not read: %v", err)
				}
				return
			}
			b.must(err)
			b.derive()
			if diff := cmp.Diff(v, b.month(NewBooks(b.App), "2025-10")); v.Through != day || diff != "" {
				t.Errorf("through %v: %s", v.Through, diff)
			}
		})
	}
}
