package flow

import (
	"context"
	"errors"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// Refusals of who decides about a breach.
var (
	ErrNeedsBallot  = fault.New(fault.Conflict, "duty.needs_ballot") // one member alone does not decide this
	ErrPartial      = fault.New(fault.Forbidden, "duty.partial")     // a competitor, the shop's own people, or their household
	ErrBadReasoning = fault.New(fault.Invalid, "duty.bad_proposal")
)

// Accusation is a breach that somebody opens.
type Accusation struct {
	Shop     id.ID
	Kind     duty.Kind
	Source   duty.Source
	About    string
	Evidence []duty.Evidence // without breach and side
}

// OpenBreach opens a breach of a shop that has a seat; the shop is heard first (C5).
func (f *Flows) OpenBreach(ctx context.Context, community id.ID, actor db.Actor, token string, a Accusation) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "open a breach")
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first, err := formOnce(ctx, tx, token)
		if err != nil || !first {
			return err
		}
		rules, err := f.dutyRules(ctx, tx)
		if err != nil {
			return err
		}
		running, err := f.Alliance.Running(ctx, tx, community)
		if err != nil {
			return err
		}
		held := alliance.OfShop(running, a.Shop, tx.Now)
		if held == nil {
			return ErrNotSeated.On("shop")
		}
		b, _, err = f.Duties.Open(ctx, tx, duty.Breach{Merchant: a.Shop, Tenure: held.ID, Kind: a.Kind, Source: a.Source, About: a.About},
			duty.Step{State: duty.Opened, By: actor.ID}, rules)
		if err != nil {
			return err
		}
		for _, e := range a.Evidence {
			e.Breach, e.Side = b.ID, duty.Against
			if _, err := f.Duties.Show(ctx, tx, e); err != nil {
				return err
			}
		}
		return f.tellBreach(ctx, tx, b, owners)
	})
	return b, err
}

// openMissed opens the breach of a run of missed months.
func (f *Flows) openMissed(ctx context.Context, tx *db.Tx, res *duty.Result, rules duty.Rules, owners map[id.ID][]id.ID) (id.ID, error) {
	about := fmt.Sprintf("连续 %d 个月没做到责任，到 %s 为止。", res.Run, res.Month)
	return f.openByRule(ctx, tx, duty.Breach{Merchant: res.Merchant, Tenure: res.Tenure, Kind: duty.MissedDuty, Rule: "missed/" + res.Month.String(), About: about}, rules, owners)
}

// openByRule opens what a rule makes, once; the answer is its id either way.
func (f *Flows) openByRule(ctx context.Context, tx *db.Tx, b duty.Breach, rules duty.Rules, owners map[id.ID][]id.ID) (id.ID, error) {
	b.Source = duty.ByRule
	opened, made, err := f.Duties.Open(ctx, tx, b, duty.Step{State: duty.Opened}, rules)
	if err != nil {
		return id.ID{}, err
	}
	if made {
		return opened.ID, f.tellBreach(ctx, tx, opened, owners)
	}
	old, err := f.Duties.ByRule(ctx, tx, tx.Community, b.Merchant, b.Rule)
	if err != nil || old == nil {
		return id.ID{}, err
	}
	return old.ID, nil
}

// dutyRules are the numbers in force now.
func (f *Flows) dutyRules(ctx context.Context, tx *db.Tx) (duty.Rules, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return duty.Rules{}, err
	}
	zone, err := f.zone(&v.Params)
	return duty.Rules{Alliance: &v.Params.Alliance, Version: v.Number, Zone: zone}, err
}

// StepBreach takes a breach a step further by its shop, an officer or the clock: what
// needs nobody's vote. Who may is the caller's question.
func (f *Flows) StepBreach(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, s duty.Step) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "a step of a breach")
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return nil, err
	}
	s.By = actor.ID
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, _ *allied) error {
		b, err = f.stepBreach(ctx, tx, breach, s, nil, owners)
		return err
	})
	return b, err
}

