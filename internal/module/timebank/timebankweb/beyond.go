package timebankweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// askingAt is where the viewer asks: the community that a form names, where she visits,
// else her own.
func (h *Pages) askingAt(r *http.Request) (s spot, known bool, err error) {
	at, bad := id.Parse(r.FormValue("at"))
	if bad != nil {
		return h.home(r.Context())
	}
	if s, err = h.spotAt(r.Context(), at); fault.KindOf(err) == fault.NotFound {
		err = timebank.ErrNotFound
	}
	return s, err == nil, err
}

// fillNext asks whether a request may be told in the communities next door. A guest's may
// not: she is from there.
func (h *Pages) fillNext(ctx context.Context, v *askView) error {
	if v.guest() {
		return nil
	}
	partners, err := h.Flows.Partners(ctx, v.ID, &v.Rules)
	var names []string
	for _, p := range partners {
		names = append(names, portal.PlaceName(p.Place))
	}
	v.Near = strings.Join(names, i18n.T(ctx, "、"))
	first := ""
	if v.Rules.BeyondFirst == 1 && v.Desk == nil { // the desk ticks it when she was asked
		first = "yes"
	}
	if v.Beyond = first; v.Sent.Form == v.Form.In {
		v.Beyond = v.Sent.Typed(v.Form.In, "beyond", "") // what is not ticked is not sent
	}
	return err
}

// guestView is a community where the viewer visits.
type guestView struct {
	spot
	Lines []ui.Line
	Kinds []kindCard
	Rows  []ui.Row
	None  bool // the two communities have no agreement
}

// asGuest is where who visits a community asks there, with what she brought.
func (h *Pages) asGuest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.here(r)
	if err != nil {
		return err
	}
	if !at.guest() {
		http.Redirect(w, r, "/help", http.StatusSeeOther)
		return nil
	}
	v := guestView{spot: at, None: true}
	partners, err := h.Flows.Partners(ctx, at.ID, &at.Rules)
	if err != nil {
		return err
	}
	for _, p := range partners {
		v.None = v.None && p.ID != at.Me.Home
	}
	if err := h.view(ctx, at.ID, func(rd db.Reader) error {
		held, err := h.Flows.Ledger.Holding(ctx, rd, at.ID, ledger.Of(party.Owner{Kind: party.Member, ID: at.Me.ID}, ledger.Coins))
		if err != nil {
			return err
		}
		v.Lines = []ui.Line{{Text: i18n.T(ctx, "您在这里有"), Num: ui.ServiceTime(ctx, held.Balance, at.Rules.CoinsPerHour)}}
		kinds, err := h.svc().Kinds(ctx, rd, at.ID)
		for _, k := range kinds {
			if !k.Off {
				card := cardOf(ctx, &k)
				card.Href += "&" + url.Values{"at": {at.ID.String()}}.Encode()
				v.Kinds = append(v.Kinds, card)
			}
		}
		return err
	}); err != nil {
		return err
	}
	wait, err := h.waitRows(ctx, &at)
	if err != nil {
		return err
	}
	today, err := h.todayRows(ctx, &at)
	if err != nil {
		return err
	}
	v.Rows = append(wait, today...)
	s := h.Shell(ctx, ui.ResidentFrame, "help", portal.PlaceName(at.Place))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.Show(w, r, s, guestPage(v))
}

// visits are the communities next to the viewer's where she is known.
func (h *Pages) visits(ctx context.Context, home *spot) (all []spot, err error) {
	partners, err := h.Flows.Partners(ctx, home.ID, &home.Rules)
	for _, p := range partners {
		at, err := h.spotAt(ctx, p.ID)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	return all, err
}

// abroad are what waits for her word next door, and what she asked and promised there.
func (h *Pages) abroad(ctx context.Context, home *spot) (wait, today []ui.Row, err error) {
	all, err := h.visits(ctx, home)
	for i := range all {
		some, err := h.waitRows(ctx, &all[i])
		if err != nil {
			return nil, nil, err
		}
		more, err := h.todayRows(ctx, &all[i])
		if err != nil {
			return nil, nil, err
		}
		for _, rows := range [][]ui.Row{some, more} {
			for j := range rows {
				rows[j].Notes = append([]string{portal.PlaceName(all[i].Place)}, rows[j].Notes...)
			}
		}
		wait, today = append(wait, some...), append(today, more...)
	}
	return wait, today, err
}

// nextDoor lets the desk ask in neighbouring communities at once.
func (h *Pages) nextDoor(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "neighbours", func(ctx context.Context, p *place, request, _ id.ID) error {
		return h.Flows.AskNextDoor(ctx, p.ID, actor(ctx), request)
	})
}

// fillNextDoor offers the desk to ask next door at once, where that can be and was not done.
func (h *Pages) fillNextDoor(ctx context.Context, v *deskOneView) error {
	partners, err := h.Flows.Partners(ctx, v.ID, &v.Rules)
	if err != nil || len(partners) == 0 || !v.Keep || v.Free == 0 {
		return err
	}
	var said timebank.Beyond
	if err := h.view(ctx, v.ID, func(rd db.Reader) error {
		all, err := h.svc().Beyonds(ctx, rd, v.ID)
		said = all[v.Q.ID]
		return err
	}); err != nil || !said.Agreed || said.Now {
		return err
	}
	v.NextDoor = &ui.Confirm{ID: "next-door", Open: i18n.T(ctx, "现在就问邻近社区"), Class: "sm", Title: i18n.T(ctx, "现在就问邻近社区的志愿者？"), Text: i18n.T(ctx, "不等本社区的人回话。那边的人答应以前，看不到门牌和电话。"),
		Action: v.request(v.Q.ID) + "/neighbours", Do: i18n.T(ctx, "现在就问")}
	return nil
}
