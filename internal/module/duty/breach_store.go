package duty

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Rules are the numbers and the clock by which a breach goes on.
type Rules struct {
	*policy.Alliance
	Version int // of the policy
	Zone    *time.Location
}

// Open opens a breach in tx's community. One that a rule made already is left as it
// is. first is its first step: Opened, or Found where a public score decided.
func (s *Service) Open(ctx context.Context, tx *db.Tx, b Breach, first Step, rules Rules) (_ *Breach, opened bool, err error) {
	defer fault.Wrap(&err, "duty: open a breach of %s", b.Kind)
	switch {
	case !slices.Contains(Kinds, b.Kind) && b.Kind != LastPlace:
		return nil, false, ErrBadKind.On("kind")
	case !words(b.About, 4, 500, true):
		return nil, false, ErrBadAbout.On("about")
	}
	b.ID, b.Policy, b.Most, b.At, b.By, b.Steps = tx.NewID(), rules.Version, rules.PenaltyCoinsMax, tx.Now, tx.Actor.ID, nil
	if b.Source == ByRule {
		b.By = id.ID{}
	}
	if err := b.May(first, nil, tx.Now); err != nil {
		return nil, false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO duty_breach (community_id, id, merchant_id, tenure_id, kind, source, rule, about, policy, coins_most, opened_at, opened_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, tx.Community[:], b.ID[:], b.Merchant[:], b.Tenure[:], string(b.Kind), string(b.Source), b.Rule, b.About,
		b.Policy, int64(b.Most), tx.Now.UnixMicro(), b.By)
	if err != nil || n == 0 {
		return nil, false, err
	}
	return &b, true, s.step(ctx, tx, &b, first, nil, rules)
}

// Advance takes a breach of tx's community a step further. deciders are those who take
// part in a decision: nobody does so twice.
func (s *Service) Advance(ctx context.Context, tx *db.Tx, breach id.ID, to Step, deciders []id.ID, rules Rules) (_ *Breach, err error) {
	defer fault.Wrap(&err, "duty: %s", to.State)
	b, err := s.BreachByID(ctx, tx, tx.Community, breach)
	if err != nil {
		return nil, err
	}
	if err := b.May(to, deciders, tx.Now); err != nil {
		return b, err
	}
	return b, s.step(ctx, tx, b, to, deciders, rules)
}

// step writes what May let pass.
func (s *Service) step(ctx context.Context, tx *db.Tx, b *Breach, to Step, deciders []id.ID, rules Rules) error {
	to.Number, to.At, to.Due = len(b.Steps)+1, tx.Now, to.State.Due(tx.Now, rules.Alliance, rules.Zone)
	if _, err := tx.Exec(ctx, `INSERT INTO duty_step (community_id, breach_id, number, state, outcome, coins, words, wording, ballot_id, taken_at, due_at, taken_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], b.ID[:], to.Number, string(to.State), string(to.Outcome), int64(to.Coins), to.Words, to.Wording, to.Ballot,
		tx.Now.UnixMicro(), stamp(to.Due), to.By); err != nil {
		return err
	}
	for _, who := range deciders {
		if _, err := tx.Exec(ctx, "INSERT INTO duty_decider (community_id, breach_id, person_id, number) VALUES (?, ?, ?, ?)", tx.Community[:], b.ID[:], who[:], to.Number); err != nil {
			return err
		}
		b.Deciders = append(b.Deciders, Decider{who, to.Number})
	}
	b.Steps = append(b.Steps, to)
	return s.tell(ctx, tx, b, &to, rules)
}

// Posted notes what was taken for a breach, or given back, by an entry of the books:
// what ToTake says, or less where the policy's bound is lower by now.
func (s *Service) Posted(ctx context.Context, tx *db.Tx, b *Breach, coins money.Amount, seq int64) (err error) {
	defer fault.Wrap(&err, "duty: posted")
	due := b.ToTake()
	p := Posting{len(b.Postings) + 1, coins, seq, tx.Now}
	if coins <= 0 || p.Number == 1 && coins > due || p.Number > 1 && coins > -due {
		return ErrBadStep.With("state", string(b.State()))
	}
	b.Postings = append(b.Postings, p)
	_, err = tx.Exec(ctx, "INSERT INTO duty_posting (community_id, breach_id, number, coins, seq, posted_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], p.Number, int64(coins), seq, tx.Now.UnixMicro())
	return err
}

// BreachByID finds a breach.
func (s *Service) BreachByID(ctx context.Context, r db.Reader, community, breach id.ID) (*Breach, error) {
	all, err := breaches(ctx, r, "AND b.id = ?", community[:], breach[:])
	if err == nil && len(all) == 0 {
		err = ErrNoBreach
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// BreachesOf lists the breaches of a shop, the oldest first.
func (s *Service) BreachesOf(ctx context.Context, r db.Reader, community, merchant id.ID) ([]*Breach, error) {
	return breaches(ctx, r, "AND b.merchant_id = ?", community[:], merchant[:])
}

// Breaches lists those that were opened since an instant, the oldest first.
func (s *Service) Breaches(ctx context.Context, r db.Reader, community id.ID, since time.Time) ([]*Breach, error) {
	return breaches(ctx, r, "AND b.opened_at >= ?", community[:], stamp(since))
}

// Waiting lists the breaches in which something is still to happen, the oldest first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID) ([]*Breach, error) {
	return breaches(ctx, r, `AND NOT EXISTS (SELECT 1 FROM duty_step x WHERE x.community_id = b.community_id AND x.breach_id = b.id
		AND x.state IN ('withdrawn', 'cleared', 'dropped', 'stands', 'reduced', 'lifted'))`, community[:])
}

// ByRule finds the breach that a rule made of a shop, nil if it made none.
func (s *Service) ByRule(ctx context.Context, r db.Reader, community, merchant id.ID, rule string) (*Breach, error) {
	all, err := breaches(ctx, r, "AND b.merchant_id = ? AND b.rule = ?", community[:], merchant[:], rule)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

func breaches(ctx context.Context, r db.Reader, where string, args ...any) (all []*Breach, err error) {
	byID := make(map[id.ID]*Breach)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		b := &Breach{}
		var at int64
		if err := rows.Scan(&b.ID, &b.Merchant, &b.Tenure, &b.Kind, &b.Source, &b.Rule, &b.About, &b.Policy, &b.Most, &at, &b.By); err != nil {
			return err
		}
		b.At = micros(at)
		all, byID[b.ID] = append(all, b), b
		return nil
	}, `SELECT b.id, b.merchant_id, b.tenure_id, b.kind, b.source, b.rule, b.about, b.policy, b.coins_most, b.opened_at, b.opened_by
		FROM duty_breach b WHERE b.community_id = ? `+where+" ORDER BY b.opened_at, b.id", args...); err != nil || len(all) == 0 {
		return all, err
	}
	return all, fill(ctx, r, byID, where, args...)
}

// fill reads what belongs to the breaches that where leaves.
func fill(ctx context.Context, r db.Reader, byID map[id.ID]*Breach, where string, args ...any) error {
	var of id.ID
	for _, part := range []struct {
		columns, table, order string
		scan                  func(rows *sql.Rows) error
	}{
		{"x.number, x.state, x.outcome, x.coins, x.words, x.wording, x.ballot_id, x.taken_at, x.due_at, x.taken_by", "duty_step", "x.number", func(rows *sql.Rows) error {
			var s Step
			var at, due int64
			err := rows.Scan(&of, &s.Number, &s.State, &s.Outcome, &s.Coins, &s.Words, &s.Wording, &s.Ballot, &at, &due, &s.By)
			s.At, s.Due = micros(at), micros(due)
			byID[of].Steps = append(byID[of].Steps, s)
			return err
		}},
		{"x.person_id, x.number", "duty_decider", "x.number, x.person_id", func(rows *sql.Rows) error {
			var d Decider
			err := rows.Scan(&of, &d.Person, &d.Number)
			byID[of].Deciders = append(byID[of].Deciders, d)
			return err
		}},
		{"x.number, x.coins, x.seq, x.posted_at", "duty_posting", "x.number", func(rows *sql.Rows) error {
			var p Posting
			var at int64
			err := rows.Scan(&of, &p.Number, &p.Coins, &p.Seq, &at)
			p.At = micros(at)
			byID[of].Postings = append(byID[of].Postings, p)
			return err
		}},
	} {
		if err := db.Each(ctx, r, part.scan, "SELECT x.breach_id, "+part.columns+" FROM "+part.table+` x JOIN duty_breach b ON b.community_id = x.community_id AND b.id = x.breach_id
			WHERE x.community_id = ? `+where+" ORDER BY x.breach_id, "+part.order, args...); err != nil {
			return err
		}
	}
	return nil
}
