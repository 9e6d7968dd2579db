package growth

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// How an appointment ended.
const (
	Lost     = "lost"      // at a review (L-06, L-08)
	Resigned = "resigned"  // by herself
	Removed  = "removed"   // for cause (L-11)
	WithGold = "with_gold" // a director who is no leader any more (L-10)
	Left     = "left"      // she is no member any more
)

// Reasons that the house gives: message keys.
const (
	TooFewTwice = "连续两次复核没有够数"
	OwnWish     = "本人不当了"
)

// Outcome is what a review found.
type Outcome string

// The outcomes.
const (
	Kept   Outcome = "kept"
	Warned Outcome = "warned"
	Over   Outcome = "lost"
)

// Appointment is a level that a member holds or held. A director holds two: she is a
// leader still.
type Appointment struct {
	ID        id.ID
	Candidate id.ID
	Member    id.ID
	Level     policy.Level
	Counted   int   // at the appointment
	RaisedBy  id.ID // the leader on whose team she was, zero if none (L-04)
	Reason    string
	By        id.ID // the person who appointed her
	At        time.Time
	FirstOn   period.Day // of the first review

	End     *Stepped // nil while she holds it
	Reviews []Review
	Paused  time.Time // since when it rests, zero while it does not (L-09)
	pauses  int
}

// Review is one look at whether a level's condition still holds.
type Review struct {
	Day     period.Day
	Counted int
	Needed  int
	Outcome Outcome
	Next    period.Day
	At      time.Time
}

// Holds reports whether she holds the level now.
func (a *Appointment) Holds() bool { return a.End == nil }

// ReviewOn is the day of the next review.
func (a *Appointment) ReviewOn() period.Day {
	if n := len(a.Reviews); n > 0 {
		return a.Reviews[n-1].Next
	}
	return a.FirstOn
}

// Warned reports whether the last review found too few.
func (a *Appointment) Warned() bool {
	n := len(a.Reviews)
	return n > 0 && a.Reviews[n-1].Outcome == Warned
}

// NeededAtReview is how many must still be there at a review: members of the team, or raised
// leaders who lead.
func NeededAtReview(p *policy.Params, level policy.Level) int {
	if level == policy.Diamond {
		return p.DiamondTeams
	}
	return p.GoldTeamKept
}

// Judge is what a review finds: too few once is a warning, twice running the end
// (L-06, L-08). A leader whose own membership is not in force meets no condition.
func (a *Appointment) Judge(p *policy.Params, counted int, good bool) Outcome {
	switch {
	case good && counted >= NeededAtReview(p, a.Level):
		return Kept
	case a.Warned():
		return Over
	}
	return Warned
}

const appointments = `SELECT a.id, a.candidate_id, a.member_id, a.level, a.counted, a.raised_by, a.reason, a.review_on, a.appointed_by, a.appointed_at, e.kind, e.reason, e.ended_by, e.ended_at
	FROM growth_appointment a LEFT JOIN growth_end e ON e.community_id = a.community_id AND e.appointment_id = a.id WHERE a.community_id = ?`

// Appointments lists every appointment of a community, ended ones too; with a member,
// hers alone. The oldest come first.
func (s *Service) Appointments(ctx context.Context, r db.Reader, community, member id.ID) ([]*Appointment, error) {
	if member.IsZero() {
		return readAppointments(ctx, r, "", community[:])
	}
	return readAppointments(ctx, r, " AND a.member_id = ?", community[:], member[:])
}

// Appointment finds one.
func (s *Service) Appointment(ctx context.Context, r db.Reader, community, appointment id.ID) (*Appointment, error) {
	all, err := readAppointments(ctx, r, " AND a.id = ?", community[:], appointment[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Held is the appointment to a level that a member holds, nil if she holds none.
func (s *Service) Held(ctx context.Context, r db.Reader, community, member id.ID, level policy.Level) (*Appointment, error) {
	all, err := s.Appointments(ctx, r, community, member)
	for _, a := range all {
		if a.Holds() && a.Level == level {
			return a, err
		}
	}
	return nil, err
}

func readAppointments(ctx context.Context, r db.Reader, where string, args ...any) (all []*Appointment, err error) {
	byID := make(map[id.ID]*Appointment)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Appointment
		var at int64
		var kind, reason sql.NullString
		var by []byte
		var ended sql.NullInt64
		if err := rows.Scan(&a.ID, &a.Candidate, &a.Member, &a.Level, &a.Counted, &a.RaisedBy, &a.Reason, &a.FirstOn, &a.By, &at, &kind, &reason, &by, &ended); err != nil {
			return err
		}
		if a.At = micros(at); kind.Valid {
			a.End = &Stepped{Step: kind.String, Words: reason.String, By: idOf(by), At: micros(ended.Int64)}
		}
		all, byID[a.ID] = append(all, &a), &a
		return nil
	}, appointments+where+" ORDER BY a.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var v Review
		var at int64
		if err := rows.Scan(&of, &v.Day, &v.Counted, &v.Needed, &v.Outcome, &v.Next, &at); err != nil {
			return err
		}
		if a := byID[of]; a != nil {
			v.At = micros(at)
			a.Reviews = append(a.Reviews, v)
		}
		return nil
	}, "SELECT appointment_id, day, counted, needed, outcome, next_on, reviewed_at FROM growth_review WHERE community_id = ? ORDER BY appointment_id, no", args[0])
	if err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var paused int64
		var resumed sql.NullInt64
		if err := rows.Scan(&of, &paused, &resumed); err != nil {
			return err
		}
		if a := byID[of]; a != nil {
			if a.pauses++; !resumed.Valid {
				a.Paused = micros(paused)
			}
		}
		return nil
	}, `SELECT p.appointment_id, p.paused_at, r.resumed_at FROM growth_pause p
		LEFT JOIN growth_resumption r ON r.community_id = p.community_id AND r.appointment_id = p.appointment_id AND r.no = p.no WHERE p.community_id = ?`, args[0])
}

