package membership

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// RecommendationOf is what stands behind a newcomer, nil if she came by herself.
func (s *Service) RecommendationOf(ctx context.Context, r db.Reader, community, member id.ID) (*Recommendation, error) {
	all, err := recommendations(ctx, r, community, "n.member_id = ?", member[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// RecommendedBy lists whom a member or a shop recommended, the latest first.
func (s *Service) RecommendedBy(ctx context.Context, r db.Reader, community id.ID, by By) ([]Recommendation, error) {
	return recommendations(ctx, r, community, "n.by_id = ? AND n.by_kind = ? ORDER BY n.recommended_at DESC, n.member_id", by.ID[:], string(by.Kind))
}

// Open lists the recommendations that are not decided, the first first, those behind
// after.
func (s *Service) Open(ctx context.Context, r db.Reader, community, after id.ID, limit int) ([]Recommendation, error) {
	return recommendations(ctx, r, community, "o.member_id IS NULL AND n.member_id > ? ORDER BY n.member_id LIMIT ?", after, limit)
}

// Waiting lists those that wait for a person to look, the first first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID) ([]Recommendation, error) {
	return recommendations(ctx, r, community, "o.member_id IS NULL AND v.member_id IS NOT NULL AND d.member_id IS NULL ORDER BY v.held_at, n.member_id")
}

// AllRecommendations lists those of a community, the latest first.
func (s *Service) AllRecommendations(ctx context.Context, r db.Reader, community id.ID, limit, offset int) ([]Recommendation, error) {
	return recommendations(ctx, r, community, "n.recommended_at >= 0 ORDER BY n.recommended_at DESC, n.member_id LIMIT ? OFFSET ?", limit, offset)
}

// CountRecommendations is how many there are.
func (s *Service) CountRecommendations(ctx context.Context, r db.Reader, community id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM membership_recommendation WHERE community_id = ?", community[:])
	return n, err
}

// Introductions are the members whose recommendation counts, by the member who
// recommended them, in the order of joining.
func (s *Service) Introductions(ctx context.Context, r db.Reader, community id.ID) (map[id.ID][]id.ID, error) {
	by := make(map[id.ID][]id.ID)
	all, err := recommendations(ctx, r, community, "n.by_kind = ? AND o.outcome = ? ORDER BY n.recommended_at, n.member_id", string(ByMember), string(Counts))
	for i := range all {
		if all[i].State() == Counts { // not taken back since
			by[all[i].ID] = append(by[all[i].ID], all[i].Member)
		}
	}
	return by, err
}

func recommendations(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Recommendation, err error) {
	at := make(map[id.ID]int)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Recommendation
		var when int64
		var guard, verdict, reason, by, outcome, stopped sql.NullString
		var held, decided, spent, uses, seq, reward, month, day, concluded sql.NullInt64
		if err := rows.Scan(&n.Member, &n.Kind, &n.ID, &n.Term, &when, &guard, &held, &verdict, &reason, &by, &decided,
			&outcome, &stopped, &spent, &uses, &seq, &reward, &month, &day, &concluded, &n.Waived); err != nil {
			return err
		}
		n.At = micros(when)
		if held.Valid {
			n.Review = &Review{Guard: guard.String, HeldAt: micros(held.Int64), Verdict: verdict.String, Reason: reason.String, By: by.String}
			if decided.Valid {
				n.Review.At = micros(decided.Int64)
			}
		}
		if concluded.Valid {
			n.Outcome = &Outcome{State: State(outcome.String), Guard: stopped.String, Spent: money.Amount(spent.Int64), Uses: int(uses.Int64), Seq: seq.Int64,
				Reward: money.Amount(reward.Int64), Month: period.Month(month.Int64), Day: period.Day(day.Int64), At: micros(concluded.Int64)}
		}
		at[n.Member] = len(all)
		all = append(all, n)
		return nil
	}, `SELECT n.member_id, n.by_kind, n.by_id, n.term_id, n.recommended_at, v.guard, v.held_at, d.verdict, d.reason, d.decided_by, d.decided_at,
		o.outcome, o.guard, o.spent, o.uses, o.seq, o.reward, o.month, o.decided_day, o.decided_at, w.term_id
		FROM membership_recommendation n
		LEFT JOIN membership_review v ON v.community_id = n.community_id AND v.member_id = n.member_id
		LEFT JOIN membership_verdict d ON d.community_id = n.community_id AND d.member_id = n.member_id
		LEFT JOIN membership_outcome o ON o.community_id = n.community_id AND o.member_id = n.member_id
		LEFT JOIN membership_waiver w ON w.community_id = n.community_id AND w.member_id = n.member_id
		WHERE n.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	return all, db.EachSome(keys(at), func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var member id.ID
			var t Taken
			var when int64
			if err := rows.Scan(&member, &t.Seq, &t.Amount, &t.Month, &t.Guard, &t.Reason, &t.By, &when); err != nil {
				return err
			}
			t.At = micros(when)
			all[at[member]].Taken = append(all[at[member]].Taken, t)
			return nil
		}, "SELECT member_id, seq, amount, month, guard, reason, taken_by, taken_at FROM membership_taken WHERE community_id = ? AND member_id IN "+in+" ORDER BY seq", args...)
	}, community[:])
}

// Booked is what the tables say about the entry of a reward, or of what was taken of
// one, for those who verify.
type Booked struct {
	Newcomer    id.ID
	Recommender id.ID
	Amount      money.Amount // below zero if it was taken back
	Uses        int          // free services on which it rested
}

// AllBooked is every entry that a reward or its taking back names.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (map[int64]Booked, error) {
	all := make(map[int64]Booked)
	take := func(rows *sql.Rows) error {
		var b Booked
		var seq int64
		err := rows.Scan(&seq, &b.Newcomer, &b.Recommender, &b.Amount, &b.Uses)
		all[seq] = b
		return err
	}
	if err := db.Each(ctx, r, take, `SELECT o.seq, o.member_id, n.by_id, o.reward, o.uses FROM membership_outcome o
		JOIN membership_recommendation n ON n.community_id = o.community_id AND n.member_id = o.member_id WHERE o.community_id = ? AND o.seq >= 0`, community[:]); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, take, `SELECT t.seq, t.member_id, n.by_id, 0 - t.amount, 0 FROM membership_taken t
		JOIN membership_recommendation n ON n.community_id = t.community_id AND n.member_id = t.member_id WHERE t.community_id = ? AND t.seq >= 0`, community[:])
}

// CapOf names a recommender's cap of a month.
type CapOf struct {
	Member id.ID
	Month  period.Month
}

// Caps are all caps as far as they are used, for those who verify.
func (s *Service) Caps(ctx context.Context, r db.Reader, community id.ID) (map[CapOf]money.Amount, error) {
	used := make(map[CapOf]money.Amount)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var c CapOf
		var v money.Amount
		err := rows.Scan(&c.Member, &c.Month, &v)
		used[c] = v
		return err
	}, "SELECT member_id, month, used FROM membership_cap WHERE community_id = ?", community[:])
	return used, err
}
