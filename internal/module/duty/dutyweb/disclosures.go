package dutyweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// itemsAtOnce is how many empty lines the form of goods has.
const itemsAtOnce = 5

// discloseView are a shop's three disclosures, and the forms to make them.
type discloseView struct {
	portal.Counter
	Sent     portal.Sent
	Seated   bool
	Claims   []ui.Row
	Latest   map[duty.Topic]*duty.Disclosure
	Quarters []ui.Option // of which a profit can be declared
	Shares   []shareView
	Lines    int
}

// shareView is a declared profit and what became of its share.
type shareView struct {
	*duty.Disclosure
	Charge  *charge.Charge // the latest slip, nil if there is nothing to pay
	PayLink string         // where it can be paid online, "" nowhere
	Again   string         // where a new slip is made, "" if none is needed
}

func (h *Pages) disclosures(w http.ResponseWriter, r *http.Request) error {
	return h.showDisclosures(w, r, portal.Sent{})
}

func (h *Pages) showDisclosures(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := discloseView{Counter: c, Sent: sent, Latest: make(map[duty.Topic]*duty.Disclosure), Lines: itemsAtOnce}
	if err := h.view(ctx, c.ID, func(rd db.Reader) error { return h.fillDisclosures(ctx, rd, &v) }); err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "duty", i18n.T(ctx, "三公开"))
	s.Back = ui.Link{Href: c.Href("/duty"), Text: i18n.T(ctx, "责任")}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, s, disclosePage(v))
}

func (h *Pages) fillDisclosures(ctx context.Context, rd db.Reader, v *discloseView) error {
	o, err := h.Flows.Obligations(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	made, err := h.Flows.Duties.DisclosuresOf(ctx, rd, v.ID, v.Shop.ID)
	if err != nil {
		return err
	}
	declared := make(map[period.Month]bool)
	v.Shares, v.Quarters = nil, nil
	for _, d := range made {
		v.Latest[d.Topic] = d
		if d.Topic != duty.Profit {
			continue
		}
		declared[d.Quarter] = true
		s := shareView{Disclosure: d}
		slips, err := h.Flows.Charges.Of(ctx, rd, v.ID, d.ID)
		if err != nil {
			return err
		}
		if n := len(slips); n > 0 {
			if s.Charge = &slips[n-1]; !s.Charge.Open() && !s.Charge.Paid() {
				s.Again = v.Href("/duty/shares/" + d.ID.String())
			}
			s.PayLink = h.PayLink(v.ID, s.Charge.Code)
		}
		v.Shares = append([]shareView{s}, v.Shares...)
	}
	if d := v.Latest[duty.Goods]; d != nil {
		v.Lines = max(v.Lines, min(duty.ItemsMost, len(d.Items)+2))
	}
	seat := o.SeatOf(v.Shop.ID)
	if v.Seated = seat != nil; !v.Seated {
		return nil
	}
	v.Claims = claimRows(ctx, &shopView{Counter: v.Counter}, duty.Owed(&o.Alliance, seat, made, o.Today), o.Today)
	for q := o.Today.Month().Quarter() - 3; q >= o.Today.Month().Quarter()-12 && q.First() >= seat.From-92; q -= 3 {
		if !declared[q] {
			v.Quarters = append(v.Quarters, ui.Option{Value: q.String(), Text: ui.Quarter(ctx, q)})
		}
	}
	return nil
}

// item is what stands in a line of the form of goods: what was typed, else what was
// disclosed last.
func (v *discloseView) item(n int, field string) string {
	first := ""
	if d := v.Latest[duty.Goods]; d != nil && n < len(d.Items) {
		i := d.Items[n]
		switch field {
		case "name":
			first = i.Name
		case "unit":
			first = i.Unit
		case "cost":
			first = i.Cost.Decimal(money.CNY)
		case "price":
			first = i.Price.Decimal(money.CNY)
		}
	}
	return v.Sent.Typed(string(duty.Goods), field+strconv.Itoa(n), first)
}

// disclose takes one of the three forms.
func (h *Pages) disclose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	d := duty.Disclosure{Merchant: at.Subject, Topic: duty.Topic(r.PathValue("topic")), Words: portal.Prose(r, "words")}
	if err = readDisclosure(r, &d); err == nil {
		_, err = h.Flows.Disclose(ctx, at.Place, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), d)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/duty/disclosures", string(d.Topic), func(s portal.Sent) error { return h.showDisclosures(w, r, s) })
}

