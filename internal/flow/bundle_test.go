package flow_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// weekend are the terms of a bundle of three shops, changed by edits: 124.00 by itself for
// 88.88, of which 28.67, 8.60, 8.60 and 43.01.
func (w *town) weekend(edits ...func(t *bundle.Terms)) bundle.Terms {
	fruit, bakery, first := w.shop("fruit").ID, w.shop("bakery").ID, w.shop("first").ID
	t := bundle.Terms{Name: "周末亲子套餐", Kind: bundle.Scene, Shop: fruit, Price: 88_88, Opens: w.day(), Closes: w.day() + 30, Days: 30, PerPerson: 2, Total: 100,
		Parts: []bundle.Part{{What: "水果一篮", Shops: []id.ID{fruit}, Times: 1, Price: 40_00}, {What: "面包", Shops: []id.ID{bakery}, Times: 2, Price: 12_00},
			{What: "亲子手工课", Shops: []id.ID{first}, Times: 1, Price: 60_00}}}
	for _, e := range edits {
		e(&t)
	}
	return t
}

// welcome is a pack for new members, 20.00 for 1.00, of which the platform gives 9.00.
func (w *town) welcome(edits ...func(t *bundle.Terms)) bundle.Terms {
	return w.weekend(append([]func(t *bundle.Terms){func(t *bundle.Terms) {
		t.Name, t.Kind, t.Shop, t.Price, t.PerPerson, t.Sponsor, t.Gift, t.New = "新会员礼包", bundle.Pack, id.ID{}, 1_00, 1, bundle.ByPlatform, 9_00, true
		t.Parts = []bundle.Part{{What: "礼包", Shops: []id.ID{w.shop("bakery").ID, w.shop("fruit").ID}, Times: 1, Price: 20_00}}
	}}, edits...)...)
}

// bundleNow is a bundle as it stands, the latest if it is zero.
func (w *town) bundleNow(at id.ID) (b *bundle.Bundle) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		all, err := w.Bundles.All(ctx, r, w.home)
		for _, x := range all {
			if b == nil && (at.IsZero() || x.ID == at) {
				b = x
			}
		}
		return err
	}))
	return b
}

// sold proposes a bundle and lets everybody agree.
func (w *town) sold(t bundle.Terms) *bundle.Bundle {
	w.t.Helper()
	w.env.Clock.Advance(time.Second)
	w.must(w.ProposeBundle(ctx, w.home, office, fmt.Sprint(w.env.Clock.Now().UnixNano()), t))
	b := w.bundleNow(id.ID{})
	for _, party := range b.Missing() {
		w.must(w.AgreeBundle(ctx, w.home, deputy, b.ID, party))
	}
	return w.bundleNow(b.ID)
}

func (w *town) order(who string, b *bundle.Bundle) (*charge.Charge, error) {
	return w.OrderBundle(ctx, w.home, office, w.member(who).ID, b.ID)
}

// sale is a sale as it stands.
func (w *town) sale(at id.ID) (s *bundle.Sale) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { s, err = w.Bundles.Sale(ctx, r, w.home, at); return err }))
	return s
}

// slips number the payments of a test.
var slips atomic.Int64

// bought orders a bundle and pays for it; the provider's number is on the slip.
func (w *town) bought(who string, b *bundle.Bundle) *bundle.Sale {
	w.t.Helper()
	c, err := w.order(who, b)
	w.must(err)
	_, err = w.Pay(ctx, w.home, office, c.ID, charge.Payment{Means: charter.Provider, Reference: fmt.Sprint("P-", slips.Add(1))})
	w.must(err)
	return w.sale(c.Subject)
}

func (w *town) takePart(shop, code, token string) (*bundle.Taken, error) {
	return w.TakeBundlePart(ctx, w.home, db.System, flow.BundleTaking{Shop: w.shop(shop).ID, Code: code, Token: token})
}

