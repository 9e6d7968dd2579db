package score

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Draft makes the score of a quarter in tx's community from what is put in. A quarter
// has one, unless it was discarded.
func (s *Service) Draft(ctx context.Context, tx *db.Tx, quarter period.Month, version int, w Weights, q Quarter) (_ *Run, err error) {
	defer fault.Wrap(&err, "score: draft %s", quarter)
	live, err := s.OfQuarter(ctx, tx, tx.Community, quarter)
	switch {
	case err != nil:
		return nil, err
	case live != nil:
		return live, ErrRuns
	case quarter != quarter.Quarter():
		return nil, ErrBadQuarter.On("quarter")
	case len(q.Shops) == 0:
		return nil, ErrNoShops
	}
	r := &Run{ID: tx.NewID(), Quarter: quarter, Policy: version, Weights: w, Input: q, At: tx.Now, By: tx.Actor.ID}
	weights, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(q.Shops)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO score_run (community_id, id, quarter, policy, weights, members, body, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], int64(quarter), version, string(weights), q.Members, string(body), tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return nil, err
	}
	return r, s.step(ctx, tx, r, Step{State: Drafted, Scores: Rank(&q, &w), By: tx.Actor.ID})
}

// Publish shows a draft to the shops, who may object until a time.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, run id.ID, words string, until time.Time) (_ *Run, err error) {
	defer fault.Wrap(&err, "score: publish")
	r, err := s.RunByID(ctx, tx, tx.Community, run)
	switch {
	case err != nil:
		return nil, err
	case r.State() != Drafted:
		return r, ErrBadStep.With("state", string(r.State()))
	case !said(words, 0):
		return nil, ErrBadWords.On("words")
	}
	return r, s.step(ctx, tx, r, Step{State: Published, Words: words, Scores: r.Last().Scores, Due: until, By: tx.Actor.ID})
}

// Discard drops a draft that is no good; another one can be made then.
func (s *Service) Discard(ctx context.Context, tx *db.Tx, run id.ID, words string) (err error) {
	defer fault.Wrap(&err, "score: discard")
	r, err := s.RunByID(ctx, tx, tx.Community, run)
	switch {
	case err != nil:
		return err
	case r.State() != Drafted:
		return ErrBadStep.With("state", string(r.State()))
	case !said(words, 2):
		return ErrBadWords.On("words")
	}
	return s.step(ctx, tx, r, Step{State: Discarded, Words: words, By: tx.Actor.ID})
}

