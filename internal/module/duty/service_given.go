package duty

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals about free services, in the order in which they are checked.
var (
	ErrNoService   = fault.New(fault.NotFound, "duty.no_service")
	ErrBadWhat     = fault.New(fault.Invalid, "duty.bad_what")
	ErrBadDay      = fault.New(fault.Invalid, "duty.bad_day")
	ErrBadPeople   = fault.New(fault.Invalid, "duty.bad_people")
	ErrBadWorth    = fault.New(fault.Invalid, "duty.bad_worth")
	ErrMonthJudged = fault.New(fault.Conflict, "duty.month_judged")
	ErrAnswered    = fault.New(fault.Conflict, "duty.service_answered")
	ErrBadSlip     = fault.New(fault.Invalid, "duty.bad_slip")
	ErrBadNote     = fault.New(fault.Invalid, "duty.bad_note")
)

// The most that one record of a free service states.
const (
	worthMost  money.Amount = 10_000_00
	peopleMost int          = 500
)

// Given is a service that a shop gave for nothing, with the worth it states (C3). Who
// was served is not written down: she signs a slip, whose number the desk notes.
type Given struct {
	ID       id.ID
	Merchant id.ID
	Day      period.Day
	What     string
	People   int
	Worth    money.Amount // as the shop states it, for all of them together
	At       time.Time
	By       id.ID
	Answer   *Answer // nil while it waits at the desk
}

// Answer is what the desk found.
type Answer struct {
	Confirmed bool
	Worth     money.Amount // that counts: what the shop states, or less
	Slip      string       // number of the paper that was signed
	Note      string
	At        time.Time
	By        id.ID
}

// Counts is how much of it counts for the month.
func (g *Given) Counts() money.Amount {
	if g.Answer == nil || !g.Answer.Confirmed {
		return 0
	}
	return g.Answer.Worth
}

func (g *Given) validate(today period.Day) error {
	switch {
	case !words(g.What, 2, 80, false):
		return ErrBadWhat.On("what")
	case g.Day > today || g.Day < today-62:
		return ErrBadDay.On("day")
	case g.People < 1 || g.People > peopleMost:
		return ErrBadPeople.On("people").With("most", peopleMost)
	case g.Worth < 1 || g.Worth > worthMost:
		return ErrBadWorth.On("worth")
	}
	return nil
}

