// Package dutyweb are the pages of what seated shops owe (C3, C4, C5): a shop sees how
// its month stands and what is next, discloses, speaks and appeals; anybody reads what
// was disclosed and decided; the office and the committee see who is behind, and decide.
package dutyweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of duties.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their doors.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	const read, change, open = "duty.read", "duty.change", "duty_public.read"
	p.Add(
		portal.Door{Kind: ui.MerchantFrame, Key: "duty", Href: "/shop/{shop}/duty", Icon: "clipboard", Text: i18n.M("责任"), Action: read},
		portal.Door{Kind: ui.OperatorFrame, Key: "duty", Href: "/desk/duty", Icon: "clipboard", Text: i18n.M("责任和违约"), Group: i18n.M("联盟的规矩"), Action: "duty_desk.read"},
		portal.Door{Kind: ui.OfficerFrame, Key: "duty", Href: "/desk/duty", Icon: "clipboard", Text: i18n.M("商家责任"), Action: "duty_desk.read"},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/duty", Action: read, On: portal.OfShop, Do: h.shop},
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/export", Action: read, On: portal.OfShop, Do: h.exportShop},
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/months/{month}", Action: read, On: portal.OfShop, Do: h.month},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/services", Action: change, On: portal.OfShop, Do: h.give},
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/disclosures", Action: read, On: portal.OfShop, Do: h.disclosures},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/disclosures/{topic}", Action: change, On: portal.OfShop, Do: h.disclose},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/shares/{disclosure}", Action: change, On: portal.OfShop, Do: h.shareAgain},
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/breaches/{breach}", Action: read, On: portal.OfShop, Do: h.shopBreach},
		httpkit.Route{Pattern: "GET /shop/{shop}/duty/breaches/{breach}/photos/{evidence}", Action: read, On: portal.OfShop, Do: h.shopPhoto},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/breaches/{breach}/statement", Action: change, On: portal.OfShop, Do: h.state},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/breaches/{breach}/appeal", Action: change, On: portal.OfShop, Do: h.appeal},
		httpkit.Route{Pattern: "POST /shop/{shop}/duty/breaches/{breach}/evidence", Action: change, On: portal.OfShop, Upload: portal.UploadMost, Do: h.shopEvidence},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/breaches", Action: open, On: p.InCommunity, Do: h.notices},
		httpkit.Route{Pattern: "GET /c/{community}/disclosures", Action: open, On: p.InCommunity, Do: h.allPublic},
		httpkit.Route{Pattern: "GET /c/{community}/shops/{shop}/disclosures", Action: open, On: p.InCommunity, Do: h.public},
	)
	h.deskRoutes(t)
}

func (h *Pages) deskRoutes(t *httpkit.Router) {
	const look, take, handle = "duty_desk.read", "duty_desk.export", "breach.handle"
	const at = "/desk/duty/{community}"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/duty", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "duty", i18n.M("责任和违约"))},
		httpkit.Route{Pattern: "GET " + at, Action: look, On: h.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET " + at + "/export", Action: take, On: h.InCommunity, Do: h.exportDesk},
		httpkit.Route{Pattern: "POST " + at + "/services/{service}", Action: "service.confirm", On: h.InCommunity, Do: h.answerService},
		httpkit.Route{Pattern: "GET " + at + "/breaches", Action: look, On: h.InCommunity, Do: h.allBreaches},
		httpkit.Route{Pattern: "GET " + at + "/breaches/export", Action: take, On: h.InCommunity, Do: h.exportBreaches},
		httpkit.Route{Pattern: "POST " + at + "/breaches", Action: handle, On: h.InCommunity, Do: h.openBreach},
		httpkit.Route{Pattern: "GET " + at + "/breaches/{breach}", Action: look, On: h.InCommunity, Do: h.deskBreach},
		httpkit.Route{Pattern: "GET " + at + "/breaches/{breach}/photos/{evidence}", Action: look, On: h.InCommunity, Do: h.deskPhoto},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/evidence", Action: handle, On: h.InCommunity, Upload: portal.UploadMost, Do: h.deskEvidence},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/withdrawal", Action: handle, On: h.InCommunity, Do: h.withdraw},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/ballot", Action: handle, On: h.InCommunity, Do: h.ballot},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/appeal_ballot", Action: handle, On: h.InCommunity, Do: h.appealBallot},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/confirmation", Action: "breach.confirm", On: h.InCommunity, Do: h.confirm},
		httpkit.Route{Pattern: "POST " + at + "/breaches/{breach}/ruling", Action: "breach.mediate", On: h.InCommunity, Do: h.rule},
		httpkit.Route{Pattern: "GET " + at + "/disclosures", Action: look, On: h.InCommunity, Do: h.deskDisclosures},
		httpkit.Route{Pattern: "POST /desk/checks/{community}/{disclosure}", Action: "disclosure.check", On: h.InCommunity, Do: h.check},
	)
}

// deskFrame is the operator's, or for those who watch over the house their own.
func (h *Pages) deskFrame(ctx context.Context, title string) ui.Shell {
	if !h.May(ctx, "desk.read") && h.May(ctx, "statistics.read") {
		s := h.Shell(ctx, ui.OfficerFrame, "duty", title)
		s.Wide = true
		return s
	}
	return h.DeskShell(ctx, "duty", title)
}

func (h *Pages) view(ctx context.Context, at id.ID, fn func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, at, fn)
}

// breachIn is the breach in an address.
func (h *Pages) breachIn(r *http.Request, at id.ID) (b *duty.Breach, err error) {
	n, err := id.Parse(r.PathValue("breach"))
	if err != nil {
		return nil, duty.ErrNoBreach
	}
	err = h.view(r.Context(), at, func(rd db.Reader) error {
		b, err = h.Flows.Duties.BreachByID(r.Context(), rd, at, n)
		return err
	})
	return b, err
}

// show adds evidence of one side to a breach: words, and a photo if there is one.
func (h *Pages) show(r *http.Request, at id.ID, b *duty.Breach, side duty.Side) error {
	ctx := r.Context()
	file, err := portal.PictureIn(r, "photo")
	if err != nil {
		return err
	}
	return h.Flows.ShowEvidence(ctx, at, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), duty.Evidence{Breach: b.ID, Side: side, Kind: duty.Text, Words: portal.Prose(r, "evidence")}, file)
}

// photo answers with a photo of a breach.
func (h *Pages) photo(w http.ResponseWriter, r *http.Request, at id.ID, b *duty.Breach) error {
	ctx := r.Context()
	return h.view(ctx, at, func(rd db.Reader) error {
		all, err := h.Flows.Duties.EvidenceOf(ctx, rd, at, b.ID)
		if err != nil {
			return err
		}
		for _, e := range all {
			if e.ID.String() == r.PathValue("evidence") && !e.File.IsZero() {
				f, err := h.Flows.Files.ByID(ctx, rd, at, e.File)
				if err != nil {
					return err
				}
				return portal.SendFile(w, r, f, httpkit.Never)
			}
		}
		return duty.ErrNoBreach
	})
}

// lastMinute is a deadline as people read it.
func lastMinute(ctx context.Context, room *portal.Room, due time.Time) string {
	return ui.Moment(ctx, room.Local(due.Add(-time.Minute)))
}

// step goes on with a breach of a shop by its owner.
func (h *Pages) step(ctx context.Context, at id.ID, b *duty.Breach, s duty.Step) error {
	_, err := h.Flows.StepBreach(ctx, at, authz.Of(ctx).Actor(), b.ID, s)
	return err
}
