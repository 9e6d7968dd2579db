package promotion

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// selectVouchers reads vouchers as they were given, with what happened to each last.
const selectVouchers = `SELECT v.id, v.ref, v.issuer_id, v.target_id, v.member_id, v.amount, v.sharers, v.claim_id, v.issued_at, v.expires_at,
		v.series_id, v.good_from, v.source_seq, v.promised, v.promised_in, e.what, e.expires_at, p.lapsed_at
	FROM promotion_voucher v LEFT JOIN promotion_voucher_lapse p ON p.community_id = v.community_id AND p.voucher_id = v.id
	LEFT JOIN promotion_voucher_event e ON e.community_id = v.community_id AND e.voucher_id = v.id
		AND e.seq = (SELECT max(l.seq) FROM promotion_voucher_event l WHERE l.community_id = v.community_id AND l.voucher_id = v.id)
	WHERE v.community_id = ?`

// vouchers reads vouchers as they stand; seriesOf finds the series of one.
func vouchers(ctx context.Context, r db.Reader, community id.ID, seriesOf func(id.ID) (*Series, error), where string, args ...any) (all []*Voucher, err error) {
	of := make(map[*Voucher]id.ID)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Voucher{}
		var sharers string
		var issued, expires int64
		var series []byte
		var from, source, promised, promisedIn, moved, lapsed *int64
		var what *string
		if err := rows.Scan(&v.ID, &v.Ref, &v.Issuer, &v.Target, &v.Member, &v.Amount, &sharers, &v.Claim, &issued, &expires,
			&series, &from, &source, &promised, &promisedIn, &what, &moved, &lapsed); err != nil {
			return err
		}
		if moved != nil && *moved > 0 {
			expires = *moved
		}
		v.IssuedAt, v.ExpiresAt = time.UnixMicro(issued).UTC(), time.UnixMicro(expires).UTC()
		v.From = v.IssuedAt
		if from != nil {
			v.From, v.Source, v.Promised, v.PromisedIn = time.UnixMicro(*from).UTC(), *source, money.Amount(*promised), period.Month(*promisedIn)
		}
		if what != nil {
			v.Used, v.Before, v.Gone = *what == used, *what == returned, *what == revoked
		}
		v.Lapsed = lapsed != nil
		if len(series) > 0 {
			of[v] = id.ID(series)
		}
		all = append(all, v)
		return json.Unmarshal([]byte(sharers), &v.Sharers)
	}, selectVouchers+where, append([]any{community[:]}, args...)...)
	for v, series := range of {
		if err == nil {
			v.Series, err = seriesOf(series)
		}
	}
	return all, err
}

// seriesIn finds series by the writer's memory.
func (s *Service) seriesIn(ctx context.Context, tx *db.Tx) func(id.ID) (*Series, error) {
	return func(series id.ID) (*Series, error) { return s.Series(ctx, tx, series) }
}

// seriesFrom finds series by reading all of them once.
func seriesFrom(ctx context.Context, r db.Reader, community id.ID) func(id.ID) (*Series, error) {
	var all map[id.ID]*Series
	return func(series id.ID) (*Series, error) {
		if all == nil {
			list, err := listSeries(ctx, r, community, "")
			if err != nil {
				return nil, err
			}
			all = make(map[id.ID]*Series, len(list))
			for _, x := range list {
				all[x.ID] = x
			}
		}
		if found := all[series]; found != nil {
			return found, nil
		}
		return nil, ErrNoSeries
	}
}

