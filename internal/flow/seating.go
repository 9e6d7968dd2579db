package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// Seated is what came of introducing the alliance in a community.
type Seated struct {
	Seated  int // shops that got their trade's seat
	Rivals  int // shops of a trade whose seat another one got: the operator decides
	Unknown int // shops of a trade that the tree does not know: the operator says which
}

// SeatExisting introduces the alliance in a community that has shops already: each gets
// the seat of its trade from now for a term, the first of a trade by reference; the
// others wait for the operator. What was done before stays as it is.
func (f *Flows) SeatExisting(ctx context.Context, community id.ID, actor db.Actor) (done Seated, err error) {
	defer fault.Wrap(&err, "seat existing shops")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		done = Seated{}
		shops, err := f.Merchants.List(ctx, tx, community)
		if err != nil {
			return err
		}
		assigned, err := f.Alliance.Assigned(ctx, tx, community)
		if err != nil {
			return err
		}
		all, err := f.Alliance.Tenures(ctx, tx, community)
		if err != nil {
			return err
		}
		held := make(map[id.ID]bool)
		for _, t := range all { // one that had a seat once bids like everybody
			held[t.Merchant] = true
		}
		for _, m := range shops {
			if m.Status != merchant.Active || held[m.ID] {
				continue
			}
			t := tradeOf(a.tree, assigned, m)
			if t == nil || t.Retired {
				done.Unknown++
				if err := f.Alliance.NoteUnknown(ctx, tx, alliance.Unknown{Merchant: m.ID, Code: m.Industry, Zh: m.IndustryZH}); err != nil {
					return err
				}
				continue
			}
			got, err := f.seatFirst(ctx, tx, a, t, m.ID)
			if err != nil {
				return err
			}
			if got {
				done.Seated++
			} else {
				done.Rivals++
			}
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	return done, f.IndexShops(ctx, community)
}

// seatFirst gives a shop its trade's first seat if nobody ever held it; else it notes
// that two want it.
func (f *Flows) seatFirst(ctx context.Context, tx *db.Tx, a *allied, t *alliance.Trade, shop id.ID) (got bool, err error) {
	seats, err := f.Alliance.Seats(ctx, tx, tx.Community)
	if err != nil {
		return false, err
	}
	for _, s := range seats {
		if s.Trade == t.Code {
			return false, f.Alliance.NoteRivalry(ctx, tx, shop, s.ID)
		}
	}
	s, err := f.Alliance.OpenSeat(ctx, tx, t, a.SeatRadius, alliance.Demand{}, "联盟启用")
	if err != nil {
		return false, err
	}
	_, err = f.Alliance.Take(ctx, tx, alliance.Tenure{Seat: s.ID, Merchant: shop, Until: alliance.MonthsFrom(tx.Now, a.SeatTermMonths, a.zone), Basis: alliance.Existing})
	return err == nil, err
}

// AssignTrade says which trade a shop has that the tree does not know, and gives it the
// trade's seat if that was never held.
func (f *Flows) AssignTrade(ctx context.Context, community id.ID, actor db.Actor, shop id.ID, code, reason string) (err error) {
	defer fault.Wrap(&err, "assign a trade")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		m, err := f.Merchants.ByID(ctx, tx, community, shop)
		if err != nil {
			return err
		}
		if err := f.Alliance.AssignTrade(ctx, tx, a.tree, shop, code, reason); err != nil {
			return err
		}
		of, err := f.Alliance.TenuresOf(ctx, tx, community, shop)
		if err != nil || len(of) > 0 || m.Status != merchant.Active {
			return err
		}
		t, err := a.tree.Find(code)
		if err != nil {
			return err
		}
		_, err = f.seatFirst(ctx, tx, a, t, shop)
		return err
	})
	if err != nil {
		return err
	}
	return f.IndexShops(ctx, community)
}

// OpenSeat makes a seat and opens it to bids: the first of a trade, or a further one
// for demand that was measured and not met.
func (f *Flows) OpenSeat(ctx context.Context, community id.ID, actor db.Actor, trade string, radius int, demand alliance.Demand, reason string) (s *alliance.Seat, err error) {
	defer fault.Wrap(&err, "open a seat")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		t, err := a.tree.Find(trade)
		if err != nil {
			return err
		}
		if radius == 0 {
			radius = a.SeatRadius
		}
		if s, err = f.Alliance.OpenSeat(ctx, tx, t, radius, demand, reason); err != nil {
			return err
		}
		if s.Number > 1 {
			if err := f.attest(ctx, tx, "~seat:"+s.ID.String(), map[string]any{"seat": s.ID, "trade": s.Trade, "number": s.Number, "demand": demand, "reason": reason}); err != nil {
				return err
			}
		}
		return f.freed(ctx, tx, a, s.ID, reason)
	})
	return s, err
}

