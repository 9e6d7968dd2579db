package flow_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/household"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// lesson is a class of Chen's in two days, on so many weeks.
func (h *helping) lesson(weeks, most int, edits ...func(a *activity.Activity)) *activity.Activity {
	h.t.Helper()
	a := activity.Activity{Teacher: h.members["chen"], Skill: "home.clean", Title: "收纳课", Place: "活动室", Minutes: 60, Most: most, Pay: activity.BySeat, Price: 3_00,
		Sessions: activity.Dates(h.env.Clock.Now().Add(48*time.Hour), weeks, 60)}
	for _, e := range edits {
		e(&a)
	}
	made, err := h.ProposeClass(ctx, h.c1, h.actor("chen"), a, "")
	h.must(err)
	h.must(h.AgreeClass(ctx, h.c1, db.System, made.ID))
	return h.class(made.ID)
}

func (h *helping) class(at id.ID) (a *activity.Activity) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { a, err = h.Activities.ByID(ctx, r, h.c1, at); return err }))
	return a
}

func (h *helping) sign(a *activity.Activity, name string) (*activity.Seat, error) {
	return h.JoinClass(ctx, h.c1, h.actor(name), a.ID, h.members[name], 1, "")
}

func (h *helping) signed(a *activity.Activity, name string) *activity.Seat {
	h.t.Helper()
	x, err := h.sign(a, name)
	h.must(err)
	return x
}

func (h *helping) gives(name string, x *activity.Seat) error {
	who := h.members[name]
	return h.LeaveClass(ctx, h.c1, h.actor(name), &who, x.ID)
}

// hours are what a member has, less what she owes.
func (h *helping) hours(name string) (v money.Amount) {
	h.t.Helper()
	h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error {
		of := party.Owner{Kind: party.Member, ID: h.members[name]}
		all, err := h.Ledger.Balances(ctx, tx)
		if err == nil {
			v = all.Balance(ledger.Of(of, ledger.Coins)) + all.Balance(ledger.In(of, ledger.Owed, money.Coin))
		}
		return err
	}))
	return v
}

func (h *helping) held(x *activity.Seat) (v money.Amount) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
		hold, err := h.Coins.HoldOf(ctx, r, h.c1, x.ID)
		if hold != nil && !hold.Ended {
			v = hold.Left()
		}
		return err
	}))
	return v
}

func (h *helping) state(x *activity.Seat) (s activity.SeatState) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
		now, err := h.Activities.SeatByID(ctx, r, h.c1, x.ID)
		if err == nil {
			s = now.State
		}
		return err
	}))
	return s
}

