// Package lifeweb is the alliance's shared life in one place: what goes on among the
// shops of a community, for everybody; the same from the inside for a shop; a shop's
// own page, and the posters that can be printed of it all (C8–C15).
package lifeweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/relay"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the shared life.
type Pages struct {
	*portal.Portal
	Base func(ctx context.Context) string // how people reach this house, for codes that are printed
}

// Routes adds the pages, and the tab of a shop.
func (h *Pages) Routes(t *httpkit.Router) {
	h.Add(portal.Door{Kind: ui.MerchantFrame, Key: "life", Href: "/shop/{shop}/life", Icon: "people", Text: i18n.M("联盟"), Action: "shop.read"})
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/life", Action: "shop_page.read", On: h.InCommunity, Do: h.life},
		httpkit.Route{Pattern: "GET /c/{community}/shops/{shop}", Action: "shop_page.read", On: h.InCommunity, Do: h.shop},
		httpkit.Route{Pattern: "GET /c/{community}/shops/{shop}/poster", Action: "shop_page.read", On: h.InCommunity, Do: h.shopPoster},
		httpkit.Route{Pattern: "GET /c/{community}/sets/{relay}/poster", Action: "joint_set.read", On: h.InCommunity, Do: h.setPoster},
		httpkit.Route{Pattern: "GET /c/{community}/days/{rule}/{day}/poster", Action: "merchant_day.read", On: h.InCommunity, Do: h.dayPoster},
		httpkit.Route{Pattern: "GET /shop/{shop}/life", Action: "shop.read", On: portal.OfShop, Do: h.inside},
		httpkit.Route{Pattern: "GET /my-shop/{rest...}", Action: "shop.read", On: mine, Do: h.forward},
	)
}

// mine is the first shop in which the viewer owns or works.
func mine(r *http.Request) (authz.Resource, error) {
	for _, role := range []authz.Role{access.Owner, access.Staff} {
		for _, g := range authz.Of(r.Context()).Grants {
			if g.Role == role {
				return authz.Resource{Kind: "shop", Place: g.Place, Subject: g.Subject}, nil
			}
		}
	}
	return authz.Resource{Kind: "shop"}, nil
}

