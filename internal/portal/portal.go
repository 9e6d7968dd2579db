// Package portal is what the pages of every frame share: which places a person may
// go to, who she is to the page, and how a page is put into its frame. The pages
// themselves lie below, one folder a kind of person.
package portal

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Portal puts pages into frames. The fields that are functions belong to parts of
// the house which a small installation may not have; nil means that it has none.
type Portal struct {
	Flows  *flow.Flows
	Kit    *httpkit.Kit
	Engine *authz.Engine

	Inbox   string                                                        // page of notices
	Unread  func(ctx context.Context, person id.ID) (int, error)          // notices not yet read
	Assist  func(ctx context.Context, v authz.Viewer) (*ui.Assist, error) // the session in which she acts for somebody
	Demo    func(ctx context.Context) (*ui.DemoBar, error)                // other people to look around as
	SignOut string                                                        // takes a POST

	// Near tells what is on today in a community, for the first page of residents; Ad is
	// the advertisement of a page, nil where there is none to show.
	Near []func(ctx context.Context, community id.ID) ([]ui.Row, error)
	Ad   func(ctx context.Context, page string, community id.ID) (templ.Component, error)

	// Can is what a resident could do for a neighbour now, for her first page.
	Can func(ctx context.Context, community id.ID) ([]ui.Row, error)

	router *httpkit.Router
	doors  []Door
}

// New makes a portal over a router, with the doors that are always there.
func New(f *flow.Flows, t *httpkit.Router) *Portal {
	p := &Portal{Flows: f, Kit: t.Kit(), Engine: t.Engine(), router: t}
	p.Add(resident...)
	p.Add(merchant...)
	return p
}

// Door is a place of a frame, for who may enter it. The first door of a frame that
// somebody may enter is the way into the frame.
type Door struct {
	Kind   ui.Kind
	Key    string
	Href   string // "{shop}" stands for the id of what the frame is about
	Icon   string
	Text   i18n.Message
	Group  i18n.Message // heading before it, in a rail
	Action authz.Action // that opens the page behind it

	// Count is what waits there, and whether some of it is late; nil if nothing does.
	Count func(ctx context.Context, v authz.Viewer) (n int, late bool, err error)
}

// Add adds doors, in the order in which a frame shows them.
func (p *Portal) Add(doors ...Door) { p.doors = append(p.doors, doors...) }

// Opens reports whether the house has a page, by its address: parts that an
// installation does not have are not offered.
func (p *Portal) Opens(path string) bool {
	for _, r := range p.router.Routes() {
		if r.Pattern == "GET "+path {
			return true
		}
	}
	return false
}

// OpensTo reports whether a page is served and the viewer may open it about something.
func (p *Portal) OpensTo(ctx context.Context, path string, on authz.Resource) bool {
	for _, r := range p.router.Routes() {
		if r.Pattern == "GET "+path {
			return p.Engine.May(ctx, authz.Of(ctx), r.Action, on) == nil
		}
	}
	return false
}

// may reports whether the viewer may do something that her frame is for: on
// something that is her own, or in a part of the tree where she holds a role.
func (p *Portal) may(ctx context.Context, v authz.Viewer, a authz.Action) bool {
	if p.Engine.May(ctx, v, a, authz.Resource{Owner: v.Acting()}) == nil {
		return true
	}
	for _, g := range v.Grants {
		if p.Engine.May(ctx, v, a, authz.Resource{Place: g.Place, Subject: g.Subject}) == nil {
			return true
		}
	}
	return false
}

// Shell is the frame of a kind with the tabs that the viewer may open. Show fills
// in who and where she is.
func (p *Portal) Shell(ctx context.Context, kind ui.Kind, active, title string) ui.Shell {
	v := authz.Of(ctx)
	return p.shell(ctx, kind, active, title, func(d Door) bool { return p.may(ctx, v, d.Action) }, id.ID{})
}

