package flow_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// alley is the town with an alliance: shops of trades, their owners in the committee.
type alley struct {
	*town
	owners map[string]id.ID // trade → the owner of its shop
	shops  map[string]id.ID
	sales  int // made by sell

	recommends  func(month period.Month) // at the first look in a month
	recommended period.Month
}

// spot is where the alley lies.
var spot = geo.Point{Lat: 36_812_000, Lon: 118_046_000}

func inAlley(t *testing.T, fn func(w *alley)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(furnished(t, env)) })
}

// furnished is an alley with seven shops in their seats and as many members.
func furnished(t *testing.T, env dbtest.Env) *alley {
	w := &alley{town: settled(t, env), owners: make(map[string]id.ID), shops: make(map[string]id.ID)}
	for i, trade := range []string{"bakery", "butcher", "deli", "florist", "pharmacy", "wine", "restaurant"} {
		w.open(w.home, trade, i)
	}
	if _, err := w.SeatExisting(ctx, w.home, db.System); err != nil {
		t.Fatal(err)
	}
	for _, trade := range []string{"bakery", "butcher", "deli", "florist", "pharmacy"} {
		if _, err := w.SeatMember(ctx, w.home, db.System, w.owners[trade], w.shops[trade], "第一届"); err != nil {
			t.Fatal(err)
		}
	}
	w.must(w.AllianceDue(ctx, w.home))
	return w
}

// open opens a shop of a trade with an owner of its own.
func (w *alley) open(at id.ID, trade string, n int) {
	w.t.Helper()
	ref := "shop-" + trade
	var shop id.ID
	w.must(w.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
		m, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: trade, Industry: trade, IndustryZH: trade, Tier: policy.Standard})
		if err == nil {
			shop = m.ID
			err = w.Merchants.SetPosition(ctx, tx, shop, geo.Point{Lat: spot.Lat + int64(n)*500, Lon: spot.Lon})
		}
		return err
	}))
	who := w.somebody(trade, n)
	w.grant(who, access.Owner, at, shop)
	w.owners[trade], w.shops[trade] = who, shop
}

// somebody registers a person who is a member at home.
func (w *alley) somebody(name string, n int) id.ID {
	w.t.Helper()
	ref := "m-" + name
	w.join(w.home, ref, policy.Silver, "")
	return w.known(name, fmt.Sprintf("+86139%08d", n+1), ref)
}

func (w *alley) grant(who id.ID, role any, place, subject id.ID) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		g := access.Grant{Person: who, Place: place, Subject: subject, Grantor: "test", Reason: "测试"}
		g.Role = access.Owner
		for _, r := range access.Roles {
			if fmt.Sprint(r) == fmt.Sprint(role) {
				g.Role = r
			}
		}
		_, err := w.Access.Give(ctx, tx, g)
		return err
	}))
}

func as(who id.ID) db.Actor { return db.Actor{Kind: "person", ID: who} }

// later moves the clock and does what is due.
func (w *alley) later(d time.Duration) {
	w.t.Helper()
	w.env.Clock.Advance(d)
	w.must(w.ExpireCharges(ctx, w.home))
	w.must(w.AllianceDue(ctx, w.home))
}

const oneDay = 24 * time.Hour

// free vacates the seat of a trade.
func (w *alley) free(trade string, why alliance.Why) *alliance.Tenure {
	w.t.Helper()
	t := alliance.OfShop(w.tenures(), w.shops[trade], w.env.Clock.Now())
	if t == nil {
		w.t.Fatalf("%s holds no seat", trade)
	}
	got, err := w.VacateSeat(ctx, w.home, db.System, t.ID, why, "测试")
	w.must(err)
	return got
}

func (w *alley) tenures() (all []*alliance.Tenure) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Alliance.Tenures(ctx, r, w.home); return err }))
	return all
}

// opening is the one that runs for a trade.
func (w *alley) opening(trade string) *alliance.Opening {
	w.t.Helper()
	var all []*alliance.Opening
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Alliance.OpenOpenings(ctx, r, w.home); return err }))
	i := slices.IndexFunc(all, func(o *alliance.Opening) bool { return o.Trade == trade })
	if i < 0 {
		w.t.Fatalf("no opening for %s", trade)
	}
	return all[i]
}

