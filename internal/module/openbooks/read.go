package openbooks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Days reads the days from ≤ day ≤ to.
func (s *Service) Days(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (days []Day, err error) {
	defer fault.Wrap(&err, "openbooks: days")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Day
		into := []any{&d.Day, &d.Purchases, &d.Refunds, &d.First, &d.Last, &d.BuyersLeast}
		for _, v := range d.amounts() {
			into = append(into, v)
		}
		err := rows.Scan(append(into, &d.WelfareFund, &d.CareFund)...)
		days = append(days, d)
		return err
	}, "SELECT day, "+dayColumns+" FROM openbooks_day WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY day", community[:], int64(from), int64(to))
	return days, err
}

// Visits reads who bought, and where, on the days from ≤ day ≤ to.
func (s *Service) Visits(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]Visit, error) {
	return readVisits(ctx, r, "community_id = ? AND day >= ? AND day <= ?", community[:], int64(from), int64(to))
}

func readVisits(ctx context.Context, r db.Reader, where string, args ...any) (visits []Visit, err error) {
	defer fault.Wrap(&err, "openbooks: visits")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var v Visit
		var buyers, shops sql.RawBytes
		if err := rows.Scan(&v.Day, &v.Part, &buyers, &shops); err != nil {
			return err
		}
		var ok1, ok2 bool
		v.Buyers, ok1 = unpack(buyers)
		v.Shops, ok2 = unpack(shops)
		if !ok1 || !ok2 {
			return fmt.Errorf("openbooks: the visits of %s, part %d, are damaged", v.Day, v.Part)
		}
		visits = append(visits, v)
		return nil
	}, "SELECT day, part, buyers, shops FROM openbooks_visit WHERE "+where+" ORDER BY day, part", args...)
	return visits, err
}

// Movements reads what moved on the funds on the days from ≤ day ≤ to.
func (s *Service) Movements(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []Movement, err error) {
	defer fault.Wrap(&err, "openbooks: movements")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var m Movement
		err := rows.Scan(&m.Day, &m.Seq, &m.Fund, &m.Kind, &m.Rule, &m.Amount)
		all = append(all, m)
		return err
	}, "SELECT day, seq, fund, kind, rule, amount FROM openbooks_movement WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY day, seq, fund",
		community[:], int64(from), int64(to))
	return all, err
}

// Crowded is the last day before a day on which at least n different buyers
// bought, false if there is none.
func (s *Service) Crowded(ctx context.Context, r db.Reader, community id.ID, before period.Day, n int) (day period.Day, ok bool, err error) {
	err = db.One(ctx, r, &day, "SELECT day FROM openbooks_day WHERE community_id = ? AND day < ? AND buyers_least >= ? ORDER BY day DESC LIMIT 1",
		community[:], int64(before), n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return day, err == nil, err
}

// Shopped lists the days up to through on which anything was bought.
func (s *Service) Shopped(ctx context.Context, r db.Reader, community id.ID, through period.Day) (days []period.Day, err error) {
	err = db.All(ctx, r, &days, "SELECT day FROM openbooks_day WHERE community_id = ? AND day <= ? AND purchases > 0 ORDER BY day", community[:], int64(through))
	return days, err
}

// Before sums what purchases and refunds had moved on the funds before a day.
func (s *Service) Before(ctx context.Context, r db.Reader, community id.ID, day period.Day) (f Funds, err error) {
	rows, err := r.Query(ctx, `SELECT CAST(coalesce(sum(welfare_fund), 0) AS BIGINT), CAST(coalesce(sum(care_fund), 0) AS BIGINT)
		FROM openbooks_day WHERE community_id = ? AND day < ?`, community[:], int64(day))
	if err != nil {
		return f, err
	}
	defer rows.Close()
	for rows.Next() {
		err = rows.Scan(&f.Welfare, &f.Care)
	}
	return f, errors.Join(err, rows.Err())
}

// MovedBefore sums what moved on each fund outside of purchases before a day.
func (s *Service) MovedBefore(ctx context.Context, r db.Reader, community id.ID, day period.Day) (map[string]money.Amount, error) {
	sums := make(map[string]money.Amount)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var fund string
		var sum money.Amount
		err := rows.Scan(&fund, &sum)
		sums[fund] = sum
		return err
	}, "SELECT fund, CAST(sum(amount) AS BIGINT) FROM openbooks_movement WHERE community_id = ? AND day < ? GROUP BY fund", community[:], int64(day))
	return sums, err
}
