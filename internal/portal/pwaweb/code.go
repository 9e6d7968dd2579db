package pwaweb

import (
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// card is a membership as it is shown at a counter.
type card struct {
	place, ref string
}

// code shows the reference under which shops know a member. It is what is printed on
// a member's card: it says who she is, and moves nothing.
func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, memberships, err := p.Me(ctx)
	if err != nil {
		return err
	}
	places := make(map[id.ID]string)
	var cards []card
	for _, m := range memberships {
		if places[m.Home] == "" {
			place, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, m.Home)
			if err != nil {
				return err
			}
			places[m.Home] = portal.PlaceName(place)
		}
		cards = append(cards, card{places[m.Home], m.Ref})
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "会员码"), Back: ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}, Class: "member-code", Private: true}
	return p.Show(w, r, s, codePage(portal.Called(ctx, who), cards))
}
