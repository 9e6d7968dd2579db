package pointsweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// claimCount is how many claims wait, for the rail.
func (p *Pages) claimCount(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	mine, err := p.Mine(ctx, "redemption.read")
	if err != nil {
		return 0, false, err
	}
	now := p.Flows.DB.Clock().Now()
	for _, at := range mine {
		err := p.view(ctx, at.ID, func(rd db.Reader) error {
			all, err := p.Flows.Points.Claims(ctx, rd, at.ID, 100)
			n += len(all)
			late = late || len(all) > 0 && all[0].Claim.Due.Sub(now) < 48*time.Hour
			return err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

// claimView is a claim that waits.
type claimView struct {
	*points.Redemption
	At             community.Place
	Name, Supplier string
	Photo          string
	Left, Limit    time.Duration
	When           string
	Form           ui.Form
	Stock          int64
}

// claimsView are the claims of every community that the viewer looks after.
type claimsView struct {
	Open []claimView
	Past []ui.Row
}

func (p *Pages) claims(w http.ResponseWriter, r *http.Request) error {
	return p.showClaims(w, r, http.StatusOK, id.ID{}, nil)
}

func (p *Pages) showClaims(w http.ResponseWriter, r *http.Request, status int, which id.ID, wrong []ui.Wrong) error {
	ctx := r.Context()
	mine, err := p.Mine(ctx, "redemption.read")
	if err != nil {
		return err
	}
	var v claimsView
	for _, at := range mine {
		if err := p.fillClaims(ctx, at, &v); err != nil {
			return err
		}
	}
	slices.SortStableFunc(v.Open, func(a, b claimView) int { return a.Claim.Due.Compare(b.Claim.Due) })
	for i := range v.Open {
		if v.Open[i].ID == which {
			v.Open[i].Form.Wrong = wrong
		}
	}
	return p.ShowAs(w, r, status, "no-store", p.desk(ctx, "claims", i18n.T(ctx, "说不好的")), claimsPage(v))
}

func (p *Pages) fillClaims(ctx context.Context, at community.Place, v *claimsView) error {
	now, zone := p.Flows.DB.Clock().Now(), p.zoneOf(ctx, at.ID)
	var whose []id.ID
	err := p.view(ctx, at.ID, func(rd db.Reader) error {
		goods, names, err := p.catalogue(ctx, rd, at.ID)
		if err != nil {
			return err
		}
		open, err := p.Flows.Points.Claims(ctx, rd, at.ID, 200)
		if err != nil {
			return err
		}
		for i := range open {
			o := &open[i]
			whose = append(whose, o.Member)
			c := claimView{Redemption: o, At: at, Name: goods[o.Good].Name, Stock: goods[o.Good].Left, Supplier: names[o.Supplier], Left: o.Claim.Due.Sub(now), Limit: o.Claim.Due.Sub(o.Claim.At), When: moment(ctx, o.Claim.At, zone)}
			c.Form = ui.Form{In: o.ID.String(), Action: "/desk/points/" + at.Ref + "/orders/" + o.ID.String() + "/verdict"}
			if !o.Claim.Picture.IsZero() {
				c.Photo = "/desk/points/" + at.Ref + "/claims/" + o.Claim.Picture.String()
			}
			v.Open = append(v.Open, c)
		}
		past, err := p.Flows.Points.DecidedClaims(ctx, rd, at.ID, 30)
		for i := range past {
			d := past[i].Claim.Decision
			v.Past = append(v.Past, ui.Row{Title: goods[past[i].Good].Name, Text: past[i].Claim.Words, Notes: []string{d.Reason}, Tag: i18n.M(flow.VerdictName(d.Verdict)).In(ctx), Tone: ui.Tell, EndNote: moment(ctx, d.At, zone)})
		}
		return err
	})
	if err != nil {
		return err
	}
	people, err := p.Flows.PeopleBehind(ctx, at.ID, whose)
	if err != nil {
		return err
	}
	return p.Looked(ctx, people, privacy.Purse, i18n.M("处理兑换的东西不好").Key)
}

// catalogue is what a community has on its shelf, by id, and the names of its shops
// and counters.
func (p *Pages) catalogue(ctx context.Context, rd db.Reader, at id.ID) (map[id.ID]*points.Good, map[id.ID]string, error) {
	goods, err := p.Flows.Points.Catalogue(ctx, rd, at)
	if err != nil {
		return nil, nil, err
	}
	known := make(map[id.ID]*points.Good, len(goods))
	for i := range goods {
		known[goods[i].ID] = &goods[i]
	}
	names, err := p.Flows.CounterNames(ctx, rd, at)
	return known, names, err
}

// decide decides on a claim.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	order, err := key(r, "redemption", points.ErrNoOrder)
	if err != nil {
		return err
	}
	if err := p.Flows.DecideClaim(ctx, at.ID, authz.Of(ctx).Actor(), order, points.Verdict(r.FormValue("verdict")), strings.TrimSpace(r.FormValue("reason"))); err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showClaims(w, r, status, order, wrong) })
	}
	return see(w, r, "/desk/points/claims")
}

