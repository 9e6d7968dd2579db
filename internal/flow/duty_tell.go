package flow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// ownersIn are the owners of the shops of a community: what a shop owes is told to
// them, and to nobody who only works there.
func (f *Flows) ownersIn(ctx context.Context, community id.ID) (owners map[id.ID][]id.ID, err error) {
	owners = make(map[id.ID][]id.ID)
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		clear(owners)
		grants, err := f.Access.In(ctx, r, community)
		for _, g := range grants {
			if g.Role == access.Owner && g.Holds(now) && !slices.Contains(owners[g.Subject], g.Person) {
				owners[g.Subject] = append(owners[g.Subject], g.Person)
			}
		}
		return err
	})
	return owners, err
}

// tellOwners leaves a notice for the owners of a shop with the transaction; its first
// argument is the shop. owners is what ownersIn found; where it is nil, because the
// transaction began elsewhere, who the register names is told.
func (f *Flows) tellOwners(ctx context.Context, tx *db.Tx, owners map[id.ID][]id.ID, shop id.ID, n notice.Notice, args ...notice.Arg) error {
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, shop)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	n.Place, n.Args = tx.Community, append([]notice.Arg{shopArg(m)}, args...)
	for _, n.Person = range owners[shop] {
		if err := f.Notices.Send(ctx, tx, n); err != nil {
			return err
		}
	}
	if owners != nil || m.Owner.IsZero() {
		return nil
	}
	who, err := f.Members.ByID(ctx, tx, m.Owner)
	if err != nil {
		return ignore(err, member.ErrNotFound)
	}
	n.Member = who.Ref
	return f.Notices.Send(ctx, tx, n)
}

// tellCommittee leaves a notice for everybody who sits in the committee.
func (f *Flows) tellCommittee(ctx context.Context, tx *db.Tx, n notice.Notice) error {
	body, err := f.Committee.Body(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	n.Place = tx.Community
	for _, m := range body.Sitting(tx.Now) {
		n.Person = m.Person
		if err := f.Notices.Send(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func shopArg(m *merchant.Merchant) notice.Arg {
	if m.Name == "" {
		return notice.Text(m.Ref, "")
	}
	return notice.Text(m.Name, "")
}

// lastMinute is a deadline as people read it: the last minute before it.
func lastMinute(due time.Time) notice.Arg { return notice.Moment(due.Add(-time.Minute)) }

// dutyPath is a page of a shop's duties.
func dutyPath(shop id.ID, rest string) string { return "/shop/" + shop.String() + "/duty" + rest }

// tellBreach tells the shop, and where it is their turn the committee, of a step.
func (f *Flows) tellBreach(ctx context.Context, tx *db.Tx, b *duty.Breach, owners map[id.ID][]id.ID) error {
	s := b.Last()
	n := notice.Notice{Kind: notice.BreachMoved, Cause: fmt.Sprintf("breach/%s/%d", b.ID, s.Number), Link: dutyPath(b.Merchant, "/breaches/"+b.ID.String())}
	args := []notice.Arg{notice.Say(duty.KindName(b.Kind).Key), notice.Say(duty.StateName(s.State).Key)}
	switch s.State {
	case duty.Opened:
		n.Kind = notice.BreachOpened
		args = []notice.Arg{notice.Say(duty.KindName(b.Kind).Key), lastMinute(s.Due)}
	case duty.Found:
		n.Kind = notice.BreachFound
		args = []notice.Arg{notice.Say(duty.KindName(b.Kind).Key), notice.Say(duty.OutcomeName(s.Outcome).Key), lastMinute(s.Due)}
	}
	if err := f.tellOwners(ctx, tx, owners, b.Merchant, n, args...); err != nil {
		return err
	}
	if s.State != duty.Stated && s.State != duty.Unanswered {
		return nil
	}
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, b.Merchant)
	if err != nil {
		return err
	}
	return f.tellCommittee(ctx, tx, notice.Notice{Kind: notice.BreachToDecide, Cause: n.Cause, Link: breachPath(tx.Community, b.ID),
		Args: []notice.Arg{shopArg(m), notice.Say(duty.KindName(b.Kind).Key), lastMinute(s.Due)}})
}

func breachPath(community, breach id.ID) string {
	return "/desk/duty/" + community.String() + "/breaches/" + breach.String()
}
