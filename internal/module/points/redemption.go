package points

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of a redemption, in the order in which they are checked.
var (
	ErrBadToken   = fault.New(fault.Invalid, "points.bad_token")
	ErrNotYet     = fault.New(fault.Conflict, "points.not_on_offer")
	ErrNoneLeft   = fault.New(fault.Conflict, "points.none_left")
	ErrHadHers    = fault.New(fault.Conflict, "points.monthly_limit")
	ErrTooFew     = fault.New(fault.Conflict, "points.too_few")
	ErrNoOrder    = fault.New(fault.NotFound, "points.no_redemption")
	ErrEnded      = fault.New(fault.Conflict, "points.ended")
	ErrLapsed     = fault.New(fault.Conflict, "points.lapsed")
	ErrNotDue     = fault.New(fault.Conflict, "points.not_due")
	ErrOther      = fault.New(fault.NotFound, "points.other_counter")
	ErrNotHanded  = fault.New(fault.Conflict, "points.not_handed")
	ErrLateClaim  = fault.New(fault.Conflict, "points.claim_too_late")
	ErrClaimed    = fault.New(fault.Conflict, "points.claimed_before")
	ErrBadClaim   = fault.New(fault.Invalid, "points.bad_claim")
	ErrNoClaim    = fault.New(fault.NotFound, "points.no_claim")
	ErrDecided    = fault.New(fault.Conflict, "points.decided_before")
	ErrBadVerdict = fault.New(fault.Invalid, "points.bad_verdict")
)

// End is how a redemption ended.
type End string

// The ends. A redemption without one waits at its counter.
//
//	waiting ─┬─ handed ── (claim) ─┬─ refused
//	         │                     ├─ points returned
//	         │                     └─ replaced: another redemption waits in its stead
//	         ├─ cancelled: the points come back, the stock too
//	         └─ lapsed: the same, by the clock
//
// A claim that nobody decides in time is decided by the clock: the points come back.
// So every path ends.
const (
	Handed    End = "handed"
	Cancelled End = "cancelled"
	Lapsed    End = "lapsed"
)

// Verdict is how a claim was decided.
type Verdict string

// The verdicts.
const (
	Replaced Verdict = "replaced"
	Returned Verdict = "returned"
	Refused  Verdict = "refused"
)

// Verdicts lists them in the order of a form.
var Verdicts = []Verdict{Replaced, Returned, Refused}

// Redemption is one thing that a member asked for with her points.
type Redemption struct {
	ID       id.ID
	Good     id.ID
	Terms    int64 // the number of the terms that it was asked under
	Member   id.ID // by pseudonym
	Points   money.Amount
	Cost     money.Amount // fen for the supplier when it is handed over
	Supplier id.ID
	Counter  id.ID
	Code     string // eight digits, shown at the counter
	Month    period.Month
	Origin   id.ID // the redemption that this one replaces; zero: none
	Seq      int64 // of the entry that took the points, -1 of a replacement
	By       string
	At       time.Time
	Due      time.Time // afterwards it lapses

	End   *Ending // nil while it waits
	Claim *Claim  // nil: nobody complained
}

// Ending is how and when a redemption ended.
type Ending struct {
	Kind   End
	Seq    int64 // of the entry
	Reason string
	By     string
	At     time.Time
}

// Claim says that what was handed over is not good.
type Claim struct {
	Words    string
	Picture  id.ID // of module attachment, zero: none
	By       string
	At       time.Time
	Due      time.Time // when the clock decides
	Decision *Decision // nil while nobody decided
}

// Decision is how a claim was decided.
type Decision struct {
	Verdict     Verdict
	Reason      string
	PointsSeq   int64 // entry that gave the points back, -1: none
	CostSeq     int64 // entry that took the cost back, -1: none
	Replacement id.ID
	By          string
	At          time.Time
}

// Waiting reports whether it can be collected at a moment.
func (r *Redemption) Waiting(now time.Time) error {
	switch {
	case r.End != nil:
		return ErrEnded.With("kind", string(r.End.Kind))
	case !now.Before(r.Due):
		return ErrLapsed
	}
	return nil
}

// Claimable refuses a claim on what was not handed over, or too long ago.
func (r *Redemption) Claimable(now time.Time, days int) error {
	switch {
	case r.End == nil || r.End.Kind != Handed:
		return ErrNotHanded
	case r.Claim != nil:
		return ErrClaimed
	case !now.Before(r.End.At.AddDate(0, 0, days)):
		return ErrLateClaim
	}
	return nil
}

// Order is what somebody asks for.
type Order struct {
	Member id.ID
	Good   id.ID
	Token  [32]byte // see TokenOf
	Day    period.Day
}

// TokenOf makes the mark of a form of somebody, by which it counts once.
func TokenOf(who id.ID, form string) (t [32]byte, err error) {
	if form == "" || len(form) > 100 {
		return t, ErrBadToken
	}
	return sha256.Sum256(append(who[:], form...)), nil
}

// Offer says whether an order can be had, and under which terms. It reads no table:
// everything is known by heart. earlier is the redemption that the same form got before.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, o Order) (g Good, earlier id.ID, err error) {
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return g, earlier, err
	}
	if at, known := x.forms[o.Token]; known {
		return g, at, nil
	}
	if g, err = x.good(o.Good); err != nil {
		return g, earlier, err
	}
	switch {
	case g.Ended:
		err = ErrGoodEnded
	case !g.Terms.Open(o.Day):
		err = ErrNotYet
	case g.Left < 1:
		err = ErrNoneLeft
	case g.Terms.Monthly > 0 && x.had[share{o.Member, o.Good, o.Day.Month()}] >= g.Terms.Monthly:
		err = ErrHadHers.With("monthly", g.Terms.Monthly)
	}
	return g, earlier, err
}

