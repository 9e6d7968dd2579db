package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// helpSince is for how many days neighbours of the first community have helped each
// other when a visitor comes; volunteers are there since before.
const helpSince = 24

// helpFrom is when of a day they do, after work, and helpFor how long it takes at most.
const (
	helpFrom = 18*time.Hour + 40*time.Minute
	helpFor  = 5 * time.Hour
)

// evenings are what neighbours ask for after work, and how many minutes it takes.
var evenings = []struct {
	kind, words string
	took        int
}{
	{"parcel", "两个小件，在南门驿站。", 14}, {"phone_help", "想学会和孙子视频。", 30}, {"errand", "一袋米、两把青菜。", 40}, {"parcel", "有点沉，带个小推车。", 15},
	{"moving", "一张旧书桌，抬到楼下。", 28}, {"pets", "出差两天，喂一下猫。", 25}, {"cleaning", "擦擦窗户，够不着。", 95}, {"meal", "晚饭，清淡一点。", 28},
}

// thanked is what people say to who helped.
var thanked = []string{"来得真快，谢谢！", "孩子说阿姨讲得明白。", "东西一样不少，还帮我拎上楼。", "谢谢您，改天来喝茶。"}

// helpEach lets neighbours of the first community help each other on an evening: some ask,
// dispatch chooses, who is asked says yes, comes, and is thanked.
func (d *Demo) helpEach(ctx context.Context, day, last period.Day) error {
	at := d.places["C1"]
	switch begun := last - helpSince; {
	case day < begun:
		return nil
	case day == begun:
		for _, ref := range []string{"C1", "C2", "C3"} {
			if err := d.openTimeBank(ctx, d.places[ref]); err != nil {
				return err
			}
		}
	}
	askers, err := d.askers(ctx, at)
	if err != nil || len(askers) == 0 {
		return err
	}
	rng := rand.New(rand.NewPCG(uint64(day), 41))
	for n := range 2 {
		if err := d.helpOnce(ctx, at, rng, askers[rng.IntN(len(askers))], day, last, n); err != nil {
			return fmt.Errorf("help: %w", err)
		}
	}
	if err := d.Flows.SweepHelp(ctx, at); err != nil || day != last-1 {
		return err
	}
	return d.pairUp(ctx)
}

func (d *Demo) openTimeBank(ctx context.Context, at id.ID) error {
	operator, _, err := d.officers(ctx)
	if err != nil {
		return err
	}
	return once(d.DB.Update(ctx, at, operator, func(tx *db.Tx) error {
		_, err := d.Flows.Communities.Decide(ctx, tx, community.Switch{Capability: community.TimeBank, On: true, Reason: "三个社区先开互助，看半小时内能不能找到人"})
		return err
	}))
}

// asker is somebody who asks for help.
type asker struct {
	ref    string
	member id.ID
	actor  db.Actor
}

// askers are the regular, the elder and some of their neighbours.
func (d *Demo) askers(ctx context.Context, at id.ID) (all []asker, err error) {
	refs := []string{d.cast.regular, d.cast.senior}
	for i := range d.cast.players {
		if p := &d.cast.players[i]; p.home == "C1" && p.ref != "" && len(p.parts) == 0 && len(refs) < 20 && !slices.Contains(refs, p.ref) {
			refs = append(refs, p.ref)
		}
	}
	return d.asking(ctx, at, refs)
}

// asking are those of some members whom a community knows.
func (d *Demo) asking(ctx context.Context, at id.ID, refs []string) (all []asker, err error) {
	members := make(map[string]*member.Member)
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		for _, ref := range refs {
			m, err := d.Flows.Members.Lookup(ctx, r, at, ref)
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			members[ref] = m
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, ref := range refs {
		if m := members[ref]; m != nil {
			who, err := d.personOf(ctx, ref)
			if err != nil {
				return nil, err
			}
			all = append(all, asker{ref, m.ID, db.Actor{Kind: "person", ID: who}})
		}
	}
	return all, nil
}

// helpOnce is one evening's errand, from the request to the thanks. Of the last two days
// one waits for a word and one is disputed.
func (d *Demo) helpOnce(ctx context.Context, at id.ID, rng *rand.Rand, who asker, day, last period.Day, n int) error {
	what := evenings[rng.IntN(len(evenings))]
	pass := func(minutes int) { d.clock.Put(d.clock.Now().Add(time.Duration(minutes) * time.Minute)) }
	w := flow.HelpWish{Kind: what.kind, Member: who.member, Entered: timebank.BySelf, Words: what.words, Door: timebank.Door{Door: "1 单元 201"}}
	if what.kind == "pets" || what.kind == "cleaning" { // never at once
		w.From = d.clock.Now().Add(10 * time.Minute)
	}
	q, err := d.Flows.AskHelp(ctx, at, who.actor, w, "help-"+day.String()+"-"+strconv.Itoa(n))
	if fault.Of(err) != nil || err == nil && q == nil {
		return nil // asked before, or too short of hours
	}
	if err != nil {
		return err
	}
	pass(1)
	a, helper, err := d.taken(ctx, at, q)
	if err != nil || a == nil {
		return err
	}
	pass(12)
	if err := d.Flows.BeginHelp(ctx, at, helper, a.Helper, a.ID, flow.CheckIn{Code: a.Code}); err != nil {
		return once(err)
	}
	pass(what.took)
	if q.Proof {
		return d.Flows.SweepHelp(ctx, at) // the picture is never taken: the clock makes up for it
	}
	if err := d.Flows.FinishHelp(ctx, at, helper, a.Helper, a.ID, ""); err != nil {
		return once(err)
	}
	switch {
	case day >= last-1 && n == 0:
		return nil // waits for a word
	case day == last-2 && n == 1:
		return d.Flows.DisputeHelp(ctx, at, who.actor, who.member, a.ID, "说好擦四扇窗，只擦了两扇。")
	}
	if err := d.Flows.AcceptHelp(ctx, at, who.actor, who.member, a.ID); err != nil {
		return once(err)
	}
	if rng.IntN(2) == 0 {
		return once(d.Flows.ThankHelp(ctx, at, who.actor, who.member, a.ID, thanked[rng.IntN(len(thanked))]))
	}
	return nil
}

// taken lets everybody who is asked say yes; where dispatch finds nobody at that hour,
// somebody takes it from the list.
func (d *Demo) taken(ctx context.Context, at id.ID, q *timebank.Request) (*timebank.Assignment, db.Actor, error) {
	if !q.Urgent {
		if err := d.Flows.FindHelpers(ctx, at); err != nil {
			return nil, db.Actor{}, err
		}
	}
	var offers []*timebank.Offer
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		offers, err = d.Flows.TimeBank.OffersFor(ctx, r, at, q.ID)
		return err
	}); err != nil {
		return nil, db.Actor{}, err
	}
	able, err := d.Flows.Helpful(ctx, at, q)
	if err != nil {
		return nil, db.Actor{}, err
	}
	for _, o := range offers { // all say yes; the nearest goes
		for _, v := range able {
			if v.Member != o.Helper {
				continue
			}
			by := db.Actor{Kind: "person", ID: v.Person}
			a, err := d.Flows.AcceptOffer(ctx, at, by, o.Helper, o.ID)
			if fault.Of(err) == nil && (err != nil || a != nil) {
				return a, by, err
			}
		}
	}
	if a, by, err := d.goes(ctx, at, q, able); err != nil || a != nil {
		return a, by, err
	}
	for _, v := range able {
		by := db.Actor{Kind: "person", ID: v.Person}
		a, err := d.Flows.TakeHelp(ctx, at, by, v.Member, q.ID)
		if fault.Of(err) != nil {
			continue
		}
		return a, by, err
	}
	return nil, db.Actor{}, nil
}

