package membership

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of recommendations, in the order in which they are checked.
var (
	ErrNoCode   = fault.New(fault.Invalid, "membership.no_such_code")
	ErrOwnCode  = fault.New(fault.Invalid, "membership.own_code")
	ErrNotFirst = fault.New(fault.Invalid, "membership.not_the_first")
	ErrNotNamed = fault.New(fault.NotFound, "membership.nobody_named")
	ErrNotHeld  = fault.New(fault.Conflict, "membership.not_held")
	ErrDecided  = fault.New(fault.Conflict, "membership.decided_before")
	ErrNoReward = fault.New(fault.Conflict, "membership.nothing_to_take_back")
	ErrBadGuard = fault.New(fault.Invalid, "membership.bad_guard")
)

// ByKind says who recommends.
type ByKind string

// The kinds of recommender.
const (
	ByMember   ByKind = "member"
	ByMerchant ByKind = "merchant"
)

// By is who recommends: a member by pseudonym, or a shop.
type By struct {
	Kind ByKind
	ID   id.ID
}

// Recommendation is what stands behind a newcomer: one member or one shop.
type Recommendation struct {
	Member id.ID // the newcomer
	By
	Term id.ID // her first
	At   time.Time

	Review  *Review  // nil unless it was held
	Outcome *Outcome // nil while it is pending
	Taken   []Taken
	Waived  id.ID // the recommender's term whose fee it helped to waive
}

// Review is a look that a person must take.
type Review struct {
	Guard   string
	HeldAt  time.Time
	Verdict string // "", Allow or Deny
	Reason  string
	By      string
	At      time.Time
}

// The verdicts.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Outcome is what became of it for good.
type Outcome struct {
	State  State  // Counts or Blocked
	Guard  string // that blocked it, or MonthlyCap where the cap left nothing of a reward
	Spent  money.Amount
	Uses   int
	Seq    int64 // of the entry that thanked, −1 if none
	Reward money.Amount
	Month  period.Month
	Day    period.Day
	At     time.Time
}

// Taken is a reward, or a part of it, that was taken back.
type Taken struct {
	Seq    int64
	Amount money.Amount
	Month  period.Month
	Guard  string // "": the fee went back
	Reason string
	By     string
	At     time.Time
}

// State is how it stands without looking at the world: what was decided, or that it
// waits.
func (r *Recommendation) State() State {
	switch {
	case r.Outcome != nil && r.revoked():
		return Blocked
	case r.Outcome != nil:
		return r.Outcome.State
	case r.Review != nil && r.Review.Verdict == "":
		return Held
	}
	return Pending
}

// revoked reports whether it came out later that it should never have counted.
func (r *Recommendation) revoked() bool {
	for _, t := range r.Taken {
		if t.Guard != "" {
			return true
		}
	}
	return false
}

// Guard is the rule that blocks or holds it, "" if none does for good.
func (r *Recommendation) Guard() string {
	for _, t := range r.Taken {
		if t.Guard != "" {
			return t.Guard
		}
	}
	switch {
	case r.Outcome != nil:
		return r.Outcome.Guard
	case r.Review != nil && r.Review.Verdict == "":
		return r.Review.Guard
	}
	return ""
}

// Kept is what is left of the reward.
func (r *Recommendation) Kept() money.Amount {
	if r.Outcome == nil {
		return 0
	}
	left := r.Outcome.Reward
	for _, t := range r.Taken {
		left -= t.Amount
	}
	return left
}