// one reads the voucher that a condition finds, and no series but its own.
func one(ctx context.Context, r db.Reader, community id.ID, where string, arg any) (*Voucher, error) {
	seriesOf := func(series id.ID) (*Series, error) { return seriesByID(ctx, r, community, series) }
	all, err := vouchers(ctx, r, community, seriesOf, where, arg)
	if err == nil && len(all) == 0 {
		err = ErrNoVoucher
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// listSeries reads series with their steps.
func listSeries(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Series, err error) {
	byID := make(map[id.ID]*Series)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var series, by id.ID
		var terms string
		var made int64
		if err := rows.Scan(&series, &terms, &made, &by); err != nil {
			return err
		}
		var t Terms
		err := json.Unmarshal([]byte(terms), &t)
		x := proposed(series, t, by, time.UnixMicro(made).UTC())
		all, byID[x.ID] = append(all, x), x
		return err
	}, "SELECT s.id, s.terms, s.made_at, s.made_by FROM promotion_series s WHERE s.community_id = ?"+where, append([]any{community[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	only, arg := "", []any{community[:]}
	if len(all) == 1 {
		only, arg = " AND series_id = ?", append(arg, all[0].ID[:])
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var series id.ID
		var st pact.Step
		var at int64
		err := rows.Scan(&series, &st.What, &st.Party, &st.Words, &at, &st.By)
		st.At = time.UnixMicro(at).UTC()
		if x := byID[series]; x != nil {
			x.Steps = append(x.Steps, st)
		}
		return err
	}, "SELECT series_id, what, shop_id, words, step_at, step_by FROM promotion_series_step WHERE community_id = ?"+only+" ORDER BY series_id, n", arg...)
}

func loadSeries(ctx context.Context, tx *db.Tx, series id.ID) (*Series, error) {
	all, err := listSeries(ctx, tx, tx.Community, " AND s.id = ?", series[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// loadRunning reads the series that are or will be given: the day before today runs
// somewhere.
func loadRunning(ctx context.Context, tx *db.Tx, _ struct{}) ([]*Series, error) {
	all, err := listSeries(ctx, tx, tx.Community, " AND s.closes >= ? ORDER BY s.made_at, s.id", int64(period.DayOf(tx.Now, time.UTC)-1))
	return slices.DeleteFunc(all, func(x *Series) bool { return !x.Has(pact.Published) || x.Has(pact.Stopped) }), err
}

func loadCount(ctx context.Context, tx *db.Tx, series id.ID) (c count, err error) {
	var row struct {
		Granted int64 `db:"granted"`
		Revoked int64 `db:"revoked"`
		Lapsed  int64 `db:"lapsed"`
	}
	err = db.One(ctx, tx, &row, "SELECT granted, revoked, lapsed FROM promotion_series_count WHERE community_id = ? AND series_id = ?", tx.Community[:], series[:])
	return count{row.Granted, row.Revoked, row.Lapsed}, absent(err)
}

func loadPerson(ctx context.Context, tx *db.Tx, k personDay) (n int64, err error) {
	err = db.One(ctx, tx, &n, "SELECT granted FROM promotion_series_person WHERE community_id = ? AND series_id = ? AND member_id = ? AND day = ?",
		tx.Community[:], k.series[:], k.member[:], int64(k.day))
	return n, absent(err)
}

func loadMonth(ctx context.Context, tx *db.Tx, m period.Month) (promised money.Amount, err error) {
	err = db.One(ctx, tx, &promised, "SELECT promised FROM promotion_month WHERE community_id = ? AND month = ?", tx.Community[:], int64(m))
	return promised, absent(err)
}

func absent(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func writeCounts(community id.ID, keys []id.ID, values []count) *db.Bulk {
	n := len(keys)
	communities, series, granted, revoked, lapsed := make([][]byte, n), make([][]byte, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i := range keys {
		communities[i], series[i], granted[i], revoked[i], lapsed[i] = community[:], keys[i][:], values[i].granted, values[i].revoked, values[i].lapsed
	}
	return &db.Bulk{
		Table: "promotion_series_count", Conflict: "ON CONFLICT (community_id, series_id) DO UPDATE SET granted = excluded.granted, revoked = excluded.revoked, lapsed = excluded.lapsed",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "series_id", Bytes: series}, {Name: "granted", Ints: granted}, {Name: "revoked", Ints: revoked}, {Name: "lapsed", Ints: lapsed}},
	}
}

func writePersons(community id.ID, keys []personDay, values []int64) *db.Bulk {
	n := len(keys)
	communities, series, members, days := make([][]byte, n), make([][]byte, n), make([][]byte, n), make([]int64, n)
	for i := range keys {
		communities[i], series[i], members[i], days[i] = community[:], keys[i].series[:], keys[i].member[:], int64(keys[i].day)
	}
	return &db.Bulk{
		Table: "promotion_series_person", Conflict: "ON CONFLICT (community_id, series_id, member_id, day) DO UPDATE SET granted = excluded.granted",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "series_id", Bytes: series}, {Name: "member_id", Bytes: members}, {Name: "day", Ints: days}, {Name: "granted", Ints: values}},
	}
}

func writeMonths(community id.ID, keys []period.Month, values []money.Amount) *db.Bulk {
	n := len(keys)
	communities, months, promised := make([][]byte, n), make([]int64, n), make([]int64, n)
	for i := range keys {
		communities[i], months[i], promised[i] = community[:], int64(keys[i]), int64(values[i])
	}
	return &db.Bulk{
		Table: "promotion_month", Conflict: "ON CONFLICT (community_id, month) DO UPDATE SET promised = excluded.promised",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "month", Ints: months}, {Name: "promised", Ints: promised}},
	}
}