// Object notes what a shop says against one input of a published score, in time. It
// says so of each input once.
func (s *Service) Object(ctx context.Context, tx *db.Tx, o Objection) (_ *Objection, err error) {
	defer fault.Wrap(&err, "score: object")
	r, err := s.RunByID(ctx, tx, tx.Community, o.Run)
	switch {
	case err != nil:
		return nil, err
	case r.State() != Published && r.State() != Recomputed:
		return nil, ErrBadStep.With("state", string(r.State()))
	case !tx.Now.Before(r.Until()):
		return nil, ErrTooLate
	case r.Last().Of(o.Merchant) == nil:
		return nil, ErrNotScored
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	before, err := s.Objections(ctx, tx, tx.Community, o.Run)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(before, func(x Objection) bool { return x.Merchant == o.Merchant && x.Input == o.Input }) {
		return nil, ErrObjected.On("input")
	}
	o.ID, o.At, o.By, o.Answer = tx.NewID(), tx.Now, tx.Actor.ID, nil
	_, err = tx.Exec(ctx, "INSERT INTO score_objection (community_id, id, run_id, merchant_id, input, claimed, words, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], o.Run[:], o.Merchant[:], string(o.Input), o.Claimed, o.Words, tx.Now.UnixMicro(), tx.Actor.ID)
	return &o, err
}

// Answer notes what the committee found of an objection. What it grants is put right
// and the score is made again.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, objection id.ID, a Answer) (_ *Run, err error) {
	defer fault.Wrap(&err, "score: answer")
	o, err := s.ObjectionByID(ctx, tx, tx.Community, objection)
	if err != nil {
		return nil, err
	}
	r, err := s.RunByID(ctx, tx, tx.Community, o.Run)
	switch {
	case err != nil:
		return nil, err
	case o.Answer != nil:
		return r, ErrAnswered
	case r.State() == Final:
		return r, ErrBadStep.With("state", string(r.State()))
	case o.By == tx.Actor.ID && !o.By.IsZero():
		return r, ErrAnswersItsOwn
	case a.Granted && (a.Value < 0 || a.Value > o.Input.most()):
		return r, ErrBadValue.On("value").With("most", o.Input.most())
	case !said(a.Words, 2):
		return r, ErrBadWords.On("words")
	}
	if !a.Granted {
		a.Value = 0
	}
	if _, err := tx.Exec(ctx, "INSERT INTO score_answer (community_id, objection_id, granted, value, words, answered_at, answered_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], objection[:], a.Granted, a.Value, a.Words, tx.Now.UnixMicro(), tx.Actor.ID); err != nil || !a.Granted {
		return r, err
	}
	all, err := s.Objections(ctx, tx, tx.Community, r.ID)
	if err != nil {
		return r, err
	}
	return r, s.step(ctx, tx, r, Step{State: Recomputed, Words: a.Words, Scores: Rank(Corrected(&r.Input, all, false), &r.Weights), By: tx.Actor.ID})
}

// Finish makes a published score final once the time to object is over and every
// objection is answered; and at the latest at a time that is given, when shops whose
// objection nobody answered are excused.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, run id.ID, latest time.Time) (_ *Run, err error) {
	defer fault.Wrap(&err, "score: finish")
	r, err := s.RunByID(ctx, tx, tx.Community, run)
	switch {
	case err != nil:
		return nil, err
	case r.State() != Published && r.State() != Recomputed:
		return r, ErrBadStep.With("state", string(r.State()))
	case tx.Now.Before(r.Until()):
		return r, ErrTooEarly
	}
	all, err := s.Objections(ctx, tx, tx.Community, run)
	if err != nil {
		return r, err
	}
	if open := slices.ContainsFunc(all, func(o Objection) bool { return o.Answer == nil }); open && tx.Now.Before(latest) {
		return r, ErrUnanswered
	}
	return r, s.step(ctx, tx, r, Step{State: Final, Scores: Rank(Corrected(&r.Input, all, true), &r.Weights)})
}

