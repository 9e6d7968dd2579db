package points

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of the queue.
var (
	ErrNoTicket  = fault.New(fault.NotFound, "points.no_ticket")
	ErrNotWaited = fault.New(fault.Conflict, "points.ticket_over")
	ErrNobody    = fault.New(fault.Conflict, "points.nobody_waits")
)

// Step is what happened to a number of the queue.
type Step string

// The steps. A number waits, is called, and then served, or passed when nobody came:
// it may be called again the same day. It is left when its redemption ends otherwise.
const (
	Called Step = "called"
	Passed Step = "passed"
	Served Step = "served"
	Left   Step = "left"
)

// Over reports whether a number is done with.
func (s Step) Over() bool { return s == Served || s == Left }

// Ticket is a number in the queue of a counter on a day.
type Ticket struct {
	ID         id.ID
	Counter    id.ID
	Day        period.Day
	Number     int64
	Redemption id.ID
	At         time.Time
	Step       Step // the last one, "" while it waits for the first time
	Steps      int64
	StepAt     time.Time
}

// Queue gives a waiting redemption a number for the day; who has one keeps it.
func (s *Service) Queue(ctx context.Context, tx *db.Tx, r *Redemption, day period.Day) (t Ticket, err error) {
	defer fault.Wrap(&err, "points: take a number")
	if err := r.Waiting(tx.Now); err != nil {
		return t, err
	}
	mine, err := tickets(ctx, tx, tx.Community, "t.redemption_id = ? AND t.day = ?", r.ID[:], int64(day))
	if err != nil {
		return t, err
	}
	if len(mine) > 0 {
		return mine[0], nil
	}
	var last int64
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(number), 0) FROM points_ticket WHERE community_id = ? AND counter_id = ? AND day = ?", tx.Community[:], r.Counter[:], int64(day)); err != nil {
		return t, err
	}
	t = Ticket{ID: tx.NewID(), Counter: r.Counter, Day: day, Number: last + 1, Redemption: r.ID, At: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO points_ticket (community_id, id, counter_id, day, number, redemption_id, taken_by, taken_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Counter[:], int64(day), t.Number, r.ID[:], tx.Actor.String(), tx.Now.UnixMicro())
	return t, err
}

// Next calls the first number that waits, one that was passed after all others.
func (s *Service) Next(ctx context.Context, tx *db.Tx, counter id.ID, day period.Day) (t Ticket, err error) {
	all, err := s.TicketsOf(ctx, tx, tx.Community, counter, day)
	if err != nil {
		return t, err
	}
	for _, wanted := range []Step{"", Passed} {
		for _, t := range all {
			if t.Step == wanted {
				return t, s.Note(ctx, tx, &t, Called)
			}
		}
	}
	return t, ErrNobody
}

// Note takes a number a step further.
func (s *Service) Note(ctx context.Context, tx *db.Tx, t *Ticket, step Step) error {
	if t.Step.Over() || step == Passed && t.Step != Called {
		return ErrNotWaited.With("step", string(t.Step))
	}
	t.Step, t.Steps, t.StepAt = step, t.Steps+1, tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO points_ticket_step (community_id, ticket_id, n, step, done_by, done_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Steps, string(step), tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// EndTickets ends the numbers of a redemption that ended.
func (s *Service) EndTickets(ctx context.Context, tx *db.Tx, redemption id.ID, step Step) error {
	all, err := tickets(ctx, tx, tx.Community, "t.redemption_id = ?", redemption[:])
	if err != nil {
		return err
	}
	for i := range all {
		if !all[i].Step.Over() {
			if err := s.Note(ctx, tx, &all[i], step); err != nil {
				return err
			}
		}
	}
	return nil
}

// TicketsOf lists the numbers of a counter on a day, in their order.
func (s *Service) TicketsOf(ctx context.Context, r db.Reader, community, counter id.ID, day period.Day) ([]Ticket, error) {
	return tickets(ctx, r, community, "t.counter_id = ? AND t.day = ?", counter[:], int64(day))
}

// TicketByID finds a number.
func (s *Service) TicketByID(ctx context.Context, r db.Reader, community, ticket id.ID) (t Ticket, err error) {
	all, err := tickets(ctx, r, community, "t.id = ?", ticket[:])
	if err == nil && len(all) == 0 {
		err = ErrNoTicket
	}
	if err != nil {
		return t, err
	}
	return all[0], nil
}

// TicketOf is the number of a redemption on a day; false if it has none.
func (s *Service) TicketOf(ctx context.Context, r db.Reader, community, redemption id.ID, day period.Day) (t Ticket, has bool, err error) {
	all, err := tickets(ctx, r, community, "t.redemption_id = ? AND t.day = ?", redemption[:], int64(day))
	if err != nil || len(all) == 0 {
		return t, false, err
	}
	return all[0], true, nil
}

func tickets(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Ticket, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var t Ticket
		var at int64
		var step sql.NullString
		var n, done sql.NullInt64
		if err := rows.Scan(&t.ID, &t.Counter, &t.Day, &t.Number, &t.Redemption, &at, &step, &n, &done); err != nil {
			return err
		}
		t.At, t.Step, t.Steps = micros(at), Step(step.String), n.Int64
		if done.Valid {
			t.StepAt = micros(done.Int64)
		}
		all = append(all, t)
		return nil
	}, `SELECT t.id, t.counter_id, t.day, t.number, t.redemption_id, t.taken_at, s.step, s.n, s.done_at
		FROM points_ticket t LEFT JOIN points_ticket_step s ON s.community_id = t.community_id AND s.ticket_id = t.id
			AND s.n = (SELECT MAX(l.n) FROM points_ticket_step l WHERE l.community_id = t.community_id AND l.ticket_id = t.id)
		WHERE t.community_id = ? AND `+where+" ORDER BY t.number", append([]any{community[:]}, args...)...)
	return all, err
}
