package adslot

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to advertising.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Offer offers a slot; its price lies within the policy's bounds.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, slot Slot, b Bounds) (_ Slot, err error) {
	defer fault.Wrap(&err, "adslot: offer")
	if err := slot.validate(b); err != nil {
		return slot, err
	}
	slot.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO ad_slot (community_id, id, page, name, price, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], slot.ID[:], string(slot.Page), slot.Name, int64(slot.Price), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return slot, err
}

// Close stops offering a slot. Months that are booked run.
func (s *Service) Close(ctx context.Context, tx *db.Tx, slot id.ID) (err error) {
	defer fault.Wrap(&err, "adslot: close")
	found, err := s.SlotByID(ctx, tx, tx.Community, slot)
	if err != nil {
		return err
	}
	if !found.Ended.IsZero() {
		return ErrClosed
	}
	_, err = tx.Exec(ctx, "INSERT INTO ad_slot_end (community_id, slot_id, ended_at, ended_by) VALUES (?, ?, ?, ?)", tx.Community[:], slot[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Book gives a shop a month of a slot, or what is left of the present one at its part
// of the price. A shop has one slot a month, a month of a slot one shop. today is the
// day on the community's clock.
func (s *Service) Book(ctx context.Context, tx *db.Tx, slot, shop id.ID, month period.Month, today period.Day) (b Booking, err error) {
	defer fault.Wrap(&err, "adslot: book")
	of, err := s.SlotByID(ctx, tx, tx.Community, slot)
	switch {
	case err != nil:
		return b, err
	case !of.Ended.IsZero():
		return b, ErrClosed
	case month < today.Month() || month > today.Month()+MonthsAhead:
		return b, ErrBadMonth.On("month").With("most", MonthsAhead)
	}
	taken, err := s.InMonth(ctx, tx, tx.Community, month)
	if err != nil {
		return b, err
	}
	for _, t := range taken {
		if t.Shop == shop && t.Slot == slot {
			return t, nil // a second tap
		}
		if t.Slot == slot {
			return b, ErrTaken.On("month")
		}
		if t.Shop == shop {
			return b, ErrOther.On("month")
		}
	}
	b = Booking{ID: tx.NewID(), Slot: slot, Shop: shop, Month: month, From: max(month.First(), today), At: tx.Now, By: tx.Actor.ID}
	b.Price = Prorate(of.Price, month.First(), b.From, month.Last())
	if _, err := tx.Exec(ctx, "INSERT INTO ad_held (community_id, slot_id, month, booking_id) VALUES (?, ?, ?, ?)", tx.Community[:], slot[:], int64(month), b.ID[:]); err != nil {
		return b, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO ad_booking (community_id, id, slot_id, shop_id, month, from_day, price, booked_at, booked_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], slot[:], shop[:], int64(month), int64(b.From), int64(b.Price), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return b, err
}

// Pay notes that a booking was paid; a second time changes nothing.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, booking id.ID) (err error) {
	defer fault.Wrap(&err, "adslot: pay")
	b, err := s.BookingByID(ctx, tx, tx.Community, booking)
	switch {
	case err != nil:
		return err
	case !b.Paid.IsZero():
		return nil
	case b.End != nil:
		return ErrEnded
	}
	_, err = tx.Exec(ctx, "INSERT INTO ad_paid (community_id, booking_id, paid_at, paid_by) VALUES (?, ?, ?, ?)", tx.Community[:], booking[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Cancel gives a month up before it is over; refund is what goes back of what was paid
// for so many of its days. A zero shop is the operator's.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, booking, shop id.ID, words string, today period.Day, refund func(used, all int) money.Amount) (b Booking, err error) {
	defer fault.Wrap(&err, "adslot: cancel")
	b, err = s.BookingByID(ctx, tx, tx.Community, booking)
	switch {
	case err != nil:
		return b, err
	case !shop.IsZero() && b.Shop != shop:
		return b, ErrNotYours
	case b.End != nil:
		return b, ErrEnded
	case today > b.Month.Last():
		return b, ErrOver
	case shop.IsZero() && words == "" || !text.ShortLine(words, 200):
		return b, ErrNoWords.On("words")
	}
	var back money.Amount
	if !b.Paid.IsZero() {
		back = refund(b.Days(today))
	}
	return b, s.end(ctx, tx, &b, End{How: Cancelled, Words: words, Refund: back, At: tx.Now})
}

// Lapse ends a booking that was not paid in time; one that ended or was paid stays as
// it is.
func (s *Service) Lapse(ctx context.Context, tx *db.Tx, booking id.ID) (b Booking, err error) {
	defer fault.Wrap(&err, "adslot: lapse")
	b, err = s.BookingByID(ctx, tx, tx.Community, booking)
	if err != nil || b.End != nil || !b.Paid.IsZero() {
		return b, err
	}
	return b, s.end(ctx, tx, &b, End{How: Lapsed, At: tx.Now})
}

func (s *Service) end(ctx context.Context, tx *db.Tx, b *Booking, e End) error {
	b.End = &e
	if _, err := tx.Exec(ctx, "DELETE FROM ad_held WHERE community_id = ? AND slot_id = ? AND month = ?", tx.Community[:], b.Slot[:], int64(b.Month)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO ad_booking_end (community_id, booking_id, how, words, refund, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], string(e.How), e.Words, int64(e.Refund), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Draft notes what a shop's booking shall show; an operator has to look at it. The
// same again is the same draft.
func (s *Service) Draft(ctx context.Context, tx *db.Tx, shop id.ID, c Creative, today period.Day) (_ Creative, err error) {
	defer fault.Wrap(&err, "adslot: draft")
	b, err := s.BookingByID(ctx, tx, tx.Community, c.Booking)
	switch {
	case err != nil:
		return c, err
	case b.Shop != shop:
		return c, ErrNotYours
	case b.End != nil:
		return c, ErrEnded
	case today > b.Month.Last():
		return c, ErrOver
	}
	if err := c.validate(); err != nil {
		return c, err
	}
	before, err := s.Creatives(ctx, tx, tx.Community, c.Booking)
	if err != nil {
		return c, err
	}
	if len(before) > 0 && before[0].Review == nil && before[0].Text == c.Text && before[0].Target == c.Target && c.File.IsZero() && before[0].File.IsZero() {
		return before[0], nil
	}
	c.ID, c.At, c.Review = tx.NewID(), tx.Now, nil
	_, err = tx.Exec(ctx, "INSERT INTO ad_creative (community_id, id, booking_id, words, target, file_id, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], c.Booking[:], c.Text, c.Target, c.File[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return c, err
}

// Review lets a draft pass or not, once; no needs words. What the law bans cannot pass
// even if it came in before it was banned.
func (s *Service) Review(ctx context.Context, tx *db.Tx, creative id.ID, passed bool, words string) (c Creative, err error) {
	defer fault.Wrap(&err, "adslot: review")
	c, err = s.CreativeByID(ctx, tx, tx.Community, creative)
	switch {
	case err != nil:
		return c, err
	case c.Review != nil:
		return c, ErrReviewed
	case !passed && words == "" || !text.ShortLine(words, 200):
		return c, ErrNoWords.On("words")
	}
	if passed {
		if f := fault.Of(c.validate()); f != nil {
			return c, f.On("words") // who reviews it has no other field to mend
		}
	}
	n := 0
	if passed {
		n = 1
	}
	c.Review = &Review{passed, words, tx.Now, tx.Actor.ID}
	_, err = tx.Exec(ctx, "INSERT INTO ad_review (community_id, creative_id, passed, words, reviewed_at, reviewed_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], creative[:], n, words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return c, err
}

// Counted adds a batch of counts, once: the same batch again adds nothing.
func (s *Service) Counted(ctx context.Context, tx *db.Tx, b *Batch) (err error) {
	defer fault.Wrap(&err, "adslot: count")
	n, err := tx.Exec(ctx, "INSERT INTO ad_batch (community_id, batch, added_at) VALUES (?, ?, ?) ON CONFLICT (community_id, batch) DO NOTHING",
		tx.Community[:], b.Name, tx.Now.UnixMicro())
	if err != nil || n == 0 {
		return err
	}
	for _, c := range b.Counts {
		if _, err := tx.Exec(ctx, `INSERT INTO ad_count (community_id, booking_id, day, views, clicks) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (community_id, booking_id, day) DO UPDATE SET views = ad_count.views + excluded.views, clicks = ad_count.clicks + excluded.clicks`,
			tx.Community[:], c.Booking[:], int64(c.Day), c.Views, c.Clicks); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM ad_batch WHERE community_id = ? AND added_at < ?", tx.Community[:], tx.Now.Add(-keptBatches).UnixMicro())
	return err
}
