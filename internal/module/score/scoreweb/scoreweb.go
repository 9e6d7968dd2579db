// Package scoreweb are the pages of the quarterly score (C6): a shop sees its own with
// every input, says what is wrong, and tries what would have been; anybody sees the
// formula and the bands; the office makes and publishes it, the committee answers, and
// both try other weights on real quarters.
package scoreweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the score.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const look, run, open = "duty_desk.read", "score.run", "duty_public.read"
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "score", Href: "/desk/score", Icon: "chart", Text: i18n.M("季度评分"), Group: i18n.M("联盟的规矩"), Action: look})
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/scores/{quarter}", Action: "duty.read", On: portal.OfShop, Do: h.shop},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/scores/{quarter}/objections", Action: "duty.change", On: portal.OfShop, Do: h.object},
		httpkit.Route{Pattern: "GET /c/{community}/scores", Action: open, On: p.InCommunity, Do: h.public},
		httpkit.Route{Pattern: "GET /c/{community}/scores/{quarter}", Action: open, On: p.InCommunity, Do: h.public},
	)
	const at = "/desk/score/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/score", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "score", i18n.M("季度评分"))},
		httpkit.Route{Pattern: "GET " + at, Action: look, On: h.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST " + at, Action: run, On: h.InCommunity, Do: h.draft},
		httpkit.Route{Pattern: "GET " + at + "/{quarter}", Action: look, On: h.InCommunity, Do: h.run},
		httpkit.Route{Pattern: "GET " + at + "/{quarter}/export", Action: "duty_desk.export", On: h.InCommunity, Do: h.export},
		httpkit.Route{Pattern: "POST " + at + "/{quarter}/publication", Action: run, On: h.InCommunity, Do: h.publish},
		httpkit.Route{Pattern: "POST " + at + "/{quarter}/discarding", Action: run, On: h.InCommunity, Do: h.discard},
		httpkit.Route{Pattern: "POST " + at + "/{quarter}/objections/{objection}", Action: "score.answer", On: h.InCommunity, Do: h.answer},
		httpkit.Route{Pattern: "GET " + at + "/{quarter}/compare", Action: "score.try", On: h.InCommunity, Do: h.compare},
	)
}

// frame is the operator's, or for those who watch over the house their own.
func (h *Pages) frame(ctx context.Context, title string) ui.Shell {
	if !h.May(ctx, "desk.read") && h.May(ctx, "statistics.read") {
		s := h.Shell(ctx, ui.OfficerFrame, "duty", title)
		s.Wide = true
		return s
	}
	return h.DeskShell(ctx, "score", title)
}

// runOf is the score of the quarter in an address, with what was said against it.
func (h *Pages) runOf(r *http.Request, at id.ID) (run *score.Run, objections []score.Objection, err error) {
	ctx := r.Context()
	q, err := period.ParseMonth(r.PathValue("quarter"))
	if err != nil {
		return nil, nil, score.ErrNoRun
	}
	err = h.Flows.DB.View(ctx, at, func(rd db.Reader) error {
		if run, err = h.Flows.Scores.OfQuarter(ctx, rd, at, q); err != nil {
			return err
		}
		if run == nil {
			return score.ErrNoRun
		}
		objections, err = h.Flows.Scores.Objections(ctx, rd, at, run.ID)
		return err
	})
	return run, objections, err
}
