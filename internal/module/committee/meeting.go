package committee

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals about meetings, in the order in which they are checked.
var (
	ErrNoMeeting  = fault.New(fault.NotFound, "committee.no_meeting")
	ErrBadMoment  = fault.New(fault.Invalid, "committee.bad_moment")
	ErrBadPlace   = fault.New(fault.Invalid, "committee.bad_place")
	ErrBadItem    = fault.New(fault.Invalid, "committee.bad_item")
	ErrNotYetMet  = fault.New(fault.Conflict, "committee.not_yet_met")
	ErrNobodyMet  = fault.New(fault.Invalid, "committee.nobody_met")
	ErrBadMinutes = fault.New(fault.Invalid, "committee.bad_minutes")
)

// Meeting is a meeting of the committee with its agenda.
type Meeting struct {
	ID      id.ID
	At      time.Time
	Place   string
	Called  time.Time
	By      id.ID
	Items   []Item
	Minutes *Minutes // nil: not written
}

// Item is one point of an agenda; any member may put one there.
type Item struct {
	ID    id.ID
	Title string
	Words string
	By    id.ID
}

// Minutes are who was there and what was decided.
type Minutes struct {
	ID        id.ID
	Present   []id.ID // members
	Words     string
	Decisions map[id.ID]string // by item
	At        time.Time
	By        id.ID
}

// Call calls a meeting in tx's community.
func (s *Service) Call(ctx context.Context, tx *db.Tx, m Meeting) (_ *Meeting, err error) {
	defer fault.Wrap(&err, "committee: call a meeting")
	switch {
	case m.At.Before(tx.Now.AddDate(0, 0, -60)) || m.At.After(tx.Now.AddDate(1, 0, 0)): // one may be noted afterwards
		return nil, ErrBadMoment.On("meets_on")
	case !legible(m.Place, 1, 60):
		return nil, ErrBadPlace.On("place")
	}
	m.ID, m.Called, m.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, "INSERT INTO committee_meeting (community_id, id, meets_at, place, called_at, called_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], m.ID[:], m.At.UnixMicro(), m.Place, tx.Now.UnixMicro(), tx.Actor.ID)
	return &m, err
}

