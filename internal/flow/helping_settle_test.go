package flow_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// apart lets Chen live in the house where help is asked for, and Zhou half a kilometre away.
func (h *helping) apart() {
	h.t.Helper()
	h.place(community.Building, "G1", "B9")
	h.must(h.update(id.ID{}, func(tx *db.Tx) error {
		if err := h.Communities.SetPosition(ctx, tx, h.places["B1"], geo.Point{Lat: 45_000_000, Lon: 126_000_000}); err != nil {
			return err
		}
		return h.Communities.SetPosition(ctx, tx, h.places["B9"], geo.Point{Lat: 45_004_000, Lon: 126_000_000})
	}))
	v, err := h.VolunteerOf(ctx, h.c1, h.members["zhou"])
	h.must(err)
	h.must(h.ChangeVolunteer(ctx, h.actor("zhou"), h.c1, h.people["zhou"], v.Version, func(p *volunteer.Profile) { p.Place = h.places["B9"] }))
}

// say is a yes of somebody who was asked.
func (h *helping) say(q *timebank.Request, name string) *timebank.Assignment {
	h.t.Helper()
	for _, o := range h.offers(q.ID) {
		if o.Helper == h.members[name] {
			a, err := h.AcceptOffer(ctx, h.c1, h.actor(name), o.Helper, o.ID)
			h.must(err)
			return a
		}
	}
	h.t.Fatalf("%s was not asked", name)
	return nil
}

func (h *helping) offerTo(q *timebank.Request, name string) *timebank.Offer {
	h.t.Helper()
	for _, o := range h.offers(q.ID) {
		if o.Helper == h.members[name] {
			return o
		}
	}
	h.t.Fatalf("%s was not asked", name)
	return nil
}

// TestTheNearestOfThoseWhoSaidYesGoes: a yes from farther away waits for one from nearer,
// though not for long, and whoever is let go hears so.
func TestTheNearestOfThoseWhoSaidYesGoes(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.apart()
		settle := time.Duration(policy.TrialTimeBank().UrgentSettle) * time.Minute

		q := h.asked("parcel", 0)
		h.env.Clock.Advance(2 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		if a := h.say(q, "zhou"); a != nil {
			h.t.Fatal("Zhou goes though Chen, who lives in the house, may still say yes")
		}
		if o := h.offerTo(q, "zhou"); !o.Willing() {
			h.t.Fatalf("her yes was not kept: %+v", o)
		}
		h.env.Clock.Advance(time.Minute)
		if a := h.say(q, "chen"); a == nil || a.Helper != h.members["chen"] {
			h.t.Fatalf("Chen does not go: %v", a)
		}
		if o := h.offerTo(q, "zhou"); o.Answer == nil || o.Answer.Says != timebank.Gone {
			h.t.Errorf("Zhou still waits: %+v", o)
		}
		if n := stagedIn(h.t, h.DB, h.c1, notice.ServiceSpared); n != 1 {
			h.t.Errorf("Zhou was told %d times that somebody nearer goes", n)
		}
		_, err := h.AcceptOffer(ctx, h.c1, h.actor("zhou"), h.members["zhou"], h.offerTo(q, "zhou").ID)
		h.refused("yes after the place was filled", err, timebank.ErrTaken)
		h.must(h.WithdrawHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], q.ID, ""))

		again := h.asked("parcel", 0)
		h.env.Clock.Advance(2 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		h.say(again, "zhou")
		h.env.Clock.Advance(settle)
		h.must(h.FindHelpers(ctx, h.c1))
		made := h.assignments(again.ID)
		if len(made) != 1 || made[0].Helper != h.members["zhou"] {
			h.t.Fatalf("nobody nearer answered for %v, and it is not Zhou who goes: %v", settle, made)
		}
		if o := h.offerTo(again, "zhou"); o.Answer == nil || o.Answer.Says != timebank.Yes {
			h.t.Errorf("her yes was not counted: %+v", o)
		}
	})
}

// TestAYesThatIsTakenBack: as long as nobody was sent she may say no after all.
func TestAYesThatIsTakenBack(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.apart()
		q := h.asked("parcel", 0)
		h.env.Clock.Advance(2 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		h.say(q, "zhou")
		h.must(h.DeclineOffer(ctx, h.c1, h.actor("zhou"), h.members["zhou"], h.offerTo(q, "zhou").ID, "孩子发烧了"))
		h.env.Clock.Advance(30 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		if made := h.assignments(q.ID); len(made) != 0 {
			h.t.Errorf("somebody was sent: %v", made)
		}
	})
}

