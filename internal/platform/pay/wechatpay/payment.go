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

// yuan is the only currency.
const yuan = "CNY"

// china is the zone in which WeChat writes days and bills.
var china = time.FixedZone("CST", 8*60*60)

// amount is money as WeChat writes it.
type amount struct {
	Total    money.Amount `json:"total"`
	Currency string       `json:"currency"`
}

// settle says what may become of the money of an order.
type settle struct {
	Share bool `json:"profit_sharing"`
}

type payer struct {
	OpenID  string `json:"openid,omitempty"`
	Partner string `json:"sp_openid,omitempty"`
}

type scene struct {
	IP string `json:"payer_client_ip"`
}

// order is the body of an order, in both modes.
type order struct {
	App         string  `json:"appid,omitempty"`
	Merchant    string  `json:"mchid,omitempty"`
	PartnerApp  string  `json:"sp_appid,omitempty"`
	Partner     string  `json:"sp_mchid,omitempty"`
	Shop        string  `json:"sub_mchid,omitempty"`
	Description string  `json:"description"`
	Key         string  `json:"out_trade_no"`
	Expires     string  `json:"time_expire,omitempty"`
	Attach      string  `json:"attach,omitempty"`
	Notify      string  `json:"notify_url"`
	Settle      *settle `json:"settle_info,omitempty"`
	Amount      amount  `json:"amount"`
	Payer       *payer  `json:"payer,omitempty"`
	Scene       *scene  `json:"scene_info,omitempty"`
}

// Pay implements pay.Provider. The same order again prepares the same payment again.
func (c *Client) Pay(ctx context.Context, o pay.Order) (p pay.Prepared, err error) {
	if err := o.Check(c.clock.Now()); err != nil {
		return p, err
	}
	body := order{Description: o.Title, Key: o.Key, Attach: o.Attach, Notify: c.s.Notify, Amount: amount{o.Amount, yuan}}
	path := "/v3/pay/transactions/"
	if o.Account == "" {
		body.App, body.Merchant = c.s.App, c.s.Merchant
	} else {
		path = "/v3/pay/partner/transactions/"
		body.PartnerApp, body.Partner, body.Shop = c.s.App, c.s.Merchant, o.Account
	}
	if !o.Expires.IsZero() {
		body.Expires = o.Expires.In(china).Format(time.RFC3339)
	}
	if o.Share {
		body.Settle = &settle{true}
	}
	if o.ClientIP != "" {
		body.Scene = &scene{o.ClientIP}
	}
	if o.Scene == pay.JSAPI {
		body.Payer = &payer{OpenID: o.Payer}
		if o.Account != "" {
			body.Payer = &payer{Partner: o.Payer}
		}
	}
	var told struct {
		ID   string `json:"prepay_id"`
		Code string `json:"code_url"`
	}
	if err := c.call(ctx, request{method: http.MethodPost, path: path + string(o.Scene), body: body}, &told); err != nil {
		return p, err
	}
	if o.Scene == pay.Native {
		if told.Code == "" {
			return p, fmt.Errorf("%w: an order without a code", pay.ErrUnknown)
		}
		return pay.Prepared{Code: told.Code}, nil
	}
	if told.ID == "" {
		return p, fmt.Errorf("%w: an order without a number", pay.ErrUnknown)
	}
	handed, err := c.handOver(told.ID)
	return pay.Prepared{ID: told.ID, Handed: handed}, err
}

// transaction is a payment in WeChat's words.
type transaction struct {
	Merchant string     `json:"mchid"`
	Partner  string     `json:"sp_mchid"`
	Shop     string     `json:"sub_mchid"`
	Key      string     `json:"out_trade_no"`
	ID       string     `json:"transaction_id"`
	State    string     `json:"trade_state"`
	Attach   string     `json:"attach"`
	At       *time.Time `json:"success_time"`
	Amount   *amount    `json:"amount"`
	Payer    payer      `json:"payer"`
}

// states of a payment. REFUND says that some of it went back; which refunds those are is
// asked of them. What is revoked or failed took nothing.
var states = map[string]pay.State{
	"SUCCESS": pay.Done, "REFUND": pay.Done, "NOTPAY": pay.Pending, "USERPAYING": pay.Pending, "ACCEPT": pay.Pending,
	"CLOSED": pay.Closed, "REVOKED": pay.Closed, "PAYERROR": pay.Closed,
}

// payment reads a payment, and doubts what no payment of ours can be.
func (t *transaction) payment(c *Client) (p pay.Payment, err error) {
	state, ok := states[t.State]
	if !ok {
		return p, fmt.Errorf("%w: a payment is %q", pay.ErrUnknown, t.State)
	}
	if t.Merchant+t.Partner != c.s.Merchant {
		return p, fmt.Errorf("%w: a payment of the merchant %q", pay.ErrForged, t.Merchant+t.Partner)
	}
	p = pay.Payment{Key: t.Key, ID: t.ID, State: state, Attach: t.Attach, Payer: t.Payer.OpenID + t.Payer.Partner, Account: t.Shop}
	if t.Amount != nil {
		p.Amount, p.Asset = t.Amount.Total, t.Amount.Currency
	}
	if state != pay.Done {
		return p, nil
	}
	if t.At == nil || t.ID == "" || p.Amount <= 0 || p.Asset != yuan {
		return p, fmt.Errorf("%w: a payment of %d %s without all that belongs to it", pay.ErrUnknown, p.Amount, p.Asset)
	}
	p.PaidAt = t.At.UTC()
	return p, nil
}

// Payment implements pay.Provider.
func (c *Client) Payment(ctx context.Context, key, account string) (p pay.Payment, err error) {
	path := "/v3/pay/transactions/out-trade-no/" + url.PathEscape(key) + "?mchid=" + url.QueryEscape(c.s.Merchant)
	if account != "" {
		path = "/v3/pay/partner/transactions/out-trade-no/" + url.PathEscape(key) + "?sp_mchid=" + url.QueryEscape(c.s.Merchant) + "&sub_mchid=" + url.QueryEscape(account)
	}
	var t transaction
	if err := c.call(ctx, request{method: http.MethodGet, path: path}, &t); err != nil {
		return p, err
	}
	if t.Key != key || t.Shop != account {
		return p, fmt.Errorf("%w: asked for %s of %q, told of %s of %q", pay.ErrUnknown, key, account, t.Key, t.Shop)
	}
	return t.payment(c)
}

// Close implements pay.Provider. What was closed before is closed.
func (c *Client) Close(ctx context.Context, key, account string) error {
	path, body := "/v3/pay/transactions/out-trade-no/"+url.PathEscape(key)+"/close", map[string]string{"mchid": c.s.Merchant}
	if account != "" {
		path, body = "/v3/pay/partner/transactions/out-trade-no/"+url.PathEscape(key)+"/close", map[string]string{"sp_mchid": c.s.Merchant, "sub_mchid": account}
	}
	err := c.call(ctx, request{method: http.MethodPost, path: path, body: body}, nil)
	if c := code(err); c == "ORDER_CLOSED" || c == "ORDERCLOSED" {
		return nil
	}
	return err
}
