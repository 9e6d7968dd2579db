package demo

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// servedNextDoor is what a volunteer of the second community did for somebody of the first
// on the evening before a visitor comes; what she earned is on its way home.
func (d *Demo) servedNextDoor(ctx context.Context, here, there id.ID) error {
	askers, err := d.askers(ctx, here)
	if err != nil {
		return err
	}
	pass := func(minutes int) { d.clock.Put(d.clock.Now().Add(time.Duration(minutes) * time.Minute)) }
	for _, who := range askers[min(2, len(askers)):] {
		wish := flow.HelpWish{Kind: "pets", Member: who.member, Entered: timebank.BySelf, From: d.clock.Now().Add(10 * time.Minute), Words: "出差两天，喂一下猫。", Door: timebank.Door{Door: "3 单元 501"}, Beyond: true}
		q, err := d.Flows.AskHelp(ctx, here, who.actor, wish, "next-door-"+who.ref)
		if fault.Of(err) != nil || err == nil && q == nil {
			continue // too short of hours
		}
		if err != nil {
			return err
		}
		a, by, err := d.comeFrom(ctx, there, here, q)
		if err != nil || a == nil {
			return err
		}
		pass(12)
		if err := d.Flows.BeginHelp(ctx, here, by, a.Helper, a.ID, flow.CheckIn{Code: a.Code}); err != nil {
			return once(err)
		}
		pass(28)
		if err := d.Flows.FinishHelp(ctx, here, by, a.Helper, a.ID, ""); err != nil {
			return once(err)
		}
		if err := d.Flows.AcceptHelp(ctx, here, who.actor, who.member, a.ID); err != nil {
			return once(err)
		}
		return once(d.Flows.ThankHelp(ctx, here, who.actor, who.member, a.ID, "隔着一条街还专门跑一趟，谢谢！"))
	}
	return nil
}

// comeFrom lets the desk send somebody of a paired community who can do what is asked for,
// after a call; nil if there is nobody.
func (d *Demo) comeFrom(ctx context.Context, there, here id.ID, q *timebank.Request) (a *timebank.Assignment, by db.Actor, err error) {
	_, desk, err := d.officers(ctx)
	if err != nil {
		return nil, by, err
	}
	able, err := d.Flows.Helpful(ctx, there, q)
	if err != nil {
		return nil, by, err
	}
	for _, v := range able {
		m, err := d.letBeyond(ctx, there, here, v)
		if err != nil {
			return nil, by, err
		}
		a, err := d.Flows.AssignHelp(ctx, here, desk, q.ID, m, "电话里问过，说好了来")
		if fault.Of(err) != nil {
			continue // she has promised to be elsewhere
		}
		return a, db.Actor{Kind: "person", ID: v.Person}, err
	}
	return nil, by, nil
}

// letBeyond lets a volunteer help next door, and says who she is there.
func (d *Demo) letBeyond(ctx context.Context, home, away id.ID, v *volunteer.Volunteer) (as id.ID, err error) {
	if !v.Beyond.Helps {
		if err := d.DB.Update(ctx, home, db.Actor{Kind: "person", ID: v.Person}, func(tx *db.Tx) error {
			return d.Flows.Volunteers.Beyond(ctx, tx, v.Person, true, true)
		}); err != nil {
			return as, err
		}
	}
	at, err := d.Flows.MemberIn(ctx, home, v.Person)
	if err != nil {
		return as, err
	}
	if err := d.Flows.Visit(ctx, db.System, at.Ref, away); err != nil {
		return as, err
	}
	m, err := d.Flows.MemberAt(ctx, away, v.Person)
	if err != nil {
		return as, err
	}
	return m.ID, nil
}

