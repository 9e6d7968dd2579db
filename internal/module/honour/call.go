package honour

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Calls lists the calls of a community, the newest first; with a year, of its wall.
func (s *Service) Calls(ctx context.Context, r db.Reader, community id.ID, year int) ([]*Call, error) {
	if year == 0 {
		return readCalls(ctx, r, " ORDER BY c.id DESC", community[:])
	}
	return readCalls(ctx, r, " AND c.year = ? ORDER BY c.id DESC", community[:], year)
}

// Call finds one.
func (s *Service) Call(ctx context.Context, r db.Reader, community, call id.ID) (*Call, error) {
	all, err := readCalls(ctx, r, " AND c.id = ?", community[:], call[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func readCalls(ctx context.Context, r db.Reader, where string, args ...any) (all []*Call, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Call
		var nominate, vote, at int64
		var kind, words sql.NullString
		var by []byte
		var ended sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Year, &c.Kind, &c.Title, &c.Criteria, &c.Winners, &c.Cash, &c.Points, &c.Goods, &c.JuryRate, &nominate, &vote, &c.By, &at,
			&kind, &words, &by, &ended); err != nil {
			return err
		}
		c.NominateUntil, c.VoteUntil, c.At = micros(nominate), micros(vote), micros(at)
		if kind.Valid {
			c.End = &End{Kind: kind.String, Words: words.String, By: idOf(by), At: micros(ended.Int64)}
		}
		all = append(all, &c)
		return nil
	}, `SELECT c.id, c.year, c.kind, c.title, c.criteria, c.winners, c.cash, c.points, c.goods, c.jury_rate, c.nominate_until, c.vote_until, c.opened_by, c.opened_at,
		e.kind, e.words, e.ended_by, e.ended_at
		FROM honour_call c LEFT JOIN honour_call_end e ON e.community_id = c.community_id AND e.call_id = c.id WHERE c.community_id = ?`+where, args...)
	return all, err
}

// Open opens a call, with the people who judge beside the members.
func (s *Service) Open(ctx context.Context, tx *db.Tx, c Call, jurors []id.ID) (_ *Call, err error) {
	defer fault.Wrap(&err, "honour: open a call")
	if err := c.Validate(tx.Now, len(jurors)); err != nil {
		return nil, err
	}
	c.ID, c.By, c.At, c.End = tx.NewID(), tx.Actor.ID, tx.Now, nil
	if _, err := tx.Exec(ctx, `INSERT INTO honour_call (community_id, id, year, kind, title, criteria, winners, cash, points, goods, jury_rate, nominate_until, vote_until, opened_by, opened_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], c.ID[:], c.Year, string(c.Kind), c.Title, c.Criteria, c.Winners, int64(c.Cash), int64(c.Points), c.Goods,
		int64(c.JuryRate), c.NominateUntil.UnixMicro(), c.VoteUntil.UnixMicro(), c.By[:], tx.Now.UnixMicro()); err != nil {
		return nil, err
	}
	for _, who := range jurors {
		if _, err := tx.Exec(ctx, "INSERT INTO honour_juror (community_id, call_id, person_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tx.Community[:], c.ID[:], who[:]); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// Cancel ends a call that is not counted yet.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, c *Call, words string) error {
	if c.End != nil {
		return ErrEnded
	}
	if !between(words, 2, reasonMost) {
		return ErrBadReason.On("reason").With("least", 2).With("most", reasonMost)
	}
	return s.end(ctx, tx, c, Cancelled, words)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, c *Call, kind, words string) error {
	_, err := tx.Exec(ctx, "INSERT INTO honour_call_end (community_id, call_id, kind, words, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], kind, words, tx.Actor.ID[:], tx.Now.UnixMicro())
	c.End = &End{Kind: kind, Words: words, By: tx.Actor.ID, At: tx.Now}
	return err
}

// Jurors are who judges a call beside the members.
func (s *Service) Jurors(ctx context.Context, r db.Reader, community, call id.ID) (all []id.ID, err error) {
	err = db.All(ctx, r, &all, "SELECT person_id FROM honour_juror WHERE community_id = ? AND call_id = ? ORDER BY person_id", community[:], call[:])
	return all, err
}

// Years lists the years in which a community honoured anybody, the latest first.
func (s *Service) Years(ctx context.Context, r db.Reader, community id.ID) (years []int, err error) {
	err = db.All(ctx, r, &years, `SELECT DISTINCT c.year FROM honour_call c JOIN honour_call_end e ON e.community_id = c.community_id AND e.call_id = c.id
		WHERE c.community_id = ? AND e.kind = 'counted' ORDER BY c.year DESC`, community[:])
	return years, err
}
