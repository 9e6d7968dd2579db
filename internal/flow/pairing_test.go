package flow_test

import (
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// nextDoor is a lane with a time bank and another community beside it, where Gu is at home
// and helps.
type nextDoor struct {
	*helping
	c2 id.ID
	gu id.ID // as a member of her own community
}

func inNextDoor(t *testing.T, fn func(n *nextDoor)) {
	inHelpingLane(t, func(h *helping) {
		n := &nextDoor{helping: h}
		c, _, err := h.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C2", Name: "梧桐社区"}, flow.Trial())
		h.must(err)
		n.c2, h.places["C2"] = c.ID, c.ID
		h.place(community.Grid, "C2", "G21")
		h.place(community.Building, "G21", "B21")
		h.must(h.DB.Update(ctx, n.c2, db.System, func(tx *db.Tx) error {
			_, err := h.Communities.Decide(ctx, tx, community.Switch{Capability: community.TimeBank, On: true, Reason: "试点"})
			return err
		}))
		n.settles("gu")
		fn(n)
	})
}

// settles lets somebody live next door and help with everything, all day.
func (n *nextDoor) settles(name string) {
	n.t.Helper()
	n.registered(name)
	n.must(n.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		if err := n.Members.Reserve(ctx, tx, name, n.c2); err != nil {
			return err
		}
		return n.People.Link(ctx, tx, n.people[name], name, n.c2)
	}))
	n.must(n.DB.Update(ctx, n.c2, db.System, func(tx *db.Tx) error {
		m, _, err := n.Members.Join(ctx, tx, member.Member{Ref: name, Standing: member.Good, Level: policy.Silver})
		n.gu = m.ID
		return err
	}))
	var windows []volunteer.Window
	for d := range time.Saturday + 1 {
		windows = append(windows, volunteer.Window{Weekday: d, From: 8 * 60, To: 20 * 60})
	}
	_, err := n.BecomeVolunteer(ctx, n.actor(name), flow.Becoming{Person: n.people[name], Community: n.c2, How: "page",
		Profile: volunteer.Profile{Place: n.places["B21"], Radius: 2000, Windows: windows, Languages: []volunteer.Language{volunteer.Mandarin}},
		Skills:  []volunteer.Skill{"errand.parcel", "company.walk", "home.clean"}})
	n.must(err)
	n.must(n.NoteProof(ctx, db.System, n.c2, volunteer.Proof{Person: n.people[name], Kind: volunteer.RealNameProof, Until: period.Date(2027, 3, 10), Words: "看过身份证"}))
}

// beyond lets Gu say whether she helps next door.
func (n *nextDoor) beyond(helps, home bool) {
	n.t.Helper()
	n.must(n.DB.Update(ctx, n.c2, n.actor("gu"), func(tx *db.Tx) error { return n.Volunteers.Beyond(ctx, tx, n.people["gu"], helps, home) }))
}

// rest leaves the lane's own volunteers alone.
func (n *nextDoor) rest() {
	n.t.Helper()
	n.must(n.DB.Update(ctx, n.c1, db.System, func(tx *db.Tx) error {
		for _, name := range []string{"chen", "zhou"} {
			if err := n.Volunteers.Pause(ctx, tx, n.people[name], ""); err != nil {
				return err
			}
		}
		return nil
	}))
}

// carry hands over all that waits in both communities' outboxes, twice.
func (n *nextDoor) carry() {
	n.t.Helper()
	carry(n.t, n.Flows, n.c1, n.c2)
}

func carry(t testing.TB, f *flow.Flows, places ...id.ID) {
	t.Helper()
	does := map[string]func(at id.ID, payload string) error{
		flow.HoursEarned: func(at id.ID, p string) error { return f.BringHoursHome(ctx, at, p) },
		flow.HoursLeft:   func(at id.ID, p string) error { return f.CarryHours(ctx, at, p) },
		flow.PairingSaid: func(at id.ID, p string) error { return f.CarryPairing(ctx, at, p) },
	}
	for range 2 {
		for _, at := range places {
			var notes []db.Note
			if err := f.DB.View(ctx, at, func(r db.Reader) (err error) { notes, err = db.Waiting(ctx, r, at, 10_000); return err }); err != nil {
				t.Fatal(err)
			}
			for _, note := range slices.Backward(notes) { // in the wrong order, too
				if do := does[note.Kind]; do != nil {
					if err := do(at, note.Payload); err != nil {
						t.Fatalf("%s: %v", note.Kind, err)
					}
				}
			}
		}
	}
}

// pair lets the two communities agree.
func (n *nextDoor) pair(which id.ID, t pairing.Terms) {
	n.t.Helper()
	n.must(n.ProposePairing(ctx, n.c1, n.actor("li"), which, n.c2, t, "隔一条街"))
	n.carry()
	n.must(n.SayPairing(ctx, n.c2, n.actor("gu"), which, pairing.Accepted, ""))
	n.carry()
}

