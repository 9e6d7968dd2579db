package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/page"
)

func TestAccounts(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "anna", "bakery", "128.40")
		accounts := func(query string) (lines []string) {
			for _, account := range h.get("/communities/C1/accounts" + query)["accounts"].([]any) {
				a := account.(map[string]any)
				lines = append(lines, fmt.Sprint(a["account"], " ", a["asset"], " ", a["balance"], " ", a["entries"]))
			}
			return lines
		}
		want := []string{"coin/issue COIN -6.42 1", "fund/welfare CNY 0.64 1", "gateway/clearing CNY -128.40 1", "member:anna/coins COIN 6.42 1",
			"member:anna/points POINT 128 1", "merchant:bakery/payable CNY 124.55 1", "platform/commission CNY 3.21 1", "points/issue POINT -128 1"}
		if diff := cmp.Diff(want, accounts("")); diff != "" {
			t.Errorf("accounts (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[3:5], accounts("?prefix=member:")); diff != "" {
			t.Errorf("of members (-want +got):\n%s", diff)
		}
		if got := h.get("/communities/C1/accounts?prefix=nobody")["accounts"]; got == nil || len(got.([]any)) != 0 {
			t.Errorf("of nobody: %v, want an empty list", got)
		}
		if got := h.get("/communities/C2/accounts")["accounts"].([]any); len(got) != 0 {
			t.Errorf("the other community has %v", got)
		}
	})
}

// Every page is as long as asked, the last one as it falls; together they are the
// account's whole life, whatever is posted while somebody reads.
func TestAStatementByPages(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		const n = 23
		for i := range n {
			h.clock.Advance(time.Minute)
			h.buy(fmt.Sprint("p", i), "anna", "bakery", "10.00")
		}
		var lines []map[string]any
		cursor := ""
		for pages := 1; ; pages++ {
			got := h.get("/communities/C1/statement?account=merchant:bakery/payable&limit=5&cursor=" + url.QueryEscape(cursor))
			for _, l := range got["lines"].([]any) {
				lines = append(lines, l.(map[string]any))
			}
			next, more := got["next"].(string)
			if !more {
				if pages != 5 {
					t.Errorf("%d pages of 5 for %d lines", pages, n)
				}
				break
			}
			if len(lines) != 5*pages || pages > n {
				t.Fatalf("%d lines on %d pages", len(lines), pages)
			}
			cursor = next
			h.buy(fmt.Sprint("meanwhile", pages), "ben", "bakery", "1.00")
		}
		if len(lines) != n {
			t.Fatalf("%d lines, want %d", len(lines), n)
		}
		for i, l := range lines {
			nth := n - i // 10.00 less 3% each
			want := map[string]any{"entry": float64(nth), "kind": "purchase", "posted_at": fmt.Sprintf("2025-10-15T10:%02d:00Z", 24+nth), "booked_on": "2025-10-15",
				"change": "9.70", "balance": fmt.Sprintf("%d.%02d", nth*970/100, nth*970%100), "rules": []any{"S-01", "S-04"}}
			if diff := cmp.Diff(want, l); diff != "" {
				t.Errorf("line %d (-want +got):\n%s", i, diff)
			}
		}
	})
}

func TestStatementsThatAreRefused(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "anna", "bakery", "10.00")
		h.buy("q", "ben", "butcher", "10.00")
		for _, c := range []struct {
			query  string
			status int
			code   string
		}{
			{"", 422, "api.bad_body"},
			{"account=nonsense", 404, "account.not_found"},
			{"account=merchant:nobody/payable", 404, "account.not_found"},
			{"account=merchant:grocer/payable", 404, "account.not_found"},
			{"account=person:anna/coins", 404, "account.not_found"},
			{"account=member:anna/coins", 404, "account.not_found"}, // coins are no CNY
			{"account=member:anna/coins&asset=EUR", 422, "api.bad_body"},
			{"account=fund/welfare&limit=0", 422, "api.bad_body"},
			{"account=fund/welfare&limit=501", 422, "api.bad_body"},
			{"account=fund/welfare&limit=x", 422, "api.bad_body"},
			{"account=fund/welfare&cursor=nonsense!", 422, "page.bad_cursor"},
		} {
			t.Run(c.query, func(t *testing.T) {
				(&house{TB: t}).refused(h.call(http.MethodGet, "/communities/C1/statement?"+c.query, ""), c.status, c.code)
			})
		}
		// A cursor says only "before entry n", whoever made it.
		for n, lines := range map[int64]int{-1: 0, 0: 0, 1: 0, 2: 1, 99: 1} {
			if got := h.get("/communities/C1/statement?account=merchant:bakery/payable&cursor=" + page.After(n)); len(got["lines"].([]any)) != lines {
				t.Errorf("before entry %d: %v", n, got)
			}
		}
	})
}

// Yesterday's balance is what it was yesterday, at each moment of posting.
func TestABalanceAsOf(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		start := h.clock.Now()
		for i := range 5 {
			h.clock.Set(start.Add(time.Duration(i+1) * time.Hour))
			h.buy(fmt.Sprint("p", i), "anna", "bakery", "10.00")
		}
		for at, want := range map[string]string{
			"": "48.50", start.Format(time.RFC3339): "0.00", "2025-10-15T11:23:59.999999Z": "0.00", "2025-10-15T11:24:00Z": "9.70", "2025-10-15T19:24:00+08:00": "9.70",
			"2025-10-15T13:30:00Z": "29.10", "2025-10-15T15:24:00Z": "48.50", "2100-01-01T00:00:00Z": "48.50", "1900-01-01T00:00:00Z": "0.00",
		} {
			got := h.get("/communities/C1/balance?account=merchant:bakery/payable&as_of=" + url.QueryEscape(at))
			if got["balance"] != want {
				t.Errorf("as of %q: %v, want %s", at, got["balance"], want)
			}
		}
		h.refused(h.call(http.MethodGet, "/communities/C1/balance?account=merchant:bakery/payable&as_of=yesterday", ""), 422, "api.bad_body")
		h.refused(h.call(http.MethodGet, "/communities/C1/balance?account=merchant:nobody/payable", ""), 404, "account.not_found")
	})
}

// Days are closed once, in order, and never before they are over.
func TestClosingDays(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "anna", "bakery", "10.00")
		closeDay := func(day string) answer {
			return h.call(http.MethodPost, "/communities/C1/closings", `{"day":`+strconv.Quote(day)+`}`)
		}
		h.refused(closeDay("2025-10-15"), 409, "ledger.day_not_over")
		h.refused(closeDay("9999-12-31"), 409, "ledger.day_not_over")
		for _, day := range []string{"2025-10-32", "15.10.2025", "", "0000-00-00"} {
			h.refused(closeDay(day), 422, "api.bad_body")
		}
		h.clock.Advance(48 * time.Hour)
		if a := closeDay("2025-10-15"); a.Code != http.StatusCreated && a.json["code"] != "ledger.day_already_closed" { // the sweep may be faster
			t.Errorf("closing: %d %s", a.Code, a.Body)
		}
		h.refused(closeDay("2025-10-15"), 409, "ledger.day_already_closed")
		late := h.call(http.MethodPost, "/communities/C1/purchases", h.bought("late", "anna", "bakery", "10.00", "purchased_at", `"2025-10-15T12:00:00Z"`))
		if late.Code != http.StatusOK || late.json["booked_on"] == "2025-10-15" {
			t.Errorf("booked into a closed day: %d %s", late.Code, late.Body)
		}
	})
}