// Name notes whom a newcomer names with her order.
func (s *Service) Name(ctx context.Context, tx *db.Tx, order id.ID, by By) error {
	_, err := tx.Exec(ctx, "INSERT INTO membership_named (community_id, order_id, by_kind, by_id, named_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], order[:], string(by.Kind), by.ID[:], tx.Now.UnixMicro())
	return err
}

// Unname takes that back, before the order is paid.
func (s *Service) Unname(ctx context.Context, tx *db.Tx, order id.ID) error {
	if _, found, err := s.NamedIn(ctx, tx, tx.Community, order); err != nil || !found {
		return errors.Join(err, refusal(!found && err == nil, ErrNotNamed))
	}
	_, err := tx.Exec(ctx, "INSERT INTO membership_unnamed (community_id, order_id, taken_by, taken_at) VALUES (?, ?, ?, ?)",
		tx.Community[:], order[:], tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

func refusal(when bool, f *fault.Fault) error {
	if when {
		return f
	}
	return nil
}

// NamedIn is whom an order names, if anybody.
func (s *Service) NamedIn(ctx context.Context, r db.Reader, community, order id.ID) (by By, found bool, err error) {
	var row struct {
		Kind ByKind `db:"by_kind"`
		ID   id.ID  `db:"by_id"`
	}
	err = db.One(ctx, r, &row, `SELECT n.by_kind, n.by_id FROM membership_named n WHERE n.community_id = ? AND n.order_id = ?
		AND NOT EXISTS (SELECT 1 FROM membership_unnamed u WHERE u.community_id = n.community_id AND u.order_id = n.order_id)`, community[:], order[:])
	found, err = none(err)
	return By{row.Kind, row.ID}, found, err
}

// Recommend notes who recommended a member that has just joined.
func (s *Service) Recommend(ctx context.Context, tx *db.Tx, member, term id.ID, by By) error {
	_, err := tx.Exec(ctx, "INSERT INTO membership_recommendation (community_id, member_id, by_kind, by_id, term_id, recommended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], member[:], string(by.Kind), by.ID[:], term[:], tx.Now.UnixMicro())
	return err
}

// Hold notes that a person must look at a recommendation; again it changes nothing.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, member id.ID, guard string) error {
	_, err := tx.Exec(ctx, "INSERT INTO membership_review (community_id, member_id, guard, held_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, member_id) DO NOTHING",
		tx.Community[:], member[:], guard, tx.Now.UnixMicro())
	return err
}

// Decide notes what a person found.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, member id.ID, verdict, reason string) (err error) {
	defer fault.Wrap(&err, "membership: decide")
	if reason, err = Reason(reason); err != nil {
		return err
	}
	r, err := s.RecommendationOf(ctx, tx, tx.Community, member)
	switch {
	case err != nil:
		return err
	case r == nil || r.Review == nil:
		return ErrNotHeld
	case r.Review.Verdict != "":
		return ErrDecided
	case verdict != Allow && verdict != Deny:
		return ErrNotHeld.On("verdict")
	}
	_, err = tx.Exec(ctx, "INSERT INTO membership_verdict (community_id, member_id, verdict, reason, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], member[:], verdict, reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// Conclude notes what became of a recommendation for good, and uses its month's cap.
func (s *Service) Conclude(ctx context.Context, tx *db.Tx, r *Recommendation, o Outcome) (err error) {
	defer fault.Wrap(&err, "membership: conclude")
	o.At = tx.Now
	if _, err = tx.Exec(ctx, `INSERT INTO membership_outcome (community_id, member_id, outcome, guard, spent, uses, seq, reward, month, decided_day, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], r.Member[:], string(o.State), o.Guard, int64(o.Spent), o.Uses, o.Seq, int64(o.Reward), int64(o.Month), int64(o.Day), tx.Now.UnixMicro()); err != nil {
		return err
	}
	r.Outcome = &o
	return s.useCap(ctx, tx, r.ID, o.Month, o.Reward)
}

// TakeBack notes that entry seq took amount of a reward back, and gives the cap of its
// month room back.
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, r *Recommendation, t Taken) (err error) {
	defer fault.Wrap(&err, "membership: take back a reward")
	t.Month, t.By, t.At = r.Outcome.Month, tx.Actor.String(), tx.Now
	if _, err = tx.Exec(ctx, "INSERT INTO membership_taken (community_id, member_id, seq, amount, month, guard, reason, taken_by, taken_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.Member[:], t.Seq, int64(t.Amount), int64(t.Month), t.Guard, t.Reason, t.By, t.At.UnixMicro()); err != nil {
		return err
	}
	r.Taken = append(r.Taken, t)
	return s.useCap(ctx, tx, r.ID, t.Month, -t.Amount)
}

// CapUsed is how much the rewards of a month have used of a recommender's cap.
func (s *Service) CapUsed(ctx context.Context, r db.Reader, community, member id.ID, month period.Month) (used money.Amount, err error) {
	err = db.One(ctx, r, &used, "SELECT used FROM membership_cap WHERE community_id = ? AND member_id = ? AND month = ?", community[:], member[:], int64(month))
	_, err = none(err)
	return used, err
}

func (s *Service) useCap(ctx context.Context, tx *db.Tx, member id.ID, month period.Month, amount money.Amount) error {
	if amount == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO membership_cap (community_id, member_id, month, used) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, member_id, month) DO UPDATE SET used = membership_cap.used + excluded.used`, tx.Community[:], member[:], int64(month), int64(amount))
	return err
}

// Waive uses counted recommendations to waive the fee of a term, each once.
func (s *Service) Waive(ctx context.Context, tx *db.Tx, term id.ID, newcomers []id.ID) error {
	for _, m := range newcomers {
		if _, err := tx.Exec(ctx, "INSERT INTO membership_waiver (community_id, member_id, term_id, used_at) VALUES (?, ?, ?, ?)", tx.Community[:], m[:], term[:], tx.Now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}
