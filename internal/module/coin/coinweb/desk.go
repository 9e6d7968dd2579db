package coinweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's hours for the desk.
type deskView struct {
	portal.Room
	Books     flow.HoursBooks
	Stats     []ui.Stat
	Solvency  []ui.Fact
	Chart     ui.Chart
	Ahead     ui.Chart
	Ages      ui.Chart
	Waiting   []waiting // grants
	Orders    []waiting // asked for
	Grants    []ui.Row
	Past      []ui.Row // orders
	Donations []ui.Row
	Pool      ui.Table
	Keep      bool
	Agree     bool
	Sent      portal.Sent
	Form      ui.Form
	looked    []id.ID // members of whom the page says why they were granted hours
}

// waiting is what somebody must agree to.
type waiting struct {
	Title, Text string
	Facts       []ui.Fact
	Lines       []ui.Line
	Agree       ui.Form
	Refuse      ui.Form
	Own         bool // the viewer asked for it herself
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, Form: sent.Once("grant", room.Desk("hours", "/grants")), Keep: h.MayIn(ctx, "hours_desk.keep", room.ID), Agree: h.MayIn(ctx, "hours_desk.agree", room.ID)}
	if v.Books, err = h.Flows.HoursBooksOf(ctx, room.ID); err != nil {
		return err
	}
	b := &v.Books
	v.Stats = append(openStats(ctx, b), stat(ctx, &b.Rules, i18n.T(ctx, "本月补贴预算还剩"), max(0, b.Budget-b.Spent)))
	v.Solvency, v.Chart, v.Ahead, v.Ages = solvency(ctx, b), coverageChart(ctx, b), aheadChart(ctx, b), agesChart(ctx, b)
	v.Pool = poolTable(ctx, b, 0)
	if err := h.view(ctx, room.ID, func(rd db.Reader) error { return h.fillDesk(ctx, rd, &v) }); err != nil {
		return err
	}
	if err := h.lookedAt(ctx, room.ID, v.looked); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "hours", i18n.T(ctx, "服务时")), deskPage(v))
}

// lookedAt notes that the desk reads why neighbours are granted hours: it tells of their
// health and care (A7).
func (h *Pages) lookedAt(ctx context.Context, community id.ID, members []id.ID) error {
	people, err := h.Flows.NeighboursBehind(ctx, community, members)
	if err != nil {
		return err
	}
	var who []id.ID
	for _, p := range people {
		who = append(who, p.ID)
	}
	return h.Looked(ctx, who, privacy.Care, i18n.M("看资助的缘由").Key)
}

// fillDesk reads what waits and what was done.
func (h *Pages) fillDesk(ctx context.Context, rd db.Reader, v *deskView) error {
	grants, err := h.svc().Grants(ctx, rd, v.Room.ID)
	if err != nil {
		return err
	}
	refs, err := h.Flows.Members.RefsOf(ctx, rd, v.Room.ID, granted(grants))
	if err != nil {
		return err
	}
	me := authz.Of(ctx).Actor().ID
	for _, g := range grants {
		h.addGrant(ctx, v, g, cmp.Or(refs[g.Member], i18n.T(ctx, "已经离开的会员")), me)
	}
	orders, err := h.svc().Orders(ctx, rd, v.Room.ID)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.State() != coin.Asked {
			v.Past = append(v.Past, orderRow(ctx, v.Now.Location(), o, ""))
			continue
		}
		base := v.Desk("hours", "/orders/"+o.ID.String())
		v.Orders = append(v.Orders, waiting{Title: o.Name, Text: o.Purpose, Own: o.By == me, Lines: priceLines(ctx, o, premiumOf(o, v.Room.Rules.CSRPremium)),
			Facts: []ui.Fact{{Name: i18n.T(ctx, "统一社会信用代码"), Text: o.Registration}, {Name: i18n.T(ctx, "单位性质"), Text: bodyName(ctx, o.Body)}, {Name: i18n.T(ctx, "给谁"), Text: goesTo(ctx, o.Common)}},
			Agree: v.Sent.Ask("accept-"+o.ID.String(), base+"/agreement"), Refuse: v.Sent.Ask("decline-"+o.ID.String(), base+"/refusal")})
	}
	donations, err := h.svc().Donations(ctx, rd, v.Room.ID)
	for _, d := range donations[:min(len(donations), shownOrders)] {
		v.Donations = append(v.Donations, ui.Row{Icon: "store", Title: v.ShopName(ctx, d.Shop), Text: ui.Moment(ctx, v.Local(d.At)), Notes: notes(d.Words), End: ui.Coins(d.Coins)})
	}
	return err
}

