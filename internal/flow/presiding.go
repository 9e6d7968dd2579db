package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// allianceGrantor stands as who granted the roles that follow from a seat, in the
// alliance or in its committee; the house ends those again by itself.
const allianceGrantor = "alliance"

// handoverDays is how long two chairs have to hand over before it counts as late.
const handoverDays = 7

// Refusals of the committee's processes.
var (
	ErrNotHerShop = fault.New(fault.Invalid, "committee.not_her_shop")
	ErrNotSitting = fault.New(fault.Forbidden, "committee.not_sitting")
	ErrNotChair   = fault.New(fault.Forbidden, "committee.not_chair")
)

// SeatMember gives somebody a seat in the committee for a term (C5): the owner of a
// shop, whose shop then pays the committee's rate, or with the zero shop somebody whom
// the community invited.
func (f *Flows) SeatMember(ctx context.Context, community id.ID, actor db.Actor, person, shop id.ID, reason string) (m *committee.Member, err error) {
	defer fault.Wrap(&err, "seat a committee member")
	if !shop.IsZero() {
		if owns, err := f.ownsHere(ctx, person, community, shop); err != nil || !owns {
			return nil, orElse(err, ErrNotHerShop.On("shop"))
		}
	}
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		m, err = f.Committee.Seat(ctx, tx, committee.Member{Person: person, Merchant: shop, Until: alliance.MonthsFrom(tx.Now, a.CommitteeMonths, a.zone), Reason: reason})
		if err != nil {
			return err
		}
		return f.setTiers(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return m, f.SyncCommittee(ctx, community)
}

// UnseatMember ends a seat in the committee, and what its shop had of it.
func (f *Flows) UnseatMember(ctx context.Context, community id.ID, actor db.Actor, member id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "unseat a committee member")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.Committee.Unseat(ctx, tx, member, reason); err != nil {
			return err
		}
		return f.setTiers(ctx, tx)
	})
	if err != nil {
		return err
	}
	return f.SyncCommittee(ctx, community)
}

// setTiers lets the shops of members pay the committee's rate while they sit, and an
// ordinary shop's rate afterwards. A founding shop stays one.
func (f *Flows) setTiers(ctx context.Context, tx *db.Tx) error {
	body, err := f.Committee.Body(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	sits := make(map[id.ID]bool)
	for _, m := range body.Members {
		if !m.Merchant.IsZero() {
			sits[m.Merchant] = sits[m.Merchant] || m.Sits(tx.Now)
		}
	}
	shops, err := f.Merchants.List(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	for _, m := range shops {
		now, was := sits[m.ID]
		after := m.Terms()
		reason := ""
		switch {
		case was && now && m.Tier == policy.Standard:
			after.Tier, reason = policy.Committee, "进入商家委员会"
		case was && !now && m.Tier == policy.Committee:
			after.Tier, reason = policy.Standard, "离开商家委员会"
		default:
			continue
		}
		if err := f.Merchants.Amend(ctx, tx, m.Ref, m.Terms(), after, reason); err != nil && !errors.Is(err, merchant.ErrMoved) {
			return err
		}
	}
	return nil
}

// RotateChair gives the chair to the next in turn when nobody holds it, and begins the
// hand-over. A sweep calls it.
func (f *Flows) RotateChair(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "rotate the chair")
	var due bool
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		body, err := f.Committee.Body(ctx, r, community)
		due = err == nil && body.Current(now) == nil && body.Next(now) != nil
		return err
	})
	if err != nil || !due {
		return err
	}
	err = f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
		c, h, err := f.Committee.Rotate(ctx, tx, alliance.MonthsFrom(tx.Now, a.ChairMonths, a.zone), alliance.DaysFrom(tx.Now, handoverDays, a.zone))
		if err != nil || c == nil {
			return err
		}
		body, err := f.Committee.Body(ctx, tx, community)
		if err != nil {
			return err
		}
		if err := f.tellChair(ctx, tx, a, body.Member(c.Member).Person, c, notice.ChairTurn); err != nil || h == nil {
			return err
		}
		for _, x := range body.Chairs {
			if x.ID == h.From {
				return f.tellChair(ctx, tx, a, body.Member(x.Member).Person, &x, notice.ChairOver)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.SyncCommittee(ctx, community)
}

func (f *Flows) tellChair(ctx context.Context, tx *db.Tx, a *allied, who id.ID, c *committee.Chair, kind string) error {
	return f.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Person: who, Cause: "chair/" + c.ID.String() + "/" + kind, Place: tx.Community, Link: "/committee/" + tx.Community.String() + "/handover",
		Args: []notice.Arg{notice.Day(a.today(c.Until.Add(-time.Second)))},
	})
}

// WriteHandover writes what the outgoing chair hands over. One who does not sit any more
// may be stood in for by the office.
func (f *Flows) WriteHandover(ctx context.Context, community id.ID, actor db.Actor, handover id.ID, t committee.Text, office bool) (err error) {
	defer fault.Wrap(&err, "write a hand-over")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.handsOver(ctx, tx, handover, committee.Outgoing, office); err != nil {
			return err
		}
		_, err := f.Committee.Write(ctx, tx, handover, t)
		return err
	})
}

