// Package pointsweb are the pages of points (B5): what a resident gets for hers, how
// she collects it and pays a part of her property fee; the counter of a shop or a
// pickup point, made for one thumb; the office with catalogue, stock, claims and
// thanks; and the property manager's files.
package pointsweb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of points.
type Pages struct {
	*portal.Portal

	// Base is the address of the house, for codes that a telephone's camera opens.
	Base func(ctx context.Context) string
}

// Routes adds the pages and their doors.
func (p *Pages) Routes(t *httpkit.Router) {
	p.Add(portal.Door{Kind: ui.MerchantFrame, Key: "counter", Href: "/shop/{shop}/counter", Icon: "gift", Text: i18n.M("领取柜台"), Action: "counter.read"})
	group := i18n.M("积分和同壹币")
	p.Add(
		portal.Door{Kind: ui.FieldFrame, Key: "point", Href: "/point", Icon: "gift", Text: i18n.M("领取柜台"), Action: "point.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "goods", Href: "/desk/points", Icon: "gift", Text: i18n.M("兑换目录"), Group: group, Action: "catalogue.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "claims", Href: "/desk/points/claims", Icon: "undo", Text: i18n.M("说不好的"), Group: group, Action: "redemption.read", Count: p.claimCount},
		portal.Door{Kind: ui.OperatorFrame, Key: "thanks", Href: "/desk/thanks", Icon: "star", Text: i18n.M("发放积分"), Group: group, Action: "thanks.read"},
		portal.Door{Kind: ui.OperatorFrame, Key: "property", Href: "/desk/property", Icon: "building", Text: i18n.M("物业抵扣"), Group: group, Action: "property.read"},
	)
	p.residentRoutes(t)
	p.counterRoutes(t)
	p.deskRoutes(t)
	p.thanksRoutes(t)
	p.propertyRoutes(t)
}

// key reads an id of an address; what is none names nothing.
func key(r *http.Request, name string, missing *fault.Fault) (id.ID, error) {
	v, err := id.Parse(r.PathValue(name))
	if err != nil {
		return v, missing
	}
	return v, nil
}

func (p *Pages) view(ctx context.Context, at id.ID, fn func(r db.Reader) error) error {
	return p.Flows.DB.View(ctx, at, fn)
}

func (p *Pages) update(ctx context.Context, at id.ID, fn func(tx *db.Tx) error) error {
	return p.Flows.DB.Update(ctx, at, authz.Of(ctx).Actor(), fn)
}

func see(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// again shows a page once more with what is wrong in its form.
func again(ctx context.Context, err error, show func(status int, wrong []ui.Wrong) error) error {
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return show(status, wrong)
}

// today is the civil day of a community.
func (p *Pages) today(ctx context.Context, at id.ID) (period.Day, *time.Location, error) {
	zone, err := p.Zone(ctx, at)
	if err != nil {
		return 0, nil, err
	}
	return period.DayOf(p.Flows.DB.Clock().Now(), zone), zone, nil
}

// number reads a whole number of a form; what is none is refused on its field.
func number(r *http.Request, field string, bad *fault.Fault) (int64, error) {
	text := r.FormValue(field)
	if text == "" {
		return 0, nil
	}
	v, err := money.Parse(text, money.Point)
	if err != nil || v < 0 {
		return 0, bad.On(field)
	}
	return int64(v), nil
}

// yuan reads an amount of money of a form.
func yuan(r *http.Request, field string, bad *fault.Fault) (money.Amount, error) {
	v, err := money.Parse(r.FormValue(field), money.CNY)
	if err != nil || v < 0 {
		return 0, bad.On(field)
	}
	return v, nil
}

// day reads a day of a form, 0 if it is empty.
func day(r *http.Request, field string, bad *fault.Fault) (period.Day, error) {
	text := r.FormValue(field)
	if text == "" {
		return 0, nil
	}
	d, err := period.ParseDay(text)
	if err != nil {
		return 0, bad.On(field)
	}
	return d, nil
}

// parts reads a form that carries files.
func parts(r *http.Request, memory int64) error {
	err := r.ParseMultipartForm(memory)
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return httpkit.ErrNotAForm
}

// typed keeps what somebody wrote into a form that was refused.
func typed(r *http.Request, wrong []ui.Wrong, fields ...string) map[string]string {
	kept := make(map[string]string)
	if wrong != nil {
		for _, f := range fields {
			kept[f] = r.FormValue(f)
		}
	}
	return kept
}

// pictureHref is where a picture of a good is.
func pictureHref(at community.Place, picture id.ID) string {
	if picture.IsZero() {
		return ""
	}
	return "/points/pictures/" + at.Ref + "/" + picture.String()
}

// iconOf stands in for a good without a picture.
func iconOf(k points.Kind) string {
	if k == points.Doing {
		return "wrench"
	}
	return "gift"
}

// helping reports whether the viewer acts for somebody else.
func helping(ctx context.Context) bool { return !authz.Of(ctx).For.IsZero() }

// desk is the frame of the office.
func (p *Pages) desk(ctx context.Context, active, title string) ui.Shell {
	return p.Shell(ctx, ui.OperatorFrame, active, title)
}

// names are how the actors of records are called.
func (p *Pages) names(ctx context.Context, by ...string) (map[string]string, error) {
	var who []id.ID
	for _, b := range by {
		if person, ok := access.PersonIn(b); ok {
			who = append(who, person)
		}
	}
	called := make(map[string]string, len(by))
	err := p.view(ctx, id.Tilde, func(r db.Reader) error {
		names, err := p.Flows.Names(ctx, r, who...)
		for _, b := range by {
			person, _ := access.PersonIn(b)
			called[b] = names[person]
		}
		return err
	})
	return called, err
}

// moment writes an instant where a community is.
func moment(ctx context.Context, at time.Time, zone *time.Location) string {
	return ui.Moment(ctx, at.In(zone))
}

// form is the mark of a form by how many of its sort there were before: sent twice it
// is the same, opened again after it counted it is another.
func form(what string, before int) string { return fmt.Sprintf("%s/%d", what, before) }
