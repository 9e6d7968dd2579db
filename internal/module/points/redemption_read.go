package points

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func exists(ctx context.Context, r db.Reader, query string, args ...any) (bool, error) {
	var n int
	err := db.One(ctx, r, &n, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// ByID finds a redemption.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, redemption id.ID) (*Redemption, error) {
	return oneRedemption(ctx, r, community, "r.id = ?", redemption[:])
}

// ByCode finds a redemption by the digits that are shown at a counter.
func (s *Service) ByCode(ctx context.Context, r db.Reader, community id.ID, code string) (*Redemption, error) {
	return oneRedemption(ctx, r, community, "r.code = ?", code)
}

// OfMember lists what a member asked for, the latest first.
func (s *Service) OfMember(ctx context.Context, r db.Reader, community, member id.ID) ([]Redemption, error) {
	return redemptions(ctx, r, community, "r.member_id = ? ORDER BY r.id DESC", member[:])
}

// AtCounter lists what waits to be collected at a counter, by the time it lapses.
func (s *Service) AtCounter(ctx context.Context, r db.Reader, community, counter id.ID, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "r.counter_id = ? AND e.kind IS NULL ORDER BY r.due_at, r.id LIMIT ?", counter[:], limit)
}

// HandedAt lists what was handed over at a counter from an instant on, the latest first.
func (s *Service) HandedAt(ctx context.Context, r db.Reader, community, counter id.ID, from time.Time) ([]Redemption, error) {
	return redemptions(ctx, r, community, "r.counter_id = ? AND e.kind = 'handed' AND e.ended_at >= ? ORDER BY e.ended_at DESC", counter[:], from.UnixMicro())
}

// AskedIn lists what was asked for from ≤ time < to, the latest first.
func (s *Service) AskedIn(ctx context.Context, r db.Reader, community id.ID, from, to time.Time, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "r.asked_at >= ? AND r.asked_at < ? ORDER BY r.id DESC LIMIT ?", from.UnixMicro(), to.UnixMicro(), limit)
}

// Overdue lists what lapsed and has not ended, the first first.
func (s *Service) Overdue(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "r.due_at <= ? AND e.kind IS NULL ORDER BY r.due_at, r.id LIMIT ?", now.UnixMicro(), limit)
}

// Lapsing lists what lapses before an instant and whose owner was not told.
func (s *Service) Lapsing(ctx context.Context, r db.Reader, community id.ID, before time.Time, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, `r.due_at <= ? AND e.kind IS NULL AND NOT EXISTS (SELECT 1 FROM points_reminder m WHERE m.community_id = r.community_id AND m.redemption_id = r.id)
		ORDER BY r.due_at, r.id LIMIT ?`, before.UnixMicro(), limit)
}

// Claims lists the claims that wait to be decided, by the time the clock decides.
func (s *Service) Claims(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "c.redemption_id IS NOT NULL AND v.verdict IS NULL ORDER BY c.due_at, r.id LIMIT ?", limit)
}

// DecidedClaims lists the claims that were decided, the latest first.
func (s *Service) DecidedClaims(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "v.verdict IS NOT NULL ORDER BY v.decided_at DESC, r.id LIMIT ?", limit)
}

// OverdueClaims lists the claims that the clock decides.
func (s *Service) OverdueClaims(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]Redemption, error) {
	return redemptions(ctx, r, community, "c.due_at <= ? AND v.verdict IS NULL ORDER BY c.due_at, r.id LIMIT ?", now.UnixMicro(), limit)
}

func oneRedemption(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Redemption, error) {
	all, err := redemptions(ctx, r, community, where, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNoOrder
	}
	return &all[0], nil
}

// redemptions reads redemptions with their ends, claims and verdicts.
func redemptions(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Redemption, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x, err := scanRedemption(rows)
		all = append(all, x)
		return err
	}, `SELECT r.id, r.good_id, r.terms, r.member_id, r.points, r.cost, r.supplier_id, r.counter_id, r.code, r.month, r.origin_id, r.seq, r.asked_by, r.asked_at, r.due_at,
		e.kind, e.seq, e.reason, e.ended_by, e.ended_at, c.words, c.picture_id, c.claimed_by, c.claimed_at, c.due_at,
		v.verdict, v.reason, v.points_seq, v.cost_seq, v.replacement_id, v.decided_by, v.decided_at
		FROM points_redemption r LEFT JOIN points_redemption_end e ON e.community_id = r.community_id AND e.redemption_id = r.id
		LEFT JOIN points_claim c ON c.community_id = r.community_id AND c.redemption_id = r.id
		LEFT JOIN points_verdict v ON v.community_id = r.community_id AND v.redemption_id = r.id
		WHERE r.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

func scanRedemption(rows *sql.Rows) (x Redemption, err error) {
	var asked, due int64
	var kind, reason, by, words, claimer, verdict, why, judge sql.NullString
	var seq, ended, claimed, until, pointsSeq, costSeq, decided sql.NullInt64
	var picture, replacement id.ID
	if err := rows.Scan(&x.ID, &x.Good, &x.Terms, &x.Member, &x.Points, &x.Cost, &x.Supplier, &x.Counter, &x.Code, &x.Month, &x.Origin, &x.Seq, &x.By, &asked, &due,
		&kind, &seq, &reason, &by, &ended, &words, &picture, &claimer, &claimed, &until,
		&verdict, &why, &pointsSeq, &costSeq, &replacement, &judge, &decided); err != nil {
		return x, err
	}
	x.At, x.Due = micros(asked), micros(due)
	if kind.Valid {
		x.End = &Ending{Kind: End(kind.String), Seq: seq.Int64, Reason: reason.String, By: by.String, At: micros(ended.Int64)}
	}
	if claimed.Valid {
		x.Claim = &Claim{Words: words.String, Picture: picture, By: claimer.String, At: micros(claimed.Int64), Due: micros(until.Int64)}
	}
	if verdict.Valid && x.Claim != nil {
		x.Claim.Decision = &Decision{Verdict: Verdict(verdict.String), Reason: why.String, PointsSeq: pointsSeq.Int64, CostSeq: costSeq.Int64,
			Replacement: replacement, By: judge.String, At: micros(decided.Int64)}
	}
	return x, nil
}
