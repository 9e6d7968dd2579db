package recruit

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to calls for people. Every tx belongs to "~".
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Publish publishes a call. One that reopens another does so when that is over and
// appointed nobody.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, c Call) (_ *Call, err error) {
	defer fault.Wrap(&err, "recruit: publish")
	if err := c.validate(tx.Now); err != nil {
		return nil, err
	}
	all, err := s.Calls(ctx, tx, c.Home, 200)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.Open(tx.Now) && o.Role == c.Role && o.Title == c.Title {
			return nil, ErrThere.On("title")
		}
	}
	if !c.Reopens.IsZero() {
		if err := s.mayReopen(ctx, tx, c.Reopens, c.Home); err != nil {
			return nil, err
		}
	}
	c.ID, c.At, c.By, c.Ended = tx.NewID(), tx.Now, tx.Actor.ID, nil
	_, err = tx.Exec(ctx, `INSERT INTO recruit_call (community_id, id, home_id, role, title, conditions, wanted, months, until_at, reopens_id, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id.Tilde[:], c.ID[:], c.Home[:], string(c.Role), c.Title, c.Conditions, c.Wanted, c.Months, c.Until.UnixMicro(),
		c.Reopens[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return &c, err
}

func (s *Service) mayReopen(ctx context.Context, tx *db.Tx, call, home id.ID) error {
	old, err := s.CallByID(ctx, tx, call)
	switch {
	case err != nil:
		return err
	case old.Home != home:
		return ErrNoCall
	case old.Open(tx.Now):
		return ErrThere.On("title")
	}
	all, err := s.Applications(ctx, tx, call)
	for _, a := range all {
		if a.Answered != nil && a.Answered.Answer == Appointed {
			return ErrFound
		}
	}
	return err
}

// Close closes a call before its time.
func (s *Service) Close(ctx context.Context, tx *db.Tx, call id.ID, words string) (c *Call, err error) {
	defer fault.Wrap(&err, "recruit: close")
	c, err = s.CallByID(ctx, tx, call)
	switch {
	case err != nil:
		return nil, err
	case !c.Open(tx.Now):
		return c, ErrClosed
	case !text.Line(words, 200):
		return c, ErrBadWords.On("words")
	}
	_, err = tx.Exec(ctx, "INSERT INTO recruit_call_end (community_id, call_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], call[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return c, err
}

// Apply answers a call. While an application of hers waits, it is the answer.
func (s *Service) Apply(ctx context.Context, tx *db.Tx, a Application) (_ *Application, err error) {
	defer fault.Wrap(&err, "recruit: apply")
	if !text.Prose(a.Words, 500) {
		return nil, ErrBadWords.On("words")
	}
	c, err := s.CallByID(ctx, tx, a.Call)
	switch {
	case err != nil:
		return nil, err
	case !c.Open(tx.Now):
		return nil, ErrClosed
	}
	all, err := s.Applications(ctx, tx, a.Call)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.Person == a.Person && (o.Answered == nil || o.Answered.Answer != Withdrawn) {
			return o, nil
		}
	}
	a.ID, a.At, a.Answered = tx.NewID(), tx.Now, nil
	named := 0
	if a.Named {
		named = 1
	}
	_, err = tx.Exec(ctx, "INSERT INTO recruit_application (community_id, id, call_id, person_id, words, named, applied_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], a.ID[:], a.Call[:], a.Person[:], a.Words, named, tx.Now.UnixMicro())
	return &a, err
}

// Note notes what a reviewer thinks, and when she wants to talk. Nobody reviews her
// own application.
func (s *Service) Note(ctx context.Context, tx *db.Tx, application id.ID, n Note) (a *Application, err error) {
	defer fault.Wrap(&err, "recruit: note")
	a, err = s.waiting(ctx, tx, application)
	switch {
	case err != nil:
		return nil, err
	case a.Person == tx.Actor.ID:
		return nil, ErrOwn
	case !text.ShortLine(n.Words, 200) || n.Words == "" && n.Interview.IsZero():
		return nil, ErrBadWords.On("words")
	case !n.Interview.IsZero() && !n.Interview.After(tx.Now):
		return nil, ErrBadInterview.On("interview")
	}
	var at int64
	if !n.Interview.IsZero() {
		at = n.Interview.UnixMicro()
	}
	_, err = tx.Exec(ctx, `INSERT INTO recruit_note (community_id, application_id, noted_at, words, interview_at, noted_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, application_id, noted_at) DO NOTHING`, id.Tilde[:], application[:], tx.Now.UnixMicro(), n.Words, at, tx.Actor.ID[:])
	return a, err
}

func (s *Service) waiting(ctx context.Context, tx *db.Tx, application id.ID) (*Application, error) {
	a, err := s.ApplicationByID(ctx, tx, application)
	if err == nil && a.Answered != nil {
		err = ErrAnswered
	}
	return a, err
}

// Answer ends an application, once. No more are appointed than are wanted, nobody
// answers her own, and who withdraws is who applied.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, application id.ID, answer Answer, words string) (a *Application, c *Call, err error) {
	defer fault.Wrap(&err, "recruit: %s", answer)
	if a, err = s.waiting(ctx, tx, application); err != nil {
		return nil, nil, err
	}
	if c, err = s.CallByID(ctx, tx, a.Call); err != nil {
		return nil, nil, err
	}
	switch own := a.Person == tx.Actor.ID; {
	case answer == Withdrawn && !own:
		return nil, nil, ErrNoApplication
	case answer != Withdrawn && own:
		return nil, nil, ErrOwn
	case answer == Refused && words == "" || !text.ShortLine(words, 200):
		return nil, nil, ErrBadWords.On("words")
	}
	if answer == Appointed {
		all, err := s.Applications(ctx, tx, a.Call)
		if err != nil {
			return nil, nil, err
		}
		if appointed(all) >= c.Wanted {
			return nil, nil, ErrFull
		}
	}
	a.Answered = &Answered{answer, words, tx.Now, tx.Actor.ID}
	_, err = tx.Exec(ctx, "INSERT INTO recruit_answer (community_id, application_id, answer, words, answered_at, answered_by) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], application[:], string(answer), words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return a, c, err
}

func appointed(all []*Application) (n int) {
	for _, a := range all {
		if a.Answered != nil && a.Answered.Answer == Appointed {
			n++
		}
	}
	return n
}

// Forget deletes the applications to a community's calls that were refused or
// withdrawn before an instant; it tells how many.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, home id.ID, before time.Time) (n int, err error) {
	defer fault.Wrap(&err, "recruit: forget")
	var old []id.ID
	err = db.All(ctx, tx, &old, `SELECT a.id FROM recruit_application a
		JOIN recruit_call c ON c.community_id = a.community_id AND c.id = a.call_id
		JOIN recruit_answer x ON x.community_id = a.community_id AND x.application_id = a.id
		WHERE a.community_id = ? AND c.home_id = ? AND x.answer <> 'appointed' AND x.answered_at < ?`, id.Tilde[:], home[:], before.UnixMicro())
	for _, a := range old {
		if err == nil {
			err = drop(ctx, tx, a)
		}
	}
	return len(old), err
}

// Erase takes a person's applications away (A7).
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "recruit: erase %s", person)
	mine, err := s.By(ctx, tx, person)
	for _, a := range mine {
		if err == nil {
			err = drop(ctx, tx, a.ID)
		}
	}
	return err
}

func drop(ctx context.Context, tx *db.Tx, application id.ID) error {
	for _, from := range []string{"recruit_note WHERE community_id = ? AND application_id = ?", "recruit_answer WHERE community_id = ? AND application_id = ?", "recruit_application WHERE community_id = ? AND id = ?"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+from, id.Tilde[:], application[:]); err != nil {
			return err
		}
	}
	return nil
}