// ConfirmHandover confirms a hand-over for a side; each side is a person of its own.
func (f *Flows) ConfirmHandover(ctx context.Context, community id.ID, actor db.Actor, handover id.ID, side committee.Side, office bool) (err error) {
	defer fault.Wrap(&err, "confirm a hand-over")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.handsOver(ctx, tx, handover, side, office); err != nil {
			return err
		}
		h, err := f.Committee.Confirm(ctx, tx, handover, side)
		if err != nil || !h.Done() {
			return err
		}
		return f.attest(ctx, tx, "~handover:"+h.ID.String(), map[string]any{"handover": h.ID, "from": h.From, "to": h.To, "given": h.Given, "taken": h.Taken})
	})
}

// handsOver refuses who is not on this side of a hand-over.
func (f *Flows) handsOver(ctx context.Context, tx *db.Tx, handover id.ID, side committee.Side, office bool) (*committee.Handover, error) {
	h, err := f.Committee.HandoverByID(ctx, tx, tx.Community, handover)
	if err != nil {
		return nil, err
	}
	body, err := f.Committee.Body(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	of := h.To
	if side == committee.Outgoing {
		of = h.From
	}
	for _, c := range body.Chairs {
		if c.ID != of {
			continue
		}
		m := body.Member(c.Member)
		if m != nil && (m.Person == tx.Actor.ID || office && !m.Sits(tx.Now)) {
			return h, nil
		}
	}
	return nil, committee.ErrNotHers
}

// AwayFromCommittee notes that a member will be away; the next in turn chairs for her.
func (f *Flows) AwayFromCommittee(ctx context.Context, community id.ID, actor db.Actor, a committee.Absence, office bool) (err error) {
	defer fault.Wrap(&err, "note an absence")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		body, err := f.Committee.Body(ctx, tx, community)
		if err != nil {
			return err
		}
		m := body.Of(actor.ID, tx.Now)
		switch {
		case office && !a.Member.IsZero():
		case m == nil:
			return ErrNotSitting
		default:
			a.Member = m.ID
		}
		return f.Committee.Away(ctx, tx, a)
	})
	if err != nil {
		return err
	}
	return f.SyncCommittee(ctx, community)
}

// CallMeeting calls a meeting and tells every member; the acting chair does, or the
// office.
func (f *Flows) CallMeeting(ctx context.Context, community id.ID, actor db.Actor, m committee.Meeting, office bool) (called *committee.Meeting, err error) {
	defer fault.Wrap(&err, "call a meeting")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		body, err := f.presides(ctx, tx, office)
		if err != nil {
			return err
		}
		if called, err = f.Committee.Call(ctx, tx, m); err != nil || !called.At.After(tx.Now) {
			return err
		}
		for _, x := range body.Sitting(tx.Now) {
			if err := f.Notices.Send(ctx, tx, notice.Notice{
				Kind: notice.MeetingCalled, Person: x.Person, Cause: "meeting/" + called.ID.String(), Place: community, Link: meetingPath(community, called.ID),
				Args: []notice.Arg{notice.Moment(called.At), notice.Text(called.Place, "")},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return called, err
}

func meetingPath(community, meeting id.ID) string {
	return "/committee/" + community.String() + "/meetings/" + meeting.String()
}

// presides refuses who neither chairs now nor is the office.
func (f *Flows) presides(ctx context.Context, tx *db.Tx, office bool) (*committee.Body, error) {
	body, err := f.Committee.Body(ctx, tx, tx.Community)
	if err != nil || office {
		return body, err
	}
	if m := body.Acting(tx.Now); m == nil || m.Person != tx.Actor.ID {
		return body, ErrNotChair
	}
	return body, nil
}

// PutItem puts a point on an agenda: any member does, or the office.
func (f *Flows) PutItem(ctx context.Context, community id.ID, actor db.Actor, meeting id.ID, x committee.Item, office bool) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		body, err := f.Committee.Body(ctx, tx, community)
		if err != nil {
			return err
		}
		if body.Of(actor.ID, tx.Now) == nil && !office {
			return ErrNotSitting
		}
		_, err = f.Committee.Put(ctx, tx, meeting, x)
		return err
	})
}

// RecordMinutes writes the minutes of a meeting; they are evidence by their content.
func (f *Flows) RecordMinutes(ctx context.Context, community id.ID, actor db.Actor, meeting id.ID, w committee.Minutes, office bool) (err error) {
	defer fault.Wrap(&err, "record minutes")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if _, err := f.presides(ctx, tx, office); err != nil {
			return err
		}
		written, err := f.Committee.Record(ctx, tx, meeting, w)
		if err != nil {
			return err
		}
		return f.attest(ctx, tx, "~minutes:"+written.ID.String(), map[string]any{"meeting": meeting, "minutes": written.ID, "present": len(written.Present), "decisions": len(written.Decisions)})
	})
}