// F10: a class of two dates costs hours of who comes; one date is held, the other is called
// off; who stays away too late pays a share; what is left comes back, and the books are whole.
func TestAClassIsPaidByDate(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		for says, c := range map[string]struct {
			edit func(a *activity.Activity)
			want string
		}{
			"what she cannot do": {func(a *activity.Activity) { a.Skill = "repair.small" }, "class.no_skill"},
			"dearer than time":   {func(a *activity.Activity) { a.Price = 10_01 }, "activity.bad_price"},
		} {
			a := activity.Activity{Teacher: h.members["chen"], Skill: "home.clean", Title: "收纳课", Place: "活动室", Minutes: 60, Most: 2, Pay: activity.BySeat, Price: 3_00, Sessions: activity.Dates(h.env.Clock.Now().Add(48*time.Hour), 1, 60)}
			c.edit(&a)
			if _, err := h.ProposeClass(ctx, h.c1, h.actor("chen"), a, ""); refused(err) != c.want {
				t.Errorf("%s: %v", says, err)
			}
		}
		a := h.lesson(3, 2)
		if err := h.AgreeClass(ctx, h.c1, h.actor("chen"), a.ID); !errors.Is(err, flow.ErrOwnMatter) {
			t.Errorf("she agrees to her own: %v", err)
		}
		wang, zhou := h.signed(a, "wang"), h.signed(a, "zhou")
		if h.held(wang) != 9_00 || h.held(zhou) != 9_00 {
			t.Fatalf("held %v and %v", h.held(wang), h.held(zhou))
		}
		chen := h.members["chen"]
		first, second, third := a.Sessions[0], a.Sessions[1], a.Sessions[2]
		if err := h.CallOffDate(ctx, h.c1, h.actor("chen"), &chen, a.ID, second.ID, " "); !errors.Is(err, activity.ErrNoReason) {
			t.Errorf("called off without a reason: %v", err)
		}
		h.must(h.CallOffDate(ctx, h.c1, h.actor("chen"), &chen, a.ID, second.ID, "那天停电"))
		if h.held(wang) != 6_00 {
			t.Errorf("held %v after a date was called off", h.held(wang))
		}
		h.env.Clock.Set(first.Begins.Add(5 * time.Minute))
		if err := h.CheckInClass(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, "x"); !errors.Is(err, activity.ErrBadCode) {
			t.Errorf("other digits: %v", err)
		}
		if err := h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID); !errors.Is(err, flow.ErrClassNobody) {
			t.Errorf("nobody came: %v", err)
		}
		if err := h.gives("wang", wang); !errors.Is(err, flow.ErrClassUnsettled) {
			t.Errorf("left in the middle: %v", err)
		}
		h.must(h.CheckInClass(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, first.Code))
		h.must(h.MarkCame(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID, []id.ID{zhou.ID}, nil)) // a list opened before wang came
		h.must(h.MarkCame(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID, nil, []id.ID{zhou.ID}))
		h.must(h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID)) // zhou stayed away: 25%
		if h.held(wang) != 3_00 || h.held(zhou) != 3_00 || h.hours("zhou") != 16_25 || h.hours("chen") != 3_75 {
			t.Errorf("held %v and %v, the teacher has %v", h.held(wang), h.held(zhou), h.hours("chen"))
		}
		h.must(h.ThankTeacher(ctx, h.c1, h.actor("wang"), h.members["wang"], wang.ID, "讲得真清楚"))
		h.env.Clock.Advance(time.Hour)
		if err := h.UndoClassHours(ctx, h.c1, h.actor("wang"), a.ID, first.ID, zhou.ID, ""); !errors.Is(err, activity.ErrNoReason) {
			t.Errorf("given back without a reason: %v", err)
		}
		h.must(h.UndoClassHours(ctx, h.c1, db.System, a.ID, first.ID, zhou.ID, "请过假，没记上"))
		if err := h.UndoClassHours(ctx, h.c1, db.System, a.ID, first.ID, zhou.ID, "再来"); !errors.Is(err, activity.ErrUndone) {
			t.Errorf("given back twice: %v", err)
		}
		h.env.Clock.Set(third.Begins.Add(-48 * time.Hour))
		h.must(h.ExcuseSeat(ctx, h.c1, h.actor("zhou"), h.members["zhou"], zhou.ID, third.ID))
		h.env.Clock.Set(third.Ends)
		h.must(h.MarkCame(ctx, h.c1, h.actor("chen"), &chen, a.ID, third.ID, []id.ID{wang.ID}, nil))
		h.must(h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, third.ID))
		if h.held(wang) != 0 || h.held(zhou) != 0 || h.hours("chen") != 6_00 || h.hours("wang") != 14_00 || h.hours("zhou") != 20_00 {
			t.Errorf("chen %v, wang %v, zhou %v; held %v and %v", h.hours("chen"), h.hours("wang"), h.hours("zhou"), h.held(wang), h.held(zhou))
		}
		h.whole()
	})
}

// A date is called off though somebody owes more by now than she may: of what she agreed to
// a part comes back.
func TestADateIsCalledOffWhateverSheOwes(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		dear := func(a *activity.Activity) { a.Price = 10_00 }
		a := h.lesson(2, 2, dear)
		wang := h.signed(a, "wang")
		h.signed(h.lesson(2, 2, dear), "wang") // she had 20.00 and owes as much
		h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error {
			rules := flow.Trial()
			rules.Params.SoftLimit, rules.Code, rules.EffectiveFrom = 5_00, "less", tx.Now
			v, _, err := h.Policies.Propose(ctx, tx, rules)
			if err != nil {
				return err
			}
			return h.RecordPolicy(ctx, tx, v)
		}))
		h.must(h.CallOffDate(ctx, h.c1, db.System, nil, a.ID, a.Sessions[0].ID, "那天停电"))
		if h.held(wang) != 10_00 {
			t.Errorf("held %v", h.held(wang))
		}
		h.whole()
	})
}

