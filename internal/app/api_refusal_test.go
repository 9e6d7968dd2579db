package app

import (
	"net/http"
	"strings"
	"testing"
)

// Everything that a till can get wrong is refused by name, and nothing of it is
// in the books afterwards.
// refusedPurchase is a purchase that the API refuses, and how.
type refusedPurchase struct {
	body   string
	status int
	code   string
	field  string
}

func refusedPurchases(with func(more ...string) string) map[string]refusedPurchase {
	return map[string]refusedPurchase{
		"no reference":               {with("purchase_ref", "-"), 422, "api.bad_body", ""},
		"empty reference":            {with("purchase_ref", `""`), 422, "api.bad_body", ""},
		"long reference":             {with("purchase_ref", `"`+strings.Repeat("x", 129)+`"`), 422, "api.bad_body", ""},
		"long in bytes":              {with("purchase_ref", `"`+strings.Repeat("店", 43)+`"`), 422, "purchase.bad_ref", "purchase_ref"},
		"our reference":              {with("purchase_ref", `"~day"`), 422, "purchase.bad_ref", "purchase_ref"},
		"no time":                    {with("purchased_at", "-"), 422, "api.bad_body", ""},
		"no time zone":               {with("purchased_at", `"2025-10-15T10:24:00"`), 422, "api.bad_body", ""},
		"a day":                      {with("purchased_at", `"2025-10-15"`), 422, "api.bad_body", ""},
		"tomorrow":                   {with("purchased_at", `"2025-10-16T10:24:00Z"`), 422, "settlement.clock_ahead", "purchased_at"},
		"the end of time":            {with("purchased_at", `"9999-12-31T23:59:59Z"`), 422, "settlement.clock_ahead", "purchased_at"},
		"long ago":                   {with("purchased_at", `"2025-09-01T10:24:00Z"`), 422, "settlement.backdated", "purchased_at"},
		"the beginning of time":      {with("purchased_at", `"0001-01-01T00:00:00Z"`), 422, "settlement.backdated", "purchased_at"},
		"no shop":                    {with("merchant_ref", "-"), 422, "api.bad_body", ""},
		"unknown shop":               {with("merchant_ref", `"nobody"`), 404, "merchant.not_found", "merchant_ref"},
		"shop of another community":  {with("merchant_ref", `"grocer"`), 404, "merchant.not_found", "merchant_ref"},
		"unknown member":             {with("member_ref", `"nobody"`), 404, "member.not_found", "member_ref"},
		"no price":                   {with("price", "-"), 422, "api.bad_body", ""},
		"empty price":                {with("price", `""`), 422, "api.bad_body", ""},
		"a number for a text":        {with("price", "10.00"), 422, "api.bad_body", ""},
		"null for a text":            {with("price", "null"), 422, "api.bad_body", ""},
		"three decimals":             {with("price", `"10.001"`), 422, "api.bad_body", ""},
		"an exponent":                {with("price", `"1e3"`), 422, "api.bad_body", ""},
		"a comma":                    {with("price", `"10,00"`), 422, "api.bad_body", ""},
		"a currency sign":            {with("price", `"¥10.00"`), 422, "api.bad_body", ""},
		"nothing":                    {with("price", `"0.00"`, "cash_held", `"0.00"`), 422, "settlement.price_not_positive", "price"},
		"less than nothing":          {with("price", `"-10.00"`), 422, "settlement.price_not_positive", "price"},
		"an absurd price":            {with("price", `"9999999999999.99"`, "cash_held", `"9999999999999.99"`), 422, "settlement.amount_too_large", "price"},
		"more digits than money has": {with("price", `"99999999999999999999.99"`), 422, "api.bad_body", ""},
		"negative cash":              {with("cash_held", `"-1.00"`, "cash_direct", `"11.00"`), 422, "settlement.negative_amount", "cash_held"},
		"too much cash":              {with("cash_held", `"10.01"`), 422, "settlement.parts_do_not_add_up", "cash_held"},
		"too little cash":            {with("cash_held", `"9.99"`), 422, "settlement.parts_do_not_add_up", "price"},
		"direct cash besides":        {with("cash_direct", `"0.01"`), 422, "settlement.parts_do_not_add_up", "cash_direct"},
		"coins she has not":          {with("cash_held", `"5.00"`, "coins", `"5.00"`), 409, "settlement.coins_short", ""},
		"coins over their share":     {with("cash_held", `"4.99"`, "coins", `"5.01"`), 422, "settlement.coins_over_share", "coins"},
		"a stranger's coins":         {with("member_ref", "-", "cash_held", `"5.00"`, "coins", `"5.00"`), 403, "settlement.coins_need_membership", "coins"},
		"negative shelf prices":      {with("list_amount", `"-0.01"`), 422, "settlement.negative_amount", "list_amount"},
		"absurd shelf prices":        {with("list_amount", `"9999999999999.99"`), 422, "settlement.amount_too_large", "list_amount"},
		"an absurd coupon":           {with("coupon_amount", `"9999999999999.99"`), 422, "settlement.amount_too_large", "coupon_amount"},
		"unknown voucher":            {with("cash_held", `"5.00"`, "vouchers", `["V"]`), 404, "promotion.no_voucher", "vouchers"},
		"a voucher alone":            {with("vouchers", `"V"`), 422, "api.bad_body", ""},
		"too many vouchers":          {with("vouchers", `["1","2","3","4","5","6","7","8","9"]`), 422, "api.bad_body", ""},
		"items as text":              {with("items", `"3"`), 422, "api.bad_body", ""},
		"half an item":               {with("items", "1.5"), 422, "api.bad_body", ""},
		"negative items":             {with("items", "-1"), 422, "api.bad_body", ""},
		"too many items":             {with("items", "100001"), 422, "api.bad_body", ""},
		"unknown field":              {with("discount", `"1.00"`), 422, "api.bad_body", ""},
		"field in capitals":          {with("PRICE", `"1.00"`), 422, "api.bad_body", ""},
		"NUL":                        {with("member_ref", `"a\u0000"`), 400, "api.bad_body", ""},
		"no JSON":                    {"price=10.00", 400, "api.bad_body", ""},
		"half of it":                 {with()[:40], 400, "api.bad_body", ""},
		"a list":                     {"[" + with() + "]", 422, "api.bad_body", ""},
		"two":                        {with() + with(), 400, "api.bad_body", ""},
		"deep":                       {`{"vouchers":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, 400, "api.bad_body", ""},
		"empty":                      {"", 400, "api.bad_body", ""},
		"huge":                       {with("member_ref", `"`+strings.Repeat("x", 2<<20)+`"`), 413, "http.body_too_large", ""},
	}
}

func TestPurchasesThatAreRefused(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		settle := func(at, body string) answer { return h.call(http.MethodPost, "/communities/"+at+"/purchases", body) }
		with := func(more ...string) string { return h.bought("p", "anna", "bakery", "10.00", more...) }
		for name, c := range refusedPurchases(with) {
			t.Run(name, func(t *testing.T) {
				a := settle("C1", c.body)
				(&house{TB: t}).refused(a, c.status, c.code)
				if field, _ := a.json["field"].(string); field != c.field {
					t.Errorf("is about %q, want %q", field, c.field)
				}
				if why, _ := a.json["errors"].([]any); (c.code == "api.bad_body") != (len(why) > 0) {
					t.Errorf("says %v of what is wrong", a.json["errors"])
				}
			})
		}
		h.refused(settle("C3", with()), 404, "community.not_found")
		h.refused(settle("c1", with()), 404, "community.not_found")
		for _, account := range h.get("/communities/C1/accounts")["accounts"].([]any) {
			t.Errorf("in the books: %v", account)
		}
		if got := settle("C1", with()); got.Code != http.StatusOK {
			t.Errorf("the right purchase: %d %s", got.Code, got.Body)
		}
	})
}

// A program that is going down asks callers to come again.
func TestAClosedDatabaseAsksToComeAgain(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.must(h.DB.Close())
		h.refused(h.call(http.MethodPost, "/communities/C1/purchases", h.bought("p", "anna", "bakery", "1.00")), 503, "db.closed")
		h.refused(h.call(http.MethodGet, "/communities/C1/accounts", ""), 503, "db.closed")
		if a := h.send(h.request(http.MethodGet, "/readyz", "", "")); a.Code != http.StatusServiceUnavailable {
			t.Errorf("says that it is ready: %d", a.Code)
		}
	})
}