// Put puts a point on the agenda of a meeting of tx's community whose minutes are not
// written.
func (s *Service) Put(ctx context.Context, tx *db.Tx, meeting id.ID, x Item) (_ *Item, err error) {
	defer fault.Wrap(&err, "committee: put an item")
	m, err := s.MeetingByID(ctx, tx, tx.Community, meeting)
	switch {
	case err != nil:
		return nil, err
	case m.Minutes != nil:
		return nil, ErrWritten
	case !legible(x.Title, 1, 60):
		return nil, ErrBadItem.On("title")
	case !legible(x.Words, 0, 1000):
		return nil, ErrBadItem.On("words")
	}
	x.ID, x.By = tx.NewID(), tx.Actor.ID
	_, err = tx.Exec(ctx, "INSERT INTO committee_item (community_id, id, meeting_id, title, words, put_at, put_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], meeting[:], x.Title, x.Words, tx.Now.UnixMicro(), tx.Actor.ID)
	return &x, err
}

// Record writes the minutes of a meeting of tx's community; written anew they stand
// beside the old ones.
func (s *Service) Record(ctx context.Context, tx *db.Tx, meeting id.ID, w Minutes) (_ *Minutes, err error) {
	defer fault.Wrap(&err, "committee: minutes of %s", meeting)
	m, err := s.MeetingByID(ctx, tx, tx.Community, meeting)
	switch {
	case err != nil:
		return nil, err
	case tx.Now.Before(m.At):
		return nil, ErrNotYetMet
	case len(w.Present) == 0:
		return nil, ErrNobodyMet.On("present")
	case !legible(w.Words, 0, 5000):
		return nil, ErrBadMinutes.On("words")
	}
	names := make([]string, len(w.Present))
	for i, p := range w.Present {
		names[i] = p.String()
	}
	w.ID, w.At, w.By = tx.NewID(), tx.Now, tx.Actor.ID
	if _, err := tx.Exec(ctx, "INSERT INTO committee_minutes (community_id, id, meeting_id, present, words, written_at, written_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], w.ID[:], meeting[:], strings.Join(names, " "), w.Words, tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return nil, err
	}
	for _, x := range m.Items {
		words := strings.TrimSpace(w.Decisions[x.ID])
		if words == "" {
			continue
		}
		if !legible(words, 1, 1000) {
			return nil, ErrBadMinutes.On("decision-" + x.ID.String())
		}
		if _, err := tx.Exec(ctx, "INSERT INTO committee_decision (community_id, minutes_id, item_id, words) VALUES (?, ?, ?, ?)", tx.Community[:], w.ID[:], x.ID[:], words); err != nil {
			return nil, err
		}
	}
	return &w, nil
}

// Meetings lists the meetings of a community, the latest first.
func (s *Service) Meetings(ctx context.Context, r db.Reader, community id.ID) ([]*Meeting, error) {
	return meetings(ctx, r, "", community[:])
}

// MeetingByID finds a meeting.
func (s *Service) MeetingByID(ctx context.Context, r db.Reader, community, meeting id.ID) (*Meeting, error) {
	all, err := meetings(ctx, r, " AND id = ?", community[:], meeting[:])
	if err == nil && len(all) == 0 {
		err = ErrNoMeeting
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func meetings(ctx context.Context, r db.Reader, where string, args ...any) (all []*Meeting, err error) {
	byID := make(map[id.ID]*Meeting)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		m := &Meeting{}
		var at, called int64
		if err := rows.Scan(&m.ID, &at, &m.Place, &called, &m.By); err != nil {
			return err
		}
		m.At, m.Called = micros(at), micros(called)
		all, byID[m.ID] = append(all, m), m
		return nil
	}, "SELECT id, meets_at, place, called_at, called_by FROM committee_meeting WHERE community_id = ?"+where+" ORDER BY meets_at DESC, id LIMIT 200", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	in, parts := " AND meeting_id IN (?"+strings.Repeat(", ?", len(all)-1)+")", []any{args[0]}
	for _, m := range all {
		parts = append(parts, m.ID[:])
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var x Item
		err := rows.Scan(&of, &x.ID, &x.Title, &x.Words, &x.By)
		byID[of].Items = append(byID[of].Items, x)
		return err
	}, "SELECT meeting_id, id, title, words, put_by FROM committee_item WHERE community_id = ?"+in+" ORDER BY put_at, id", parts...)
	if err != nil {
		return nil, err
	}
	written := make(map[id.ID]*Minutes)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		w := &Minutes{Decisions: make(map[id.ID]string)}
		var present string
		var at int64
		if err := rows.Scan(&of, &w.ID, &present, &w.Words, &at, &w.By); err != nil {
			return err
		}
		w.At = micros(at)
		for text := range strings.FieldsSeq(present) {
			who, err := id.Parse(text)
			if err != nil {
				return err
			}
			w.Present = append(w.Present, who)
		}
		byID[of].Minutes, written[w.ID] = w, w // later ones stand behind earlier ones
		return nil
	}, "SELECT meeting_id, id, present, words, written_at, written_by FROM committee_minutes WHERE community_id = ?"+in+" ORDER BY written_at, id", parts...)
	if err != nil {
		return nil, err
	}
	return all, decisions(ctx, r, args[0], written)
}

// decisions reads what minutes say was decided.
func decisions(ctx context.Context, r db.Reader, community any, written map[id.ID]*Minutes) error {
	var ids []id.ID
	for n := range written {
		ids = append(ids, n)
	}
	return db.EachSome(ids, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var of, item id.ID
			var words string
			err := rows.Scan(&of, &item, &words)
			written[of].Decisions[item] = words
			return err
		}, "SELECT minutes_id, item_id, words FROM committee_decision WHERE community_id = ? AND minutes_id IN "+in, args...)
	}, community)
}