// Who waits moves up, says yes in time or is passed over; who leaves late pays a share; too
// few people, a teacher's wish or nobody's settling end what is under way, and everything
// comes back.
func TestTheQueueOfAClass(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a := h.lesson(1, 1)
		wang, zhou := h.signed(a, "wang"), h.signed(a, "zhou")
		if h.state(zhou) != activity.Waiting || h.held(zhou) != 0 {
			t.Fatalf("zhou is %s and has %v set aside", h.state(zhou), h.held(zhou))
		}
		h.env.Clock.Set(a.Sessions[0].Begins.Add(-20 * time.Hour)) // within class_free_hours
		h.must(h.gives("wang", wang))
		if h.hours("chen") != 75 || h.held(wang) != 0 || h.state(zhou) != activity.Offered {
			t.Errorf("chen %v, wang holds %v, zhou is %s", h.hours("chen"), h.held(wang), h.state(zhou))
		}
		again := h.signed(a, "wang")
		h.env.Clock.Advance(time.Duration(policy.TrialTimeBank().ClassAnswerHours)*time.Hour + time.Minute)
		if err := h.TakeSeat(ctx, h.c1, h.actor("zhou"), h.members["zhou"], zhou.ID); !errors.Is(err, activity.ErrLapsed) {
			t.Errorf("a yes too late: %v", err)
		}
		h.must(h.SweepClasses(ctx, h.c1))
		if h.state(zhou) != activity.Lapsed || h.state(again) != activity.Offered {
			t.Errorf("zhou is %s, wang is %s", h.state(zhou), h.state(again))
		}
		h.must(h.TakeSeat(ctx, h.c1, h.actor("wang"), h.members["wang"], again.ID))
		if h.held(again) != 3_00 || h.told("wang", notice.ClassSoon) != 0 {
			t.Errorf("held %v", h.held(again))
		}
		h.must(h.SweepClasses(ctx, h.c1)) // reminded before she had the seat: once is enough
		h.env.Clock.Set(a.Sessions[0].Ends.Add(activity.LeftOpen + time.Minute))
		h.must(h.SweepClasses(ctx, h.c1)) // nobody noted who came: everything comes back
		if now := h.class(a.ID); now.Sessions[0].End == nil || now.Sessions[0].End.Held || h.held(again) != 0 {
			t.Errorf("%+v, held %v", now.Sessions[0].End, h.held(again))
		}
		few := h.lesson(1, 8, func(a *activity.Activity) { a.Least = 2 })
		one := h.signed(few, "wang")
		h.env.Clock.Set(few.TooFewAt(policy.TrialTimeBank().ClassFreeHours))
		h.must(h.SweepClasses(ctx, h.c1))
		if h.class(few.ID).State() != activity.Off || h.state(one) != activity.Gone || h.held(one) != 0 {
			t.Errorf("%s, %s, held %v", h.class(few.ID).State(), h.state(one), h.held(one))
		}
		hasty := h.lesson(1, 8, func(a *activity.Activity) { // agreed to so late that too few was due before
			a.Least, a.Sessions = 2, activity.Dates(h.env.Clock.Now().Add(5*time.Hour), 1, 60)
		})
		h.env.Clock.Set(hasty.Sessions[0].Begins.Add(-7 * time.Minute))
		h.must(h.SweepClasses(ctx, h.c1))
		if now := h.class(hasty.ID); now.State() != activity.Off {
			t.Errorf("too few for what was agreed to late: %s", now.State())
		}
		gone := h.lesson(2, 8)
		two := h.signed(gone, "wang")
		other := h.members["zhou"]
		if err := h.CallOffActivity(ctx, h.c1, h.actor("zhou"), &other, gone.ID, "不是我的课"); !errors.Is(err, activity.ErrNotFound) {
			t.Errorf("called off by another: %v", err)
		}
		h.must(h.CallOffActivity(ctx, h.c1, db.System, nil, gone.ID, "场地没有了"))
		if h.state(two) != activity.Gone || h.held(two) != 0 {
			t.Errorf("%s, held %v", h.state(two), h.held(two))
		}
		h.whole()
	})
}

// told is how often somebody was told of a kind.
func (h *helping) told(name, kind string) (n int) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
		notes, err := db.Waiting(ctx, r, h.c1, 1000)
		for _, x := range notes {
			if told, err := notice.Decode(x.Payload); err == nil && x.Kind == notice.Staged && told.Kind == kind && told.Member == name {
				n++
			}
		}
		return err
	}))
	return n
}

