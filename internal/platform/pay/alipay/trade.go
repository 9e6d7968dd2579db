package alipay

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// order is the content of an order.
type order struct {
	Key     string            `json:"out_trade_no"`
	Amount  string            `json:"total_amount"`
	Title   string            `json:"subject"`
	Expires string            `json:"time_expire,omitempty"`
	Back    string            `json:"passback_params,omitempty"`
	Buyer   string            `json:"buyer_open_id,omitempty"`
	App     string            `json:"op_app_id,omitempty"`
	Product string            `json:"product_code,omitempty"`
	More    map[string]string `json:"extend_params,omitempty"`
}

// yuan writes an amount.
func yuan(v money.Amount) string { return v.Decimal(money.CNY) }

// fen reads an amount; what is none is below zero.
func fen(s string) money.Amount {
	v, err := money.Parse(s, money.CNY)
	if err != nil {
		return -1
	}
	return v
}

// Pay implements pay.Provider. A code that nobody has scanned is no trade yet: Alipay knows
// nothing of it until then, and its time ends it.
func (c *Client) Pay(ctx context.Context, o pay.Order) (p pay.Prepared, err error) {
	if err := o.Check(c.clock.Now()); err != nil {
		return p, err
	}
	body := order{Key: o.Key, Amount: yuan(o.Amount), Title: o.Title, Back: url.QueryEscape(o.Attach)}
	if !o.Expires.IsZero() {
		body.Expires = o.Expires.In(china).Format(time.DateTime)
	}
	if o.Share {
		body.More = map[string]string{"royalty_freeze": "true"}
	}
	if o.Scene == pay.Native {
		var x struct {
			Key  string `json:"out_trade_no"`
			Code string `json:"qr_code"`
		}
		if err := c.call(ctx, "alipay.trade.precreate", o.Account, true, body, &x); err != nil {
			return p, err
		}
		if x.Key != o.Key || x.Code == "" {
			return p, fmt.Errorf("%w: a code for %s", pay.ErrUnknown, x.Key)
		}
		return pay.Prepared{Code: x.Code}, nil
	}
	body.Buyer, body.App, body.Product = o.Payer, c.s.App, "JSAPI_PAY"
	var x struct {
		Key string `json:"out_trade_no"`
		ID  string `json:"trade_no"`
	}
	if err := c.call(ctx, "alipay.trade.create", o.Account, true, body, &x); err != nil {
		return p, err
	}
	if x.Key != o.Key || x.ID == "" {
		return p, fmt.Errorf("%w: a trade for %s", pay.ErrUnknown, x.Key)
	}
	return pay.Prepared{ID: x.ID, Handed: map[string]string{"tradeNO": x.ID}}, nil
}

// states of a trade. TRADE_CLOSED is also what a trade is that was refunded whole; who
// asks after it was paid asks for its refunds.
var states = map[string]pay.State{"WAIT_BUYER_PAY": pay.Pending, "TRADE_SUCCESS": pay.Done, "TRADE_FINISHED": pay.Done, "TRADE_CLOSED": pay.Closed}

// Payment implements pay.Provider.
func (c *Client) Payment(ctx context.Context, key, account string) (p pay.Payment, err error) {
	var x struct {
		Key    string `json:"out_trade_no"`
		ID     string `json:"trade_no"`
		Status string `json:"trade_status"`
		Amount string `json:"total_amount"`
		At     string `json:"send_pay_date"`
		Buyer  string `json:"buyer_open_id"`
		User   string `json:"buyer_user_id"`
		Back   string `json:"passback_params"`
	}
	if err := c.call(ctx, "alipay.trade.query", account, false, map[string]any{"out_trade_no": key}, &x); err != nil {
		return p, err
	}
	state, ok := states[x.Status]
	p = pay.Payment{Account: account, Key: x.Key, ID: x.ID, State: state, Amount: fen(x.Amount), Asset: "CNY", Payer: x.Buyer, Attach: x.Back}
	if p.Payer == "" {
		p.Payer = x.User
	}
	if !ok || x.Key != key || p.Amount <= 0 {
		return p, fmt.Errorf("%w: asked for %s, told of %s: %q, %q", pay.ErrUnknown, key, x.Key, x.Status, x.Amount)
	}
	if state == pay.Closed && x.At != "" {
		p.State = pay.Returned // it was paid, and refunded whole
	}
	if p.State == pay.Done || p.State == pay.Returned {
		p.PaidAt, err = moment(x.At)
	}
	return p, err
}

