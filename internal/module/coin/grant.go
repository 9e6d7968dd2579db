package coin

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// GrantWhat is what became of a grant. It is stored.
type GrantWhat string

// The ends of a grant.
const (
	Given   GrantWhat = "given"
	Refused GrantWhat = "refused"
)

// Grant is hours of the common pot for somebody who cannot earn them.
type Grant struct {
	ID     id.ID
	Member id.ID
	Coins  money.Amount
	Reason string // seen by the desk and by her, never published
	At     time.Time
	By     id.ID // the person who asked for it
	End    *GrantEnd
}

// GrantEnd is who ended a grant, when and how.
type GrantEnd struct {
	What  GrantWhat
	Words string
	Month period.Month
	Seq   int64
	At    time.Time
	By    id.ID
}

// Validate refuses a grant that says too little.
func (g *Grant) Validate() error {
	switch {
	case g.Coins <= 0:
		return ErrBadAmount.On("coins")
	case !text.Prose(g.Reason, wordsMost):
		return ErrNoReason.On("reason").With("most", wordsMost)
	}
	return nil
}

// MayAgree refuses to let who asked for a grant agree to it.
func (g *Grant) MayAgree(who id.ID) error {
	switch {
	case g.End != nil:
		return ErrEnded
	case g.By == who:
		return ErrSamePair
	}
	return nil
}

// Ask notes a grant that is asked for.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, g Grant) (err error) {
	defer fault.Wrap(&err, "coin: ask for a grant")
	_, err = tx.Exec(ctx, "INSERT INTO coin_grant (community_id, id, member_id, coins, reason, asked_at, asked_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], g.ID[:], g.Member[:], int64(g.Coins), g.Reason, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// EndGrant notes what became of it; seq is −1 where nothing was booked.
func (s *Service) EndGrant(ctx context.Context, tx *db.Tx, g *Grant, what GrantWhat, words string, m period.Month, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: end grant %s", g.ID)
	_, err = tx.Exec(ctx, "INSERT INTO coin_grant_end (community_id, grant_id, what, words, month, seq, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], g.ID[:], string(what), words, int64(m), seq, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// GrantByID finds a grant.
func (s *Service) GrantByID(ctx context.Context, r db.Reader, community, grant id.ID) (*Grant, error) {
	all, err := readGrants(ctx, r, community, "g.id = ?", grant[:])
	if err == nil && len(all) == 0 {
		err = ErrNoGrant
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// GrantsOf lists what a member was granted, or was to be, the latest first.
func (s *Service) GrantsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Grant, error) {
	return readGrants(ctx, r, community, "g.member_id = ? ORDER BY g.asked_at DESC, g.id DESC LIMIT ?", member[:], openMost)
}

// Grants lists all, those that wait first, then the latest.
func (s *Service) Grants(ctx context.Context, r db.Reader, community id.ID) ([]*Grant, error) {
	return readGrants(ctx, r, community, "1 = 1 ORDER BY CASE WHEN e.grant_id IS NULL THEN 0 ELSE 1 END, g.asked_at DESC, g.id DESC LIMIT ?", openMost)
}

// GrantedIn is what a member was given of the pot in a month.
func (s *Service) GrantedIn(ctx context.Context, r db.Reader, community, member id.ID, m period.Month) (money.Amount, error) {
	n, err := number(ctx, r, `SELECT CAST(COALESCE(sum(g.coins), 0) AS BIGINT) FROM coin_grant g
		JOIN coin_grant_end e ON e.community_id = g.community_id AND e.grant_id = g.id
		WHERE g.community_id = ? AND g.member_id = ? AND e.what = 'given' AND e.month = ?`, community[:], member[:], int64(m))
	return money.Amount(n), err
}

func readGrants(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Grant, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Grant
		var at int64
		var what, words sql.NullString
		var month, seq, ended sql.NullInt64
		var by []byte
		if err := rows.Scan(&g.ID, &g.Member, &g.Coins, &g.Reason, &at, &g.By, &what, &words, &month, &seq, &ended, &by); err != nil {
			return err
		}
		g.At = micros(at)
		if what.Valid {
			g.End = &GrantEnd{What: GrantWhat(what.String), Words: words.String, Month: period.Month(month.Int64), Seq: seq.Int64, At: micros(ended.Int64), By: id.ID(by)}
		}
		all = append(all, &g)
		return nil
	}, `SELECT g.id, g.member_id, g.coins, g.reason, g.asked_at, g.asked_by, e.what, e.words, e.month, e.seq, e.ended_at, e.ended_by
		FROM coin_grant g LEFT JOIN coin_grant_end e ON e.community_id = g.community_id AND e.grant_id = g.id
		WHERE g.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}