// nextDoorNow is what a visitor finds of the two communities: the regular waits for
// somebody from next door, another request looks for one there, and a volunteer who can be
// looked at is asked from there.
func (d *Demo) nextDoorNow(ctx context.Context, askers []asker) error {
	here, there := d.places["C1"], d.places["C2"]
	var with *pairing.Pairing
	if err := d.DB.View(ctx, here, func(r db.Reader) (err error) { with, err = d.Flows.Pairings.With(ctx, r, here, there); return err }); err != nil || with == nil {
		return err
	}
	_, desk, err := d.officers(ctx)
	if err != nil {
		return err
	}
	today := period.DayOf(d.clock.Now(), d.zone)
	// Who was asked once today is enough, however often the demo is started: where one is short
	// of hours another asks, so the forms' own tokens do not tell.
	if first, err := d.Flows.Once(ctx, here, desk, "next-door-"+today.String(), func(*db.Tx) error { return nil }); err != nil || !first {
		return err
	}
	evening := (today + 1).Start(d.zone).Add(18*time.Hour + 30*time.Minute)
	ask := func(at id.ID, who asker, w flow.HelpWish) (*timebank.Request, error) {
		w.Member, w.Entered, w.Beyond, w.Door = who.member, timebank.BySelf, true, timebank.Door{Door: "2 单元 302"}
		q, err := d.Flows.AskHelp(ctx, at, who.actor, w, "next-door-"+today.String()+w.Kind+who.ref)
		if fault.Of(err) != nil {
			return nil, nil
		}
		return q, err
	}
	q, err := ask(here, askers[0], flow.HelpWish{Kind: "pets", From: evening, Words: "小狗，绕花园走一圈。"})
	if err == nil && q != nil {
		_, _, err = d.comeFrom(ctx, there, here, q)
	}
	if err != nil {
		return err
	}
	for _, who := range askers[3:] {
		if q, err = ask(here, who, flow.HelpWish{Kind: "pets", From: evening.Add(24 * time.Hour), Words: "猫砂也请换一下。"}); err != nil {
			return err
		}
		if q == nil {
			continue // too short of hours
		}
		if err := once(d.Flows.AskNextDoor(ctx, here, desk, q.ID)); err != nil {
			return err
		}
		break
	}
	return d.askedFromNextDoor(ctx, here, there, evening.Add(2*time.Hour), ask)
}

// askedFromNextDoor lets somebody of the second community ask for what the volunteer of the
// first whom a visitor may look at can do.
func (d *Demo) askedFromNextDoor(ctx context.Context, here, there id.ID, from time.Time, ask func(at id.ID, who asker, w flow.HelpWish) (*timebank.Request, error)) error {
	v, err := d.lookedAt(ctx, here)
	if err != nil || v == nil {
		return err
	}
	var refs []string
	for i := range d.cast.players {
		if p := &d.cast.players[i]; p.home == "C2" && p.ref != "" && len(p.parts) == 0 && len(refs) < 3 {
			refs = append(refs, p.ref)
		}
	}
	them, err := d.asking(ctx, there, refs)
	if err != nil {
		return err
	}
	as, err := d.letBeyond(ctx, here, there, v)
	if err != nil {
		return err
	}
	for _, kind := range []string{"moving", "parcel", "pets", "phone_help"} {
		for _, who := range them {
			q, err := ask(there, who, flow.HelpWish{Kind: kind, From: from, Words: "两手提不动，想请人搭一把。"})
			if err != nil {
				return err
			}
			if q == nil {
				continue
			}
			reasons, err := json.Marshal([]dispatch.Reason{{Code: dispatch.LivesNearby}, {Code: dispatch.Walks, N: 650}, {Code: dispatch.OnlyOne}})
			if err != nil {
				return err
			}
			return d.DB.Update(ctx, there, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				_, err := d.Flows.TimeBank.Offer(ctx, tx, timebank.Offer{Request: q.ID, Helper: as, Ring: int(dispatch.Neighbours), Metres: 650, Reasons: string(reasons), Until: from.Add(-2 * time.Hour)})
				return err
			})
		}
	}
	return nil
}

// lookedAt is the volunteer of a community as whom a visitor may look around, nil if there
// is none.
func (d *Demo) lookedAt(ctx context.Context, at id.ID) (*volunteer.Volunteer, error) {
	n := slices.IndexFunc(d.cast.players, func(p player) bool {
		return p.home == "C1" && slices.ContainsFunc(p.parts, func(x part) bool { return x.role == access.Volunteer })
	})
	if n < 0 {
		return nil, nil
	}
	who, err := d.behind(ctx, d.cast.players[n].Phone)
	if err != nil {
		return nil, err
	}
	m, err := d.Flows.MemberIn(ctx, at, who)
	if fault.Of(err) != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d.Flows.VolunteerOf(ctx, at, m.ID)
}
