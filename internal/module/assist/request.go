package assist

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals of a request for help, in the order in which they are checked.
var (
	ErrBadWish   = fault.New(fault.Invalid, "assist.bad_wish")
	ErrBadPage   = fault.New(fault.Invalid, "assist.bad_page")
	ErrTooMany   = fault.New(fault.TooMany, "assist.too_many")
	ErrNoRequest = fault.New(fault.NotFound, "assist.no_request")
	ErrTaken     = fault.New(fault.Conflict, "assist.taken")
	ErrSettled   = fault.New(fault.Conflict, "assist.settled")
	ErrNotTaken  = fault.New(fault.Conflict, "assist.not_taken")
	ErrBadWords  = fault.New(fault.Invalid, "assist.bad_words")
)

// Step is what became of a request.
type Step string

// The steps. A request without any is open.
const (
	Open      Step = ""
	Taken     Step = "taken"
	Done      Step = "done"
	Declined  Step = "declined"
	Withdrawn Step = "withdrawn"
)

// Request is a person's wish that her grid worker does something for her.
type Request struct {
	ID        id.ID
	Subject   id.ID
	Household id.ID
	Home      id.ID // the community
	Place     id.ID // the building or grid of the household
	Page      string
	Wish      string
	Asked     time.Time
	Due       time.Time
	Steps     []Stepped // in order
}

// Stepped is one step with who took it.
type Stepped struct {
	Step  Step
	Words string
	At    time.Time
	By    id.ID
}

// State is the latest step.
func (q *Request) State() Step {
	if len(q.Steps) == 0 {
		return Open
	}
	return q.Steps[len(q.Steps)-1].Step
}

// Settled reports whether nothing is to be done any more.
func (q *Request) Settled() bool { return q.State() != Open && q.State() != Taken }

// Taker is who took the request, zero if nobody.
func (q *Request) Taker() id.ID {
	for _, s := range q.Steps {
		if s.Step == Taken {
			return s.By
		}
	}
	return id.ID{}
}

// Late reports whether the answer is overdue.
func (q *Request) Late(now time.Time) bool { return !q.Settled() && now.After(q.Due) }