func TestWhatABundleMayBe(t *testing.T) {
	inTown(t, func(w *town) {
		bad := func(what string, want *fault.Fault, edit func(t *bundle.Terms)) {
			t.Helper()
			wants(t, what, w.ProposeBundle(ctx, w.home, office, what, w.weekend(edit)), want)
		}
		bad("no name", bundle.ErrBadName, func(t *bundle.Terms) { t.Name = "" })
		bad("of no kind", bundle.ErrBadKind, func(t *bundle.Terms) { t.Kind = "bag" })
		bad("of one shop", bundle.ErrBadParts, func(t *bundle.Terms) { t.Parts = t.Parts[:1] })
		bad("a part of nothing", bundle.ErrBadPart, func(t *bundle.Terms) { t.Parts[0].What = "" })
		bad("a part no times", bundle.ErrBadPart, func(t *bundle.Terms) { t.Parts[0].Times = 0 })
		bad("a part of no shop", bundle.ErrBadPart, func(t *bundle.Terms) { t.Parts[0].Shops = nil })
		bad("a part of two shops", bundle.ErrBadPart, func(t *bundle.Terms) { t.Parts[0].Shops = append(t.Parts[0].Shops, t.Parts[1].Shops...) })
		bad("E2: less than 20% under the sum", bundle.ErrBadPrice, func(t *bundle.Terms) { t.Price = 99_21 })
		bad("a use for nothing", bundle.ErrBadPrice, func(t *bundle.Terms) { t.Price = 3 })
		bad("with a sponsor", bundle.ErrBadKind, func(t *bundle.Terms) { t.Sponsor = bundle.ByShops })
		bad("used for longer than the policy", bundle.ErrBadDays, func(t *bundle.Terms) { t.Days = 181 })
		bad("sold yesterday", bundle.ErrBadDays, func(t *bundle.Terms) { t.Opens-- })
		bad("none at all", bundle.ErrBadCount, func(t *bundle.Terms) { t.Total = 0 })
		bad("more a person than there are", bundle.ErrBadCount, func(t *bundle.Terms) { t.PerPerson = 101 })
		pack := func(what string, want *fault.Fault, edit func(t *bundle.Terms)) {
			t.Helper()
			wants(t, what, w.ProposeBundle(ctx, w.home, office, what, w.welcome(edit)), want)
		}
		pack("E3: dearer than one yuan", bundle.ErrBadPrice, func(t *bundle.Terms) { t.Price = 1_01 })
		pack("two to a person", bundle.ErrBadCount, func(t *bundle.Terms) { t.PerPerson = 2 })
		pack("nobody pays", bundle.ErrBadGift, func(t *bundle.Terms) { t.Sponsor = "" })
		pack("more than it is worth", bundle.ErrBadGift, func(t *bundle.Terms) { t.Gift = 19_01 })
		pack("the platform's money, by a shop", bundle.ErrOnlyByDesk, func(t *bundle.Terms) { t.Shop = t.Parts[0].Shops[0] })
		pack("collected for longer than the policy", bundle.ErrBadDays, func(t *bundle.Terms) { t.Days = 31 })
		w.must(w.ProposeBundle(ctx, w.home, office, "good", w.weekend(func(t *bundle.Terms) { t.Price = 99_20 })))
		wants(t, "of a shop of nowhere", w.ProposeBundle(ctx, w.home, office, "x", w.weekend(func(t *bundle.Terms) { t.Parts[0].Shops = []id.ID{{1}} })), fault.New(0, "merchant.not_found"))
	})
}

