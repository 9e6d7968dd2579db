package demo

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// lacking are hours of the coming days for which more is asked than neighbours can do: who
// cleans works in the daytime, and few may sit with children over their homework.
var lacking = []struct {
	kind, words string
	ahead       period.Day // the first day of work so many days on
	clock       int
	askers      int
}{
	{"cleaning", "天冷了，想把窗户擦一擦。", 3, 14, 3},
	{"tutoring", "三年级数学，讲明白就好。", 5, 16, 1},
}

// runShort lets hands lack: a warning stands, the staff of a shop has taken one order of
// three, the desk has called for people for another kind.
func (d *Demo) runShort(ctx context.Context, at id.ID, askers []asker) error {
	today := period.DayOf(d.clock.Now(), d.zone)
	var asked []*timebank.Request
	next := 4 // those before have asked for something else
	for _, x := range lacking {
		day := today + x.ahead
		for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			day++
		}
		for n := 0; n < x.askers && next < len(askers); next++ {
			w := flow.HelpWish{Kind: x.kind, Member: askers[next].member, Entered: timebank.BySelf, From: day.Start(d.zone).Add(time.Duration(x.clock) * time.Hour), Words: x.words, Door: timebank.Door{Door: "3 单元 101"}}
			q, err := d.Flows.AskHelp(ctx, at, askers[next].actor, w, "short-"+x.kind+"-"+day.String()+"-"+askers[next].ref)
			if fault.Of(err) != nil || err == nil && q == nil {
				continue // asked before, or too short of hours
			}
			if err != nil {
				return err
			}
			asked = append(asked, q)
			n++
		}
	}
	if err := d.Flows.WatchGaps(ctx, at); err != nil || len(asked) == 0 {
		return err
	}
	if err := d.Flows.FindHelpers(ctx, at); err != nil {
		return err
	}
	for _, q := range asked {
		if taken, err := d.takenByStaff(ctx, at, q); err != nil {
			return err
		} else if taken {
			break
		}
	}
	_, specialist, err := d.officers(ctx)
	if err != nil {
		return err
	}
	_, err = d.Flows.CallHands(ctx, at, specialist, "tutoring", "放学后一个多小时，社区活动室就行。", "call-tutoring-"+today.String())
	return once(err)
}

// takenByStaff lets the first of a shop's reserve who is asked say yes.
func (d *Demo) takenByStaff(ctx context.Context, at id.ID, q *timebank.Request) (taken bool, err error) {
	var offers []*timebank.Offer
	if err := d.DB.View(ctx, at, func(r db.Reader) (err error) {
		offers, err = d.Flows.TimeBank.OffersFor(ctx, r, at, q.ID)
		return err
	}); err != nil {
		return false, err
	}
	able, err := d.Flows.Helpful(ctx, at, q)
	if err != nil {
		return false, err
	}
	for _, o := range offers {
		for _, v := range able {
			if !o.Shop.IsZero() && v.Member == o.Helper {
				_, err := d.Flows.AcceptOffer(ctx, at, db.Actor{Kind: "person", ID: v.Person}, o.Helper, o.ID)
				return err == nil, once(err)
			}
		}
	}
	return false, nil
}