func granted(all []*coin.Grant) map[id.ID]bool {
	who := make(map[id.ID]bool, len(all))
	for _, g := range all {
		who[g.Member] = true
	}
	return who
}

func (h *Pages) addGrant(ctx context.Context, v *deskView, g *coin.Grant, who string, me id.ID) {
	if g.End != nil && len(v.Grants) == shownOrders {
		return
	}
	if g.Reason != "" {
		v.looked = append(v.looked, g.Member)
	}
	if g.End == nil {
		base := v.Desk("hours", "/grants/"+g.ID.String())
		v.Waiting = append(v.Waiting, waiting{Title: i18n.T(ctx, "资助会员 %s %s", who, said(ctx, &v.Room.Rules, g.Coins)), Text: g.Reason, Own: g.By == me,
			Agree: v.Sent.Ask("agree-"+g.ID.String(), base+"/agreement"), Refuse: v.Sent.Ask("refuse-"+g.ID.String(), base+"/refusal")})
		return
	}
	row := ui.Row{Icon: "heart", Title: i18n.T(ctx, "会员 %s", who), Text: ui.Moment(ctx, v.Local(g.End.At)), Notes: notes(g.Reason), End: ui.Coins(g.Coins), Tag: i18n.T(ctx, "给了"), Tone: ui.OK}
	if g.End.What == coin.Refused {
		row.Tag, row.Tone = i18n.T(ctx, "没给"), ui.Tell
	}
	v.Grants = append(v.Grants, row)
}

// solvency says how sound the hours are.
func solvency(ctx context.Context, b *flow.HoursBooks) []ui.Fact {
	fact := func(name, text string) ui.Fact { return ui.Fact{Name: name, Text: text} }
	facts := []ui.Fact{
		fact(i18n.T(ctx, "居民手里"), ui.Coins(b.People)), fact(i18n.T(ctx, "店家手里"), ui.Coins(b.Shops)), fact(i18n.T(ctx, "求助留出的"), ui.Coins(b.Held)), fact(i18n.T(ctx, "居民欠着的"), ui.Coins(b.Owed)),
		fact(i18n.T(ctx, "近 90 天用起来的"), ui.Coins(b.Moved)), fact(i18n.T(ctx, "消费照返的"), b.Throttled().Percent()), fact(i18n.T(ctx, "备付低于多少要提醒"), b.Rules.BackingWarn.Percent()),
	}
	if b.DueTo > 0 {
		facts = append(facts, fact(i18n.T(ctx, "权益池还该付的"), i18n.T(ctx, "%s，%d 次服务", ui.Coins(b.Due), b.DueTo)))
	}
	return facts
}

// aheadChart continues the last months, with a band.
func aheadChart(ctx context.Context, b *flow.HoursBooks) ui.Chart {
	c := ui.Chart{ID: "ahead", Title: i18n.T(ctx, "照最近三个月这样下去"), Kind: ui.LineChart, Over: i18n.T(ctx, "天后"), Unit: i18n.T(ctx, "元"), Scale: 2,
		Series: []ui.Series{{Name: i18n.T(ctx, "发出还没用的，最少")}, {Name: i18n.T(ctx, "大约")}, {Name: i18n.T(ctx, "最多")}, {Name: i18n.T(ctx, "备付款")}}}
	add := func(days int, all ...int64) {
		c.Labels = append(c.Labels, strconv.Itoa(days))
		for i, v := range all {
			c.Series[i].Values = append(c.Series[i].Values, v)
		}
	}
	ahead := b.Forecast()
	if len(ahead) > 0 {
		now := int64(b.Outstanding)
		add(0, now, now, now, int64(b.Backing))
	}
	for _, a := range ahead {
		add(a.Days, int64(a.Low), int64(a.Middle), int64(a.High), int64(a.Backing))
	}
	return c
}

