package points

import (
	"context"
	"database/sql"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Catalogue lists every good of a community with what is left of it, those that ended
// too, in the order in which they were added.
func (s *Service) Catalogue(ctx context.Context, r db.Reader, community id.ID) ([]Good, error) {
	return goods(ctx, r, community)
}

// Good finds a good.
func (s *Service) Good(ctx context.Context, r db.Reader, community, good id.ID) (*Good, error) {
	all, err := goods(ctx, r, community)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == good {
			return &all[i], nil
		}
	}
	return nil, ErrNoGood
}

// goods reads the catalogue: goods, the terms in force, and stock.
func goods(ctx context.Context, r db.Reader, community id.ID) (all []Good, err error) {
	at := make(map[id.ID]int)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Good
		var added, set int64
		var ended sql.NullInt64
		t := &g.Terms
		if err := rows.Scan(&g.ID, &g.Kind, &g.Name, &g.Unit, &g.About, &g.Supplier, &added, &ended,
			&t.Number, &t.Points, &t.Cost, &t.Monthly, &t.From, &t.Until, &t.Counter, &t.Picture, &t.Reason, &t.By, &set); err != nil {
			return err
		}
		g.Added, t.At, g.Ended = micros(added), micros(set), ended.Valid
		at[g.ID] = len(all)
		all = append(all, g)
		return nil
	}, `SELECT g.id, g.kind, g.name, g.unit, g.about, g.supplier_id, g.added_at, e.ended_at,
		t.number, t.points, t.cost, t.monthly, t.from_day, t.until_day, t.counter_id, t.picture_id, t.reason, t.set_by, t.set_at
		FROM points_good g JOIN points_terms t ON t.community_id = g.community_id AND t.good_id = g.id
			AND t.number = (SELECT max(l.number) FROM points_terms l WHERE l.community_id = g.community_id AND l.good_id = g.id)
		LEFT JOIN points_good_end e ON e.community_id = g.community_id AND e.good_id = g.id
		WHERE g.community_id = ? ORDER BY g.id`, community[:])
	if err != nil {
		return nil, err
	}
	for _, sum := range stocks {
		if err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var good id.ID
			var n int64
			if err := rows.Scan(&good, &n); err != nil {
				return err
			}
			if i, known := at[good]; known {
				all[i].Left += sum.sign * n
			}
			return nil
		}, sum.query, community[:]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// stocks is how stock comes about: what passed its check, less what was written off,
// less what somebody asked for that did not come back.
var stocks = []struct {
	sign  int64
	query string
}{
	{1, `SELECT b.good_id, CAST(SUM(b.quantity) AS BIGINT) FROM points_batch b JOIN points_check c ON c.community_id = b.community_id AND c.batch_id = b.id
		WHERE b.community_id = ? AND c.result = 'passed' GROUP BY b.good_id`},
	{-1, "SELECT good_id, CAST(SUM(quantity) AS BIGINT) FROM points_writeoff WHERE community_id = ? GROUP BY good_id"},
	{-1, `SELECT r.good_id, COUNT(*) FROM points_redemption r LEFT JOIN points_redemption_end e ON e.community_id = r.community_id AND e.redemption_id = r.id
		WHERE r.community_id = ? AND (e.kind IS NULL OR e.kind = 'handed') GROUP BY r.good_id`},
}

// TermsOf lists the terms that a good ever had, the latest first.
func (s *Service) TermsOf(ctx context.Context, r db.Reader, community, good id.ID) (all []Terms, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var t Terms
		var set int64
		err := rows.Scan(&t.Number, &t.Points, &t.Cost, &t.Monthly, &t.From, &t.Until, &t.Counter, &t.Picture, &t.Reason, &t.By, &set)
		t.At = micros(set)
		all = append(all, t)
		return err
	}, `SELECT number, points, cost, monthly, from_day, until_day, counter_id, picture_id, reason, set_by, set_at
		FROM points_terms WHERE community_id = ? AND good_id = ? ORDER BY number DESC`, community[:], good[:])
	return all, err
}

// Counters lists the places to collect at that are no shops.
func (s *Service) Counters(ctx context.Context, r db.Reader, community id.ID) (all []Counter, err error) {
	err = db.All(ctx, r, &all, "SELECT id, name, address FROM points_counter WHERE community_id = ? ORDER BY id", community[:])
	return all, err
}

// BatchesOf lists what was delivered of a good, the latest first.
func (s *Service) BatchesOf(ctx context.Context, r db.Reader, community, good id.ID) ([]Batch, error) {
	return batches(ctx, r, community, "b.good_id = ? ORDER BY b.id DESC", good[:])
}

// Unchecked lists the batches that wait for their check, the first first.
func (s *Service) Unchecked(ctx context.Context, r db.Reader, community id.ID) ([]Batch, error) {
	return batches(ctx, r, community, "c.batch_id IS NULL ORDER BY b.id")
}

// Batch finds a delivered batch.
func (s *Service) Batch(ctx context.Context, r db.Reader, community, batch id.ID) (Batch, error) {
	return batchByID(ctx, r, community, batch)
}

func batchByID(ctx context.Context, r db.Reader, community, batch id.ID) (Batch, error) {
	all, err := batches(ctx, r, community, "b.id = ?", batch[:])
	if err != nil || len(all) == 0 {
		return Batch{}, errors.Join(err, missing(err, ErrNoBatch))
	}
	return all[0], nil
}

// missing is a refusal unless something worse happened.
func missing(err, refusal error) error {
	if err != nil {
		return nil
	}
	return refusal
}

func batches(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Batch, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Batch
		var at int64
		var result, note, by sql.NullString
		var sample, faulty, checked sql.NullInt64
		var picture id.ID
		if err := rows.Scan(&b.ID, &b.Good, &b.Quantity, &b.Document, &b.By, &at, &result, &sample, &faulty, &note, &picture, &by, &checked); err != nil {
			return err
		}
		b.At = micros(at)
		if result.Valid {
			b.Check = &Check{Passed: result.String == "passed", Sample: sample.Int64, Faulty: faulty.Int64, Note: note.String, Picture: picture, By: by.String, At: micros(checked.Int64)}
		}
		all = append(all, b)
		return nil
	}, `SELECT b.id, b.good_id, b.quantity, b.document, b.delivered_by, b.delivered_at, c.result, c.sample, c.faulty, c.note, c.picture_id, c.checked_by, c.checked_at
		FROM points_batch b LEFT JOIN points_check c ON c.community_id = b.community_id AND c.batch_id = b.id WHERE b.community_id = ? AND `+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

// Shown is what a picture shows, which decides who may see it.
type Shown string

// What pictures show.
const (
	OfGood  Shown = "good" // for everybody
	OfCheck Shown = "check"
	OfClaim Shown = "claim"
)

// showing counts what a picture is shown with.
var showing = map[Shown]string{
	OfGood:  "SELECT COUNT(*) FROM points_terms WHERE community_id = ? AND picture_id = ?",
	OfCheck: "SELECT COUNT(*) FROM points_check WHERE community_id = ? AND picture_id = ?",
	OfClaim: "SELECT COUNT(*) FROM points_claim WHERE community_id = ? AND picture_id = ?",
}

// Shows refuses a picture that does not show what the caller says.
func (s *Service) Shows(ctx context.Context, r db.Reader, community, picture id.ID, what Shown) (err error) {
	defer fault.Wrap(&err, "points: picture of a %s", what)
	var n int
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&n) }, showing[what], community[:], picture[:])
	if err == nil && n == 0 {
		err = ErrNoPicture
	}
	return err
}
