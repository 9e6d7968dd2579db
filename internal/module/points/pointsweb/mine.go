package pointsweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Path is the page of what one's points are good for.
const Path = "/me/points"

func (p *Pages) residentRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET " + Path, Action: "points.read", On: httpkit.Mine, Do: p.mine},
		httpkit.Route{Pattern: "GET /me/points/goods/{community}/{good}", Action: "points.read", On: httpkit.Mine, Do: p.good},
		httpkit.Route{Pattern: "POST /me/points/goods/{community}/{good}", Action: "points.redeem", On: httpkit.Mine, Do: p.redeem},
		httpkit.Route{Pattern: "GET /me/points/orders/{redemption}", Action: "points.read", On: httpkit.Mine, Do: p.order},
		httpkit.Route{Pattern: "POST /me/points/orders/{redemption}/cancellation", Action: "points.redeem", On: httpkit.Mine, Do: p.cancel},
		httpkit.Route{Pattern: "POST /me/points/orders/{redemption}/number", Action: "points.redeem", On: httpkit.Mine, Do: p.queueUp},
		httpkit.Route{Pattern: "POST /me/points/orders/{redemption}/claim", Action: "points.redeem", On: httpkit.Mine, Do: p.complain, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "GET /points/pictures/{community}/{picture}", Action: "points.open", Do: p.picture(points.OfGood)},
	)
}

// here is a person in one of the communities that know her.
type here struct {
	all []flow.Belonging
	*flow.Belonging
	now time.Time // on the clock of the community
	day period.Day
}

// here finds the community that an address means: by its reference, else where
// redeeming is on, home first.
func (p *Pages) here(ctx context.Context, ref string) (h here, err error) {
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return h, err
	}
	if h.all, err = p.Flows.Belongings(ctx, memberships); err != nil || len(h.all) == 0 {
		return h, err
	}
	h.Belonging = &h.all[0]
	for i := range slices.Backward(h.all) {
		if ref == "" && p.Flows.Communities.RequireOn(ctx, p.Flows.DB, h.all[i].Community.ID, community.PointsRedemption) == nil || h.all[i].Community.Ref == ref {
			h.Belonging = &h.all[i]
		}
	}
	if ref != "" && h.Community.Ref != ref {
		return h, community.ErrNotFound
	}
	h.now = p.Flows.DB.Clock().Now().In(h.Zone)
	h.day = period.DayOf(h.now, h.Zone)
	return h, nil
}

// mineView is what her points are good for.
type mineView struct {
	Known    bool
	On       bool
	Place    string
	Points   ui.Stat
	Chips    []ui.Tab
	At       string
	Goods    []goodCard
	Waiting  []ui.Row
	Past     []ui.Row
	Property bool
	Badges   bool
}

// goodCard is a good on the shelf.
type goodCard struct {
	Href, Picture, Icon string
	Name, Unit          string
	Points              string
	Note                string
	Enough              bool
}

func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.FormValue("at"))
	if err != nil {
		return err
	}
	v := mineView{Known: h.Belonging != nil}
	if v.Known {
		if err := p.fillMine(ctx, &v, &h); err != nil {
			return err
		}
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "积分能换什么"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	s.Help = ui.Help{Href: "/me/help?page=" + Path}
	s.Wide = true
	return p.Show(w, r, s, minePage(v))
}

