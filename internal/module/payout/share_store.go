package payout

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// planned joins the requests that count: those of a batch's plan.
const planned = "JOIN payout_plan k ON k.community_id = s.community_id AND k.batch_id = s.batch_id AND k.plan_id = s.plan_id"

func insertShares(ctx context.Context, tx *db.Tx, plan id.ID, all []Share, at time.Time) error {
	var shares, parts, due [][]any
	for n := range all {
		s := &all[n]
		release := 0
		if s.Release {
			release = 1
		}
		shares = append(shares, []any{tx.Community[:], s.ID[:], plan[:], s.Place, s.Batch[:], string(s.Provider), s.Payment[:], s.Number, s.Account, s.Shop[:], s.Item[:],
			int64(s.Amount), s.PaidAt.UnixMicro(), release})
		due = append(due, []any{tx.Community[:], s.ID[:], plan[:], s.Place, at.UnixMicro(), 0})
		for place, p := range s.Parts {
			parts = append(parts, []any{tx.Community[:], s.ID[:], place, string(p.Kind), p.Owner[:], p.Item[:], p.Number, p.Name, int64(p.Amount)})
		}
	}
	for _, x := range []struct {
		into string
		rows [][]any
	}{
		{"INSERT INTO payout_share (community_id, id, plan_id, place, batch_id, provider, payment_id, number, account, shop_id, item_id, amount, paid_at, released) VALUES ", shares},
		{"INSERT INTO payout_part (community_id, share_id, place, owner_kind, owner_id, item_id, number, name, amount) VALUES ", parts},
		{"INSERT INTO payout_share_due (community_id, share_id, plan_id, place, due_at, tries) VALUES ", due},
	} {
		if err := insert(ctx, tx, x.into, x.rows); err != nil {
			return err
		}
	}
	return nil
}

// readShares reads requests with their parts and what became of them.
func readShares(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Share, err error) {
	at := make(map[id.ID]int)
	args = append([]any{community[:]}, args...)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var s Share
		var paid, release int64
		var brings, sent, brought, ended sql.NullInt64
		var kind, number, reason sql.NullString
		if err := rows.Scan(&s.ID, &s.Batch, &s.Place, &s.Provider, &s.Payment, &s.Number, &s.Account, &s.Shop, &s.Item, &s.Amount, &paid, &release,
			&brings, &sent, &kind, &number, &reason, &brought, &ended); err != nil {
			return err
		}
		s.PaidAt, s.Release = micros(paid), release != 0
		if sent.Valid {
			s.Sent = &ShareSent{money.Amount(brings.Int64), micros(sent.Int64)}
		}
		if kind.Valid {
			s.End = &ShareEnd{ShareEndKind(kind.String), number.String, reason.String, money.Amount(brought.Int64), micros(ended.Int64)}
		}
		at[s.ID], all = len(all), append(all, s)
		return nil
	}, `SELECT s.id, s.batch_id, s.place, s.provider, s.payment_id, s.number, s.account, s.shop_id, s.item_id, s.amount, s.paid_at, s.released,
		t.brings, t.sent_at, e.kind, e.number, e.reason, e.brought, e.ended_at FROM payout_share s `+planned+`
		LEFT JOIN payout_share_sent t ON t.community_id = s.community_id AND t.share_id = s.id
		LEFT JOIN payout_share_end e ON e.community_id = s.community_id AND e.share_id = s.id
		WHERE s.community_id = ? AND `+where, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		p := SharePart{State: pay.Pending}
		var kind, reason sql.NullString
		var ended sql.NullInt64
		if err := rows.Scan(&of, &p.Kind, &p.Owner, &p.Item, &p.Number, &p.Name, &p.Amount, &kind, &reason, &ended); err != nil {
			return err
		}
		if kind.Valid {
			p.State, p.Reason, p.At = pay.State(kind.String), reason.String, micros(ended.Int64)
		}
		if n, ok := at[of]; ok {
			all[n].Parts = append(all[n].Parts, p)
		}
		return nil
	}, `SELECT x.share_id, x.owner_kind, x.owner_id, x.item_id, x.number, x.name, x.amount, y.kind, y.reason, y.ended_at FROM payout_part x
		LEFT JOIN payout_part_end y ON y.community_id = x.community_id AND y.share_id = x.share_id AND y.place = x.place
		WHERE x.community_id = ? AND x.share_id IN (SELECT s.id FROM payout_share s `+planned+` LEFT JOIN payout_share_end e ON e.community_id = s.community_id AND e.share_id = s.id
			WHERE s.community_id = ? AND `+where+") ORDER BY x.share_id, x.place", append([]any{community[:]}, args...)...)
}

