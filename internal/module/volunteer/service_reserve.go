package volunteer

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Offer notes that a shop wants to keep one of its staff in reserve; nothing comes of
// it before she agrees. While an offer of the same shop is open it stands alone. That
// she works there is the flow's question.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, r Reserve) (_ *Reserve, err error) {
	defer fault.Wrap(&err, "volunteer: offer for the reserve")
	if err := r.validate(); err != nil {
		return nil, err
	}
	all, err := s.ReservesOf(ctx, tx, tx.Community, r.Person)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.Shop == r.Shop && o.Open() {
			return nil, ErrOffered.On("person")
		}
	}
	r.ID, r.At, r.By, r.State, r.Since = tx.NewID(), tx.Now, tx.Actor.ID, Offered, tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO volunteer_reserve (community_id, id, shop_id, person_id, member_id, skills, windows, offered_at, offered_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], r.Shop[:], r.Person[:], r.Member[:], joined(r.Skills), spell(r.Windows), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	if err := putReserveStep(ctx, tx, r.ID, Offered, ""); err != nil {
		return nil, err
	}
	return &r, touch(ctx, tx)
}

// Answer says yes or no to an offer: she alone does, whom it is about.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, reserve id.ID, agreed bool, words string) (*Reserve, error) {
	to := Declined
	if agreed {
		to = Agreed
	}
	return s.move(ctx, tx, reserve, to, words, func(r *Reserve) error {
		switch {
		case r.Person != tx.Actor.ID:
			return ErrNotYours
		case r.State != Offered:
			return ErrNotThen
		}
		return nil
	})
}

// End takes somebody out of the reserve: she herself, the shop that offered her, or the
// house once she does not work there any more. Who of them asks is the caller's
// question.
func (s *Service) End(ctx context.Context, tx *db.Tx, reserve id.ID, words string) (*Reserve, error) {
	return s.move(ctx, tx, reserve, Ended, words, func(r *Reserve) error {
		if !r.Open() {
			return ErrNotThen
		}
		return nil
	})
}

func (s *Service) move(ctx context.Context, tx *db.Tx, reserve id.ID, to ReserveState, words string, may func(r *Reserve) error) (r *Reserve, err error) {
	defer fault.Wrap(&err, "volunteer: reserve %s", to)
	if !text.ShortLine(words, 200) {
		return nil, ErrBadWords.On("words")
	}
	if r, err = s.ReserveByID(ctx, tx, tx.Community, reserve); err != nil {
		return nil, err
	}
	if err := may(r); err != nil {
		return nil, err
	}
	r.State, r.Words, r.Since = to, words, tx.Now
	if err := putReserveStep(ctx, tx, reserve, to, words); err != nil {
		return nil, err
	}
	return r, touch(ctx, tx)
}