// Give notes a free service in tx's community; it counts once the desk confirms it. A
// month that is judged takes none any more.
func (s *Service) Give(ctx context.Context, tx *db.Tx, g Given, today period.Day) (_ *Given, err error) {
	defer fault.Wrap(&err, "duty: give a service")
	if err := g.validate(today); err != nil {
		return nil, err
	}
	if err := unjudged(ctx, tx, g.Merchant, g.Day.Month()); err != nil {
		return nil, err
	}
	g.ID, g.At, g.By, g.Answer = tx.NewID(), tx.Now, tx.Actor.ID, nil
	_, err = tx.Exec(ctx, "INSERT INTO duty_service (community_id, id, merchant_id, day, what, people, worth, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], g.ID[:], g.Merchant[:], int64(g.Day), g.What, g.People, int64(g.Worth), tx.Now.UnixMicro(), tx.Actor.ID)
	return &g, err
}

// Answer notes what the desk found of a service: confirmed by who was served, for as
// much as is stated or less, or not. It is found once.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, service id.ID, a Answer) (_ *Given, err error) {
	defer fault.Wrap(&err, "duty: answer a service")
	g, err := s.GivenByID(ctx, tx, tx.Community, service)
	switch {
	case err != nil:
		return nil, err
	case g.Answer != nil:
		return g, ErrAnswered
	case a.Confirmed && (a.Worth < 1 || a.Worth > g.Worth):
		return nil, ErrBadWorth.On("worth")
	case a.Confirmed && !words(a.Slip, 1, 40, false):
		return nil, ErrBadSlip.On("slip")
	case !a.Confirmed && !words(a.Note, 2, 200, false) || !words(a.Note, 0, 200, false):
		return nil, ErrBadNote.On("note")
	}
	if err := unjudged(ctx, tx, g.Merchant, g.Day.Month()); err != nil {
		return nil, err
	}
	if !a.Confirmed {
		a.Worth, a.Slip = 0, ""
	}
	a.At, a.By = tx.Now, tx.Actor.ID
	g.Answer = &a
	_, err = tx.Exec(ctx, "INSERT INTO duty_service_answer (community_id, service_id, confirmed, worth, slip, note, answered_at, answered_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], service[:], a.Confirmed, int64(a.Worth), a.Slip, a.Note, tx.Now.UnixMicro(), tx.Actor.ID)
	return g, err
}

func unjudged(ctx context.Context, tx *db.Tx, merchant id.ID, month period.Month) error {
	var n int
	err := db.One(ctx, tx, &n, "SELECT COUNT(*) FROM duty_month WHERE community_id = ? AND merchant_id = ? AND month = ?", tx.Community[:], merchant[:], int64(month))
	if err == nil && n > 0 {
		err = ErrMonthJudged
	}
	return err
}

// GivenByID finds a free service.
func (s *Service) GivenByID(ctx context.Context, r db.Reader, community, service id.ID) (*Given, error) {
	all, err := given(ctx, r, "s.id = ?", community[:], service[:])
	if err == nil && len(all) == 0 {
		err = ErrNoService
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// GivenBy lists the free services of a shop on days from ≤ day ≤ to, the latest first.
func (s *Service) GivenBy(ctx context.Context, r db.Reader, community, merchant id.ID, from, to period.Day) ([]Given, error) {
	return given(ctx, r, "s.merchant_id = ? AND s.day >= ? AND s.day <= ? ORDER BY s.day DESC, s.id DESC", community[:], merchant[:], int64(from), int64(to))
}

// GivenWaiting lists the free services that wait at the desk, the oldest first.
func (s *Service) GivenWaiting(ctx context.Context, r db.Reader, community id.ID) ([]Given, error) {
	return given(ctx, r, "a.service_id IS NULL ORDER BY s.day, s.id LIMIT 500", community[:])
}

// GivenWorth is what the confirmed services of each shop on days from ≤ day ≤ to were
// worth.
func (s *Service) GivenWorth(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (map[id.ID]money.Amount, error) {
	worth := make(map[id.ID]money.Amount)
	return worth, db.Each(ctx, r, func(rows *sql.Rows) error {
		var merchant id.ID
		var sum money.Amount
		err := rows.Scan(&merchant, &sum)
		worth[merchant] = sum
		return err
	}, `SELECT s.merchant_id, CAST(SUM(a.worth) AS BIGINT) FROM duty_service s JOIN duty_service_answer a ON a.community_id = s.community_id AND a.service_id = s.id
		WHERE s.community_id = ? AND s.day >= ? AND s.day <= ? GROUP BY s.merchant_id`, community[:], int64(from), int64(to))
}

func given(ctx context.Context, r db.Reader, where string, args ...any) (all []Given, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Given
		var at int64
		var confirmed sql.NullBool
		var worth, answered sql.NullInt64
		var slip, note sql.NullString
		var by id.ID
		if err := rows.Scan(&g.ID, &g.Merchant, &g.Day, &g.What, &g.People, &g.Worth, &at, &g.By, &confirmed, &worth, &slip, &note, &answered, &by); err != nil {
			return err
		}
		g.At = micros(at)
		if confirmed.Valid {
			g.Answer = &Answer{confirmed.Bool, money.Amount(worth.Int64), slip.String, note.String, micros(answered.Int64), by}
		}
		all = append(all, g)
		return nil
	}, `SELECT s.id, s.merchant_id, s.day, s.what, s.people, s.worth, s.noted_at, s.noted_by, a.confirmed, a.worth, a.slip, a.note, a.answered_at, a.answered_by
		FROM duty_service s LEFT JOIN duty_service_answer a ON a.community_id = s.community_id AND a.service_id = s.id
		WHERE s.community_id = ? AND `+where, args...)
	return all, err
}
