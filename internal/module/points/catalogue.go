package points

import (
	"context"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// AddGood puts a good into the catalogue, without stock.
func (s *Service) AddGood(ctx context.Context, tx *db.Tx, g Good) (_ Good, err error) {
	defer fault.Wrap(&err, "points: add a good")
	if err := g.validate(); err != nil {
		return g, err
	}
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return g, err
	}
	g.ID, g.Added, g.Ended, g.Left, g.Terms.Number = tx.NewID(), tx.Now, false, 0, 1
	g.Terms.By, g.Terms.At = tx.Actor.String(), tx.Now
	if _, err := tx.Exec(ctx, `INSERT INTO points_good (community_id, id, kind, name, unit, about, supplier_id, added_by, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], g.ID[:], string(g.Kind), g.Name, g.Unit, g.About, g.Supplier[:], tx.Actor.String(), tx.Now.UnixMicro()); err != nil {
		return g, err
	}
	x.put(g)
	return g, insertTerms(ctx, tx, g.ID, g.Terms)
}

// SetTerms changes what a good costs from now on; what was asked for before stays as
// it was asked for.
func (s *Service) SetTerms(ctx context.Context, tx *db.Tx, good id.ID, t Terms) (g Good, err error) {
	defer fault.Wrap(&err, "points: terms of %s", good)
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return g, err
	}
	if g, err = x.good(good); err != nil {
		return g, err
	}
	if g.Ended {
		return g, ErrGoodEnded
	}
	if err := t.validate(); err != nil {
		return g, err
	}
	if err := reasoned(t.Reason); err != nil {
		return g, err
	}
	t.Number, t.By, t.At = g.Terms.Number+1, tx.Actor.String(), tx.Now
	g.Terms = t
	x.put(g)
	return g, insertTerms(ctx, tx, good, t)
}

// EndGood takes a good out of the catalogue; what was asked for can still be collected.
func (s *Service) EndGood(ctx context.Context, tx *db.Tx, good id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "points: end %s", good)
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return err
	}
	g, err := x.good(good)
	switch {
	case err != nil:
		return err
	case g.Ended:
		return ErrGoodEnded
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	g.Ended = true
	x.put(g)
	_, err = tx.Exec(ctx, "INSERT INTO points_good_end (community_id, good_id, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], good[:], reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// Deliver notes what a supplier brought. It is no stock before it was checked.
func (s *Service) Deliver(ctx context.Context, tx *db.Tx, b Batch) (_ Batch, err error) {
	defer fault.Wrap(&err, "points: deliver")
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return b, err
	}
	if _, err := x.good(b.Good); err != nil {
		return b, err
	}
	switch {
	case b.Quantity < 1 || b.Quantity > maxStock:
		return b, ErrBadBatch.On("quantity")
	case !line(b.Document, 1, 60):
		return b, ErrBadBatch.On("document")
	}
	b.ID, b.By, b.At, b.Check = tx.NewID(), tx.Actor.String(), tx.Now, nil
	_, err = tx.Exec(ctx, "INSERT INTO points_batch (community_id, id, good_id, quantity, document, delivered_by, delivered_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], b.Good[:], b.Quantity, b.Document, b.By, tx.Now.UnixMicro())
	return b, err
}

// Inspect notes how a delivered batch was found: once, and not by who noted the
// delivery. A batch that passed is stock from now on.
func (s *Service) Inspect(ctx context.Context, tx *db.Tx, batch id.ID, c Check) (b Batch, err error) {
	defer fault.Wrap(&err, "points: check %s", batch)
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return b, err
	}
	if b, err = batchByID(ctx, tx, tx.Community, batch); err != nil {
		return b, err
	}
	switch {
	case b.Check != nil:
		return b, ErrChecked
	case strings.HasPrefix(b.By, "person:") && b.By == tx.Actor.String():
		return b, ErrOwnDelivery
	case c.Sample < 1 || c.Sample > b.Quantity:
		return b, ErrBadCheck.On("sample")
	case c.Faulty < 0 || c.Faulty > c.Sample:
		return b, ErrBadCheck.On("faulty")
	case c.Passed && c.Faulty == c.Sample:
		return b, ErrBadCheck.On("result")
	case !text(c.Note, 0, 300) || !c.Passed && strings.TrimSpace(c.Note) == "":
		return b, ErrBadCheck.On("note")
	}
	c.By, c.At = tx.Actor.String(), tx.Now
	b.Check = &c
	result := "failed"
	if c.Passed {
		result = "passed"
		if err := x.move(b.Good, b.Quantity); err != nil {
			return b, err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO points_check (community_id, batch_id, result, sample, faulty, note, picture_id, checked_by, checked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], batch[:], result, c.Sample, c.Faulty, c.Note, c.Picture, c.By, tx.Now.UnixMicro())
	return b, err
}

// WriteOff takes stock out that is there no more.
func (s *Service) WriteOff(ctx context.Context, tx *db.Tx, good id.ID, quantity int64, reason string) (err error) {
	defer fault.Wrap(&err, "points: write off")
	x, err := s.shelf(ctx, tx)
	if err != nil {
		return err
	}
	if quantity < 1 || quantity > maxStock {
		return ErrBadBatch.On("quantity")
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	if err := x.move(good, -quantity); err != nil {
		return err
	}
	key := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO points_writeoff (community_id, id, good_id, quantity, reason, noted_by, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], key[:], good[:], quantity, reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// AddCounter adds a place to collect at that is no shop.
func (s *Service) AddCounter(ctx context.Context, tx *db.Tx, c Counter) (_ Counter, err error) {
	if !line(c.Name, 1, 40) {
		return c, ErrBadCounter.On("name")
	}
	if !line(c.Address, 1, 80) {
		return c, ErrBadCounter.On("address")
	}
	c.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO points_counter (community_id, id, name, address, added_by, added_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], c.Name, c.Address, tx.Actor.String(), tx.Now.UnixMicro())
	return c, err
}

func insertTerms(ctx context.Context, tx *db.Tx, good id.ID, t Terms) error {
	_, err := tx.Exec(ctx, `INSERT INTO points_terms (community_id, good_id, number, points, cost, monthly, from_day, until_day, counter_id, picture_id, reason, set_by, set_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], good[:], t.Number, int64(t.Points), int64(t.Cost), t.Monthly, int64(t.From), int64(t.Until),
		t.Counter[:], t.Picture, t.Reason, t.By, t.At.UnixMicro())
	return err
}
