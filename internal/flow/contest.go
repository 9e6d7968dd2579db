package flow

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// OnOpening is the kind of subject of a ballot about who gets a seat.
const OnOpening = "opening"

// NoneOfThem is the answer by which a committee wants none of the applicants.
var NoneOfThem = i18n.M("都不合适")

// Contest is what an opening's ballot asks.
var Contest = i18n.M("%s这一席，请哪家店来做？")

// contestants are the applications of an opening that can be voted on, and whether one
// is still on its way there: then the ballot waits for it.
func contestants(all []*alliance.Application) (ready []*alliance.Application, waits bool) {
	for _, x := range all {
		switch x.State() {
		case alliance.Visited:
			ready = append(ready, x)
		case alliance.Submitted, alliance.Returned, alliance.Checked, alliance.Refused, alliance.Appealed, alliance.Upheld:
			waits = true
		}
	}
	return ready, waits
}

// contest puts an opening to vote whose window is over: every application of the window
// in one ballot, also if there is only one. Where nobody is left it ends, and the seat
// is opened again.
func (f *Flows) contest(ctx context.Context, community id.ID, opening id.ID) error {
	var o *alliance.Opening
	var q Asking
	ready, waits, err := f.readyFor(ctx, community, opening, &o)
	if err != nil || waits || !o.Ended.IsZero() || f.DB.Clock().Now().Before(o.To) {
		return err
	}
	for _, x := range ready {
		q.Concerns = append(q.Concerns, committee.Concern{Person: x.Person, Shop: x.Shop, Trade: x.Form.Trade})
	}
	known, err := f.bystanders(ctx, community, q.Concerns)
	if err != nil {
		return err
	}
	return f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
		all, err := f.Alliance.ApplicationsFor(ctx, tx, community, opening)
		if err != nil {
			return err
		}
		now, waits := contestants(all)
		if waits || len(now) != len(ready) || slices.ContainsFunc(all, func(x *alliance.Application) bool { return x.State() == alliance.Balloted }) {
			return nil // somebody moved meanwhile: the next sweep looks again
		}
		if len(now) == 0 {
			if err := f.Alliance.EndOpening(ctx, tx, opening, alliance.Nobody); err != nil {
				return err
			}
			return f.freed(ctx, tx, a, o.Seat, "上一轮没有合适的申请")
		}
		return f.voteOn(ctx, tx, a, o, now, q.Concerns, known)
	})
}

// readyFor reads an opening and who can be voted on.
func (f *Flows) readyFor(ctx context.Context, community, opening id.ID, o **alliance.Opening) (ready []*alliance.Application, waits bool, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if *o, err = f.Alliance.OpeningByID(ctx, r, community, opening); err != nil {
			return err
		}
		all, err := f.Alliance.ApplicationsFor(ctx, r, community, opening)
		ready, waits = contestants(all)
		return err
	})
	return ready, waits, err
}

// voteOn opens the ballot of an opening. A committee that cannot vote at all leaves it
// to the next sweep: the operator sees what waits.
func (f *Flows) voteOn(ctx context.Context, tx *db.Tx, a *allied, o *alliance.Opening, ready []*alliance.Application, concerns []committee.Concern, known *bystanders) error {
	trade, err := a.tree.Find(o.Trade)
	if err != nil {
		return err
	}
	q := Asking{Subject: committee.Subject{Kind: OnOpening, ID: o.ID}, Question: Contest.Key, About: trade.Zh, AboutEn: trade.En, Concerns: concerns}
	for _, x := range ready {
		q.Options = append(q.Options, committee.Option{Key: x.ID, Label: x.Form.ShopName, Small: x.Form.Size == alliance.SmallLocal, Since: x.SubmittedAt()})
	}
	q.Options = append(q.Options, committee.Option{Label: NoneOfThem.Key, Yields: true})
	if _, err := f.openBallot(ctx, tx, a, q, known); err != nil {
		if errors.Is(err, committee.ErrNoElectors) || errors.Is(err, committee.ErrRuns) {
			return nil
		}
		return err
	}
	for _, x := range ready {
		if _, err := f.advance(ctx, tx, a, x.ID, alliance.Balloted, "", 0); err != nil {
			return err
		}
	}
	return nil
}

// openingDecided acts on the ballot of an opening: the winner is asked to pay, the others
// go on the waiting list in the order of the votes; who got fewer votes than "none of
// them" is refused, and may appeal. Who withdrew meanwhile is passed over.
func (f *Flows) openingDecided(ctx context.Context, tx *db.Tx, b *committee.Ballot) error {
	a, err := f.alliedIn(ctx, tx)
	if err != nil {
		return err
	}
	o, err := f.Alliance.OpeningByID(ctx, tx, tx.Community, b.Subject.ID)
	if err != nil {
		return err
	}
	taken := !o.Ended.IsZero() // the seat is held again: an appeal gave it back
	below, elected := false, false
	for place, number := range b.Order() {
		option := b.Option(number)
		if option.Key.IsZero() {
			below = true
			continue
		}
		x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, option.Key)
		if err != nil {
			return err
		}
		if x.State() != alliance.Balloted {
			continue
		}
		switch {
		case below:
			_, err = f.advance(ctx, tx, a, x.ID, alliance.Refused, "委员会表决没有通过", 0)
		case elected || taken:
			_, err = f.advance(ctx, tx, a, x.ID, alliance.Listed, "", place+1)
		default:
			elected = true
			if _, err = f.advance(ctx, tx, a, x.ID, alliance.ElectedOne, "", 0); err == nil {
				err = f.invoice(ctx, tx, a, x.ID)
			}
		}
		if err != nil {
			return err
		}
	}
	if taken {
		return nil
	}
	outcome := alliance.Unfit
	if elected {
		outcome = alliance.Filled
	}
	if err := f.Alliance.EndOpening(ctx, tx, o.ID, outcome); err != nil || elected {
		return err
	}
	return f.freed(ctx, tx, a, o.Seat, "委员会认为这一轮都不合适")
}
