package drawweb

import (
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/module/draw"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mineView are the draws that somebody entered.
type mineView struct {
	Codes []codeView
	Rows  []ui.Row
	Draws []ui.Link // where she may enter
}

// codeView is a bag that waits for her at a counter.
type codeView struct {
	Bag, Shop, Code, Until string
}

func (g *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, memberships, err := g.Me(ctx)
	if err != nil {
		return err
	}
	belongings, err := g.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	all, err := g.Flows.MyDraws(ctx, belongings)
	if err != nil {
		return err
	}
	var v mineView
	for _, b := range belongings {
		if b.Home {
			v.Draws = append(v.Draws, ui.Link{Href: "/c/" + b.Community.Ref + "/draws", Text: portal.PlaceName(b.Community)})
		}
	}
	for i := range all {
		m := &all[i]
		row := ui.Row{Href: "/c/" + m.Of.Community.Ref + "/draws/" + m.Draw.ID.String(), Icon: "gift", Title: m.Draw.Title, Text: i18n.T(ctx, "号码 %s", m.Entry.Ticket), Tag: m.State().In(ctx)}
		if m.Win != nil {
			row.Text, row.Tone = i18n.T(ctx, "号码 %s，抽中 %s", m.Entry.Ticket, m.Bag().Name), ui.OK
			if m.Win.Given == nil && m.Bag().Kind == draw.Goods {
				code, err := g.codeOf(r, m)
				if err != nil {
					return err
				}
				v.Codes = append(v.Codes, code)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	s := g.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的福袋"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return g.Show(w, r, s, minePage(v))
}

// codeOf is what she says at the counter, and where.
func (g *Pages) codeOf(r *http.Request, m *flow.MyDraw) (codeView, error) {
	room, err := g.RoomOf(r.Context(), m.Of.Community)
	if err != nil {
		return codeView{}, err
	}
	return codeView{Bag: m.Bag().Name, Shop: room.ShopName(r.Context(), m.Draw.Shop), Code: m.Win.Code, Until: room.LastDay(r.Context(), m.Draw.CollectUntil())}, nil
}
