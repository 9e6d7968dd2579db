// Package trainingweb are the pages of the shops' weekly training: a shop signs up,
// says by code that it is there, takes material and says what it thought; the office
// plans, keeps the list, hands out and writes the minutes (C9).
package trainingweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/training"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of training.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their door on the desk.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "training", Href: "/desk/training", Icon: "people", Text: i18n.M("培训会"), Group: i18n.M("联盟的日常"), Action: "training_desk.read"})
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/training", Action: "training.read", On: portal.OfShop, Do: h.list},
		httpkit.Route{Pattern: "GET /shop/{shop}/training/{session}", Action: "training.read", On: portal.OfShop, Do: h.session},
		httpkit.Route{Pattern: "POST /shop/{shop}/training/{session}/signup", Action: "training.join", On: portal.OfShop, Do: h.join},
		httpkit.Route{Pattern: "POST /shop/{shop}/training/{session}/leave", Action: "training.join", On: portal.OfShop, Do: h.leave},
		httpkit.Route{Pattern: "POST /shop/{shop}/training/{session}/arrival", Action: "training.join", On: portal.OfShop, Do: h.arrive},
		httpkit.Route{Pattern: "POST /shop/{shop}/training/{session}/feedback", Action: "training.join", On: portal.OfShop, Do: h.judge},
		httpkit.Route{Pattern: "GET /shop/{shop}/training/{session}/material/{material}", Action: "training.read", On: portal.OfShop, Do: h.material},
	)
	const look, keep = "training_desk.read", "training.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/training", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "training", i18n.M("培训会"))},
		httpkit.Route{Pattern: "GET /desk/training/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/training/{community}", Action: keep, On: p.InCommunity, Do: h.plan},
		httpkit.Route{Pattern: "GET /desk/training/{community}/export", Action: look, On: p.InCommunity, Do: h.export},
		httpkit.Route{Pattern: "GET /desk/training/{community}/{session}", Action: look, On: p.InCommunity, Do: h.room},
		httpkit.Route{Pattern: "POST /desk/training/{community}/{session}/off", Action: keep, On: p.InCommunity, Do: h.callOff},
		httpkit.Route{Pattern: "POST /desk/training/{community}/{session}/list", Action: keep, On: p.InCommunity, Do: h.note},
		httpkit.Route{Pattern: "POST /desk/training/{community}/{session}/minutes", Action: keep, On: p.InCommunity, Do: h.record},
		httpkit.Route{Pattern: "POST /desk/training/{community}/{session}/material", Action: keep, On: p.InCommunity, Upload: portal.UploadMost, Do: h.hand},
		httpkit.Route{Pattern: "POST /desk/training/{community}/{session}/material/{material}/off", Action: keep, On: p.InCommunity, Do: h.takeBack},
	)
}

func (h *Pages) svc() *training.Service { return h.Flows.Trainings }

// sessionIn is the session in an address.
func (h *Pages) sessionIn(r *http.Request, community id.ID) (s *training.Session, err error) {
	at, err := id.Parse(r.PathValue("session"))
	if err != nil {
		return nil, training.ErrNotFound
	}
	err = h.Flows.DB.View(r.Context(), community, func(rd db.Reader) error {
		s, err = h.svc().ByID(r.Context(), rd, community, at)
		return err
	})
	return s, err
}

func (h *Pages) update(ctx context.Context, community id.ID, fn func(tx *db.Tx) error) error {
	return h.Flows.DB.Update(ctx, community, authz.Of(ctx).Actor(), fn)
}

// stars is how many of five, in words that are read aloud.
func stars(ctx context.Context, n int) string { return i18n.T(ctx, "%d 颗星", n) }

func starOptions(ctx context.Context) (options []ui.Option) {
	for n := 5; n >= 1; n-- {
		options = append(options, ui.Option{Value: string(rune('0' + n)), Text: stars(ctx, n)})
	}
	return options
}
