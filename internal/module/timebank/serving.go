package timebank

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// AssignmentByID finds an assignment with its steps.
func (s *Service) AssignmentByID(ctx context.Context, r db.Reader, community, assignment id.ID) (*Assignment, error) {
	all, err := findAssignments(ctx, r, community, " AND a.id = ?"+latest, assignment[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// AssignmentsFor are a request's assignments, the newest first.
func (s *Service) AssignmentsFor(ctx context.Context, r db.Reader, community, request id.ID) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, " AND a.request_id = ?"+latest, request[:])
}

// AssignmentsForAll are those of some requests, by request, the newest first.
func (s *Service) AssignmentsForAll(ctx context.Context, r db.Reader, community id.ID, requests []id.ID) (map[id.ID][]*Assignment, error) {
	found := make(map[id.ID][]*Assignment, len(requests))
	err := db.EachSome(requests, func(in string, args []any) error {
		all, err := findAssignments(ctx, r, community, " AND a.request_id IN "+in+latest, args...)
		for _, a := range all {
			found[a.Request] = append(found[a.Request], a)
		}
		return err
	})
	return found, err
}

// AssignmentsByIDs finds several assignments with their steps, by id.
func (s *Service) AssignmentsByIDs(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]*Assignment, error) {
	found := make(map[id.ID]*Assignment, len(which))
	err := db.EachSome(which, func(in string, args []any) error {
		all, err := findAssignments(ctx, r, community, " AND a.id IN "+in+latest, args...)
		for _, a := range all {
			found[a.ID] = a
		}
		return err
	})
	return found, err
}

// AssignmentsOf are a helper's since an instant, the newest first.
func (s *Service) AssignmentsOf(ctx context.Context, r db.Reader, community, helper id.ID, since time.Time) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, " AND a.helper_id = ? AND a.made_at >= ?"+latest, helper[:], since.UnixMicro())
}

// AssignmentsOfSome are those of some helpers since an instant, by helper, the newest first.
func (s *Service) AssignmentsOfSome(ctx context.Context, r db.Reader, community id.ID, helpers []id.ID, since time.Time) (map[id.ID][]*Assignment, error) {
	return ofSome(ctx, r, community, helpers, " AND a.made_at >= ?", since.UnixMicro())
}

// RunningOfSome are those of some helpers that have not ended, by helper, the newest first.
func (s *Service) RunningOfSome(ctx context.Context, r db.Reader, community id.ID, helpers []id.ID) (map[id.ID][]*Assignment, error) {
	return ofSome(ctx, r, community, helpers, running)
}

func ofSome(ctx context.Context, r db.Reader, community id.ID, helpers []id.ID, where string, args ...any) (map[id.ID][]*Assignment, error) {
	found := make(map[id.ID][]*Assignment, len(helpers))
	err := db.EachSome(helpers, func(in string, args []any) error {
		all, err := findAssignments(ctx, r, community, where+" AND a.helper_id IN "+in+latest, args...)
		for _, a := range all {
			found[a.Helper] = append(found[a.Helper], a)
		}
		return err
	}, args...)
	return found, err
}

// AssignmentsSince are all of a community since an instant, the newest first.
func (s *Service) AssignmentsSince(ctx context.Context, r db.Reader, community id.ID, since time.Time) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, " AND a.made_at >= ?"+latest, since.UnixMicro())
}

// AssignmentsOfShop are those that a shop's people took since an instant, the newest first.
func (s *Service) AssignmentsOfShop(ctx context.Context, r db.Reader, community, shop id.ID, since time.Time) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, " AND a.shop_id = ? AND a.made_at >= ?"+latest, shop[:], since.UnixMicro())
}

// running leaves what has not come to an end.
const running = ` AND NOT EXISTS (SELECT 1 FROM timebank_step z WHERE z.community_id = a.community_id AND z.assignment_id = a.id
	AND z.state IN ('accepted', 'settled', 'given_back', 'called_off', 'missed', 'excused', 'lapsed'))`

// Running are the assignments that have not ended, the newest first.
func (s *Service) Running(ctx context.Context, r db.Reader, community id.ID) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, running+latest)
}

