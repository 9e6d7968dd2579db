package flow_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// lost begins an agreement with a community that nobody finds.
func (n *nextDoor) lost() {
	n.t.Helper()
	n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error {
		_, _, err := n.Pairings.Learn(ctx, tx, pairing.News{Pairing: id.ID{0xee}, From: id.ID{0xee}, Proposer: n.c1, Terms: pairing.Terms{Limit: 1, Month: 1}, What: pairing.Accepted, At: tx.Now})
		return err
	}))
}

// TestAskedPastTrouble: a community that cannot be read, and a volunteer who cannot be made
// known here, are said, and stop nobody else from being asked.
func TestAskedPastTrouble(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		n.rest()
		n.lost()
		n.pair(id.ID{1}, pairing.Terms{Limit: 20_00, Month: 15_00})
		n.beyond(true, true)
		n.settles("hu")
		n.must(n.DB.Update(ctx, n.c2, n.actor("hu"), func(tx *db.Tx) error { return n.Volunteers.Beyond(ctx, tx, n.people["hu"], true, true) }))
		n.must(n.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return n.Members.ForgetRef(ctx, tx, "gu") }))
		q, err := n.wishes("wang", "walk", 3*time.Hour, true)
		n.must(err)
		if err := n.FindHelpers(ctx, n.c1); err == nil {
			t.Error("nothing is said of what went wrong")
		}
		all := n.offers(q.ID)
		if len(all) != 1 || all[0].Helper != n.memberIn(n.c1, "hu") {
			t.Fatalf("offers: %+v", all)
		}
	})
}

// willing lets somebody say yes without anybody settling it.
func (n *nextDoor) willing(q *timebank.Request) *timebank.Offer {
	n.t.Helper()
	n.must(n.FindHelpers(ctx, n.c1))
	all := n.offers(q.ID)
	if len(all) != 1 || all[0].Answer != nil {
		n.t.Fatalf("offers: %+v", all)
	}
	n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error { return n.TimeBank.Agree(ctx, tx, all[0]) }))
	return all[0]
}

// TestNobodyHangs: the agreement ends, or the balance reaches its limit, after somebody next
// door said yes: she is let go at once, and who lives here is asked.
func TestNobodyHangs(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		n.rest()
		n.beyond(true, true)
		n.pair(id.ID{1}, pairing.Terms{Limit: 20_00, Month: 15_00})
		gone := func(q *timebank.Request, o *timebank.Offer, why string) {
			t.Helper()
			n.must(n.FindHelpers(ctx, n.c1))
			for _, x := range n.offers(q.ID) {
				if x.ID == o.ID && (x.Answer == nil || x.Answer.Says != timebank.Gone) {
					t.Errorf("%s, and her yes still waits: %+v", why, x)
				}
			}
		}
		q, err := n.wishes("wang", "parcel", 3*time.Hour, true)
		n.must(err)
		o := n.willing(q)
		n.must(n.SayPairing(ctx, n.c1, n.actor("li"), id.ID{1}, pairing.Ended, "试完了"))
		n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error { return n.Volunteers.Resume(ctx, tx, n.people["zhou"]) }))
		gone(q, o, "the agreement ended")
		if all := n.offers(q.ID); !slices.ContainsFunc(all, func(o *timebank.Offer) bool { return o.Helper == n.members["zhou"] }) {
			t.Errorf("nobody else is asked: %+v", all)
		}
		n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error { return n.Volunteers.Pause(ctx, tx, n.people["zhou"], "") }))
		n.carry()
		n.pair(id.ID{2}, pairing.Terms{Limit: 10_00, Month: 15_00})
		full, err := n.wishes("min", "parcel", 5*time.Hour, true)
		n.must(err)
		o = n.willing(full)
		_, err = n.wishes("wang", "walk", 20*time.Hour, false) // her opening credit
		n.must(err)
		n.must(n.TakeHoursAlong(ctx, n.c1, n.actor("wang"), id.ID{4}, n.members["wang"], n.c2, 10_00))
		gone(full, o, "the limit is reached")
	})
}