// forward leads from a notice to the page of the viewer's shop, and to nothing beside
// the shop: an address is taken as its parts, each of which is no step up.
func (h *Pages) forward(w http.ResponseWriter, r *http.Request) error {
	at, err := mine(r)
	if err != nil {
		return err
	}
	to := "/shop/" + at.Subject.String()
	for part := range strings.SplitSeq(r.PathValue("rest"), "/") {
		if part == "" || part == "." || part == ".." {
			return httpkit.ErrNoSuchPage
		}
		to += "/" + url.PathEscape(part)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// way is a page of the shared life that the house may have or not.
type way struct {
	path, href, icon string
	title, text      i18n.Message
}

// outside are the ways of everybody, below a community.
var outside = []way{
	{"/c/{community}/offers", "/offers", "tag", i18n.M("正在进行的优惠"), i18n.M("哪家店在减价，怎么减")},
	{"/c/{community}/vouchers", "/vouchers", "ticket", i18n.M("领券"), i18n.M("能领的，和买东西送的")},
	{"/c/{community}/festivals", "/festivals", "flag", i18n.M("联合活动"), i18n.M("文化节、邻里节、购物节")},
	{"/c/{community}/days", "/days", "calendar", i18n.M("商家日"), i18n.M("哪天哪家有优惠，可以放进手机日历")},
	{"/c/{community}/sets", "/sets", "basket", i18n.M("接龙套餐"), i18n.M("几家店凑成一份，比分开买便宜")},
	{"/c/{community}/selection", "/selection", "vote", i18n.M("选品会"), i18n.M("想要什么，您来提、您来投")},
	{"/c/{community}/calls", "/calls", "flag", i18n.M("招贤令"), i18n.M("社区在找合伙人、志愿者和帮手")},
	{"/c/{community}/map", "/map", "map", i18n.M("社区地图"), i18n.M("附近有哪些店")},
	{"/c/{community}/operator", "/operator", "building", i18n.M("谁在运营"), i18n.M("章程、人员和成立的文件")},
}

// inner are the ways of a shop.
var inner = []way{
	{"/shop/{shop}/offers", "/offers", "tag", i18n.M("优惠"), i18n.M("会员价、满减、限时、新客")},
	{"/shop/{shop}/vouchers", "/vouchers", "ticket", i18n.M("券"), i18n.M("请顾客去别的店，或者再来")},
	{"/shop/{shop}/festivals", "/festivals", "flag", i18n.M("联合活动"), i18n.M("几家店一起办，参不参加由您定")},
	{"/shop/{shop}/training", "/training", "people", i18n.M("培训会"), i18n.M("每周一次，报名、签到、拿材料")},
	{"/shop/{shop}/days", "/days", "calendar", i18n.M("商家日"), i18n.M("哪天轮到我家")},
	{"/shop/{shop}/relays", "/relays", "basket", i18n.M("商家接龙"), i18n.M("几家店凑一份套餐")},
	{"/shop/{shop}/ads", "/ads", "image", i18n.M("我的广告"), i18n.M("订一个月，看了几次")},
	{"/shop/{shop}/messages", "/messages", "message", i18n.M("给会员发优惠"), i18n.M("只发给同意收的人，社区先看过")},
}

func (h *Pages) ways(ctx context.Context, all []way, base string, on authz.Resource) (rows []ui.Row) {
	for _, x := range all {
		if h.OpensTo(ctx, x.path, on) {
			rows = append(rows, ui.Row{Href: base + x.href, Icon: x.icon, Title: x.title.In(ctx), Text: x.text.In(ctx)})
		}
	}
	return rows
}

// lifeView is what goes on.
type lifeView struct {
	Place string
	Today []ui.Row
	Ways  []ui.Row
}

func (h *Pages) life(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := lifeView{Place: portal.PlaceName(room.Place), Ways: h.ways(ctx, outside, room.Path(""), authz.Resource{Kind: "community", Place: room.ID})}
	if v.Today, err = h.NearRows(ctx, room.ID); err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "街坊的店"), ""), lifePage(v))
}

// insideView is the shared life for a shop.
type insideView struct {
	Shop   string
	Ways   []ui.Row
	Public string
	Poster string
}

func (h *Pages) inside(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	public := c.Path("/shops/" + c.Shop.ID.String())
	v := insideView{Shop: c.ShopName(ctx, c.Shop.ID), Ways: h.ways(ctx, inner, c.Href(""), authz.Resource{Kind: "shop", Place: c.ID, Subject: c.Shop.ID}), Public: public, Poster: public + "/poster"}
	return h.Show(w, r, h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "联盟")), insidePage(v))
}

// shopView is a shop for everybody.
type shopView struct {
	Name, Trade, Place string
	Active             bool
	Days               []ui.Row
	Sets               []ui.Row
	Map, Poster        string
}

// shopDays is how far a shop's page looks ahead.
const shopDays = 28

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, m, err := h.shopIn(r)
	if err != nil {
		return err
	}
	v := shopView{Name: flow.ShopName(m), Trade: m.Trade(ctx), Place: portal.PlaceName(room.Place), Active: m.Status == merchant.Active, Poster: room.Path("/shops/" + m.ID.String() + "/poster")}
	if h.Opens("/c/{community}/map") {
		v.Map = room.Path("/map")
	}
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, m.ID, room.Today, room.Today+shopDays)
	if err != nil {
		return err
	}
	for _, o := range days {
		if !o.Off {
			v.Days = append(v.Days, ui.Row{Href: room.Path("/days"), Icon: "calendar", Title: ui.Day(ctx, o.Day), Text: o.Offer, Tag: merchantday.OfferName(o.OfferKind).In(ctx), Tone: ui.OK})
		}
	}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		sold, err := h.Flows.Relays.Sold(ctx, rd, room.ID, room.Today)
		for _, s := range sold {
			if s.Of(m.ID) != nil {
				_, share, _ := s.Sum()
				v.Sets = append(v.Sets, ui.Row{Href: room.Path("/sets/" + s.ID.String()), Icon: "basket", Title: s.Title, End: i18n.T(ctx, "¥ %s", ui.Yuan(share))})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, v.Name, "")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, shopPage(v))
}

