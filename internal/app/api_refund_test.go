package app

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A purchase of worked example 1 goes back in two parts and leaves nothing (D3).
func TestRefunds(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "anna", "bakery", "128.40")
		refund := func(ref, body string) answer {
			return h.call(http.MethodPost, "/communities/C1/purchases/"+ref+"/refunds", body)
		}
		part := refund("p", `{"refund_ref":"r1","amount":"28.40"}`)
		if part.Code != http.StatusOK {
			t.Fatalf("refund: %d %s", part.Code, part.Body)
		}
		want := map[string]any{"refund_ref": "r1", "entry": 2.0, "posted_at": "2025-10-15T10:24:00Z", "replayed": false, "amount": "28.40", "cash_held": "28.40",
			"cash_direct": "0.00", "coins": "0.00", "cash_withheld": "0.00", "vouchers": "0.00", "whole": false}
		got := map[string]any{}
		for name := range want {
			got[name] = part.json[name]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the first part (-want +got):\n%s", diff)
		}
		h.refused(refund("p", `{"refund_ref":"r2","amount":"100.01"}`), 409, "settlement.refund_too_large")
		rest := refund("p", `{"refund_ref":"r2"}`)
		if rest.json["amount"] != "100.00" || rest.json["whole"] != true {
			t.Errorf("the rest: %d %s", rest.Code, rest.Body)
		}
		for name, first := range map[string]answer{`{"refund_ref":"r1","amount":"28.40"}`: part, `{"refund_ref":"r2"}`: rest} {
			again := refund("p", name)
			if again.json["replayed"] != true {
				t.Errorf("%s is not known again: %d %s", name, again.Code, again.Body)
			}
			again.json["replayed"] = false
			if diff := cmp.Diff(first.json, again.json); diff != "" {
				t.Errorf("%s gets another answer (-first +again):\n%s", name, diff)
			}
		}
		for _, account := range h.get("/communities/C1/accounts")["accounts"].([]any) {
			if a := account.(map[string]any); a["balance"] != "0.00" && a["balance"] != "0" {
				t.Errorf("left in the books: %v", a)
			}
		}
		receipt := h.get("/communities/C1/purchases/p")
		if n := len(receipt["refunds"].([]any)); n != 2 {
			t.Errorf("the receipt shows %d refunds", n)
		}
	})
}

func TestRefundsThatAreRefused(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "anna", "bakery", "10.00")
		h.buy("q", "anna", "bakery", "10.00")
		refund := func(ref, body string) answer {
			return h.call(http.MethodPost, "/communities/C1/purchases/"+ref+"/refunds", body)
		}
		if a := refund("p", `{"refund_ref":"r","amount":"1.00"}`); a.Code != http.StatusOK {
			t.Fatalf("refund: %d %s", a.Code, a.Body)
		}
		for _, c := range []struct {
			purchase, body string
			status         int
			code           string
		}{
			{"p", `{"refund_ref":"x","amount":"0.00"}`, 422, "settlement.refund_not_positive"},
			{"p", `{"refund_ref":"x","amount":"-1.00"}`, 422, "settlement.refund_not_positive"},
			{"p", `{"refund_ref":"x","amount":"9.01"}`, 409, "settlement.refund_too_large"},
			{"p", `{"refund_ref":"x","amount":9}`, 422, "api.bad_body"},
			{"p", `{"amount":"1.00"}`, 422, "api.bad_body"},
			{"p", `{"refund_ref":""}`, 422, "api.bad_body"},
			{"p", `{"refund_ref":"~x"}`, 422, "purchase.bad_ref"},
			{"p", `{"refund_ref":"x","reason":"stale"}`, 422, "api.bad_body"},
			{"p", `{"refund_ref":"r","amount":"2.00"}`, 409, "ledger.key_reused"},
			{"p", `{"refund_ref":"r"}`, 409, "ledger.key_reused"},
			{"q", `{"refund_ref":"r","amount":"1.00"}`, 409, "ledger.key_reused"},
			{"p", `{"refund_ref":"q","amount":"1.00"}`, 409, "ledger.key_reused"}, // a purchase's reference
			{"nothing", `{"refund_ref":"x"}`, 404, "receipt.not_found"},
			{"%00", `{"refund_ref":"x"}`, 404, "http.no_such_page"},
		} {
			a := refund(c.purchase, c.body)
			if h.refused(a, c.status, c.code); t.Failed() {
				t.Fatalf("%s %s", c.purchase, c.body)
			}
		}
		// By a refund's own reference its purchase is refunded: nobody should do it,
		// and it does no harm.
		if a := refund("r", `{"refund_ref":"s","amount":"1.00"}`); a.Code != http.StatusOK && a.Code < 400 || a.Code >= 500 {
			t.Errorf("the refund of a refund: %d %s", a.Code, a.Body)
		}
	})
}
