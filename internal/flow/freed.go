package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// onTheWay are the states of an application for which a seat is kept.
var onTheWay = []alliance.State{alliance.ElectedOne, alliance.Offered, alliance.Accepted, alliance.Charged, alliance.Paid, alliance.Contracted, alliance.Signed}

// pending is the application for which a seat is kept, nil if none.
func pending(all []*alliance.Application, offers []alliance.Offer, seat id.ID) *alliance.Application {
	i := slices.IndexFunc(all, func(x *alliance.Application) bool {
		return slices.Contains(onTheWay, x.State()) && alliance.SeatFor(x, offers) == seat
	})
	if i < 0 {
		return nil
	}
	return all[i]
}

// freed finds somebody for a seat that nobody holds and nobody is on the way to: the
// next on the waiting list is asked, else it is opened to bids. Where
// something runs already nothing happens.
func (f *Flows) freed(ctx context.Context, tx *db.Tx, a *allied, seat id.ID, why string) error {
	s, err := f.Alliance.SeatByID(ctx, tx, tx.Community, seat)
	if err != nil {
		return err
	}
	running, err := f.Alliance.Running(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(running, func(t *alliance.Tenure) bool { return t.Seat == seat && t.Holds(tx.Now) }) {
		return nil
	}
	all, err := f.Alliance.Applications(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	offers, err := f.Alliance.Offers(ctx, tx, tx.Community)
	if err != nil || pending(all, offers, seat) != nil {
		return err
	}
	open, err := f.Alliance.OpenOpenings(ctx, tx, tx.Community)
	if err != nil || slices.ContainsFunc(open, func(o *alliance.Opening) bool { return o.Seat == seat }) {
		return err
	}
	if list := alliance.Waiting(all, s.Trade); len(list) > 0 {
		if err := f.Alliance.OfferSeat(ctx, tx, list[0].ID, seat); err != nil {
			return err
		}
		_, err := f.advance(ctx, tx, a, list[0].ID, alliance.Offered, "", 0)
		return err
	}
	_, err = f.Alliance.Announce(ctx, tx, seat, alliance.DaysFrom(tx.Now, a.ContestDays, a.zone), why)
	if errors.Is(err, alliance.ErrOpeningRuns) {
		return nil
	}
	return err
}

// advance takes an application a step further and tells the applicant. A seat that was
// kept for it and is not any more is freed.
func (f *Flows) advance(ctx context.Context, tx *db.Tx, a *allied, application id.ID, to alliance.State, note string, place int) (*alliance.Application, error) {
	before, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, application)
	if err != nil {
		return nil, err
	}
	x, err := f.Alliance.Advance(ctx, tx, application, to, note, &a.Alliance, a.zone, place)
	if err != nil {
		return x, err
	}
	if err := f.tellBid(ctx, tx, a, x); err != nil {
		return x, err
	}
	if !slices.Contains(onTheWay, before.State()) || slices.Contains(onTheWay, to) || to == alliance.Admitted {
		return x, nil
	}
	offers, err := f.Alliance.Offers(ctx, tx, tx.Community)
	if err != nil {
		return x, err
	}
	if err := f.unpay(ctx, tx, a, x); err != nil {
		return x, err
	}
	return x, f.freed(ctx, tx, a, alliance.SeatFor(x, offers), "前一位没有办完入席")
}

// tellBid tells the applicant where her application got to. What she did herself she
// need not be told.
func (f *Flows) tellBid(ctx context.Context, tx *db.Tx, a *allied, x *alliance.Application) error {
	last := x.Last()
	if x.Erased || last.By == x.Person {
		return nil
	}
	trade, err := a.tree.Find(x.Form.Trade)
	if err != nil {
		return err
	}
	more := notice.Say(alliance.NextWords(last.State).Key)
	if last.Note != "" {
		more = notice.Text(last.Note, "")
	}
	due := notice.Say("不限")
	if !last.Due.IsZero() {
		due = notice.Day(period.DayOf(last.Due, a.zone) - 1) // the end of a day is the next one's beginning
	}
	return f.Notices.Send(ctx, tx, notice.Notice{
		Kind: notice.SeatBid, Person: x.Person, Cause: "bid/" + x.ID.String() + "/" + string(last.State), Place: tx.Community, Link: bidPath(tx.Community, x.ID),
		Args: []notice.Arg{notice.Text(trade.Zh, trade.En), notice.Say(alliance.StateName(last.State).Key), more, due},
	})
}

// bidPath is the applicant's page of an application.
func bidPath(community, application id.ID) string {
	return "/me/seats/" + community.String() + "/" + application.String()
}

// tellShop tells the owner of a shop about its seat, if somebody is known to own it.
func (f *Flows) tellShop(ctx context.Context, tx *db.Tx, a *allied, t *alliance.Tenure, kind string, more ...notice.Arg) error {
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, t.Merchant)
	if err != nil || m.Owner.IsZero() {
		return err
	}
	owner, err := f.Members.ByID(ctx, tx, m.Owner)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	trade, err := a.tree.Find(t.Trade)
	if err != nil {
		return err
	}
	return f.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Member: owner.Ref, Cause: "seat/" + t.ID.String(), Place: tx.Community, Link: "/shop/" + t.Merchant.String() + "/seat",
		Args: append([]notice.Arg{notice.Text(trade.Zh, trade.En)}, more...),
	})
}

// centres are where communities lie, of which that is known.
func (f *Flows) centres(ctx context.Context) (map[id.ID]geo.Point, error) {
	of := make(map[id.ID]geo.Point)
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := f.Communities.Positions(ctx, r)
		for place, at := range all {
			of[place] = at.At
		}
		return err
	})
	return of, err
}

// Competitors finds the shops that compete with a shop of a trade at a place, in its
// community and in the others of its street, the nearest first (C1, A-04).
func (f *Flows) Competitors(ctx context.Context, home id.ID, trade string, at geo.Point, radius int) (found []alliance.Competitor, err error) {
	defer fault.Wrap(&err, "search competitors")
	tree, err := f.Trades(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := tree.Find(trade); err != nil {
		return nil, err
	}
	places, err := f.neighbours(ctx, home)
	if err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, home, func(r db.Reader) error {
		found = nil
		for _, p := range places {
			some, err := f.Alliance.Rivals(ctx, r, p, tree, trade, at, radius)
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		return nil
	})
	alliance.Nearest(found)
	return found, err
}

// neighbours are the communities of a community's street, itself first.
func (f *Flows) neighbours(ctx context.Context, home id.ID) ([]id.ID, error) {
	place, err := f.Communities.ByID(ctx, f.DB, home)
	if err != nil {
		return nil, err
	}
	all, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return nil, err
	}
	places := []id.ID{home}
	for _, p := range all {
		if p.ID != home && p.Parent == place.Parent && !p.Parent.IsZero() {
			places = append(places, p.ID)
		}
	}
	return places, nil
}

// ownsHere reports whether a person owns a shop of a community by her role.
func (f *Flows) ownsHere(ctx context.Context, person, community, shop id.ID) (bool, error) {
	held, err := f.Access.Held(ctx, person, f.DB.Clock().Now())
	for _, g := range held {
		if g.Role == access.Owner && g.Place == community && g.Subject == shop {
			return true, nil
		}
	}
	return false, err
}
