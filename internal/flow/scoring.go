package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

// ErrNotOver refuses the score of a quarter whose months are not judged yet.
var ErrNotOver = fault.New(fault.Conflict, "score.not_over")

// DraftScore makes the score of a quarter once each of its months is judged, by the
// numbers in force on its last day (C6).
func (f *Flows) DraftScore(ctx context.Context, community id.ID, actor db.Actor, quarter period.Month) (run *score.Run, err error) {
	defer fault.Wrap(&err, "draft the score of %s", quarter)
	var q score.Quarter
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		o, err := f.Obligations(ctx, r, community)
		if err != nil {
			return err
		}
		judged, any, err := f.Duties.LastJudged(ctx, r, community)
		if err == nil && (!any || judged < quarter+2) {
			err = ErrNotOver.On("quarter")
		}
		if err != nil {
			return err
		}
		versions, err := f.Policies.List(ctx, r, community)
		if err != nil {
			return err
		}
		if v := policy.InForce(versions, ((quarter + 2).Last() + 1).Start(o.Zone).Add(-time.Microsecond)); v != nil {
			o.Params, o.Version = &v.Params, v.Number
		}
		q, err = f.QuarterInput(ctx, r, community, o, quarter)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		rules, err := f.dutyRulesOn(ctx, tx, (quarter + 2).Last())
		if err != nil {
			return err
		}
		run, err = f.Scores.Draft(ctx, tx, quarter, rules.Version, score.WeightsOf(rules.Alliance), q)
		return err
	})
	return run, err
}

// PublishScore shows a draft to the shops, each its own with every input, and begins
// the time to object.
func (f *Flows) PublishScore(ctx context.Context, community id.ID, actor db.Actor, run id.ID, words string) (r *score.Run, err error) {
	defer fault.Wrap(&err, "publish a score")
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		rules, err := f.dutyRules(ctx, tx)
		if err != nil {
			return err
		}
		if r, err = f.Scores.Publish(ctx, tx, run, words, duty.Deadline(tx.Now, rules.ObjectionDays, rules.Zone)); err != nil {
			return err
		}
		if err := f.attestScore(ctx, tx, r); err != nil {
			return err
		}
		return f.tellScores(ctx, tx, r, owners, notice.ScorePublished)
	})
	return r, err
}

// attestScore writes what came out at a step into the evidence.
func (f *Flows) attestScore(ctx context.Context, tx *db.Tx, r *score.Run) error {
	type result struct {
		Shop   id.ID `json:"shop"`
		Points int   `json:"points"`
		Place  int   `json:"place"`
		Last   bool  `json:"last"`
	}
	var all []result
	for _, s := range r.Last().Scores {
		all = append(all, result{s.Merchant, s.Points, s.Place, s.Last})
	}
	return f.attest(ctx, tx, "~score:"+r.ID.String()+"/"+string(r.State()), map[string]any{"quarter": r.Quarter.String(), "state": r.State(), "policy": r.Policy, "scores": all})
}

func (f *Flows) tellScores(ctx context.Context, tx *db.Tx, r *score.Run, owners map[id.ID][]id.ID, kind string) error {
	for _, s := range r.Last().Scores {
		args := []notice.Arg{notice.Quarter(r.Quarter), notice.Count(int64(s.Points))}
		if kind == notice.ScorePublished {
			args = append(args, lastMinute(r.Until()))
		}
		if err := f.tellOwners(ctx, tx, owners, s.Merchant, notice.Notice{Kind: kind, Cause: "score/" + r.ID.String() + "/" + kind, Link: dutyPath(s.Merchant, "/scores/"+r.Quarter.String())}, args...); err != nil {
			return err
		}
	}
	return nil
}

// ObjectToScore notes what a shop says against one input of its published score.
func (f *Flows) ObjectToScore(ctx context.Context, community id.ID, actor db.Actor, token string, o score.Objection) (err error) {
	defer fault.Wrap(&err, "object to a score")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first, err := formOnce(ctx, tx, token)
		if err != nil || !first {
			return err
		}
		if _, err := f.Scores.Object(ctx, tx, o); err != nil {
			return err
		}
		m, err := f.Merchants.ByID(ctx, tx, community, o.Merchant)
		if err != nil {
			return err
		}
		r, err := f.Scores.RunByID(ctx, tx, community, o.Run)
		if err != nil {
			return err
		}
		rules, err := f.dutyRules(ctx, tx)
		if err != nil {
			return err
		}
		return f.tellCommittee(ctx, tx, notice.Notice{Kind: notice.ScoreObjected, Cause: "objection/" + o.Run.String() + "/" + o.Merchant.String() + "/" + string(o.Input),
			Link: "/desk/score/" + community.String() + "/" + r.Quarter.String(),
			Args: []notice.Arg{shopArg(m), notice.Say(score.InputName(o.Input).Key), lastMinute(duty.Deadline(r.Until(), rules.DecisionDays, rules.Zone))}})
	})
}