func (w *alley) application(x id.ID) (a *alliance.Application) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { a, err = w.Alliance.ApplicationByID(ctx, r, w.home, x); return err }))
	return a
}

func (w *alley) state(x id.ID, want alliance.State) {
	w.t.Helper()
	if got := w.application(x).State(); got != want {
		w.t.Errorf("the application is %s, want %s", got, want)
	}
}

// form is what an applicant writes; n makes it hers.
func form(n int, size alliance.Size) alliance.Form {
	return alliance.Form{ShopName: fmt.Sprintf("新店%d", n), Address: "竹溪路 8 号", At: spot, OwnerName: "王小小", Licence: fmt.Sprintf("91310000MA1FL%05d", n), Years: n % 50,
		Size: size, Offer: alliance.Discount, OfferText: "会员九五折", OfferShare: 15_000, Promises: alliance.Promises}
}

// bid writes an application with its papers and hands it in.
func (w *alley) bid(who id.ID, trade string, n int, size alliance.Size) id.ID {
	w.t.Helper()
	x, err := w.ApplyForSeat(ctx, w.home, as(who), w.opening(trade).ID, id.ID{})
	w.must(err)
	w.must(w.SaveApplication(ctx, w.home, as(who), x.ID, form(n, size)))
	for _, p := range []alliance.Paper{alliance.Licence, alliance.Storefront} {
		if _, err := w.AddPaper(ctx, w.home, as(who), x.ID, p, photo(w.t)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.must(w.SubmitApplication(ctx, w.home, as(who), x.ID))
	w.env.Clock.Advance(time.Minute) // who comes first came first
	return x.ID
}

// look checks an application's papers and notes a visit.
func (w *alley) look(x id.ID) {
	w.t.Helper()
	w.must(w.CheckApplication(ctx, w.home, db.System, x, alliance.Checked, ""))
	_, err := w.NoteVisit(ctx, w.home, db.System, alliance.Visit{Application: x, On: period.DayOf(w.env.Clock.Now(), flow.DefaultZone), Visitors: []string{"沈立新", "何静"}, Passed: alliance.Checks, Area: 40, Result: alliance.Fit}, "")
	w.must(err)
}

// ballot is the one that runs or ran last about an opening.
func (w *alley) ballot(o id.ID) *committee.Ballot {
	w.t.Helper()
	var all []*committee.Ballot
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Committee.BallotsOn(ctx, r, w.home, committee.Subject{Kind: flow.OnOpening, ID: o})
		return err
	}))
	if len(all) == 0 {
		w.t.Fatal("no ballot")
	}
	return all[len(all)-1]
}

// choose lets everybody who may vote for an option, found by what it stands for.
func (w *alley) choose(b *committee.Ballot, key id.ID) {
	w.t.Helper()
	i := slices.IndexFunc(b.Options, func(o committee.Option) bool { return o.Key == key })
	for _, e := range b.Electors {
		if e.May() {
			_, err := w.Vote(ctx, w.home, as(e.Person), b.ID, i+1)
			w.must(err)
		}
	}
}

// pay pays everything that an application was asked for.
func (w *alley) pay(x id.ID) {
	w.t.Helper()
	var all []charge.Charge
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Charges.Of(ctx, r, w.home, x); return err }))
	for i, c := range all {
		if c.Open() {
			_, err := w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Provider, Reference: fmt.Sprintf("%s-%d", x, i)})
			w.must(err)
		}
	}
}

// sign lets both sides confirm the contract of an application.
func (w *alley) sign(x id.ID, office id.ID) {
	w.t.Helper()
	var c *alliance.Agreement
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { c, err = w.Alliance.AgreementOf(ctx, r, w.home, x); return err }))
	w.must(w.SignContract(ctx, w.home, as(w.application(x).Person), x, alliance.ByOwner, "", c.SHA256))
	w.must(w.SignContract(ctx, w.home, as(office), x, alliance.ByAlliance, access.Operator, c.SHA256))
}
