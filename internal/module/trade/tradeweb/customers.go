package tradeweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// customersView is what a shop may know of its customers in a quarter.
type customersView struct {
	Shop, Name string
	K, TakenK  int
	Open       bool // no quarter is finished yet
	Small      bool // fewer than K bought
	Quarters   []ui.Link
	Now        string // the one that is shown
	Stats      []ui.Stat
	Groups     []groupView
	Heat       *ui.Chart
	HeatRest   string
	Trades     []ui.Line
	Again      ui.Chart
	AgainWords string
	Wheel      *ui.Chart
	WheelWords string
	Take       string // address of the files, without the format; "" for who may not take it along
}

// groupView divides the customers by one thing.
type groupView struct {
	Title string
	Lines []ui.Line
	Note  string
}

// quarters are those of which a shop sees how many came back: a year.
const quarters = 4

// told are the portraits of a shop's last finished quarters, the latest first, and
// the one that was asked for.
func (p *Pages) told(r *http.Request) (t *flow.Till, all []period.Month, shown *trade.Portrait, year []*trade.Portrait, err error) {
	ctx := r.Context()
	at, err := shopOf(r)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	if t, err = p.Flows.TillOf(ctx, at.Place, at.Subject); err != nil {
		return nil, nil, nil, nil, err
	}
	if all, err = p.Flows.Quarters(ctx, t); err != nil || len(all) == 0 {
		return t, nil, nil, nil, err
	}
	want, err := period.ParseMonth(r.FormValue("quarter"))
	from := slices.Index(all, want)
	if err != nil || from < 0 {
		from = 0
	}
	for _, q := range all[from:min(from+quarters, len(all))] {
		one, err := p.Flows.Portrait(ctx, authz.Of(ctx).Actor(), t, q)
		if errors.Is(err, flow.ErrQuarterOpen) {
			continue
		}
		if err != nil {
			return nil, nil, nil, nil, err
		}
		year = append(year, one)
	}
	if len(year) > 0 {
		shown = year[0]
	}
	return t, all, shown, year, nil
}

func (p *Pages) customers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, all, shown, year, err := p.told(r)
	if err != nil {
		return err
	}
	v := customersView{Shop: shopName(t), Open: shown == nil}
	if shown != nil {
		trades, err := p.tradeNames(ctx, t)
		if err != nil {
			return err
		}
		v.draw(ctx, shown, year, trades)
		for _, q := range all {
			v.Quarters = append(v.Quarters, ui.Link{Href: "/shop/" + t.Shop.ID.String() + "/customers?quarter=" + q.String(), Text: ui.Quarter(ctx, q)})
		}
		on := authz.Resource{Kind: "shop", Place: t.Community, Subject: t.Shop.ID}
		if shown.Export.Buyers > 0 && p.Engine.May(ctx, authz.Of(ctx), "portrait.export", on) == nil {
			v.Take = "/shop/" + t.Shop.ID.String() + "/customers/file?quarter=" + shown.From.String() + "&format="
		}
	}
	s := p.ShopShell(ctx, t.Community, t.Shop.ID, "customers", i18n.T(ctx, "顾客"))
	s.Wide = true
	return p.Show(w, r, s, customersPage(v))
}

// tradeNames are the Chinese names of trades; none are needed in English.
func (p *Pages) tradeNames(ctx context.Context, t *flow.Till) (names map[string]string, err error) {
	err = p.Flows.DB.View(ctx, t.Community, func(r db.Reader) error {
		names, err = p.Flows.Merchants.TradeNames(ctx, r, t.Community)
		return err
	})
	return names, err
}

func tradeName(ctx context.Context, names map[string]string, trade string) string {
	if name := names[trade]; name != "" && i18n.Of(ctx) != i18n.En {
		return name
	}
	return trade
}

func shopName(t *flow.Till) string {
	if t.Shop.Name == "" {
		return t.Shop.Ref
	}
	return t.Shop.Name
}

