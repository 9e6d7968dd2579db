package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Board is the alliance of a community as it stands: what its pages are made of.
type Board struct {
	Community    id.ID
	Rules        *policy.Alliance
	Zone         *time.Location
	Tree         *alliance.Tree
	Seats        []*alliance.Seat
	Tenures      []*alliance.Tenure // all that ever were
	Openings     []*alliance.Opening
	Applications []*alliance.Application
	Offers       []alliance.Offer
	Unknown      []alliance.Unknown
	Rivalries    []alliance.Rivalry
	Shops        map[id.ID]*merchant.Merchant
	Now          time.Time
}

// AllianceBoard reads the alliance of a community.
func (f *Flows) AllianceBoard(ctx context.Context, community id.ID) (b *Board, err error) {
	defer fault.Wrap(&err, "board of the alliance")
	b = &Board{Community: community, Now: f.DB.Clock().Now()}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		a, err := f.rulesOf(ctx, r, community, b.Now)
		if err != nil {
			return err
		}
		b.Rules, b.Zone, b.Tree = &a.Alliance, a.zone, a.tree
		if b.Seats, err = f.Alliance.Seats(ctx, r, community); err != nil {
			return err
		}
		if b.Tenures, err = f.Alliance.Tenures(ctx, r, community); err != nil {
			return err
		}
		if b.Openings, err = f.Alliance.Openings(ctx, r, community); err != nil {
			return err
		}
		if b.Applications, err = f.Alliance.Applications(ctx, r, community); err != nil {
			return err
		}
		if b.Offers, err = f.Alliance.Offers(ctx, r, community); err != nil {
			return err
		}
		if b.Unknown, err = f.Alliance.Unknowns(ctx, r, community); err != nil {
			return err
		}
		if b.Rivalries, err = f.Alliance.Rivalries(ctx, r, community); err != nil {
			return err
		}
		shops, err := f.Merchants.List(ctx, r, community)
		b.Shops = make(map[id.ID]*merchant.Merchant, len(shops))
		for _, m := range shops {
			b.Shops[m.ID] = m
		}
		return err
	})
	return b, err
}

// Holder is the tenure that holds a seat now, nil if nobody does.
func (b *Board) Holder(seat id.ID) *alliance.Tenure {
	i := slices.IndexFunc(b.Tenures, func(t *alliance.Tenure) bool { return t.Seat == seat && t.Holds(b.Now) })
	if i < 0 {
		return nil
	}
	return b.Tenures[i]
}

// Opening is the opening of a seat that is not decided, nil if there is none.
func (b *Board) Opening(seat id.ID) *alliance.Opening {
	i := slices.IndexFunc(b.Openings, func(o *alliance.Opening) bool { return o.Seat == seat && o.Ended.IsZero() })
	if i < 0 {
		return nil
	}
	return b.Openings[i]
}

// Pending is the application for which a seat is kept, nil if there is none.
func (b *Board) Pending(seat id.ID) *alliance.Application {
	return pending(b.Applications, b.Offers, seat)
}

// Waiting is the waiting list of a trade, in order.
func (b *Board) Waiting(trade string) []*alliance.Application {
	return alliance.Waiting(b.Applications, trade)
}

// Trade is what people call a trade, in the language of a page; its code if the tree
// does not know it.
func (b *Board) Trade(code string, english bool) string {
	t, err := b.Tree.Find(code)
	if err != nil {
		return code
	}
	return t.Name(english)
}

// Missing are the trades in which a shop could have a seat and none was opened yet.
func (b *Board) Missing() (missing []*alliance.Trade) {
	for _, t := range b.Tree.Leaves() {
		if !slices.ContainsFunc(b.Seats, func(s *alliance.Seat) bool { return s.Trade == t.Code }) {
			missing = append(missing, t)
		}
	}
	return missing
}
