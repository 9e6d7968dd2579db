package offer

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// take is what one checkout took.
type take struct {
	Member id.ID
	Parts  []part
	At     int64 // microseconds; 0: it took nothing
	Freed  int64 // microseconds; 0: the room is not given back
}

type part struct {
	Offer id.ID        `json:"offer"`
	Saved money.Amount `json:"saved"`
}

// holds reports whether a checkout has taken offers and still has them.
func (t *take) holds() bool { return t.At != 0 && t.Freed == 0 }

// Take counts the offers of a proposal for a checkout, and refuses if one of them
// has changed or is used up since it was proposed. A checkout takes once: the same
// again changes nothing.
func (s *Service) Take(ctx context.Context, tx *db.Tx, p *Proposal, by id.ID) (err error) {
	defer fault.Wrap(&err, "offer: take for %s", by)
	if len(p.Reductions) == 0 {
		return nil
	}
	taken, err := s.takes.Get(ctx, tx, by)
	if err != nil || taken.holds() {
		return err
	}
	taken = take{Member: p.Buyer, At: tx.Now.UnixMicro()}
	for i := range p.Reductions {
		r := &p.Reductions[i]
		if err := s.takeOne(ctx, tx, p, r); err != nil {
			return err
		}
		taken.Parts = append(taken.Parts, part{r.Offer, r.Saved})
	}
	return s.takes.Put(ctx, tx, by, taken)
}

func (s *Service) takeOne(ctx context.Context, tx *db.Tx, p *Proposal, r *Reduction) error {
	running, n, err := s.find(ctx, tx, p.Merchant, r.Offer)
	if err != nil {
		return err
	}
	o := running[n]
	if o.Version != r.Version {
		return ErrChanged.With("offer", r.Name)
	}
	stand, err := s.Stand(ctx, tx, o, p.Buyer)
	if err != nil {
		return err
	}
	if o.Total > 0 && stand.Uses >= o.Total || o.Budget > 0 && r.Saved > o.Budget-stand.Saved ||
		o.PerPerson > 0 && (p.Buyer.IsZero() || stand.Mine >= o.PerPerson) {
		return ErrUsedUp.With("offer", r.Name)
	}
	return s.count(ctx, tx, p.Buyer, part{r.Offer, r.Saved}, 1)
}

// count adds a use of an offer, or takes one back.
func (s *Service) count(ctx context.Context, tx *db.Tx, member id.ID, p part, n int64) error {
	c, err := s.counts.Get(ctx, tx, p.Offer)
	if err != nil {
		return err
	}
	c.uses, c.saved = c.uses+n, c.saved+money.Amount(n)*p.Saved
	if err := s.counts.Put(ctx, tx, p.Offer, c); err != nil || member.IsZero() {
		return err
	}
	k := personKey{p.Offer, member}
	mine, err := s.persons.Get(ctx, tx, k)
	if err != nil {
		return err
	}
	return s.persons.Put(ctx, tx, k, mine+n)
}

// Free gives the room that a checkout took back; one that took none changes nothing.
func (s *Service) Free(ctx context.Context, tx *db.Tx, by id.ID) (err error) {
	defer fault.Wrap(&err, "offer: free of %s", by)
	taken, err := s.takes.Get(ctx, tx, by)
	if err != nil || !taken.holds() {
		return err
	}
	for _, p := range taken.Parts {
		if err := s.count(ctx, tx, taken.Member, p, -1); err != nil {
			return err
		}
	}
	taken.Freed = tx.Now.UnixMicro()
	return s.takes.Put(ctx, tx, by, taken)
}

// Without is how far offers are used without what a checkout has taken, so that it
// can be proposed to anew.
func (s *Service) Without(ctx context.Context, tx *db.Tx, stands []Stand, by id.ID) error {
	if by.IsZero() {
		return nil
	}
	taken, err := s.takes.Get(ctx, tx, by)
	if err != nil || !taken.holds() {
		return err
	}
	for i := range stands {
		for _, p := range taken.Parts {
			if p.Offer == stands[i].ID {
				stands[i].Uses, stands[i].Saved, stands[i].Mine = stands[i].Uses-1, stands[i].Saved-p.Saved, max(0, stands[i].Mine-1)
			}
		}
	}
	return nil
}
