package points

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Booked is what a record says that an entry booked, for those who verify.
type Booked struct {
	Rule   uint8 // of the charter: 6 to 10
	Undone bool
	Of     id.ID // the redemption, grant, offset or file
	Party  id.ID // the member, the shop or the property manager
	Amount money.Amount
}

// booked lists the records by the rules that booked them.
var booked = []struct {
	rule   uint8
	undone bool
	query  string
}{
	{7, false, "SELECT seq, id, member_id, points FROM points_redemption WHERE community_id = ? AND seq >= 0"},
	{7, true, `SELECT e.seq, r.id, r.member_id, r.points FROM points_redemption_end e JOIN points_redemption r ON r.community_id = e.community_id AND r.id = e.redemption_id
		WHERE e.community_id = ? AND e.kind <> 'handed'`},
	{7, true, `SELECT v.points_seq, r.id, r.member_id, r.points FROM points_verdict v JOIN points_redemption r ON r.community_id = v.community_id AND r.id = v.redemption_id
		WHERE v.community_id = ? AND v.points_seq >= 0`},
	{9, false, `SELECT e.seq, r.id, r.supplier_id, r.cost FROM points_redemption_end e JOIN points_redemption r ON r.community_id = e.community_id AND r.id = e.redemption_id
		WHERE e.community_id = ? AND e.kind = 'handed'`},
	{9, true, `SELECT v.cost_seq, r.id, r.supplier_id, r.cost FROM points_verdict v JOIN points_redemption r ON r.community_id = v.community_id AND r.id = v.redemption_id
		WHERE v.community_id = ? AND v.cost_seq >= 0`},
	{6, false, "SELECT seq, id, member_id, points FROM points_grant WHERE community_id = ?"},
	{6, true, `SELECT u.seq, g.id, g.member_id, g.points FROM points_grant_undo u JOIN points_grant g ON g.community_id = u.community_id AND g.id = u.grant_id WHERE u.community_id = ?`},
	{8, false, "SELECT seq, id, member_id, points FROM points_offset WHERE community_id = ?"},
	{8, true, `SELECT a.seq, o.id, o.member_id, o.points FROM points_offset_answer a JOIN points_offset o ON o.community_id = a.community_id AND o.id = a.offset_id
		WHERE a.community_id = ? AND a.seq >= 0`},
	{10, false, `SELECT p.seq, f.id, f.manager_id, p.amount FROM points_offset_payment p JOIN points_offset_file f ON f.community_id = p.community_id AND f.id = p.file_id WHERE p.community_id = ?`},
}

// AllBooked is every entry that a record names. Two records that name the same entry
// are told in twice.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (all map[int64]Booked, twice []int64, err error) {
	all = make(map[int64]Booked)
	for _, b := range booked {
		if err := db.Each(ctx, r, func(rows *sql.Rows) error {
			x := Booked{Rule: b.rule, Undone: b.undone}
			var seq int64
			if err := rows.Scan(&seq, &x.Of, &x.Party, &x.Amount); err != nil {
				return err
			}
			if _, known := all[seq]; known {
				twice = append(twice, seq)
			}
			all[seq] = x
			return nil
		}, b.query, community[:]); err != nil {
			return nil, nil, err
		}
	}
	return all, twice, nil
}

// Owed is what the offsets and payments say that each property manager will be paid.
func (s *Service) Owed(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]money.Amount, error) {
	owed := make(map[id.ID]money.Amount)
	for _, part := range []struct {
		sign  money.Amount
		query string
	}{
		{1, `SELECT o.manager_id, CAST(SUM(o.amount) AS BIGINT) FROM points_offset o LEFT JOIN points_offset_answer a ON a.community_id = o.community_id AND a.offset_id = o.id
			WHERE o.community_id = ? AND (a.verdict IS NULL OR a.verdict = 'accepted') GROUP BY o.manager_id`},
		{-1, `SELECT f.manager_id, CAST(SUM(p.amount) AS BIGINT) FROM points_offset_payment p JOIN points_offset_file f ON f.community_id = p.community_id AND f.id = p.file_id
			WHERE p.community_id = ? GROUP BY f.manager_id`},
	} {
		if err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var manager id.ID
			var n money.Amount
			err := rows.Scan(&manager, &n)
			owed[manager] += part.sign * n
			return err
		}, part.query, community[:]); err != nil {
			return nil, err
		}
	}
	return owed, nil
}