// ShopShell is the frame of one shop.
func (p *Portal) ShopShell(ctx context.Context, place, shop id.ID, active, title string) ui.Shell {
	v, on := authz.Of(ctx), authz.Resource{Kind: "shop", Place: place, Subject: shop}
	s := p.shell(ctx, ui.MerchantFrame, active, title, func(d Door) bool { return p.Engine.May(ctx, v, d.Action, on) == nil }, shop)
	if at, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, place); err == nil {
		s.Place = ui.Link{Text: PlaceName(at)}
	}
	return s
}

func (p *Portal) shell(ctx context.Context, kind ui.Kind, active, title string, opens func(Door) bool, subject id.ID) ui.Shell {
	s := ui.Shell{Kind: kind, Title: title, Active: active, Private: true}
	if kind == ui.OperatorFrame {
		s.Place = ui.Link{Text: i18n.T(ctx, "运营台")}
	}
	groups := []string{""} // what belongs to none comes first, then each group as its first door was added
	tabs := make(map[string][]ui.Tab)
	for _, d := range p.doors {
		if d.Kind != kind || !opens(d) {
			continue
		}
		group := d.Group.In(ctx)
		if !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
		tabs[group] = append(tabs[group], ui.Tab{Key: d.Key, Href: strings.ReplaceAll(d.Href, "{shop}", subject.String()), Text: d.Text.In(ctx), Icon: d.Icon})
	}
	for _, group := range groups {
		for i, tab := range tabs[group] {
			if i == 0 {
				tab.Group = group
			}
			s.Tabs = append(s.Tabs, tab)
		}
	}
	return s
}

// Show answers with a page in its frame.
func (p *Portal) Show(w http.ResponseWriter, r *http.Request, s ui.Shell, page templ.Component) error {
	return p.ShowAs(w, r, http.StatusOK, httpkit.Private, s, page)
}

// ShowAs is Show with a status of its own, for a form that was refused, and with
// who may keep the answer. A confirmation that was refused stands open again.
func (p *Portal) ShowAs(w http.ResponseWriter, r *http.Request, status int, c httpkit.Caching, s ui.Shell, page templ.Component) error {
	ctx, err := p.Enter(r.Context(), &s)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost && status >= http.StatusBadRequest {
		ctx = ui.Reopened(ctx, r.URL.Path, r.PostForm)
	}
	return p.Kit.Render(w, r.WithContext(ctx), status, c, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Frame(s).Render(templ.WithChildren(ctx, page), w)
	}))
}

// Enter says who looks at the rest of a request, and fills in where she is and
// what waits behind each tab.
func (p *Portal) Enter(ctx context.Context, s *ui.Shell) (context.Context, error) {
	v := authz.Of(ctx)
	seat, err := p.seat(ctx, v)
	if err != nil {
		return ctx, err
	}
	if s.Place.Text == "" && s.Kind != ui.TaskFrame && s.Kind != ui.PlainFrame {
		s.Place = seat.place
	}
	for i, t := range s.Tabs {
		for _, d := range p.doors {
			if d.Kind != s.Kind || d.Key != t.Key || d.Count == nil {
				continue
			}
			if s.Tabs[i].Count, s.Tabs[i].Hot, err = d.Count(ctx, v); err != nil {
				return ctx, err
			}
		}
	}
	return ui.WithViewer(ctx, seat.viewer), nil
}

// signIn is the page to sign in on and come back from.
func signIn(ctx context.Context) string {
	look := ui.LookOf(ctx)
	to := url.URL{Path: look.Path, RawQuery: look.Query.Encode()}
	if look.Path == "" || look.Path == "/" {
		return httpkit.SignInPath
	}
	return httpkit.SignInPath + "?" + url.Values{"to": {to.String()}}.Encode()
}

// NearRows are what is on in a community today, from every part of the house that has
// something.
func (p *Portal) NearRows(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	for _, near := range p.Near {
		more, err := near(ctx, community)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}
