package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// Redeeming asks for a good of the catalogue with a member's points.
type Redeeming struct {
	Member id.ID // her pseudonym in the community
	Good   id.ID
	Form   string // the mark of the form: the same form again gets the same
}

// Redeem takes the points of a good at once and keeps one for her to collect (B5,
// M-07). Whoever comes too late is refused from memory alone.
func (f *Flows) Redeem(ctx context.Context, at id.ID, actor db.Actor, w Redeeming) (r *points.Redemption, err error) {
	token, err := points.TokenOf(w.Member, w.Form)
	if err != nil {
		return nil, err
	}
	if err := f.Communities.RequireOn(ctx, f.DB, at, community.PointsRedemption); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		order := points.Order{Member: w.Member, Good: w.Good, Token: token, Day: day}
		g, earlier, err := f.Points.Offer(ctx, tx, order)
		if err != nil {
			return err
		}
		if !earlier.IsZero() {
			r, err = f.Points.ByID(ctx, tx, at, earlier)
			return err
		}
		held, err := f.Ledger.Balance(ctx, tx, pointsOf(w.Member))
		if err != nil {
			return err
		}
		if held < g.Terms.Points {
			return points.ErrTooFew.With("missing", (g.Terms.Points - held).Decimal(money.Point))
		}
		r, err = f.redeem(ctx, tx, &g, order)
		return err
	})
	return r, err
}

func (f *Flows) redeem(ctx context.Context, tx *db.Tx, g *points.Good, o points.Order) (*points.Redemption, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	r := points.Redemption{ID: tx.NewID(), Good: g.ID, Terms: g.Terms.Number, Member: o.Member, Points: g.Terms.Points, Cost: g.Terms.Cost,
		Supplier: g.Supplier, Counter: g.Terms.Counter}
	if r.Due, err = f.endOfDay(ctx, tx, v.Params.RedemptionDays); err != nil {
		return nil, err
	}
	posted, err := f.Move(ctx, tx, redeemKey(r.ID), charter.PointsRedeemed{Member: r.Member, Redemption: r.ID, Points: r.Points})
	if err != nil {
		return nil, err
	}
	r.Seq = posted.Seq
	made, err := f.Points.Take(ctx, tx, r, o)
	if err != nil {
		return nil, err
	}
	return made, f.tellHolder(ctx, tx, r.Member, notice.PointsRedeemed, r.ID, orderPath(r.ID), notice.Text(g.Name, ""), notice.Points(r.Points), f.lastDay(&v.Params, r.Due))
}

// redeemKey is the key of the entry that took the points of a redemption.
func redeemKey(r id.ID) string { return "~points:" + r.String() }

func pointsOf(member id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: member}, ledger.PointsHeld)
}

// HandGoods hands a redemption over at the counter that keeps it, for its code or its
// number: the supplier is owed the cost (M-09).
func (f *Flows) HandGoods(ctx context.Context, at id.ID, actor db.Actor, counter, redemption id.ID) (r *points.Redemption, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if r, err = f.Points.ByID(ctx, tx, at, redemption); err != nil {
			return err
		}
		if r.Counter != counter {
			return points.ErrOther
		}
		if err := r.Waiting(tx.Now); err != nil {
			return err
		}
		posted, err := f.Move(ctx, tx, redeemKey(r.ID)+"/handed", charter.GoodsHanded{Merchant: r.Supplier, Why: forPoints, Cause: r.ID, Cost: r.Cost})
		if err != nil {
			return err
		}
		if err := f.Points.Finish(ctx, tx, r, points.Handed, posted.Seq, ""); err != nil {
			return err
		}
		return f.Points.EndTickets(ctx, tx, r.ID, points.Served)
	})
	return r, err
}

// forPoints is why goods of the catalogue are paid.
const forPoints = "points"

// CancelRedemption gives up what was not collected: the points come back whole
// (M-07R). It is the member's own choice, or the office's with a reason.
func (f *Flows) CancelRedemption(ctx context.Context, at id.ID, actor db.Actor, member, redemption id.ID, reason string) (err error) {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		r, err := f.Points.ByID(ctx, tx, at, redemption)
		if err != nil {
			return err
		}
		if !member.IsZero() && r.Member != member {
			return points.ErrNoOrder // of others it is not even said that it is there
		}
		if err := r.Waiting(tx.Now); err != nil {
			return err
		}
		return f.letGo(ctx, tx, r, points.Cancelled, reason)
	})
}