// draw puts a portrait into words and pictures.
func (v *customersView) draw(ctx context.Context, p *trade.Portrait, year []*trade.Portrait, trades map[string]string) {
	s := &p.Screen
	v.Name, v.Now, v.K, v.TakenK, v.Small = ui.Quarter(ctx, p.From), ui.Quarter(ctx, p.From), s.K, p.Export.K, s.Buyers == 0
	v.drawAgain(ctx, year)
	if v.Small {
		return
	}
	v.Stats = []ui.Stat{{Name: i18n.T(ctx, "来买过的会员"), Number: itoa(s.Buyers), Unit: i18n.T(ctx, "人")}}
	if s.Purchases > 0 {
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "他们买了"), Number: itoa(s.Purchases), Unit: i18n.T(ctx, "次")})
	}
	for _, g := range s.Groups {
		v.addGroup(ctx, &g, s.Buyers, i18n.T(ctx, "人"))
	}
	if s.Baskets != nil {
		v.addGroup(ctx, s.Baskets, s.Purchases, i18n.T(ctx, "次"))
	}
	for _, c := range s.Trades {
		v.Trades = append(v.Trades, ui.Line{Text: tradeName(ctx, trades, c.Key), Note: share(ctx, c.Count, s.Buyers), Num: i18n.T(ctx, "%d 人", c.Count)})
	}
	if s.Heat != nil {
		heat := drawHeat(ctx, s.Heat)
		v.Heat = &heat
		if s.Heat.Rest > 0 {
			v.HeatRest = i18n.T(ctx, "另有 %d 次在没有显示的时段。", s.Heat.Rest)
		}
	}
	v.drawWheel(ctx, s)
}

// addGroup adds a group, unless nothing is known of anybody in it.
func (v *customersView) addGroup(ctx context.Context, g *trade.Group, of int64, unit string) {
	out := groupView{Title: groupName(ctx, g.Name)}
	known := false
	for _, c := range g.Cells {
		known = known || c.Key != trade.Untold
		out.Lines = append(out.Lines, ui.Line{Text: cellName(ctx, g.Name, c.Key), Note: share(ctx, c.Count, of), Num: itoa(c.Count) + " " + unit})
	}
	if g.Rest > 0 {
		out.Lines = append(out.Lines, ui.Line{Text: i18n.T(ctx, "其余"), Note: share(ctx, g.Rest, of), Num: itoa(g.Rest) + " " + unit})
		out.Note = i18n.T(ctx, "“其余”里有不到 %d 人的组，合在一起才看不出是谁。", v.K)
	}
	if known {
		v.Groups = append(v.Groups, out)
	}
}

// share writes a part of a whole in whole percent.
func share(ctx context.Context, n, of int64) string {
	return i18n.T(ctx, "占 %s", strconv.FormatInt((200*n+of)/(2*of), 10)+"%")
}

// drawAgain draws the repurchase rate of every month that may be told.
func (v *customersView) drawAgain(ctx context.Context, year []*trade.Portrait) {
	v.Again = ui.Chart{ID: "again", Title: i18n.T(ctx, "复购率，按月"), Kind: ui.LineChart, Over: i18n.T(ctx, "月份"), Unit: "%", Scale: 1, Series: []ui.Series{{Name: i18n.T(ctx, "复购率")}}}
	for _, p := range slices.Backward(year) {
		for _, m := range p.Screen.Months {
			v.Again.Labels = append(v.Again.Labels, m.Month.String())
			value := int64(ui.Untold)
			if m.ToldBack {
				value = (2000*m.Returning + m.Buyers) / (2 * m.Buyers)
				v.AgainWords = i18n.T(ctx, "%s 有 %d 位会员来买过，其中 %d 位在之前 %d 天里也来过。", ui.Month(ctx, m.Month), m.Buyers, m.Returning, trade.ReturnDays)
			}
			v.Again.Series[0].Values = append(v.Again.Series[0].Values, value)
		}
	}
}

// drawWheel draws who was recommended, came, and came again.
func (v *customersView) drawWheel(ctx context.Context, s *trade.View) {
	if len(s.Wheel) < 2 {
		return
	}
	sent, came := s.Wheel[0].Count, s.Wheel[1].Count
	names := map[string]string{"sent": i18n.T(ctx, "被推荐来"), "came": i18n.T(ctx, "来买了"), "none": i18n.T(ctx, "还没来"), "again": i18n.T(ctx, "又来了"), "once": i18n.T(ctx, "来过一次")}
	c := ui.Chart{ID: "wheel", Title: i18n.T(ctx, "推荐来的人，后来怎样"), Kind: ui.FlowChart, Unit: i18n.T(ctx, "人")}
	add := func(from, to string, n int64) {
		if n > 0 {
			c.Flows = append(c.Flows, ui.Flow{From: names[from], To: names[to], Value: n})
		}
	}
	add("sent", "came", came)
	add("sent", "none", sent-came)
	v.WheelWords = i18n.T(ctx, "别的店推荐来 %d 位会员，%d 位来买了。", sent, came)
	if len(s.Wheel) > 2 {
		add("came", "again", s.Wheel[2].Count)
		add("came", "once", came-s.Wheel[2].Count)
		v.WheelWords = i18n.T(ctx, "别的店推荐来 %d 位会员，%d 位来买了，%d 位换一天又来了。", sent, came, s.Wheel[2].Count)
	}
	if len(c.Flows) > 0 {
		v.Wheel = &c
	}
}
