package allianceweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// queueView is what waits for the office, over its communities.
type queueView struct {
	Matters []ui.Matter
	Places  []ui.Row
	Trades  bool // she may see the tree
}

// mattersOf are what waits in a community: applications whose next step is the
// office's, and shops that the introduction left over.
func mattersOf(ctx context.Context, at community.Place, b *flow.Board) (all []ui.Matter) {
	for _, x := range b.Applications {
		if !x.State().Office() {
			continue
		}
		left, of := waits(x, b.Now)
		all = append(all, ui.Matter{Href: reviewHref(at, x.ID), Left: left, Limit: of, Kind: b.Trade(x.Form.Trade, english(ctx)), Title: cmp.Or(x.Form.ShopName, i18n.T(ctx, "还没写店名")),
			Text: portal.PlaceName(at), Stage: alliance.StateName(x.State()).In(ctx), Next: nextWord(ctx, x.State())})
	}
	for _, u := range b.Unknown {
		all = append(all, ui.Matter{Href: boardHref(at) + "#unknown", Left: settleIn - b.Now.Sub(time.UnixMicro(u.At)), Limit: settleIn, Kind: i18n.T(ctx, "业态"), Title: shopName(b, u.Merchant),
			Text: i18n.T(ctx, "%s · 登记的业态“%s”不在业态表里", portal.PlaceName(at), cmp.Or(u.Zh, u.Code)), Stage: i18n.T(ctx, "等对上业态"), Next: i18n.T(ctx, "去对业态")})
	}
	for _, x := range b.Rivalries {
		all = append(all, ui.Matter{Href: boardHref(at) + "#rivals", Left: settleIn - b.Now.Sub(time.UnixMicro(x.At)), Limit: settleIn, Kind: i18n.T(ctx, "同业"), Title: shopName(b, x.Merchant),
			Text: i18n.T(ctx, "%s · 启用时同业的席位已经有店", portal.PlaceName(at)), Stage: i18n.T(ctx, "等决定"), Next: i18n.T(ctx, "去决定")})
	}
	return all
}

// settleIn is how long shops that the introduction left over wait at most.
const settleIn = 30 * 24 * time.Hour

// nextWord is what the office does next.
func nextWord(ctx context.Context, s alliance.State) string {
	switch s {
	case alliance.Submitted:
		return i18n.T(ctx, "核对材料")
	case alliance.Checked:
		return i18n.T(ctx, "登记看店")
	case alliance.Paid:
		return i18n.T(ctx, "生成协议")
	case alliance.Appealed:
		return i18n.T(ctx, "处理申诉")
	}
	return i18n.T(ctx, "看看")
}

func boardHref(at community.Place) string { return "/desk/alliance/" + at.Ref }

func reviewHref(at community.Place, application id.ID) string {
	return boardHref(at) + "/bids/" + application.String()
}

// waiting counts what waits behind the door.
func (p *Pages) waiting(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	all, err := p.matters(ctx)
	for _, m := range all {
		n, late = n+1, late || m.Limit > 0 && m.Left < 0
	}
	return n, late, err
}

// matters is what waits in all communities of the viewer, the most urgent first; what
// has no clock comes last.
func (p *Pages) matters(ctx context.Context) (all []ui.Matter, err error) {
	mine, err := p.Mine(ctx, "seating.read")
	if err != nil {
		return nil, err
	}
	for _, at := range mine {
		b, err := p.Flows.AllianceBoard(ctx, at.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, mattersOf(ctx, at, b)...)
	}
	slices.SortStableFunc(all, func(a, b ui.Matter) int {
		if (a.Limit == 0) != (b.Limit == 0) {
			return cmp.Compare(b.Limit, a.Limit)
		}
		return cmp.Compare(a.Left, b.Left)
	})
	return all, nil
}

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.matters(ctx)
	if err != nil {
		return err
	}
	mine, err := p.Mine(ctx, "seating.read")
	if err != nil {
		return err
	}
	v := queueView{Matters: all, Trades: p.May(ctx, "trade.read")}
	for _, at := range mine {
		b, err := p.Flows.AllianceBoard(ctx, at.ID)
		if err != nil {
			return err
		}
		held := 0
		for _, s := range b.Seats {
			if b.Holder(s.ID) != nil {
				held++
			}
		}
		row := ui.Row{Href: boardHref(at), Icon: "building", Title: portal.PlaceName(at), Text: i18n.T(ctx, "%d 席，%d 席有店", len(b.Seats), held)}
		if len(b.Seats) == 0 {
			row.Text = i18n.T(ctx, "还没有启用联盟")
		}
		v.Places = append(v.Places, row)
	}
	return p.Show(w, r, p.desk(ctx, i18n.T(ctx, "商业联盟")), queuePage(v))
}

// desk is the frame of the office's pages.
func (p *Pages) desk(ctx context.Context, title string) ui.Shell {
	s := p.Shell(ctx, ui.OperatorFrame, "alliance", title)
	s.Wide = true
	return s
}
