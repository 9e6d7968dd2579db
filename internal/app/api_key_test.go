package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/module/apikey"
	"gongyi/internal/module/policy"
)

// Default deny (A2): a key does what its scope names, where it names it, and
// learns of nothing else whether it exists.
func TestAKeyOpensOnlyItsOwnDoors(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("theirs", "anna", "butcher", "10.00")
		till := h.key(apikey.Scope{Rights: []apikey.Right{apikey.Settle}, Community: "C1", Merchant: "bakery"}, 0)
		desk := h.key(apikey.Scope{Rights: []apikey.Right{apikey.Refund}, Community: "C1", Merchant: "bakery"}, 0)
		office := h.key(apikey.Scope{Rights: []apikey.Right{apikey.Read}, Community: "C1"}, 0)
		reader := h.key(apikey.Scope{Rights: []apikey.Right{apikey.Read}, Community: "C1", Merchant: "bakery"}, 0)
		body := h.bought("p", "anna", "bakery", "10.00")
		for name, c := range map[string]struct {
			key, method, path, body string
			status                  int
		}{
			"till settles":                     {till, "POST", "/communities/C1/purchases", body, 200},
			"till at another shop":             {till, "POST", "/communities/C1/purchases", h.bought("p", "anna", "butcher", "10.00"), 403},
			"till at an unknown shop":          {till, "POST", "/communities/C1/purchases", h.bought("p", "anna", "nobody", "10.00"), 403},
			"till in another community":        {till, "POST", "/communities/C2/purchases", h.bought("p", "carl", "grocer", "10.00"), 403},
			"till nowhere":                     {till, "POST", "/communities/C9/purchases", body, 403},
			"till reads books":                 {till, "GET", "/communities/C1/accounts", "", 403},
			"till reads its purchase":          {till, "GET", "/communities/C1/purchases/p", "", 403},
			"till refunds":                     {till, "POST", "/communities/C1/purchases/p/refunds", `{"refund_ref":"r"}`, 403},
			"till gives a voucher":             {till, "POST", "/communities/C1/vouchers", `{"voucher_ref":"V","issuer_ref":"bakery","target_ref":"butcher","member_ref":"anna","amount":"5.00","expires_at":"2025-11-01T00:00:00Z"}`, 201},
			"till gives another's voucher":     {till, "POST", "/communities/C1/vouchers", `{"voucher_ref":"W","issuer_ref":"butcher","target_ref":"bakery","member_ref":"anna","amount":"5.00","expires_at":"2025-11-01T00:00:00Z"}`, 403},
			"till recommends":                  {till, "POST", "/communities/C1/recommendations", `{"recommendation_ref":"R","recommender_ref":"bakery","target_ref":"butcher","member_ref":"ben"}`, 201},
			"till recommends for another":      {till, "POST", "/communities/C1/recommendations", `{"recommendation_ref":"S","recommender_ref":"butcher","target_ref":"bakery","member_ref":"ben"}`, 403},
			"till makes keys":                  {till, "POST", "/keys", `{"name":"x","rights":["admin"],"per_second":0}`, 403},
			"till lists keys":                  {till, "GET", "/keys", "", 403},
			"till closes a day":                {till, "POST", "/communities/C1/closings", `{"day":"2025-10-01"}`, 403},
			"till proposes a policy":           {till, "POST", "/communities/C1/policies", h.proposal("x"), 403},
			"desk refunds another's":           {desk, "POST", "/communities/C1/purchases/theirs/refunds", `{"refund_ref":"r"}`, 403},
			"desk refunds elsewhere":           {desk, "POST", "/communities/C2/purchases/theirs/refunds", `{"refund_ref":"r"}`, 403},
			"desk refunds what is not there":   {desk, "POST", "/communities/C1/purchases/nothing/refunds", `{"refund_ref":"r"}`, 404},
			"desk settles":                     {desk, "POST", "/communities/C1/purchases", h.bought("q", "anna", "bakery", "10.00"), 403},
			"office reads":                     {office, "GET", "/communities/C1/accounts", "", 200},
			"office reads a purchase":          {office, "GET", "/communities/C1/purchases/theirs", "", 200},
			"office reads elsewhere":           {office, "GET", "/communities/C2/accounts", "", 403},
			"office reads a balance elsewhere": {office, "GET", "/communities/C2/balance?account=fund/welfare", "", 403},
			"office settles":                   {office, "POST", "/communities/C1/purchases", body, 403},
			"reader reads all shops' books":    {reader, "GET", "/communities/C1/accounts", "", 403},
			"reader reads a statement":         {reader, "GET", "/communities/C1/statement?account=merchant:bakery/payable", "", 403},
			"reader reads another's purchase":  {reader, "GET", "/communities/C1/purchases/theirs", "", 403},
		} {
			t.Run(name, func(t *testing.T) {
				a := h.send(h.request(c.method, "/api/v1"+c.path, c.key, c.body))
				if c.status == http.StatusForbidden {
					(&house{TB: t}).refused(a, 403, "apikey.out_of_scope")
				} else if a.Code != c.status {
					t.Errorf("%d %s", a.Code, a.Body)
				}
			})
		}
	})
}