// shopIn is the shop in a public address.
func (h *Pages) shopIn(r *http.Request) (room portal.Room, m *merchant.Merchant, err error) {
	if room, err = h.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("shop"))
	if m = room.Shops[at]; err != nil || m == nil {
		return room, nil, merchant.ErrNotFound
	}
	return room, m, nil
}

// poster is one sheet to print or to send as a picture of the screen.
type poster struct {
	Place, Title, Big, Text string
	Lines                   []ui.Line
	URL                     string
	Back                    ui.Link
}

func (h *Pages) print(w http.ResponseWriter, r *http.Request, room *portal.Room, v poster) error {
	ctx := r.Context()
	v.Place, v.URL = portal.PlaceName(room.Place), h.Base(ctx)+v.Back.Href
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "海报"), Back: v.Back, Class: "posters"}
	return h.Show(w, r, s, posterPage(v))
}

func (h *Pages) shopPoster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, m, err := h.shopIn(r)
	if err != nil {
		return err
	}
	v := poster{Title: flow.ShopName(m), Text: m.Trade(ctx), Back: ui.Link{Href: room.Path("/shops/" + m.ID.String()), Text: flow.ShopName(m)}}
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, m.ID, room.Today, room.Today+shopDays)
	if err != nil {
		return err
	}
	for _, o := range days {
		if !o.Off && len(v.Lines) < 4 {
			v.Lines = append(v.Lines, ui.Line{Text: ui.Day(ctx, o.Day), Num: o.Offer})
		}
	}
	return h.print(w, r, &room, v)
}

func (h *Pages) setPoster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	at, err := id.Parse(r.PathValue("relay"))
	if err != nil {
		return relay.ErrNotFound
	}
	var s *relay.Relay
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		s, err = h.Flows.Relays.ByID(ctx, rd, room.ID, at)
		return err
	})
	if err != nil {
		return err
	}
	if !s.Sold(room.Today) {
		return relay.ErrNotFound
	}
	shelf, share, _ := s.Sum()
	v := poster{Title: s.Title, Big: i18n.T(ctx, "¥ %s", ui.Yuan(share)), Text: i18n.T(ctx, "分开买 %s 元。到店凭此页按套餐价买，卖到 %s", ui.Yuan(shelf), ui.Day(ctx, s.Last)), Back: ui.Link{Href: room.Path("/sets/" + s.ID.String()), Text: s.Title}}
	for _, p := range s.Parts {
		v.Lines = append(v.Lines, ui.Line{Text: i18n.T(ctx, "%s × %d", p.What, p.Pieces), Num: room.ShopName(ctx, p.Join.Shop)})
	}
	return h.print(w, r, &room, v)
}

func (h *Pages) dayPoster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	day, err := period.ParseDay(r.PathValue("day"))
	if err != nil {
		return merchantday.ErrNoSuchDay
	}
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, id.ID{}, room.Today, room.Today+merchantday.Longest)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(days, func(o merchantday.Occurrence) bool {
		return o.ID.String() == r.PathValue("rule") && o.Planned == day && !o.Off
	})
	if i < 0 {
		return merchantday.ErrNoSuchDay
	}
	o := days[i]
	v := poster{Title: o.Title, Big: ui.Day(ctx, o.Day), Text: o.Offer, Back: ui.Link{Href: room.Path("/days"), Text: i18n.T(ctx, "商家日")}}
	for _, s := range o.Whose {
		v.Lines = append(v.Lines, ui.Line{Text: room.ShopName(ctx, s), Num: merchantday.OfferName(o.OfferKind).In(ctx)})
	}
	return h.print(w, r, &room, v)
}
