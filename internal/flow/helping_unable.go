package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// closeUnable closes the offers of people who cannot come any more, so that somebody else is
// asked in the same round: the agreement with their community ended, the balance is at its
// limit, they do not help next door or at all any more, or not as staff of that shop. Who
// said yes is thanked. Nobody is let go because her community could not be read.
func (f *Flows) closeUnable(ctx context.Context, s *scene) error {
	gone, err := f.unable(ctx, s)
	if err != nil || len(gone) == 0 {
		return err
	}
	err = f.DB.Update(ctx, s.place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		of := make(map[id.ID]bool)
		for _, o := range gone {
			now, err := f.TimeBank.OfferByID(ctx, tx, s.place, o.ID)
			if err == nil && now.Answer == nil {
				of[o.Request], err = true, f.TimeBank.Spare(ctx, tx, now)
			}
			if err != nil {
				return err
			}
		}
		for request := range of {
			if err := f.tellSpared(ctx, tx, request); err != nil {
				return err
			}
		}
		return f.wakeBoard(ctx, tx)
	})
	if err != nil {
		return err
	}
	for _, o := range gone { // as the round sees them
		o.Answer = &timebank.Answer{Says: timebank.Gone, At: s.now}
	}
	return nil
}

// unable are the offers without an answer whose helper is not among those who can be asked.
func (f *Flows) unable(ctx context.Context, s *scene) (gone []*timebank.Offer, err error) {
	var helpers []id.ID
	for _, which := range s.order {
		for _, o := range s.offers[which] {
			as := func(v *volunteer.Volunteer) bool { return v.Shop == o.Shop }
			if o.Answer == nil && !slices.ContainsFunc(s.byHand[o.Helper], as) {
				gone, helpers = append(gone, o), append(helpers, o.Helper)
			}
		}
	}
	if len(gone) == 0 || len(s.unread) == 0 {
		return gone, nil
	}
	return gone, f.DB.View(ctx, s.place, func(r db.Reader) error {
		known, err := f.Members.ByIDs(ctx, r, s.place, helpers)
		gone = slices.DeleteFunc(gone, func(o *timebank.Offer) bool {
			m := known[o.Helper]
			return m != nil && s.unread[m.Home]
		})
		return err
	})
}