// letGo ends a waiting redemption, gives its points back and tells her.
func (f *Flows) letGo(ctx context.Context, tx *db.Tx, r *points.Redemption, how points.End, reason string) error {
	if err := f.takeDown(ctx, tx, r, how, reason); err != nil {
		return err
	}
	return f.tellBack(ctx, tx, r)
}

// takeDown ends a waiting redemption and gives its points back.
func (f *Flows) takeDown(ctx context.Context, tx *db.Tx, r *points.Redemption, how points.End, reason string) error {
	posted, err := f.Move(ctx, tx, redeemKey(r.ID)+"/back", charter.PointsReturned{Member: r.Member, Redemption: r.ID, Points: r.Points})
	if err != nil {
		return err
	}
	if err := f.Points.Finish(ctx, tx, r, how, posted.Seq, reason); err != nil {
		return err
	}
	return f.Points.EndTickets(ctx, tx, r.ID, points.Left)
}

// LapseRedemptions ends what was not collected in time and tells who is about to lose
// hers. It is a sweeper's work and idempotent.
func (f *Flows) LapseRedemptions(ctx context.Context, at id.ID) error {
	if err := f.eachRedemption(ctx, at, f.Points.Overdue, func(tx *db.Tx, r *points.Redemption) error {
		if r.End != nil || tx.Now.Before(r.Due) {
			return nil
		}
		return f.letGo(ctx, tx, r, points.Lapsed, "")
	}); err != nil {
		return err
	}
	if err := f.eachRedemption(ctx, at, f.Points.OverdueClaims, func(tx *db.Tx, r *points.Redemption) error {
		if r.Open() != nil || tx.Now.Before(r.Claim.Due) {
			return nil
		}
		return f.decideClaim(ctx, tx, r, points.Returned, "")
	}); err != nil {
		return err
	}
	return f.remindRedemptions(ctx, at)
}

// eachRedemption does something to each redemption that a list names, in a
// transaction of its own, until none is left.
func (f *Flows) eachRedemption(ctx context.Context, at id.ID, list redemptionList, do func(tx *db.Tx, r *points.Redemption) error) error {
	for {
		var due []points.Redemption
		err := f.DB.View(ctx, at, func(r db.Reader) (err error) {
			due, err = list(ctx, r, at, f.DB.Clock().Now(), 100)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for i := range due {
			err := f.DB.Update(ctx, at, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				r, err := f.Points.ByID(ctx, tx, at, due[i].ID)
				if err != nil {
					return err
				}
				return do(tx, r)
			})
			if err != nil {
				return err
			}
		}
	}
}

// QueueUp gives a redemption of a member a number at its counter for today. member is
// zero where the counter does it for her.
func (f *Flows) QueueUp(ctx context.Context, at id.ID, actor db.Actor, member, counter, redemption id.ID) (t points.Ticket, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		r, err := f.Points.ByID(ctx, tx, at, redemption)
		switch {
		case err != nil:
			return err
		case !member.IsZero() && r.Member != member:
			return points.ErrNoOrder
		case !counter.IsZero() && r.Counter != counter:
			return points.ErrOther
		}
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		t, err = f.Points.Queue(ctx, tx, r, day)
		return err
	})
	return t, err
}

// CallNext calls the next number of a counter and tells whose it is.
func (f *Flows) CallNext(ctx context.Context, at id.ID, actor db.Actor, counter id.ID) (t points.Ticket, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if t, err = f.Points.Next(ctx, tx, counter, day); err != nil {
			return err
		}
		return f.tellCalled(ctx, tx, &t)
	})
	return t, err
}

// StepTicket passes a number whose owner did not come, or calls it again.
func (f *Flows) StepTicket(ctx context.Context, at id.ID, actor db.Actor, counter, ticket id.ID, step points.Step) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		t, err := f.Points.TicketByID(ctx, tx, at, ticket)
		if err != nil {
			return err
		}
		if t.Counter != counter || step.Over() {
			return points.ErrNoTicket
		}
		if err := f.Points.Note(ctx, tx, &t, step); err != nil || step != points.Called {
			return err
		}
		return f.tellCalled(ctx, tx, &t)
	})
}