// TestPromisedTwiceAtOnce: somebody says yes in two communities in the same moment, and keeps
// one of the two; two promises that nobody saw beside each other are parted by the clock.
func TestPromisedTwiceAtOnce(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		n.rest()
		n.beyond(true, true)
		n.settles("hu")
		n.pair(id.ID{1}, pairing.Terms{Limit: 200_00, Month: 15_00})
		n.must(n.Visit(ctx, db.System, "gu", n.c1))
		away, home, hu := n.memberIn(n.c1, "gu"), n.memberIn(n.c2, "gu"), n.memberIn(n.c2, "hu")
		at := map[id.ID]id.ID{n.c1: away, n.c2: home}
		ask := func(in time.Duration) map[id.ID]*timebank.Request {
			here, err := n.wishes("wang", "parcel", in, true)
			n.must(err)
			there, err := n.AskHelp(ctx, n.c2, n.actor("hu"), flow.HelpWish{Kind: "parcel", Member: hu, Entered: timebank.BySelf, From: n.env.Clock.Now().Add(in), Door: timebank.Door{Door: "B21 101 室"}}, "")
			n.must(err)
			return map[id.ID]*timebank.Request{n.c1: here, n.c2: there}
		}
		kept := func(both map[id.ID]*timebank.Request) (places []id.ID) {
			for place, q := range both {
				n.must(n.DB.View(ctx, place, func(r db.Reader) error {
					all, err := n.TimeBank.AssignmentsFor(ctx, r, place, q.ID)
					for _, a := range all {
						if a.State() == timebank.Promised {
							places = append(places, place)
						}
					}
					return err
				}))
			}
			return places
		}
		for round := range 3 {
			both := ask(time.Duration(3+3*round) * time.Hour)
			var wg sync.WaitGroup
			for place, q := range both {
				wg.Go(func() { _, _ = n.TakeHelp(ctx, place, n.actor("gu"), at[place], q.ID) })
			}
			wg.Wait()
			if places := kept(both); len(places) != 1 {
				t.Errorf("round %d: she has promised in %d communities", round, len(places))
			}
		}
		both := ask(14 * time.Hour)
		for _, place := range []id.ID{n.c2, n.c1} {
			n.env.Clock.Advance(time.Second)
			n.must(n.DB.Update(ctx, place, db.System, func(tx *db.Tx) error {
				_, err := n.TimeBank.Assign(ctx, tx, timebank.Assignment{Request: both[place].ID, Helper: at[place], How: timebank.ByOwn})
				return err
			}))
		}
		n.must(n.SweepHelp(ctx, n.c2))
		if places := kept(both); len(places) != 1 || places[0] != n.c2 {
			t.Errorf("what was promised first does not stay: %v", places)
		}
		n.sound()
	})
}

// TestHoursOfWhoIsForgotten: hours that are on their way when their owner is forgotten go to
// the pool of the community to which they went (T-17), and nothing stays on the way.
func TestHoursOfWhoIsForgotten(t *testing.T) {
	inBank(t, func(b *bank) {
		w := newCrossing(b)
		w.agree(pairing.Terms{Limit: 25_00, Month: 30_00})
		w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, w.known(w.home, "guest"), 10_00))
		for _, at := range []id.ID{w.away, w.home} {
			who := w.known(at, "guest")
			w.must(w.DB.Update(ctx, at, db.System, func(tx *db.Tx) error { return w.Members.Forget(ctx, tx, who) }))
		}
		carry(t, w.Flows, w.home, w.away)
		if w.rest() != 0 {
			t.Errorf("%v stay on the way", w.rest())
		}
		w.must(w.DB.View(ctx, w.away, func(r db.Reader) error {
			held, err := w.Ledger.Holding(ctx, r, w.away, ledger.Of(party.Owner{Kind: party.Pool}, ledger.Coins))
			if err == nil && held.Balance != 10_00 {
				t.Errorf("the pool has %v", held.Balance)
			}
			return err
		}))
		w.verified()
	})
}

// TestCarriedHoursKeepTheirAge: who takes hours to another community does not make them young
// (T-14): what she got seven months ago lapses there as it would have lapsed here, what she
// got since does not.
func TestCarriedHoursKeepTheirAge(t *testing.T) {
	inBank(t, func(b *bank) {
		w := newCrossing(b)
		w.agree(pairing.Terms{Limit: 200_00, Month: 200_00})
		w.env.Clock.Advance(time.Second)
		w.rules(func(p *policy.Params) { p.ClearingLimit, p.ClearingMonth, p.SoftLimit = 200_00, 200_00, 500_00 })
		w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 7, 0))
		_, err := w.aside(request(2), "anna", 10_00)
		w.must(err)
		_, err = w.pay(w.served(request(2), assignment(2), "guest", 60))
		w.must(err)
		w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, w.known(w.home, "guest"), 105_00))
		carry(t, w.Flows, w.home, w.away)
		has := func() (v money.Amount) {
			who := w.known(w.away, "guest")
			w.must(w.DB.View(ctx, w.away, func(r db.Reader) error {
				held, err := w.Ledger.Holding(ctx, r, w.away, ledger.Of(party.Owner{Kind: party.Member, ID: who}, ledger.Coins))
				v = held.Balance
				return err
			}))
			return v
		}
		if got := has(); got != 105_00 {
			t.Fatalf("she brought %v", got)
		}
		w.rulesAt(w.away, func(p *policy.Params) { p.ExpiryMonths = 6 })
		w.must(w.LapseHours(ctx, w.away))
		if got := has(); got != 5_00 {
			t.Errorf("of 105.00, of which five are young, %v are left", got)
		}
		w.verified()
	})
}
