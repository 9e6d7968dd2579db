package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/signin"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// TradeSettings are the flags of `gongyi bench trade`.
type TradeSettings struct {
	Purchases int
	Shops     int
	Members   int
	Looks     int // pages of each kind that are opened
}

// TradeResult is what was found.
type TradeResult struct {
	TradeSettings
	Engine         string  `json:"engine"`
	SettledSeconds float64 `json:"settled_s"`
	DerivedSeconds float64 `json:"derived_s"`
	DerivedCPU     float64 `json:"derived_cpu_s"`
	DerivedEach    float64 `json:"derived_us_an_entry"`
	Rows           int64   `json:"visit_rows"`
	MonthsMS       float64 `json:"quarter_by_month_ms"`
	SpansMS        float64 `json:"quarter_together_ms"`
	QuarterCPU     float64 `json:"quarter_cpu_s"` // of both
	Spans          int     `json:"quarter_shops"`
	Pages          []Page  `json:"pages"`
}

// Page is how long a page took from the request to its last byte.
type Page struct {
	Name string  `json:"name"`
	P50  float64 `json:"p50_ms"`
	P95  float64 `json:"p95_ms"`
	Max  float64 `json:"max_ms"`
}

// Trade settles purchases of a made-up year through the till's own path, derives the
// tables of trade, and measures what reads them. Made up are who buys where and for
// how much; entries, rows and pages are the program's own.
func Trade(ctx context.Context, cfg app.Config, s TradeSettings) (r TradeResult, err error) {
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	b := &tradeBench{a: a, s: s, rng: rand.New(rand.NewPCG(4, 11)), now: a.DB.Clock().Now()}
	r.TradeSettings, r.Engine = s, string(a.DB.Engine())
	if err := b.found(ctx); err != nil {
		return r, err
	}
	began := time.Now()
	if err := b.settle(ctx); err != nil {
		return r, err
	}
	r.SettledSeconds = time.Since(began).Seconds()
	if err := b.close(ctx); err != nil {
		return r, err
	}
	began, cpu := time.Now(), processorTime()
	if err := b.derive(ctx, a.Flows.DeriveTrade); err != nil {
		return r, err
	}
	r.DerivedSeconds, r.DerivedCPU = time.Since(began).Seconds(), (processorTime() - cpu).Seconds()
	r.DerivedEach = r.DerivedSeconds * 1e6 / float64(max(1, s.Purchases))
	follower := a.Flows.Follower()
	if err := b.derive(ctx, func(ctx context.Context, at id.ID, limit int) (int, error) {
		return follower.Step(ctx, at, ledger.FollowParties, limit)
	}); err != nil {
		return r, err
	}
	if err := b.quarter(ctx, &r); err != nil {
		return r, err
	}
	return r, b.pages(ctx, &r)
}

type tradeBench struct {
	a   *app.App
	s   TradeSettings
	rng *rand.Rand
	now time.Time
	at  id.ID
	ids []id.ID // of shops
}

const trades = 40 // industries

func shopOf(i int) string   { return fmt.Sprintf("t%04d", i) }
func memberOf(i int) string { return fmt.Sprintf("u%05d", i) }

// found makes the community, its shops and members.
func (b *tradeBench) found(ctx context.Context) error {
	f := b.a.Flows
	place, _, err := f.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "BT", Name: "BT"}, flow.Trial())
	if err != nil {
		return err
	}
	b.at = place.ID
	b.ids = make([]id.ID, b.s.Shops)
	each := func(n int, do func(tx *db.Tx, i int) error) error {
		var waiting []db.Pending
		for i := range n {
			p, err := f.DB.Submit(ctx, b.at, db.System, func(tx *db.Tx) error { return do(tx, i) })
			if err != nil {
				return err
			}
			if waiting = append(waiting, p); len(waiting) == 500 || i == n-1 {
				if err := waitAll(ctx, waiting); err != nil {
					return err
				}
				waiting = waiting[:0]
			}
		}
		return nil
	}
	if err := each(b.s.Shops, func(tx *db.Tx, i int) error {
		m, _, err := f.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: shopOf(i), Name: shopOf(i), IndustryZH: fmt.Sprint("trade ", i%trades), Tier: policy.Standard})
		if err == nil {
			b.ids[i] = m.ID
		}
		return err
	}); err != nil {
		return err
	}
	ages := []string{"", "19-24", "25-34", "35-44", "45-54", "65+"}
	return each(b.s.Members, func(tx *db.Tx, i int) error {
		_, _, err := f.Members.Join(ctx, tx, member.Member{Ref: memberOf(i), Standing: member.Good, Level: policy.Silver,
			Profile: member.Profile{AgeBand: ages[i%len(ages)], HouseholdSize: fmt.Sprint(1 + i%5), Kids: fmt.Sprint(i % 3)}})
		return err
	})
}

