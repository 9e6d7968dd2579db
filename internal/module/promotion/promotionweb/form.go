package promotionweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// formView is the form of a series; Shop is who issues it, zero on the desk.
type formView struct {
	Room     *portal.Room
	Form     ui.Form
	Sent     portal.Sent
	Shop     id.ID
	Platform money.Rate // the most that the platform gives
	Face     money.Amount
	Days     int
	Crumbs   []ui.Link // on the desk
}

// sharersShown is how many sharing shops a form has room for.
const sharersShown = 4

func sharerField(name string, n int) string { return name + strconv.Itoa(n+1) }

// termsIn are the terms that a form says. A shop issues in its own name, and brings
// vouchers with purchases in its own shop.
func termsIn(r *http.Request, shop id.ID) (promotion.Terms, error) {
	f := portal.Type(r)
	t := promotion.Terms{
		Name: f.Line("name"), Issuer: promotion.OfShop, Shop: shop, Face: f.Yuan("face"), From: f.Yuan("from"), Where: f.IDs("where"), Platform: f.Share("platform"),
		Opens: f.Day("opens"), Closes: f.Day("closes"), Days: f.Number("days"), Since: f.Day("since"), Until: f.Day("until"), When: f.Times(),
		PerPerson: f.Number("per_person"), Total: f.Number("total"), Budget: f.Yuan("budget"),
		Single: f.Ticked("single"), Alone: f.Ticked("alone"), Change: f.Ticked("change"), Way: promotion.Way(f.Line("way")),
	}
	if shop.IsZero() {
		t.Issuer = promotion.Issuer(f.Line("issuer"))
	}
	for n := range sharersShown {
		sharer, err := id.Parse(f.Line(sharerField("sharer", n)))
		if err != nil {
			continue
		}
		t.Sharers = append(t.Sharers, promotion.Sharer{Shop: sharer, Weight: int64(max(1, f.Number(sharerField("weight", n))))})
	}
	if len(t.Sharers) == 0 && t.Platform == 0 && shop.IsZero() {
		t.Platform = money.One
	}
	if t.Way == promotion.OnSpend {
		t.Spend = promotion.Spend{From: f.Yuan("spend"), Daily: max(1, f.Number("daily")), Own: f.Ticked("own")}
		if !shop.IsZero() {
			t.Spend.At = []id.ID{shop}
		}
	}
	return t, f.Err
}

func issuerOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: string(promotion.OfAlliance), Text: issuerNames[promotion.OfAlliance].In(ctx)}, {Value: string(promotion.OfPlatform), Text: issuerNames[promotion.OfPlatform].In(ctx)}}
}

// sharerOptions begin with nobody.
func sharerOptions(ctx context.Context, v formView) []ui.Option {
	return append([]ui.Option{{Value: "", Text: i18n.T(ctx, "不选")}}, v.Room.ShopOptions()...)
}

// firstSharer is who shares before anybody has chosen: the issuing shop.
func firstSharer(v formView, n int) string {
	if n > 0 || v.Shop.IsZero() {
		return ""
	}
	return v.Shop.String()
}
