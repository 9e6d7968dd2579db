package marketdayweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listView are the market days of where somebody lives.
type listView struct {
	Known       bool
	SignIn      string
	Ahead, Past []ui.Row
	Mine        []ui.Row // what she paid lately
}

// shown is how many past days and payments a page lists.
const shown = 10

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.HomeSpot(ctx)
	if err != nil {
		return err
	}
	v := listView{Known: known, SignIn: httpkit.SignInPath + "?" + url.Values{"to": {"/market"}}.Encode()}
	if known {
		if err := h.fillList(ctx, &at, &v); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "开市"))
	s.Private, s.Back = known, ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.Show(w, r, s, listPage(v))
}

func (h *Pages) fillList(ctx context.Context, at *portal.Spot, v *listView) error {
	mine := h.OpensTo(ctx, "/market/{at}/{day}", authz.Resource{Owner: authz.Of(ctx).Acting()})
	href := func(d *marketday.Day) string {
		if mine {
			return dayHref(at.ID, d.ID)
		}
		return openHref(at.Ref, d.ID)
	}
	return h.view(ctx, at.ID, func(rd db.Reader) error {
		ahead, err := h.svc().Days(ctx, rd, at.ID, at.Now.Add(-marketday.LeftOpen))
		if err != nil {
			return err
		}
		for _, d := range ahead {
			if !d.Over() {
				v.Ahead = append(v.Ahead, dayRow(ctx, href(d), at.Now.Location(), d))
			}
		}
		past, err := h.svc().Ended(ctx, rd, at.ID, shown)
		if err != nil {
			return err
		}
		for _, d := range past {
			v.Past = append(v.Past, dayRow(ctx, openHref(at.Ref, d.ID), at.Now.Location(), d))
		}
		if !mine {
			return nil
		}
		paid, err := h.svc().PaymentsOf(ctx, rd, at.ID, at.Me.ID)
		for _, p := range paid[:min(len(paid), shown)] {
			v.Mine = append(v.Mine, paymentRow(ctx, paymentHref(at.ID, p.ID), at.Now.Location(), p, at.Rules.CoinsPerHour))
		}
		return err
	})
}

func paymentHref(at, payment id.ID) string {
	return "/market/" + at.String() + "/payments/" + payment.String()
}

// near is the market day of today, for the first page of residents.
func (h *Pages) near(ctx context.Context, place id.ID) (rows []ui.Row, err error) {
	at, known, err := h.HomeSpot(ctx)
	if err != nil || !known || at.ID != place {
		return nil, err
	}
	tomorrow := (at.Today + 1).Start(at.Now.Location())
	return rows, h.view(ctx, at.ID, func(rd db.Reader) error {
		days, err := h.svc().Days(ctx, rd, at.ID, at.Now)
		for _, d := range days {
			if !d.Over() && d.Begins.Before(tomorrow) {
				rows = append(rows, dayRow(ctx, "/market", at.Now.Location(), d))
			}
		}
		return err
	})
}

// dayView is one market day for a neighbour.
type dayView struct {
	portal.Spot
	Day       *marketday.Day
	When      string
	Tag       string
	Tone      ui.Tone
	Tally     marketday.Tally
	Stats     []ui.Stat
	Mine      []ui.Row
	Services  []ui.Row
	Goods     []ui.Row
	Free      int
	CanTake   bool
	Who       []ui.Option // in whose name; empty where there is no choice
	Sent      portal.Sent
	Form      ui.Form
	Stream    string
	OpenLink  string
	OverWords string
}

func (h *Pages) day(w http.ResponseWriter, r *http.Request) error {
	return h.showDay(w, r, portal.Sent{})
}

func (h *Pages) showDay(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	d, err := h.dayIn(r, at.ID)
	if err != nil {
		return err
	}
	v := dayView{Spot: at, Day: d, When: when(ctx, at.Now.Location(), d), Sent: sent, OpenLink: openHref(at.Ref, d.ID), OverWords: offWords(d)}
	v.Stream = v.OpenLink + "/stream"
	v.Tone, v.Tag = stateTag(ctx, d)
	who, shops, err := h.holding(ctx, &at)
	if err != nil {
		return err
	}
	if err := h.view(ctx, at.ID, func(rd db.Reader) error { v.Tally, err = h.Flows.MarketTally(ctx, rd, at.ID, d.ID); return err }); err != nil {
		return err
	}
	v.Stats, v.Free = stats(ctx, &v.Tally, at.Rules.CoinsPerHour), d.Tables
	for i := range v.Tally.Stalls {
		x := &v.Tally.Stalls[i]
		if x.End != nil {
			continue
		}
		v.Free--
		row := stallRow(ctx, stallHref(at.ID, x.Stall), x, at.Rules.CoinsPerHour)
		switch {
		case who.Has(x.Stall):
			v.Mine = append(v.Mine, row)
		case x.Sort == marketday.Goods:
			v.Goods = append(v.Goods, row)
		default:
			v.Services = append(v.Services, row)
		}
	}
	own := authz.Of(ctx).Acting() == authz.Of(ctx).Person
	v.CanTake = own && !d.Over() && at.Now.Before(d.Ends) && v.Free > 0
	if len(shops) > 0 {
		v.Who = append(v.Who, ui.Option{Value: "me", Text: i18n.T(ctx, "我自己")})
		for _, s := range shops {
			v.Who = append(v.Who, ui.Option{Value: s.ID.String(), Text: s.Name})
		}
	}
	v.Form = sent.Once("stall", dayHref(at.ID, d.ID)+"/stalls")
	s := h.Shell(ctx, ui.ResidentFrame, "help", d.Title)
	s.Back = ui.Link{Href: "/market", Text: i18n.T(ctx, "开市")}
	return h.ShowSent(w, r, sent, s, dayPage(v))
}

// stallTyped reads what somebody said of a stall.
func stallTyped(r *http.Request, day id.ID) marketday.Stall {
	x := marketday.Stall{Day: day, Sort: marketday.Sort(r.FormValue("sort")), Title: strings.TrimSpace(r.FormValue("title")), About: portal.Prose(r, "about")}
	if x.Sort == marketday.OnTheSpot {
		x.Minutes, _ = strconv.Atoi(strings.TrimSpace(r.FormValue("minutes"))) // none is refused
	}
	return x
}

func (h *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	d, err := h.dayIn(r, at.ID)
	if err != nil {
		return err
	}
	x, to := stallTyped(r, d.ID), dayHref(at.ID, d.ID)
	if x.Member = at.Me.ID; r.FormValue("who") != "" && r.FormValue("who") != "me" {
		_, shops, err := h.holding(ctx, &at)
		if err != nil {
			return err
		}
		x.Member = id.ID{}
		for _, s := range shops {
			if s.ID.String() == r.FormValue("who") {
				x.Shop = s.ID
			}
		}
	}
	taken, err := h.Flows.TakeStall(ctx, at.ID, actor(ctx), x, false, r.FormValue(ui.TokenName))
	if err == nil && taken != nil {
		to = stallHref(at.ID, taken)
	}
	return portal.Done(w, r, err, to, "stall", func(s portal.Sent) error { return h.showDay(w, r, s) })
}

// undoUntil is until when a payment can be undone.
func undoUntil(ctx context.Context, at *portal.Spot, p *marketday.Payment) (until time.Time, may bool) {
	local := p.At.In(at.Now.Location())
	y, m, d := local.Date()
	until = time.Date(y, m, d+1, 0, 0, 0, 0, at.Now.Location())
	return until, p.MayUndo(at.Now, until) == nil
}
