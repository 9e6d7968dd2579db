// Package drawweb are the pages of draws and lucky bags (E5): anybody reads what is in
// the bags, how likely they are and how the drawing went; members enter; the office opens
// and calls off; a shop hands bags over.
package drawweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/member"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Files makes the file from which anybody holds a draw again, and tells the public key of
// its log.
type Files interface {
	DrawFile(ctx context.Context, community, draw id.ID) (name string, file []byte, err error)
	LogKey(ctx context.Context, community id.ID) (string, error)
	// Signed reports whether a signature covers an entry: before, there is no file.
	Signed(ctx context.Context, community id.ID, seq int64) (bool, error)
}

// Pages are the pages of draws.
type Pages struct {
	*portal.Portal
	files Files
}

// Routes adds the pages, their doors, and the draws that are open.
func Routes(t *httpkit.Router, p *portal.Portal, files Files) {
	g := &Pages{p, files}
	p.Near = append(p.Near, g.near)
	const open, look, keep, hand = "draw.read", "draw_desk.read", "draw.keep", "draw.hand"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/draws", Action: open, On: p.InCommunity, Do: g.list},
		httpkit.Route{Pattern: "GET /c/{community}/draws/{draw}", Action: open, On: p.InCommunity, Do: g.draw},
		httpkit.Route{Pattern: "POST /c/{community}/draws/{draw}/entry", Action: "draw.enter", On: httpkit.Mine, Do: g.enter},
		httpkit.Route{Pattern: "GET /c/{community}/draws/{draw}/check", Action: open, On: p.InCommunity, Do: g.check},
		httpkit.Route{Pattern: "GET /c/{community}/draws/{draw}/list", Action: open, On: p.InCommunity, Do: g.text},
		httpkit.Route{Pattern: "GET /c/{community}/draws/{draw}/file", Action: open, On: p.InCommunity, Do: g.file},
		httpkit.Route{Pattern: "GET /me/draws", Action: "me.read", On: httpkit.Mine, Do: g.mine},
		httpkit.Route{Pattern: "GET /shop/{shop}/draws", Action: hand, On: portal.OfShop, Do: g.shop},
		httpkit.Route{Pattern: "POST /shop/{shop}/draws", Action: hand, On: portal.OfShop, Do: g.hand},
		httpkit.Route{Pattern: "GET /desk/draws", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "draws", i18n.M("抽福袋"))},
		httpkit.Route{Pattern: "GET /desk/draws/{community}", Action: look, On: p.InCommunity, Do: g.desk},
		httpkit.Route{Pattern: "POST /desk/draws/{community}", Action: keep, On: p.InCommunity, Do: g.open},
		httpkit.Route{Pattern: "GET /desk/draws/{community}/{draw}", Action: look, On: p.InCommunity, Do: g.follow},
		httpkit.Route{Pattern: "POST /desk/draws/{community}/{draw}/off", Action: keep, On: p.InCommunity, Do: g.callOff},
	)
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "draws", Href: "/desk/draws", Icon: "gift", Text: i18n.M("抽福袋"), Group: i18n.M("联盟的日常"), Action: look},
		portal.Door{Kind: ui.MerchantFrame, Key: "draws", Href: "/shop/{shop}/draws", Icon: "gift", Text: i18n.M("福袋"), Action: hand},
	)
}

func (g *Pages) view(ctx context.Context, community id.ID, do func(r db.Reader) error) error {
	return g.Flows.DB.View(ctx, community, do)
}

// drawIn is the draw in an address, with its community.
func (g *Pages) drawIn(r *http.Request) (room portal.Room, d *draw.Draw, err error) {
	if room, err = g.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("draw"))
	if err != nil {
		return room, nil, draw.ErrNotFound
	}
	err = g.view(r.Context(), room.ID, func(rd db.Reader) error {
		d, err = g.Flows.Draws.ByID(r.Context(), rd, room.ID, at)
		return err
	})
	return room, d, err
}

// me is who the viewer is in a community, nil for who is no member there.
func (g *Pages) me(ctx context.Context, community id.ID) (*member.Member, error) {
	v := authz.Of(ctx)
	if !v.SignedIn() {
		return nil, nil
	}
	m, err := g.Flows.MemberIn(ctx, community, v.Acting())
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return m, err
}

// near are the draws that are open, for the first page of residents.
func (g *Pages) near(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := g.Flows.Communities.ByID(ctx, g.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	now, err := g.Flows.StandingIn(ctx, community)
	if err != nil {
		return nil, err
	}
	err = g.view(ctx, community, func(r db.Reader) error {
		all, err := g.Flows.Draws.Draws(ctx, r, community, shownNear, 0)
		for _, d := range all {
			if d.Open(now.Now) {
				rows = append(rows, ui.Row{Href: "/c/" + c.Ref + "/draws/" + d.ID.String(), Icon: "gift", Title: d.Title,
					Text: i18n.T(ctx, "%d 份福袋，%s截止报名，不用买东西", d.Count(), ui.Moment(ctx, d.ClosesAt.In(now.Now.Location())))})
			}
		}
		return err
	})
	return rows, err
}

// shownNear is among how many of the latest draws open ones are looked for.
const shownNear = 5

// tone is how a draw is marked.
func tone(d *draw.Draw) ui.Tone {
	switch {
	case d.End == nil:
		return ui.OK
	case d.End.Kind == draw.Cancelled:
		return ui.Bad
	}
	return ui.Tell
}

// bagRows are what is in the bags.
func bagRows(ctx context.Context, d *draw.Draw) (rows []ui.Row) {
	for _, b := range d.Bags {
		row := ui.Row{Icon: "gift", Title: b.Name, Text: draw.BagName(b.Kind).In(ctx), End: i18n.T(ctx, "%d 份", b.Count)}
		switch {
		case b.Kind == draw.Points:
			row.EndNote = i18n.T(ctx, "%s 积分一份", ui.Points(b.Points))
		case b.Worth > 0:
			row.EndNote = i18n.T(ctx, "价值 %s 元一份", ui.Yuan(b.Worth))
		}
		rows = append(rows, row)
	}
	return rows
}

// odds says how likely a bag is.
func odds(ctx context.Context, d *draw.Draw) string {
	if d.Entries == 0 {
		return i18n.T(ctx, "还没有人报名；报名的人越多，机会越小")
	}
	bags := min(d.Count(), d.Entries)
	return i18n.T(ctx, "%d 人抽 %d 份，每个人都是 %s", d.Entries, bags, ui.Percent(bags, d.Entries))
}