// stepBreach takes a breach a step further in tx, tells who is to know, and carries out
// what holds once it has come to rest.
func (f *Flows) stepBreach(ctx context.Context, tx *db.Tx, breach id.ID, s duty.Step, deciders []id.ID, owners map[id.ID][]id.ID) (*duty.Breach, error) {
	rules, err := f.dutyRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	b, err := f.Duties.Advance(ctx, tx, breach, s, deciders, rules)
	if err != nil {
		return b, err
	}
	if err := f.tellBreach(ctx, tx, b, owners); err != nil {
		return b, err
	}
	if err := f.attest(ctx, tx, fmt.Sprintf("~breach:%s/%d", b.ID, len(b.Steps)), map[string]any{
		"breach": b.ID, "shop": b.Merchant, "kind": b.Kind, "state": s.State, "outcome": s.Outcome, "coins": s.Coins}); err != nil {
		return b, err
	}
	if !b.State().AtRest() {
		return b, nil
	}
	return b, f.carryOut(ctx, tx, b)
}

// carryOut does what a breach at rest says: a penalty is taken (M-13), what an appeal
// or a correction found to be too much goes back (M-13R), a seat is vacated, or given
// back. What is done already is not done again.
func (f *Flows) carryOut(ctx context.Context, tx *db.Tx, b *duty.Breach) error {
	if err := f.postPenalty(ctx, tx, b); err != nil {
		return err
	}
	tenures, err := f.Alliance.TenuresOf(ctx, tx, tx.Community, b.Merchant)
	if err != nil {
		return err
	}
	a, err := f.alliedIn(ctx, tx)
	if err != nil {
		return err
	}
	why, reason := alliance.Default, "违约处理生效"
	if b.Kind == duty.LastPlace {
		why, reason = alliance.LastPlace, "季度评分末位"
	}
	held := alliance.OfShop(tenures, b.Merchant, tx.Now)
	switch stands := b.Reached(duty.Stands); {
	case b.Verdict().Outcome == duty.SeatLost && b.State() == duty.Stands:
		if held == nil {
			return nil // it is gone already
		}
		_, err := f.vacate(ctx, tx, a, held.ID, why, reason)
		return err
	case stands != nil && stands.Outcome == duty.SeatLost && held == nil:
		for _, t := range tenures {
			if t.Why == why && t.Ended.Equal(stands.At) && t.Until.After(tx.Now) {
				_, err := f.restore(ctx, tx, a, t.ID, "处理已更正")
				return err
			}
		}
	}
	return nil
}

// BreachesDue takes further what waited too long, each by the rule of its state. One
// that cannot go on does not hold up the others. A sweep calls it.
func (f *Flows) BreachesDue(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "breaches that are due")
	now := f.DB.Clock().Now()
	var due []*duty.Breach
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Duties.Waiting(ctx, r, community)
		due = nil
		for _, b := range all {
			if s := b.Last(); !s.Due.IsZero() && !now.Before(s.Due) {
				due = append(due, b)
			}
		}
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	var failed []error
	for _, b := range due {
		s := duty.Step{State: b.State().Overdue()}
		switch s.State {
		case duty.Stands:
			s.Verdict = b.Verdict()
		case duty.Lifted:
			s.Words, s.Wording = "期限内没有人裁决申诉。", "申诉没有在期限内裁决，原来的处理撤销。"
		case duty.Dropped:
			s.Words = "期限内没有作出决定。"
		}
		err := f.inAlliance(ctx, community, byClock, func(tx *db.Tx, _ *allied) error {
			_, err := f.stepBreach(ctx, tx, b.ID, s, nil, owners)
			return err
		})
		if !errors.Is(err, duty.ErrBadStep) && !errors.Is(err, duty.ErrTooEarly) { // somebody was quicker
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// formOnce reports whether a form is new; an empty token is no token.
func formOnce(ctx context.Context, tx *db.Tx, token string) (bool, error) {
	if token == "" {
		return true, nil
	}
	return once.First(ctx, tx, tx.Actor.ID, token)
}

// ShowEvidence adds evidence to a breach that waits: words, with a photo if file is one.
func (f *Flows) ShowEvidence(ctx context.Context, community id.ID, actor db.Actor, token string, e duty.Evidence, file *attachment.File) (err error) {
	defer fault.Wrap(&err, "show evidence")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first, err := formOnce(ctx, tx, token)
		if err != nil || !first {
			return err
		}
		if file != nil {
			if e.File, err = f.Files.Add(ctx, tx, file); err != nil {
				return err
			}
			e.Kind = duty.Photo
		}
		_, err = f.Duties.Show(ctx, tx, e)
		return err
	})
}
