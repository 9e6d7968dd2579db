package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Worked example 4 of settlement.md through the API: a voucher, coins and cash.
func TestAPurchaseSettles(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		for n := range 2 { // 10.70 coins for anna
			h.buy(fmt.Sprintf("before-%d", n), "anna", "bakery", "107.00")
		}
		a := h.call(http.MethodPost, "/communities/C1/vouchers", `{"voucher_ref":"V1","issuer_ref":"bakery","target_ref":"butcher","member_ref":"anna","amount":"5.00","expires_at":"2025-11-01T00:00:00+08:00"}`)
		if a.Code != http.StatusCreated || a.json["expires_at"] != "2025-10-31T16:00:00Z" {
			t.Fatalf("voucher: %d %s", a.Code, a.Body)
		}
		got := h.buy("p", "anna", "butcher", "60.00", "cash_held", `"45.00"`, "coins", `"10.00"`, "vouchers", `["V1"]`)
		want := map[string]any{"S-01": "45.00 CNY", "S-02": "10.00 COIN", "S-03": "5.00 CNY", "S-04": "1.80 CNY", "S-05": "0.30 CNY", "S-06": "3.00 CNY", "S-07": "2.25 COIN", "S-09": "45 POINT"}
		if diff := cmp.Diff(want, taken(got)); diff != "" {
			t.Errorf("moved (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]any{"coins": "2.25", "points": "45"}, got["earned"]); diff != "" {
			t.Errorf("earned (-want +got):\n%s", diff)
		}
		if got["booked_on"] != "2025-10-15" || got["replayed"] != false || !strings.HasPrefix(got["receipt"].(string), "/r/") {
			t.Errorf("answered %v", got)
		}
		balance := h.get("/communities/C1/balance?account=merchant:butcher/payable")
		if balance["balance"] != "45.20" {
			t.Errorf("the butcher holds %v", balance)
		}
		h.refused(h.call(http.MethodPost, "/communities/C1/purchases", h.bought("p2", "anna", "butcher", "10.00", "cash_held", `"5.00"`, "vouchers", `["V1"]`)), 409, "promotion.voucher_used")
	})
}

// taken is what each rule moved.
func taken(settled map[string]any) map[string]any {
	out := map[string]any{}
	for _, line := range settled["taken"].([]any) {
		l := line.(map[string]any)
		out[l["rule"].(string)] = fmt.Sprint(l["amount"], " ", l["asset"])
	}
	return out
}

// The same purchase again gets the same answer, whatever has happened since; the
// same reference with anything else is refused (D2).
func TestTheSamePurchaseAgain(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		first := h.buy("p", "anna", "bakery", "128.40")
		body := h.bought("p", "anna", "bakery", "128.40")
		h.buy("q", "ben", "bakery", "3.00")
		h.clock.Advance(40 * 24 * 3600e9) // nobody may sell so far back any more
		again := h.call(http.MethodPost, "/communities/C1/purchases", body).json
		if again["replayed"] != true {
			t.Errorf("not known again: %v", again)
		}
		for _, a := range []map[string]any{first, again} {
			delete(a, "replayed")
			delete(a, "proof") // stands against the tree of its own moment
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("another answer (-first +again):\n%s", diff)
		}
		for _, change := range [][2]string{{"price", `"128.41"`}, {"member_ref", `"ben"`}, {"merchant_ref", `"butcher"`}, {"items", "2"},
			{"list_amount", `"130.00"`}, {"coupon_amount", `"1.00"`}, {"vouchers", `["V"]`}, {"purchased_at", `"2025-10-15T10:24:01Z"`}} {
			h.refused(h.call(http.MethodPost, "/communities/C1/purchases", changed(t, body, change[0], change[1])), 409, "ledger.key_reused")
		}
		for _, same := range [][2]string{{"price", `"128.4"`}, {"items", "0"}, {"vouchers", "[]"}, {"purchased_at", `"2025-10-15T18:24:00+08:00"`}} {
			if a := h.call(http.MethodPost, "/communities/C1/purchases", changed(t, body, same[0], same[1])); a.json["replayed"] != true {
				t.Errorf("%v is the same purchase written otherwise: %s", same, a.Body)
			}
		}
	})
}

// changed is a body with one field changed.
func changed(t *testing.T, body, field, value string) string {
	t.Helper()
	var b map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		t.Fatal(err)
	}
	b[field] = json.RawMessage(value)
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// In a batch every purchase has its own outcome, in the order of the request.
func TestABatchOfMixedOutcomes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("old", "anna", "bakery", "1.00")
		a := h.call(http.MethodPost, "/communities/C1/purchase-batches", `{"purchases":[`+strings.Join([]string{
			h.bought("new", "anna", "bakery", "20.00"), h.bought("old", "anna", "bakery", "1.00"), h.bought("old", "anna", "bakery", "2.00"),
			h.bought("nobody", "nobody", "bakery", "1.00"), h.bought("amount", "anna", "bakery", "0.00"), h.bought("grocer", "anna", "grocer", "1.00"),
			h.bought("new", "anna", "bakery", "20.00"), h.bought("last", "", "butcher", "7.00", "member_ref", "-"),
		}, ",")+`]}`)
		if a.Code != http.StatusOK || a.json["settled"] != 4.0 || a.json["refused"] != 4.0 {
			t.Fatalf("answered %d %s", a.Code, a.Body)
		}
		var got []string
		for _, o := range a.json["outcomes"].([]any) {
			m := o.(map[string]any)
			if p, refused := m["problem"].(map[string]any); refused {
				got = append(got, fmt.Sprint(p["status"], " ", p["code"], " ", p["field"]))
			} else {
				got = append(got, fmt.Sprint(m["purchase_ref"], " entry ", m["entry"], " replayed ", m["replayed"]))
			}
		}
		want := []string{"new entry 2 replayed false", "old entry 1 replayed true", "409 ledger.key_reused <nil>", "404 member.not_found member_ref",
			"422 settlement.price_not_positive price", "404 merchant.not_found merchant_ref", "new entry 2 replayed true", "last entry 3 replayed false"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
	})
}

// A member of another community shops here without having been here before.
func TestAVisitor(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		if got := h.buy("p", "carl", "bakery", "10.00"); got["earned"].(map[string]any)["coins"] != "0.50" {
			t.Errorf("the visitor earned %v", got["earned"])
		}
		for _, at := range []string{"C1", "C2"} {
			want := map[string]string{"C1": "0.50", "C2": "0.00"}[at]
			if got := h.get("/communities/" + at + "/balance?account=member:carl/coins&asset=COIN"); got["balance"] != want {
				t.Errorf("in %s carl holds %v", at, got)
			}
		}
	})
}
