package timebank

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to the time bank's records.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Kinds are all kinds of a community as they stand: the catalogue's, changed by its own
// editions, then its own kinds. Those that are not offered there are among them.
func (s *Service) Kinds(ctx context.Context, r db.Reader, community id.ID) (all []Kind, err error) {
	edited := make(map[string]Kind)
	var own []string
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var k Kind
		var offered bool
		if err := rows.Scan(&k.Key, &k.Edition, &k.Name, &k.About, &k.Standard, &k.Skill, &k.Level, &k.Identity, &k.Minutes, &k.People, &k.Price, &k.Fen,
			&k.Urgent, &k.Lifts, &k.Pets, &k.Proof, &offered); err != nil {
			return err
		}
		k.Off = !offered
		if _, seen := edited[k.Key]; !seen && k.Own() {
			own = append(own, k.Key)
		}
		edited[k.Key] = k // later editions come later
		return nil
	}, `SELECT kind, edition, name, about, standard, skill, level, identity, minutes, people, price, fen, urgent, lifts, pets, proof, offered
		FROM timebank_kind WHERE community_id = ? ORDER BY kind, edition`, community[:])
	for _, k := range Catalogue {
		if e, ok := edited[k.Key]; ok {
			k = e
		}
		all = append(all, k)
	}
	for _, key := range own {
		all = append(all, edited[key])
	}
	return all, err
}

// KindByKey finds a kind as it stands.
func (s *Service) KindByKey(ctx context.Context, r db.Reader, community id.ID, key string) (Kind, error) {
	all, err := s.Kinds(ctx, r, community)
	if err != nil {
		return Kind{}, err
	}
	for _, k := range all {
		if k.Key == key {
			return k, nil
		}
	}
	return Kind{}, ErrNoKind
}