func (s *Service) step(ctx context.Context, tx *db.Tx, r *Run, to Step) error {
	to.Number, to.At = len(r.Steps)+1, tx.Now
	kept := make([]keptScore, len(to.Scores))
	for i := range to.Scores {
		kept[i] = keptScore{to.Scores[i].Input, to.Scores[i]}
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	due := int64(0)
	if !to.Due.IsZero() {
		due = to.Due.UnixMicro()
	}
	r.Steps = append(r.Steps, to)
	_, err = tx.Exec(ctx, "INSERT INTO score_step (community_id, run_id, number, state, words, body, taken_at, due_at, taken_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], to.Number, string(to.State), to.Words, string(body), tx.Now.UnixMicro(), due, to.By)
	return err
}

// keptScore is a score as it is stored.
type keptScore struct {
	In  Input `json:"in"`
	Out Score `json:"out"`
}

// RunByID finds a run.
func (s *Service) RunByID(ctx context.Context, r db.Reader, community, run id.ID) (*Run, error) {
	all, err := runs(ctx, r, "r.body", "AND r.id = ?", community[:], run[:])
	if err == nil && len(all) == 0 {
		err = ErrNoRun
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// OfQuarter is the score of a quarter, nil if it has none.
func (s *Service) OfQuarter(ctx context.Context, r db.Reader, community id.ID, quarter period.Month) (*Run, error) {
	all, err := runs(ctx, r, "r.body", "AND r.quarter = ?", community[:], int64(quarter))
	for _, x := range slices.Backward(all) {
		if x.State() != Discarded {
			return x, err
		}
	}
	return nil, err
}

// Quarters lists the runs of a community since a quarter, the latest first, without
// what was put in and what came out.
func (s *Service) Quarters(ctx context.Context, r db.Reader, community id.ID, since period.Month) ([]*Run, error) {
	all, err := runs(ctx, r, "'[]'", "AND r.quarter >= ?", community[:], int64(since))
	all = slices.DeleteFunc(all, func(x *Run) bool { return x.State() == Discarded })
	slices.Reverse(all)
	return all, err
}

// runs reads runs; body is "r.body" or, where a list needs no scores, "'[]'".
func runs(ctx context.Context, r db.Reader, body, where string, args ...any) (all []*Run, err error) {
	byID := make(map[id.ID]*Run)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Run{}
		var at int64
		var weights, body []byte
		if err := rows.Scan(&x.ID, &x.Quarter, &x.Policy, &weights, &x.Input.Members, &body, &at, &x.By); err != nil {
			return err
		}
		x.At = micros(at)
		all, byID[x.ID] = append(all, x), x
		if err := json.Unmarshal(weights, &x.Weights); err != nil {
			return err
		}
		return json.Unmarshal(body, &x.Input.Shops)
	}, "SELECT r.id, r.quarter, r.policy, r.weights, r.members, "+body+", r.made_at, r.made_by FROM score_run r WHERE r.community_id = ? "+where+" ORDER BY r.quarter, r.made_at, r.id", args...); err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var t Step
		var at, due int64
		var body []byte
		if err := rows.Scan(&of, &t.Number, &t.State, &t.Words, &body, &at, &due, &t.By); err != nil {
			return err
		}
		t.At, t.Due = micros(at), micros(due)
		var kept []keptScore
		if err := json.Unmarshal(body, &kept); err != nil {
			return err
		}
		for _, k := range kept {
			k.Out.Input = k.In
			t.Scores = append(t.Scores, k.Out)
		}
		byID[of].Steps = append(byID[of].Steps, t)
		return nil
	}, "SELECT t.run_id, t.number, t.state, t.words, "+strings.Replace(body, "r.", "t.", 1)+`, t.taken_at, t.due_at, t.taken_by
		FROM score_step t JOIN score_run r ON r.community_id = t.community_id AND r.id = t.run_id
		WHERE t.community_id = ? `+where+" ORDER BY t.run_id, t.number", args...)
}

// ObjectionByID finds an objection.
func (s *Service) ObjectionByID(ctx context.Context, r db.Reader, community, objection id.ID) (*Objection, error) {
	all, err := objections(ctx, r, "o.id = ?", community[:], objection[:])
	if err == nil && len(all) == 0 {
		err = ErrNoObjection
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// Objections lists what shops said against a score, in order.
func (s *Service) Objections(ctx context.Context, r db.Reader, community, run id.ID) ([]Objection, error) {
	return objections(ctx, r, "o.run_id = ?", community[:], run[:])
}

func objections(ctx context.Context, r db.Reader, where string, args ...any) (all []Objection, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var o Objection
		var at int64
		var granted sql.NullBool
		var value, answered sql.NullInt64
		var words sql.NullString
		var by id.ID
		if err := rows.Scan(&o.ID, &o.Run, &o.Merchant, &o.Input, &o.Claimed, &o.Words, &at, &o.By, &granted, &value, &words, &answered, &by); err != nil {
			return err
		}
		o.At = micros(at)
		if granted.Valid {
			o.Answer = &Answer{granted.Bool, value.Int64, words.String, micros(answered.Int64), by}
		}
		all = append(all, o)
		return nil
	}, `SELECT o.id, o.run_id, o.merchant_id, o.input, o.claimed, o.words, o.made_at, o.made_by, a.granted, a.value, a.words, a.answered_at, a.answered_by
		FROM score_objection o LEFT JOIN score_answer a ON a.community_id = o.community_id AND a.objection_id = o.id
		WHERE o.community_id = ? AND `+where+" ORDER BY o.made_at, o.id", args...)
	return all, err
}
