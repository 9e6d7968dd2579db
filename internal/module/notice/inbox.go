package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// insert adds a notice unless the person was told of its cause before.
func insert(ctx context.Context, tx *db.Tx, it Item) (added bool, err error) {
	args, err := json.Marshal(it.Args)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO notice ("+columns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person_id, kind, cause, community_id) DO NOTHING",
		id.Tilde[:], it.ID[:], it.Person[:], it.Kind.ID, it.Cause, it.Place, string(args), it.Link, it.At.UnixMicro())
	return n == 1, err
}

const columns = "community_id, id, person_id, kind, cause, place_id, args, link, at"

// rowsAtOnce is how many notices one statement writes.
const rowsAtOnce = 50

// insertMany adds notices, those that are new.
func insertMany(ctx context.Context, tx *db.Tx, items []Item) error {
	for len(items) > 0 {
		chunk := items[:min(rowsAtOnce, len(items))]
		items = items[len(chunk):]
		values := make([]any, 0, 9*len(chunk))
		for i := range chunk {
			it := &chunk[i]
			args, err := json.Marshal(it.Args)
			if err != nil {
				return err
			}
			values = append(values, id.Tilde[:], it.ID[:], it.Person[:], it.Kind.ID, it.Cause, it.Place, string(args), it.Link, it.At.UnixMicro())
		}
		const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
		if _, err := tx.Exec(ctx, "INSERT INTO notice ("+columns+") VALUES "+row+strings.Repeat(", "+row, len(chunk)-1)+
			" ON CONFLICT (person_id, kind, cause, community_id) DO NOTHING", values...); err != nil {
			return err
		}
	}
	return nil
}

// Filter chooses notices of an inbox.
type Filter struct {
	Read  *bool // nil: read and unread ones
	Group Group // "": all
	After id.ID // the last one of the page before; zero: from the newest
	Limit int
}

// List reads the inbox, the newest first.
func (s *Service) List(ctx context.Context, r db.Reader, person id.ID, f Filter) (all []Item, err error) {
	upto, err := readUpto(ctx, r, person)
	if err != nil {
		return nil, err
	}
	q := "SELECT n.id, n.kind, n.cause, n.place_id, n.args, n.link, n.at, r.read_at" + unreadJoin + " WHERE n.community_id = ? AND n.person_id = ?"
	args := []any{id.Tilde[:], person[:]}
	if !f.After.IsZero() {
		q, args = q+" AND n.id < ?", append(args, f.After[:])
	}
	if f.Read != nil && *f.Read {
		q, args = q+" AND (n.id <= ? OR r.read_at IS NOT NULL)", append(args, upto)
	} else if f.Read != nil {
		q, args = q+" AND n.id > ? AND r.read_at IS NULL", append(args, upto)
	}
	if f.Group != "" {
		kinds := kindsOf(f.Group)
		q += " AND n.kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		args = append(args, kinds...)
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		it := Item{Person: person}
		var kind, text string
		var at int64
		var read *int64
		if err := rows.Scan(&it.ID, &kind, &it.Cause, &it.Place, &text, &it.Link, &at, &read); err != nil {
			return err
		}
		it.fill(kind, text, at)
		it.Read = read != nil || string(it.ID[:]) <= string(upto[:])
		all = append(all, it)
		return nil
	}, q+" ORDER BY n.id DESC LIMIT ?", append(args, f.Limit)...)
	return all, err
}

const unreadJoin = ` FROM notice n LEFT JOIN notice_read r ON r.community_id = n.community_id AND r.person_id = n.person_id AND r.notice_id = n.id`

func kindsOf(g Group) (kinds []any) {
	for i := range Kinds {
		if Kinds[i].Group == g {
			kinds = append(kinds, Kinds[i].ID)
		}
	}
	if len(kinds) == 0 {
		kinds = []any{""}
	}
	return kinds
}

func (it *Item) fill(kind, args string, at int64) {
	k, ok := KindOf(kind)
	if !ok {
		k = &unknown
	}
	it.Kind, it.At = k, time.UnixMicro(at).UTC()
	_ = json.Unmarshal([]byte(args), &it.Args) // what cannot be read is shown without
}

