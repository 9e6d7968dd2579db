package pay_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// TestLimitsNeverLetMoreThanTheirShareThrough: whatever is shared in whatever requests, no
// order gives more than its limit to others (D6).
func TestLimitsNeverLetMoreThanTheirShareThrough(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		l := pay.Limits{Share: money.Rate(rapid.Int64Range(0, 1_000_000).Draw(t, "cap")), Receivers: 5, Requests: 50, After: time.Minute, Within: time.Hour, ReturnDays: 180}
		total, before := money.Amount(rapid.Int64Range(1, 1_000_00).Draw(t, "total")), money.Amount(0)
		for n := range rapid.IntRange(1, 60).Draw(t, "requests") {
			s := pay.Share{Key: "abcdef", Payment: "4200", Total: total, Before: before, Requests: n, PaidAt: now.Add(-2 * time.Minute),
				Parts: []pay.Part{{Kind: pay.ToPerson, Account: "o", Amount: money.Amount(rapid.Int64Range(-5, 200_00).Draw(t, "part"))}}}
			if l.Check(&s, now) == nil {
				before += s.Parts[0].Amount
			}
		}
		if before > l.Share.FloorOf(total) {
			t.Fatalf("%d of %d at %s", before, total, l.Share.Percent())
		}
	})
}

func TestKeysHaveTheirLengths(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	long := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	refund := pay.Refund{Key: long, Payment: long[:32], Amount: 1, Total: 1}
	if err := refund.Check(); err != nil {
		t.Error(err)
	}
	order := pay.Order{Key: long[:33], Amount: 1, Title: "x", Scene: pay.Native}
	if err := order.Check(now); err == nil {
		t.Error("an order with a key of 33 letters")
	}
	back := pay.Return{Key: long + "0", Share: long, From: "1", Kind: pay.ToMerchant, Amount: 1, SharedAt: now}
	if r := (*pay.Refused)(nil); !errors.As(pay.WeChatLimits.CheckReturn(&back, now), &r) || r.Status != 0 {
		t.Errorf("%v", r)
	}
}
