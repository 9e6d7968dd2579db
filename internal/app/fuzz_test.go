package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gongyi/internal/platform/evidence"
)

// FuzzPurchaseBody: whatever a till sends is settled or refused, and what was
// settled is told the same when it is sent again.
func FuzzPurchaseBody(f *testing.F) {
	h := newHouse(f, Config{Data: f.TempDir()})
	whole := h.bought("p", "anna", "bakery", "128.40", "list_amount", `"130.00"`, "coins", `"0.00"`, "vouchers", `["V"]`, "items", "3")
	for _, seed := range []string{whole, h.bought("p", "anna", "bakery", "128.40"), h.bought("", "", "", ""), "{}", "[]", "null", `{"price":1e400}`, `"`, "",
		strings.Replace(whole, "anna", `\ud800`, 1), strings.Replace(whole, "bakery", `\u0000`, 1), strings.Replace(whole, "2025", "0000", 1)} {
		f.Add([]byte(seed), "C1")
	}
	f.Fuzz(func(t *testing.T, body []byte, community string) {
		send := func() (int, map[string]any) {
			r := httptest.NewRequest(http.MethodPost, "/api/v1/communities/"+url.PathEscape(community)+"/purchases", bytes.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+h.admin)
			w := httptest.NewRecorder()
			h.web.ServeHTTP(w, r)
			var answer map[string]any
			if w.Code != http.StatusTemporaryRedirect && json.Unmarshal(w.Body.Bytes(), &answer) != nil {
				t.Fatalf("%d %q is no JSON", w.Code, w.Body)
			}
			if w.Code >= 500 {
				t.Fatalf("%q: %d %s", body, w.Code, w.Body)
			}
			return w.Code, answer
		}
		status, first := send()
		again, second := send()
		if status != again || status == http.StatusOK && (second["replayed"] != true || first["entry"] != second["entry"] || first["receipt"] != second["receipt"]) {
			t.Errorf("%q: first %d %v, then %d %v", body, status, first, again, second)
		}
	})
}

// FuzzReceiptToken: no token but its own opens a receipt.
func FuzzReceiptToken(f *testing.F) {
	h := newHouse(f, Config{Data: f.TempDir()})
	token := strings.TrimPrefix(h.buy("p", "anna", "bakery", "10.00")["receipt"].(string), "/r/")
	other := strings.TrimPrefix(h.buy("q", "ben", "bakery", "10.00")["receipt"].(string), "/r/")
	for _, seed := range []string{token, other, token[:30], token + "A", "", "x", "/", "%", "\x00", token[:22] + other[22:]} {
		f.Add(seed)
	}
	var callers atomic.Int64
	f.Fuzz(func(t *testing.T, tried string) {
		for _, path := range []string{"/api/v1/receipts/" + url.PathEscape(tried), "/api/v1/receipts/" + url.PathEscape(tried) + "/file", "/r/" + url.PathEscape(tried)} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			n := callers.Add(1) // each from an address of its own, which has no limit yet
			r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 1).String()
			w := httptest.NewRecorder()
			h.web.ServeHTTP(w, r)
			if opens := w.Code == http.StatusOK; w.Code >= 500 || w.Code == http.StatusTooManyRequests || opens && tried != token && tried != other {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}

// FuzzReceiptFile: only a file whose sealed part is untouched is proven, and one
// that is called true is proven.
func FuzzReceiptFile(f *testing.F) {
	h := newHouse(f, Config{Data: f.TempDir()})
	receipt := h.buy("p", "anna", "bakery", "10.00")["receipt"].(string)
	whole := h.send(h.request(http.MethodGet, receipt+"/file", "", "")).Body.Bytes()
	verifier := h.get("/communities/C1/checkpoint")["verifier"].(string)
	h.close() // what works beside would look like coverage
	real, err := evidence.VerifyBundle(whole, verifier)
	h.must(err)
	all := uint16(len(whole))
	price := uint16(bytes.Index(whole, []byte(`"10.00"`)))
	f.Add(uint16(0), uint16(0), []byte{})
	f.Add(all/2, all, []byte{})
	f.Add(price, uint16(3), []byte(`"99`))
	f.Add(uint16(bytes.Index(whole, []byte(`\nleg `))), uint16(0), []byte(" "))
	f.Add(uint16(0), all, []byte(`{"format":"gongyi-receipt/1"}`))
	f.Add(uint16(0), all, []byte("[]"))
	f.Fuzz(func(t *testing.T, at, cut uint16, put []byte) { // edits find more than whole files
		from := min(int(at), len(whole))
		file := slices.Concat(whole[:from], put, whole[min(from+int(cut), len(whole)):])
		v, proven := evidence.VerifyBundle(file, verifier)
		if proven == nil && (v.Entry != real.Entry || v.Index != real.Index) {
			t.Errorf("proves something else: %q", v.Entry)
		}
		o := VerifyReceipt(file, []string{verifier}, nil)
		if o.True && proven != nil || !o.True && bytes.Equal(file, whole) {
			t.Errorf("called true: %v, proven: %v: %q", o.True, proven, file)
		}
	})
}
