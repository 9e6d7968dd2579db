package volunteerweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView is whom a shop keeps in reserve.
type shopView struct {
	portal.Counter
	Open  []reserveView
	Past  []ui.Row
	Staff []ui.Option // who can still be asked
	Sent  portal.Sent
}

// pastShown is how many offers that are over a shop sees.
const pastShown = 20

func (h *Pages) reserve(w http.ResponseWriter, r *http.Request) error {
	return h.showReserve(w, r, portal.Sent{})
}

func (h *Pages) showReserve(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := shopView{Counter: c, Sent: sent}
	staff, err := h.Flows.StaffOf(ctx, c.ID, c.Shop.ID)
	if err != nil {
		return err
	}
	var all []*volunteer.Reserve
	if err := h.view(ctx, c.ID, func(rd db.Reader) error {
		all, err = h.svc().ReservesIn(ctx, rd, c.ID, c.Shop.ID)
		return err
	}); err != nil {
		return err
	}
	people := append([]id.ID{}, staff...)
	for _, x := range all {
		people = append(people, x.Person)
	}
	var names map[id.ID]string
	if err := h.view(ctx, id.Tilde, func(rd db.Reader) error {
		names, err = h.Names(ctx, rd, people...)
		return err
	}); err != nil {
		return err
	}
	h.fillShop(ctx, &v, all, staff, names)
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "reserve", i18n.T(ctx, "后备帮手"))
	return h.ShowSent(w, r, sent, s, reservePage(v))
}

func (h *Pages) fillShop(ctx context.Context, v *shopView, all []*volunteer.Reserve, staff []id.ID, names map[id.ID]string) {
	in := make(map[id.ID]bool)
	for _, x := range all {
		switch {
		case x.Open():
			in[x.Person] = true
			v.Open = append(v.Open, h.reserveView(ctx, x, names[x.Person]))
		case len(v.Past) < pastShown:
			v.Past = append(v.Past, ui.Row{Icon: "person", Title: names[x.Person], Text: skillNames(ctx, x.Skills, itself), Tag: volunteer.ReserveName(x.State).In(ctx), Tone: reserveTone(x.State),
				Notes: []string{ui.Moment(ctx, v.Local(x.Since))}})
		}
	}
	for _, who := range staff {
		if !in[who] {
			v.Staff = append(v.Staff, ui.Option{Value: who.String(), Text: names[who]})
		}
	}
}

// offer asks one of the shop's people.
func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	windows, err := readWindows(r)
	if err == nil {
		who, _ := id.Parse(r.FormValue("person")) // nobody: refused as none of the staff
		err = h.Flows.OfferReserve(ctx, authz.Of(ctx).Actor(), at.Place, volunteer.Reserve{Shop: at.Subject, Person: who, Skills: ticked[volunteer.Skill](r, "skills"), Windows: windows})
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/reserve", "offer", func(s portal.Sent) error { return h.showReserve(w, r, s) })
}

func (h *Pages) endReserve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	reserve, err := id.Parse(r.PathValue("reserve"))
	if err != nil {
		return volunteer.ErrNoReserve
	}
	err = h.Flows.EndReserve(ctx, authz.Of(ctx).Actor(), at.Place, at.Subject, reserve, strings.TrimSpace(r.FormValue("words")))
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/reserve", "end", func(s portal.Sent) error { return h.showReserve(w, r, s) })
}
