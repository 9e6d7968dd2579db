package bundleweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// formView is the form of a bundle; Shop is who proposes it, zero on the desk.
type formView struct {
	Room   *portal.Room
	Form   ui.Form
	Sent   portal.Sent
	Shop   id.ID
	Crumbs []ui.Link // on the desk
}

// partsShown is how many parts a form has room for.
const partsShown = 6

func partField(name string, n int) string { return name + strconv.Itoa(n+1) }

// termsIn are the terms that a form says. The first part of the form is the pack's, which
// is collected in one of the shops that are ticked.
func termsIn(r *http.Request, shop id.ID) (bundle.Terms, error) {
	f := portal.Type(r)
	t := bundle.Terms{
		Name: f.Line("name"), Words: portal.Prose(r, "about"), Kind: bundle.Kind(f.Line("kind")), Shop: shop, Price: f.Yuan("price"),
		Opens: f.Day("opens"), Closes: f.Day("closes"), Days: f.Number("days"), PerPerson: f.Number("per_person"), Total: f.Number("total"),
	}
	for n := range partsShown {
		p := bundle.Part{What: f.Line(partField("what", n)), Times: max(1, f.Number(partField("times", n))), Price: f.Yuan(partField("price", n))}
		at, err := id.Parse(f.Line(partField("shop", n)))
		if err == nil {
			p.Shops = []id.ID{at}
		}
		if p.What != "" || p.Price != 0 {
			t.Parts = append(t.Parts, p)
		}
	}
	if t.Kind != bundle.Pack {
		return t, f.Err
	}
	t.Sponsor, t.Gift, t.New = bundle.Sponsor(f.Line("sponsor")), f.Yuan("gift"), f.Ticked("new")
	if where := f.IDs("where"); len(where) > 0 && len(t.Parts) > 0 {
		t.Parts[0].Shops = where
	}
	return t, f.Err
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range bundle.Kinds {
		options = append(options, ui.Option{Value: string(k), Text: kindNames[k].In(ctx)})
	}
	return options
}

// sponsorOptions are who may pay for a pack; a shop proposes none that the platform pays.
func sponsorOptions(ctx context.Context, v formView) (options []ui.Option) {
	for _, s := range bundle.Sponsors {
		options = append(options, ui.Option{Value: string(s), Text: sponsorNames[s].In(ctx), Off: s == bundle.ByPlatform && !v.Shop.IsZero()})
	}
	return options
}

// shopOptions begin with none.
func shopOptions(ctx context.Context, v formView) []ui.Option {
	return append([]ui.Option{{Value: "", Text: i18n.T(ctx, "不选")}}, v.Room.ShopOptions()...)
}

// firstShop is where the first part is before anybody has chosen: at who proposes.
func firstShop(v formView, n int) string {
	if n > 0 || v.Shop.IsZero() {
		return ""
	}
	return v.Shop.String()
}
