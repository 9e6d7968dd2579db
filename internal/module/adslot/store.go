package adslot

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// keptBatches is how long a batch is known: nobody tries longer to write one.
const keptBatches = 7 * 24 * time.Hour

func first[T any](all []T, err, none error) (one T, _ error) {
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return one, err
	}
	return all[0], nil
}

// Slots lists a community's slots, those that are offered first.
func (s *Service) Slots(ctx context.Context, r db.Reader, community id.ID) ([]Slot, error) {
	return slots(ctx, r, " ORDER BY CASE WHEN e.ended_at IS NULL THEN 0 ELSE 1 END, s.page, s.made_at, s.id", community[:])
}

// SlotByID finds a slot.
func (s *Service) SlotByID(ctx context.Context, r db.Reader, community, slot id.ID) (Slot, error) {
	all, err := slots(ctx, r, " AND s.id = ?", community[:], slot[:])
	return first(all, err, ErrNoSlot)
}

func slots(ctx context.Context, r db.Reader, where string, args ...any) (all []Slot, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var s Slot
		var price int64
		var ended *int64
		if err := rows.Scan(&s.ID, &s.Page, &s.Name, &price, &ended); err != nil {
			return err
		}
		if s.Price = money.Amount(price); ended != nil {
			s.Ended = micros(*ended)
		}
		all = append(all, s)
		return nil
	}, `SELECT s.id, s.page, s.name, s.price, e.ended_at FROM ad_slot s
		LEFT JOIN ad_slot_end e ON e.community_id = s.community_id AND e.slot_id = s.id WHERE s.community_id = ?`+where, args...)
	return all, err
}

// InMonth lists the bookings of a month that stand.
func (s *Service) InMonth(ctx context.Context, r db.Reader, community id.ID, month period.Month) ([]Booking, error) {
	return bookings(ctx, r, " AND b.month = ? AND e.ended_at IS NULL ORDER BY b.booked_at, b.id", community[:], int64(month))
}

// Since lists all bookings from a month on, ended ones too, by month.
func (s *Service) Since(ctx context.Context, r db.Reader, community id.ID, month period.Month) ([]Booking, error) {
	return bookings(ctx, r, " AND b.month >= ? ORDER BY b.month, b.booked_at, b.id", community[:], int64(month))
}

// OfShop lists a shop's bookings, the latest month first.
func (s *Service) OfShop(ctx context.Context, r db.Reader, community, shop id.ID) ([]Booking, error) {
	return bookings(ctx, r, " AND b.shop_id = ? ORDER BY b.month DESC, b.booked_at DESC, b.id LIMIT 200", community[:], shop[:])
}

// BookingByID finds a booking.
func (s *Service) BookingByID(ctx context.Context, r db.Reader, community, booking id.ID) (Booking, error) {
	all, err := bookings(ctx, r, " AND b.id = ?", community[:], booking[:])
	return first(all, err, ErrNoBooking)
}

func bookings(ctx context.Context, r db.Reader, where string, args ...any) (all []Booking, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Booking
		var month, from, price, at int64
		var paid, ended, refund *int64
		var how, words *string
		if err := rows.Scan(&b.ID, &b.Slot, &b.Shop, &month, &from, &price, &at, &b.By, &paid, &how, &words, &refund, &ended); err != nil {
			return err
		}
		b.Month, b.From, b.Price, b.At = period.Month(month), period.Day(from), money.Amount(price), micros(at)
		if paid != nil {
			b.Paid = micros(*paid)
		}
		if ended != nil {
			b.End = &End{How(*how), *words, money.Amount(*refund), micros(*ended)}
		}
		all = append(all, b)
		return nil
	}, `SELECT b.id, b.slot_id, b.shop_id, b.month, b.from_day, b.price, b.booked_at, b.booked_by, p.paid_at, e.how, e.words, e.refund, e.ended_at FROM ad_booking b
		LEFT JOIN ad_paid p ON p.community_id = b.community_id AND p.booking_id = b.id
		LEFT JOIN ad_booking_end e ON e.community_id = b.community_id AND e.booking_id = b.id WHERE b.community_id = ?`+where, args...)
	return all, err
}

