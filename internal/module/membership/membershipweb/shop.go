package membershipweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (h *Pages) shopRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/members", Action: "perk.read", On: shopOf, Do: h.shop},
		httpkit.Route{Pattern: "POST /shop/{shop}/packs", Action: "perk.hand", On: shopOf, Do: h.hand},
		httpkit.Route{Pattern: "POST /shop/{shop}/code", Action: "perk.hand", On: shopOf, Do: h.shopCode},
		httpkit.Route{Pattern: "GET /shop/{shop}/card", Action: "perk.read", On: shopOf, Do: h.shopCard},
	)
}

// shopOf is the shop that an address names. Where it lies is known from the viewer's
// own role there.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == shop && (g.Role == access.Owner || g.Role == access.Staff) {
			return authz.Resource{Kind: "shop", Place: g.Place, Subject: shop}, nil
		}
	}
	return authz.Resource{Kind: "shop", Subject: shop}, nil
}

// counter is a shop's counter for members.
type counter struct {
	Place community.Place
	Shop  *merchant.Merchant
	Today period.Day
}

// href is a page of the shop.
func (c *counter) href(rest string) string { return "/shop/" + c.Shop.ID.String() + rest }

func (h *Pages) counter(r *http.Request) (c counter, err error) {
	ctx := r.Context()
	at, err := shopOf(r)
	if err != nil {
		return c, err
	}
	if c.Place, err = h.Flows.Communities.ByID(ctx, h.Flows.DB, at.Place); err != nil {
		return c, err
	}
	zone, err := h.Zone(ctx, at.Place)
	if err != nil {
		return c, err
	}
	c.Today = period.DayOf(h.Flows.DB.Clock().Now(), zone)
	return c, h.view(ctx, at.Place, func(rd db.Reader) error {
		c.Shop, err = h.Flows.Merchants.ByID(ctx, rd, at.Place, at.Subject)
		return err
	})
}

// shopView is what a shop does for members, and whom it recommended.
type shopView struct {
	counter
	Form        ui.Form
	Typed       string
	Done        string
	Packs       []ui.Row
	Handed      []ui.Row
	Counted     int
	Pending     int
	Wanted      int // members a month that the alliance asks a shop to recommend
	Recommended []ui.Row
	URL, Code   string
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return h.showShop(w, r, http.StatusOK, nil)
}

// handedShown is how many packs a shop's page lists that it handed over.
const handedShown = 20

func (h *Pages) showShop(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	c, err := h.counter(r)
	if err != nil {
		return err
	}
	v := shopView{counter: c, Form: ui.Form{Action: c.href("/packs"), Wrong: wrong, Busy: i18n.T(ctx, "正在核对，请等一下")}, Typed: r.PostFormValue("code"), Done: r.URL.Query().Get("handed")}
	var all []membership.Recommendation
	err = h.view(ctx, c.Place.ID, func(rd db.Reader) error {
		if err := h.fillPacks(ctx, rd, &v); err != nil {
			return err
		}
		if v.Counted, v.Pending, err = h.Flows.Recommended(ctx, rd, c.Place.ID, c.Shop.ID, c.Today.Month()); err != nil {
			return err
		}
		all, err = h.Flows.Memberships.RecommendedBy(ctx, rd, c.Place.ID, membership.By{Kind: membership.ByMerchant, ID: c.Shop.ID})
		return err
	})
	if err != nil {
		return err
	}
	var rules policy.Params
	if err := h.rulesOf(ctx, c.Place.ID, &rules); err != nil {
		return err
	}
	v.Wanted = rules.RecommendedMembers
	if v.Recommended, err = h.byTail(ctx, c.Place.ID, all); err != nil {
		return err
	}
	if v.Code, v.URL, err = h.link(ctx, c.Place, membership.By{Kind: membership.ByMerchant, ID: c.Shop.ID}); err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.ShopShell(ctx, c.Place.ID, c.Shop.ID, "perks", i18n.T(ctx, "会员")), shopPage(v))
}

