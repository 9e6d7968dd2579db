package access

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// State is where a grant stands at an instant.
type State string

// The states that a list may be asked for.
const (
	Any  State = ""
	Now  State = "now"  // in force
	Soon State = "soon" // in force, and lapsing within Notice
	Over State = "over" // ended, or its term is
)

// Notice is how long before its term a holder is told that a role lapses.
const Notice = 30 * 24 * time.Hour

// Ask is which grants a list shows.
type Ask struct {
	Role          authz.Role // "" for every one
	Places        []id.ID    // nil: every place
	People        []id.ID    // nil: everybody
	State         State
	Offset, Limit int // no limit if 0
}

// List lists grants, the latest first, and how many there are in all.
func (s *Service) List(ctx context.Context, r db.Reader, a Ask, now time.Time) (all []*Grant, total int, err error) {
	where, args := a.where(now)
	if where == "" {
		return nil, 0, nil
	}
	err = db.One(ctx, r, &total, "SELECT COUNT(*) FROM "+joined+" WHERE g.community_id = ? AND "+where, append([]any{id.Tilde[:]}, args...)...)
	if err != nil || total == 0 {
		return nil, total, err
	}
	order := " ORDER BY g.granted_at DESC, g.id DESC"
	if a.State == Soon {
		order = " ORDER BY g.held_until, g.id"
	}
	if a.Limit > 0 {
		order += " LIMIT ? OFFSET ?"
		args = append(args, a.Limit, a.Offset)
	}
	all, err = read(ctx, r, where+order, args...)
	return all, total, err
}

// where is the ask as a condition; "" if nothing can fit.
func (a Ask) where(now time.Time) (string, []any) {
	at := now.UnixMicro()
	parts, args := []string{"1 = 1"}, []any(nil)
	add := func(part string, values ...any) {
		parts, args = append(parts, part), append(args, values...)
	}
	if a.Role != "" {
		add("g.role = ?", string(a.Role))
	}
	for _, in := range []struct {
		column string
		ids    []id.ID
	}{{"g.place_id", a.Places}, {"g.person_id", a.People}} {
		if in.ids == nil {
			continue
		}
		if len(in.ids) == 0 {
			return "", nil
		}
		values := make([]any, len(in.ids))
		for i, v := range in.ids {
			values[i] = v
		}
		add(in.column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
	}
	const inForce = "e.grant_id IS NULL AND g.held_from <= ? AND (g.held_until = 0 OR g.held_until > ?)"
	switch a.State {
	case Now:
		add(inForce, at, at)
	case Soon:
		add(inForce+" AND g.held_until <> 0 AND g.held_until <= ?", at, at, now.Add(Notice).UnixMicro())
	case Over:
		add("(e.grant_id IS NOT NULL OR g.held_until <> 0 AND g.held_until <= ?)", at)
	}
	return strings.Join(parts, " AND "), args
}

// PlacesWithGrants lists the places for which anything was ever granted.
func (s *Service) PlacesWithGrants(ctx context.Context, r db.Reader) (all []id.ID, err error) {
	err = db.All(ctx, r, &all, "SELECT DISTINCT place_id FROM access_grant WHERE community_id = ?", id.Tilde[:])
	return all, err
}

// Event is a role that was granted, or ended before its term.
type Event struct {
	At     time.Time
	By     string
	Reason string
	End    bool
	Grant  *Grant
}

// Events lists what was granted and ended before an instant, the latest first; nil
// places are all.
func (s *Service) Events(ctx context.Context, r db.Reader, places []id.ID, before time.Time, limit int) (all []Event, err error) {
	for _, end := range []bool{false, true} {
		where, args := Ask{Places: places}.where(before)
		if where == "" {
			return nil, nil
		}
		column := "g.granted_at"
		if end {
			column = "e.ended_at"
		}
		found, err := read(ctx, r, where+" AND "+column+" < ? ORDER BY "+column+" DESC, g.id DESC LIMIT ?", append(args, before.UnixMicro(), limit)...)
		if err != nil {
			return nil, err
		}
		for _, g := range found {
			e := Event{At: g.GrantedAt, By: g.Grantor, Reason: g.Reason, Grant: g}
			if end {
				e = Event{At: g.Ended.At, By: g.Ended.By, Reason: g.Ended.Reason, End: true, Grant: g}
			}
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(x, y Event) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.Grant.ID.String(), x.Grant.ID.String()))
	})
	return all[:min(limit, len(all))], nil
}

const joined = "access_grant g LEFT JOIN access_grant_end e ON e.community_id = g.community_id AND e.grant_id = g.id"

func read(ctx context.Context, r db.Reader, where string, args ...any) (all []*Grant, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		g := &Grant{}
		var from, until, given int64
		var ended *int64
		var by, reason *string
		if err := rows.Scan(&g.ID, &g.Person, &g.Role, &g.Place, &g.Subject, &from, &until, &g.Grantor, &g.Reason, &given, &ended, &by, &reason); err != nil {
			return err
		}
		g.From, g.GrantedAt = time.UnixMicro(from).UTC(), time.UnixMicro(given).UTC()
		if until != 0 {
			g.Until = time.UnixMicro(until).UTC()
		}
		if ended != nil {
			g.Ended = &Ending{At: time.UnixMicro(*ended).UTC(), By: *by, Reason: *reason}
		}
		all = append(all, g)
		return nil
	}, `SELECT g.id, g.person_id, g.role, g.place_id, g.subject_id, g.held_from, g.held_until, g.grantor, g.reason, g.granted_at, e.ended_at, e.ended_by, e.reason
		FROM `+joined+" WHERE g.community_id = ? AND "+where, append([]any{id.Tilde[:]}, args...)...)
	return all, err
}
