package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/relay"
	"gongyi/internal/module/segment"
	"gongyi/internal/module/selection"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/db"
)

// owner registers somebody who owns a shop at home.
func (w *town) owner(shop string, n int) id.ID {
	w.t.Helper()
	m := w.shop(shop)
	var who *person.Person
	w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		if who, err = w.People.Register(ctx, tx, person.Person{Name: "店主", Phone: fmt.Sprintf("+861390000%04d", n)}); err != nil {
			return err
		}
		_, err = w.Access.Give(ctx, tx, access.Grant{Person: who.ID, Role: access.Owner, Place: w.home, Subject: m.ID, Grantor: "test", Reason: "test"})
		return err
	}))
	return who.ID
}

// staged counts the notices of a kind that wait in a community's outbox.
func (w *town) staged(at id.ID, kind string) int {
	w.t.Helper()
	return stagedIn(w.t, w.DB, at, kind)
}

// stagedIn counts the notices of a kind that a community's books hold for its people.
func stagedIn(t testing.TB, d *db.DB, at id.ID, kind string) (n int) {
	t.Helper()
	var notes []db.Note
	if err := d.View(ctx, at, func(r db.Reader) (err error) { notes, err = db.Waiting(ctx, r, at, 1000); return err }); err != nil {
		t.Fatal(err)
	}
	for _, note := range notes {
		if note.Kind == notice.Staged && strings.Contains(note.Payload, `"kind":"`+kind+`"`) {
			n++
		}
	}
	return n
}

// C9: who leaves gives her seat to who waits, who is told; all who would have come are
// told when it is called off; a shop that is suspended does not take part.
func TestTrainingTellsShops(t *testing.T) {
	inTown(t, func(w *town) {
		w.owner("bakery", 1)
		w.owner("fruit", 2)
		begins := w.env.Clock.Now().Add(20 * time.Hour)
		var s *training.Session
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			all, err := w.Trainings.Plan(ctx, tx, training.Session{Title: "存菜", Place: "活动室", Begins: begins, Ends: begins.Add(time.Hour), Seats: 1}, 1)
			if err == nil {
				s = all[0]
			}
			return err
		}))
		bakery, fruit := w.shop("bakery").ID, w.shop("fruit").ID
		one, err := w.JoinTraining(ctx, w.home, bakery, s.ID, db.System)
		w.must(err)
		two, err := w.JoinTraining(ctx, w.home, fruit, s.ID, db.System)
		w.must(err)
		if one.Waiting != 0 || two.Waiting != 1 {
			w.t.Errorf("%+v, %+v", one, two)
		}
		w.must(w.RemindTraining(ctx, w.home))
		w.must(w.RemindTraining(ctx, w.home))
		if n := w.staged(w.home, "training.soon"); n != 1 {
			w.t.Errorf("%d were reminded, the one with a seat should be", n)
		}
		w.must(w.LeaveTraining(ctx, w.home, bakery, s.ID, db.System))
		if n := w.staged(w.home, "training.seat"); n != 1 {
			w.t.Errorf("%d were told of a seat", n)
		}
		w.must(w.CallOffTraining(ctx, w.home, s.ID, db.System, "讲师病了"))
		if n := w.staged(w.home, "training.off"); n != 1 {
			w.t.Errorf("%d were told that it is off", n)
		}
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Merchants.Change(ctx, tx, "bakery", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
		}))
		if _, err := w.JoinTraining(ctx, w.home, bakery, s.ID, db.System); !errors.Is(err, merchant.ErrSuspended) {
			w.t.Errorf("a suspended shop: %v", err)
		}
	})
}