func TestEveryShopAndTheDeskAgreeToABundle(t *testing.T) {
	inTown(t, func(w *town) {
		bakery, first := w.shop("bakery").ID, w.shop("first").ID
		w.must(w.ProposeBundle(ctx, w.home, office, "", w.weekend()))
		b := w.bundleNow(id.ID{})
		if got := b.Missing(); len(got) != 3 || got[0] != bakery || got[1] != first || !got[2].IsZero() {
			t.Fatalf("asked are %v", got)
		}
		_, err := w.order("anna", b)
		wants(t, "before it is agreed", err, bundle.ErrNotOnSale)
		w.must(w.AgreeBundle(ctx, w.home, deputy, b.ID, id.ID{}))
		w.must(w.AgreeBundle(ctx, w.home, deputy, b.ID, bakery))
		wants(t, "twice", w.AgreeBundle(ctx, w.home, deputy, b.ID, bakery), pact.ErrAgreed)
		_, err = w.order("anna", b)
		wants(t, "before all agree", err, bundle.ErrNotOnSale)
		w.must(w.AgreeBundle(ctx, w.home, deputy, b.ID, first))
		s := w.bought("anna", b)
		open, err := w.order("ben", b)
		w.must(err)
		wants(t, "stopped by who did not propose it", w.StopBundle(ctx, w.home, office, b.ID, bakery, "x"), pact.ErrNotAParty)
		w.must(w.StopBundle(ctx, w.home, office, b.ID, id.ID{}, "卖完了"))
		_, err = w.order("leader", b)
		wants(t, "after it is stopped", err, bundle.ErrNotOnSale)
		_, err = w.Pay(ctx, w.home, office, open.ID, charge.Payment{Means: charter.Provider, Reference: "late"})
		wants(t, "paid after it was stopped", err, charge.ErrEnded)
		_, err = w.takePart("bakery", s.Codes[1], "")
		w.must(err) // what was sold stands
		w.must(w.ProposeBundle(ctx, w.home, office, "", w.weekend(func(t *bundle.Terms) { t.Shop = id.ID{} })))
		desk := w.bundleNow(id.ID{})
		wants(t, "for the desk, by who proposed it", w.AgreeBundle(ctx, w.home, office, desk.ID, id.ID{}), pact.ErrOwn)
		w.must(w.DeclineBundle(ctx, w.home, deputy, desk.ID, bakery, "太便宜"))
		w.whole()
	})
}

// TestABundleIsUsedPartByPart: what is paid is the buyer's; each part that a shop gives is
// a purchase there at its share; what is left goes back whole (B-01, B-02, B-01R).
func TestABundleIsUsedPartByPart(t *testing.T) {
	inTown(t, func(w *town) {
		b := w.sold(w.weekend())
		if got := fmt.Sprint(b.Shares()); got != "[[2867] [860 860] [4301]]" {
			t.Fatalf("shares %s", got)
		}
		s := w.bought("anna", b)
		w.expect("gateway/clearing CNY -88.88\nmember:anna/bundles CNY 88.88")
		_, err := w.takePart("fruit", s.Codes[1], "")
		wants(t, "at another shop", err, bundle.ErrElsewhere)
		_, err = w.takePart("fruit", "1234567890", "")
		wants(t, "a number that nobody has", err, bundle.ErrBadCode)
		got, err := w.takePart("bakery", s.Codes[1], "form")
		w.must(err)
		again, err := w.takePart("bakery", s.Codes[1], "form")
		w.must(err)
		if again.Seq != got.Seq || got.Share != 8_60 {
			t.Errorf("taken %+v, and then %+v", got, again)
		}
		r, err := w.Receipt(ctx, w.home, got.Seq)
		w.must(err)
		if r.Facts.Price != 8_60 || r.Facts.List != 12_00 || r.Facts.Held != 8_60 {
			t.Errorf("the purchase is %+v", r.Facts)
		}
		if held := w.books()["member:anna/bundles CNY"]; held != "80.28" {
			t.Errorf("she holds %s", held)
		}
		_, err = w.ReturnBundle(ctx, w.home, office, w.member("ben").ID, s.ID, -1)
		wants(t, "another's", err, bundle.ErrNoSale)
		back, err := w.ReturnBundle(ctx, w.home, office, s.Member, s.ID, 1)
		w.must(err)
		if back != 8_60 {
			t.Errorf("%d went back of the other loaf", back)
		}
		_, err = w.takePart("bakery", s.Codes[1], "later")
		wants(t, "used or given back", err, bundle.ErrUsedUp)
		_, err = w.takePart("first", s.Codes[2], "")
		w.must(err)
		w.env.Clock.Advance(31 * 24 * time.Hour)
		_, err = w.takePart("fruit", s.Codes[0], "")
		wants(t, "after the last day", err, bundle.ErrOver)
		w.must(w.ReturnDueBundles(ctx, w.home))
		s = w.sale(s.ID)
		if s.Went(bundle.Used) != 51_61 || s.Went(bundle.Back) != 37_27 || s.Held() != 0 {
			t.Errorf("used %d, back %d, held %d", s.Went(bundle.Used), s.Went(bundle.Back), s.Held())
		}
		if held := w.books()["member:anna/bundles CNY"]; held != "" {
			t.Errorf("she holds %s", held)
		}
		w.whole()
	})
}

