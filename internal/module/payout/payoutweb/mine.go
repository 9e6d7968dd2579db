package payoutweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// dayBefore is the last day on which a waiting batch is decided.
func dayBefore(n *flow.Upcoming) period.Day {
	return period.DayOf(n.Waits.DueAt.Add(-1), portal.Zone)
}

// home is the viewer in the community where she is at home, nil if she is no member.
func (g *Pages) home(ctx context.Context) (b *flow.Belonging, room portal.Room, err error) {
	_, memberships, err := g.Me(ctx)
	if err != nil {
		return nil, room, err
	}
	all, err := g.Flows.Belongings(ctx, memberships)
	if err != nil || len(all) == 0 {
		return nil, room, err
	}
	room, err = g.RoomOf(ctx, all[0].Community)
	return &all[0], room, err
}

func (g *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return g.showMine(w, r, portal.Sent{})
}

func (g *Pages) showMine(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	b, room, err := g.home(ctx)
	if err != nil {
		return err
	}
	const self = "/me/rewards/payout"
	s := g.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "奖励什么时候付"))
	s.Back = ui.Link{Href: "/me/rewards", Text: i18n.T(ctx, "我的奖励")}
	if b == nil {
		return g.Show(w, r, s, noMember())
	}
	v := payeeView{Above: portal.PlaceName(b.Community), Title: i18n.T(ctx, "奖励什么时候付"), Sent: sent}
	if err := g.payee(ctx, &v, &room, payout.People, b.Member.ID, self, self); err != nil {
		return err
	}
	v.Table.Ask = ui.AskTable(r.URL.Query(), nil)
	if err := g.paidRows(ctx, &v, &room, payout.People, b.Member.ID, func(*payout.Paid) string { return "" }); err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, s, payeePage(v))
}

func (g *Pages) myAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, _, err := g.home(ctx)
	if err != nil {
		return err
	}
	if b == nil {
		return payout.ErrBadOwner
	}
	_, err = g.Flows.AskAccount(ctx, b.Community.ID, actor(ctx), typedAccount(r, payout.OfPerson, b.Member.ID))
	return portal.Done(w, r, err, "/me/rewards/payout", "account", func(s portal.Sent) error { return g.showMine(w, r, s) })
}

func (g *Pages) myWithdraw(w http.ResponseWriter, r *http.Request) error {
	b, _, err := g.home(r.Context())
	if err != nil {
		return err
	}
	if b == nil {
		return payout.ErrNoAccount
	}
	err = g.withdraw(r, b.Community.ID, payout.OfPerson, b.Member.ID)
	return portal.Done(w, r, err, "/me/rewards/payout", "withdraw", func(s portal.Sent) error { return g.showMine(w, r, s) })
}
