package alipay

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"gongyi/internal/platform/pay"
)

// maxMessage bounds a call-back, in bytes.
const maxMessage = 64 << 10

// Read implements pay.Provider. Alipay signs neither a word said once nor the moment of
// sending, so a message that was recorded is believed again; it says what it said before.
func (c *Client) Read(r *http.Request) (m pay.Message, err error) {
	if r.Method != http.MethodPost {
		return m, fmt.Errorf("%w: %s", pay.ErrForged, r.Method)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMessage+1))
	if err != nil {
		return m, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	if len(body) > maxMessage {
		return m, fmt.Errorf("%w: the message is too long", pay.ErrForged)
	}
	q, err := url.ParseQuery(string(body))
	if err != nil {
		return m, fmt.Errorf("%w: no form", pay.ErrForged)
	}
	for name, values := range q {
		if len(values) != 1 {
			return m, fmt.Errorf("%w: %s stands there twice", pay.ErrForged, name)
		}
	}
	if q.Get("sign_type") != "RSA2" {
		return m, fmt.Errorf("%w: signed by %q", pay.ErrForged, q.Get("sign_type"))
	}
	if err := c.check([]byte(sorted(q, "sign", "sign_type")), q.Get("sign")); err != nil {
		return m, err
	}
	return c.read(q)
}

// read opens a message that is Alipay's.
func (c *Client) read(q url.Values) (m pay.Message, err error) {
	if q.Get("app_id") != c.s.App {
		return m, fmt.Errorf("%w: for the app %q", pay.ErrForged, q.Get("app_id"))
	}
	m = pay.Message{ID: q.Get("notify_id"), Kind: pay.OtherMessage}
	if q.Get("notify_type") != "trade_status_sync" {
		return m, nil
	}
	if key := q.Get("out_biz_no"); key != "" { // a refund
		x := pay.RefundResult{Key: key, ID: key, Payment: q.Get("out_trade_no"), State: pay.Done}
		if x.At, err = moment(seconds(q.Get("gmt_refund"))); err != nil {
			return m, err
		}
		// It says how much went back of the whole trade, not by this refund: the house
		// knows what it asked for.
		m.Kind, m.Refund = pay.RefundMessage, &x
		return m, nil
	}
	state, ok := states[q.Get("trade_status")]
	p := pay.Payment{Key: q.Get("out_trade_no"), ID: q.Get("trade_no"), State: state, Amount: fen(q.Get("total_amount")), Asset: "CNY", Payer: q.Get("buyer_open_id")}
	if seller := q.Get("seller_id"); seller != c.s.Seller {
		p.Account = seller
	}
	if p.Attach, err = url.QueryUnescape(q.Get("passback_params")); err != nil || !ok || p.Amount <= 0 || p.ID == "" {
		return m, fmt.Errorf("%w: a payment of %q is %q", pay.ErrUnknown, q.Get("total_amount"), q.Get("trade_status"))
	}
	if state == pay.Done {
		if p.PaidAt, err = moment(q.Get("gmt_payment")); err != nil {
			return m, err
		}
	}
	m.Kind, m.Payment = pay.PaymentMessage, &p
	return m, nil
}

// seconds cuts fractions off a time.
func seconds(s string) string {
	const form = len("2006-01-02 15:04:05")
	if len(s) > form {
		return s[:form]
	}
	return s
}

// Answer implements pay.Provider: the one word that Alipay wants, or another one.
func (c *Client) Answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain")
	if err != nil {
		_, _ = io.WriteString(w, "fail")
		return
	}
	_, _ = io.WriteString(w, "success")
}