// fillPacks reads the packs that a shop hands over, and those it did.
func (h *Pages) fillPacks(ctx context.Context, rd db.Reader, v *shopView) error {
	packs, err := h.Flows.Memberships.AllPacks(ctx, rd, v.Place.ID)
	if err != nil {
		return err
	}
	titles := make(map[id.ID]string, len(packs))
	for i := range packs {
		p := &packs[i]
		titles[p.ID] = p.Title
		for _, s := range p.Shops {
			if s == v.Shop.ID && p.Quarter == membership.Quarter(v.Today) {
				v.Packs = append(v.Packs, ui.Row{Icon: "gift", Title: p.Title, Text: p.Content, Notes: []string{i18n.T(ctx, "每份付给店里 %s 元", ui.Yuan(p.Cost))},
					EndNote: i18n.T(ctx, "领了 %d，选了没领 %d", p.Handed, p.Taken-p.Handed)})
			}
		}
	}
	handed, err := h.Flows.Memberships.HandedBy(ctx, rd, v.Place.ID, v.Shop.ID, handedShown)
	for _, c := range handed {
		v.Handed = append(v.Handed, ui.Row{Title: titles[c.Pack], Text: i18n.T(ctx, "领取码 %s", fours(c.Code)), EndNote: ui.Moment(ctx, portal.Local(c.End.At))})
	}
	return err
}

// byTail are a shop's recommendations, newcomers by the end of their number; they see
// that it was looked at.
func (h *Pages) byTail(ctx context.Context, at id.ID, all []membership.Recommendation) ([]ui.Row, error) {
	rows, err := h.standings(ctx, at, all)
	if err != nil || len(all) == 0 {
		return rows, err
	}
	tails, people, err := h.tails(ctx, at, all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if tail := tails[all[i].Member]; tail != "" {
			rows[i].Title = i18n.T(ctx, "尾号 %s", tail)
		}
	}
	return rows, h.Looked(ctx, people, privacy.Profile, i18n.M("推荐的店看进展，只显示尾号").Key)
}

// tails are the ends of the numbers of the people behind newcomers.
func (h *Pages) tails(ctx context.Context, at id.ID, all []membership.Recommendation) (tails map[id.ID]string, people []id.ID, err error) {
	members := make([]id.ID, len(all))
	for i := range all {
		members[i] = all[i].Member
	}
	behind, err := h.Flows.PersonsBehind(ctx, at, members)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range members {
		if who, known := behind[m]; known {
			people = append(people, who)
		}
	}
	tails = make(map[id.ID]string, len(all))
	err = h.view(ctx, id.Tilde, func(r db.Reader) error {
		found, err := h.Flows.People.ByIDs(ctx, r, people)
		for m, who := range behind {
			if p := found[who]; p != nil {
				tails[m] = p.Tail()
			}
		}
		return err
	})
	return tails, people, err
}

// hand notes that a pack was handed over, by the digits that its member says.
func (h *Pages) hand(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.counter(r)
	if err != nil {
		return err
	}
	code := strings.Map(func(x rune) rune {
		if x >= '0' && x <= '9' {
			return x
		}
		return -1
	}, r.PostFormValue("code"))
	_, _, err = h.Flows.HandPack(ctx, c.Place.ID, authz.Of(ctx).Actor(), c.Shop.ID, code)
	if f := fault.Of(err); f != nil {
		err = f.On("code") // beside the field, whatever it is
	}
	return back(w, r, err, c.href("/members?handed="+code), func(status int, wrong []ui.Wrong) error { return h.showShop(w, r, status, wrong) })
}

// shopCode makes the shop's recommendation code.
func (h *Pages) shopCode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.counter(r)
	if err == nil {
		_, err = h.Flows.MakeCode(ctx, authz.Of(ctx).Actor(), c.Place, membership.By{Kind: membership.ByMerchant, ID: c.Shop.ID})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, c.href("/members"), http.StatusSeeOther)
	return nil
}

// shopCard is a shop's recommendation card, to be printed.
func (h *Pages) shopCard(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.counter(r)
	if err != nil {
		return err
	}
	v := cardView{Place: portal.PlaceName(c.Place), Name: i18n.T(ctx, "%s推荐您入会", shopName(c.Shop))}
	if v.Code, v.URL, err = h.link(ctx, c.Place, membership.By{Kind: membership.ByMerchant, ID: c.Shop.ID}); err != nil {
		return err
	}
	if v.Code == "" {
		http.Redirect(w, r, c.href("/members"), http.StatusSeeOther)
		return nil
	}
	s := h.ShopShell(ctx, c.Place.ID, c.Shop.ID, "perks", i18n.T(ctx, "推荐卡"))
	s.Back = ui.Link{Href: c.href("/members"), Text: i18n.T(ctx, "会员")}
	return h.Show(w, r, s, cardPage(v))
}

func shopName(m *merchant.Merchant) string {
	if m.Name == "" {
		return m.Ref
	}
	return m.Name
}
