package portal

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	alliance "gongyi/internal/module/merchant"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Room is the community that a page is about, as it stands now.
type Room struct {
	community.Place
	flow.Standing
	Shops map[id.ID]*alliance.Merchant
	Order []*alliance.Merchant // by name
}

// CommunityIn is the community in a page's address, by its reference or its id.
func (p *Portal) CommunityIn(r *http.Request) (c community.Place, err error) {
	text := r.PathValue("community")
	if at, bad := id.Parse(text); bad == nil {
		c, err = p.Flows.Communities.ByID(r.Context(), p.Flows.DB, at)
	} else {
		c, err = p.Flows.Communities.ByRef(r.Context(), p.Flows.DB, text)
	}
	if err == nil && c.Kind != community.Community {
		err = community.ErrNotFound
	}
	return c, err
}

// InCommunity is what a page about the community in its address belongs to.
func (p *Portal) InCommunity(r *http.Request) (authz.Resource, error) {
	c, err := p.CommunityIn(r)
	return authz.Resource{Kind: "community", Place: c.ID}, err
}

// Room reads the community in a page's address, with its shops.
func (p *Portal) Room(r *http.Request) (Room, error) {
	c, err := p.CommunityIn(r)
	if err != nil {
		return Room{}, err
	}
	return p.RoomOf(r.Context(), c)
}

// RoomOf reads a community with its shops.
func (p *Portal) RoomOf(ctx context.Context, c community.Place) (room Room, err error) {
	room = Room{Place: c, Shops: make(map[id.ID]*alliance.Merchant)}
	if room.Standing, err = p.Flows.StandingIn(ctx, c.ID); err != nil {
		return room, err
	}
	err = p.Flows.DB.View(ctx, c.ID, func(r db.Reader) error {
		room.Order, err = p.Flows.Merchants.List(ctx, r, c.ID)
		for _, m := range room.Order {
			room.Shops[m.ID] = m
		}
		return err
	})
	return room, err
}

// ShopName is what a shop of the room is called; one that is not there any more is
// called so.
func (r *Room) ShopName(ctx context.Context, shop id.ID) string {
	if m := r.Shops[shop]; m != nil {
		return flow.ShopName(m)
	}
	return i18n.T(ctx, "已经退出的店")
}

// ShopNames are several in one line.
func (r *Room) ShopNames(ctx context.Context, shops []id.ID) string {
	names := make([]string, len(shops))
	for i, s := range shops {
		names[i] = r.ShopName(ctx, s)
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

// ShopOptions are the shops of the room that take part, to choose from.
func (r *Room) ShopOptions() (options []ui.Option) {
	for _, m := range r.Order {
		if m.Status == alliance.Active {
			options = append(options, ui.Option{Value: m.ID.String(), Text: flow.ShopName(m)})
		}
	}
	return options
}

// Path is an address below the community's public pages.
func (r *Room) Path(rest string) string { return "/c/" + url.PathEscape(r.Ref) + rest }

// Desk is an address below the community's pages of a kind on the desk.
func (r *Room) Desk(kind, rest string) string {
	return "/desk/" + kind + "/" + url.PathEscape(r.Ref) + rest
}

// Local is an instant on the room's clock.
func (r *Room) Local(at time.Time) time.Time { return at.In(r.Now.Location()) }

// Counter is one shop that a page is about, from the inside.
type Counter struct {
	Room
	Shop  *alliance.Merchant
	Owner bool // the viewer owns it
}

// Href is an address below the shop's own pages.
func (c *Counter) Href(rest string) string { return "/shop/" + c.Shop.ID.String() + rest }

// OfShop is what a page about the shop in its address belongs to. Where the shop lies is
// known from the viewer's own role there: a shop without one belongs to nobody she is.
func OfShop(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	g, _ := workingIn(authz.Of(r.Context()), shop)
	return authz.Resource{Kind: "shop", Place: g.Place, Subject: shop}, nil
}

// workingIn is the viewer's role in a shop, as its owner before others.
func workingIn(v authz.Viewer, shop id.ID) (found authz.Grant, ok bool) {
	for _, g := range v.Grants {
		if g.Subject == shop && (g.Role == access.Owner || g.Role == access.Staff && !ok) {
			found, ok = g, true
		}
	}
	return found, ok
}

// Counter reads the shop in a page's address.
func (p *Portal) Counter(r *http.Request) (c Counter, err error) {
	at, err := OfShop(r)
	if err != nil {
		return c, err
	}
	place, err := p.Flows.Communities.ByID(r.Context(), p.Flows.DB, at.Place)
	if err != nil {
		return c, err
	}
	if c.Room, err = p.RoomOf(r.Context(), place); err != nil {
		return c, err
	}
	if c.Shop = c.Shops[at.Subject]; c.Shop == nil {
		return c, alliance.ErrNotFound
	}
	g, _ := workingIn(authz.Of(r.Context()), at.Subject)
	c.Owner = g.Role == access.Owner
	return c, nil
}

// Choose lists the communities whose pages of a kind on the desk the viewer may see; who
// may see one alone goes there at once.
func (p *Portal) Choose(a authz.Action, kind string, title i18n.Message) httpkit.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		mine, err := p.Mine(ctx, a)
		if err != nil {
			return err
		}
		var rows []ui.Row
		for _, c := range mine {
			rows = append(rows, ui.Row{Href: "/desk/" + kind + "/" + url.PathEscape(c.Ref), Icon: "building", Title: PlaceName(c), Text: c.Ref})
		}
		if len(rows) == 1 {
			http.Redirect(w, r, rows[0].Href, http.StatusSeeOther)
			return nil
		}
		return p.Show(w, r, p.Shell(ctx, ui.OperatorFrame, kind, title.In(ctx)), choosePage(title.In(ctx), rows))
	}
}