// ShareByID finds a request.
func (s *Service) ShareByID(ctx context.Context, r db.Reader, community, share id.ID) (*Share, error) {
	all, err := readShares(ctx, r, community, "s.id = ?", share[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// SharesOf lists the requests about a payment, the first first.
func (s *Service) SharesOf(ctx context.Context, r db.Reader, community, payment id.ID) ([]Share, error) {
	return readShares(ctx, r, community, "s.payment_id = ? ORDER BY k.planned_at, s.batch_id, s.place", payment[:])
}

// SharesIn lists requests of a batch in the order in which they are asked for.
func (s *Service) SharesIn(ctx context.Context, r db.Reader, community, batch id.ID, limit, offset int) ([]Share, error) {
	return readShares(ctx, r, community, "s.batch_id = ? ORDER BY s.place LIMIT ? OFFSET ?", batch[:], limit, offset)
}

// SharesOfFrozen lists the requests about all payments that are not released, by payment:
// those of the batches from some time on.
func (s *Service) SharesOfFrozen(ctx context.Context, r db.Reader, community id.ID, from time.Time) (map[id.ID][]Share, error) {
	all, err := readShares(ctx, r, community, "s.paid_at >= ? ORDER BY k.planned_at, s.batch_id, s.place", from.UnixMicro())
	by := make(map[id.ID][]Share)
	for _, x := range all {
		by[x.Payment] = append(by[x.Payment], x)
	}
	return by, err
}

// ShareCounts says how the requests of a batch stand.
type ShareCounts struct {
	All, Open, Failed int
	ToShops, ToOthers money.Amount // released to their own shops; shared with others
}

// CountShares counts the requests of a batch.
func (s *Service) CountShares(ctx context.Context, r db.Reader, community, batch id.ID) (c ShareCounts, err error) {
	if err := db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&c.All, &c.Open, &c.Failed, &c.ToShops) },
		`SELECT count(*), CAST(coalesce(sum(CASE WHEN e.kind IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN e.kind = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT),
		CAST(coalesce(sum(e.brought), 0) AS BIGINT) FROM payout_share s `+planned+`
		LEFT JOIN payout_share_end e ON e.community_id = s.community_id AND e.share_id = s.id WHERE s.community_id = ? AND s.batch_id = ?`, community[:], batch[:]); err != nil {
		return c, err
	}
	return c, db.One(ctx, r, &c.ToOthers, `SELECT CAST(coalesce(sum(x.amount), 0) AS BIGINT) FROM payout_part x
		JOIN payout_part_end y ON y.community_id = x.community_id AND y.share_id = x.share_id AND y.place = x.place AND y.kind = 'done'
		JOIN payout_share s ON s.community_id = x.community_id AND s.id = x.share_id `+planned+" WHERE x.community_id = ? AND s.batch_id = ?", community[:], batch[:])
}

// DueShare is a request of which a provider is to be told, or asked.
type DueShare struct {
	Share id.ID
	Tries int
}