// TestWhoIsSentByHandFillsOnePlace: a yes that waits is answered when the desk sends her; the
// other place is somebody else's.
func TestWhoIsSentByHandFillsOnePlace(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.apart()
		var k timebank.Kind
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { k, err = h.TimeBank.KindByKey(ctx, r, h.c1, "parcel"); return err }))
		k.People = 2
		h.must(h.SaveKind(ctx, h.c1, db.System, k))
		q := h.asked("parcel", 0)
		h.env.Clock.Advance(2 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		if a := h.say(q, "zhou"); a != nil {
			h.t.Fatal("she goes though somebody nearer may say yes")
		}
		_, err := h.AssignHelp(ctx, h.c1, db.System, q.ID, h.members["zhou"], "电话里说好的")
		h.must(err)
		h.must(h.FindHelpers(ctx, h.c1))
		h.say(q, "chen")
		made := h.assignments(q.ID)
		if len(made) != 2 || made[0].Helper == made[1].Helper {
			h.t.Errorf("two places: %+v", made)
		}
	})
}

// TestWhoRestsIsNotSent: between her yes and the sending she may have stopped.
func TestWhoRestsIsNotSent(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.apart()
		q := h.asked("parcel", 0)
		h.env.Clock.Advance(2 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		h.say(q, "zhou")
		h.must(h.DB.Update(ctx, h.c1, h.actor("zhou"), func(tx *db.Tx) error {
			return h.Volunteers.Pause(ctx, tx, h.people["zhou"], "回娘家")
		}))
		h.env.Clock.Advance(30 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		if made := h.assignments(q.ID); len(made) != 0 {
			h.t.Errorf("who rests was sent: %+v", made[0])
		}
		if o := h.offerTo(q, "zhou"); o.Answer == nil || o.Answer.Says != timebank.Gone {
			h.t.Errorf("her yes still waits: %+v", o)
		}
	})
}

// TestMealsThatCouldNotBeAskedFor raise one alarm each, however many of one person.
func TestMealsThatCouldNotBeAskedFor(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		today := period.DayOf(h.env.Clock.Now(), flow.DefaultZone)
		for i, minute := range []int{11 * 60, 12 * 60, 17 * 60} {
			p := timebank.Plan{Kind: "meal", Asker: h.members["wang"], Entered: timebank.BySelf, Minute: minute, First: today + 1, Last: today + 30, Door: timebank.Door{Door: "B1 101 室"}}
			h.must(h.PlanHelp(ctx, h.c1, h.actor("wang"), p, fmt.Sprint("t", i)))
		}
		var k timebank.Kind
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { k, err = h.TimeBank.KindByKey(ctx, r, h.c1, "meal"); return err }))
		k.Off = true
		h.must(h.SaveKind(ctx, h.c1, db.System, k))
		h.env.Clock.Advance(24 * time.Hour * 5)
		h.must(h.MakePlanned(ctx, h.c1))
		h.must(h.WatchDeliveries(ctx, h.c1))
		today += 5
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
			all, err := h.DeliveriesOn(ctx, r, h.c1, today, h.env.Clock.Now().In(flow.DefaultZone))
			if len(all) != 3 || all[0].State != timebank.NotMade || all[2].State != timebank.NotMade {
				h.t.Errorf("of three meals that could not be asked for: %+v", all)
			}
			return err
		}))
	})
}

// TestNobodyIsAskedInTheNight unless it is urgent; the clock of a request stands still
// until the morning.
func TestNobodyIsAskedInTheNight(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.env.Clock.Set(time.Date(2026, 3, 10, 22, 0, 0, 0, flow.DefaultZone))
		q := h.asked("walk", 16*time.Hour)
		h.env.Clock.Advance(9 * time.Hour)
		h.must(h.FindHelpers(ctx, h.c1))
		if n := len(h.offers(q.ID)); n != 0 {
			h.t.Fatalf("%d were asked by seven in the morning", n)
		}
		if n := stagedIn(h.t, h.DB, h.c1, notice.ServiceDesk); n != 0 {
			h.t.Error("the desk took over in the night")
		}
		h.env.Clock.Advance(time.Hour)
		h.must(h.FindHelpers(ctx, h.c1))
		if n := len(h.offers(q.ID)); n != 2 {
			h.t.Errorf("%d were asked at eight, want both: no more are left", n)
		}
	})
}
