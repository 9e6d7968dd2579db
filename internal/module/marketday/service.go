package marketday

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to market days. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Call calls a day.
func (s *Service) Call(ctx context.Context, tx *db.Tx, d Day) (*Day, error) {
	d.About = text.Clean(d.About)
	if err := d.Validate(tx.Now); err != nil {
		return nil, err
	}
	d.ID, d.At, d.By, d.Steps = tx.NewID(), tx.Now, tx.Actor.ID, nil
	return &d, insertDay(ctx, tx, &d)
}

// Open opens a day, at the earliest OpenEarly before its hour.
func (s *Service) Open(ctx context.Context, tx *db.Tx, day id.ID) (*Day, error) {
	d, err := s.DayByID(ctx, tx, tx.Community, day)
	if err != nil {
		return nil, err
	}
	if tx.Now.Before(d.Begins.Add(-OpenEarly)) {
		return nil, ErrTooEarly.With("hours", int(OpenEarly/time.Hour))
	}
	return d, s.step(ctx, tx, d, Step{State: Opened})
}

// Close closes a day; what is said with it stands in its report.
func (s *Service) Close(ctx context.Context, tx *db.Tx, day id.ID, words string) (*Day, error) {
	d, err := s.DayByID(ctx, tx, tx.Community, day)
	if err != nil {
		return nil, err
	}
	if words = text.Clean(words); !text.ShortProse(words, 500) {
		return nil, ErrBadAbout.On("words")
	}
	return d, s.step(ctx, tx, d, Step{State: Closed, Words: words})
}

// CallOff calls a day off, with a reason. What was paid there stays paid.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, day id.ID, words string) (*Day, error) {
	d, err := s.DayByID(ctx, tx, tx.Community, day)
	if err != nil {
		return nil, err
	}
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return nil, ErrNoReason.On("words")
	}
	return d, s.step(ctx, tx, d, Step{State: Off, Words: words})
}

func (s *Service) step(ctx context.Context, tx *db.Tx, d *Day, x Step) error {
	if err := d.may(x.State); err != nil {
		return err
	}
	x.At, x.By = tx.Now, tx.Actor.ID
	d.Steps = append(d.Steps, x)
	return insertStep(ctx, tx, d.ID, x)
}

// Remind reports whether it is the first time that a day's stallholders are reminded.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, day id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO marketday_reminder (community_id, day_id, reminded_at) VALUES (?, ?, ?) ON CONFLICT (community_id, day_id) DO NOTHING",
		tx.Community[:], day[:], tx.Now.UnixMicro())
	return n == 1, err
}

// Take takes a stall at the first free table. A holder has one stall of a sort on a day.
func (s *Service) Take(ctx context.Context, tx *db.Tx, x Stall) (*Stall, error) {
	x.About = text.Clean(x.About)
	if err := x.Validate(); err != nil {
		return nil, err
	}
	d, err := s.DayByID(ctx, tx, tx.Community, x.Day)
	if err == nil && (d.Over() || !tx.Now.Before(d.Ends)) {
		err = ErrOver
	}
	if err != nil {
		return nil, err
	}
	all, err := s.Stalls(ctx, tx, tx.Community, x.Day)
	if err != nil {
		return nil, err
	}
	taken := make(map[int]bool, len(all))
	for _, o := range all {
		if o.End != nil {
			continue
		}
		taken[o.Number] = true
		if o.Member == x.Member && o.Shop == x.Shop && o.Sort == x.Sort {
			return nil, ErrHasStall
		}
	}
	x.ID, x.At, x.By, x.End = tx.NewID(), tx.Now, tx.Actor.ID, nil
	for n := 1; n <= d.Tables; n++ {
		if taken[n] {
			continue
		}
		if first, err := occupy(ctx, tx, x.Day, n, x.ID); err != nil {
			return nil, err
		} else if first {
			x.Number = n
			return &x, insertStall(ctx, tx, &x)
		}
	}
	return nil, ErrFull.With("tables", d.Tables)
}

