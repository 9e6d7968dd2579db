package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to notices. It remembers for a moment how many a person has
// not read, so that the bell on every page costs no read.
type Service struct {
	mu     sync.Mutex
	unread map[id.ID]counted
	open   map[Way]bool
}

type counted struct {
	n  int
	at time.Time
}

// New makes the service. open are the ways that leave the house and have a provider;
// the others are not taken.
func New(open ...Way) *Service {
	s := &Service{unread: make(map[id.ID]counted)}
	s.Offer(open...)
	return s
}

// Offer says which ways have a provider; it is called before anything is delivered.
func (s *Service) Offer(open ...Way) {
	s.open = make(map[Way]bool, len(open))
	for _, w := range open {
		s.open[w] = true
	}
}

// Offered reports whether a way has a provider.
func (s *Service) Offered(w Way) bool { return w == Inbox || s.open[w] }

// Send stages a notice in the transaction of its cause, of whatever community: it
// is delivered after the commit, or never if the transaction refuses.
func (s *Service) Send(ctx context.Context, tx *db.Tx, n Notice) (err error) {
	defer fault.Wrap(&err, "notice: send %s", n.Kind)
	if _, ok := KindOf(n.Kind); !ok {
		return ErrNoKind.With("kind", n.Kind)
	}
	if n.Person.IsZero() && n.Member == "" || n.Cause == "" {
		return fmt.Errorf("it is for nobody, or about nothing: %+v", n)
	}
	if n.At.IsZero() {
		n.At = tx.Now
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return tx.Emit(ctx, Staged, string(text))
}

// Decode reads the payload of a Staged note.
func Decode(payload string) (n Notice, err error) {
	err = json.Unmarshal([]byte(payload), &n)
	return n, err
}

// Reach is what is known of the ways to a person when a notice is delivered.
type Reach struct {
	Zone   *time.Location // of the community whose hours she keeps
	Phone  bool
	WeChat bool
}

// Deliver puts a notice into the inbox and decides how it leaves the house. A notice
// that was delivered before changes nothing. tx belongs to "~".
func (s *Service) Deliver(ctx context.Context, tx *db.Tx, n Notice, reach Reach) (err error) {
	defer fault.Wrap(&err, "notice: deliver %s", n.Kind)
	k, ok := KindOf(n.Kind)
	if !ok {
		return ErrNoKind.With("kind", n.Kind)
	}
	c, err := s.Choices(ctx, tx, n.Person)
	if err != nil || !c.Wants(k, Inbox) {
		return err
	}
	it := Item{ID: tx.NewID(), Person: n.Person, Kind: k, Cause: n.Cause, Place: n.Place, Args: n.Args, Link: n.Link, At: n.At}
	added, err := insert(ctx, tx, it)
	if err != nil || !added {
		return err
	}
	s.forget(n.Person)
	return s.route(ctx, tx, it, c, reach)
}

// route makes the deliveries of a notice that is new in the inbox.
func (s *Service) route(ctx context.Context, tx *db.Tx, it Item, c Choices, reach Reach) error {
	open, err := s.reaching(ctx, tx, it.Person, reach)
	if err != nil || len(open) == 0 {
		return err
	}
	sent := make(map[Way]int)
	for _, w := range open {
		if sent[w], err = sentSince(ctx, tx, it.Person, it.Kind.ID, w, tx.Now.Add(-it.Kind.Per)); err != nil {
			return err
		}
	}
	for _, step := range plan(it.Kind, c, open, func(w Way) int { return sent[w] }, tx.Now.In(reach.Zone)) {
		if step.held {
			err = hold(ctx, tx, it, step)
		} else {
			_, err = enqueue(ctx, tx, it.ID, it.Person, it.Kind.ID, step)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reaching lists the ways out of the house that have a provider and lead to her.
func (s *Service) reaching(ctx context.Context, tx *db.Tx, person id.ID, reach Reach) (ways []Way, err error) {
	if s.open[Push] {
		devices, err := s.Devices(ctx, tx, person)
		if err != nil {
			return nil, err
		}
		if len(devices) > 0 {
			ways = append(ways, Push)
		}
	}
	if s.open[WeChat] && reach.WeChat {
		ways = append(ways, WeChat)
	}
	if s.open[SMS] && reach.Phone {
		ways = append(ways, SMS)
	}
	return ways, nil
}

// Begin notes that a person has signed in: from her first time on she is told of
// purchases. tx belongs to "~".
func (s *Service) Begin(ctx context.Context, tx *db.Tx, person id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO notice_reader (community_id, person_id, since) VALUES (?, ?, ?) ON CONFLICT (community_id, person_id) DO NOTHING",
		id.Tilde[:], person[:], tx.Now.UnixMicro())
	return err
}

// Readers tells since when each of some people has been reading; who never signed in
// is missing.
func (s *Service) Readers(ctx context.Context, r db.Reader, people []id.ID) (map[id.ID]time.Time, error) {
	since := make(map[id.ID]time.Time, len(people))
	return since, db.EachSome(people, func(in string, args []any) error {
		var rows []struct {
			Person id.ID `db:"person_id"`
			Since  int64 `db:"since"`
		}
		err := db.All(ctx, r, &rows, "SELECT person_id, since FROM notice_reader WHERE community_id = ? AND person_id IN "+in, args...)
		for _, row := range rows {
			since[row.Person] = time.UnixMicro(row.Since).UTC()
		}
		return err
	}, id.Tilde[:])
}

// AnyReader reports whether anybody ever signed in.
func (s *Service) AnyReader(ctx context.Context, r db.Reader) (bool, error) {
	var n []int64
	err := db.All(ctx, r, &n, "SELECT since FROM notice_reader WHERE community_id = ? LIMIT 1", id.Tilde[:])
	return len(n) > 0, err
}
