package merchantday

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to the calendar.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Set puts a rule into the calendar; the same again is refused. today is the day on
// the community's clock.
func (s *Service) Set(ctx context.Context, tx *db.Tx, r Rule, today period.Day) (_ *Rule, err error) {
	defer fault.Wrap(&err, "merchantday: set")
	if r.Weekday == Once {
		r.Every, r.Last, r.Rotate = 1, r.First, false
	}
	if err := r.validate(today); err != nil {
		return nil, err
	}
	others, err := s.Rules(ctx, tx, tx.Community, r.First, r.Last)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.End == nil && o.Kind == r.Kind && o.Weekday == r.Weekday && o.Title == r.Title && (r.Weekday != Once || o.First == r.First) {
			return nil, ErrThere.On("title")
		}
	}
	r.ID, r.At, r.By, r.End = tx.NewID(), tx.Now, tx.Actor.ID, nil
	rotate := 0
	if r.Rotate {
		rotate = 1
	}
	if _, err := tx.Exec(ctx, `INSERT INTO merchant_day (community_id, id, kind, title, offer_kind, offer, link, weekday, every, rotate, first_day, last_day, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], r.ID[:], string(r.Kind), r.Title, string(r.OfferKind), r.Offer, r.Link,
		r.Weekday, r.Every, rotate, int64(r.First), int64(r.Last), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	for n, shop := range r.Shops {
		if _, err := tx.Exec(ctx, "INSERT INTO merchant_day_shop (community_id, rule_id, n, shop_id) VALUES (?, ?, ?, ?)", tx.Community[:], r.ID[:], n, shop[:]); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

// Finish ends a rule: today, or before it begins, is its last day.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, rule id.ID, words string, today period.Day) (r *Rule, err error) {
	defer fault.Wrap(&err, "merchantday: finish")
	r, err = s.ByID(ctx, tx, tx.Community, rule)
	switch {
	case err != nil:
		return nil, err
	case r.End != nil:
		return r, ErrEnded
	case today > r.Last:
		return r, ErrPast
	case !text.Line(words, 200):
		return r, ErrNoWords.On("words")
	}
	r.End = &End{today, words, tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO merchant_day_end (community_id, rule_id, last_day, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], rule[:], int64(today), words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return r, err
}

// At is one of a rule's days, by the day for which it was planned.
type At struct {
	Rule id.ID
	Day  period.Day
}

// CallOff calls one day off.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, at At, words string, today period.Day) (o Occurrence, err error) {
	defer fault.Wrap(&err, "merchantday: call off")
	if o, err = s.ahead(ctx, tx, at, today); err != nil {
		return o, err
	}
	o.Off = true
	return o, change(ctx, tx, &o, Off, words)
}

// Restore takes the change of a day back: it lies where it was planned.
func (s *Service) Restore(ctx context.Context, tx *db.Tx, at At, words string, today period.Day) (o Occurrence, err error) {
	defer fault.Wrap(&err, "merchantday: restore")
	o, err = s.occurrence(ctx, tx, at)
	switch {
	case err != nil:
		return o, err
	case !o.Off && !o.Moved():
		return o, nil
	case o.Planned < today:
		return o, ErrPast
	}
	o.Off, o.Day = false, o.Planned
	return o, change(ctx, tx, &o, o.Planned, words)
}

// Swap lets two days change places.
func (s *Service) Swap(ctx context.Context, tx *db.Tx, a, b At, words string, today period.Day) (one, other Occurrence, err error) {
	defer fault.Wrap(&err, "merchantday: swap")
	if one, err = s.ahead(ctx, tx, a, today); err != nil {
		return one, other, err
	}
	if other, err = s.ahead(ctx, tx, b, today); err != nil {
		return one, other, err
	}
	if one.Day == other.Day {
		return one, other, ErrSame.On("with")
	}
	one.Day, other.Day = other.Day, one.Day
	if err := change(ctx, tx, &one, one.Day, words); err != nil {
		return one, other, err
	}
	return one, other, change(ctx, tx, &other, other.Day, words)
}

// ahead is a day that has not come and was not called off.
func (s *Service) ahead(ctx context.Context, tx *db.Tx, at At, today period.Day) (Occurrence, error) {
	o, err := s.occurrence(ctx, tx, at)
	switch {
	case err != nil:
		return o, err
	case o.Off:
		return o, ErrOff
	case o.Day < today:
		return o, ErrPast
	}
	return o, nil
}

func (s *Service) occurrence(ctx context.Context, tx *db.Tx, at At) (o Occurrence, err error) {
	r, err := s.ByID(ctx, tx, tx.Community, at.Rule)
	if err != nil {
		return o, err
	}
	changes, err := s.changes(ctx, tx, tx.Community, []*Rule{r})
	if err != nil {
		return o, err
	}
	all := Calendar([]*Rule{r}, changes, 0, r.Last+10*Longest)
	i := slices.IndexFunc(all, func(o Occurrence) bool { return o.Planned == at.Day })
	if i < 0 {
		return o, ErrNoSuchDay
	}
	return all[i], nil
}

func change(ctx context.Context, tx *db.Tx, o *Occurrence, to period.Day, words string) error {
	if !text.Line(words, 200) {
		return ErrNoWords.On("words")
	}
	o.Words = words
	_, err := tx.Exec(ctx, `INSERT INTO merchant_day_change (community_id, rule_id, day, changed_at, to_day, words, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, rule_id, day, changed_at) DO UPDATE SET to_day = excluded.to_day, words = excluded.words`,
		tx.Community[:], o.ID[:], int64(o.Planned), tx.Now.UnixMicro(), int64(to), words, tx.Actor.ID[:])
	return err
}

// Between lays the calendar out from one day to another.
func (s *Service) Between(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]Occurrence, error) {
	rules, err := s.Rules(ctx, r, community, from-Longest, to+Longest) // a moved day may lie outside of its rule
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	changes, err := s.changes(ctx, r, community, rules)
	return Calendar(rules, changes, from, to), err
}

// ByID finds a rule.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, rule id.ID) (*Rule, error) {
	all, err := find(ctx, r, community, " AND d.id = ?", rule[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Rules lists the rules that reach into a span of days, the earliest first.
func (s *Service) Rules(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]*Rule, error) {
	return find(ctx, r, community, " AND d.first_day <= ? AND d.last_day >= ? ORDER BY d.first_day, d.made_at, d.id LIMIT 1000", int64(to), int64(from))
}

func find(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Rule, err error) {
	byID := make(map[id.ID]*Rule)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Rule
		var rotate, first, last, at int64
		var endDay, endAt *int64
		var words *string
		if err := rows.Scan(&d.ID, &d.Kind, &d.Title, &d.OfferKind, &d.Offer, &d.Link, &d.Weekday, &d.Every, &rotate, &first, &last, &at, &d.By, &endDay, &words, &endAt); err != nil {
			return err
		}
		d.Rotate, d.First, d.Last, d.At = rotate == 1, period.Day(first), period.Day(last), time.UnixMicro(at).UTC()
		if endDay != nil {
			d.End = &End{period.Day(*endDay), *words, time.UnixMicro(*endAt).UTC()}
		}
		all, byID[d.ID] = append(all, &d), &d
		return nil
	}, `SELECT d.id, d.kind, d.title, d.offer_kind, d.offer, d.link, d.weekday, d.every, d.rotate, d.first_day, d.last_day, d.made_at, d.made_by, e.last_day, e.words, e.ended_at
		FROM merchant_day d LEFT JOIN merchant_day_end e ON e.community_id = d.community_id AND e.rule_id = d.id WHERE d.community_id = ?`+where, append([]any{community[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var rule, shop id.ID
		if err := rows.Scan(&rule, &shop); err != nil {
			return err
		}
		if d := byID[rule]; d != nil {
			d.Shops = append(d.Shops, shop)
		}
		return nil
	}, "SELECT rule_id, shop_id FROM merchant_day_shop WHERE community_id = ? ORDER BY rule_id, n", community[:])
	return all, err
}

// changes are those of some rules, in the order in which they were made.
func (s *Service) changes(ctx context.Context, r db.Reader, community id.ID, rules []*Rule) (all []Change, err error) {
	in := make(map[id.ID]bool, len(rules))
	for _, d := range rules {
		in[d.ID] = true
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Change
		var day, to, at int64
		if err := rows.Scan(&c.Rule, &day, &at, &to, &c.Words, &c.By); err != nil {
			return err
		}
		c.Day, c.To, c.At = period.Day(day), period.Day(to), time.UnixMicro(at).UTC()
		if in[c.Rule] {
			all = append(all, c)
		}
		return nil
	}, "SELECT rule_id, day, changed_at, to_day, words, changed_by FROM merchant_day_change WHERE community_id = ? ORDER BY changed_at", community[:])
	return all, err
}
