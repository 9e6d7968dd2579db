package flow

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/points"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// redemptionList names redemptions that wait for something to be done at a time.
type redemptionList func(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]points.Redemption, error)

// Complaint says what is not good about something that was collected.
type Complaint struct {
	Member     id.ID
	Redemption id.ID
	Words      string
	Picture    *attachment.File // nil: none
}

// Complain notes that something which was handed over is not good (B5). The operator
// decides on it, or in the end the clock.
func (f *Flows) Complain(ctx context.Context, at id.ID, actor db.Actor, c Complaint) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		r, err := f.Points.ByID(ctx, tx, at, c.Redemption)
		if err != nil {
			return err
		}
		if r.Member != c.Member {
			return points.ErrNoOrder
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if err := r.Claimable(tx.Now, v.Params.ClaimDays); err != nil {
			return err
		}
		claim := points.Claim{Words: strings.TrimSpace(c.Words)}
		if claim.Due, err = f.endOfDay(ctx, tx, v.Params.ClaimDecisionDays); err != nil {
			return err
		}
		if claim.Picture, err = f.keepPicture(ctx, tx, c.Picture); err != nil {
			return err
		}
		return f.Points.Complain(ctx, tx, r, claim)
	})
}

// DecideClaim decides on a claim: something else is kept for her to collect, or the
// points come back, and the supplier is not paid; or neither, with a reason.
func (f *Flows) DecideClaim(ctx context.Context, at id.ID, actor db.Actor, redemption id.ID, v points.Verdict, reason string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		r, err := f.Points.ByID(ctx, tx, at, redemption)
		if err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return points.ErrNoReason.On("reason")
		}
		return f.decideClaim(ctx, tx, r, v, reason)
	})
}

func (f *Flows) decideClaim(ctx context.Context, tx *db.Tx, r *points.Redemption, v points.Verdict, reason string) error {
	if err := r.Open(); err != nil {
		return err
	}
	d := points.Decision{Verdict: v, Reason: reason, PointsSeq: -1, CostSeq: -1}
	if v == points.Replaced || v == points.Returned {
		posted, err := f.Move(ctx, tx, redeemKey(r.ID)+"/taken", charter.GoodsReversed{Merchant: r.Supplier, Why: forPoints, Cause: r.ID, Cost: r.Cost})
		if err != nil {
			return err
		}
		d.CostSeq = posted.Seq
	}
	switch v {
	case points.Returned:
		posted, err := f.Move(ctx, tx, redeemKey(r.ID)+"/back", charter.PointsReturned{Member: r.Member, Redemption: r.ID, Points: r.Points})
		if err != nil {
			return err
		}
		d.PointsSeq = posted.Seq
	case points.Replaced:
		again, err := f.replace(ctx, tx, r)
		if err != nil {
			return err
		}
		d.Replacement = again
	case points.Refused:
	default:
		return points.ErrBadVerdict.On("verdict")
	}
	if err := f.Points.Decide(ctx, tx, r, d); err != nil {
		return err
	}
	g, err := f.Points.Good(ctx, tx, tx.Community, r.Good)
	if err != nil {
		return err
	}
	if reason == "" {
		return f.tellHolder(ctx, tx, r.Member, notice.PointsClaim, r.ID, orderPath(r.ID), notice.Text(g.Name, ""), notice.Say(VerdictName(v)), notice.Say("到时没有定，按退分办"))
	}
	return f.tellHolder(ctx, tx, r.Member, notice.PointsClaim, r.ID, orderPath(r.ID), notice.Text(g.Name, ""), notice.Say(VerdictName(v)), notice.Text(reason, ""))
}

// VerdictName is what a verdict is called: a message key.
func VerdictName(v points.Verdict) string {
	switch v {
	case points.Replaced:
		return "换一件"
	case points.Returned:
		return "退积分"
	}
	return "不换不退"
}