// settle buys, in the order of a year up to yesterday: most of it in the eight shops
// that a member likes, the rest anywhere, large shops more often.
func (b *tradeBench) settle(ctx context.Context) error {
	const batch, likes, days = 2000, 8, 364
	start := b.now.AddDate(0, 0, -days-1)
	step := days * 24 * time.Hour / time.Duration(max(1, b.s.Purchases))
	var waiting []*flow.Settling
	for i := range b.s.Purchases {
		buyer := b.rng.IntN(b.s.Members)
		shop := (buyer*31 + b.rng.IntN(likes)*257) % b.s.Shops
		if b.rng.IntN(4) == 0 {
			shop = min(b.rng.IntN(b.s.Shops), b.rng.IntN(b.s.Shops), b.rng.IntN(b.s.Shops))
		}
		price := money.Amount(300 + b.rng.IntN(15_000))
		waiting = append(waiting, b.a.Flows.Submit(ctx, b.at, db.System, &flow.Purchase{Ref: fmt.Sprint("bt", i), PurchasedAt: start.Add(time.Duration(i) * step),
			Member: memberOf(buyer), Merchant: shopOf(shop), List: price + money.Amount(b.rng.IntN(500)), Price: price, Held: price, Items: 1, Imported: true}))
		if len(waiting) == batch || i == b.s.Purchases-1 {
			for _, w := range waiting {
				if _, err := w.Wait(ctx); err != nil {
					return err
				}
			}
			waiting = waiting[:0]
		}
	}
	return nil
}

// last is the first month of the last finished quarter.
func (b *tradeBench) last() period.Month {
	return trade.QuarterOf(period.DayOf(b.now, flow.DefaultZone).Month()) - 3
}

// close closes the last quarter, so that its portraits can be made.
func (b *tradeBench) close(ctx context.Context) error {
	return b.a.Flows.CloseDay(ctx, b.at, db.System, (b.last() + 2).Last())
}

func (b *tradeBench) derive(ctx context.Context, step func(ctx context.Context, at id.ID, limit int) (int, error)) error {
	const limit = 4096
	for {
		n, err := step(ctx, b.at, limit)
		if err != nil || n < limit {
			return err
		}
	}
}

// quarter measures what a quarter's score reads.
func (b *tradeBench) quarter(ctx context.Context, r *TradeResult) error {
	return b.a.DB.View(ctx, b.at, func(reader db.Reader) (err error) {
		if r.Rows, err = b.a.Flows.Trade.Rows(ctx, reader, b.at); err != nil {
			return err
		}
		began, cpu := time.Now(), processorTime()
		if _, err = b.a.Flows.Trade.ShopMonths(ctx, reader, b.at, b.last(), b.last()+2); err != nil {
			return err
		}
		r.MonthsMS = ms(time.Since(began))
		began = time.Now()
		all, err := b.a.Flows.Trade.ShopSpans(ctx, reader, b.at, b.last(), b.last()+2)
		r.SpansMS, r.Spans, r.QuarterCPU = ms(time.Since(began)), len(all), (processorTime() - cpu).Seconds()
		return err
	})
}

// pages opens pages as people would, each as somebody else.
func (b *tradeBench) pages(ctx context.Context, r *TradeResult) error {
	h, err := b.a.Handler(ctx, nil)
	if err != nil {
		return err
	}
	var bills, shops []visit
	for i := range b.s.Looks {
		token, err := b.enter(ctx, i, id.ID{})
		if err != nil {
			return err
		}
		bills = append(bills, visit{token, "/me/bill"})
		shop := b.ids[i*b.s.Shops/b.s.Looks]
		if token, err = b.enter(ctx, b.s.Looks+i, shop); err != nil {
			return err
		}
		shops = append(shops, visit{token, "/shop/" + shop.String() + "/customers"})
	}
	for _, p := range []struct {
		name   string
		visits []visit
		more   string
	}{
		{"bill, a month", bills, ""}, {"bill, twelve months", bills, "?month=year"}, {"bill, its rows", bills, "/rows?month=year"},
		{"portrait, made", shops, ""}, {"portrait, again", shops, ""},
	} {
		times, err := open(h, p.visits, p.more)
		if err != nil {
			return err
		}
		r.Pages = append(r.Pages, Page{p.name, ms(times[len(times)/2]), ms(times[len(times)*95/100]), ms(times[len(times)-1])})
	}
	return nil
}

// visit is somebody at a page.
type visit struct{ token, path string }

// enter signs a member in, as the owner of a shop if one is named.
func (b *tradeBench) enter(ctx context.Context, n int, shop id.ID) (token string, err error) {
	f := b.a.Flows
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := f.People.Register(ctx, tx, person.Person{Name: "张三", Phone: fmt.Sprintf("+861720%07d", n)})
		if err != nil {
			return err
		}
		if err := f.Members.Reserve(ctx, tx, memberOf(n), b.at); err != nil {
			return err
		}
		if err := f.People.Link(ctx, tx, p.ID, memberOf(n), b.at); err != nil {
			return err
		}
		if !shop.IsZero() {
			if _, err := f.Access.Give(ctx, tx, access.Grant{Person: p.ID, Role: access.Owner, Place: b.at, Subject: shop, Reason: "bench"}); err != nil {
				return err
			}
		}
		_, token, err = f.SignIn.Start(ctx, tx, p.ID, signin.ByCode, signin.Device{})
		return err
	})
	return token, err
}

// open opens each page once and tells how long each took, sorted.
func open(h http.Handler, visits []visit, more string) (times []time.Duration, err error) {
	for _, v := range visits {
		req := httptest.NewRequest(http.MethodGet, v.path+more, nil)
		req.AddCookie(&http.Cookie{Name: "gongyi", Value: v.token})
		answer := httptest.NewRecorder()
		began := time.Now()
		h.ServeHTTP(answer, req)
		times = append(times, time.Since(began))
		if answer.Code != http.StatusOK {
			return nil, fmt.Errorf("bench: %s answers %d", v.path+more, answer.Code)
		}
	}
	slices.Sort(times)
	return times, nil
}