// moment reads a time of Alipay's.
func moment(s string) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateTime, s, china)
	if err != nil {
		return at, fmt.Errorf("%w: the time %q", pay.ErrUnknown, s)
	}
	return at.UTC(), nil
}

// Close implements pay.Provider.
func (c *Client) Close(ctx context.Context, key, account string) error {
	var x struct {
		Key string `json:"out_trade_no"`
	}
	err := c.call(ctx, "alipay.trade.close", account, false, map[string]any{"out_trade_no": key}, &x)
	if r := (*pay.Refused)(nil); errors.As(err, &r) && r.Code == "TRADE_STATUS_ERROR" {
		if p, asked := c.Payment(ctx, key, account); asked == nil && p.State == pay.Closed {
			return nil // closed before
		}
	}
	return err
}

// Refund implements pay.Provider.
func (c *Client) Refund(ctx context.Context, r pay.Refund) (x pay.RefundResult, err error) {
	if err := r.Check(); err != nil {
		return x, err
	}
	var t struct {
		Key    string `json:"out_trade_no"`
		Change string `json:"fund_change"`
	}
	content := map[string]any{"out_trade_no": r.Payment, "out_request_no": r.Key, "refund_amount": yuan(r.Amount), "refund_reason": r.Reason}
	if err := c.call(ctx, "alipay.trade.refund", r.Account, false, content, &t); err != nil {
		return x, err
	}
	if t.Key != r.Payment {
		return x, fmt.Errorf("%w: a refund of %s", pay.ErrUnknown, t.Key)
	}
	if t.Change != "Y" { // it was asked for before, or is under way
		return c.Refunded(ctx, r.Key, r.Payment, r.Account)
	}
	return pay.RefundResult{Key: r.Key, ID: r.Key, Payment: r.Payment, State: pay.Done, Amount: r.Amount, At: c.clock.Now()}, nil
}

// Refunded implements pay.Provider.
func (c *Client) Refunded(ctx context.Context, key, payment, account string) (x pay.RefundResult, err error) {
	var t struct {
		Trade  string `json:"out_trade_no"`
		Key    string `json:"out_request_no"`
		Amount string `json:"refund_amount"`
		Status string `json:"refund_status"`
		At     string `json:"gmt_refund_pay"`
	}
	content := map[string]any{"out_trade_no": payment, "out_request_no": key, "query_options": []string{"gmt_refund_pay"}}
	if err := c.call(ctx, "alipay.trade.fastpay.refund.query", account, false, content, &t); err != nil {
		return x, err
	}
	if t.Key == "" { // good, and empty: no such refund
		return x, pay.ErrNotFound
	}
	x = pay.RefundResult{Key: key, ID: key, Payment: payment, State: pay.Pending, Amount: fen(t.Amount)}
	if t.Key != key || t.Trade != payment || x.Amount <= 0 {
		return x, fmt.Errorf("%w: asked for the refund %s, told of %s: %q", pay.ErrUnknown, key, t.Key, t.Amount)
	}
	if t.Status == "REFUND_SUCCESS" {
		x.State = pay.Done
		if t.At != "" {
			x.At, err = moment(t.At)
		}
	}
	return x, err
}

// Pickup implements pay.Provider.
func (c *Client) Pickup(context.Context, pay.Pickup) error {
	return pay.NotHere(pay.Alipay, "report of pickups")
}
