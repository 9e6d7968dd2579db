package portal_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/portal"
	"gongyi/internal/portal/merchantweb"
	"gongyi/internal/portal/residentweb"
)

// house is the frames of residents and shops over a database with two communities
// and a shop or two in each. Names are English, so that an English page may hold
// no Chinese at all.
type house struct {
	*portal.Portal
	t          testing.TB
	env        dbtest.Env
	home, away id.ID
	shop       *merchant.Merchant // the bakery, at home
	web        http.Handler
	viewer     authz.Viewer // who asks
	n          int
}

// books are open books with one month.
type books struct{ of time.Time }

func (b books) Street(context.Context) (ledgerweb.StreetView, error) {
	return ledgerweb.StreetView{Street: "Park Street", Month: 24309, K: 5, Communities: []ledgerweb.CommunityRow{
		{Place: ledgerweb.Place{Name: "Bamboo Brook", Href: "/c/C1"}, Shops: 3, Purchases: 40, Buyers: 12, Spent: 1_234_50, Fund: 6_17},
	}}, nil
}

func (b books) Latest(context.Context, string) (period.Month, error) {
	return period.DayOf(b.of, time.UTC).Month(), nil
}

func (b books) Month(_ context.Context, ask ledgerweb.Ask) (ledgerweb.BooksView, error) {
	return ledgerweb.BooksView{Month: ask.Month, K: 5, Flow: ledgerweb.Flow{Purchases: 40, Buyers: 12, Welfare: 6_17}}, nil
}

// noon is nine in the morning where the house stands, on a Thursday.
var noon = time.Date(2025, 10, 16, 1, 0, 0, 0, time.UTC)

func inHouse(t testing.TB) *house {
	env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { _, o.Rehearse = t.(*testing.T) })
	env.Clock.Set(noon)
	h := &house{t: t, env: env}
	f := flow.New(env.DB)
	engine, err := authz.New(access.Policies, community.Tree{Places: f.Communities, DB: env.DB})
	h.must(err)
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler), Recognise: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
		return authz.With(r.Context(), h.viewer), nil
	}}
	mux := http.NewServeMux()
	router := httpkit.NewRouter(kit, mux, engine)
	h.Portal = portal.New(f, router)
	(&residentweb.Pages{Portal: h.Portal, Books: books{noon}, Covered: func(context.Context, id.ID, int64) (int64, error) { return 1, nil }}).Routes(router)
	(&merchantweb.Pages{Portal: h.Portal}).Routes(router)
	mux.Handle("/", kit.NotFound())
	h.web = kit.Wrap(mux)
	h.home, h.away = h.found("C1", "Bamboo Brook"), h.found("C2", "Bridge End")
	h.shop = h.admit(h.home, "bakery", "Bridge Bakery")
	h.admit(h.home, "fruit", "East Gate Fruit")
	h.admit(h.away, "tea", "Willow Tea")
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) found(ref, name string) id.ID {
	h.t.Helper()
	p, _, err := h.Flows.Found(bg, db.System, community.Place{Kind: community.Community, Ref: ref, Name: name}, flow.Trial())
	h.must(err)
	return p.ID
}

func (h *house) update(at id.ID, fn func(tx *db.Tx) error) {
	h.t.Helper()
	h.must(h.Flows.DB.Update(bg, at, db.System, fn))
}

func (h *house) admit(at id.ID, ref, name string) (m *merchant.Merchant) {
	h.t.Helper()
	h.update(at, func(tx *db.Tx) (err error) {
		m, _, err = h.Flows.Merchants.Admit(bg, tx, merchant.Merchant{Ref: ref, Name: name, Industry: "food", IndustryZH: "食品", Tier: policy.Standard, CarePledge: 2_000})
		return err
	})
	return m
}

// person registers somebody who is a member of the community.
func (h *house) person(name string, form person.Form) (who *person.Person) {
	h.t.Helper()
	who = h.stranger(name, form)
	h.member(who, name, h.home)
	return who
}

// stranger registers somebody whom no community knows.
func (h *house) stranger(name string, form person.Form) (who *person.Person) {
	h.t.Helper()
	h.n++
	h.update(id.Tilde, func(tx *db.Tx) (err error) {
		who, err = h.Flows.People.Register(bg, tx, person.Person{Name: name, Form: form, Phone: fmt.Sprintf("+861380013%04d", h.n), BirthYear: 1955})
		return err
	})
	return who
}

func (h *house) member(who *person.Person, ref string, at id.ID) {
	h.t.Helper()
	h.update(id.Tilde, func(tx *db.Tx) error {
		if err := h.Flows.Members.Reserve(bg, tx, ref, at); err != nil {
			return err
		}
		return h.Flows.People.Link(bg, tx, who.ID, ref, at)
	})
	h.update(at, func(tx *db.Tx) error {
		_, _, err := h.Flows.Members.Join(bg, tx, member.Member{Ref: ref, Standing: member.Good, Level: policy.Silver})
		return err
	})
}

// buy lets a member buy now.
func (h *house) buy(at id.ID, member, shop string, price money.Amount) flow.Settled {
	h.t.Helper()
	h.n++
	s, err := h.Flows.Settle(bg, at, db.System, flow.Purchase{Ref: fmt.Sprint("p", h.n), PurchasedAt: h.env.Clock.Now(), Member: member, Merchant: shop, List: price, Price: price, Held: price, Items: 1})
	h.must(err)
	return s
}

// voucher gives a member a voucher of the fruit shop for the bakery.
func (h *house) voucher(ref, holder string, expires time.Duration) {
	h.t.Helper()
	h.update(h.home, func(tx *db.Tx) error {
		from, err := h.Flows.Merchants.ByRef(bg, tx, "fruit")
		h.must(err)
		m, err := h.Flows.Members.ByRef(bg, tx, holder)
		h.must(err)
		_, err = h.Flows.Promotions.Issue(bg, tx, promotion.Voucher{Ref: ref, Issuer: from.ID, Target: h.shop.ID, Member: m.ID, Amount: 5_00, Sharers: []id.ID{from.ID}, ExpiresAt: tx.Now.Add(expires)}, promotion.Promise{})
		return err
	})
}

// as says who asks from now on, with roles in the bakery.
func (h *house) as(who *person.Person, roles ...authz.Role) {
	h.viewer = authz.Viewer{}
	if who != nil {
		h.viewer.Person = who.ID
	}
	for _, r := range roles {
		h.viewer.Grants = append(h.viewer.Grants, authz.Grant{Role: r, Place: h.home, Subject: h.shop.ID})
	}
}

func (h *house) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	return w
}

func (h *house) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	return w
}
