package chore

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// ByID finds a chore with its stages and its progress.
func (s *Service) ByID(ctx context.Context, r db.Reader, chore id.ID) (*Chore, error) {
	found, err := read(ctx, r, "c.id = ?", "", chore[:])
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// List are the newest chores of a kind, up to limit.
func (s *Service) List(ctx context.Context, r db.Reader, kind Kind, limit int) ([]*Chore, error) {
	return read(ctx, r, "c.kind = ?", "LIMIT ?", string(kind), limit)
}

// Between are the chores that were asked for in from ≤ time < to, the newest first.
func (s *Service) Between(ctx context.Context, r db.Reader, from, to time.Time) ([]*Chore, error) {
	return read(ctx, r, "c.asked_at >= ? AND c.asked_at < ?", "", from.UnixMicro(), to.UnixMicro())
}

// read fetches chores, the newest first, then the stages of all of them.
func read(ctx context.Context, r db.Reader, where, limit string, args ...any) (all []*Chore, err error) {
	at := make(map[id.ID]*Chore)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Chore{}
		var asked int64
		var turn, position, total, begun, saved *int64
		var counts *string
		if err := rows.Scan(&c.ID, &c.Kind, &c.Subject, &c.Title, &c.Detail, &c.AskedBy, &asked, &turn, &position, &total, &counts, &begun, &saved); err != nil {
			return err
		}
		c.AskedAt = micros(asked)
		if turn != nil {
			c.Progress = Progress{*turn, *position, *total, *counts, micros(*begun), micros(*saved)}
		}
		all, at[c.ID] = append(all, c), c
		return nil
	}, `SELECT c.id, c.kind, c.subject_id, c.title, c.detail, c.asked_by, c.asked_at, p.turn, p.position, p.total, p.counts, p.begun_at, p.saved_at
		FROM chore c LEFT JOIN chore_progress p ON p.community_id = c.community_id AND p.chore_id = c.id
		WHERE c.community_id = ? AND `+where+" ORDER BY c.id DESC "+limit, append([]any{id.Tilde[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	oldest, newest := all[len(all)-1].ID, all[0].ID
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var chore id.ID
		var x Reached
		var when int64
		if err := rows.Scan(&chore, &x.Stage, &x.Detail, &x.By, &when); err != nil {
			return err
		}
		if c := at[chore]; c != nil {
			x.At = micros(when)
			c.Stages = append(c.Stages, x)
		}
		return nil
	}, "SELECT chore_id, stage, detail, reached_by, reached_at FROM chore_stage WHERE community_id = ? AND chore_id >= ? AND chore_id <= ? ORDER BY reached_at, stage",
		id.Tilde[:], oldest[:], newest[:])
	return all, err
}

// Findings are what a part of a chore found, by place.
func (s *Service) Findings(ctx context.Context, r db.Reader, chore id.ID, part string, limit int) (all []Finding, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var f Finding
		err := rows.Scan(&f.Part, &f.Place, &f.Field, &f.Code, &f.Detail)
		all = append(all, f)
		return err
	}, "SELECT part, place, field, code, detail FROM chore_finding WHERE community_id = ? AND chore_id = ? AND part = ? ORDER BY place, code, field LIMIT ?",
		id.Tilde[:], chore[:], part, limit)
	return all, err
}
