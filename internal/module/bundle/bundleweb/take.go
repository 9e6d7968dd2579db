package bundleweb

import (
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// takeView is where a shop gives its part to who shows the code.
type takeView struct {
	portal.Counter
	Form  ui.Form
	Typed string
	Taken *bundle.Taken // a moment ago
	Rows  []ui.Row
}

// takenShown is how many of the latest takings the page lists.
const takenShown = 20

func (h *Pages) takePage(w http.ResponseWriter, r *http.Request) error {
	return h.showTake(w, r, portal.Sent{})
}

func (h *Pages) showTake(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := takeView{Counter: c, Form: sent.Once("take", c.Href("/bundles/take")), Typed: sent.Typed("take", "code", "")}
	v.Form.Busy = i18n.T(ctx, "正在核销")
	err = h.view(ctx, c.ID, func(rd db.Reader) error {
		all, err := h.svc().TakenAt(ctx, rd, c.ID, c.Shop.ID, takenShown)
		for i := range all {
			k := &all[i]
			if strconv.FormatInt(k.Seq, 10) == r.URL.Query().Get("taken") {
				v.Taken = k
			}
			v.Rows = append(v.Rows, ui.Row{Icon: "checked", Title: k.About, Text: k.Name, Notes: []string{ui.Moment(ctx, c.Local(k.At))}, End: "¥ " + ui.Yuan(k.Share), In: true})
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.shopShell(ctx, &c, i18n.T(ctx, "核销套餐")), takePage(v))
}

func (h *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	to := "/shop/" + at.Subject.String() + "/bundles/take"
	got, err := h.Flows.TakeBundlePart(ctx, at.Place, authz.Of(ctx).Actor(), flow.BundleTaking{Shop: at.Subject, Code: portal.Type(r).Line("code"), Token: r.FormValue(ui.TokenName)})
	if err == nil {
		to += "?taken=" + strconv.FormatInt(got.Seq, 10)
	}
	return portal.Done(w, r, err, to, "take", func(s portal.Sent) error { return h.showTake(w, r, s) })
}