func (p *Pages) fillMine(ctx context.Context, v *mineView, h *here) error {
	purse, err := p.Flows.Purse(ctx, h.Belonging)
	if err != nil {
		return err
	}
	v.Place, v.At = portal.PlaceName(h.Community), h.Community.Ref
	v.Points = ui.PointsStat(ctx, purse.Points, i18n.T(ctx, "点开看每一笔怎么来的"))
	v.Points.Href = "/me/wallet/" + h.Community.Ref + "/points"
	v.On = p.Flows.Communities.RequireOn(ctx, p.Flows.DB, h.Community.ID, community.PointsRedemption) == nil
	for i := range h.all {
		if b := &h.all[i]; b == h.Belonging || p.Flows.Communities.RequireOn(ctx, p.Flows.DB, b.Community.ID, community.PointsRedemption) == nil {
			v.Chips = append(v.Chips, ui.Tab{Key: b.Community.Ref, Href: Path + "?at=" + b.Community.Ref, Text: portal.PlaceName(b.Community)})
		}
	}
	return p.view(ctx, h.Community.ID, func(rd db.Reader) error {
		goods, err := p.Flows.Points.Catalogue(ctx, rd, h.Community.ID)
		if err != nil {
			return err
		}
		names := make(map[id.ID]string)
		for i := range goods {
			g := &goods[i]
			names[g.ID] = g.Name
			if v.On && !g.Ended && g.Terms.Open(h.day) {
				v.Goods = append(v.Goods, card(ctx, h, g, purse.Points >= g.Terms.Points))
			}
		}
		slices.SortStableFunc(v.Goods, func(a, b goodCard) int { return btoi(a.Note == soldOut(ctx)) - btoi(b.Note == soldOut(ctx)) })
		mine, err := p.Flows.Points.OfMember(ctx, rd, h.Community.ID, h.Member.ID)
		if err != nil {
			return err
		}
		for i := range mine {
			row := orderRow(ctx, &mine[i], names[mine[i].Good], h)
			if mine[i].End == nil || mine[i].Claim != nil && mine[i].Claim.Decision == nil {
				v.Waiting = append(v.Waiting, row)
			} else if len(v.Past) < 30 {
				v.Past = append(v.Past, row)
			}
		}
		managers, err := p.Flows.Points.Managers(ctx, rd, h.Community.ID)
		if err != nil {
			return err
		}
		v.Property = v.On && len(managers) > 0
		coins, err := p.Flows.Badges.HeldBy(ctx, rd, h.Community.ID, h.Member.ID)
		v.Badges = len(coins) > 0
		return err
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func soldOut(ctx context.Context) string { return i18n.T(ctx, "换完了") }

func card(ctx context.Context, h *here, g *points.Good, enough bool) goodCard {
	c := goodCard{Href: "/me/points/goods/" + h.Community.Ref + "/" + g.ID.String(), Picture: pictureHref(h.Community, g.Terms.Picture), Icon: iconOf(g.Kind),
		Name: g.Name, Unit: g.Unit, Points: ui.Points(g.Terms.Points), Enough: enough}
	switch {
	case g.Left < 1:
		c.Note = soldOut(ctx)
	case g.Left <= 10:
		c.Note = i18n.T(ctx, "还有 %d %s", g.Left, g.Unit)
	}
	return c
}

// orderRow is a redemption as a row: what it is and what is next.
func orderRow(ctx context.Context, r *points.Redemption, name string, h *here) ui.Row {
	row := ui.Row{Href: Path + "/orders/" + r.ID.String(), Icon: "gift", Title: name, Text: moment(ctx, r.At, h.Zone)}
	row.Tag, row.Tone = stateOf(ctx, r, h.now)
	if r.End == nil {
		row.Text = i18n.T(ctx, "%s 前领", ui.Day(ctx, period.DayOf(r.Due.Add(-1), h.Zone)))
	}
	return row
}

// stateOf is where a redemption stands, in a word.
func stateOf(ctx context.Context, r *points.Redemption, now time.Time) (string, ui.Tone) {
	switch {
	case r.Claim != nil && r.Claim.Decision == nil:
		return i18n.T(ctx, "说了不好，在看"), ui.Tell
	case r.Claim != nil && r.Claim.Decision.Verdict == points.Returned:
		return i18n.T(ctx, "退了积分"), ui.OK
	case r.Claim != nil && r.Claim.Decision.Verdict == points.Replaced:
		return i18n.T(ctx, "换了一件"), ui.OK
	case r.End == nil && r.Due.Sub(now) < 72*time.Hour:
		return i18n.T(ctx, "快到期"), ui.Soon
	case r.End == nil:
		return i18n.T(ctx, "等您领"), ui.Act
	case r.End.Kind == points.Handed:
		return i18n.T(ctx, "领走了"), ui.OK
	case r.End.Kind == points.Lapsed:
		return i18n.T(ctx, "没领，退了积分"), ui.Tell
	}
	return i18n.T(ctx, "取消了，退了积分"), ui.Tell
}

// goodView is one good with the way to get it.
type goodView struct {
	*points.Good
	Card    goodCard
	Facts   []ui.Fact
	Form    ui.Form
	Confirm ui.Confirm
	Why     string // it cannot be had now
}

func (p *Pages) good(w http.ResponseWriter, r *http.Request) error {
	return p.showGood(w, r, http.StatusOK, nil)
}

func (p *Pages) showGood(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.PathValue("community"))
	if err != nil {
		return err
	}
	at, err := key(r, "good", points.ErrNoGood)
	if err != nil || h.Belonging == nil {
		return points.ErrNoGood
	}
	purse, err := p.Flows.Purse(ctx, h.Belonging)
	if err != nil {
		return err
	}
	var v goodView
	var asked, had int
	var names map[id.ID]string
	err = p.view(ctx, h.Community.ID, func(rd db.Reader) error {
		if v.Good, err = p.Flows.Points.Good(ctx, rd, h.Community.ID, at); err != nil {
			return err
		}
		mine, err := p.Flows.Points.OfMember(ctx, rd, h.Community.ID, h.Member.ID)
		if err != nil {
			return err
		}
		for i := range mine {
			if mine[i].Good == at {
				asked++
				if mine[i].Origin.IsZero() && mine[i].Month == h.day.Month() && (mine[i].End == nil || mine[i].End.Kind == points.Handed) {
					had++
				}
			}
		}
		names, err = p.Flows.CounterNames(ctx, rd, h.Community.ID)
		return err
	})
	if err != nil {
		return err
	}
	v.Card = card(ctx, &h, v.Good, purse.Points >= v.Terms.Points)
	v.Why = p.whyNot(ctx, &v, &h, had)
	v.Facts = goodFacts(ctx, v.Good, names, h.Rules.Params.RedemptionDays)
	v.Form = ui.Form{Wrong: wrong}
	v.Confirm = ui.Confirm{
		ID: "redeem", Open: i18n.T(ctx, "用 %s 分换", ui.Points(v.Terms.Points)), Class: "call block", Title: i18n.T(ctx, "换一%s%s？", v.Unit, v.Name),
		Text:   i18n.T(ctx, "积分马上扣，%d 天内到%s凭码领。没领会原样退回。", h.Rules.Params.RedemptionDays, names[v.Terms.Counter]),
		Lines:  []ui.Line{{Text: i18n.T(ctx, "现在有"), Num: ui.Points(purse.Points)}, {Text: i18n.T(ctx, "换掉"), Num: "−" + ui.Points(v.Terms.Points)}, {Text: i18n.T(ctx, "还剩"), Num: ui.Points(max(0, purse.Points-v.Terms.Points)), Total: true}},
		Action: v.Card.Href, Do: i18n.T(ctx, "换，扣 %s 分", ui.Points(v.Terms.Points)), Token: form(at.String(), asked), Busy: i18n.T(ctx, "正在换，请等一下"),
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", v.Name)
	s.Back = ui.Link{Href: Path + "?at=" + h.Community.Ref, Text: i18n.T(ctx, "积分")}
	s.Help = ui.Help{Href: "/me/help?page=" + Path}
	return p.ShowAs(w, r, status, httpkit.Private, s, goodPage(v))
}

// whyNot says what keeps her from it, "" if nothing does.
func (p *Pages) whyNot(ctx context.Context, v *goodView, h *here, had int) string {
	switch {
	case p.Flows.Communities.RequireOn(ctx, p.Flows.DB, h.Community.ID, community.PointsRedemption) != nil:
		return i18n.T(ctx, "这个社区还没有开积分兑换")
	case v.Ended || !v.Terms.Open(h.day):
		return i18n.T(ctx, "现在不能换")
	case v.Left < 1:
		return soldOut(ctx)
	case v.Terms.Monthly > 0 && int64(had) >= v.Terms.Monthly:
		return i18n.T(ctx, "这个月您换过了，下个月再来")
	case !v.Card.Enough:
		return i18n.T(ctx, "积分还不够")
	}
	return ""
}

func goodFacts(ctx context.Context, g *points.Good, names map[id.ID]string, days int) []ui.Fact {
	facts := []ui.Fact{{Name: i18n.T(ctx, "到哪里领"), Text: names[g.Terms.Counter]}, {Name: i18n.T(ctx, "多久内领"), Text: i18n.T(ctx, "%d 天", days)}, {Name: i18n.T(ctx, "谁供的"), Text: names[g.Supplier]}}
	if g.Terms.Monthly > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "每人每月"), Text: i18n.T(ctx, "最多 %d %s", g.Terms.Monthly, g.Unit)})
	}
	if g.Terms.Until != 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "换到哪天"), Text: ui.FullDay(ctx, g.Terms.Until)})
	}
	return append(facts, ui.Fact{Name: i18n.T(ctx, "还有多少"), Text: i18n.T(ctx, "%d %s，每一批都验收过", g.Left, g.Unit)})
}

// redeem takes the points and leads to the code.
func (p *Pages) redeem(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.PathValue("community"))
	if err != nil {
		return err
	}
	at, err := key(r, "good", points.ErrNoGood)
	if err != nil || h.Belonging == nil {
		return points.ErrNoGood
	}
	made, err := p.Flows.Redeem(ctx, h.Community.ID, authz.Of(ctx).Actor(), flow.Redeeming{Member: h.Member.ID, Good: at, Form: r.FormValue(ui.TokenName)})
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showGood(w, r, status, wrong) })
	}
	return see(w, r, Path+"/orders/"+made.ID.String())
}

// picture answers with a picture that shows what the route is for.
func (p *Pages) picture(shows points.Shown) httpkit.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := p.CommunityIn(r)
		if err != nil {
			return err
		}
		key, err := key(r, "picture", points.ErrNoPicture)
		if err != nil {
			return err
		}
		file, err := p.Flows.PointsPicture(r.Context(), at.ID, key, shows)
		if err != nil {
			return err
		}
		keep := httpkit.Private
		if shows == points.OfGood {
			keep = httpkit.Public
		}
		return portal.SendFile(w, r, file, keep)
	}
}
