package duty

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Judge keeps the result of a shop's month in tx's community. One that is judged
// already is left as it is.
func (s *Service) Judge(ctx context.Context, tx *db.Tx, r Result) (added bool, err error) {
	defer fault.Wrap(&err, "duty: judge %s of %s", r.Month, r.Merchant)
	r.At = tx.Now.UnixMicro()
	n, err := tx.Exec(ctx, `INSERT INTO duty_month (community_id, merchant_id, month, tenure_id, policy, sales, offers, services, members, pending, offer_asked, offer_enough, members_asked, exempt, missed_run, breach_id, judged_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, merchant_id, month) DO NOTHING`,
		tx.Community[:], r.Merchant[:], int64(r.Month), r.Tenure[:], r.Policy, int64(r.Sales), int64(r.Offers), int64(r.Services), r.Done.Members, r.Pending,
		int64(r.Offer), int64(r.Enough), r.Asked.Members, string(r.Exempt), r.Run, r.Breach, r.At)
	return n == 1, err
}

// Results lists how the months from ≤ month ≤ to ended for every shop, by month.
func (s *Service) Results(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) ([]Result, error) {
	return results(ctx, r, "month >= ? AND month <= ? ORDER BY month, merchant_id", community[:], int64(from), int64(to))
}

// ResultsOf lists how the latest months ended for a shop, the latest first.
func (s *Service) ResultsOf(ctx context.Context, r db.Reader, community, merchant id.ID, limit int) ([]Result, error) {
	return results(ctx, r, "merchant_id = ? ORDER BY month DESC LIMIT ?", community[:], merchant[:], limit)
}

// LastJudged is the latest month of which there are results, false if there is none.
func (s *Service) LastJudged(ctx context.Context, r db.Reader, community id.ID) (m period.Month, any bool, err error) {
	var month *int64
	if err = db.One(ctx, r, &month, "SELECT MAX(month) FROM duty_month WHERE community_id = ?", community[:]); err != nil || month == nil {
		return 0, false, err
	}
	return period.Month(*month), true, nil
}

func results(ctx context.Context, r db.Reader, where string, args ...any) (all []Result, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Result
		if err := rows.Scan(&x.Merchant, &x.Month, &x.Tenure, &x.Policy, &x.Sales, &x.Offers, &x.Services, &x.Done.Members, &x.Pending, &x.Offer, &x.Enough, &x.Asked.Members,
			&x.Exempt, &x.Run, &x.Breach, &x.At); err != nil {
			return err
		}
		all = append(all, x)
		return nil
	}, `SELECT merchant_id, month, tenure_id, policy, sales, offers, services, members, pending, offer_asked, offer_enough, members_asked, exempt, missed_run, breach_id, judged_at
		FROM duty_month WHERE community_id = ? AND `+where, args...)
	return all, err
}

// Remind notes that a shop is told of a matter, in the transaction that tells it, and
// reports whether it was not told before.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, merchant id.ID, matter string) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO duty_reminder (community_id, merchant_id, matter, told_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, merchant_id, matter) DO NOTHING",
		tx.Community[:], merchant[:], matter, tx.Now.UnixMicro())
	return n == 1, err
}

// Reminded reports whether a shop was told of a matter.
func (s *Service) Reminded(ctx context.Context, r db.Reader, community, merchant id.ID, matter string) (bool, error) {
	var n int
	err := db.One(ctx, r, &n, "SELECT COUNT(*) FROM duty_reminder WHERE community_id = ? AND merchant_id = ? AND matter = ?", community[:], merchant[:], matter)
	return n > 0, err
}
