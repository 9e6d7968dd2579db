package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// accusedOf are whom a breach is about: the shop and who owns it. Neither they, nor who
// competes with the shop, nor who shares a home with one of them has a say in it.
func (f *Flows) accusedOf(ctx context.Context, r db.Reader, community id.ID, b *duty.Breach, owners map[id.ID][]id.ID) (all []committee.Concern, err error) {
	t, err := f.Alliance.TenureByID(ctx, r, community, b.Tenure)
	if err != nil {
		return nil, err
	}
	all = append(all, committee.Concern{Shop: b.Merchant, Trade: t.Trade})
	for _, who := range owners[b.Merchant] {
		all = append(all, committee.Concern{Person: who})
	}
	return all, nil
}

// concernsOf are those who do not decide about a breach: see accusedOf, and besides who
// opened it, and for an appeal who decided first.
func (f *Flows) concernsOf(ctx context.Context, r db.Reader, community id.ID, b *duty.Breach, owners map[id.ID][]id.ID) (all []committee.Concern, err error) {
	if all, err = f.accusedOf(ctx, r, community, b, owners); err != nil {
		return nil, err
	}
	if !b.By.IsZero() {
		all = append(all, committee.Concern{Person: b.By})
	}
	for _, d := range b.Deciders {
		all = append(all, committee.Concern{Person: d.Person})
	}
	return all, nil
}

// mayJudge refuses who may not decide about a breach, and finds whom to tell.
func (f *Flows) mayJudge(ctx context.Context, community id.ID, actor db.Actor, breach id.ID) (owners map[id.ID][]id.ID, err error) {
	if owners, err = f.ownersIn(ctx, community); err != nil {
		return nil, err
	}
	var concerns []committee.Concern
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		b, err := f.Duties.BreachByID(ctx, r, community, breach)
		if err != nil {
			return err
		}
		concerns, err = f.concernsOf(ctx, r, community, b, owners)
		return err
	}); err != nil {
		return nil, err
	}
	return owners, f.impartial(ctx, community, actor.ID, concerns)
}

// impartial refuses who may not decide about something: see concernsOf.
func (f *Flows) impartial(ctx context.Context, community, who id.ID, concerns []committee.Concern) error {
	tree, err := f.Trades(ctx)
	if err != nil {
		return err
	}
	known, err := f.bystanders(ctx, community, append(slices.Clone(concerns), committee.Concern{Person: who}))
	if err == nil && known.stops(tree, who, id.ID{}, concerns) != "" {
		err = ErrPartial
	}
	return err
}

// usualPenalty is the verdict that one member of the committee may confirm alone, of
// what a rule opened.
func usualPenalty(p *policy.Alliance) duty.Verdict {
	if p.PenaltyCoins == 0 {
		return duty.Verdict{Outcome: duty.Warning}
	}
	return duty.Verdict{Outcome: duty.Penalty, Coins: p.PenaltyCoins}
}

// ConfirmBreach decides about what a rule opened: one member of the committee, who is
// not partial, confirms that there was no breach, warns, or takes the usual penalty.
// Anything more needs a ballot (C5).
func (f *Flows) ConfirmBreach(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, v duty.Verdict, words, wording string) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "confirm a breach")
	owners, err := f.mayJudge(ctx, community, actor, breach)
	if err != nil {
		return nil, err
	}
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		body, err := f.Committee.Body(ctx, tx, community)
		if err != nil {
			return err
		}
		found, err := f.Duties.BreachByID(ctx, tx, community, breach)
		switch {
		case err != nil:
			return err
		case body.Of(actor.ID, tx.Now) == nil:
			return ErrNotSitting
		case found.Source != duty.ByRule || v.Outcome == duty.SeatLost || v.Outcome == duty.Penalty && v != usualPenalty(&a.Alliance):
			return ErrNeedsBallot
		}
		s := duty.Step{State: duty.Found, Verdict: v, Words: words, Wording: wording, By: actor.ID}
		if v.Outcome == duty.None {
			s.State, s.Wording = duty.Cleared, ""
		}
		b, err = f.stepBreach(ctx, tx, breach, s, []id.ID{actor.ID}, owners)
		return err
	})
	return b, err
}

// DecideBreachAppeal decides an appeal by one mediator who had no part in the first decision
// and is not partial: it stands, something milder holds, or it is lifted. The same way
// a decision at rest is corrected when it turns out to be wrong.
func (f *Flows) DecideBreachAppeal(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, s duty.Step) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "decide an appeal")
	owners, err := f.mayJudge(ctx, community, actor, breach)
	if err != nil {
		return nil, err
	}
	s.By = actor.ID
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, _ *allied) error {
		if s.State == duty.Stands {
			old, err := f.Duties.BreachByID(ctx, tx, community, breach)
			if err != nil {
				return err
			}
			s.Verdict = old.Verdict()
		}
		b, err = f.stepBreach(ctx, tx, breach, s, []id.ID{actor.ID}, owners)
		return err
	})
	return b, err
}
