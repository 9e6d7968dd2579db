package notice

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Choices are a person's wishes and quiet hours as they stand.
func (s *Service) Choices(ctx context.Context, r db.Reader, person id.ID) (c Choices, err error) {
	c = Choices{Wishes: make(map[string]map[Way]bool), Quiet: DefaultQuiet}
	var wishes []struct {
		Kind   string `db:"kind"`
		Way    Way    `db:"way"`
		Wanted int64  `db:"wanted"`
	}
	if err := db.All(ctx, r, &wishes, "SELECT kind, way, wanted FROM notice_wish WHERE community_id = ? AND person_id = ? ORDER BY wished_at", id.Tilde[:], person[:]); err != nil {
		return c, err
	}
	for _, w := range wishes {
		if c.Wishes[w.Kind] == nil {
			c.Wishes[w.Kind] = make(map[Way]bool)
		}
		c.Wishes[w.Kind][w.Way] = w.Wanted == 1
	}
	var quiet []struct {
		From  int `db:"begins"`
		Until int `db:"ends"`
	}
	err = db.All(ctx, r, &quiet, "SELECT begins, ends FROM notice_quiet WHERE community_id = ? AND person_id = ? ORDER BY set_at DESC LIMIT 1", id.Tilde[:], person[:])
	if len(quiet) > 0 {
		c.Quiet = Quiet{quiet[0].From, quiet[0].Until}
	}
	return c, err
}

// Wish notes that a person wants a kind by a way, or does not. What must be told
// cannot be switched off. tx belongs to "~".
func (s *Service) Wish(ctx context.Context, tx *db.Tx, person id.ID, kind string, w Way, wanted bool) error {
	k, ok := byID[kind]
	switch {
	case !ok:
		return ErrNoKind.With("kind", kind)
	case w != Inbox && !k.allows(w):
		return ErrNoWay.With("kind", kind).With("way", string(w))
	case k.Fixed(w) && !wanted:
		return ErrMust.With("kind", kind)
	}
	c, err := s.Choices(ctx, tx, person)
	if err != nil || c.Wants(k, w) == wanted {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO notice_wish (community_id, person_id, kind, way, wished_at, wanted) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id, kind, way, wished_at) DO UPDATE SET wanted = excluded.wanted`,
		id.Tilde[:], person[:], kind, string(w), tx.Now.UnixMicro(), flag(wanted))
	return err
}

// SetQuiet sets a person's quiet hours. tx belongs to "~".
func (s *Service) SetQuiet(ctx context.Context, tx *db.Tx, person id.ID, q Quiet) error {
	if err := q.Validate(); err != nil {
		return err
	}
	c, err := s.Choices(ctx, tx, person)
	if err != nil || c.Quiet == q {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO notice_quiet (community_id, person_id, set_at, begins, ends) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id, set_at) DO UPDATE SET begins = excluded.begins, ends = excluded.ends`,
		id.Tilde[:], person[:], tx.Now.UnixMicro(), q.From, q.Until)
	return err
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
