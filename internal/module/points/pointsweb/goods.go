package pointsweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (p *Pages) deskRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/points", Action: "catalogue.read", On: p.Somewhere("catalogue.read"), Do: p.goods},
		httpkit.Route{Pattern: "GET /desk/points/export", Action: "catalogue.export", On: p.Somewhere("catalogue.export"), Do: p.exportGoods},
		httpkit.Route{Pattern: "GET /desk/points/{community}/new", Action: "catalogue.change", On: p.InCommunity, Do: p.newGood},
		httpkit.Route{Pattern: "POST /desk/points/{community}/new", Action: "catalogue.change", On: p.InCommunity, Do: p.addGood, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "POST /desk/points/{community}/counters", Action: "catalogue.change", On: p.InCommunity, Do: p.addCounter},
		httpkit.Route{Pattern: "GET /desk/points/{community}/goods/{good}", Action: "catalogue.read", On: p.InCommunity, Do: p.goodDesk},
		httpkit.Route{Pattern: "POST /desk/points/{community}/goods/{good}/terms", Action: "catalogue.change", On: p.InCommunity, Do: p.setTerms, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "POST /desk/points/{community}/goods/{good}/end", Action: "catalogue.change", On: p.InCommunity, Do: p.endGood},
		httpkit.Route{Pattern: "POST /desk/points/{community}/goods/{good}/batches", Action: "catalogue.change", On: p.InCommunity, Do: p.deliver},
		httpkit.Route{Pattern: "POST /desk/points/{community}/goods/{good}/writeoffs", Action: "catalogue.change", On: p.InCommunity, Do: p.writeOff},
		httpkit.Route{Pattern: "POST /desk/points/{community}/batches/{batch}/check", Action: "stock.check", On: p.InCommunity, Do: p.inspect, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "GET /desk/points/{community}/checks/{picture}", Action: "catalogue.read", On: p.InCommunity, Do: p.picture(points.OfCheck)},
		httpkit.Route{Pattern: "GET /desk/points/claims", Action: "redemption.read", On: p.Somewhere("redemption.read"), Do: p.claims},
		httpkit.Route{Pattern: "GET /desk/points/{community}/claims/{picture}", Action: "redemption.read", On: p.InCommunity, Do: p.picture(points.OfClaim)},
		httpkit.Route{Pattern: "POST /desk/points/{community}/orders/{redemption}/verdict", Action: "redemption.decide", On: p.InCommunity, Do: p.decide},
		httpkit.Route{Pattern: "POST /desk/points/{community}/orders/{redemption}/cancellation", Action: "redemption.decide", On: p.InCommunity, Do: p.cancelForHer},
		httpkit.Route{Pattern: "GET /desk/points/orders", Action: "redemption.read", On: p.Somewhere("redemption.read"), Do: p.orders},
		httpkit.Route{Pattern: "GET /desk/points/pilot", Action: "catalogue.read", On: p.Somewhere("catalogue.read"), Do: p.pilot},
	)
}

// goodsView is the catalogue of every community that the viewer looks after.
type goodsView struct {
	Table     ui.Table
	New       []ui.Link // where she may add
	Unchecked []ui.Row
}

func goodColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "兑换品"), Title: true}, {Text: i18n.T(ctx, "社区")}, {Text: i18n.T(ctx, "积分"), Num: true}, {Text: i18n.T(ctx, "成本，元"), Num: true},
		{Text: i18n.T(ctx, "现有"), Num: true}, {Text: i18n.T(ctx, "供货的店"), Rare: true}, {Text: i18n.T(ctx, "到哪里领"), Rare: true}, {Text: i18n.T(ctx, "状态")}}
}

// goodLine is a good with its community and names.
type goodLine struct {
	points.Good
	At                community.Place
	Supplier, Counter string
	Waiting           int // batches that wait for their check
}

// allGoods are the goods of the communities that an address leaves.
func (p *Pages) allGoods(r *http.Request, a authz.Action) (ask ui.TableAsk, mine []community.Place, all []goodLine, err error) {
	ctx := r.Context()
	ask = ui.AskTable(r.URL.Query(), goodColumns(ctx), "community")
	if mine, err = p.Mine(ctx, a); err != nil {
		return ask, nil, nil, err
	}
	for _, at := range mine {
		if want := ask.Filters["community"]; want != "" && want != at.Ref {
			continue
		}
		err := p.view(ctx, at.ID, func(rd db.Reader) error {
			goods, err := p.Flows.Points.Catalogue(ctx, rd, at.ID)
			if err != nil {
				return err
			}
			names, err := p.Flows.CounterNames(ctx, rd, at.ID)
			if err != nil {
				return err
			}
			unchecked, err := p.Flows.Points.Unchecked(ctx, rd, at.ID)
			for _, g := range goods {
				l := goodLine{Good: g, At: at, Supplier: names[g.Supplier], Counter: names[g.Terms.Counter]}
				for _, b := range unchecked {
					l.Waiting += btoi(b.Good == g.ID)
				}
				if strings.Contains(strings.ToLower(g.Name+l.Supplier), strings.ToLower(ask.Search)) {
					all = append(all, l)
				}
			}
			return err
		})
		if err != nil {
			return ask, nil, nil, err
		}
	}
	return ask, mine, all, nil
}