// wishes lets somebody ask here, with or without her word that it may be told next door.
func (n *nextDoor) wishes(name, kind string, in time.Duration, beyond bool) (*timebank.Request, error) {
	return n.AskHelp(ctx, n.c1, n.actor(name), flow.HelpWish{Kind: kind, Member: n.members[name], Entered: timebank.BySelf, From: n.env.Clock.Now().Add(in), Door: timebank.Door{Door: "B1 101 室"}, Beyond: beyond}, "")
}

// holds is what Gu has in a community, as she is known there.
func (n *nextDoor) holds(at id.ID, ref string) (v money.Amount) {
	n.t.Helper()
	n.must(n.DB.View(ctx, at, func(r db.Reader) error {
		m, err := n.Members.Lookup(ctx, r, at, ref)
		if err != nil {
			return err
		}
		held, err := n.Ledger.Holding(ctx, r, at, ledger.Of(party.Owner{Kind: party.Member, ID: m.ID}, ledger.Coins))
		v = held.Balance
		return err
	}))
	return v
}

// sound verifies both communities.
func (n *nextDoor) sound() {
	n.t.Helper()
	for _, at := range []id.ID{n.c1, n.c2} {
		report, err := n.Verify(ctx, at, flow.VerifyOptions{})
		n.must(err)
		if !report.Whole() {
			n.t.Errorf("not whole: %+v", report.Findings)
		}
	}
}

// TestAPairing: one proposes within its own limits, the other agrees within its own; news
// may come twice and in the wrong order; either ends it, with a reason.
func TestAPairing(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		by, one := n.actor("li"), id.ID{1}
		fits := pairing.Terms{Limit: 100_00, Month: 40_00}
		propose := func(which, other id.ID, terms pairing.Terms) error {
			return n.ProposePairing(ctx, n.c1, by, which, other, terms, "隔一条街")
		}
		wrong(t, "with itself", propose(one, n.c1, fits), pairing.ErrNobody)
		wrong(t, "with a building", propose(one, n.places["B1"], fits), pairing.ErrNobody)
		wrong(t, "beyond its own limit", propose(one, n.c2, pairing.Terms{Limit: 2000_01, Month: 1}), pairing.ErrBadLimit)
		wrong(t, "beyond its own month", propose(one, n.c2, pairing.Terms{Limit: 100_00, Month: 400_01}), pairing.ErrBadMonth)
		n.must(propose(one, n.c2, fits))
		n.must(propose(one, n.c2, fits)) // the same form again
		wrong(t, "another one", propose(id.ID{2}, n.c2, fits), pairing.ErrThere)
		n.carry()
		wrong(t, "its own", n.SayPairing(ctx, n.c1, by, one, pairing.Accepted, ""), pairing.ErrNoWay)
		wrong(t, "before it began", n.SayPairing(ctx, n.c2, by, one, pairing.Ended, "不合适"), pairing.ErrNoWay)
		n.must(n.SayPairing(ctx, n.c2, by, one, pairing.Accepted, ""))
		n.carry()
		states := func(want pairing.What) {
			t.Helper()
			for _, at := range []id.ID{n.c1, n.c2} {
				n.must(n.DB.View(ctx, at, func(r db.Reader) error {
					p, err := n.Pairings.ByID(ctx, r, at, one)
					if err == nil && p.State() != want {
						t.Errorf("it is %s, want %s", p.State(), want)
					}
					return err
				}))
			}
		}
		states(pairing.Accepted)
		wrong(t, "without a reason", n.SayPairing(ctx, n.c2, by, one, pairing.Ended, " "), pairing.ErrNoReason)
		n.must(n.SayPairing(ctx, n.c2, by, one, pairing.Ended, "人手不够了"))
		n.carry()
		states(pairing.Ended)
		if stagedIn(t, n.DB, n.c2, notice.PairingNews) != 0 {
			t.Error("nobody looks after C2, yet somebody was told")
		}
		n.pair(id.ID{2}, fits) // and again
		n.sound()
	})
}