// Creatives lists what a booking shall show, the latest draft first.
func (s *Service) Creatives(ctx context.Context, r db.Reader, community, booking id.ID) ([]Creative, error) {
	return creatives(ctx, r, "", " AND c.booking_id = ? ORDER BY c.made_at DESC, c.id DESC", community[:], booking[:])
}

// CreativeByID finds a draft.
func (s *Service) CreativeByID(ctx context.Context, r db.Reader, community, creative id.ID) (Creative, error) {
	all, err := creatives(ctx, r, "", " AND c.id = ?", community[:], creative[:])
	return first(all, err, ErrNoCreative)
}

// Waiting lists the drafts that nobody has looked at, the oldest first. A draft that
// was followed by another, or whose booking ended, waits no more.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID, month period.Month) ([]Creative, error) {
	return creatives(ctx, r, ` JOIN ad_booking b ON b.community_id = c.community_id AND b.id = c.booking_id
		LEFT JOIN ad_booking_end e ON e.community_id = c.community_id AND e.booking_id = c.booking_id
		LEFT JOIN ad_creative l ON l.community_id = c.community_id AND l.booking_id = c.booking_id AND l.made_at > c.made_at`,
		" AND v.reviewed_at IS NULL AND l.id IS NULL AND e.ended_at IS NULL AND b.month >= ? ORDER BY c.made_at, c.id", community[:], int64(month))
}

func creatives(ctx context.Context, r db.Reader, join, where string, args ...any) (all []Creative, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Creative
		var at int64
		var passed, reviewed *int64
		var words *string
		var by []byte
		if err := rows.Scan(&c.ID, &c.Booking, &c.Text, &c.Target, &c.File, &at, &passed, &words, &reviewed, &by); err != nil {
			return err
		}
		if c.At = micros(at); reviewed != nil {
			c.Review = &Review{Passed: *passed == 1, Words: *words, At: micros(*reviewed)}
			copy(c.Review.By[:], by)
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.booking_id, c.words, c.target, c.file_id, c.made_at, v.passed, v.words, v.reviewed_at, v.reviewed_by FROM ad_creative c
		LEFT JOIN ad_review v ON v.community_id = c.community_id AND v.creative_id = c.id`+join+` WHERE c.community_id = ?`+where, args...)
	return all, err
}

// Showing lists what is shown in a month: paid, and the latest draft that passed.
func (s *Service) Showing(ctx context.Context, r db.Reader, community id.ID, month period.Month) (all []Shown, err error) {
	taken, err := s.InMonth(ctx, r, community, month)
	if err != nil || len(taken) == 0 {
		return nil, err
	}
	pages := make(map[id.ID]Page)
	of, err := s.Slots(ctx, r, community)
	if err != nil {
		return nil, err
	}
	for _, slot := range of {
		pages[slot.ID] = slot.Page
	}
	for _, b := range taken {
		if b.Paid.IsZero() {
			continue
		}
		drafts, err := s.Creatives(ctx, r, community, b.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range drafts {
			if c.Review != nil && c.Review.Passed {
				all = append(all, Shown{b, pages[b.Slot], c})
				break
			}
		}
	}
	return all, nil
}

// Counts are how often a booking was seen and opened, by day.
func (s *Service) Counts(ctx context.Context, r db.Reader, community, booking id.ID) (all []Count, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := Count{Booking: booking}
		var day int64
		err := rows.Scan(&day, &c.Views, &c.Clicks)
		c.Day = period.Day(day)
		all = append(all, c)
		return err
	}, "SELECT day, views, clicks FROM ad_count WHERE community_id = ? AND booking_id = ? ORDER BY day", community[:], booking[:])
	return all, err
}
