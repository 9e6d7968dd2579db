package training

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to training.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Plan plans a session, and the same again each week for weeks in all. What lies at
// the same hour is refused: a second tap plans nothing.
func (s *Service) Plan(ctx context.Context, tx *db.Tx, first Session, weeks int) (planned []*Session, err error) {
	defer fault.Wrap(&err, "training: plan")
	if weeks < 1 || weeks > WeeksMost {
		return nil, ErrBadWeeks.On("weeks").With("most", WeeksMost)
	}
	for w := range weeks {
		n := first
		n.Begins, n.Ends = n.Begins.AddDate(0, 0, 7*w), n.Ends.AddDate(0, 0, 7*w)
		if err := n.Validate(tx.Now); err != nil {
			return nil, err
		}
		others, err := s.Between(ctx, tx, tx.Community, n.Begins, n.Begins.Add(time.Microsecond))
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			if o.Off == nil {
				return nil, ErrTaken.On("begins")
			}
		}
		secret := tx.NewSecret()
		n.ID, n.At, n.By, n.Code = tx.NewID(), tx.Now, tx.Actor.ID, fmt.Sprintf("%06d", (int(secret[0])<<16|int(secret[1])<<8|int(secret[2]))%1_000_000)
		if err := insertSession(ctx, tx, &n); err != nil {
			return nil, err
		}
		planned = append(planned, &n)
	}
	return planned, nil
}

// CallOff calls a session off that has not begun.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, session id.ID, words string) (off *Session, err error) {
	defer fault.Wrap(&err, "training: call off %s", session)
	if off, err = s.ahead(ctx, tx, session); err != nil {
		return nil, err
	}
	if !text.Line(words, 200) {
		return nil, ErrBadWords.On("words")
	}
	off.Off = &Off{words, tx.Now, tx.Actor.ID}
	_, err = tx.Exec(ctx, "INSERT INTO training_off (community_id, session_id, words, off_at, off_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], session[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return off, err
}

// ahead is a session that can still be joined and left.
func (s *Service) ahead(ctx context.Context, tx *db.Tx, session id.ID) (*Session, error) {
	found, err := s.ByID(ctx, tx, tx.Community, session)
	switch {
	case err != nil:
		return nil, err
	case found.Off != nil:
		return found, ErrOff
	case !tx.Now.Before(found.Begins):
		return found, ErrBegun
	}
	return found, nil
}

// SignUp takes a shop in: the first ones get a seat, the others wait in the order in
// which they came. Who is in the queue already stays where it is.
func (s *Service) SignUp(ctx context.Context, tx *db.Tx, session, shop id.ID) (_ Signup, err error) {
	defer fault.Wrap(&err, "training: sign up")
	to, err := s.ahead(ctx, tx, session)
	if err != nil {
		return Signup{}, err
	}
	queue, err := s.Queue(ctx, tx, tx.Community, to)
	if err != nil {
		return Signup{}, err
	}
	if held, ok := of(queue, shop); ok {
		return held, nil
	}
	var last int64
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(n), 0) FROM training_signup WHERE community_id = ? AND session_id = ?", tx.Community[:], session[:]); err != nil {
		return Signup{}, err
	}
	n := Signup{Session: session, N: last + 1, Shop: shop, At: tx.Now, By: tx.Actor.ID, Waiting: max(0, len(queue)+1-to.Seats)}
	_, err = tx.Exec(ctx, "INSERT INTO training_signup (community_id, session_id, n, shop_id, signed_at, signed_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], session[:], n.N, shop[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return n, err
}

// Leave takes a shop out before the session begins; moved is who gets its seat, nil
// if nobody waits or it had none.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, session, shop id.ID) (moved *Signup, err error) {
	defer fault.Wrap(&err, "training: leave")
	from, err := s.ahead(ctx, tx, session)
	if err != nil {
		return nil, err
	}
	queue, err := s.Queue(ctx, tx, tx.Community, from)
	if err != nil {
		return nil, err
	}
	held, ok := of(queue, shop)
	if !ok {
		return nil, ErrNotSigned
	}
	if _, err := tx.Exec(ctx, "INSERT INTO training_signoff (community_id, session_id, n, left_at, left_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], session[:], held.N, tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	for i := range queue {
		if held.Waiting == 0 && queue[i].Waiting == 1 {
			queue[i].Waiting = 0
			return &queue[i], nil
		}
	}
	return nil, nil
}

func of(queue []Signup, shop id.ID) (Signup, bool) {
	for _, q := range queue {
		if q.Shop == shop {
			return q, true
		}
	}
	return Signup{}, false
}

