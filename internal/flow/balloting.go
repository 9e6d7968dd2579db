package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// Decider acts on what a ballot decided, in the transaction that closed it: the
// ballot's Answer is there.
type Decider func(ctx context.Context, tx *db.Tx, b *committee.Ballot) error

// Deciding says what follows from ballots about a kind of subject. It is called while
// the house is wired; a kind without a Decider is decided and nothing follows.
func (f *Flows) Deciding(kind string, do Decider) { f.deciders[kind] = do }

// Asking is a question that somebody puts to a committee.
type Asking struct {
	Subject  committee.Subject
	Question string // a message key with one %s
	About    string // what stands there, in Chinese
	AboutEn  string
	Options  []committee.Option
	Concerns []committee.Concern
	Round    int
	Previous id.ID
}

// The rules by which a member does not vote.
const (
	RuleCompetitor = "A-23"
	RuleOneself    = "A-24"
	RuleHousehold  = "A-25"
)

// PutToVote opens a ballot of a community's committee (C5). The electorate is fixed
// now: the members who sit, without those who are recused; if fewer than
// committee.FewestVoters are left, the community's property manager and residents'
// committee are asked too.
func (f *Flows) PutToVote(ctx context.Context, community id.ID, actor db.Actor, q Asking) (b *committee.Ballot, err error) {
	defer fault.Wrap(&err, "put to vote")
	known, err := f.bystanders(ctx, community, q.Concerns)
	if err != nil {
		return nil, err
	}
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		b, err = f.openBallot(ctx, tx, a, q, known)
		return err
	})
	return b, err
}

// openBallot is PutToVote inside of a transaction.
func (f *Flows) openBallot(ctx context.Context, tx *db.Tx, a *allied, q Asking, known *bystanders) (*committee.Ballot, error) {
	body, err := f.Committee.Body(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	b := committee.Ballot{Subject: q.Subject, Question: q.Question, About: q.About, AboutEn: q.AboutEn, Options: q.Options, Concerns: q.Concerns, Round: q.Round, Previous: q.Previous,
		To: alliance.DaysFrom(tx.Now, a.BallotDays, a.zone), Quorum: a.BallotQuorum}
	for _, m := range body.Sitting(tx.Now) {
		b.Electors = append(b.Electors, committee.Elector{Person: m.Person, Seat: committee.AsMember, Rule: known.stops(a.tree, m.Person, m.Merchant, q.Concerns)})
	}
	if b.Eligible() < committee.FewestVoters {
		for _, p := range known.substitutes {
			if b.Elector(p) == nil {
				b.Electors = append(b.Electors, committee.Elector{Person: p, Seat: committee.AsSubstitute, Rule: known.stops(a.tree, p, id.ID{}, q.Concerns)})
			}
		}
	}
	opened, err := f.Committee.Open(ctx, tx, b)
	if err != nil {
		return opened, err
	}
	return opened, f.tellElectors(ctx, tx, a, opened, notice.BallotOpened)
}

// tellElectors tells everybody who may vote.
func (f *Flows) tellElectors(ctx context.Context, tx *db.Tx, a *allied, b *committee.Ballot, kind string) error {
	for i := range b.Electors {
		if !b.Electors[i].May() {
			continue
		}
		if err := f.Notices.Send(ctx, tx, notice.Notice{
			Kind: kind, Person: b.Electors[i].Person, Cause: "ballot/" + b.ID.String() + "/" + kind, Place: tx.Community, Link: ballotPath(tx.Community, b.ID),
			Args: []notice.Arg{notice.Text(b.About, b.AboutEn), notice.Moment(b.To.Add(-time.Minute))},
		}); err != nil {
			return err
		}
	}
	return nil
}

func ballotPath(community, ballot id.ID) string {
	return "/committee/" + community.String() + "/ballots/" + ballot.String()
}

// Vote casts a vote of a community's committee, and closes the ballot if it was the
// last one. It answers with the number of the paper, which only this answer tells.
// Whoever became a competitor, an owner or a housemate since the ballot opened does not
// vote any more.
func (f *Flows) Vote(ctx context.Context, community id.ID, actor db.Actor, ballot id.ID, option int) (number int64, err error) {
	defer fault.Wrap(&err, "vote")
	b, err := f.Ballot(ctx, community, ballot)
	if err != nil {
		return 0, err
	}
	known, err := f.bystanders(ctx, community, b.Concerns)
	if err != nil {
		return 0, err
	}
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		if e := b.Elector(actor.ID); e != nil && e.May() {
			if rule := known.stops(a.tree, actor.ID, id.ID{}, b.Concerns); rule != "" {
				return committee.ErrRecused.With("rule", rule)
			}
		}
		var all bool
		if number, all, err = f.Committee.Vote(ctx, tx, ballot, actor.ID, option); err != nil || !all {
			return err
		}
		return f.closeBallot(ctx, tx, a, ballot, known)
	})
	return number, err
}