// cancelForHer cancels for somebody who asked the office to, with a reason.
func (p *Pages) cancelForHer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	order, err := key(r, "redemption", points.ErrNoOrder)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.FormValue("reason"))
	if reason == "" || len(reason) > 300 {
		return points.ErrNoReason.On("reason")
	}
	if err := p.Flows.CancelRedemption(ctx, at.ID, authz.Of(ctx).Actor(), id.ID{}, order, reason); err != nil {
		return err
	}
	return see(w, r, "/desk/points/orders?community="+at.Ref)
}

func orderColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "兑换品"), Title: true}, {Text: i18n.T(ctx, "社区")}, {Text: i18n.T(ctx, "积分"), Num: true}, {Text: i18n.T(ctx, "到哪里领")}, {Text: i18n.T(ctx, "什么时候兑的"), Rare: true}, {Text: i18n.T(ctx, "状态")}, {Text: i18n.T(ctx, "代为取消")}}
}

// orders lists what was asked for in the last three months; nobody is named in it.
func (p *Pages) orders(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := p.Mine(ctx, "redemption.read")
	if err != nil {
		return err
	}
	ask, now := ui.AskTable(r.URL.Query(), orderColumns(ctx), "community", "state"), p.Flows.DB.Clock().Now()
	t := ui.Table{ID: "orders", Caption: i18n.T(ctx, "兑换单"), Path: "/desk/points/orders", Ask: ask, Columns: orderColumns(ctx), Export: true, Filters: []ui.Field{placeField(ctx, mine), stateField(ctx)},
		Empty: ui.EmptyView{Icon: "gift", Title: i18n.T(ctx, "近三个月没有人兑换"), Text: i18n.T(ctx, "有人兑了就在这里，领没领、退没退都看得到。")}}
	out := sheet.Table{Name: i18n.T(ctx, "兑换单"), Head: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "兑换品"), i18n.T(ctx, "积分"), i18n.T(ctx, "成本，元"), i18n.T(ctx, "到哪里领"), i18n.T(ctx, "什么时候兑的"), i18n.T(ctx, "状态")}}
	for _, at := range mine {
		if want := ask.Filters["community"]; want != "" && want != at.Ref {
			continue
		}
		zone := p.zoneOf(ctx, at.ID)
		may := p.Engine.May(ctx, authz.Of(ctx), "redemption.decide", authz.Resource{Place: at.ID}) == nil
		err := p.view(ctx, at.ID, func(rd db.Reader) error {
			goods, names, err := p.catalogue(ctx, rd, at.ID)
			if err != nil {
				return err
			}
			all, err := p.Flows.Points.AskedIn(ctx, rd, at.ID, now.AddDate(0, -3, 0), now.Add(time.Minute), 5_000)
			for i := range all {
				o := &all[i]
				if want := ask.Filters["state"]; want != "" && want != stateKey(o) {
					continue
				}
				word, tone := stateOf(ctx, o, now)
				row := ui.TableRow{Cells: []ui.Cell{{Text: goods[o.Good].Name, Sub: i18n.T(ctx, "码尾号 %s", o.Code[4:])}, {Text: portal.PlaceName(at)}, {Text: ui.Points(o.Points)}, {Text: names[o.Counter]}, {Text: moment(ctx, o.At, zone)}, {Text: word, Tone: tone}, {}}}
				if may && o.Waiting(now) == nil {
					row.Cells[6].View = cancelFor(at, o, goods[o.Good].Name)
				}
				t.Rows = append(t.Rows, row)
				line := append(sheet.Texts(portal.PlaceName(at), goods[o.Good].Name), sheet.Figure(o.Points.Decimal(money.Point)), sheet.Figure(o.Cost.Decimal(money.CNY)))
				out.Rows = append(out.Rows, append(line, sheet.Texts(names[o.Counter], o.At.In(zone).Format("2006-01-02 15:04"), word)...))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if ask.Format != "" {
		return portal.Take(w, r, i18n.T(ctx, "兑换单"), ask.Format, out)
	}
	t.Total = len(t.Rows)
	t.Rows = t.Rows[min(ask.Offset(), len(t.Rows)):min(ask.Offset()+ask.Size, len(t.Rows))]
	return p.Show(w, r, p.desk(ctx, "goods", i18n.T(ctx, "兑换单")), ordersPage(t))
}

func stateKey(o *points.Redemption) string {
	switch {
	case o.Claim != nil:
		return "claim"
	case o.End == nil:
		return "waiting"
	}
	return string(o.End.Kind)
}

func stateField(ctx context.Context) ui.Field {
	return ui.Field{Name: "state", Label: i18n.T(ctx, "状态"), Options: []ui.Option{{Text: i18n.T(ctx, "全部状态")}, {Value: "waiting", Text: i18n.T(ctx, "等着来领的")}, {Value: string(points.Handed), Text: i18n.T(ctx, "领走了")},
		{Value: string(points.Cancelled), Text: i18n.T(ctx, "取消了，退了积分")}, {Value: string(points.Lapsed), Text: i18n.T(ctx, "没领，退了积分")}, {Value: "claim", Text: i18n.T(ctx, "说不好的")}}}
}

// pilotRow is what redeeming showed in one community in the last three months (A10).
type pilotRow struct {
	At      community.Place
	On      bool
	People  int // groups under five are not told
	Asked   int
	Handed  int
	Lapsed  int
	Claimed int
	Points  money.Amount
	Cost    money.Amount
}

// pilot compares the communities in which redeeming is tried (A10).
func (p *Pages) pilot(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := p.Mine(ctx, "catalogue.read")
	if err != nil {
		return err
	}
	now := p.Flows.DB.Clock().Now()
	var rows []pilotRow
	for _, at := range mine {
		row := pilotRow{At: at, On: p.Flows.Communities.RequireOn(ctx, p.Flows.DB, at.ID, community.PointsRedemption) == nil}
		err := p.view(ctx, at.ID, func(rd db.Reader) error {
			all, err := p.Flows.Points.AskedIn(ctx, rd, at.ID, now.AddDate(0, -3, 0), now.Add(time.Minute), 100_000)
			who := make(map[id.ID]bool)
			for i := range all {
				o := &all[i]
				who[o.Member] = true
				row.Asked++
				row.Claimed += btoi(o.Claim != nil)
				switch {
				case o.End == nil:
				case o.End.Kind == points.Handed:
					row.Handed++
					row.Points += o.Points
					row.Cost += o.Cost
				case o.End.Kind == points.Lapsed:
					row.Lapsed++
				}
			}
			row.People = len(who)
			return err
		})
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return p.Show(w, r, p.desk(ctx, "goods", i18n.T(ctx, "试点的数")), pilotPage(rows, p.May(ctx, "capability.read")))
}
