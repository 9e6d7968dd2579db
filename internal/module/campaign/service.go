package campaign

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to festivals. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Plan notes a festival; shops may join from now on.
func (s *Service) Plan(ctx context.Context, tx *db.Tx, p Plan, today period.Day) (_ id.ID, err error) {
	defer fault.Wrap(&err, "campaign: plan %s", p.Title)
	if err := p.validate(today); err != nil {
		return id.ID{}, err
	}
	made := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO campaign (community_id, id, kind, title, about, place, first_day, last_day, budget, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], made[:], string(p.Kind), p.Title, p.About, p.Place, int64(p.First), int64(p.Last), int64(p.Budget), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return made, err
}

// Publish shows a festival to everybody.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, campaign id.ID, today period.Day) (*Campaign, error) {
	c, err := s.openOne(ctx, tx, campaign, today)
	switch {
	case err != nil:
		return nil, err
	case c.Published != nil:
		return nil, ErrPublished
	}
	return c, step(ctx, tx, campaign, "published", "")
}

// Cancel calls a festival off. Offers and vouchers that belong to it go on by their
// own terms.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, campaign id.ID, words string, today period.Day) (*Campaign, error) {
	if !text.Line(words, 60) {
		return nil, ErrNoWords.On("words")
	}
	c, err := s.openOne(ctx, tx, campaign, today)
	if err != nil {
		return nil, err
	}
	return c, step(ctx, tx, campaign, "cancelled", words)
}

func step(ctx context.Context, tx *db.Tx, campaign id.ID, what, words string) error {
	_, err := tx.Exec(ctx, "INSERT INTO campaign_step (community_id, campaign_id, what, words, step_at, step_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], campaign[:], what, words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// openOne is a festival that is neither over nor cancelled.
func (s *Service) openOne(ctx context.Context, tx *db.Tx, campaign id.ID, today period.Day) (*Campaign, error) {
	c, err := s.ByID(ctx, tx, tx.Community, campaign)
	if err != nil {
		return nil, err
	}
	return c, c.open(today)
}

// Join lets a shop take part, or say anew what it does and means to spend.
func (s *Service) Join(ctx context.Context, tx *db.Tx, campaign, shop id.ID, budget money.Amount, words string, today period.Day) (err error) {
	defer fault.Wrap(&err, "campaign: join %s", campaign)
	switch {
	case budget < 0 || budget > budgetMost:
		return ErrBadBudget.On("budget")
	case !text.Line(words, lineMost):
		return ErrNoWords.On("words")
	}
	if _, err := s.openOne(ctx, tx, campaign, today); err != nil {
		return err
	}
	return say(ctx, tx, campaign, shop, 1, budget, words)
}

// Leave ends a shop's part.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, campaign, shop id.ID, today period.Day) (err error) {
	defer fault.Wrap(&err, "campaign: leave %s", campaign)
	c, err := s.openOne(ctx, tx, campaign, today)
	switch {
	case err != nil:
		return err
	case c.Of(shop) == nil:
		return ErrNotIn
	}
	return say(ctx, tx, campaign, shop, 0, 0, "")
}

func say(ctx context.Context, tx *db.Tx, campaign, shop id.ID, joined int64, budget money.Amount, words string) error {
	_, err := tx.Exec(ctx, `INSERT INTO campaign_part (community_id, campaign_id, shop_id, said_at, joined, budget, words, said_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, campaign_id, shop_id, said_at) DO UPDATE SET joined = excluded.joined, budget = excluded.budget, words = excluded.words, said_by = excluded.said_by`,
		tx.Community[:], campaign[:], shop[:], tx.Now.UnixMicro(), joined, int64(budget), words, tx.Actor.ID[:])
	return err
}

// Attach lets an offer or a series belong to a festival: a shop's own, of one that takes part,
// or (zero) what the alliance or the platform issues. Attached twice it is attached
// once.
func (s *Service) Attach(ctx context.Context, tx *db.Tx, campaign id.ID, l Link, today period.Day) (err error) {
	defer fault.Wrap(&err, "campaign: attach to %s", campaign)
	c, err := s.openOne(ctx, tx, campaign, today)
	switch {
	case err != nil:
		return err
	case !l.Shop.IsZero() && c.Of(l.Shop) == nil:
		return ErrNotIn
	}
	_, err = tx.Exec(ctx, "INSERT INTO campaign_link (community_id, campaign_id, what, thing_id, shop_id, linked_at, linked_by) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (community_id, campaign_id, what, thing_id) DO NOTHING",
		tx.Community[:], campaign[:], string(l.What), l.Thing[:], l.Shop[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Schedule puts an entry into the joint calendar.
func (s *Service) Schedule(ctx context.Context, tx *db.Tx, campaign id.ID, e Event, today period.Day) (err error) {
	defer fault.Wrap(&err, "campaign: schedule in %s", campaign)
	c, err := s.openOne(ctx, tx, campaign, today)
	if err != nil {
		return err
	}
	if err := e.validate(c); err != nil {
		return err
	}
	e.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO campaign_event (community_id, campaign_id, id, day, from_minute, to_minute, title, place, shop_id, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], campaign[:], e.ID[:], int64(e.Day), int64(e.From), int64(e.To), e.Title, e.Place, e.Shop[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// CallOff calls one entry of the calendar off; it stays to be read, with why.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, campaign, event id.ID, words string, today period.Day) (err error) {
	defer fault.Wrap(&err, "campaign: call off %s", event)
	if !text.Line(words, 60) {
		return ErrNoWords.On("words")
	}
	c, err := s.openOne(ctx, tx, campaign, today)
	if err != nil {
		return err
	}
	for _, e := range c.Events {
		switch {
		case e.ID != event:
		case e.Off != "":
			return ErrEventOff
		default:
			_, err := tx.Exec(ctx, "INSERT INTO campaign_event_off (community_id, event_id, words, off_at, off_by) VALUES (?, ?, ?, ?, ?)", tx.Community[:], event[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
			return err
		}
	}
	return ErrNoEvent
}
