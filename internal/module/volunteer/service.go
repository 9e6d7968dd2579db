package volunteer

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to volunteers. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Join makes a volunteer of a person, who is a member of tx's community under a
// pseudonym. Who stopped begins again, with what she says now; what others said of her
// still counts. Whether she agrees is the flow's question.
func (s *Service) Join(ctx context.Context, tx *db.Tx, person, member id.ID, p Profile, skills []Skill) (v *Volunteer, err error) {
	defer fault.Wrap(&err, "volunteer: join")
	if err := p.validate(); err != nil {
		return nil, err
	}
	if err := validSkills(skills); err != nil {
		return nil, err
	}
	v, err = s.ByPerson(ctx, tx, tx.Community, person)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		v = &Volunteer{ID: tx.NewPseudonym(), Person: person}
	case err != nil:
		return nil, err
	case v.State != Stopped:
		return nil, ErrThere
	}
	v.Member, v.Profile, v.State, v.Since, v.Version = member, p, Active, tx.Now, v.Version+1
	if err := putProfile(ctx, tx, v); err != nil {
		return nil, err
	}
	if err := putSkills(ctx, tx, v, skills); err != nil {
		return nil, err
	}
	return v, putStep(ctx, tx, person, Active, "")
}

// Change edits what somebody says of how she wants to help. version is that of the
// profile which she, or who writes for her, saw; if it moved on meanwhile nothing is
// written over.
func (s *Service) Change(ctx context.Context, tx *db.Tx, person id.ID, version int64, edit func(p *Profile)) (v *Volunteer, err error) {
	defer fault.Wrap(&err, "volunteer: change")
	if v, err = s.unmoved(ctx, tx, person, version); err != nil {
		return nil, err
	}
	edit(&v.Profile)
	if err := v.Profile.validate(); err != nil {
		return nil, err
	}
	v.Version++
	return v, putProfile(ctx, tx, v)
}

// Skill says what somebody can do, under Change's conditions. What she leaves out she
// does not say any more; the words and papers of others about it wait until she says
// it again.
func (s *Service) Skill(ctx context.Context, tx *db.Tx, person id.ID, version int64, skills []Skill) (v *Volunteer, err error) {
	defer fault.Wrap(&err, "volunteer: skills")
	if err := validSkills(skills); err != nil {
		return nil, err
	}
	if v, err = s.unmoved(ctx, tx, person, version); err != nil {
		return nil, err
	}
	v.Version++
	if err := putProfile(ctx, tx, v); err != nil {
		return nil, err
	}
	return v, putSkills(ctx, tx, v, skills)
}

// unmoved is a volunteer whose profile is as it was seen.
func (s *Service) unmoved(ctx context.Context, tx *db.Tx, person id.ID, version int64) (*Volunteer, error) {
	v, err := s.here(ctx, tx, person)
	if err == nil && v.Version != version {
		err = ErrChanged
	}
	return v, err
}

// here is a volunteer who has not stopped.
func (s *Service) here(ctx context.Context, tx *db.Tx, person id.ID) (*Volunteer, error) {
	v, err := s.ByPerson(ctx, tx, tx.Community, person)
	if err == nil && v.State == Stopped {
		err = ErrStopped
	}
	return v, err
}

func validSkills(skills []Skill) error {
	switch {
	case len(skills) == 0 || slices.ContainsFunc(skills, func(s Skill) bool { return !s.Leaf() }):
		return ErrBadSkill.On("skills")
	case len(skills) > skillsMost:
		return ErrManySkills.On("skills").With("most", skillsMost)
	}
	return nil
}

// Pause leaves somebody alone until she goes on.
func (s *Service) Pause(ctx context.Context, tx *db.Tx, person id.ID, words string) error {
	return s.step(ctx, tx, person, Paused, words, Active)
}

// Resume goes on after a pause.
func (s *Service) Resume(ctx context.Context, tx *db.Tx, person id.ID) error {
	return s.step(ctx, tx, person, Active, "", Paused)
}

// Stop ends it; she may join again. What she said stays until she is forgotten.
func (s *Service) Stop(ctx context.Context, tx *db.Tx, person id.ID, words string) error {
	return s.step(ctx, tx, person, Stopped, words, Active, Paused)
}

func (s *Service) step(ctx context.Context, tx *db.Tx, person id.ID, to State, words string, from ...State) (err error) {
	defer fault.Wrap(&err, "volunteer: %s", to)
	if !text.ShortLine(words, 200) {
		return ErrBadWords.On("words")
	}
	v, err := s.ByPerson(ctx, tx, tx.Community, person)
	switch {
	case err != nil:
		return err
	case !slices.Contains(from, v.State):
		return ErrNotThen
	}
	return putStep(ctx, tx, person, to, words)
}

// exceptionsMost is how many exceptions somebody has ahead of her; yearAhead is how
// far ahead they lie.
const (
	exceptionsMost = 60
	yearAhead      = 366 * 24 * time.Hour
)

// Except notes that somebody is away, or free besides. What is over is dropped: nobody
// needs to know where she was.
func (s *Service) Except(ctx context.Context, tx *db.Tx, person id.ID, e Exception) (_ Exception, err error) {
	defer fault.Wrap(&err, "volunteer: %s", e.Kind)
	switch {
	case e.Kind != Away && e.Kind != Extra, !e.To.After(e.From), !e.To.After(tx.Now), e.To.Sub(e.From) > exceptionMost, e.From.After(tx.Now.Add(yearAhead)):
		return e, ErrBadSpan.On("from")
	case !text.ShortLine(e.Words, 60):
		return e, ErrBadWords.On("words")
	}
	v, err := s.here(ctx, tx, person)
	if err != nil {
		return e, err
	}
	ahead := 0
	for _, o := range v.Exceptions {
		if o.Kind == e.Kind && o.From.Equal(e.From) && o.To.Equal(e.To) {
			return o, nil // a second tap
		}
		if o.To.After(tx.Now) {
			ahead++
		}
	}
	if ahead >= exceptionsMost {
		return e, ErrManyExceptions.With("most", exceptionsMost)
	}
	e.ID = tx.NewID()
	return e, putException(ctx, tx, person, e)
}

// Usual takes an exception back.
func (s *Service) Usual(ctx context.Context, tx *db.Tx, person, exception id.ID) (err error) {
	defer fault.Wrap(&err, "volunteer: as usual")
	n, err := tx.Exec(ctx, "DELETE FROM volunteer_exception WHERE community_id = ? AND id = ? AND person_id = ?", tx.Community[:], exception[:], person[:])
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrNoException
	}
	return touch(ctx, tx)
}