// TestAskedNextDoor: nobody at home is left, so Gu is asked, who said that she also helps
// next door; what she earns goes home by itself, and both communities' accounts sum to zero.
func TestAskedNextDoor(t *testing.T) {
	inNextDoor(t, func(n *nextDoor) {
		n.rest()
		n.pair(id.ID{1}, pairing.Terms{Limit: 20_00, Month: 15_00})
		q, err := n.wishes("wang", "walk", 3*time.Hour, true)
		n.must(err)
		n.must(n.FindHelpers(ctx, n.c1))
		if all := n.offers(q.ID); len(all) != 0 {
			t.Fatalf("asked, though nobody said that she helps next door: %+v", all)
		}
		n.beyond(true, true)
		n.must(n.FindHelpers(ctx, n.c1))
		n.must(n.FindHelpers(ctx, n.c1))
		all := n.offers(q.ID)
		if len(all) != 1 || all[0].Ring != int(dispatch.Neighbours) {
			t.Fatalf("offers: %+v", all)
		}
		m, err := n.MemberAt(ctx, n.c1, n.people["gu"])
		n.must(err)
		if all[0].Helper != m.ID || m.Home != n.c2 {
			t.Fatalf("she is %+v, asked was %s", m, all[0].Helper)
		}
		n.members["gu"] = m.ID
		a := n.accepted(q)
		if a == nil {
			t.Fatal("she does not go")
		}
		n.env.Clock.Advance(3 * time.Hour)
		n.serve(a, time.Hour)
		n.must(n.AcceptHelp(ctx, n.c1, n.actor("wang"), n.members["wang"], a.ID))
		if got := n.holds(n.c1, "gu"); got != 10_00 {
			t.Errorf("she was paid %v", got)
		}
		n.carry()
		if here, home := n.holds(n.c1, "gu"), n.holds(n.c2, "gu"); here != 0 || home != 10_00 {
			t.Errorf("she has %v here and %v at home", here, home)
		}
		n.sound()

		kept, err := n.wishes("wang", "parcel", 2*time.Hour, false)
		n.must(err)
		n.must(n.FindHelpers(ctx, n.c1))
		if all := n.offers(kept.ID); len(all) != 0 {
			t.Errorf("told next door, though Wang was not asked: %+v", all)
		}
		wrong(t, "the desk", n.AskNextDoor(ctx, n.c1, n.actor("li"), kept.ID), timebank.ErrKeptHome)
		_, err = n.TakeHelp(ctx, n.c1, n.actor("gu"), m.ID, kept.ID)
		wrong(t, "taken from next door", err, timebank.ErrKeptHome)
		_, err = n.AssignHelp(ctx, n.c1, n.actor("li"), kept.ID, m.ID, "电话里答应了")
		wrong(t, "given next door", err, timebank.ErrKeptHome)
		n.busyAtHome(m.ID)

		n.must(n.SayPairing(ctx, n.c1, n.actor("li"), id.ID{1}, pairing.Ended, "试完了"))
		last, err := n.wishes("wang", "parcel", 4*time.Hour, true)
		n.must(err)
		n.must(n.FindHelpers(ctx, n.c1))
		if all := n.offers(last.ID); len(all) != 0 {
			t.Errorf("asked after it ended: %+v", all)
		}
	})
}

// busyAtHome: who has promised to be there at home cannot take anything here at that time.
func (n *nextDoor) busyAtHome(gu id.ID) {
	n.t.Helper()
	n.settles("hu")
	hu, home := n.gu, n.memberIn(n.c2, "gu")
	own, err := n.AskHelp(ctx, n.c2, n.actor("hu"), flow.HelpWish{Kind: "parcel", Member: hu, Entered: timebank.BySelf, From: n.env.Clock.Now().Add(3 * time.Hour), Door: timebank.Door{Door: "B21 101 室"}}, "")
	n.must(err)
	_, err = n.TakeHelp(ctx, n.c2, n.actor("gu"), home, own.ID)
	n.must(err)
	q, err := n.wishes("wang", "parcel", 3*time.Hour, true)
	n.must(err)
	_, err = n.TakeHelp(ctx, n.c1, n.actor("gu"), gu, q.ID)
	wrong(n.t, "promised at home", err, timebank.ErrBusyThen)
}

// asksHerself: at home Gu is the only one who helps, and is not asked for what she wants.
func (n *nextDoor) asksHerself() {
	n.t.Helper()
	q, err := n.AskHelp(ctx, n.c2, n.actor("gu"), flow.HelpWish{Kind: "parcel", Member: n.gu, Entered: timebank.BySelf, From: n.env.Clock.Now().Add(3 * time.Hour), Door: timebank.Door{Door: "B21 101 室"}}, "")
	n.must(err)
	for range 3 {
		n.must(n.FindHelpers(ctx, n.c2))
		n.env.Clock.Advance(10 * time.Minute)
	}
	n.must(n.DB.View(ctx, n.c2, func(r db.Reader) error {
		all, err := n.TimeBank.OffersFor(ctx, r, n.c2, q.ID)
		if len(all) != 0 {
			n.t.Errorf("asked to serve herself: %+v", all[0])
		}
		return err
	}))
}

// memberIn is somebody as a member of a community.
func (n *nextDoor) memberIn(place id.ID, name string) id.ID {
	n.t.Helper()
	m, err := n.MemberAt(ctx, place, n.people[name])
	n.must(err)
	return m.ID
}
