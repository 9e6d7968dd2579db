package wechatpay

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// refund is a refund in WeChat's words: an answer has status, a call-back refund_status.
type refund struct {
	Merchant string     `json:"mchid"`
	Partner  string     `json:"sp_mchid"`
	ID       string     `json:"refund_id"`
	Key      string     `json:"out_refund_no"`
	Payment  string     `json:"out_trade_no"`
	Status   string     `json:"status"`
	Told     string     `json:"refund_status"`
	At       *time.Time `json:"success_time"`
	Amount   struct {
		Refund   money.Amount `json:"refund"`
		Currency string       `json:"currency"` // not in call-backs
	} `json:"amount"`
}

var refundStates = map[string]pay.State{"SUCCESS": pay.Done, "CLOSED": pay.Closed, "PROCESSING": pay.Pending, "ABNORMAL": pay.Stuck}

func (r *refund) result() (x pay.RefundResult, err error) {
	state, ok := refundStates[r.Status+r.Told]
	if !ok || r.Key == "" || r.Amount.Refund <= 0 || r.Amount.Currency != "" && r.Amount.Currency != yuan {
		return x, fmt.Errorf("%w: a refund of %d %s is %q", pay.ErrUnknown, r.Amount.Refund, r.Amount.Currency, r.Status+r.Told)
	}
	x = pay.RefundResult{Key: r.Key, ID: r.ID, Payment: r.Payment, State: state, Amount: r.Amount.Refund}
	if r.At != nil {
		x.At = r.At.UTC()
	}
	return x, nil
}

// Refund implements pay.Provider. The same refund again tells what became of it.
func (c *Client) Refund(ctx context.Context, r pay.Refund) (x pay.RefundResult, err error) {
	if err := r.Check(); err != nil {
		return x, err
	}
	body := struct {
		Shop   string `json:"sub_mchid,omitempty"`
		Trade  string `json:"out_trade_no"`
		Key    string `json:"out_refund_no"`
		Reason string `json:"reason,omitempty"`
		Notify string `json:"notify_url"`
		Amount struct {
			Refund   money.Amount `json:"refund"`
			Total    money.Amount `json:"total"`
			Currency string       `json:"currency"`
		} `json:"amount"`
	}{Shop: r.Account, Trade: r.Payment, Key: r.Key, Reason: r.Reason, Notify: c.s.Notify}
	body.Amount.Refund, body.Amount.Total, body.Amount.Currency = r.Amount, r.Total, yuan
	var told refund
	if err := c.call(ctx, request{method: http.MethodPost, path: "/v3/refund/domestic/refunds", body: body}, &told); err != nil {
		return x, err
	}
	if told.Key != r.Key || told.Amount.Refund != r.Amount {
		return x, fmt.Errorf("%w: asked to refund %d by %s, told of %d by %s", pay.ErrUnknown, r.Amount, r.Key, told.Amount.Refund, told.Key)
	}
	return told.result()
}

// Refunded implements pay.Provider.
func (c *Client) Refunded(ctx context.Context, key, payment, account string) (x pay.RefundResult, err error) {
	path := "/v3/refund/domestic/refunds/" + url.PathEscape(key)
	if account != "" {
		path += "?sub_mchid=" + url.QueryEscape(account)
	}
	var told refund
	if err := c.call(ctx, request{method: http.MethodGet, path: path}, &told); err != nil {
		return x, err
	}
	if told.Key != key || told.Payment != payment {
		return x, fmt.Errorf("%w: asked for the refund %s of %s, told of %s of %s", pay.ErrUnknown, key, payment, told.Key, told.Payment)
	}
	return told.result()
}