// goes is who was sent to a request, nil if nobody was.
func (d *Demo) goes(ctx context.Context, at id.ID, q *timebank.Request, able []*volunteer.Volunteer) (a *timebank.Assignment, by db.Actor, err error) {
	var all []*timebank.Assignment
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		all, err = d.Flows.TimeBank.AssignmentsFor(ctx, r, at, q.ID)
		return err
	}); err != nil {
		return nil, by, err
	}
	for _, a := range all {
		for _, v := range able {
			if v.Member == a.Helper && !a.State().Freed() {
				return a, db.Actor{Kind: "person", ID: v.Person}, nil
			}
		}
	}
	return nil, by, nil
}

// helpNow is what a visitor finds: something urgent that looks for somebody, a haircut
// that is promised for tomorrow, a walk that asks the regular, meals each noon.
func (d *Demo) helpNow(ctx context.Context) error {
	at := d.places["C1"]
	if on := d.Flows.Communities.RequireOn(ctx, d.DB, at, community.TimeBank); fault.Of(on) != nil {
		return nil // too short a life for that
	}
	askers, err := d.askers(ctx, at)
	if err != nil || len(askers) < 4 {
		return err
	}
	now := d.clock.Now().In(d.zone)
	today := period.DayOf(now, d.zone)
	regular, senior, other := askers[0], askers[1], askers[3]
	token := func(what string) string { return "now-" + what + "-" + today.String() }
	door := timebank.Door{Door: "2 单元 302", Contact: "家里人", Hints: "门铃坏了，请敲门"}
	tomorrow := (today + 1).Start(d.zone)
	wishes := []struct {
		who  asker
		wish flow.HelpWish
	}{
		{senior, flow.HelpWish{Kind: "parcel", Words: "一个小件，在东门快递柜。"}},
		{other, flow.HelpWish{Kind: "repair", From: tomorrow.Add(15 * time.Hour), Words: "厨房水龙头滴水。"}},
		{regular, flow.HelpWish{Kind: "parcel", From: tomorrow.Add(19 * time.Hour), Words: "下班前送到就好，放门口也行。"}},
	}
	for _, x := range wishes {
		x.wish.Member, x.wish.Entered, x.wish.Door = x.who.member, timebank.BySelf, door
		q, err := d.Flows.AskHelp(ctx, at, x.who.actor, x.wish, token(x.wish.Kind+x.who.ref))
		if fault.Of(err) != nil || err == nil && q == nil {
			continue
		}
		if err != nil {
			return err
		}
		if x.who == regular {
			if _, _, err := d.taken(ctx, at, q); err != nil {
				return err
			}
		}
	}
	plan := timebank.Plan{Kind: "meal", Asker: senior.member, Entered: timebank.BySelf, Minute: 11*60 + 30, First: today + 1, Last: today + 30, Words: "软一点，少盐。", Door: door, Weekdays: 0b0111110}
	if err := once(d.Flows.PlanHelp(ctx, at, senior.actor, plan, token("plan"))); err != nil {
		return err
	}
	if err := d.runShort(ctx, at, askers); err != nil {
		return err
	}
	if err := d.nextDoorNow(ctx, askers); err != nil {
		return err
	}
	desk, _, err := (&hoursLife{Demo: d, ref: "C1", at: at}).officers(ctx)
	if err != nil {
		return err
	}
	if err := d.papers(ctx, at, desk, today); err != nil {
		return err
	}
	return d.Flows.FindHelpers(ctx, at)
}