// C10: a booking is asked for, paid, given up: the books hold what was shown.
func TestAnAdIsPaidAndGivenUp(t *testing.T) {
	inTown(t, func(w *town) {
		price := money.Amount(300_00)
		w.must(w.OfferSlot(ctx, w.home, db.System, "", adslot.Slot{Page: adslot.Home, Name: "第一格", Price: price}))
		if err := w.OfferSlot(ctx, w.home, db.System, "", adslot.Slot{Page: adslot.Home, Name: "第二格", Price: 299_99}); !errors.Is(err, adslot.ErrBadPrice) {
			w.t.Errorf("under the policy's bounds: %v", err)
		}
		var slots []adslot.Slot
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { slots, err = w.Ads.Slots(ctx, r, w.home); return err }))
		now, err := w.StandingIn(ctx, w.home)
		w.must(err)
		shop, next := w.shop("bakery").ID, now.Today.Month()+1
		book := func(m period.Month) (adslot.Booking, charge.Charge) {
			w.t.Helper()
			b, err := w.BookAd(ctx, w.home, shop, slots[0].ID, db.System, m)
			w.must(err)
			again, err := w.BookAd(ctx, w.home, shop, slots[0].ID, db.System, m)
			w.must(err)
			var asked []charge.Charge
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { asked, err = w.Charges.Of(ctx, r, w.home, b.ID); return err }))
			if again.ID != b.ID || len(asked) != 1 || asked[0].Amount != b.Price {
				w.t.Fatalf("a second tap: %+v, %+v", again, asked)
			}
			return b, asked[0]
		}
		b, c := book(next)
		_, err = w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Transfer, Reference: "S1"})
		w.must(err)
		got, err := w.CancelAd(ctx, w.home, b.ID, shop, db.System, "")
		w.must(err)
		if got.End.Refund != price {
			w.t.Errorf("before it begins %d goes back", got.End.Refund)
		}
		// This month: what is left of it; a day later all but a day of that.
		b, c = book(now.Today.Month())
		_, err = w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Transfer, Reference: "S2"})
		w.must(err)
		got, err = w.CancelAd(ctx, w.home, b.ID, shop, db.System, "")
		w.must(err)
		if want := (charter.AdFeeRefund{Fee: b.Price, Days: int(b.Month.Last()-b.From) + 1, Used: 1}).Amount(); got.End.Refund != want || want >= b.Price {
			w.t.Errorf("on its first day %d goes back of %d, want %d", got.End.Refund, b.Price, want)
		}
		if kept, books := got.End.Refund, w.books(); books["platform/ads CNY"] != (b.Price - kept).Decimal(money.CNY) {
			w.t.Errorf("%d of %d went back: %v", kept, b.Price, books)
		}
		// Unpaid, it lapses, and the month is free again.
		b, _ = book(next)
		w.env.Clock.Advance(5 * 24 * time.Hour)
		w.must(w.ExpireCharges(ctx, w.home))
		var after adslot.Booking
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { after, err = w.Ads.BookingByID(ctx, r, w.home, b.ID); return err }))
		if after.End == nil || after.End.How != adslot.Lapsed {
			w.t.Errorf("unpaid: %+v", after.End)
		}
		if _, err := w.BookAd(ctx, w.home, w.shop("fruit").ID, slots[0].ID, db.System, next); err != nil {
			w.t.Errorf("the month is free again: %v", err)
		}
	})
}

// C12: the policy says how cheap a set must be, and everybody in it is told when it is
// complete.
func TestARelayIsAsCheapAsThePolicySays(t *testing.T) {
	inTown(t, func(w *town) {
		w.owner("bakery", 1)
		w.owner("fruit", 2)
		bakery, fruit := w.shop("bakery").ID, w.shop("fruit").ID
		r, err := w.BeginRelay(ctx, w.home, db.System, relay.Relay{Title: "早餐", Starter: bakery, Until: w.env.Clock.Now().Add(time.Hour), Last: period.Date(2025, 12, 1),
			Parts: []relay.Part{{Trade: "面包", What: "菜包", Pieces: 1}, {Trade: "水果", What: "苹果", Pieces: 1}}}, relay.Prices{Shelf: 5_00, Share: 4_50})
		w.must(err)
		if r.Discount != policy.Trial2025().BundleDiscountMin {
			w.t.Errorf("it must be %s cheaper", r.Discount.Percent())
		}
		if n := w.staged(w.home, "relay.moved"); n != 1 {
			w.t.Errorf("%d other shops were told", n)
		}
		if _, err := w.TakeRelayPart(ctx, w.home, r.ID, 1, fruit, db.System, relay.Prices{Shelf: 5_00, Share: 3_51}); !errors.Is(err, relay.ErrTooDear) {
			w.t.Errorf("a fen too dear: %v", err)
		}
		r, err = w.TakeRelayPart(ctx, w.home, r.ID, 1, fruit, db.System, relay.Prices{Shelf: 5_00, Share: 3_50})
		w.must(err)
		if r.State() != relay.Complete || w.staged(w.home, "relay.moved") != 3 {
			w.t.Errorf("%s, %d notices", r.State(), w.staged(w.home, "relay.moved"))
		}
		late, err := w.BeginRelay(ctx, w.home, db.System, relay.Relay{Title: "晚餐", Starter: bakery, Until: w.env.Clock.Now().Add(time.Hour), Last: period.Date(2025, 12, 1),
			Parts: []relay.Part{{Trade: "面包", What: "菜包", Pieces: 1}, {Trade: "水果", What: "苹果", Pieces: 1}}}, relay.Prices{Shelf: 5_00, Share: 4_00})
		w.must(err)
		w.env.Clock.Advance(2 * time.Hour)
		w.must(w.ExpireRelays(ctx, w.home))
		w.must(w.DB.View(ctx, w.home, func(rd db.Reader) error {
			got, err := w.Relays.ByID(ctx, rd, w.home, late.ID)
			if got.State() != relay.Expired {
				w.t.Errorf("too late: %s", got.State())
			}
			return err
		}))
	})
}