// Take notes an order that Offer let pass in the same transaction: r.ID and r.Seq are
// the caller's, who took the points. It gives the redemption a code.
func (s *Service) Take(ctx context.Context, tx *db.Tx, r Redemption, o Order) (_ *Redemption, err error) {
	defer fault.Wrap(&err, "points: redeem")
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := x.move(r.Good, -1); err != nil {
		return nil, err
	}
	r.Month = o.Day.Month()
	if r.Origin.IsZero() {
		x.count(share{r.Member, r.Good, r.Month}, 1)
	}
	x.form(o.Token, r.ID)
	if r.Code, err = freeCode(ctx, tx); err != nil {
		return nil, err
	}
	r.By, r.At = tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO points_redemption (community_id, id, good_id, terms, member_id, points, cost, supplier_id, counter_id, code, token, month, origin_id, seq, asked_by, asked_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], r.ID[:], r.Good[:], r.Terms, r.Member[:], int64(r.Points), int64(r.Cost), r.Supplier[:], r.Counter[:],
		r.Code, o.Token[:], int64(r.Month), r.Origin, r.Seq, r.By, r.At.UnixMicro(), r.Due.UnixMicro())
	return &r, err
}

// codes is how many codes there are: eight digits, the first not zero.
const codes = 90_000_000

// freeCode is a code that no redemption of the community has.
func freeCode(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		code := Digits(tx.NewSecret())
		taken, err := exists(ctx, tx, "SELECT 1 FROM points_redemption WHERE community_id = ? AND code = ?", tx.Community[:], code)
		if err != nil {
			return "", err
		}
		if !taken {
			return code, nil
		}
	}
	return "", fmt.Errorf("points: no code is free")
}

// Digits makes eight digits of a secret.
func Digits(b [16]byte) string {
	n := uint64(0)
	for _, x := range b[:8] {
		n = n<<8 | uint64(x)
	}
	return fmt.Sprint(codes/9 + n%codes)
}

// Finish ends a waiting redemption by what entry seq did. Cancelled or lapsed, its
// stock comes back.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, r *Redemption, kind End, seq int64, reason string) (err error) {
	defer fault.Wrap(&err, "points: %s %s", kind, r.ID)
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return err
	}
	if r.End != nil {
		return ErrEnded.With("kind", string(r.End.Kind))
	}
	if kind != Handed {
		if err := x.move(r.Good, 1); err != nil {
			return err
		}
		if r.Origin.IsZero() {
			x.count(share{r.Member, r.Good, r.Month}, -1)
		}
	}
	r.End = &Ending{Kind: kind, Seq: seq, Reason: reason, By: tx.Actor.String(), At: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO points_redemption_end (community_id, redemption_id, kind, seq, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], string(kind), seq, reason, r.End.By, tx.Now.UnixMicro())
	return err
}

// Complain notes a claim; the clock decides it at due.
func (s *Service) Complain(ctx context.Context, tx *db.Tx, r *Redemption, c Claim) (err error) {
	defer fault.Wrap(&err, "points: claim on %s", r.ID)
	if _, err := s.shelf(ctx, tx); err != nil {
		return err
	}
	if !text(c.Words, 2, 300) {
		return ErrBadClaim.On("words")
	}
	c.By, c.At, c.Decision = tx.Actor.String(), tx.Now, nil
	r.Claim = &c
	_, err = tx.Exec(ctx, "INSERT INTO points_claim (community_id, redemption_id, words, picture_id, claimed_by, claimed_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], c.Words, c.Picture, c.By, tx.Now.UnixMicro(), c.Due.UnixMicro())
	return err
}

// Open refuses a claim that is not there or was decided.
func (r *Redemption) Open() error {
	switch {
	case r.Claim == nil:
		return ErrNoClaim
	case r.Claim.Decision != nil:
		return ErrDecided
	}
	return nil
}

// Decide notes how a claim was decided.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, r *Redemption, d Decision) (err error) {
	defer fault.Wrap(&err, "points: decide on %s", r.ID)
	if _, err := s.shelf(ctx, tx); err != nil {
		return err
	}
	if err := r.Open(); err != nil {
		return err
	}
	d.By, d.At = tx.Actor.String(), tx.Now
	r.Claim.Decision = &d
	_, err = tx.Exec(ctx, `INSERT INTO points_verdict (community_id, redemption_id, verdict, reason, points_seq, cost_seq, replacement_id, decided_by, decided_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], r.ID[:], string(d.Verdict), d.Reason, d.PointsSeq, d.CostSeq, d.Replacement, d.By, tx.Now.UnixMicro())
	return err
}

// Reminded notes that somebody was told that hers lapses soon.
func (s *Service) Reminded(ctx context.Context, tx *db.Tx, r *Redemption) error {
	_, err := tx.Exec(ctx, "INSERT INTO points_reminder (community_id, redemption_id, told_at) VALUES (?, ?, ?) ON CONFLICT (community_id, redemption_id) DO NOTHING",
		tx.Community[:], r.ID[:], tx.Now.UnixMicro())
	return err
}