// readDisclosure reads what belongs to the topic.
func readDisclosure(r *http.Request, d *duty.Disclosure) (err error) {
	switch d.Topic {
	case duty.Goods:
		for n := range duty.ItemsMost {
			i := duty.Item{Name: strings.TrimSpace(r.FormValue("name" + strconv.Itoa(n))), Unit: strings.TrimSpace(r.FormValue("unit" + strconv.Itoa(n)))}
			if i.Name == "" {
				continue
			}
			for field, into := range map[string]*money.Amount{"cost": &i.Cost, "price": &i.Price} {
				if *into, err = portal.Yuan(r, field+strconv.Itoa(n)); err != nil {
					return err
				}
			}
			d.Items = append(d.Items, i)
		}
	case duty.Profit:
		if d.Quarter, err = period.ParseMonth(r.FormValue("quarter")); err != nil {
			return duty.ErrBadQuarter.On("quarter")
		}
		if d.Profit, err = portal.Yuan(r, "profit"); err != nil {
			return err
		}
	}
	return nil
}

// shareAgain makes a new slip for a share whose slip has expired.
func (h *Pages) shareAgain(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	n, err := id.Parse(r.PathValue("disclosure"))
	if err != nil {
		return duty.ErrNoDisclosure
	}
	if err := h.view(ctx, at.Place, func(rd db.Reader) error {
		d, err := h.Flows.Duties.DisclosureByID(ctx, rd, at.Place, n)
		if err == nil && d.Merchant != at.Subject {
			err = duty.ErrNoDisclosure
		}
		return err
	}); err != nil {
		return err
	}
	if err := h.Flows.AskShareAgain(ctx, at.Place, authz.Of(ctx).Actor(), n); err != nil {
		return err
	}
	http.Redirect(w, r, "/shop/"+at.Subject.String()+"/duty/disclosures#profit", http.StatusSeeOther)
	return nil
}

// publicView is what one shop disclosed, for everybody.
type publicView struct {
	portal.Room
	Shop   *merchant.Merchant
	Claims []duty.Claim
	Shares []*duty.Disclosure // declared profits, the latest first
	Stands int
}

// public shows what a shop disclosed.
func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil || room.Shops[shop] == nil {
		return merchant.ErrNotFound
	}
	v := publicView{Room: room, Shop: room.Shops[shop]}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		o, err := h.Flows.Obligations(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		made, err := h.Flows.Duties.DisclosuresOf(ctx, rd, room.ID, shop)
		if err != nil {
			return err
		}
		v.Shares, v.Claims = nil, nil
		for _, d := range made {
			if d.Topic == duty.Profit {
				v.Shares = append([]*duty.Disclosure{d}, v.Shares...)
			}
		}
		if seat := o.SeatOf(shop); seat != nil {
			v.Claims = duty.Owed(&o.Alliance, seat, made, o.Today)
			v.Stands = duty.Standing(v.Claims, o.Today)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "%s的三公开", room.ShopName(ctx, shop)), ""), publicPage(v))
}

// allPublic lists the shops of a community with what they disclosed.
func (h *Pages) allPublic(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	var rows []ui.Row
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		o, err := h.Flows.Obligations(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		made, err := h.Flows.Duties.Disclosures(ctx, rd, room.ID, o.Today.Plus(-36))
		if err != nil {
			return err
		}
		rows = nil
		for _, s := range o.Seated() {
			n := duty.Standing(duty.Owed(&o.Alliance, &s, made[s.Merchant], o.Today), o.Today)
			row := ui.Row{Href: room.Path("/shops/" + s.Merchant.String() + "/disclosures"), Icon: "store", Title: room.ShopName(ctx, s.Merchant), Tag: i18n.T(ctx, "三项里有 %d 项按时", n), Tone: ui.OK}
			if n < len(duty.Topics) {
				row.Tone = ui.Soon
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "各店三公开"), ""), allPublicPage(portal.PlaceName(room.Place), rows))
}
