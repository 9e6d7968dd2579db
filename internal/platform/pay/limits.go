package pay

import (
	"fmt"
	"time"

	"gongyi/internal/kernel/money"
)

// Limits are what a provider allows of shares (D6).
type Limits struct {
	Share      money.Rate    // of an order
	Receivers  int           // in one request
	Requests   int           // for one order
	After      time.Duration // after the payment, before the first share
	Within     time.Duration // after the payment, until the last
	ReturnDays int           // after a share
}

// WeChatLimits are those of WeChat Pay v3.
var WeChatLimits = Limits{Share: 300_000, Receivers: 5, Requests: 50, After: time.Minute, Within: 30 * 24 * time.Hour, ReturnDays: 180}

// Codes of what is refused here, before anything is sent.
const (
	CodeAmount    = "AMOUNT"    // nothing, or less than nothing, or more than there is
	CodeForm      = "FORM"      // a key, an account or a text that no provider takes
	CodeCap       = "SHARE_CAP" // more than may be shared of an order
	CodeReceivers = "RECEIVERS" // too many in one request, or none
	CodeRequests  = "REQUESTS"  // too many for one order
	CodeTooSoon   = "TOO_SOON"  // after the payment
	CodeTooLate   = "TOO_LATE"  // after the payment, or after the share
	CodePurse     = "PURSE"     // a person gives nothing back
	CodeNotHere   = "NOT_HERE"  // this provider does no such thing
)

// What every provider takes: letters and digits of a key, bytes of a text. Orders and
// transfers have the shorter keys.
const (
	minKey       = 6
	maxKey       = 32
	maxLong      = 64 // of refunds, shares and returns
	maxTitle     = 127
	maxAttach    = 127
	maxRefundWhy = 80
	maxAccount   = 64
)

// refuse is a refusal of our own.
func refuse(code, format string, args ...any) error {
	return &Refused{Code: code, Message: fmt.Sprintf(format, args...)}
}

// NotHere refuses what a provider does not offer.
func NotHere(kind Kind, what string) error { return refuse(CodeNotHere, "%s has no %s", kind, what) }

// keyed reports whether a key is letters and digits, at most so many.
func keyed(key string, most int) bool {
	for _, r := range key {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return len(key) >= minKey && len(key) <= most
}

// Check refuses an order that no provider would take.
func (o *Order) Check(now time.Time) error {
	switch {
	case !keyed(o.Key, maxKey):
		return refuse(CodeForm, "the key %q", o.Key)
	case o.Amount <= 0:
		return refuse(CodeAmount, "%d fen", o.Amount)
	case o.Title == "" || len(o.Title) > maxTitle:
		return refuse(CodeForm, "a title of %d bytes", len(o.Title))
	case len(o.Attach) > maxAttach:
		return refuse(CodeForm, "%d bytes attached", len(o.Attach))
	case o.Scene != JSAPI && o.Scene != Native:
		return refuse(CodeForm, "the scene %q", o.Scene)
	case o.Scene == JSAPI && o.Payer == "":
		return refuse(CodeForm, "a payment in the provider's app without a payer")
	case !o.Expires.IsZero() && !o.Expires.After(now):
		return refuse(CodeTooLate, "it expired before it was asked for")
	}
	return nil
}

// Check refuses a refund that no provider would take.
func (r *Refund) Check() error {
	switch {
	case !keyed(r.Key, maxLong) || !keyed(r.Payment, maxKey):
		return refuse(CodeForm, "the key %q of %q", r.Key, r.Payment)
	case r.Amount <= 0 || r.Amount > r.Total:
		return refuse(CodeAmount, "%d fen of %d", r.Amount, r.Total)
	case len(r.Reason) > maxRefundWhy:
		return refuse(CodeForm, "a reason of %d bytes", len(r.Reason))
	}
	return nil
}

// Check refuses a transfer that no provider would take.
func (t *Transfer) Check() error {
	switch {
	case !keyed(t.Key, maxKey):
		return refuse(CodeForm, "the key %q", t.Key)
	case t.Amount <= 0:
		return refuse(CodeAmount, "%d fen", t.Amount)
	case t.Account == "" || len(t.Account) > maxAccount:
		return refuse(CodeForm, "the account %q", t.Account)
	}
	return nil
}

// Check refuses a share beyond the limits.
func (l Limits) Check(s *Share, now time.Time) error {
	if !keyed(s.Key, maxLong) || s.Payment == "" {
		return refuse(CodeForm, "the key %q of %q", s.Key, s.Payment)
	}
	if len(s.Parts) == 0 && !s.Release || len(s.Parts) > l.Receivers {
		return refuse(CodeReceivers, "%d receivers in one request", len(s.Parts))
	}
	if len(s.Parts) == 0 {
		return nil // what only releases is bound to no time
	}
	sum := s.Before
	seen := make(map[string]bool, len(s.Parts))
	for _, p := range s.Parts {
		name := string(p.Kind) + " " + p.Account
		switch {
		case p.Amount <= 0:
			return refuse(CodeAmount, "%d fen for %s", p.Amount, p.Account)
		case p.Kind != ToMerchant && p.Kind != ToPerson, p.Account == "", p.Account == s.Account:
			return refuse(CodeForm, "the receiver %q", name)
		case p.Kind == ToMerchant && p.Name == "":
			return refuse(CodeForm, "the merchant %s without its name", p.Account)
		case seen[name]:
			return refuse(CodeForm, "%s stands twice in one request", name)
		}
		seen[name] = true
		sum += p.Amount
	}
	switch since := now.Sub(s.PaidAt); {
	case s.Before < 0 || s.Total <= 0:
		return refuse(CodeAmount, "%d fen, %d shared before", s.Total, s.Before)
	case sum > l.Share.FloorOf(s.Total):
		return refuse(CodeCap, "%d fen of %d are more than %s", sum, s.Total, l.Share.Percent())
	case s.Requests >= l.Requests:
		return refuse(CodeRequests, "%d requests for one order", s.Requests+1)
	case since < l.After:
		return refuse(CodeTooSoon, "%s after the payment", since)
	case since > l.Within:
		return refuse(CodeTooLate, "%s after the payment", since)
	}
	return nil
}

// CheckReturn refuses a return beyond the limits. Nothing comes back from a person.
func (l Limits) CheckReturn(r *Return, now time.Time) error {
	switch {
	case r.Kind != ToMerchant:
		return refuse(CodePurse, "%s is a %s", r.From, r.Kind)
	case !keyed(r.Key, maxLong) || !keyed(r.Share, maxLong) || r.From == "":
		return refuse(CodeForm, "the key %q of %q from %q", r.Key, r.Share, r.From)
	case r.Amount <= 0:
		return refuse(CodeAmount, "%d fen", r.Amount)
	case now.After(r.SharedAt.AddDate(0, 0, l.ReturnDays)):
		return refuse(CodeTooLate, "%d days after the share at the most", l.ReturnDays)
	}
	return nil
}
