package coin

import (
	"context"
	"database/sql"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Records lists what every record says of the entry that it names, in the words in which
// verify puts the entry's facts; a record that nothing moved for names entry −1 and is left
// out.
func (s *Service) Records(ctx context.Context, r db.Reader, community id.ID, each func(seq int64, says string)) error {
	for _, kind := range recordKinds {
		err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var seq, n int64
			var a, b id.ID
			var coins, pool money.Amount
			if err := rows.Scan(&seq, &a, &b, &n, &coins, &pool); err != nil {
				return err
			}
			each(seq, Says(kind.name, a, b, n, coins, pool))
			return nil
		}, kind.query, community[:])
		if err != nil {
			return err
		}
	}
	return nil
}

// Says is what a record says, in a line that can be compared.
func Says(name string, a, b id.ID, n int64, coins, pool money.Amount) string {
	return fmt.Sprint(name, " ", a, " ", b, " ", n, " ", coins, " ", pool)
}

// recordKinds are the tables whose rows name an entry: what it is about, who, and how much.
var recordKinds = []struct{ name, query string }{
	{"hold", "SELECT seq, request_id, member_id, part, coins, 0 FROM coin_hold WHERE community_id = ?"},
	{"share", "SELECT seq, request_id, request_id, share, back, pool FROM coin_share WHERE community_id = ?"},
	{"share end", "SELECT seq, request_id, request_id, share, coins, pool FROM coin_share_end WHERE community_id = ?"},
	{"end", "SELECT seq, request_id, request_id, part, coins, pool FROM coin_hold_end WHERE community_id = ?"},
	{"paid", "SELECT seq, assignment_id, request_id, minutes, coins, due FROM coin_service WHERE community_id = ? AND kind <> 'cancelled'"},
	{"cancelled", "SELECT seq, assignment_id, request_id, 0, coins, 0 FROM coin_service WHERE community_id = ? AND kind = 'cancelled'"},
	{"undo", "SELECT seq, assignment_id, assignment_id, 0, coins, pool FROM coin_service_undo WHERE community_id = ?"},
	{"opening", "SELECT seq, member_id, member_id, 0, 0, 0 FROM coin_opening WHERE community_id = ?"},
	{"gift", "SELECT seq, id, from_id, 0, coins, 0 FROM coin_gift WHERE community_id = ?"},
	{"grant", `SELECT e.seq, g.id, g.member_id, 0, g.coins, 0 FROM coin_grant g
		JOIN coin_grant_end e ON e.community_id = g.community_id AND e.grant_id = g.id WHERE g.community_id = ? AND e.what = 'given'`},
	{"donation", "SELECT seq, id, shop_id, 0, coins, 0 FROM coin_donation WHERE community_id = ?"},
	{"order", `SELECT s.seq, o.id, o.org_id, s.premium, o.coins, o.common FROM coin_order o
		JOIN coin_order_step s ON s.community_id = o.community_id AND s.order_id = o.id WHERE o.community_id = ? AND s.what = 'bought'`},
	{"sent", "SELECT seq, id, member_id, 0, coins, 0 FROM coin_sent WHERE community_id = ?"},
	{"arrived", "SELECT seq, id, member_id, 0, coins, 0 FROM coin_arrived WHERE community_id = ?"},
	{"lapse", "SELECT seq, member_id, member_id, month, coins, 0 FROM coin_lapse WHERE community_id = ?"},
}

// Budgets is what the pool paid for services, by month.
func (s *Service) Budgets(ctx context.Context, r db.Reader, community id.ID) (map[period.Month]money.Amount, error) {
	spent := make(map[period.Month]money.Amount)
	return spent, db.Each(ctx, r, func(rows *sql.Rows) error {
		var m period.Month
		var v money.Amount
		err := rows.Scan(&m, &v)
		spent[m] = v
		return err
	}, "SELECT month, spent FROM coin_budget WHERE community_id = ?", community[:])
}

// Outstanding is what is due of each assignment that the pool has not paid whole.
func (s *Service) Outstanding(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]money.Amount, error) {
	due := make(map[id.ID]money.Amount)
	return due, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var v money.Amount
		err := rows.Scan(&at, &v)
		due[at] = v
		return err
	}, "SELECT assignment_id, coins FROM coin_due WHERE community_id = ?", community[:])
}

// Undos is, of each assignment that was disputed, what was taken back with what was only due.
func (s *Service) Undos(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Undone, error) {
	all := make(map[id.ID]Undone)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var u Undone
		err := rows.Scan(&at, &u.Whole, &u.Coins, &u.Pool, &u.Seq)
		all[at] = u
		return err
	}, "SELECT assignment_id, whole, coins, pool, seq FROM coin_service_undo WHERE community_id = ?", community[:])
}
