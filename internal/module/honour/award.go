package honour

import (
	"context"
	"database/sql"
	"errors"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Award is an honour that was handed over.
type Award struct {
	Call      id.ID
	Nominee   id.ID
	CashSeq   int64 // the entry that paid it, −1 if none
	PointsSeq int64
	By        id.ID
	At        time.Time
}

// Awards lists what was handed over in a call, by nominee.
func (s *Service) Awards(ctx context.Context, r db.Reader, community, call id.ID) (map[id.ID]Award, error) {
	all := make(map[id.ID]Award)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		a := Award{Call: call}
		var at int64
		err := rows.Scan(&a.Nominee, &a.CashSeq, &a.PointsSeq, &a.By, &at)
		a.At = micros(at)
		all[a.Nominee] = a
		return err
	}, "SELECT nominee_id, cash_seq, points_seq, given_by, given_at FROM honour_award WHERE community_id = ? AND call_id = ?", community[:], call[:])
	return all, err
}

// Give notes that an honour was handed over, with the entries that paid what it
// carries. Only who was honoured gets it, once.
func (s *Service) Give(ctx context.Context, tx *db.Tx, c *Call, a Award) (err error) {
	defer fault.Wrap(&err, "honour: give")
	results, err := s.Results(ctx, tx, tx.Community, c.ID)
	if err != nil {
		return err
	}
	honoured := false
	for _, r := range results {
		honoured = honoured || r.Nominee == a.Nominee && r.Honoured
	}
	if !honoured {
		return ErrNotHonoured
	}
	n, err := tx.Exec(ctx, "INSERT INTO honour_award (community_id, call_id, nominee_id, cash_seq, points_seq, given_by, given_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tx.Community[:], c.ID[:], a.Nominee[:], a.CashSeq, a.PointsSeq, tx.Actor.ID[:], tx.Now.UnixMicro())
	if err == nil && n == 0 {
		err = ErrGiven
	}
	return err
}

// Ceremony is the annual award ceremony (社区贡献颁奖礼).
type Ceremony struct {
	Year      int
	Title     string
	Place     string
	At        time.Time
	Programme string // a line each
}

// Announce announces a year's ceremony, or announces it anew with what has changed.
func (s *Service) Announce(ctx context.Context, tx *db.Tx, c Ceremony) (err error) {
	defer fault.Wrap(&err, "honour: ceremony")
	switch {
	case !between(c.Title, 2, 60):
		return ErrBadTitle.On("title")
	case !between(c.Place, 2, 60):
		return ErrBadPlace.On("place")
	case c.At.IsZero():
		return ErrBadTimes.On("at")
	case utf8.RuneCountInString(c.Programme) > 2000:
		return ErrBadProgramme.On("programme")
	}
	var no int
	if err := db.One(ctx, tx, &no, "SELECT count(*) FROM honour_ceremony WHERE community_id = ? AND year = ?", tx.Community[:], c.Year); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO honour_ceremony (community_id, year, no, title, place, starts_at, programme, announced_by, announced_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.Year, no, c.Title, c.Place, c.At.UnixMicro(), c.Programme, tx.Actor.ID[:], tx.Now.UnixMicro())
	return err
}

// Ceremony is the ceremony of a year as it was announced last, nil if none was.
func (s *Service) Ceremony(ctx context.Context, r db.Reader, community id.ID, year int) (*Ceremony, error) {
	var row struct {
		Title     string `db:"title"`
		Place     string `db:"place"`
		At        int64  `db:"starts_at"`
		Programme string `db:"programme"`
	}
	err := db.One(ctx, r, &row, "SELECT title, place, starts_at, programme FROM honour_ceremony WHERE community_id = ? AND year = ? ORDER BY no DESC LIMIT 1", community[:], year)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &Ceremony{Year: year, Title: row.Title, Place: row.Place, At: micros(row.At), Programme: row.Programme}, err
}

// gone stands where words about a person were.
const gone = "—"

// Erase forgets a member who is forgotten (A7): what was written about her, what she
// wrote, and her name on the wall; an open call goes on without her.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "honour: erase %s", member)
	as, err := s.NominatedAs(ctx, tx, tx.Community, member)
	if err != nil {
		return err
	}
	for _, n := range as {
		c, err := s.Call(ctx, tx, tx.Community, n.Call)
		if err != nil {
			return err
		}
		answer := Unnamed
		if p := c.Phase(tx.Now); p == Nominating || p == Voting {
			answer = Declined
		}
		if err := s.Answer(ctx, tx, c, n, answer); err != nil && !errors.Is(err, ErrEnded) {
			return err
		}
	}
	for _, column := range []string{"nominee_id", "nominator_id"} {
		if _, err := tx.Exec(ctx, "UPDATE honour_nomination SET reason = ? WHERE community_id = ? AND "+column+" = ?", gone, tx.Community[:], member[:]); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "UPDATE honour_screening SET words = ? WHERE community_id = ? AND nominee_id = ?", gone, tx.Community[:], member[:])
	return err
}