// Appoint gives a candidate her level, if she wants it and enough are counted now
// (L-01 … L-04, L-07). first is the day of the first review.
func (s *Service) Appoint(ctx context.Context, tx *db.Tx, p *policy.Params, c *Candidate, counted int, raisedBy id.ID, reason string, first period.Day) (_ *Appointment, err error) {
	defer fault.Wrap(&err, "growth: appoint %s", c.Member)
	switch {
	case !c.Open():
		return nil, ErrSettled
	case !c.Accepted():
		return nil, ErrNotAccepted
	case counted < Needed(p, c.Level):
		return nil, ErrTooFew.With("counted", counted).With("needed", Needed(p, c.Level))
	}
	if err := reasoned(reason); err != nil {
		return nil, err
	}
	held, err := s.Held(ctx, tx, tx.Community, c.Member, c.Level)
	if err != nil {
		return nil, err
	}
	if held != nil {
		return nil, ErrHolds
	}
	a := &Appointment{ID: tx.NewID(), Candidate: c.ID, Member: c.Member, Level: c.Level, Counted: counted, RaisedBy: raisedBy, Reason: reason, By: tx.Actor.ID, At: tx.Now, FirstOn: first}
	if _, err := tx.Exec(ctx, `INSERT INTO growth_appointment (community_id, id, candidate_id, member_id, level, counted, raised_by, reason, review_on, appointed_by, appointed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], a.ID[:], c.ID[:], a.Member[:], int64(a.Level), counted, raisedBy[:], reason, int64(first), a.By[:], tx.Now.UnixMicro()); err != nil {
		return nil, err
	}
	return a, s.step(ctx, tx, c, Appointed, reason)
}

// NoteReview keeps what a review found; next is the day of the next one. One that is
// not due yet is refused.
func (s *Service) NoteReview(ctx context.Context, tx *db.Tx, a *Appointment, v Review) error {
	if !a.Holds() {
		return ErrAsSilver
	}
	if v.Day < a.ReviewOn() {
		return ErrDecidesItself
	}
	v.At = tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO growth_review (community_id, appointment_id, no, day, counted, needed, outcome, next_on, reviewed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], a.ID[:], len(a.Reviews)+1, int64(v.Day), v.Counted, v.Needed, string(v.Outcome), int64(v.Next), tx.Now.UnixMicro())
	a.Reviews = append(a.Reviews, v)
	return err
}

// Finish ends an appointment.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, a *Appointment, kind, reason string) error {
	if !a.Holds() {
		return ErrAsSilver
	}
	a.End = &Stepped{Step: kind, Words: reason, By: tx.Actor.ID, At: tx.Now}
	_, err := tx.Exec(ctx, "INSERT INTO growth_end (community_id, appointment_id, kind, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], a.ID[:], kind, reason, tx.Actor.ID[:], tx.Now.UnixMicro())
	return err
}

// Rest notes that a level rests while the membership has lapsed, or goes on (L-09).
func (s *Service) Rest(ctx context.Context, tx *db.Tx, a *Appointment, rests bool) error {
	if rests == !a.Paused.IsZero() || !a.Holds() {
		return nil
	}
	if rests {
		a.pauses, a.Paused = a.pauses+1, tx.Now
		_, err := tx.Exec(ctx, "INSERT INTO growth_pause (community_id, appointment_id, no, paused_at) VALUES (?, ?, ?, ?)", tx.Community[:], a.ID[:], a.pauses, tx.Now.UnixMicro())
		return err
	}
	a.Paused = time.Time{}
	_, err := tx.Exec(ctx, "INSERT INTO growth_resumption (community_id, appointment_id, no, resumed_at) VALUES (?, ?, ?, ?)", tx.Community[:], a.ID[:], a.pauses, tx.Now.UnixMicro())
	return err
}

// Raised is how many members of each leader's former team lead teams now (L-07).
func (s *Service) Raised(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]int, error) {
	return counts(ctx, r, `SELECT a.raised_by, count(DISTINCT a.member_id) FROM growth_appointment a
		LEFT JOIN growth_end e ON e.community_id = a.community_id AND e.appointment_id = a.id
		WHERE a.community_id = ? AND a.level = ? AND e.kind IS NULL GROUP BY a.raised_by`, community[:], int64(policy.Gold))
}
