package flow

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
)

// The kinds of subject of ballots about breaches.
const (
	OnBreach       = "breach"
	OnBreachAppeal = "breach_appeal"
)

// The options of a ballot about a breach, by number: the milder first, so that it wins
// a tie. Its labels are message keys.
var breachOptions = []committee.Option{
	{Label: "不成立"}, {Label: "提醒改正", Yields: true}, {Label: "扣抵扣权益", Yields: true}, {Label: "让出席位", Yields: true},
}

// appealOptions are those of a ballot about an appeal; the second is there only if
// something milder is proposed.
var appealOptions = []committee.Option{{Label: "撤销处理"}, {Label: "从轻处理", Yields: true}, {Label: "维持处理", Yields: true}}

// PutBreachToVote lets the committee decide about a breach once the shop was heard.
// coins is the penalty that is proposed, wording what is said in public if it is found
// (C5).
func (f *Flows) PutBreachToVote(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, proposal duty.Verdict, wording string) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "put a breach to vote")
	if proposal.Outcome != duty.Penalty {
		return nil, ErrBadReasoning.On("coins")
	}
	return f.askCommittee(ctx, community, actor, breach, duty.Step{State: duty.Balloted, Verdict: proposal, Wording: wording}, OnBreach, "这件事怎么处理：%s", breachOptions)
}

// PutAppealToVote lets those of the committee decide an appeal who had no part in the
// first decision. proposal is something milder, or zero for all or nothing.
func (f *Flows) PutAppealToVote(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, proposal duty.Verdict, wording string) (b *duty.Breach, err error) {
	defer fault.Wrap(&err, "put an appeal to vote")
	options := appealOptions
	if proposal.Outcome == duty.None {
		options = []committee.Option{appealOptions[0], appealOptions[2]}
	}
	return f.askCommittee(ctx, community, actor, breach, duty.Step{State: duty.Reballoted, Verdict: proposal, Wording: wording}, OnBreachAppeal, "这件申诉怎么处理：%s", options)
}

// askCommittee opens the ballot and takes the step, together.
func (f *Flows) askCommittee(ctx context.Context, community id.ID, actor db.Actor, breach id.ID, s duty.Step, kind, question string, options []committee.Option) (b *duty.Breach, err error) {
	if len(s.Wording) == 0 {
		return nil, duty.ErrBadWording.On("wording")
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return nil, err
	}
	var accused, concerns []committee.Concern
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		found, err := f.Duties.BreachByID(ctx, r, community, breach)
		if err != nil {
			return err
		}
		if accused, err = f.accusedOf(ctx, r, community, found, owners); err != nil {
			return err
		}
		concerns, err = f.concernsOf(ctx, r, community, found, owners)
		return err
	}); err != nil {
		return nil, err
	}
	if err := f.impartial(ctx, community, actor.ID, accused); err != nil { // what is proposed, and said in public, is a say too
		return nil, err
	}
	known, err := f.bystanders(ctx, community, concerns)
	if err != nil {
		return nil, err
	}
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		found, err := f.Duties.BreachByID(ctx, tx, community, breach)
		if err != nil {
			return err
		}
		m, err := f.Merchants.ByID(ctx, tx, community, found.Merchant)
		if err != nil {
			return err
		}
		about, aboutEn := fmt.Sprintf("%s，%s", m.Name, duty.KindName(found.Kind).Key), m.Name+", "+string(found.Kind)
		if s.Outcome == duty.Penalty {
			about += fmt.Sprintf("；要扣就扣 %s 抵扣权益", s.Coins.Decimal(money.Coin))
			aboutEn += "; a penalty would be " + s.Coins.Decimal(money.Coin)
		}
		ballot, err := f.openBallot(ctx, tx, a, Asking{Subject: committee.Subject{Kind: kind, ID: breach}, Question: question, About: about, AboutEn: aboutEn, Options: options, Concerns: concerns}, known)
		if err != nil {
			return err
		}
		s.Ballot, s.By = ballot.ID, actor.ID
		b, err = f.stepBreach(ctx, tx, breach, s, nil, owners)
		return err
	})
	return b, err
}

// breachDecided acts on what the committee decided about a breach.
func (f *Flows) breachDecided(ctx context.Context, tx *db.Tx, ballot *committee.Ballot) error {
	b, err := f.Duties.BreachByID(ctx, tx, tx.Community, ballot.Subject.ID)
	if err != nil || b.State() != duty.Balloted {
		return err // it was dropped meanwhile
	}
	asked := b.Last()
	s := duty.Step{Ballot: ballot.ID, Words: countsOf(ballot), Wording: asked.Wording}
	switch ballot.Answer().Number {
	case 1:
		s.State, s.Wording = duty.Cleared, ""
	case 2:
		s.State, s.Outcome = duty.Found, duty.Warning
	case 3:
		s.State, s.Verdict = duty.Found, asked.Verdict
	default:
		s.State, s.Outcome = duty.Found, duty.SeatLost
	}
	return f.decidedBy(ctx, tx, b, ballot, s)
}

// appealDecided acts on what the committee decided about an appeal.
func (f *Flows) appealDecided(ctx context.Context, tx *db.Tx, ballot *committee.Ballot) error {
	b, err := f.Duties.BreachByID(ctx, tx, tx.Community, ballot.Subject.ID)
	if err != nil || b.State() != duty.Reballoted {
		return err
	}
	asked := b.Last()
	s := duty.Step{Ballot: ballot.ID, Words: countsOf(ballot), Wording: asked.Wording}
	switch n := ballot.Answer().Number; {
	case n == 1:
		s.State = duty.Lifted
	case n == 2 && asked.Outcome != duty.None:
		s.State, s.Verdict = duty.Reduced, asked.Verdict
	default:
		s.State, s.Verdict = duty.Stands, b.Verdict()
	}
	return f.decidedBy(ctx, tx, b, ballot, s)
}

// decidedBy takes the step that a ballot decided. Who voted, and who ruled where too few
// voted, has decided: the appeal is for others.
func (f *Flows) decidedBy(ctx context.Context, tx *db.Tx, b *duty.Breach, ballot *committee.Ballot, s duty.Step) error {
	asked := slices.Clone(ballot.Voted)
	for _, r := range ballot.Rulings {
		asked = append(asked, r.By)
	}
	var deciders []id.ID
	for _, who := range asked {
		if !who.IsZero() && !b.HasDecided(who) && who != b.By && !slices.Contains(deciders, who) {
			deciders = append(deciders, who)
		}
	}
	_, err := f.stepBreach(ctx, tx, b.ID, s, deciders, nil)
	return err
}

// countsOf says how a ballot came out.
func countsOf(b *committee.Ballot) string {
	text := "表决："
	for i, o := range b.Options {
		if i > 0 {
			text += "，"
		}
		text += fmt.Sprintf("%s %d 票", o.Label, b.Tally.Counts[i])
	}
	return text
}
