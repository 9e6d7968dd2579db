package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

// giveNotice begins the notice of each shop that is last in a final score, once.
func (f *Flows) giveNotice(ctx context.Context, community, run id.ID, owners map[id.ID][]id.ID) error {
	var x *score.Run
	var last []score.Score
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		if x, err = f.Scores.RunByID(ctx, r, community, run); err != nil {
			return err
		}
		last = nil
		for _, s := range x.Last().Scores {
			if !s.Last {
				continue
			}
			old, err := f.Duties.ByRule(ctx, r, community, s.Merchant, "last/"+x.Quarter.String())
			if err != nil {
				return err
			}
			if old == nil {
				last = append(last, s)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range last {
		if err := f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error { return f.noticeOf(ctx, tx, x, s, owners) }); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flows) noticeOf(ctx context.Context, tx *db.Tx, x *score.Run, s score.Score, owners map[id.ID][]id.ID) error {
	o, err := f.obligedIn(ctx, tx)
	if err != nil {
		return err
	}
	seat := o.SeatOf(s.Merchant)
	if seat == nil || !seat.In((x.Quarter + 2).Last()) {
		return nil // it is gone already, or another one
	}
	n := int(x.Quarter.Calendar()-1)/3 + 1
	about := fmt.Sprintf("%d 年第 %d 季度评分在末位。", x.Quarter.Year(), n)
	rules := duty.Rules{Alliance: &o.Alliance, Version: o.Version, Zone: o.Zone}
	b, made, err := f.Duties.Open(ctx, tx, duty.Breach{Merchant: s.Merchant, Tenure: seat.Tenure, Kind: duty.LastPlace, Source: duty.ByRule, Rule: "last/" + x.Quarter.String(), About: about},
		duty.Step{State: duty.Found, Verdict: duty.Verdict{Outcome: duty.SeatLost}, Words: about, Wording: about + "申诉期满没有变化，席位重新开放申请。"}, rules)
	if err != nil || !made {
		return err
	}
	return f.tellBreach(ctx, tx, b, owners)
}