// DueShares are the requests whose time has come, in the order of their plans. Those
// without a provider here are not asked for.
func (s *Service) DueShares(ctx context.Context, r db.Reader, community id.ID, now time.Time, providers []pay.Kind, limit int) (all []DueShare, err error) {
	if len(providers) == 0 {
		return nil, nil
	}
	args := []any{community[:], now.UnixMicro()}
	for _, p := range providers {
		args = append(args, string(p))
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d DueShare
		err := rows.Scan(&d.Share, &d.Tries)
		all = append(all, d)
		return err
	}, `SELECT d.share_id, d.tries FROM payout_share_due d JOIN payout_share s ON s.community_id = d.community_id AND s.id = d.share_id `+planned+`
		WHERE d.community_id = ? AND d.due_at <= ? AND s.provider IN (?`+strings.Repeat(", ?", len(providers)-1)+") ORDER BY d.due_at, k.planned_at, d.place LIMIT ?", append(args, limit)...)
	return all, err
}

// Carried lists what the plan of a batch could not deliver.
func (s *Service) Carried(ctx context.Context, r db.Reader, community, batch id.ID) (all []Carried, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Carried
		err := rows.Scan(&c.Provider, &c.Kind, &c.ID, &c.Amount, &c.Why)
		all = append(all, c)
		return err
	}, "SELECT provider, owner_kind, owner_id, amount, why FROM payout_carried WHERE community_id = ? AND batch_id = ? ORDER BY place", community[:], batch[:])
	return all, err
}

// Unplanned are the batches of shops that passed and whose money is not planned yet, whole.
func (s *Service) Unplanned(ctx context.Context, r db.Reader, community id.ID) ([]*Batch, error) {
	all, err := readBatches(ctx, r, community, `b.kind = 'shops' AND e.kind = 'agreed' AND NOT EXISTS (SELECT 1 FROM payout_plan k
		WHERE k.community_id = b.community_id AND k.batch_id = b.id) ORDER BY b.number`)
	for _, b := range all {
		if err == nil {
			err = fill(ctx, r, community, b)
		}
	}
	return all, err
}

// Delivered is how much of an item reached its payee by requests to share.
func (s *Service) Delivered(ctx context.Context, r db.Reader, community id.ID, i *Item) (d Delivery, err error) {
	var n int
	if err := db.One(ctx, r, &n, "SELECT count(*) FROM payout_plan WHERE community_id = ? AND batch_id = ?", community[:], i.Batch[:]); err != nil || n == 0 {
		return d, err
	}
	d.Planned = true
	take := func(rows *sql.Rows) error {
		var kind, number sql.NullString
		var v sql.NullInt64
		if err := rows.Scan(&kind, &number, &v); err != nil {
			return err
		}
		if !kind.Valid {
			d.Open++
		}
		if v.Int64 > 0 {
			d.Amount += money.Amount(v.Int64)
			d.Reference = number.String
		}
		return nil
	}
	if err := db.Each(ctx, r, take, `SELECT e.kind, e.number, e.brought FROM payout_share s `+planned+`
		LEFT JOIN payout_share_end e ON e.community_id = s.community_id AND e.share_id = s.id WHERE s.community_id = ? AND s.item_id = ? ORDER BY s.place`, community[:], i.ID[:]); err != nil {
		return d, err
	}
	if err := db.Each(ctx, r, take, `SELECT e.kind, e.number, CASE WHEN y.kind = 'done' THEN x.amount ELSE 0 END FROM payout_part x
		JOIN payout_share s ON s.community_id = x.community_id AND s.id = x.share_id `+planned+`
		LEFT JOIN payout_part_end y ON y.community_id = x.community_id AND y.share_id = x.share_id AND y.place = x.place
		LEFT JOIN payout_share_end e ON e.community_id = s.community_id AND e.share_id = s.id WHERE x.community_id = ? AND x.item_id = ? ORDER BY s.place`, community[:], i.ID[:]); err != nil {
		return d, err
	}
	var recovered money.Amount
	err = db.One(ctx, r, &recovered, "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM payout_recovered WHERE community_id = ? AND item_id = ?", community[:], i.ID[:])
	d.Amount += recovered
	return d, err
}
