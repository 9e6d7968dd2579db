package scoreweb

import (
	"net/http"
	"net/url"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are the quarters of a community.
type deskView struct {
	portal.Room
	Sent     portal.Sent
	Runs     []ui.Row
	Runnable []ui.Option // quarters of which a score can be made
	Weights  score.Weights
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, Weights: score.WeightsOf(&room.Rules.Alliance)}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Scores.Quarters(ctx, rd, room.ID, room.Today.Month()-36)
		if err != nil {
			return err
		}
		have := make(map[period.Month]bool)
		v.Runs, v.Runnable = nil, nil
		for _, x := range all {
			have[x.Quarter] = true
			row := ui.Row{Href: room.Desk("score", "/"+x.Quarter.String()), Icon: "chart", Title: ui.Quarter(ctx, x.Quarter), Tag: score.StateName(x.State()).In(ctx), Tone: toneOf(x.State())}
			if u := x.Until(); !u.IsZero() {
				row.Text = i18n.T(ctx, "异议到 %s", ui.Moment(ctx, room.Local(u.Add(-1))))
			}
			v.Runs = append(v.Runs, row)
		}
		judged, any, err := h.Flows.Duties.LastJudged(ctx, rd, room.ID)
		if err != nil || !any || !h.MayIn(ctx, "score.run", room.ID) {
			return err
		}
		for q := score.QuarterOver(judged); q > judged-15; q -= 3 {
			if !have[q] {
				v.Runnable = append(v.Runnable, ui.Option{Value: q.String(), Text: ui.Quarter(ctx, q)})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.frame(ctx, i18n.T(ctx, "季度评分")), deskPage(v))
}

func toneOf(s score.State) ui.Tone {
	switch s {
	case score.Final:
		return ui.OK
	case score.Drafted:
		return ui.Act
	case score.Published, score.Recomputed:
		return ui.Soon
	}
	return ui.Tell
}

// draft makes the score of a quarter.
func (h *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	q, err := period.ParseMonth(r.FormValue("quarter"))
	if err != nil {
		err = score.ErrBadQuarter.On("quarter")
	} else {
		_, err = h.Flows.DraftScore(ctx, at.ID, authz.Of(ctx).Actor(), q)
	}
	return portal.Done(w, r, err, deskPath(at.Ref, q), "draft", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func deskPath(ref string, q period.Month) string {
	return "/desk/score/" + url.PathEscape(ref) + "/" + q.String()
}
