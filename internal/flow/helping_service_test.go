package flow_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// helping is a lane with a time bank: Wang asks, Chen and Zhou help with everything.
type helping struct {
	*lane
	c1      id.ID
	members map[string]id.ID
}

func inHelpingLane(t *testing.T, fn func(h *helping)) {
	inLane(t, func(l *lane) {
		h := &helping{lane: l, c1: l.places["C1"], members: make(map[string]id.ID)}
		l.house("B1", "103")
		l.lives("zhou", "103", household.Head)
		l.switched(community.TimeBank, true)
		for _, name := range []string{"wang", "min", "chen", "zhou"} {
			h.joins(name)
		}
		h.env.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, flow.DefaultZone)) // a Tuesday
		h.volunteers("chen")
		h.volunteers("zhou")
		fn(h)
	})
}

func (h *helping) joins(name string) {
	h.t.Helper()
	h.must(h.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		if err := h.Members.Reserve(ctx, tx, name, h.c1); err != nil {
			return err
		}
		return h.People.Link(ctx, tx, h.people[name], name, h.c1)
	}))
	h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error {
		m, _, err := h.Members.Join(ctx, tx, member.Member{Ref: name, Standing: member.Good, Level: policy.Silver})
		if err == nil {
			h.members[name] = m.ID
		}
		return err
	}))
}

// volunteers lets somebody help with everything on every day from eight to eight.
func (h *helping) volunteers(name string) {
	h.t.Helper()
	var windows []volunteer.Window
	for d := range time.Saturday + 1 {
		windows = append(windows, volunteer.Window{Weekday: d, From: 8 * 60, To: 20 * 60})
	}
	_, err := h.BecomeVolunteer(ctx, h.actor(name), flow.Becoming{Person: h.people[name], Community: h.c1, How: "page",
		Profile: volunteer.Profile{Place: h.places["B1"], Radius: 2000, Windows: windows, Languages: []volunteer.Language{volunteer.Mandarin}},
		Skills:  []volunteer.Skill{"errand.parcel", "errand.meal", "company.walk", "home.clean"}})
	h.must(err)
	h.must(h.NoteProof(ctx, db.System, h.c1, volunteer.Proof{Person: h.people[name], Kind: volunteer.RealNameProof, Until: period.Date(2027, 3, 10), Words: "看过身份证"}))
}

func (h *helping) actor(name string) db.Actor { return db.Actor{Kind: "person", ID: h.people[name]} }

// ask lets Wang ask for a kind, beginning in some hours; 0 is at once.
func (h *helping) ask(kind string, in time.Duration) (*timebank.Request, error) {
	w := flow.HelpWish{Kind: kind, Member: h.members["wang"], Entered: timebank.BySelf, Door: timebank.Door{Door: "B1 101 室"}}
	if in > 0 {
		w.From = h.env.Clock.Now().Add(in)
	}
	return h.AskHelp(ctx, h.c1, h.actor("wang"), w, "")
}

func (h *helping) asked(kind string, in time.Duration) *timebank.Request {
	h.t.Helper()
	q, err := h.ask(kind, in)
	h.must(err)
	h.must(h.FindHelpers(ctx, h.c1))
	return q
}

func (h *helping) request(at id.ID) (q *timebank.Request) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { q, err = h.TimeBank.ByID(ctx, r, h.c1, at); return err }))
	return q
}

func (h *helping) offers(request id.ID) (all []*timebank.Offer) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) {
		all, err = h.TimeBank.OffersFor(ctx, r, h.c1, request)
		return err
	}))
	return all
}

// accepted lets whoever was asked first say yes.
func (h *helping) accepted(q *timebank.Request) *timebank.Assignment {
	h.t.Helper()
	all := h.offers(q.ID)
	if len(all) == 0 {
		h.t.Fatal("nobody was asked")
	}
	a, err := h.AcceptOffer(ctx, h.c1, h.who(all[0].Helper), all[0].Helper, all[0].ID)
	h.must(err)
	return a
}

func (h *helping) assignments(request id.ID) (all []*timebank.Assignment) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) {
		all, err = h.TimeBank.AssignmentsFor(ctx, r, h.c1, request)
		return err
	}))
	return all
}

// who is the actor behind a member.
func (h *helping) who(m id.ID) db.Actor {
	for name, is := range h.members {
		if is == m {
			return h.actor(name)
		}
	}
	h.t.Fatal("no such member")
	return db.Actor{}
}

func (h *helping) assignment(at id.ID) (a *timebank.Assignment) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) {
		a, err = h.TimeBank.AssignmentByID(ctx, r, h.c1, at)
		return err
	}))
	return a
}

// coins is what an owner holds, in hundredths.
func (h *helping) coins(a ledger.Account) (v money.Amount) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
		held, err := h.Ledger.Holding(ctx, r, h.c1, a)
		v = held.Balance
		return err
	}))
	return v
}

func (h *helping) purse(name string) money.Amount {
	return h.coins(ledger.Of(party.Owner{Kind: party.Member, ID: h.members[name]}, ledger.Coins))
}