// GiveUp ends a stall and frees its table. Where something was paid it stays: the report
// needs it.
func (s *Service) GiveUp(ctx context.Context, tx *db.Tx, stall id.ID, words string) (*Stall, error) {
	x, err := s.StallByID(ctx, tx, tx.Community, stall)
	if err != nil {
		return nil, err
	}
	if words = text.Clean(words); !text.ShortProse(words, wordsMost) {
		return nil, ErrNoReason.On("words")
	}
	d, err := s.DayByID(ctx, tx, tx.Community, x.Day)
	switch {
	case err != nil:
		return nil, err
	case x.End != nil:
		return nil, ErrEnded
	case d.Over():
		return nil, ErrOver
	}
	paid, err := s.PaymentsAt(ctx, tx, tx.Community, stall)
	if err == nil && len(paid) > 0 {
		err = ErrPaidThere
	}
	if err != nil {
		return nil, err
	}
	x.End = &End{Words: words, At: tx.Now, By: tx.Actor.ID}
	return x, endStall(ctx, tx, x)
}

// Count notes how many goods changed hands at a stall so far.
func (s *Service) Count(ctx context.Context, tx *db.Tx, x *Stall, p Pieces) error {
	if err := p.Validate(); err != nil {
		return err
	}
	d, err := s.DayByID(ctx, tx, tx.Community, x.Day)
	switch {
	case err != nil:
		return err
	case x.End != nil:
		return ErrEnded
	case d.State() == Called:
		return ErrNotOpen
	case d.Over():
		return ErrOver
	}
	return insertGoods(ctx, tx, x.ID, p)
}

// MayPay refuses a payment at a stall for a service that was done at an instant.
func (s *Service) MayPay(ctx context.Context, r db.Reader, community id.ID, x *Stall, payer id.ID, minutes int, shown time.Time) error {
	d, err := s.DayByID(ctx, r, community, x.Day)
	switch {
	case err != nil:
		return err
	case x.End != nil:
		return ErrEnded
	case x.Sort != OnTheSpot:
		return ErrNotService
	case !d.PaysAt(shown):
		return ErrNotOpen
	case minutes < 1 || minutes > MinutesMost:
		return ErrBadMinutes.On("minutes").With("most", MinutesMost)
	case !payer.IsZero() && payer == x.Member:
		return ErrOwnStall
	}
	return nil
}

// Pay notes what the books paid.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, p Payment) (*Payment, error) {
	p.At, p.By = tx.Now, tx.Actor.ID
	return &p, insertPayment(ctx, tx, &p)
}

// Want notes that a side wants a payment undone. Who says so twice has said it.
func (s *Service) Want(ctx context.Context, tx *db.Tx, p *Payment, side Side, words string) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrNoReason.On("words")
	}
	if p.Wanted(side) {
		return ErrSaid
	}
	w := Want{Side: side, Words: words, At: tx.Now, By: tx.Actor.ID}
	p.Wants = append(p.Wants, w)
	return insertWant(ctx, tx, p.ID, w)
}

// Undo notes the entry that undid a payment.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, p *Payment, seq int64) error {
	p.Undone = &Undone{Seq: seq, At: tx.Now, By: tx.Actor.ID}
	return insertUndo(ctx, tx, p)
}

// Forget takes out what a member wrote: her stalls' words, her reasons. Her stalls of days
// that are not over are given up. What was served stays under a pseudonym.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "marketday: forget")
	mine, err := s.StallsOf(ctx, tx, tx.Community, member)
	if err != nil {
		return err
	}
	for _, x := range mine {
		if x.End != nil {
			continue
		}
		d, err := s.DayByID(ctx, tx, tx.Community, x.Day)
		if err != nil {
			return err
		}
		if d.Over() {
			continue
		}
		x.End = &End{At: tx.Now, By: tx.Actor.ID} // also where something was paid: nobody stands there any more
		if err := endStall(ctx, tx, x); err != nil {
			return err
		}
	}
	return forget(ctx, tx, member)
}