// Ballot reads one ballot.
func (f *Flows) Ballot(ctx context.Context, community, ballot id.ID) (b *committee.Ballot, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		b, err = f.Committee.BallotByID(ctx, r, community, ballot)
		return err
	})
	return b, err
}

// CloseBallots counts the ballots of a community whose time is over.
func (f *Flows) CloseBallots(ctx context.Context, community id.ID) error {
	var due []*committee.Ballot
	now := f.DB.Clock().Now()
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		all, err := f.Committee.Running(ctx, r, community)
		due = nil
		for _, b := range all {
			if !now.Before(b.To) {
				due = append(due, b)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, b := range due {
		known, err := f.bystanders(ctx, community, b.Concerns)
		if err != nil {
			return err
		}
		err = f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
			err := f.closeBallot(ctx, tx, a, b.ID, known)
			if errors.Is(err, committee.ErrOver) {
				err = nil // somebody was quicker
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// closeBallot counts a ballot, writes the result into the evidence and does what
// follows: the decision of its subject's room, a second round after a failed quorum, or
// the question to the operator and the residents' committee.
func (f *Flows) closeBallot(ctx context.Context, tx *db.Tx, a *allied, ballot id.ID, known *bystanders) error {
	b, err := f.Committee.Close(ctx, tx, ballot)
	if err != nil {
		return err
	}
	papers, err := f.Committee.Papers(ctx, tx, tx.Community, b)
	if err != nil {
		return err
	}
	if err := f.attest(ctx, tx, "~ballot:"+b.ID.String(), map[string]any{"ballot": b.ID, "subject": b.Subject.Kind, "of": b.Subject.ID, "outcome": b.Tally.Outcome,
		"counts": b.Tally.Counts, "ranking": b.Tally.Ranking, "votes": b.Tally.Cast, "eligible": b.Tally.Eligible, "papers": papers}); err != nil {
		return err
	}
	if err := f.tellElectors(ctx, tx, a, b, notice.BallotClosed); err != nil {
		return err
	}
	switch b.Tally.Outcome {
	case committee.Decided:
		return f.decided(ctx, tx, b)
	case committee.NoQuorum:
		_, err := f.openBallot(ctx, tx, a, Asking{Subject: b.Subject, Question: b.Question, About: b.About, AboutEn: b.AboutEn, Options: b.Options, Concerns: b.Concerns, Round: b.Round + 1, Previous: b.ID}, known)
		return err
	}
	return nil
}

// decided lets the room of a ballot's subject act on its answer.
func (f *Flows) decided(ctx context.Context, tx *db.Tx, b *committee.Ballot) error {
	if do := f.deciders[b.Subject.Kind]; do != nil {
		return do(ctx, tx, b)
	}
	return nil
}

// RuleOnBallot says for one side, the operator's or the residents' committee's, what is
// to be done where a quorum failed twice; when both agree it is decided. Who is
// recused from voting does not rule either.
func (f *Flows) RuleOnBallot(ctx context.Context, community id.ID, actor db.Actor, ballot id.ID, side committee.Ruler, option int, reason string) (b *committee.Ballot, err error) {
	defer fault.Wrap(&err, "rule on a ballot")
	if b, err = f.Ballot(ctx, community, ballot); err != nil {
		return nil, err
	}
	known, err := f.bystanders(ctx, community, append(slices.Clone(b.Concerns), committee.Concern{Person: actor.ID}))
	if err != nil {
		return nil, err
	}
	concerns := b.Concerns
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		if rule := known.stops(a.tree, actor.ID, id.ID{}, concerns); rule != "" {
			return committee.ErrRecused.With("rule", rule)
		}
		if b, err = f.Committee.Rule(ctx, tx, ballot, side, option, reason); err != nil || b.Answer() == nil {
			return err
		}
		if err := f.attest(ctx, tx, "~ruling:"+b.ID.String(), map[string]any{"ballot": b.ID, "choice": b.Answer().Number, "reason": reason}); err != nil {
			return err
		}
		return f.decided(ctx, tx, b)
	})
	return b, err
}
