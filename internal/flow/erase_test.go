package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// known registers the person behind a member.
func (w *town) known(name, phone, ref string) (who id.ID) {
	w.t.Helper()
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := w.People.Register(ctx, tx, person.Person{Name: name, Phone: phone})
		if err != nil {
			return err
		}
		who = p.ID
		return w.People.Link(ctx, tx, who, ref, w.home)
	}))
	return who
}

func (w *town) person(who id.ID) (p *person.Person) {
	w.t.Helper()
	w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { p, err = w.People.ByID(ctx, r, who); return err }))
	return p
}

// Anna shops at home and next door, then asks to be forgotten: nobody finds her, the
// books stay whole, and her number is free again.
func TestSomebodyIsForgotten(t *testing.T) {
	inTown(t, func(w *town) {
		anna := w.known("安娜", "+8613800000001", "anna")
		bought, err := w.buy("p1", "anna", "bakery", 60_00)
		w.must(err)
		away, err := w.Settle(ctx, w.away, db.System, flow.Purchase{Ref: "p2", PurchasedAt: w.env.Clock.Now(), Member: "anna", Merchant: "away-shop", List: 10_00, Price: 10_00, Held: 10_00, Items: 1})
		w.must(err)
		var listed []flow.Forgotten
		w.Erasing = func(f flow.Forgotten) error { listed = append(listed, f); return nil }
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Privacy.Give(ctx, tx, anna, privacy.Offers, "page") }))

		if _, err := w.AskErasure(ctx, db.System, anna, false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.AskErasure(ctx, db.System, anna, false); !errors.Is(err, privacy.ErrAsked) {
			t.Errorf("asked twice: %v", err)
		}
		w.must(w.EraseDue(ctx))
		if w.person(anna).Name != "安娜" || len(listed) > 0 {
			t.Fatal("she was forgotten before the time for reflection was over")
		}
		w.env.Clock.Advance(privacy.Reflection)
		w.must(w.EraseDue(ctx))
		w.must(w.EraseDue(ctx)) // nothing is left to do

		if p := w.person(anna); p.Name != "" || p.Phone != "" {
			t.Errorf("%+v is left of her", p)
		}
		if len(listed) != 2 || len(listed[0].Members) != 2 || listed[0].Members[0].Community != w.home || listed[0].Herself || !listed[1].Herself {
			t.Errorf("the list holds %+v", listed)
		}
		for _, at := range []id.ID{w.home, w.away} {
			err := w.DB.View(ctx, at, func(r db.Reader) error { _, err := w.Members.Lookup(ctx, r, at, "anna"); return err })
			if !errors.Is(err, member.ErrNotFound) {
				t.Errorf("her reference still leads somewhere: %v", err)
			}
		}
		for _, s := range []flow.Settled{bought, away} {
			if _, err := w.OpenReceipt(ctx, s.Receipt()); fault.KindOf(err) != fault.NotFound {
				t.Errorf("her receipt still opens: %v", err)
			}
			report, err := w.Verify(ctx, s.Community, flow.VerifyOptions{})
			if err != nil || !report.Whole() {
				t.Errorf("the books are not whole: %v %v", report.Findings, err)
			}
		}
		if _, err := w.buy("p3", "anna", "bakery", 5_00); !errors.Is(err, member.ErrNotFound) {
			t.Errorf("she could still buy: %v", err)
		}
		w.join(w.home, "anna", 1, "") // the reference is free for somebody else
		w.known("安安", "+8613800000001", "anna")
		for _, who := range listed { // as after a restore: the new one is left alone
			w.must(w.ForgetPerson(ctx, who))
		}
		if w.member("anna").ID == listed[0].Members[0].Member {
			t.Error("the new one is the old one")
		}
	})
}

// Her home is written by one instance, people by another: each forgets what it writes,
// the person herself when no community knows her any more.
func TestForgottenByTwoInstances(t *testing.T) {
	url := dbtest.PostgresURL(t)
	instance := func(address string) *flow.Flows {
		d, err := db.Open(ctx, db.Options{URL: url, Address: address, Budget: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return flow.New(d)
	}
	first := instance("first:1")
	if _, err := first.DB.Migrate(ctx, flow.Schemas); err != nil {
		t.Fatal(err)
	}
	w := settled(t, dbtest.Env{DB: first.DB})
	anna := w.known("安娜", "+8613800000001", "anna")
	w.must(w.DB.Update(ctx, w.home, db.System, func(*db.Tx) error { return nil })) // the first writes home
	w.must(w.DB.Close())
	people := instance("people:1")
	w.must(people.DB.Update(ctx, id.Tilde, db.System, func(*db.Tx) error { return nil }))
	homes := instance("homes:1")
	w.must(homes.DB.Update(ctx, w.home, db.System, func(*db.Tx) error { return nil }))
	if _, err := people.AskErasure(ctx, db.System, anna, true); err != nil {
		t.Fatal(err)
	}
	name := func() string {
		var p *person.Person
		w.must(people.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { p, err = people.People.ByID(ctx, r, anna); return err }))
		return p.Name
	}
	w.must(people.EraseDue(ctx))
	if name() != "安娜" {
		t.Fatal("she is gone while her home still knows her")
	}
	w.must(homes.ForgetDue(ctx, w.home))
	w.must(homes.ForgetDue(ctx, w.home))
	w.must(people.EraseDue(ctx))
	if name() != "" {
		t.Error("she is still known")
	}
}

func TestWhoIsNotForgottenYet(t *testing.T) {
	inTown(t, func(w *town) {
		ben := w.known("本", "+8613800000002", "ben")
		var office *access.Grant
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
			office, err = w.Access.Give(ctx, tx, access.Grant{Person: ben, Role: access.Owner, Place: w.home, Subject: w.shop("bakery").ID, Reason: "开店"})
			return err
		}))
		if _, err := w.AskErasure(ctx, db.System, ben, true); !errors.Is(err, flow.ErrHoldsOffice) {
			t.Errorf("a shop would be left without an owner: %v", err)
		}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Access.End(ctx, tx, office.ID, "x", "转让") }))
		if _, err := w.AskErasure(ctx, db.System, ben, false); err != nil {
			t.Fatal(err)
		}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Privacy.TakeBack(ctx, tx, ben) }))
		w.env.Clock.Advance(2 * privacy.Reflection)
		w.must(w.EraseDue(ctx))
		if w.person(ben).Name != "本" {
			t.Error("he had taken it back")
		}
	})
}