// agesChart sorts what residents have by its age.
func agesChart(ctx context.Context, b *flow.HoursBooks) ui.Chart {
	c := ui.Chart{ID: "ages", Title: i18n.T(ctx, "居民手里的，多久没用"), Kind: ui.BarChart, Over: i18n.T(ctx, "多久"), Unit: i18n.T(ctx, "抵扣权益"), Scale: 2, Series: []ui.Series{{Name: i18n.T(ctx, "居民手里")}},
		Labels: []string{i18n.T(ctx, "30 天内"), i18n.T(ctx, "90 天内"), i18n.T(ctx, "半年内"), i18n.T(ctx, "一年内"), i18n.T(ctx, "更久")}}
	for _, v := range b.Ages {
		c.Series[0].Values = append(c.Series[0].Values, int64(v))
	}
	return c
}

// export takes the pool's months along.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	b, err := h.Flows.HoursBooksOf(ctx, room.ID)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "权益池进出"), Head: []string{i18n.T(ctx, "月份"), i18n.T(ctx, "缘由"), i18n.T(ctx, "哪里"), i18n.T(ctx, "进"), i18n.T(ctx, "出"), i18n.T(ctx, "笔数")}}
	for _, x := range b.Flows {
		t.Rows = append(t.Rows, append(sheet.Texts(x.Month.String(), ruleName(ctx, x.Rule), where(ctx, x.Common)),
			sheet.Figure(x.In.Decimal(money.Coin)), sheet.Figure(x.Out.Decimal(money.Coin)), sheet.Figure(strconv.FormatInt(x.Entries, 10))))
	}
	return portal.Take(w, r, i18n.T(ctx, "权益池进出"), cmp.Or(r.FormValue("format"), "csv"), t)
}

// grant asks for hours of the common pot for a neighbour.
func (h *Pages) grant(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	g := coin.Grant{ID: madeBy(r), Reason: portal.Prose(r, "reason")}
	if g.Coins, err = coinsIn(r); err == nil {
		g.Member, err = h.Flows.Neighbour(ctx, c.ID, r.FormValue("phone"), strings.TrimSpace(r.FormValue("name")))
	}
	if err == nil {
		v := authz.Of(ctx)
		_, err = h.Flows.AskGrant(ctx, c.ID, v.Actor(), v.Actor().ID, g)
	}
	return h.done(w, r, c.Ref, err, "grant")
}

func (h *Pages) done(w http.ResponseWriter, r *http.Request, ref string, err error, form string) error {
	return portal.Done(w, r, err, "/desk/hours/"+ref, form, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// decide does something with what waits under an id of the address.
func (h *Pages) decide(w http.ResponseWriter, r *http.Request, name, form string, do func(ctx context.Context, community, at id.ID, actor db.Actor) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		return coin.ErrNoOrder
	}
	return h.done(w, r, c.Ref, do(r.Context(), c.ID, at, authz.Of(r.Context()).Actor()), form+at.String())
}

func (h *Pages) agreeGrant(w http.ResponseWriter, r *http.Request) error {
	return h.decide(w, r, "grant", "agree-", func(ctx context.Context, community, at id.ID, actor db.Actor) error {
		return h.Flows.AgreeGrant(ctx, community, actor, actor.ID, at)
	})
}

func (h *Pages) refuseGrant(w http.ResponseWriter, r *http.Request) error {
	return h.decide(w, r, "grant", "refuse-", func(ctx context.Context, community, at id.ID, actor db.Actor) error {
		return h.Flows.RefuseGrant(ctx, community, actor, at, portal.Prose(r, "words"))
	})
}

func (h *Pages) acceptOrder(w http.ResponseWriter, r *http.Request) error {
	return h.decide(w, r, "order", "accept-", func(ctx context.Context, community, at id.ID, actor db.Actor) error {
		_, err := h.Flows.AcceptHoursOrder(ctx, community, actor, at)
		return err
	})
}

func (h *Pages) declineOrder(w http.ResponseWriter, r *http.Request) error {
	return h.decide(w, r, "order", "decline-", func(ctx context.Context, community, at id.ID, actor db.Actor) error {
		return h.Flows.EndHoursOrder(ctx, community, actor, at, coin.Declined, portal.Prose(r, "words"))
	})
}