// proposal is the body of a proposal of the trial policy under another name.
func (h *house) proposal(code string) string {
	params, err := json.Marshal(policy.Trial2025())
	h.must(err)
	return fmt.Sprintf(`{"code":%q,"effective_from":"2026-01-01T00:00:00Z","author":"the committee","reason":"a test","params":%s}`, code, params)
}

func TestKeysThatAreNone(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		number, _, _ := strings.Cut(strings.TrimPrefix(h.admin, "gy_"), "_")
		other := h.key(apikey.Scope{Rights: apikey.Rights}, 0)
		_, secret, _ := strings.Cut(strings.TrimPrefix(other, "gy_"), "_")
		for header, code := range map[string]string{
			"": "apikey.missing", "Bearer": "apikey.missing", "Bearer ": "apikey.missing", "Basic Z3k6Z3k=": "apikey.missing", h.admin: "apikey.missing",
			"Bearer x": "apikey.unknown", "Bearer gy_": "apikey.unknown", "Bearer gy_" + number: "apikey.unknown", "Bearer gy_" + number + "_": "apikey.unknown",
			"Bearer gy_" + number + "_" + secret: "apikey.unknown", "Bearer " + h.admin[:len(h.admin)-1]: "apikey.unknown",
			"Bearer " + h.admin + "a": "apikey.unknown", "Bearer gy_" + strings.Repeat("0", 32) + "_" + secret: "apikey.unknown",
		} {
			r := h.request(http.MethodGet, "/api/v1/communities/C1/accounts", "", "")
			r.Header.Set("Authorization", header)
			a := h.send(r)
			h.refused(a, 401, code)
			if a.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%q: does not say how to sign in", header)
			}
		}
		for _, header := range []string{"Bearer " + h.admin, "bearer " + h.admin, "Bearer " + strings.ToUpper(h.admin[:3]) + h.admin[3:]} {
			r := h.request(http.MethodGet, "/api/v1/communities/C1/accounts", "", "")
			r.Header.Set("Authorization", header)
			if a := h.send(r); (a.Code == 200) != strings.Contains(header, "gy_") {
				t.Errorf("%.12s: %d", header, a.Code)
			}
		}
	})
}

