package demo

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/community"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// lessons are what neighbours teach, each by the skill that it needs.
var lessons = []struct {
	skill                         volunteer.Skill
	title, about, audience, place string
	most                          int
	pay                           activity.Pay
	price                         money.Amount
	weeks                         int
}{
	{"teach.phone", "手机挂号一学就会", "带上自己的手机和充电线，从连上网开始，一步一步来。", "没用过智能手机的长辈", "一楼活动室", 8, activity.ByPool, 0, 1},
	{"repair.bicycle", "自行车自己修：补胎、调刹车", "车推来就好，工具这里有，学会了省得跑铺子。", "骑车的邻居", "三号楼车棚", 3, activity.BySeat, 5_00, 1},
	{"repair.sewing", "自己换拉链、缝扣子", "带一件要补的衣服来，针线这里有。", "谁都可以", "二楼手工室", 8, activity.BySeat, 3_00, 3},
	{"teach.art", "每周一幅小国画", "笔墨纸都有，坐得住就行。", "零基础", "二楼手工室", 10, activity.Free, 0, 4},
}

// The days before the end on which the past class is proposed, held and settled.
const (
	classProposed = 7
	classHeld     = 4
	classSettled  = 3
)

// learnOnce is the class that a visitor finds among the past ones.
func (d *Demo) learnOnce(ctx context.Context, day, last period.Day) error {
	at, before := d.places["C1"], int(last-day)
	if before != classProposed && before != classSettled || fault.Of(d.Flows.Communities.RequireOn(ctx, d.DB, at, community.TimeBank)) != nil {
		return nil
	}
	askers, err := d.askers(ctx, at)
	if err != nil || len(askers) < 8 {
		return err
	}
	if before == classSettled {
		return d.learned(ctx, at, askers)
	}
	begins := (day + classProposed - classHeld).Start(d.zone).Add(9*time.Hour + 30*time.Minute)
	a, err := d.lesson(ctx, at, 0, begins, askers)
	if err != nil || a == nil {
		return err
	}
	return d.attend(ctx, at, a.ID, askers, 5)
}

// learned settles the past class: all but one came, two say thanks.
func (d *Demo) learned(ctx context.Context, at id.ID, askers []asker) error {
	var a *activity.Activity
	var seats []*activity.Seat
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Activities.Unsettled(ctx, r, at, d.clock.Now())
		if err != nil || len(all) == 0 {
			return err
		}
		a = all[0]
		seats, err = d.Flows.Activities.Seats(ctx, r, at, a.ID)
		return err
	}); err != nil || a == nil || len(seats) < 3 {
		return err
	}
	var there []id.ID
	for _, x := range seats[1:] {
		there = append(there, x.ID)
	}
	session := a.Sessions[0].ID
	if err := d.Flows.MarkCame(ctx, at, db.System, nil, a.ID, session, there, nil); err != nil {
		return once(err)
	}
	if err := d.Flows.HoldClass(ctx, at, db.System, nil, a.ID, session); err != nil {
		return once(err)
	}
	for i, words := range []string{"讲得慢，听得懂，回家就给孙子打了视频。", "谢谢老师，还帮我把字调大了。"} {
		x := seats[1+i]
		who := askers[slices.IndexFunc(askers, func(k asker) bool { return k.member == x.Member })]
		if err := d.Flows.ThankTeacher(ctx, at, who.actor, x.Member, x.ID, words); err != nil {
			return once(err)
		}
	}
	return nil
}

// lesson lets a neighbour with the skill propose a class, to which the desk agrees; nil
// where nobody has it, or where it was proposed before.
func (d *Demo) lesson(ctx context.Context, at id.ID, n int, begins time.Time, but []asker) (*activity.Activity, error) {
	a, err := d.proposed(ctx, at, n, begins, but)
	if err != nil || a == nil {
		return nil, err
	}
	operator, _, err := d.officers(ctx)
	if err != nil {
		return nil, err
	}
	return a, d.Flows.AgreeClass(ctx, at, operator, a.ID)
}

func (d *Demo) proposed(ctx context.Context, at id.ID, n int, begins time.Time, but []asker) (made *activity.Activity, err error) {
	l := lessons[n]
	var teacher *volunteer.Volunteer
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, _, err := d.Flows.Volunteers.All(ctx, r, at)
		for _, v := range all {
			taken := slices.ContainsFunc(but, func(k asker) bool { return k.member == v.Member })
			if teacher == nil && !taken && v.Shop.IsZero() && v.State == volunteer.Active && v.Can(l.skill, period.DayOf(begins, d.zone)) != volunteer.Unskilled {
				teacher = v
			}
		}
		return err
	}); err != nil || teacher == nil {
		return nil, err
	}
	a := activity.Activity{Teacher: teacher.Member, Skill: string(l.skill), Title: l.title, About: l.about, Audience: l.audience, Place: l.place, Minutes: 60, Most: l.most,
		Pay: l.pay, Price: l.price, Language: "普通话", StepFree: n == 0, Sessions: activity.Dates(begins, l.weeks, 60)}
	made, err = d.Flows.ProposeClass(ctx, at, db.Actor{Kind: "person", ID: teacher.Person}, a, "class-"+string(l.skill)+"-"+period.DayOf(begins, d.zone).String())
	return made, once(err)
}

// attend lets some neighbours sign up; who is short of hours, or of the teacher's household,
// does not.
func (d *Demo) attend(ctx context.Context, at, one id.ID, askers []asker, most int) error {
	for _, who := range askers[:min(most, len(askers))] {
		if _, err := d.Flows.JoinClass(ctx, at, who.actor, one, who.member, 1, ""); once(err) != nil {
			return err
		}
	}
	return nil
}

// learnNow is what a visitor finds: a class that is full, with a queue; one of three weeks;
// one that waits for the desk; an activity for which people signed up.
func (d *Demo) learnNow(ctx context.Context) error {
	at := d.places["C1"]
	if fault.Of(d.Flows.Communities.RequireOn(ctx, d.DB, at, community.TimeBank)) != nil {
		return nil // too short a life for that
	}
	askers, err := d.askers(ctx, at)
	if err != nil || len(askers) < 8 {
		return err
	}
	today := period.DayOf(d.clock.Now(), d.zone)
	in := func(days, hour int) time.Time {
		return (today + period.Day(days)).Start(d.zone).Add(time.Duration(hour) * time.Hour)
	}
	for n, want := range []struct{ lesson, days, hour, people int }{{1, 2, 14, 6}, {2, 5, 10, 4}} {
		a, err := d.lesson(ctx, at, want.lesson, in(want.days, want.hour), askers)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		if err := d.attend(ctx, at, a.ID, askers[n:], want.people); err != nil {
			return err
		}
	}
	if _, err := d.proposed(ctx, at, 3, in(8, 19), askers); err != nil {
		return err
	}
	return d.activityNow(ctx, at, in(3, 9), askers)
}

func (d *Demo) activityNow(ctx context.Context, at id.ID, begins time.Time, askers []asker) error {
	operator, _, err := d.officers(ctx)
	if err != nil {
		return err
	}
	called, err := d.Flows.CallActivity(ctx, at, operator, activity.Activity{Title: "楼道清洁日", About: "手套、夹子、垃圾袋都备好了，扫完一起喝碗绿豆汤。", Place: "三号楼前集合", Minutes: 120,
		Sessions: activity.Dates(begins, 1, 120)}, "event-"+period.DayOf(begins, d.zone).String())
	if err != nil || called == nil {
		return once(err)
	}
	return d.attend(ctx, at, called.ID, askers[1:], 6)
}
