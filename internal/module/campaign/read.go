package campaign

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ByID finds a festival with everything that belongs to it.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, campaign id.ID) (*Campaign, error) {
	all, err := plans(ctx, r, community, " AND id = ?", campaign[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], s.fill(ctx, r, community, all, " AND campaign_id = ?", campaign[:])
}

// List are the festivals of a community, the latest first.
func (s *Service) List(ctx context.Context, r db.Reader, community id.ID) ([]*Campaign, error) {
	all, err := plans(ctx, r, community, " ORDER BY first_day DESC, made_at DESC LIMIT 200")
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, s.fill(ctx, r, community, all, "")
}

func plans(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Campaign, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Campaign{}
		var made int64
		err := rows.Scan(&c.ID, &c.Kind, &c.Title, &c.About, &c.Place, &c.First, &c.Last, &c.Budget, &made, &c.By)
		c.MadeAt = time.UnixMicro(made).UTC()
		all = append(all, c)
		return err
	}, "SELECT id, kind, title, about, place, first_day, last_day, budget, made_at, made_by FROM campaign WHERE community_id = ?"+where, append([]any{community[:]}, args...)...)
	return all, err
}

// fill adds what belongs to some festivals.
func (s *Service) fill(ctx context.Context, r db.Reader, community id.ID, all []*Campaign, where string, args ...any) error {
	byID := make(map[id.ID]*Campaign, len(all))
	for _, c := range all {
		byID[c.ID] = c
	}
	args = append([]any{community[:]}, args...)
	for _, read := range []func(context.Context, db.Reader, map[id.ID]*Campaign, string, []any) error{steps, parts, links, events} {
		if err := read(ctx, r, byID, where, args); err != nil {
			return err
		}
	}
	return nil
}

func steps(ctx context.Context, r db.Reader, byID map[id.ID]*Campaign, where string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var what string
		var at int64
		st := &Step{}
		err := rows.Scan(&of, &what, &st.Words, &at, &st.By)
		st.At = time.UnixMicro(at).UTC()
		if c := byID[of]; c != nil && what == "published" {
			c.Published = st
		} else if c != nil {
			c.Cancelled = st
		}
		return err
	}, "SELECT campaign_id, what, words, step_at, step_by FROM campaign_step WHERE community_id = ?"+where, args...)
}

func parts(ctx context.Context, r db.Reader, byID map[id.ID]*Campaign, where string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var p Part
		var at, joined int64
		if err := rows.Scan(&of, &p.Shop, &at, &joined, &p.Budget, &p.Words); err != nil || byID[of] == nil {
			return err
		}
		p.At = time.UnixMicro(at).UTC()
		c := byID[of]
		i := slices.IndexFunc(c.Parts, func(x Part) bool { return x.Shop == p.Shop })
		switch {
		case i < 0 && joined == 1:
			c.Parts = append(c.Parts, p)
		case i >= 0 && joined == 1:
			p.At = c.Parts[i].At // since when it takes part
			c.Parts[i] = p
		case i >= 0:
			c.Parts = slices.Delete(c.Parts, i, i+1)
		}
		return nil
	}, "SELECT campaign_id, shop_id, said_at, joined, budget, words FROM campaign_part WHERE community_id = ?"+where+" ORDER BY said_at, shop_id", args...)
}

func links(ctx context.Context, r db.Reader, byID map[id.ID]*Campaign, where string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var l Link
		var at int64
		err := rows.Scan(&of, &l.What, &l.Thing, &l.Shop, &at)
		l.At = time.UnixMicro(at).UTC()
		if c := byID[of]; c != nil {
			c.Links = append(c.Links, l)
		}
		return err
	}, "SELECT campaign_id, what, thing_id, shop_id, linked_at FROM campaign_link WHERE community_id = ?"+where+" ORDER BY linked_at, thing_id", args...)
}

func events(ctx context.Context, r db.Reader, byID map[id.ID]*Campaign, where string, args []any) error {
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var e Event
		var from, to int64
		var off *string
		err := rows.Scan(&of, &e.ID, &e.Day, &from, &to, &e.Title, &e.Place, &e.Shop, &off)
		e.From, e.To = int(from), int(to)
		if off != nil {
			e.Off = *off
		}
		if c := byID[of]; c != nil {
			c.Events = append(c.Events, e)
		}
		return err
	}, `SELECT v.campaign_id, v.id, v.day, v.from_minute, v.to_minute, v.title, v.place, v.shop_id, o.words FROM campaign_event v
		LEFT JOIN campaign_event_off o ON o.community_id = v.community_id AND o.event_id = v.id WHERE v.community_id = ?`+where+" ORDER BY v.id", args...)
	for _, c := range byID {
		slices.SortStableFunc(c.Events, byTime)
	}
	return err
}

// Span is what some shops sold on some days, to whom is counted and never told.
type Span struct {
	First, Last period.Day
	Sales       money.Amount // less what was given back
	Purchases   int
	Buyers      int // different known ones
	Returning   int // of them, those who bought on two days or more
}

// Told reports whether the counts of buyers may be told: of k at least (portrait_k, C7).
func (s *Span) Told(k int) bool { return s.Buyers >= k }