// A key is made over the API, works, and is worth nothing once it is revoked.
func TestTheLifeOfAKey(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		made := h.call(http.MethodPost, "/keys", `{"name":"till","rights":["settle","read"],"community":"C1","merchant":"bakery","per_second":0}`)
		text, _ := made.json["text"].(string)
		if made.Code != http.StatusCreated || !strings.HasPrefix(text, "gy_") {
			t.Fatalf("made: %d %s", made.Code, made.Body)
		}
		try := func() answer {
			return h.send(h.request(http.MethodPost, "/api/v1/communities/C1/purchases", text, h.bought("p", "anna", "bakery", "1.00")))
		}
		if a := try(); a.Code != http.StatusOK {
			t.Errorf("a new key: %d %s", a.Code, a.Body)
		}
		list := h.call(http.MethodGet, "/keys", "")
		if _, secret, _ := strings.Cut(text[3:], "_"); strings.Contains(list.Body.String(), secret) || !strings.Contains(list.Body.String(), `"till"`) {
			t.Errorf("the list shows %s", list.Body)
		}
		id, _, _ := strings.Cut(text[3:], "_")
		if a := h.call(http.MethodPost, "/keys/"+id+"/revocation", ""); a.Code != http.StatusOK || a.json["revoked"] != id {
			t.Errorf("revoked: %d %s", a.Code, a.Body)
		}
		h.refused(try(), 401, "apikey.unknown")
		h.clock.Advance(time.Hour)
		h.refused(try(), 401, "apikey.unknown")
		h.refused(h.call(http.MethodPost, "/keys/nonsense/revocation", ""), 404, "apikey.no_such_key")
		h.refused(h.call(http.MethodPost, "/keys/"+strings.Repeat("0", 32)+"/revocation", ""), 404, "apikey.no_such_key")
		for body, code := range map[string]string{
			`{"name":"x","rights":["fly"],"per_second":0}`:                        "apikey.bad_scope",
			`{"name":"x","rights":["read"],"merchant":"bakery","per_second":0}`:   "apikey.bad_scope",
			`{"name":"x","rights":[],"per_second":0}`:                             "api.bad_body",
			`{"name":"","rights":["read"],"per_second":0}`:                        "api.bad_body",
			`{"name":"x","rights":["read"],"per_second":-1}`:                      "api.bad_body",
			`{"name":"x","rights":["read"],"community":"C1","per_second":100001}`: "api.bad_body",
		} {
			h.refused(h.call(http.MethodPost, "/keys", body), 422, code)
		}
	})
}

// A key has so many calls a second, twice as many at once; a batch counts its
// purchases.
func TestACallerThatIsTooFast(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		key := h.key(apikey.Scope{Rights: []apikey.Right{apikey.Settle, apikey.Read}}, 2)
		get := func() answer { return h.send(h.request(http.MethodGet, "/api/v1/communities/C1/accounts", key, "")) }
		passed := 0
		for get().Code == http.StatusOK {
			if passed++; passed > 10 {
				t.Fatal("nothing stops it")
			}
		}
		a := get()
		h.refused(a, 429, "apikey.too_fast")
		if passed != 4 || a.Header().Get("Retry-After") != "1" {
			t.Errorf("%d calls passed; Retry-After %q", passed, a.Header().Get("Retry-After"))
		}
		h.clock.Advance(time.Second)
		if a := get(); a.Code != http.StatusOK {
			t.Errorf("a second later: %d", a.Code)
		}
		h.clock.Advance(time.Hour) // 4 again; what is forgotten and read anew counts on
		batch := `{"purchases":[` + h.bought("a", "anna", "bakery", "1.00") + "," + h.bought("b", "anna", "bakery", "1.00") + `]}`
		if a := h.send(h.request(http.MethodPost, "/api/v1/communities/C1/purchase-batches", key, batch)); a.Code != http.StatusOK {
			t.Errorf("a batch of two: %d %s", a.Code, a.Body)
		}
		h.refused(h.send(h.request(http.MethodPost, "/api/v1/communities/C1/purchase-batches", key, batch)), 429, "apikey.too_fast")
	})
}

// Without a key, and with one that nobody looked at, an address is bounded.
func TestAStrangerThatIsTooFast(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	for name, key := range map[string]string{"no key": "", "a garbage key": "garbage"} {
		passed := 0
		for ; passed <= 2*anonymousBurst; passed++ {
			r := h.request(http.MethodGet, "/api/v1/receipts/nothing", key, "")
			r.RemoteAddr = map[string]string{"": "203.0.113.1:1", "garbage": "203.0.113.2:1"}[key]
			if a := h.send(r); a.Code == http.StatusTooManyRequests {
				h.refused(a, 429, "apikey.too_fast")
				break
			}
		}
		if passed < anonymousBurst || passed > anonymousBurst+anonymousPerSecond {
			t.Errorf("%s: stopped after %d calls", name, passed)
		}
	}
	if a := h.send(h.request(http.MethodGet, "/api/v1/receipts/nothing", "", "")); a.Code != http.StatusNotFound {
		t.Errorf("another address is stopped too: %d", a.Code)
	}
}
