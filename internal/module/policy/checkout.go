package policy

import "gongyi/internal/kernel/money"

// Checkout are the numbers of the till (D1, D3).
type Checkout struct {
	PayCodeSeconds   int `json:"pay_code_seconds"`   // how often a member's code turns
	PayCodeSkew      int `json:"pay_code_skew"`      // seconds by which her phone's clock may be off
	CheckoutMinutes  int `json:"checkout_minutes"`   // in which a checkout is agreed to and paid
	LateScanHours    int `json:"late_scan_hours"`    // after which a scan that waited for the network counts no more
	RefundWindowDays int `json:"refund_window_days"` // in which the shop gives money back by the till
}

// TrialCheckout is the default policy's till.
func TrialCheckout() Checkout {
	return Checkout{PayCodeSeconds: 30, PayCodeSkew: 30, CheckoutMinutes: 10, LateScanHours: 24, RefundWindowDays: 90}
}

// ProviderRefundDays is how long after a payment a licensed provider takes a refund
// (WeChat Pay v3: one year).
const ProviderRefundDays = 365

func (c *Checkout) bounds() []bound {
	return []bound{
		{"pay_code_seconds", int64(c.PayCodeSeconds), 15, 120},
		{"pay_code_skew", int64(c.PayCodeSkew), 0, 120},
		{"checkout_minutes", int64(c.CheckoutMinutes), 1, 120},
		{"late_scan_hours", int64(c.LateScanHours), 1, 72},
		{"refund_window_days", int64(c.RefundWindowDays), 0, ProviderRefundDays},
	}
}

// Payouts are the numbers by which money leaves for shops and people (D5, D6; rules P-01 …).
type Payouts struct {
	PayoutHoldDays  int          `json:"payout_hold_days"`    // after the day of a purchase, before it is paid out
	RewardHoldDays  int          `json:"reward_hold_days"`    // P-03: a person is paid when what earned the reward can no longer come back
	PayoutMin       money.Amount `json:"payout_min"`          // fen; less waits for the next batch
	PayoutApprovals int          `json:"payout_approvals"`    // people who agree to a batch, none of them a payee
	ApprovalDays    int          `json:"payout_approve_days"` // in which a batch is agreed to; then it is dropped
	ProviderFee     money.Rate   `json:"provider_fee"`        // P-02: what the provider is expected to keep of a payment; its bill says what it did
	ShareMax        money.Rate   `json:"share_max"`           // of an order, what may go to others than its shop
	DifferenceDays  int          `json:"difference_days"`     // in which a difference with the provider's bill is settled
	RefundHandDays  int          `json:"refund_hand_days"`    // in which a refund is handed over at the counter, as its payer is told
	RefundFixDays   int          `json:"refund_fix_days"`     // in which the desk deals with a refund that the provider did not carry out
	ShareWarnDays   int          `json:"share_warn_days"`     // that are left to share a payment when the desk is warned
}

// TrialPayouts are the default policy's payouts.
func TrialPayouts() Payouts {
	return Payouts{
		PayoutHoldDays: 1, RewardHoldDays: 15, PayoutMin: 100, PayoutApprovals: 2, ApprovalDays: 7,
		ProviderFee: 6_000, ShareMax: ProviderShareMax, DifferenceDays: 3, RefundHandDays: 3, RefundFixDays: 3, ShareWarnDays: 10,
	}
}

// LawfulApprovals is how many people agree before money leaves: nobody alone.
const LawfulApprovals = 2

func (p *Payouts) bounds() []bound {
	return []bound{
		{"payout_hold_days", int64(p.PayoutHoldDays), 1, 28}, // shares are made within 30 days of a payment (D6)
		{"reward_hold_days", int64(p.RewardHoldDays), 7, 180},
		{"payout_min", int64(p.PayoutMin), 1, 1_000_00},
		{"payout_approvals", int64(p.PayoutApprovals), LawfulApprovals, 5},
		{"payout_approve_days", int64(p.ApprovalDays), 1, 30},
		{"provider_fee", int64(p.ProviderFee), 0, 20_000},
		{"share_max", int64(p.ShareMax), 0, ProviderShareMax},
		{"difference_days", int64(p.DifferenceDays), 1, 30},
		{"refund_hand_days", int64(p.RefundHandDays), 1, 30},
		{"refund_fix_days", int64(p.RefundFixDays), 1, 30},
		{"share_warn_days", int64(p.ShareWarnDays), 1, 28},
	}
}