// ByID finds a notice of a person.
func (s *Service) ByID(ctx context.Context, r db.Reader, person, notice id.ID) (*Item, error) {
	var row struct {
		Kind  string `db:"kind"`
		Cause string `db:"cause"`
		Place id.ID  `db:"place_id"`
		Args  string `db:"args"`
		Link  string `db:"link"`
		At    int64  `db:"at"`
	}
	err := db.One(ctx, r, &row, "SELECT kind, cause, place_id, args, link, at FROM notice WHERE community_id = ? AND id = ? AND person_id = ?", id.Tilde[:], notice[:], person[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	it := &Item{ID: notice, Person: person, Cause: row.Cause, Place: row.Place, Link: row.Link}
	it.fill(row.Kind, row.Args, row.At)
	return it, nil
}

// Knows reports whether a person was told of a cause.
func (s *Service) Knows(ctx context.Context, r db.Reader, person id.ID, kind, cause string) (bool, error) {
	var n int
	err := db.One(ctx, r, &n, "SELECT COUNT(*) FROM notice WHERE community_id = ? AND person_id = ? AND kind = ? AND cause = ?", id.Tilde[:], person[:], kind, cause)
	return n > 0, err
}

// MarkRead notes that a notice was read; again changes nothing. tx belongs to "~".
func (s *Service) MarkRead(ctx context.Context, tx *db.Tx, person, notice id.ID) error {
	if _, err := s.ByID(ctx, tx, person, notice); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO notice_read (community_id, person_id, notice_id, read_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, person_id, notice_id) DO NOTHING",
		id.Tilde[:], person[:], notice[:], tx.Now.UnixMicro())
	s.forget(person)
	return err
}

// MarkAllRead notes that every notice up to one was read: the newest that the page
// showed, so that what came in since stays unread. tx belongs to "~".
func (s *Service) MarkAllRead(ctx context.Context, tx *db.Tx, person, upto id.ID) error {
	if _, err := s.ByID(ctx, tx, person, upto); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO notice_read_all (community_id, person_id, upto, read_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, person_id, upto) DO NOTHING`, id.Tilde[:], person[:], upto[:], tx.Now.UnixMicro())
	s.forget(person)
	return err
}

// readUpto is the notice up to which all are read.
func readUpto(ctx context.Context, r db.Reader, person id.ID) (upto id.ID, err error) {
	var all []id.ID
	err = db.All(ctx, r, &all, "SELECT upto FROM notice_read_all WHERE community_id = ? AND person_id = ? ORDER BY upto DESC LIMIT 1", id.Tilde[:], person[:])
	if len(all) > 0 {
		upto = all[0]
	}
	return upto, err
}

// freshFor is how long a count of unread notices is believed: another instance may
// have delivered one.
const freshFor = 3 * time.Second

// Most unread notices that are counted; nobody needs to know how many more.
const countUpTo = 100

// Unread counts the notices that a person has not read, up to 100.
func (s *Service) Unread(ctx context.Context, d *db.DB, person id.ID) (n int, err error) {
	now := d.Clock().Now()
	s.mu.Lock()
	known, ok := s.unread[person]
	s.mu.Unlock()
	if age := now.Sub(known.at); ok && age >= 0 && age < freshFor {
		return known.n, nil
	}
	err = d.View(ctx, id.Tilde, func(r db.Reader) error {
		upto, err := readUpto(ctx, r, person)
		if err != nil {
			return err
		}
		var found []id.ID
		err = db.All(ctx, r, &found, "SELECT n.id"+unreadJoin+" WHERE n.community_id = ? AND n.person_id = ? AND n.id > ? AND r.read_at IS NULL LIMIT ?",
			id.Tilde[:], person[:], upto, countUpTo)
		n = len(found)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	if len(s.unread) > 50_000 {
		clear(s.unread)
	}
	s.unread[person] = counted{n, now}
	s.mu.Unlock()
	return n, nil
}

// forget makes the next count a fresh one.
func (s *Service) forget(person id.ID) {
	s.mu.Lock()
	delete(s.unread, person)
	s.mu.Unlock()
}
