package ledgerweb

import (
	"context"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// The sample is a month of a small community. One of its purchases is the
// fourth worked example of settlement.md; the sums are right to the fen.

var shanghai = time.FixedZone("CST", 8*3600)

func day(s string) period.Day {
	d, err := period.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func month(s string) period.Month {
	m, err := period.ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

// named keeps Chinese names out of English pages, where a test looks for
// Chinese that was forgotten.
func named(ctx context.Context, zh, en string) string {
	if i18n.Of(ctx) == i18n.En {
		return en
	}
	return zh
}

func sampleBooks(ctx context.Context) BooksView {
	v := BooksView{
		Community: Place{named(ctx, "竹溪社区", "Bamboo Brook"), "/c/C1"},
		Street:    Place{named(ctx, "公园街道", "Park Street"), "/"},
		Month:     month("2017-01"),
		Months:    []period.Month{month("2017-03"), month("2017-02"), month("2017-01")},
		Through:   day("2017-01-31"), K: 5, ExportK: 10,
		URL: "https://books.example.org/c/C1/books/2017-01",
		Flow: Flow{
			Purchases: 612, Buyers: 184, Shops: 14,
			Held: 232_415, Direct: 18_620, Coins: 9_840, VouchersByShops: 1_600, VouchersPlatform: 400,
			Net: 251_903, Referrers: 1_204, Platform: 6_312, Welfare: 1_314, Leaders: 1_082, Care: 1_060,
			CoinsGiven: 12_551, PointsGiven: 2_216,
		},
		Funds: []Fund{
			{Name: i18n.M("社区共益基金"), Account: "fund/welfare", Opening: 4_180, In: 1_314, Out: 1_200, Closing: 4_294},
			{Name: i18n.M("社区关爱基金"), Account: "fund/care", Opening: 0, In: 1_060, Out: 0, Closing: 1_060},
		},
		Waiting: &Span{day("2017-01-31"), day("2017-01-31")},
		Proof: &Proof{
			Size: 2_845, Root: "3f9a1c07b2de48815f6047aa93c1e0d47782be5a0c91f3d6e4b8a2571f0c8be2",
			At: time.Date(2017, 2, 1, 0, 5, 12, 0, shanghai), Closed: true,
			Witnesses: []i18n.Message{ui.Witnesses["street"], ui.Witnesses["committee"], ui.Witnesses["supervisor"]}, Matched: true,
		},
	}
	groups := []Group{
		{From: day("2017-01-30"), To: day("2017-01-30"), Purchases: 86, Buyers: 52, First: 512, Last: 597, Spent: 38_214, Shops: 37_068, Fund: 191},
		{From: day("2017-01-28"), To: day("2017-01-29"), Purchases: 21, Buyers: 7, First: 489, Last: 511, Spent: 6_000, Shops: 5_520, Fund: 30},
		{From: day("2017-01-27"), To: day("2017-01-27"), Purchases: 44, Buyers: 31, First: 445, Last: 488, Spent: 17_903, Shops: 17_366, Fund: 90},
	}
	for _, g := range groups {
		v.Entries = append(v.Entries, g.Entry())
	}
	v.Entries = append(v.Entries[:1], append([]Entry{{
		From: day("2017-01-29"), To: day("2017-01-29"), What: i18n.M("%s", named(ctx, "路灯 2 盏，换灯和人工", "Two street lamps, parts and labour")),
		Rule: "K-02", Proof: i18n.M("%s", named(ctx, "发票 1、照片 2", "1 invoice, 2 photos")), Fund: -1_200,
	}}, v.Entries[1:]...)...)
	return v
}

func sampleStreet(ctx context.Context) StreetView {
	v := StreetView{Street: named(ctx, "公园街道", "Park Street"), Month: month("2017-01"), K: 5}
	names := strings.Fields("竹溪社区 Bamboo·Brook 桥头社区 Bridgehead 东门社区 East·Gate 槐荫社区 Locust·Shade 新华社区 Xinhua 石榴园社区 Pomegranate·Garden 西苑社区 West·Court 河滨社区 Riverside")
	for i := range 8 {
		row := CommunityRow{
			Place: Place{named(ctx, names[2*i], strings.ReplaceAll(names[2*i+1], "·", " ")), "/c/C" + string(rune('1'+i))},
			Shops: 14, Purchases: 612 - 70*i, Buyers: 184 - 20*i, Spent: 262_875, Fund: 5_354,
		}
		switch i {
		case 6:
			row.Purchases, row.Buyers = 4, 3
		case 7:
			row.Purchases, row.Buyers = 0, 0
		}
		v.Communities = append(v.Communities, row)
	}
	return v
}

// fakeBooks answers from the sample; some names lead to the states that are
// not the usual one.
type fakeBooks struct{ asked []Ask }

func (*fakeBooks) Street(ctx context.Context) (StreetView, error) { return sampleStreet(ctx), nil }

func (*fakeBooks) Latest(context.Context, string) (period.Month, error) { return month("2017-03"), nil }

func (f *fakeBooks) Month(ctx context.Context, ask Ask) (BooksView, error) {
	f.asked = append(f.asked, ask)
	v := sampleBooks(ctx)
	v.Month, v.Via = ask.Month, ask.Via
	if ask.Export {
		v.K = v.ExportK
	}
	switch ask.Community {
	case "none":
		v.Months, v.Flow, v.Funds, v.Entries, v.Proof = nil, Flow{}, nil, nil, nil
	case "quiet":
		v.Flow = Flow{}
	case "imported": // real purchases of a small month: one way in, no vouchers, no leaders
		v.Flow = Flow{
			Purchases: 2_845, Buyers: 402, Shops: 14, Held: 1_084_216, Net: 1_051_690, Platform: 27_105, Welfare: 5_421,
			CoinsGiven: 54_211, PointsGiven: 9_404,
		}
	case "few":
		v.Flow.Buyers = 4
	case "unproven":
		v.Proof = nil
	case "busy":
		return BooksView{}, fault.New(fault.Busy, "db.busy").After(8 * time.Second)
	case "broken":
		return BooksView{}, context.DeadlineExceeded
	case "C1":
	default:
		return BooksView{}, fault.New(fault.NotFound, "books.no_such_community")
	}
	return v, nil
}