func (h *helping) set(request id.ID) money.Amount {
	return h.coins(ledger.In(party.Owner{Kind: party.Hold, ID: request}, ledger.Escrow, money.Coin))
}

func (h *helping) serve(a *timebank.Assignment, took time.Duration) {
	h.t.Helper()
	h.must(h.BeginHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, flow.CheckIn{Code: a.Code}))
	h.env.Clock.Advance(took)
	h.must(h.FinishHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, ""))
}

// TestAnHourForAnHour: Wang asks for a walk of an hour; ten coins of her opening credit
// are set aside, and are Chen's when Wang says that it was good (F2, F8).
func TestAnHourForAnHour(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		q := h.asked("walk", 3*time.Hour)
		if got := h.purse("wang"); got != 10_00 || h.set(q.ID) != 10_00 {
			t.Fatalf("Wang has %d and %d are set aside, want 1000 of her 2000 each", got, h.set(q.ID))
		}
		a := h.accepted(q)
		h.env.Clock.Advance(3 * time.Hour)
		h.serve(a, time.Hour)
		h.must(h.AcceptHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID))
		helper := "chen"
		if a.Helper == h.members["zhou"] {
			helper = "zhou"
		}
		if h.purse(helper) != 10_00 || h.set(q.ID) != 0 || h.purse("wang") != 10_00 {
			t.Errorf("%s has %d, %d are set aside, Wang has %d", helper, h.purse(helper), h.set(q.ID), h.purse("wang"))
		}
		if end := h.request(q.ID).End; end == nil || end.How != timebank.Done {
			t.Errorf("the request has not ended as done: %v", end)
		}
		for _, name := range []string{"wang", helper} {
			if said := h.movedFor(name); !slices.Equal(said, []string{"陪着散步"}) {
				t.Errorf("%s' hours moved for %q", name, said)
			}
		}
		h.must(h.ThankHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "走得很稳，谢谢"))
		h.refused("thanked twice", h.ThankHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "再谢一次"), timebank.ErrThanked)
	})
}

// TestTheLastPlaceIsTakenOnce: of everybody who says yes at the same time one gets it,
// however often each of them says it.
func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		q := h.asked("parcel", 0)
		all := h.offers(q.ID)
		if len(all) != 2 {
			t.Fatalf("%d were asked for what is urgent, want both", len(all))
		}
		var wait sync.WaitGroup
		errs, got := make([]error, 20), make([]*timebank.Assignment, 20)
		for i := range errs {
			o := all[i%2]
			wait.Go(func() { got[i], errs[i] = h.AcceptOffer(ctx, h.c1, h.who(o.Helper), o.Helper, o.ID) })
		}
		wait.Wait()
		which := make(map[id.ID]bool)
		for i, err := range errs {
			if err != nil && fault.Of(err) == nil {
				t.Error(err)
			}
			if got[i] != nil {
				which[got[i].ID] = true
			}
		}
		h.env.Clock.Advance(10 * time.Minute)
		h.must(h.FindHelpers(ctx, h.c1))
		if made := h.assignments(q.ID); len(made) != 1 || len(which) > 1 || len(which) == 1 && !which[made[0].ID] {
			t.Errorf("%d were told that they go, %d go", len(which), len(made))
		}
	})
}

// TestWhoIsNeverAsked: nobody of the household, nobody without the skill.
func TestWhoIsNeverAsked(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		h.volunteers("min") // Wang's daughter
		q := h.asked("walk", 3*time.Hour)
		for _, o := range h.offers(q.ID) {
			if o.Helper == h.members["min"] {
				t.Error("the household was asked")
			}
		}
		_, err := h.TakeHelp(ctx, h.c1, h.actor("min"), h.members["min"], q.ID)
		h.refused("took her mother's", err, flow.ErrOwnHousehold)
		cut := h.asked("haircut", 30*time.Hour)
		if n := len(h.offers(cut.ID)); n != 0 {
			t.Errorf("%d were asked who cannot", n)
		}
		_, err = h.TakeHelp(ctx, h.c1, h.actor("chen"), h.members["chen"], cut.ID)
		h.refused("cannot cut hair", err, flow.ErrNotSkilled)
		_, err = h.AssignHelp(ctx, h.c1, db.System, cut.ID, h.members["wang"], "就她有空")
		h.refused("her own", err, flow.ErrOwnHousehold)
	})
}