// AnswerObjection notes what one member of the committee, who is not partial, found of
// an objection; what is granted makes the score anew.
func (f *Flows) AnswerObjection(ctx context.Context, community id.ID, actor db.Actor, objection id.ID, a score.Answer) (err error) {
	defer fault.Wrap(&err, "answer an objection")
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	var o *score.Objection
	var concerns []committee.Concern
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		if o, err = f.Scores.ObjectionByID(ctx, r, community, objection); err != nil {
			return err
		}
		trades, err := f.TradesOf(ctx, r, community)
		concerns = []committee.Concern{{Shop: o.Merchant, Trade: trades[o.Merchant]}}
		for _, who := range owners[o.Merchant] {
			concerns = append(concerns, committee.Concern{Person: who})
		}
		return err
	}); err != nil {
		return err
	}
	if err := f.impartial(ctx, community, actor.ID, concerns); err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		body, err := f.Committee.Body(ctx, tx, community)
		if err != nil {
			return err
		}
		if body.Of(actor.ID, tx.Now) == nil {
			return ErrNotSitting
		}
		r, err := f.Scores.Answer(ctx, tx, objection, a)
		if err != nil {
			return err
		}
		said := "维持原来的数"
		if a.Granted {
			said = "更正了，得分已经重新算过"
		}
		return f.tellOwners(ctx, tx, owners, o.Merchant, notice.Notice{Kind: notice.ScoreAnswered, Cause: "objection/" + objection.String(), Link: dutyPath(o.Merchant, "/scores/"+r.Quarter.String())},
			notice.Say(score.InputName(o.Input).Key), notice.Say(said))
	})
}

// ScoresDue drafts the score of the quarter that is over, makes published ones final
// when their time has come, and begins the notice of those who are last: each may
// appeal as against a breach, and loses its seat when nothing changes that (C6). A
// sweep calls it.
func (f *Flows) ScoresDue(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "scores that are due")
	var quarter period.Month
	var ripe bool
	var all []*score.Run
	var rules duty.Rules
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		o, err := f.Obligations(ctx, r, community)
		if err != nil {
			return err
		}
		rules = duty.Rules{Alliance: &o.Alliance, Version: o.Version, Zone: o.Zone}
		judged, any, err := f.Duties.LastJudged(ctx, r, community)
		if err != nil {
			return err
		}
		quarter = score.QuarterOver(judged)
		if all, err = f.Scores.Quarters(ctx, r, community, quarter-3); err != nil {
			return err
		}
		ripe = any && len(f.seatedOn(o, (quarter+2).Last())) > 0
		return nil
	})
	if err != nil {
		return ignore(err, policy.ErrNone)
	}
	for _, x := range all {
		ripe = ripe && x.Quarter != quarter
	}
	if ripe {
		if _, err := f.DraftScore(ctx, community, byClock, quarter); err != nil && !errors.Is(err, score.ErrRuns) && !errors.Is(err, ErrNotOver) {
			return err
		}
	}
	for _, x := range all {
		if err := f.finishScore(ctx, community, x, rules, now); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flows) seatedOn(o *Obliged, d period.Day) (seats []duty.Seat) {
	for _, s := range o.Seats {
		if s.In(d) {
			seats = append(seats, s)
		}
	}
	return seats
}

// finishScore makes one run final if it can be, and opens what follows for the last.
func (f *Flows) finishScore(ctx context.Context, community id.ID, x *score.Run, rules duty.Rules, now time.Time) error {
	if s := x.State(); s == score.Drafted || !s.Public() || now.Before(x.Until()) {
		return nil
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	if x.State() != score.Final {
		err := f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error {
			r, err := f.Scores.Finish(ctx, tx, x.ID, duty.Deadline(x.Until(), rules.DecisionDays, rules.Zone))
			if err != nil {
				return err
			}
			if err := f.attestScore(ctx, tx, r); err != nil {
				return err
			}
			return f.tellScores(ctx, tx, r, owners, notice.ScoreFinal)
		})
		if errors.Is(err, score.ErrUnanswered) || errors.Is(err, score.ErrTooEarly) || errors.Is(err, score.ErrBadStep) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return f.giveNotice(ctx, community, x.ID, owners)
}

// Rescore is the score of a quarter with what was put in and granted since, by other
// weights: to see who would move before they are proposed.
func Rescore(r *score.Run, objections []score.Objection, w score.Weights) []score.Score {
	return score.Rank(score.Corrected(&r.Input, objections, r.State() == score.Final), &w)
}