// SaveKind makes the next edition of a kind, or a kind of the community's own if it has
// no key. Requests keep the terms under which they were asked.
func (s *Service) SaveKind(ctx context.Context, tx *db.Tx, k Kind) (Kind, error) {
	k.Name, k.About, k.Standard = text.Clean(k.Name), text.Clean(k.About), text.Clean(k.Standard)
	if err := k.Validate(); err != nil {
		return k, err
	}
	if k.Key == "" {
		k.Key = ownPrefix + tx.NewID().String()
	} else {
		before, err := s.KindByKey(ctx, tx, tx.Community, k.Key)
		if err != nil {
			return k, err
		}
		k.Edition = before.Edition
	}
	k.Edition++
	_, err := tx.Exec(ctx, `INSERT INTO timebank_kind (community_id, kind, edition, name, about, standard, skill, level, identity, minutes, people, price, fen, urgent, lifts, pets, proof,
		offered, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], k.Key, k.Edition, k.Name, k.About, k.Standard, k.Skill,
		k.Level, k.Identity, k.Minutes, k.People, string(k.Price), int64(k.Fen), k.Urgent, k.Lifts, k.Pets, k.Proof, !k.Off, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return k, err
}

// Asking is what somebody asks for, before the terms of the kind are added.
type Asking struct {
	Kind     string
	Minutes  int // 0: as the kind says
	Asker    id.ID
	Entered  Entered
	From     time.Time
	Until    time.Time
	Urgent   bool
	Words    string
	Langs    string
	Door     Door
	Building id.ID
	Grid     id.ID
	Plan     id.ID
	Rules    Rules
}

// Rules are what the community's policy says of a request.
type Rules struct {
	AheadDays int
	Open      int  // requests of one member at a time
	Elder     bool // basic services are paid for her by the pool (F4)
	Price     func(minutes int) money.Amount
	BasicPay  func(minutes int) money.Amount
}

// Ask notes a request. The same kind at the same time is one request, asked twice.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, a Asking) (*Request, error) {
	k, err := s.KindByKey(ctx, tx, tx.Community, a.Kind)
	switch {
	case err != nil:
		return nil, err
	case k.Off:
		return nil, ErrKindOff
	case a.Urgent && !k.Urgent:
		return nil, ErrNotUrgent.On("when")
	case a.Minutes != 0 && (a.Minutes < leastMinutes || a.Minutes > mostMinutes):
		return nil, ErrBadMinutes.On("minutes").With("least", leastMinutes).With("most", mostMinutes)
	}
	q := &Request{ID: tx.NewID(), Kind: k.Key, Edition: k.Edition, Name: k.Name, Standard: k.Standard, Skill: k.Skill, Level: k.Level, Identity: k.Identity,
		Minutes: k.Minutes, People: k.People, Lifts: k.Lifts, Pets: k.Pets, Proof: k.Proof, Asker: a.Asker, Entered: a.Entered, By: tx.Actor.ID, From: a.From, Until: a.Until,
		Urgent: a.Urgent, Words: text.Clean(a.Words), Langs: a.Langs, Building: a.Building, Grid: a.Grid, Plan: a.Plan, At: tx.Now}
	if a.Minutes != 0 {
		q.Minutes = a.Minutes
	}
	q.price(&k, &a)
	if err := q.Validate(tx.Now, a.Rules.AheadDays); err != nil {
		return nil, err
	}
	if err := a.Door.Validate(); err != nil {
		return nil, err
	}
	open, err := s.OpenOf(ctx, tx, tx.Community, a.Asker)
	if err != nil {
		return nil, err
	}
	for _, o := range open {
		if o.Kind == q.Kind && o.From.Before(q.Ends()) && q.From.Before(o.Ends()) {
			return nil, ErrSameThen.On("when")
		}
	}
	if len(open) >= a.Rules.Open {
		return nil, ErrTooMany.With("most", a.Rules.Open)
	}
	if err := insertRequest(ctx, tx, q); err != nil {
		return nil, err
	}
	return q, insertDoor(ctx, tx, q.ID, a.Door)
}

// price says who bears it, and what a place costs.
func (q *Request) price(k *Kind, a *Asking) {
	switch {
	case k.Price == AtShop:
		q.Pay, q.Fen = AtTill, k.Fen
	case k.Price == Hours:
		q.Pay, q.Coins = ByAsker, a.Rules.Price(q.Minutes)
	case a.Rules.Elder:
		q.Pay, q.Coins = ByPool, a.Rules.BasicPay(q.Minutes)
	default:
		q.Pay = OnRecord
	}
}

// ByID finds a request.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, request id.ID) (*Request, error) {
	all, err := findRequests(ctx, r, community, " AND q.id = ?", request[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ByIDs finds several requests, by id.
func (s *Service) ByIDs(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]*Request, error) {
	found := make(map[id.ID]*Request, len(which))
	err := db.EachSome(which, func(in string, args []any) error {
		all, err := findRequests(ctx, r, community, " AND q.id IN "+in, args...)
		for _, q := range all {
			found[q.ID] = q
		}
		return err
	})
	return found, err
}

// Open are all requests that have not ended, the earliest beginning first.
func (s *Service) Open(ctx context.Context, r db.Reader, community id.ID) ([]*Request, error) {
	return findRequests(ctx, r, community, " AND e.how IS NULL ORDER BY q.from_at, q.id")
}

// OpenOf are those of a member.
func (s *Service) OpenOf(ctx context.Context, r db.Reader, community, asker id.ID) ([]*Request, error) {
	return findRequests(ctx, r, community, " AND q.asker_id = ? AND e.how IS NULL ORDER BY q.from_at, q.id", asker[:])
}

// Of are a member's requests that were asked before an instant, the latest first.
func (s *Service) Of(ctx context.Context, r db.Reader, community, asker id.ID, before time.Time, limit int) ([]*Request, error) {
	return findRequests(ctx, r, community, " AND q.asker_id = ? AND q.asked_at < ? ORDER BY q.asked_at DESC, q.id DESC LIMIT ?", asker[:], before.UnixMicro(), limit)
}

// Between are the requests that begin in a span, the earliest first.
func (s *Service) Between(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) ([]*Request, error) {
	return findRequests(ctx, r, community, " AND q.from_at >= ? AND q.from_at < ? ORDER BY q.from_at, q.id", from.UnixMicro(), to.UnixMicro())
}

// Ended are requests that ended in a span, the latest first.
func (s *Service) Ended(ctx context.Context, r db.Reader, community id.ID, from, to time.Time, limit int) ([]*Request, error) {
	return findRequests(ctx, r, community, " AND e.ended_at >= ? AND e.ended_at < ? ORDER BY e.ended_at DESC, q.id DESC LIMIT ?", from.UnixMicro(), to.UnixMicro(), limit)
}

// DoorOf is where to ring, zero once the service has ended. Who may know it is the
// caller's question.
func (s *Service) DoorOf(ctx context.Context, r db.Reader, community, request id.ID) (d Door, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&d.Door, &d.Contact, &d.Phone, &d.Hints) },
		"SELECT door, contact, phone, hints FROM timebank_door WHERE community_id = ? AND request_id = ?", community[:], request[:])
	return d, err
}

// LastDoor is where a member was served last or will be, for the next form.
func (s *Service) LastDoor(ctx context.Context, r db.Reader, community, asker id.ID) (d Door, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&d.Door, &d.Contact, &d.Phone, &d.Hints) },
		`SELECT d.door, d.contact, d.phone, d.hints FROM timebank_door d JOIN timebank_request q ON q.community_id = d.community_id AND q.id = d.request_id
		WHERE d.community_id = ? AND q.asker_id = ? ORDER BY q.asked_at DESC, q.id DESC LIMIT 1`, community[:], asker[:])
	return d, err
}

// End ends a request; its door is taken away.
func (s *Service) End(ctx context.Context, tx *db.Tx, q *Request, how Ending, words string) error {
	if q.End != nil {
		return ErrEnded
	}
	q.End = &End{How: how, Words: text.Clean(words), At: tx.Now, By: tx.Actor.ID}
	if !text.ShortProse(q.End.Words, wordsMost) {
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	if err := s.goneFor(ctx, tx, q.ID); err != nil {
		return err
	}
	if err := dropDoor(ctx, tx, q.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO timebank_request_end (community_id, request_id, how, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], q.ID[:], string(how), q.End.Words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Ring notes how far out neighbours are asked now, or why nobody could be.
func (s *Service) Ring(ctx context.Context, tx *db.Tx, request id.ID, ring int, gap string) error {
	_, err := tx.Exec(ctx, `INSERT INTO timebank_ring (community_id, request_id, noted_at, ring, gap) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, request_id, noted_at) DO UPDATE SET ring = excluded.ring, gap = excluded.gap`, tx.Community[:], request[:], tx.Now.UnixMicro(), ring, gap)
	return err
}

// Reach is how far out neighbours were asked.
type Reach struct {
	Ring int
	Gap  string
	At   time.Time
}

// Reaches are the latest lines of open requests, by request.
func (s *Service) Reaches(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Reach, error) {
	found := make(map[id.ID]Reach)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var request id.ID
		var l Reach
		var at int64
		err := rows.Scan(&request, &l.Ring, &l.Gap, &at)
		l.At = micros(at)
		found[request] = l
		return err
	}, `SELECT g.request_id, g.ring, g.gap, g.noted_at FROM timebank_ring g LEFT JOIN timebank_request_end e ON e.community_id = g.community_id AND e.request_id = g.request_id
		WHERE g.community_id = ? AND e.how IS NULL ORDER BY g.request_id, g.noted_at`, community[:])
	return found, err
}

// Tell notes that somebody was told of a request or an assignment; first is false if that
// was so before.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, about id.ID, a Alert) (first bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO timebank_alert (community_id, about_id, alert, told_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, about_id, alert) DO NOTHING`,
		tx.Community[:], about[:], string(a), tx.Now.UnixMicro())
	return n > 0, err
}

// Alerts are what was told of open requests, by request.
func (s *Service) Alerts(ctx context.Context, r db.Reader, community id.ID) (map[id.ID][]Alert, error) {
	found := make(map[id.ID][]Alert)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var request id.ID
		var a Alert
		err := rows.Scan(&request, &a)
		found[request] = append(found[request], a)
		return err
	}, `SELECT t.about_id, t.alert FROM timebank_alert t JOIN timebank_request q ON q.community_id = t.community_id AND q.id = t.about_id
		LEFT JOIN timebank_request_end e ON e.community_id = t.community_id AND e.request_id = t.about_id
		WHERE t.community_id = ? AND e.how IS NULL ORDER BY t.about_id, t.told_at`, community[:])
	return found, err
}