// RunningOf are those of a helper.
func (s *Service) RunningOf(ctx context.Context, r db.Reader, community, helper id.ID) ([]*Assignment, error) {
	return findAssignments(ctx, r, community, " AND a.helper_id = ?"+running+latest, helper[:])
}

// Step takes an assignment on; a way that there is not is refused.
func (s *Service) Step(ctx context.Context, tx *db.Tx, a *Assignment, step Step) error {
	step.Words = text.Clean(step.Words)
	switch {
	case !a.State().May(step.State):
		return ErrNoWay
	case !text.ShortProse(step.Words, wordsMost):
		return ErrBadWords.On("words").With("most", wordsMost)
	case needsReason[step.State] && step.Words == "" && !tx.Actor.ID.IsZero():
		return ErrNoReason.On("words")
	}
	step.At, step.By = tx.Now, tx.Actor.ID
	if err := insertStep(ctx, tx, a.ID, len(a.Steps)+1, step); err != nil {
		return err
	}
	a.Steps = append(a.Steps, step)
	return nil
}

// needsReason are the states of which a person says why.
var needsReason = map[State]bool{GivenBack: true, Missed: true, Excused: true, Disputed: true, Settled: true, Undone: true}

// Begin is the check-in: by the code that the served person says, or by place, so many
// metres from the door. It is refused long before the time and long after.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, q *Request, a *Assignment, typed string, near int, early, late time.Duration) error {
	switch {
	case a.State() != Promised:
		return ErrNoWay
	case tx.Now.Before(q.From.Add(-early)):
		return ErrTooEarly.With("minutes", int(early.Minutes()))
	case tx.Now.After(q.Ends().Add(late)):
		return ErrTooLate
	case near < 0 && subtle.ConstantTimeCompare([]byte(strings.TrimSpace(typed)), []byte(a.Code)) != 1:
		return ErrBadCode.On("code")
	}
	return s.Step(ctx, tx, a, Step{State: Begun, Near: near})
}

// Finish is the check-out. A kind that asks for a picture is not finished without one.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, q *Request, a *Assignment, words string) error {
	if a.State() != Begun {
		return ErrNoWay
	}
	if q.Proof {
		proofs, err := s.Proofs(ctx, tx, tx.Community, a.ID)
		if err != nil {
			return err
		}
		if len(proofs) == 0 {
			return ErrNeedsProof.On("picture")
		}
	}
	return s.Step(ctx, tx, a, Step{State: Finished, Minutes: a.Took(tx.Now, q.Minutes), Words: words, Near: -1})
}

// Prove adds a picture to what is going on.
func (s *Service) Prove(ctx context.Context, tx *db.Tx, a *Assignment, file id.ID) error {
	if a.State() != Begun && a.State() != Finished {
		return ErrNoWay
	}
	_, err := tx.Exec(ctx, `INSERT INTO timebank_proof (community_id, assignment_id, file_id, added_at, added_by) VALUES (?, ?, ?, ?, ?)`,
		tx.Community[:], a.ID[:], file[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Proofs are the pictures of an assignment, the first first.
func (s *Service) Proofs(ctx context.Context, r db.Reader, community, assignment id.ID) (files []id.ID, err error) {
	err = db.All(ctx, r, &files, "SELECT file_id FROM timebank_proof WHERE community_id = ? AND assignment_id = ? ORDER BY added_at, file_id", community[:], assignment[:])
	return files, err
}

// Close ends a request whose places have all come to their end, as done if anybody was
// served. It reports whether it did.
func (s *Service) Close(ctx context.Context, tx *db.Tx, q *Request) (bool, error) {
	if q.End != nil {
		return false, nil
	}
	all, err := s.AssignmentsFor(ctx, tx, tx.Community, q.ID)
	if err != nil || len(Free(q, all)) > 0 {
		return false, err
	}
	how := Expired
	for _, a := range all {
		switch state := a.State(); {
		case !state.Over():
			return false, nil
		case state.Served():
			how = Done
		}
	}
	return true, s.End(ctx, tx, q, how, "")
}