// TestAPackForNewMembers: 1.00 for who has joined, once; the platform's 9.00 are promised
// of the month and go to the shop where it is collected (B-03, E3).
func TestAPackForNewMembers(t *testing.T) {
	inTown(t, func(w *town) {
		w.amend(func(p *policy.Params) { p.PromotionBudget = 20_00 })
		b := w.sold(w.welcome())
		s := w.bought("anna", b)
		_, err := w.order("anna", b)
		wants(t, "twice", err, bundle.ErrHadYours)
		open, err := w.order("ben", b)
		w.must(err)
		if v := w.promised(); v != 18_00 {
			t.Errorf("%d is promised", v)
		}
		_, err = w.order("leader", b)
		wants(t, "past the month's budget", err, fault.New(0, "promotion.month_spent"))
		w.must(w.DropCharge(ctx, w.home, office, open.ID, "changed his mind"))
		if v := w.promised(); v != 9_00 {
			t.Errorf("%d is promised after one was dropped", v)
		}
		before := w.books()["merchant:fruit/payable CNY"]
		_, err = w.takePart("fruit", s.Codes[0], "")
		w.must(err)
		if now := w.books(); before != "" || now["merchant:fruit/payable CNY"] != "9.97" || now["platform/promotion CNY"] != "-9.00" { // 1.00 less 3%, and 9.00
			t.Errorf("the shop has %q, the platform %q", now["merchant:fruit/payable CNY"], now["platform/promotion CNY"])
		}
		other := w.bought("leader", b)
		_, err = w.ReturnBundle(ctx, w.home, office, other.Member, other.ID, -1)
		w.must(err)
		if v := w.promised(); v != 9_00 {
			t.Errorf("%d is promised after one went back", v)
		}
		w.env.Clock.Advance(31 * 24 * time.Hour)
		late := w.sold(w.welcome())
		_, err = w.order("ben", late)
		wants(t, "a month after joining", err, bundle.ErrNotNew)
		w.whole()
	})
}

// E2: who left or is suspended orders no bundle; once her membership is in force again she
// does.
func TestWhoLeftOrdersNothing(t *testing.T) {
	inTown(t, func(w *town) {
		b := w.sold(w.weekend())
		for _, x := range []struct {
			standing member.Standing
			want     error
		}{{member.Lapsed, membership.ErrNotGood}, {member.Barred, membership.ErrNotGood}, {member.Good, nil}} {
			w.must(w.DB.Update(ctx, w.home, office, func(tx *db.Tx) error {
				return w.Members.Change(ctx, tx, "anna", func(m *member.Member) error { m.Standing = x.standing; return nil })
			}))
			if _, err := w.order("anna", b); !errors.Is(err, x.want) {
				t.Errorf("%s: %v, want %v", x.standing, err, x.want)
			}
		}
	})
}
