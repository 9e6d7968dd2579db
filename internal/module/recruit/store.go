package recruit

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}

// Calls lists a community's calls, the latest first.
func (s *Service) Calls(ctx context.Context, r db.Reader, home id.ID, limit int) ([]*Call, error) {
	return calls(ctx, r, " AND c.home_id = ? ORDER BY c.made_at DESC, c.id LIMIT ?", home[:], limit)
}

// CallByID finds a call.
func (s *Service) CallByID(ctx context.Context, r db.Reader, call id.ID) (*Call, error) {
	all, err := calls(ctx, r, " AND c.id = ?", call[:])
	if err == nil && len(all) == 0 {
		err = ErrNoCall
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func calls(ctx context.Context, r db.Reader, where string, args ...any) (all []*Call, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Call{}
		var until, at int64
		var words *string
		var ended *int64
		if err := rows.Scan(&c.ID, &c.Home, &c.Role, &c.Title, &c.Conditions, &c.Wanted, &c.Months, &until, &c.Reopens, &at, &c.By, &words, &ended); err != nil {
			return err
		}
		c.Until, c.At = micros(until), micros(at)
		if words != nil {
			c.Ended = &End{*words, micros(*ended)}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.home_id, c.role, c.title, c.conditions, c.wanted, c.months, c.until_at, c.reopens_id, c.made_at, c.made_by, e.words, e.ended_at FROM recruit_call c
		LEFT JOIN recruit_call_end e ON e.community_id = c.community_id AND e.call_id = c.id WHERE c.community_id = ?`+where, append([]any{id.Tilde[:]}, args...)...)
	return all, err
}

// Applications lists the answers to a call, the oldest first.
func (s *Service) Applications(ctx context.Context, r db.Reader, call id.ID) ([]*Application, error) {
	return applications(ctx, r, " AND a.call_id = ? ORDER BY a.applied_at, a.id", call)
}

// By lists a person's applications, the latest first.
func (s *Service) By(ctx context.Context, r db.Reader, person id.ID) ([]*Application, error) {
	return applications(ctx, r, " AND a.person_id = ? ORDER BY a.applied_at DESC, a.id", person)
}

// ApplicationByID finds an application.
func (s *Service) ApplicationByID(ctx context.Context, r db.Reader, application id.ID) (*Application, error) {
	all, err := applications(ctx, r, " AND a.id = ?", application)
	if err == nil && len(all) == 0 {
		err = ErrNoApplication
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func applications(ctx context.Context, r db.Reader, where string, arg id.ID) (all []*Application, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		a := &Application{}
		var named, at int64
		var answer, words *string
		var answered *int64
		var by []byte
		if err := rows.Scan(&a.ID, &a.Call, &a.Person, &a.Words, &named, &at, &answer, &words, &answered, &by); err != nil {
			return err
		}
		a.Named, a.At = named == 1, micros(at)
		if answer != nil {
			a.Answered = &Answered{Answer: Answer(*answer), Words: *words, At: micros(*answered)}
			copy(a.Answered.By[:], by)
		}
		all = append(all, a)
		return nil
	}, `SELECT a.id, a.call_id, a.person_id, a.words, a.named, a.applied_at, x.answer, x.words, x.answered_at, x.answered_by FROM recruit_application a
		LEFT JOIN recruit_answer x ON x.community_id = a.community_id AND x.application_id = a.id WHERE a.community_id = ?`+where, id.Tilde[:], arg[:])
	return all, err
}

// Notes are what reviewers wrote of an application, the latest first.
func (s *Service) Notes(ctx context.Context, r db.Reader, application id.ID) (all []Note, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Note
		var at, interview int64
		if err := rows.Scan(&n.Words, &interview, &at, &n.By); err != nil {
			return err
		}
		n.At, n.Interview = micros(at), micros(interview)
		all = append(all, n)
		return nil
	}, "SELECT words, interview_at, noted_at, noted_by FROM recruit_note WHERE community_id = ? AND application_id = ? ORDER BY noted_at DESC", id.Tilde[:], application[:])
	return all, err
}

// Homes are the communities that ever published a call.
func (s *Service) Homes(ctx context.Context, r db.Reader) (homes []id.ID, err error) {
	err = db.All(ctx, r, &homes, "SELECT DISTINCT home_id FROM recruit_call WHERE community_id = ?", id.Tilde[:])
	return homes, err
}
