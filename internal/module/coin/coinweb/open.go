package coinweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// publicView is the public account of a community's hours.
type publicView struct {
	portal.Room
	Books  flow.HoursBooks
	Stats  []ui.Stat
	Chart  ui.Chart
	Pool   ui.Table
	Orders []ui.Row

	Crossed []ui.Fact // what went to neighbouring communities and came from them; none where few did
}

// shownOrders is how many organisations the public account thanks.
const shownOrders = 20

func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Room: room}
	if v.Books, err = h.Flows.HoursBooksOf(ctx, room.ID); err != nil {
		return err
	}
	v.Stats = openStats(ctx, &v.Books)
	v.Chart, v.Pool = coverageChart(ctx, &v.Books), poolTable(ctx, &v.Books, int64(room.Rules.PortraitK))
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		n, sent, arrived, err := h.svc().Crossings(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		if n > 0 && n >= int64(room.Rules.PortraitK) { // fewer would tell whose they are
			v.Crossed = []ui.Fact{{Name: i18n.T(ctx, "带到邻近社区的"), Text: ui.Coins(sent)}, {Name: i18n.T(ctx, "从邻近社区带来的"), Text: ui.Coins(arrived)}}
		}
		all, err := h.svc().Orders(ctx, rd, room.ID)
		for _, o := range all {
			if o.State() == coin.Bought && len(v.Orders) < shownOrders {
				v.Orders = append(v.Orders, ui.Row{Icon: "building", Title: o.Name, Text: ui.Moment(ctx, room.Local(o.At)), Notes: []string{o.Purpose}, End: ui.Coins(o.Coins)})
			}
		}
		return err
	}); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "服务时公开账"), "hours")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, publicPage(v))
}

// openStats are what anybody may know of the hours as a whole.
func openStats(ctx context.Context, b *flow.HoursBooks) []ui.Stat {
	covered := i18n.T(ctx, "还没有发出")
	if c, some := b.Coverage(); some {
		covered = (c - c%100).Percent() // to the hundredth, never more than it is
	}
	cover := ui.Stat{Name: i18n.T(ctx, "备付够"), Number: covered, Note: i18n.T(ctx, "备付款 ¥ %s", ui.Yuan(b.Backing))}
	if b.Short() {
		cover.NoteTone = ui.Act
	}
	p := &b.Rules
	return []ui.Stat{stat(ctx, p, i18n.T(ctx, "发出还没用的"), b.Outstanding), cover, stat(ctx, p, i18n.T(ctx, "权益池"), b.Pool), stat(ctx, p, i18n.T(ctx, "时间罐"), b.Pot)}
}

// coverageChart shows what was outstanding at the end of each month and what stood behind it.
func coverageChart(ctx context.Context, b *flow.HoursBooks) ui.Chart {
	c := ui.Chart{ID: "coverage", Title: i18n.T(ctx, "每个月底，发出的和背后的备付款"), Kind: ui.LineChart, Over: i18n.T(ctx, "月份"), Unit: i18n.T(ctx, "元"), Scale: 2,
		Series: []ui.Series{{Name: i18n.T(ctx, "发出还没用的")}, {Name: i18n.T(ctx, "备付款")}}}
	for _, m := range b.Months {
		c.Labels = append(c.Labels, ui.Month(ctx, m.Month))
		c.Series[0].Values = append(c.Series[0].Values, int64(m.Outstanding))
		c.Series[1].Values = append(c.Series[1].Values, int64(m.Backing))
	}
	return c
}

// poolTable is what the pool and the pot got and gave, by month and rule. What fewer than
// k entries stand behind is not told.
func poolTable(ctx context.Context, b *flow.HoursBooks, k int64) ui.Table {
	t := ui.Table{ID: "pool", Caption: i18n.T(ctx, "权益池和时间罐每个月的进出"),
		Columns: []ui.Column{{Text: i18n.T(ctx, "月份")}, {Text: i18n.T(ctx, "缘由"), Title: true}, {Text: i18n.T(ctx, "哪里")}, {Text: i18n.T(ctx, "进"), Num: true}, {Text: i18n.T(ctx, "出"), Num: true}, {Text: i18n.T(ctx, "笔数"), Num: true, Rare: true}},
		Empty:   ui.EmptyView{Icon: "hands", Title: i18n.T(ctx, "还没有进出"), Text: i18n.T(ctx, "店家捐的、单位认购的、付给志愿者的，都会记在这里。")}}
	for _, x := range slices.Backward(b.Flows) {
		in, out, n := ui.Coins(x.In), ui.Coins(x.Out), portal.Whole(int(x.Entries))
		if x.Entries < k {
			in, out, n = i18n.T(ctx, "笔数少，不公布"), "", ""
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(ui.Month(ctx, x.Month), ruleName(ctx, x.Rule), where(ctx, x.Common), in, out, n)})
	}
	t.Total = len(t.Rows)
	return t
}

func ruleName(ctx context.Context, r ledger.Rule) string {
	if title := charter.Title(r); title != "" {
		return i18n.T(ctx, title) + " " + r.String()
	}
	return r.String()
}

func where(ctx context.Context, common bool) string {
	if common {
		return i18n.T(ctx, "时间罐")
	}
	return i18n.T(ctx, "权益池")
}

// shopView is what a shop took and what it gave the pool.
type shopView struct {
	portal.Counter
	Stats []ui.Stat
	Form  ui.Form
	Rows  []ui.Row
	Sent  portal.Sent
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return h.showShop(w, r, portal.Sent{})
}

func (h *Pages) showShop(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := shopView{Counter: c, Sent: sent, Form: sent.Once("donate", c.Href("/hours"))}
	if err := h.view(ctx, c.ID, func(rd db.Reader) error {
		held, err := h.Flows.Ledger.Holding(ctx, rd, c.ID, ledger.Of(party.Owner{Kind: party.Merchant, ID: c.Shop.ID}, ledger.Coins))
		if err != nil {
			return err
		}
		var given money.Amount
		all, err := h.svc().DonationsOf(ctx, rd, c.ID, c.Shop.ID)
		for _, d := range all {
			given += d.Coins
			v.Rows = append(v.Rows, ui.Row{Icon: "heart", Title: i18n.T(ctx, "捐进权益池"), Text: ui.Moment(ctx, c.Local(d.At)), Notes: notes(d.Words), End: ui.Coins(d.Coins)})
		}
		v.Stats = []ui.Stat{stat(ctx, &c.Rules, i18n.T(ctx, "店里收到还没用的"), held.Balance), stat(ctx, &c.Rules, i18n.T(ctx, "店里捐过的"), given)}
		return err
	}); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.ShopShell(ctx, c.ID, c.Shop.ID, "hours", i18n.T(ctx, "捐服务时")), shopPage(v))
}

func notes(words string) []string {
	if words == "" {
		return nil
	}
	return []string{words}
}

func (h *Pages) donate(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v, err := coinsIn(r)
	if err == nil {
		_, err = h.Flows.DonateHours(ctx, c.ID, authz.Of(ctx).Actor(), coin.Donation{ID: madeBy(r), Shop: c.Shop.ID, Coins: v, Words: portal.Prose(r, "words")})
	}
	return portal.Done(w, r, err, c.Href("/hours"), "donate", func(s portal.Sent) error { return h.showShop(w, r, s) })
}
