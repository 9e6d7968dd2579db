package coin

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Got is how much of some hours somebody got in a civil month. Hours keep it when they are
// taken to another community (T-14, T-16).
type Got struct {
	Month period.Month `json:"month"`
	Coins money.Amount `json:"coins"`
}

// Tidy sums by month, the oldest first, and leaves out what is nothing.
func Tidy(all []Got) (tidy []Got) {
	all = slices.SortedStableFunc(slices.Values(all), func(a, b Got) int { return cmp.Compare(a.Month, b.Month) })
	for _, g := range all {
		switch n := len(tidy); {
		case g.Coins <= 0:
		case n > 0 && tidy[n-1].Month == g.Month:
			tidy[n-1].Coins += g.Coins
		default:
			tidy = append(tidy, g)
		}
	}
	return tidy
}

// Oldest parts so much from tidy hours, the oldest first; what there is not is not parted.
func Oldest(all []Got, coins money.Amount) (parted, left []Got) {
	for _, g := range all {
		p := max(0, min(g.Coins, coins))
		coins -= p
		parted, left = append(parted, Got{g.Month, p}), append(left, Got{g.Month, g.Coins - p})
	}
	return Tidy(parted), Tidy(left)
}

// Sum is how much they are.
func Sum(all []Got) (v money.Amount) {
	for _, g := range all {
		v += g.Coins
	}
	return v
}

// keepAge notes when hours that arrived were got.
func keepAge(ctx context.Context, tx *db.Tx, transfer id.ID, got []Got) error {
	for _, g := range got {
		if _, err := tx.Exec(ctx, "INSERT INTO coin_arrived_got (community_id, transfer_id, month, coins) VALUES (?, ?, ?, ?)",
			tx.Community[:], transfer[:], int64(g.Month), int64(g.Coins)); err != nil {
			return err
		}
	}
	return nil
}

// ArrivedGot is when the hours that arrived for a member were got, by the number of the entry.
func (s *Service) ArrivedGot(ctx context.Context, r db.Reader, community, member id.ID) (by map[int64][]Got, err error) {
	defer fault.Wrap(&err, "coin: the age of what arrived")
	by = make(map[int64][]Got)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var seq int64
		var g Got
		err := rows.Scan(&seq, &g.Month, &g.Coins)
		by[seq] = append(by[seq], g)
		return err
	}, `SELECT a.seq, g.month, g.coins FROM coin_arrived a JOIN coin_arrived_got g ON g.community_id = a.community_id AND g.transfer_id = a.id
		WHERE a.community_id = ? AND a.member_id = ? ORDER BY a.seq, g.month`, community[:], member[:])
	return by, err
}
