package duty

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Disclose makes something of a shop public in tx's community. The profit of a
// quarter is declared once: what was wrong in it is for a check to say.
func (s *Service) Disclose(ctx context.Context, tx *db.Tx, d Disclosure, today period.Day, months int) (_ *Disclosure, err error) {
	defer fault.Wrap(&err, "duty: disclose %s", d.Topic)
	if err := d.validate(today); err != nil {
		return nil, err
	}
	d.ID, d.Day, d.Until, d.At, d.By, d.Checks = tx.NewID(), today, today.Plus(months), tx.Now, tx.Actor.ID, nil
	if d.Topic == Profit {
		before, err := s.DisclosuresOf(ctx, tx, tx.Community, d.Merchant)
		if err != nil {
			return nil, err
		}
		if old := latest(before, func(o *Disclosure) bool { return o.Topic == Profit && o.Quarter == d.Quarter }); old != nil {
			return old, ErrDeclared.On("quarter")
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO duty_disclosure (community_id, id, merchant_id, kind, words, quarter, profit, rate, day, holds_until, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], d.ID[:], d.Merchant[:], string(d.Topic), d.Words, int64(d.Quarter), int64(d.Profit), int64(d.Rate),
		int64(d.Day), int64(d.Until), tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return nil, err
	}
	for n, i := range d.Items {
		if _, err := tx.Exec(ctx, "INSERT INTO duty_item (community_id, disclosure_id, number, name, unit, cost, price) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], d.ID[:], n+1, i.Name, i.Unit, int64(i.Cost), int64(i.Price)); err != nil {
			return nil, err
		}
	}
	return &d, nil
}

// Check notes what a supervisor found of a disclosure.
func (s *Service) Check(ctx context.Context, tx *db.Tx, disclosure id.ID, agrees bool, text string) (err error) {
	defer fault.Wrap(&err, "duty: check a disclosure")
	if !words(text, 2, 200, true) {
		return ErrBadFinding.On("words")
	}
	if _, err := s.DisclosureByID(ctx, tx, tx.Community, disclosure); err != nil {
		return err
	}
	n := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO duty_check (community_id, disclosure_id, id, agrees, words, checked_at, checked_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], disclosure[:], n[:], agrees, text, tx.Now.UnixMicro(), tx.Actor.ID)
	return err
}

// DisclosureByID finds a disclosure.
func (s *Service) DisclosureByID(ctx context.Context, r db.Reader, community, disclosure id.ID) (*Disclosure, error) {
	all, err := disclosures(ctx, r, "AND d.id = ?", community[:], disclosure[:])
	if err == nil && len(all) == 0 {
		err = ErrNoDisclosure
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// DisclosuresOf lists what a shop disclosed, the oldest first.
func (s *Service) DisclosuresOf(ctx context.Context, r db.Reader, community, merchant id.ID) ([]*Disclosure, error) {
	return disclosures(ctx, r, "AND d.merchant_id = ?", community[:], merchant[:])
}

// Disclosures lists what all shops of a community disclosed since a day, by shop, the
// oldest first.
func (s *Service) Disclosures(ctx context.Context, r db.Reader, community id.ID, since period.Day) (map[id.ID][]*Disclosure, error) {
	all, err := disclosures(ctx, r, "AND d.day >= ?", community[:], int64(since))
	by := make(map[id.ID][]*Disclosure)
	for _, d := range all {
		by[d.Merchant] = append(by[d.Merchant], d)
	}
	return by, err
}

func disclosures(ctx context.Context, r db.Reader, where string, args ...any) (all []*Disclosure, err error) {
	byID := make(map[id.ID]*Disclosure)
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		d := &Disclosure{}
		var at int64
		if err := rows.Scan(&d.ID, &d.Merchant, &d.Topic, &d.Words, &d.Quarter, &d.Profit, &d.Rate, &d.Day, &d.Until, &at, &d.By); err != nil {
			return err
		}
		d.At = micros(at)
		all, byID[d.ID] = append(all, d), d
		return nil
	}, `SELECT d.id, d.merchant_id, d.kind, d.words, d.quarter, d.profit, d.rate, d.day, d.holds_until, d.made_at, d.made_by
		FROM duty_disclosure d WHERE d.community_id = ? `+where+" ORDER BY d.day, d.id", args...); err != nil || len(all) == 0 {
		return all, err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var i Item
		err := rows.Scan(&of, &i.Name, &i.Unit, &i.Cost, &i.Price)
		byID[of].Items = append(byID[of].Items, i)
		return err
	}, `SELECT i.disclosure_id, i.name, i.unit, i.cost, i.price FROM duty_item i JOIN duty_disclosure d ON d.community_id = i.community_id AND d.id = i.disclosure_id
		WHERE i.community_id = ? `+where+" ORDER BY i.disclosure_id, i.number", args...); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var c Check
		var at int64
		err := rows.Scan(&of, &c.ID, &c.Agrees, &c.Words, &at, &c.By)
		c.At = micros(at)
		byID[of].Checks = append(byID[of].Checks, c)
		return err
	}, `SELECT c.disclosure_id, c.id, c.agrees, c.words, c.checked_at, c.checked_by FROM duty_check c JOIN duty_disclosure d ON d.community_id = c.community_id AND d.id = c.disclosure_id
		WHERE c.community_id = ? `+where+" ORDER BY c.checked_at, c.id", args...)
}