// Ask notes a request. While one for the same page waits, it is the answer. tx
// belongs to "~".
func (s *Service) Ask(ctx context.Context, tx *db.Tx, q Request) (_ *Request, added bool, err error) {
	defer fault.Wrap(&err, "assist: ask")
	q.Wish = strings.Join(strings.Fields(q.Wish), " ")
	switch {
	case q.Wish == "" || !short(q.Wish, 300):
		return nil, false, ErrBadWish.On("wish")
	case !strings.HasPrefix(q.Page, "/") || strings.HasPrefix(q.Page, "//") || strings.ContainsAny(q.Page, "\\\r\n") || !short(q.Page, 200):
		return nil, false, ErrBadPage.On("page")
	}
	mine, err := s.RequestsOf(ctx, tx, q.Subject)
	if err != nil {
		return nil, false, err
	}
	waiting := 0
	for _, old := range mine {
		if old.Settled() {
			continue
		}
		if old.Page == q.Page && old.Wish == q.Wish {
			return old, false, nil
		}
		waiting++
	}
	if waiting >= MaxOpen {
		return nil, false, ErrTooMany.With("most", MaxOpen)
	}
	q.ID, q.Asked, q.Due, q.Steps = tx.NewID(), tx.Now, tx.Now.Add(AnswerWithin), nil
	_, err = tx.Exec(ctx, "INSERT INTO assist_request (community_id, id, subject_id, household_id, home_id, place_id, page, wish, asked_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], q.ID[:], q.Subject[:], q.Household[:], q.Home[:], q.Place[:], q.Page, q.Wish, q.Asked.UnixMicro(), q.Due.UnixMicro())
	return &q, true, err
}

// Advance takes a request a step further. Only one worker takes it, who alone tells
// how it ended; only its subject withdraws it. Who may at all is the flow's
// question. tx belongs to "~".
func (s *Service) Advance(ctx context.Context, tx *db.Tx, request id.ID, step Step, words string) (_ *Request, err error) {
	defer fault.Wrap(&err, "assist: %s %s", step, request)
	q, err := s.RequestByID(ctx, tx, request)
	if err != nil {
		return nil, err
	}
	by := tx.Actor.ID
	switch {
	case step == Withdrawn && by != q.Subject, step != Withdrawn && by == q.Subject:
		return nil, ErrNoRequest
	case q.Settled():
		return q, ErrSettled
	case step == Taken && q.State() == Taken:
		return q, ErrTaken
	case step == Done && q.State() != Taken:
		return q, ErrNotTaken
	case (step == Done || step == Declined) && q.State() == Taken && q.Taker() != by:
		return q, ErrTaken
	case step == Declined && strings.TrimSpace(words) == "", !short(words, 200):
		return q, ErrBadWords.On("words")
	case !slices.Contains([]Step{Taken, Done, Declined, Withdrawn}, step):
		return q, ErrNoRequest
	}
	if _, err := tx.Exec(ctx, "INSERT INTO assist_request_step (community_id, request_id, step, words, stepped_at, stepped_by) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], request[:], string(step), words, tx.Now.UnixMicro(), by); err != nil {
		return nil, err
	}
	q.Steps = append(q.Steps, Stepped{step, words, tx.Now, by})
	return q, nil
}

// RequestsOf lists a person's latest requests, the latest first.
func (s *Service) RequestsOf(ctx context.Context, r db.Reader, subject id.ID) ([]*Request, error) {
	return requests(ctx, r, "q.subject_id = ? ORDER BY q.id DESC LIMIT 50", subject[:])
}

// EveryRequestOf lists all requests of a person, the oldest first.
func (s *Service) EveryRequestOf(ctx context.Context, r db.Reader, subject id.ID) ([]*Request, error) {
	return requests(ctx, r, "q.subject_id = ? ORDER BY q.id", subject[:])
}

// RequestsIn lists a community's requests since an instant, the oldest first.
func (s *Service) RequestsIn(ctx context.Context, r db.Reader, home id.ID, since time.Time) ([]*Request, error) {
	return requests(ctx, r, "q.home_id = ? AND q.asked_at >= ? ORDER BY q.id LIMIT 2000", home[:], since.UnixMicro())
}

// RequestByID finds a request.
func (s *Service) RequestByID(ctx context.Context, r db.Reader, request id.ID) (*Request, error) {
	all, err := requests(ctx, r, "q.id = ?", request[:])
	if err == nil && len(all) == 0 {
		err = ErrNoRequest
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func requests(ctx context.Context, r db.Reader, where string, args ...any) (all []*Request, err error) {
	byID := make(map[id.ID]*Request)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		q := &Request{}
		var asked, due int64
		if err := rows.Scan(&q.ID, &q.Subject, &q.Household, &q.Home, &q.Place, &q.Page, &q.Wish, &asked, &due); err != nil {
			return err
		}
		q.Asked, q.Due = micros(asked), micros(due)
		all, byID[q.ID] = append(all, q), q
		return nil
	}, "SELECT q.id, q.subject_id, q.household_id, q.home_id, q.place_id, q.page, q.wish, q.asked_at, q.due_at FROM assist_request q WHERE q.community_id = ? AND "+where, append([]any{id.Tilde[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.EachSomeOf(all, func(q *Request) any { return q.ID[:] }, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var request id.ID
			var s Stepped
			var at int64
			if err := rows.Scan(&request, &s.Step, &s.Words, &at, &s.By); err != nil {
				return err
			}
			s.At = micros(at)
			byID[request].Steps = append(byID[request].Steps, s)
			return nil
		}, "SELECT request_id, step, words, stepped_at, stepped_by FROM assist_request_step WHERE community_id = ? AND request_id IN "+in+" ORDER BY stepped_at, CASE step WHEN 'taken' THEN 0 ELSE 1 END", args...)
	}, id.Tilde[:])
}
