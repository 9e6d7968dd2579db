package checkoutweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/checkout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// serviceView asks for which service at home a sale was paid.
type serviceView struct {
	Form    ui.Form
	Options []ui.Option
	Value   string
	Said    bool
}

// none is the answer that a sale was for no service.
const none = "none"

// serviceOf is what a shop may say of a sale: services of its people for who bought, on
// which no telephone number and no door stands.
func (p *Pages) serviceOf(ctx context.Context, c at, shop *portal.Counter, sent portal.Sent) (*serviceView, error) {
	v := &serviceView{Form: sent.Ask("service", shop.Href("/till/"+c.ID.String()+"/service")), Value: none}
	err := p.Flows.DB.View(ctx, c.community, func(r db.Reader) error {
		is, err := p.Flows.Checkouts.ForOf(ctx, r, c.community, c.ID)
		if err != nil {
			return err
		}
		if v.Said = !is.Assignment.IsZero(); v.Said {
			v.Value = is.Assignment.String()
		}
		all, err := p.Flows.ServicesOfSale(ctx, r, c.community, c.Checkout, shop.Rules.RefundWindowDays+shop.Rules.RequestAheadDays)
		for _, x := range all {
			name := i18n.Message{Key: x.Request.Name}.In(ctx)
			v.Options = append(v.Options, ui.Option{Value: x.ID.String(), Text: i18n.T(ctx, "%s，%s", name, ui.Moment(ctx, shop.Local(x.Request.From)))})
		}
		return err
	})
	if err != nil || len(v.Options) == 0 && !v.Said {
		return nil, err
	}
	if !slices.ContainsFunc(v.Options, func(o ui.Option) bool { return o.Value == v.Value }) {
		v.Value = none // what it was for came to nothing
	}
	v.Value = sent.Typed("service", "service", v.Value)
	v.Options = append(v.Options, ui.Option{Value: none, Text: i18n.T(ctx, "不是上门服务的钱")})
	return v, nil
}

// service notes for which service at home a sale was paid.
func (p *Pages) service(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.ofShop(r)
	if err != nil {
		return err
	}
	var which id.ID
	if said := r.FormValue("service"); said != none {
		if which, err = id.Parse(said); err != nil {
			return checkout.ErrNotFound
		}
	}
	err = p.Flows.NoteService(ctx, c.community, actor(ctx), c.Merchant, c.ID, which)
	return portal.Done(w, r, err, up(r), "service", func(s portal.Sent) error { return p.checkoutPage(w, r, s) })
}