// TestSilenceAsksTheNext: who does not answer is followed by somebody else, and when
// nobody is left the desk knows.
func TestSilenceAsksTheNext(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		q := h.asked("walk", 3*time.Hour)
		first := h.offers(q.ID)[0]
		h.env.Clock.Advance(time.Minute)
		h.must(h.DeclineOffer(ctx, h.c1, h.who(first.Helper), first.Helper, first.ID, "今天不行"))
		both := h.offers(q.ID)
		if len(both) != 2 || both[0].Helper == both[1].Helper {
			t.Fatalf("after a refusal %d were asked, want the other one too", len(both))
		}
		last := both[0]
		if last.ID == first.ID {
			last = both[1]
		}
		h.env.Clock.Set(last.Until.Add(time.Second))
		h.must(h.FindHelpers(ctx, h.c1))
		for _, o := range h.offers(q.ID) {
			if o.ID == last.ID && (o.Answer == nil || o.Answer.Says != timebank.Silent) {
				t.Errorf("the second answer is %v", o.Answer)
			}
		}
		var told []timebank.Alert
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
			all, err := h.TimeBank.Alerts(ctx, r, h.c1)
			told = all[q.ID]
			return err
		}))
		if !slices.Contains(told, timebank.ToldDesk) {
			t.Errorf("the desk was not told: %v", told)
		}
		h.env.Clock.Set(q.Until.Add(time.Minute))
		h.must(h.SweepHelp(ctx, h.c1))
		if end := h.request(q.ID).End; end == nil || end.How != timebank.Expired || h.purse("wang") != 20_00 {
			t.Errorf("ended as %v, Wang has %d", end, h.purse("wang"))
		}
	})
}

// TestAMealEachNoon: a plan asks three days ahead, each day once, whatever happens.
func TestAMealEachNoon(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		today := period.DayOf(h.env.Clock.Now(), flow.DefaultZone)
		p := timebank.Plan{Kind: "meal", Asker: h.members["wang"], Entered: timebank.BySelf, Minute: 11*60 + 30, First: today, Last: today + 30, Door: timebank.Door{Door: "B1 101 室"}}
		h.must(h.PlanHelp(ctx, h.c1, h.actor("wang"), p, "t1"))
		h.must(h.PlanHelp(ctx, h.c1, h.actor("wang"), p, "t1"))
		count := func() int {
			var open []*timebank.Request
			h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { open, err = h.TimeBank.Open(ctx, r, h.c1); return err }))
			return len(open)
		}
		if n := count(); n != 4 {
			t.Fatalf("%d requests, want today's and three more", n)
		}
		h.must(h.MakePlanned(ctx, h.c1))
		h.env.Clock.Advance(24 * time.Hour)
		h.must(h.MakePlanned(ctx, h.c1))
		if n := count(); n != 5 {
			t.Errorf("%d requests a day later, want 5", n)
		}
		var plans []*timebank.Plan
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) {
			plans, err = h.TimeBank.PlansOf(ctx, r, h.c1, h.members["wang"])
			return err
		}))
		if len(plans) != 1 {
			t.Fatalf("%d plans of one form", len(plans))
		}
		h.must(h.EndPlan(ctx, h.c1, h.actor("wang"), h.members["wang"], plans[0].ID, "女儿回来了"))
		h.env.Clock.Advance(24 * time.Hour)
		h.must(h.MakePlanned(ctx, h.c1))
		if n := count(); n != 5 {
			t.Errorf("%d requests after the end of the plan", n)
		}
	})
}

// TestCheckInWhileItIsCalledOff: of a check-in and a withdrawal at the same moment one
// counts, and the coins are where that one puts them.
func TestCheckInWhileItIsCalledOff(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		q := h.asked("walk", 3*time.Hour)
		a := h.accepted(q)
		h.env.Clock.Set(q.From)
		var wait sync.WaitGroup
		var in, off error
		wait.Go(func() { in = h.BeginHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, flow.CheckIn{Code: a.Code}) })
		wait.Go(func() {
			off = h.WithdrawHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], q.ID, "不用了")
		})
		wait.Wait()
		if (in == nil) == (off == nil) {
			t.Fatalf("both or neither counted: %v, %v", in, off)
		}
		if in == nil && h.set(q.ID) != 10_00 || off == nil && h.set(q.ID) != 0 {
			t.Errorf("%d are set aside", h.set(q.ID))
		}
	})
}

// TestBadCheckIns are refused, and leave everything as it was.
func TestBadCheckIns(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		q := h.asked("walk", 3*time.Hour)
		a := h.accepted(q)
		begin := func(helper id.ID, code string) error {
			return h.BeginHelp(ctx, h.c1, h.who(helper), helper, a.ID, flow.CheckIn{Code: code})
		}
		h.refused("hours early", begin(a.Helper, a.Code), timebank.ErrTooEarly)
		h.env.Clock.Set(q.From)
		h.refused("somebody else", begin(h.members["wang"], a.Code), timebank.ErrNotFound)
		for i := range 3 {
			h.refused(fmt.Sprint("a wrong code ", i), begin(a.Helper, "00000"+fmt.Sprint(i)), timebank.ErrBadCode)
		}
		h.refused("finished before it began", h.FinishHelp(ctx, h.c1, h.who(a.Helper), a.Helper, a.ID, ""), timebank.ErrNoWay)
		h.refused("good before it was done", h.AcceptHelp(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID), timebank.ErrNoWay)
		h.env.Clock.Set(q.Ends().Add(2 * time.Hour))
		h.refused("hours late", begin(a.Helper, a.Code), timebank.ErrTooLate)
	})
}