// replace keeps another one of the same good for her, under today's terms, for the
// points that were taken already.
func (f *Flows) replace(ctx context.Context, tx *db.Tx, old *points.Redemption) (id.ID, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return id.ID{}, err
	}
	g, err := f.Points.Good(ctx, tx, tx.Community, old.Good)
	if err != nil {
		return id.ID{}, err
	}
	r := points.Redemption{ID: tx.NewID(), Good: g.ID, Terms: g.Terms.Number, Member: old.Member, Points: old.Points, Cost: g.Terms.Cost,
		Supplier: g.Supplier, Counter: g.Terms.Counter, Origin: old.ID, Seq: -1}
	if r.Due, err = f.endOfDay(ctx, tx, v.Params.RedemptionDays); err != nil {
		return id.ID{}, err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return id.ID{}, err
	}
	token, err := points.TokenOf(old.ID, "replaced")
	if err != nil {
		return id.ID{}, err
	}
	if _, err := f.Points.Take(ctx, tx, r, points.Order{Member: r.Member, Good: r.Good, Token: token, Day: day}); err != nil {
		return id.ID{}, err
	}
	return r.ID, f.tellHolder(ctx, tx, r.Member, notice.PointsReady, r.ID, orderPath(r.ID), notice.Text(g.Name, ""), f.lastDay(&v.Params, r.Due))
}

// remindRedemptions tells who is about to lose hers, once.
func (f *Flows) remindRedemptions(ctx context.Context, at id.ID) error {
	var soon time.Duration
	return f.eachRedemption(ctx, at, func(ctx context.Context, r db.Reader, at id.ID, now time.Time, limit int) ([]points.Redemption, error) {
		if soon == 0 {
			versions, err := f.Policies.List(ctx, r, at)
			if err != nil {
				return nil, err
			}
			v := policy.InForce(versions, now)
			if v == nil {
				return nil, nil
			}
			soon = time.Duration(v.Params.RedemptionReminder) * 24 * time.Hour
		}
		return f.Points.Lapsing(ctx, r, at, now.Add(soon), limit)
	}, func(tx *db.Tx, r *points.Redemption) error {
		if err := f.Points.Reminded(ctx, tx, r); err != nil || r.End != nil {
			return err
		}
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		g, err := f.Points.Good(ctx, tx, tx.Community, r.Good)
		if err != nil {
			return err
		}
		return f.tellHolder(ctx, tx, r.Member, notice.PointsLapsing, r.ID, orderPath(r.ID), notice.Text(g.Name, ""), f.lastDay(&v.Params, r.Due))
	})
}

// tellBack tells that points came back.
func (f *Flows) tellBack(ctx context.Context, tx *db.Tx, r *points.Redemption) error {
	g, err := f.Points.Good(ctx, tx, tx.Community, r.Good)
	if err != nil {
		return err
	}
	return f.tellHolder(ctx, tx, r.Member, notice.PointsBack, r.ID, orderPath(r.ID), notice.Points(r.Points), notice.Text(g.Name, ""))
}

// tellCalled tells whose number was called.
func (f *Flows) tellCalled(ctx context.Context, tx *db.Tx, t *points.Ticket) error {
	r, err := f.Points.ByID(ctx, tx, tx.Community, t.Redemption)
	if err != nil {
		return err
	}
	g, err := f.Points.Good(ctx, tx, tx.Community, r.Good)
	if err != nil {
		return err
	}
	return f.tellHolder(ctx, tx, r.Member, notice.PointsCalled, t.ID, orderPath(r.ID), notice.Text(strconv.FormatInt(t.Number, 10), ""), notice.Text(g.Name, ""))
}

// tellHolder stages a notice for the person behind a member of tx's community, if she
// is still one. The same kind about the same record is told once.
func (f *Flows) tellHolder(ctx context.Context, tx *db.Tx, who id.ID, kind string, about id.ID, link string, args ...notice.Arg) error {
	m, err := f.Members.ByID(ctx, tx, who)
	if err != nil {
		return err
	}
	return f.Notices.Send(ctx, tx, notice.Notice{Kind: kind, Member: m.Ref, Cause: kind + "/" + about.String(), Place: tx.Community, Link: link, Args: args})
}

// orderPath is the page of a redemption.
func orderPath(r id.ID) string { return "/me/points/orders/" + r.String() }

// lastDay is the last day before an instant, for a notice.
func (f *Flows) lastDay(p *policy.Params, until time.Time) notice.Arg {
	zone, err := f.zone(p)
	if err != nil {
		zone = DefaultZone
	}
	return notice.Day(period.DayOf(until.Add(-1), zone))
}