// Arrive notes that a shop is there by the code of the room, from the beginning until
// an hour after the end. Who has no seat may have come all the same.
func (s *Service) Arrive(ctx context.Context, tx *db.Tx, session, shop id.ID, code string) (err error) {
	defer fault.Wrap(&err, "training: arrive")
	at, err := s.held(ctx, tx, session)
	switch {
	case err != nil:
		return err
	case tx.Now.After(at.Ends.Add(CodeUntil)):
		return ErrOver
	case subtle.ConstantTimeCompare([]byte(code), []byte(at.Code)) != 1:
		return ErrBadCode.On("code")
	}
	there, err := s.WasThere(ctx, tx, tx.Community, session, shop)
	if err != nil || there {
		return err
	}
	return note(ctx, tx, session, shop, ByCode, "")
}

// List notes from the list who was there. Shops that are noted already stay as they
// are; one that was noted and is not in the list any more was a mistake, and words
// say why.
func (s *Service) List(ctx context.Context, tx *db.Tx, session id.ID, there []id.ID, words string) (err error) {
	defer fault.Wrap(&err, "training: list")
	at, err := s.held(ctx, tx, session)
	switch {
	case err != nil:
		return err
	case tx.Now.After(at.Ends.Add(ListUntil)):
		return ErrOver
	}
	before, err := s.Attendances(ctx, tx, tx.Community, session)
	if err != nil {
		return err
	}
	noted := make(map[id.ID]bool, len(before))
	for _, a := range before {
		noted[a.Shop] = true
	}
	for _, shop := range there {
		if !noted[shop] {
			if err := note(ctx, tx, session, shop, ByList, ""); err != nil {
				return err
			}
		}
		delete(noted, shop)
	}
	if len(noted) > 0 && !text.Line(words, 200) {
		return ErrBadWords.On("words")
	}
	for shop := range noted {
		if err := note(ctx, tx, session, shop, absent, words); err != nil {
			return err
		}
	}
	return nil
}

// held is a session that has begun and took place.
func (s *Service) held(ctx context.Context, tx *db.Tx, session id.ID) (*Session, error) {
	at, err := s.ByID(ctx, tx, tx.Community, session)
	switch {
	case err != nil:
		return nil, err
	case at.Off != nil:
		return at, ErrOff
	case tx.Now.Before(at.Begins):
		return at, ErrNotBegun
	}
	return at, nil
}

// Hand adds material to a session, at any time.
func (s *Service) Hand(ctx context.Context, tx *db.Tx, m Material) (_ Material, err error) {
	defer fault.Wrap(&err, "training: material")
	if err := m.validate(); err != nil {
		return m, err
	}
	if _, err := s.ByID(ctx, tx, tx.Community, m.Session); err != nil {
		return m, err
	}
	m.ID, m.At = tx.NewID(), tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO training_material (community_id, id, session_id, title, link, file_id, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], m.ID[:], m.Session[:], m.Title, m.Link, m.File[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return m, err
}

// TakeBack takes material off the page.
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, session, material id.ID) (err error) {
	defer fault.Wrap(&err, "training: take material back")
	all, err := s.Materials(ctx, tx, tx.Community, session)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.ID == material {
			_, err = tx.Exec(ctx, "INSERT INTO training_material_off (community_id, material_id, off_at, off_by) VALUES (?, ?, ?, ?)",
				tx.Community[:], material[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
			return err
		}
	}
	return ErrNoMaterial
}

// Judge notes what a shop that was there thought of it, once.
func (s *Service) Judge(ctx context.Context, tx *db.Tx, session id.ID, f Feedback) (err error) {
	defer fault.Wrap(&err, "training: feedback")
	if f.Stars < 1 || f.Stars > 5 {
		return ErrBadStars.On("stars")
	}
	if !text.ShortProse(f.Words, 300) {
		return ErrBadWords.On("words")
	}
	there, err := s.WasThere(ctx, tx, tx.Community, session, f.Shop)
	if err != nil {
		return err
	}
	if !there {
		return ErrNotThere
	}
	n, err := tx.Exec(ctx, `INSERT INTO training_feedback (community_id, session_id, shop_id, stars, words, given_at, given_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, session_id, shop_id) DO NOTHING`, tx.Community[:], session[:], f.Shop[:], f.Stars, f.Words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	if err == nil && n == 0 {
		err = ErrGiven
	}
	return err
}

// Record writes the minutes of a session that has begun; earlier ones stay.
func (s *Service) Record(ctx context.Context, tx *db.Tx, session id.ID, words string) (err error) {
	defer fault.Wrap(&err, "training: minutes")
	if !text.Prose(words, 4_000) {
		return ErrBadWords.On("minutes")
	}
	if _, err := s.held(ctx, tx, session); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO training_minutes (community_id, session_id, written_at, words, written_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, session_id, written_at) DO NOTHING`, tx.Community[:], session[:], tx.Now.UnixMicro(), words, tx.Actor.ID[:])
	return err
}

// Remind notes that a session's shops are reminded; first is false if they were.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, session id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO training_reminder (community_id, session_id, reminded_at) VALUES (?, ?, ?) ON CONFLICT (community_id, session_id) DO NOTHING",
		tx.Community[:], session[:], tx.Now.UnixMicro())
	return n == 1, err
}