func (l *goodLine) state(ctx context.Context) (string, ui.Tone) {
	switch {
	case l.Ended:
		return i18n.T(ctx, "下架"), ui.Tell
	case l.Waiting > 0:
		return i18n.T(ctx, "有到货等验收"), ui.Act
	case l.Left < 1:
		return i18n.T(ctx, "换完了"), ui.Soon
	}
	return i18n.T(ctx, "在换"), ui.OK
}

func (p *Pages) goods(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ask, mine, all, err := p.allGoods(r, "catalogue.read")
	if err != nil {
		return err
	}
	if ask.Format != "" {
		return see(w, r, "/desk/points/export?"+r.URL.RawQuery)
	}
	v := goodsView{Table: ui.Table{ID: "goods", Caption: i18n.T(ctx, "兑换目录"), Path: "/desk/points", Ask: ask, Columns: goodColumns(ctx), Total: len(all), Search: i18n.T(ctx, "找名称或供货的店"),
		Export: true, Filters: []ui.Field{placeField(ctx, mine)}, Empty: ui.EmptyView{Icon: "gift", Title: i18n.T(ctx, "目录还是空的"), Text: i18n.T(ctx, "先加一样兑换品，登记到货、验收合格，居民就能换了。")}}}
	for _, l := range all[min(ask.Offset(), len(all)):min(ask.Offset()+ask.Size, len(all))] {
		word, tone := l.state(ctx)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: deskGood(l.At, l.ID), Cells: []ui.Cell{{Text: l.Name, Sub: kindName(ctx, l.Kind)}, {Text: portal.PlaceName(l.At)}, {Text: ui.Points(l.Terms.Points)},
			{Text: ui.Yuan(l.Terms.Cost)}, {Text: strconv.FormatInt(l.Left, 10) + " " + l.Unit}, {Text: l.Supplier}, {Text: l.Counter}, {Text: word, Tone: tone}}})
	}
	for _, at := range mine {
		if p.Engine.May(ctx, authz.Of(ctx), "catalogue.change", authz.Resource{Place: at.ID}) == nil {
			v.New = append(v.New, ui.Link{Href: "/desk/points/" + at.Ref + "/new", Text: portal.PlaceName(at)})
		}
	}
	return p.Show(w, r, p.desk(ctx, "goods", i18n.T(ctx, "兑换目录")), goodsPage(v))
}

func placeField(ctx context.Context, mine []community.Place) ui.Field {
	f := ui.Field{Name: "community", Label: i18n.T(ctx, "社区"), Options: []ui.Option{{Text: i18n.T(ctx, "全部社区")}}}
	for _, at := range mine {
		f.Options = append(f.Options, ui.Option{Value: at.Ref, Text: portal.PlaceName(at)})
	}
	return f
}

func deskGood(at community.Place, good id.ID) string {
	return "/desk/points/" + at.Ref + "/goods/" + good.String()
}

func kindName(ctx context.Context, k points.Kind) string {
	if k == points.Doing {
		return i18n.T(ctx, "服务")
	}
	return i18n.T(ctx, "东西")
}

func (p *Pages) exportGoods(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ask, _, all, err := p.allGoods(r, "catalogue.export")
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "兑换目录"), Head: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "兑换品"), i18n.T(ctx, "积分"), i18n.T(ctx, "成本，元"), i18n.T(ctx, "现有"), i18n.T(ctx, "供货的店"), i18n.T(ctx, "到哪里领"), i18n.T(ctx, "状态")}}
	for _, l := range all {
		word, _ := l.state(ctx)
		row := append(sheet.Texts(portal.PlaceName(l.At), l.Name), sheet.Figure(l.Terms.Points.Decimal(money.Point)), sheet.Figure(l.Terms.Cost.Decimal(money.CNY)), sheet.Figure(strconv.FormatInt(l.Left, 10)))
		t.Rows = append(t.Rows, append(row, sheet.Texts(l.Supplier, l.Counter, word)...))
	}
	format := ask.Format
	if format == "" {
		format = "csv"
	}
	return portal.Take(w, r, i18n.T(ctx, "兑换目录"), format, t)
}
