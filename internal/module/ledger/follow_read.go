package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// DayFlow is what moved on a booked day between kinds of accounts under a rule.
type DayFlow struct {
	Day      period.Day
	Rule     Rule
	From, To string // "merchant/payable": no ids
	Asset    money.Asset
	Amount   money.Amount
	Entries  int64
}

// FlowsByDay lists the flows of the days from ≤ day ≤ to, by day and rule.
func (s *Service) FlowsByDay(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []DayFlow, err error) {
	defer fault.Wrap(&err, "ledger: flows")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var f DayFlow
		var rule string
		if err := rows.Scan(&f.Day, &rule, &f.From, &f.To, &f.Asset, &f.Amount, &f.Entries); err != nil {
			return err
		}
		var ok bool
		if f.Rule, ok = ParseRule(rule); !ok {
			return fmt.Errorf("%w: rule %q", ErrCorrupt, rule)
		}
		all = append(all, f)
		return nil
	}, `SELECT day, rule, from_name, to_name, asset, amount, entries FROM ledger_flow
		WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY day, rule, from_name, to_name, asset`, community[:], int64(from), int64(to))
	return all, err
}

// Turnover is what went in and out of an account over some days.
type Turnover struct {
	Account Account
	In, Out money.Amount
}

// Turnovers sums the turnover of every account over the days from ≤ day ≤ to.
func (s *Service) Turnovers(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []Turnover, err error) {
	defer fault.Wrap(&err, "ledger: turnovers")
	names := s.accountNames(community)
	if err := names.refresh(ctx, r); err != nil {
		return nil, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var no int64
		var t Turnover
		if err := rows.Scan(&no, &t.In, &t.Out); err != nil {
			return err
		}
		var ok bool
		if t.Account, ok = names.account(no); !ok {
			return fmt.Errorf("%w: account number %d", ErrCorrupt, no)
		}
		all = append(all, t)
		return nil
	}, `SELECT no, CAST(sum(came_in) AS BIGINT), CAST(sum(went_out) AS BIGINT) FROM ledger_turnover
		WHERE community_id = ? AND day >= ? AND day <= ? GROUP BY no ORDER BY no`, community[:], int64(from), int64(to))
	return all, err
}

// DayTotal is what was bought on a booked day.
type DayTotal struct {
	Day         period.Day
	Purchases   int64
	Refunds     int64
	Buyers      int64        // different known ones
	Amount      money.Amount // what buyers gave
	Refunded    money.Amount
	Direct      money.Amount // what went straight to shops, less what they handed back
	First, Last int64        // numbers of the first and last purchase, −1 if none
}

// Days lists the days from ≤ day ≤ to on which something was bought or returned.
func (s *Service) Days(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []DayTotal, err error) {
	defer fault.Wrap(&err, "ledger: days")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d DayTotal
		err := rows.Scan(&d.Day, &d.Purchases, &d.Refunds, &d.Buyers, &d.Amount, &d.Refunded, &d.Direct, &d.First, &d.Last)
		all = append(all, d)
		return err
	}, `SELECT day, purchases, refunds, buyers, amount, refunded, direct, first_seq, last_seq FROM ledger_day
		WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY day`, community[:], int64(from), int64(to))
	return all, err
}

// DayBuyer is a known buyer of a day, by pseudonym: for counting, never to be
// shown.
type DayBuyer struct {
	Day       period.Day
	Subject   id.ID
	Purchases int64
}

// Buyers lists the known buyers of each day from ≤ day ≤ to. Counts of different
// buyers over several days are made from these: those of single days do not add
// up (K3).
func (s *Service) Buyers(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []DayBuyer, err error) {
	defer fault.Wrap(&err, "ledger: buyers")
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b DayBuyer
		err := rows.Scan(&b.Day, &b.Subject, &b.Purchases)
		all = append(all, b)
		return err
	}, "SELECT day, subject_id, purchases FROM ledger_buyer WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY day, subject_id", community[:], int64(from), int64(to))
	return all, err
}