// What is free for who comes is paid by the pool; where children come there are two adults
// whom the house knows; minors are signed up by who acts for them.
func TestWhoMayTeachAndCome(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		free := h.lesson(2, 5, func(a *activity.Activity) { a.Pay, a.Price = activity.ByPool, 0 })
		h.signed(free, "wang")
		h.env.Clock.Set(free.Sessions[0].Begins.Add(time.Minute))
		h.signed(free, "zhou")
		if err := h.CheckInClass(ctx, h.c1, h.actor("zhou"), h.members["zhou"], free.ID, free.Sessions[0].Code); !errors.Is(err, activity.ErrNoSeat) {
			t.Errorf("there with a seat of the next date: %v", err)
		}
		h.env.Clock.Set(free.Sessions[0].Ends)
		chen := h.members["chen"]
		seats := h.seatsOf(free)
		h.must(h.MarkCame(ctx, h.c1, h.actor("chen"), &chen, free.ID, free.Sessions[0].ID, []id.ID{seats[0].ID}, nil))
		if err := h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, free.ID, free.Sessions[0].ID); !errors.Is(err, flow.ErrClassByCode) {
			t.Errorf("the pool pays by the teacher's list: %v", err)
		}
		if err := h.HoldClass(ctx, h.c1, h.actor("chen"), nil, free.ID, free.Sessions[0].ID); !errors.Is(err, flow.ErrOwnMatter) {
			t.Errorf("the pool pays who decides: %v", err)
		}
		h.env.Clock.Set(free.Sessions[0].Ends.Add(activity.LeftOpen + time.Minute))
		h.must(h.SweepClasses(ctx, h.c1))
		if h.class(free.ID).Sessions[0].End != nil {
			t.Error("the clock decides where nobody checked in herself")
		}
		h.must(h.HoldClass(ctx, h.c1, db.System, nil, free.ID, free.Sessions[0].ID))
		h.onlyHome(free)
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
			due, err := h.Coins.Outstanding(ctx, r, h.c1)
			paid, err2 := h.Activities.Settled(ctx, r, h.c1, free.Sessions[0].ID, id.ID{})
			if err2 != nil || paid.Kind != activity.PoolPaid || due[paid.ID]+paid.Coins != 10_00 {
				t.Errorf("%+v, due %v", paid, due)
			}
			return errors.Join(err, err2)
		}))
		kids := activity.Activity{Teacher: chen, Second: h.members["zhou"], Skill: "home.clean", Title: "亲子手工", Place: "活动室", Minutes: 60, Most: 6, Pay: activity.Free, Children: true,
			Sessions: activity.Dates(h.env.Clock.Now().Add(48*time.Hour), 1, 60)}
		made, err := h.ProposeClass(ctx, h.c1, h.actor("chen"), kids, "")
		h.must(err)
		if err := h.AgreeClass(ctx, h.c1, db.System, made.ID); !errors.Is(err, flow.ErrClassIdentity) {
			t.Errorf("children with adults nobody knows: %v", err)
		}
		if n := h.told("zhou", notice.ClassSecond); n != 1 {
			t.Errorf("the second adult is told %d times", n)
		}
		prove := func(until period.Day) {
			for _, name := range []string{"chen", "zhou"} {
				h.must(h.NoteProof(ctx, db.System, h.c1, volunteer.Proof{Person: h.people[name], Kind: volunteer.BackgroundProof, Until: until, Words: "看过证明"}))
			}
		}
		prove(period.DayOf(h.env.Clock.Now(), flow.DefaultZone))
		if err := h.AgreeClass(ctx, h.c1, db.System, made.ID); !errors.Is(err, flow.ErrClassIdentity) {
			t.Errorf("children with adults whose certificates end before: %v", err)
		}
		prove(period.Date(2027, 3, 10))
		h.must(h.AgreeClass(ctx, h.c1, db.System, made.ID))
		if x, err := h.JoinClass(ctx, h.c1, h.actor("wang"), made.ID, h.members["wang"], 3, ""); err != nil || x.People != 3 {
			t.Errorf("with two children: %v, %v", x, err)
		}
		_, err = h.AskErasure(ctx, h.actor("zhou"), h.people["zhou"], true)
		h.must(err)
		h.must(h.EraseDue(ctx))
		if now := h.class(made.ID); now.State() != activity.Off {
			t.Errorf("children with one adult: %s", now.State())
		}
		h.whole()
	})
}

// onlyHome is a date that the pool would pay, to which only the teacher's own household came.
func (h *helping) onlyHome(a *activity.Activity) {
	h.t.Helper()
	h.lives("kin", "201", household.Child) // where Chen lives
	h.joins("kin")
	s := a.Sessions[1]
	h.signed(a, "kin")
	h.env.Clock.Set(s.Begins.Add(time.Minute))
	h.must(h.CheckInClass(ctx, h.c1, h.actor("kin"), h.members["kin"], a.ID, s.Code))
	if err := h.HoldClass(ctx, h.c1, db.System, nil, a.ID, s.ID); !errors.Is(err, flow.ErrClassOnlyHome) {
		h.t.Errorf("a household pays itself of the pool: %v", err)
	}
	h.must(h.CheckInClass(ctx, h.c1, h.actor("zhou"), h.members["zhou"], a.ID, s.Code))
	chen := h.members["chen"]
	h.must(h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, s.ID))
}

func (h *helping) seatsOf(a *activity.Activity) (all []*activity.Seat) {
	h.t.Helper()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) (err error) { all, err = h.Activities.Seats(ctx, r, h.c1, a.ID); return err }))
	return all
}