// DeskShell is the frame of a page of a kind on the desk.
func (p *Portal) DeskShell(ctx context.Context, kind, title string) ui.Shell {
	s := p.Shell(ctx, ui.OperatorFrame, kind, title)
	s.Wide = true
	return s
}

// OpenShell is the frame of a page that anybody may see, among the pages of residents.
func (p *Portal) OpenShell(ctx context.Context, room *Room, title, help string) ui.Shell {
	s := p.Shell(ctx, ui.ResidentFrame, "home", title)
	s.Private = false
	s.Place = ui.Link{Href: room.Path("/life"), Text: PlaceName(room.Place)}
	if help != "" && authz.Of(ctx).SignedIn() && p.Opens("/me/help") {
		s.Help.Href = "/me/help?page=" + url.QueryEscape(help)
	}
	return s
}

// ErrBadAmount refuses what is no amount of money.
var ErrBadAmount = fault.New(fault.Invalid, "portal.bad_amount")

// Yuan reads an amount of money that somebody typed.
func Yuan(r *http.Request, field string) (money.Amount, error) {
	v, err := money.Parse(strings.TrimSpace(r.FormValue(field)), money.CNY)
	if err != nil {
		return 0, ErrBadAmount.On(field)
	}
	return v, nil
}

// Prose reads some lines that somebody typed.
func Prose(r *http.Request, field string) string { return text.Clean(r.FormValue(field)) }

// ErrBadMoment refuses what is no day and time.
var ErrBadMoment = fault.New(fault.Invalid, "portal.bad_moment")

// MomentIn reads a day and a time of day from two fields, on a community's clock.
func MomentIn(r *http.Request, day, clock string, zone *time.Location) (time.Time, error) {
	at, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(r.FormValue(day))+" "+cmp.Or(strings.TrimSpace(r.FormValue(clock)), "-"), zone)
	if err != nil {
		return at, ErrBadMoment.On(day)
	}
	return at, nil
}

// LastDay names the last whole day before an end.
func (r *Room) LastDay(ctx context.Context, end time.Time) string {
	return ui.Day(ctx, period.DayOf(end.Add(-time.Second), r.Now.Location()))
}

// PayLink is where a charge can be paid online, "" where no provider takes payments.
func (p *Portal) PayLink(community id.ID, code string) string {
	if len(p.Flows.Providers) == 0 {
		return ""
	}
	return "/me/slips/" + community.String() + "/" + code
}