// VacateSeat ends a shop's time on its seat: its term is over, it was among the last of
// a quarter, it defaulted, was absent too often, or gave it up. What is left of its fee
// and its deposit go back, the shop is told, and the seat is offered to the waiting
// list, else opened to bids.
func (f *Flows) VacateSeat(ctx context.Context, community id.ID, actor db.Actor, tenure id.ID, why alliance.Why, reason string) (t *alliance.Tenure, err error) {
	defer fault.Wrap(&err, "vacate a seat")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		t, err = f.vacate(ctx, tx, a, tenure, why, reason)
		return err
	})
	return t, err
}

// vacate is VacateSeat inside of a transaction.
func (f *Flows) vacate(ctx context.Context, tx *db.Tx, a *allied, tenure id.ID, why alliance.Why, reason string) (*alliance.Tenure, error) {
	t, err := f.Alliance.Vacate(ctx, tx, tenure, why, reason)
	if err != nil {
		return t, err
	}
	if err := f.returnPaid(ctx, tx, a, t.Application, t, reason); err != nil {
		return t, err
	}
	if err := f.attest(ctx, tx, "~vacancy:"+t.ID.String(), map[string]any{"tenure": t.ID, "seat": t.Seat, "shop": t.Merchant, "why": t.Why, "at": t.Ended}); err != nil {
		return t, err
	}
	if err := f.tellShop(ctx, tx, a, t, notice.SeatLost, notice.Say(alliance.WhyName(t.Why).Key), notice.Text(reason, "")); err != nil {
		return t, err
	}
	return t, f.freed(ctx, tx, a, t.Seat, reason)
}

// RestoreSeat gives a shop back the seat that it lost by a decision which an appeal
// found to be wrong, for what was left of its term. If somebody else has got it
// meanwhile the shop gets a further seat of the trade: who was elected loses nothing.
func (f *Flows) RestoreSeat(ctx context.Context, community id.ID, actor db.Actor, tenure id.ID, reason string) (t *alliance.Tenure, err error) {
	defer fault.Wrap(&err, "restore a seat")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		t, err = f.restore(ctx, tx, a, tenure, reason)
		return err
	})
	return t, err
}

// restore is RestoreSeat inside of a transaction.
func (f *Flows) restore(ctx context.Context, tx *db.Tx, a *allied, tenure id.ID, reason string) (*alliance.Tenure, error) {
	lost, err := f.Alliance.TenureByID(ctx, tx, tx.Community, tenure)
	if err != nil {
		return nil, err
	}
	if lost.Ended.IsZero() || !lost.Until.After(tx.Now) {
		return nil, alliance.ErrTenureOver
	}
	kept, err := f.keptFor(ctx, tx, lost.Seat)
	if err != nil {
		return nil, err
	}
	again := alliance.Tenure{Seat: lost.Seat, Merchant: lost.Merchant, Until: lost.Until, Basis: alliance.Reseated, Application: lost.Application}
	t := lost
	if err = alliance.ErrSeatTaken; kept == nil {
		t, err = f.Alliance.Take(ctx, tx, again)
	}
	if errors.Is(err, alliance.ErrSeatTaken) {
		again.Seat, err = f.seatBeside(ctx, tx, a, lost, reason)
		if err != nil {
			return nil, err
		}
		t, err = f.Alliance.Take(ctx, tx, again)
	}
	if err != nil {
		return nil, err
	}
	if err := f.clearTheWay(ctx, tx, t.Seat); err != nil {
		return nil, err
	}
	return t, f.tellShop(ctx, tx, a, t, notice.SeatGiven, notice.Text(reason, ""))
}

// keptFor is the application for which a seat is kept, nil if there is none.
func (f *Flows) keptFor(ctx context.Context, tx *db.Tx, seat id.ID) (*alliance.Application, error) {
	all, err := f.Alliance.Applications(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	offers, err := f.Alliance.Offers(ctx, tx, tx.Community)
	return pending(all, offers, seat), err
}

// seatBeside makes a further seat for a shop that must get its own back; the demand it
// is opened for is that of the appeal.
func (f *Flows) seatBeside(ctx context.Context, tx *db.Tx, a *allied, lost *alliance.Tenure, reason string) (id.ID, error) {
	trade, err := a.tree.Find(lost.Trade)
	if err != nil {
		return id.ID{}, err
	}
	s, err := f.Alliance.OpenSeat(ctx, tx, trade, a.SeatRadius, alliance.Demand{Asked: 1, Unmet: 1, Days: 1, Source: "申诉成立"}, reason)
	if err != nil {
		return id.ID{}, err
	}
	return s.ID, nil
}

// clearTheWay ends the opening of a seat that is held again: its applications go on the
// waiting list, or are told that there is nothing to win.
func (f *Flows) clearTheWay(ctx context.Context, tx *db.Tx, seat id.ID) error {
	open, err := f.Alliance.OpenOpenings(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Seat == seat {
			if err := f.Alliance.EndOpening(ctx, tx, o.ID, alliance.Overtaken); err != nil {
				return err
			}
		}
	}
	return nil
}