// C11, B3: a member acts by her membership, a leader comes first, a stranger not at all.
func TestWhoChooses(t *testing.T) {
	inTown(t, func(w *town) {
		people := map[string]id.ID{}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for i, ref := range []string{"leader", "anna", "nobody"} {
				p, err := w.People.Register(ctx, tx, person.Person{Name: ref, Phone: fmt.Sprintf("+861380000%04d", i)})
				if err != nil {
					return err
				}
				if people[ref] = p.ID; ref != "nobody" {
					if err := w.People.Link(ctx, tx, p.ID, ref, w.home); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		begins := w.env.Clock.Now().Add(7 * 24 * time.Hour)
		w.must(w.CallSelection(ctx, w.home, db.System, "", selection.Meeting{Title: "选品会", Place: "客厅", Begins: begins, VotesUntil: begins, Seats: 2}))
		var m *selection.Meeting
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			all, err := w.Selections.Latest(ctx, r, w.home, 1)
			m = all[0]
			return err
		}))
		come := func(ref string) error {
			return w.ComeToSelection(ctx, w.home, m.ID, people[ref], db.Actor{Kind: "person", ID: people[ref]})
		}
		for _, c := range []struct {
			who  string
			want error
		}{{"nobody", flow.ErrNotMember}, {"anna", selection.ErrLeaders}, {"leader", nil}} {
			if err := come(c.who); !errors.Is(err, c.want) {
				w.t.Errorf("%s: %v, want %v", c.who, err, c.want)
			}
		}
		w.env.Clock.Advance(time.Duration(policy.Trial2025().SelectionPriorityHours) * time.Hour)
		w.must(come("anna"))
		var p *selection.Proposal
		w.must(w.AsMember(ctx, w.home, people["anna"], db.System, func(tx *db.Tx, me *member.Member) (err error) {
			p, err = w.Selections.Propose(ctx, tx, selection.Proposal{Meeting: m.ID, Member: me.ID, Kind: selection.Goods, Title: "山药"})
			return err
		}))
		w.env.Clock.Set(begins)
		w.must(w.DecideSelection(ctx, w.home, p.ID, db.System, selection.Outcome{Result: selection.TakenUp, Shop: w.shop("fruit").ID, Owner: "王店长"}))
		if w.staged(w.home, "selection.news") != 1 {
			w.t.Error("who proposed it is not told")
		}
	})
}

// C14: a group of fewer than k is none, whoever agreed; who takes her consent back gets
// nothing; counts that could tell of somebody are hidden.
func TestOffersReachWhoAgreed(t *testing.T) {
	inTown(t, func(w *town) {
		w.owner("bakery", 1)
		shop := w.shop("bakery").ID
		agree := func(from, to int) (last id.ID) {
			for n := from; n < to; n++ {
				ref := fmt.Sprint("m", n)
				w.join(w.home, ref, policy.Silver, "")
				w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
					p, err := w.People.Register(ctx, tx, person.Person{Name: ref, Phone: fmt.Sprintf("+861370000%04d", n)})
					if err != nil {
						return err
					}
					last = p.ID
					if err := w.People.Link(ctx, tx, p.ID, ref, w.home); err != nil {
						return err
					}
					return w.Privacy.Give(ctx, tx, p.ID, privacy.Offers, "page")
				}))
			}
			return last
		}
		write := func(title string) error {
			return w.WriteCampaign(ctx, w.home, db.System, segment.Campaign{Shop: shop, Group: segment.Group{Kind: segment.Everybody}, Title: title, Words: "周五上午到"})
		}
		agree(0, 9)
		if err := write("鲜虾"); !errors.Is(err, segment.ErrTooFew) {
			w.t.Errorf("to nine: %v", err)
		}
		last := agree(9, 11)
		w.must(write("鲜虾"))
		w.must(w.Withdraw(ctx, db.System, last, privacy.Offers))
		var c *segment.Campaign
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			all, err := w.Segments.OfShop(ctx, r, w.home, shop)
			c = all[0]
			return err
		}))
		if c.Counted != 11 {
			w.t.Errorf("%d when it was written", c.Counted)
		}
		w.must(w.SendCampaign(ctx, w.home, c.ID, db.System))
		if n := w.staged(w.home, "shop.offer"); n != 10 {
			w.t.Errorf("%d got it", n)
		}
		w.env.Clock.Advance(time.Minute)
		_, err := w.buy("p1", "m1", "bakery", 10_00)
		w.must(err)
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { c, err = w.Segments.ByID(ctx, r, w.home, c.ID); return err }))
		res, err := w.ResultOf(ctx, w.home, c)
		w.must(err)
		if res.Sent != 10 || res.Opened != 0 || res.Bought != flow.Hidden {
			w.t.Errorf("%+v: one of ten bought, which would tell of somebody", res)
		}
	})
}
