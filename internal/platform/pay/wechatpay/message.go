package wechatpay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"gongyi/internal/platform/pay"
)

// maxMessage bounds a call-back, in bytes; WeChat's have about two thousand.
const maxMessage = 64 << 10

// notice is a call-back of WeChat's.
type notice struct {
	ID       string `json:"id"`
	Event    string `json:"event_type"`
	Resource sealed `json:"resource"`
}

// Read implements pay.Provider. A message whose seal is missing, wrong, or older than
// five minutes is pay.ErrForged; one that is sealed and cannot be read, pay.ErrUnknown.
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
	by := sealOf(r.Header)
	if by.none() {
		return m, fmt.Errorf("%w: there is none", pay.ErrForged)
	}
	key, err := c.keys.get(r.Context(), by.serial)
	if err != nil {
		return m, err
	}
	if err := by.check(key, body, c.clock.Now()); err != nil {
		return m, err
	}
	return c.read(body)
}

// read opens a message that is WeChat's.
func (c *Client) read(body []byte) (m pay.Message, err error) {
	var n notice
	if err := json.Unmarshal(body, &n); err != nil || n.ID == "" {
		return m, fmt.Errorf("%w: a message that is none", pay.ErrUnknown)
	}
	m = pay.Message{ID: n.ID, Kind: pay.OtherMessage}
	if !strings.HasPrefix(n.Event, "TRANSACTION.") && !strings.HasPrefix(n.Event, "REFUND.") {
		return m, nil
	}
	clear, err := c.open(n.Resource)
	if err != nil {
		return m, fmt.Errorf("%w: %w", pay.ErrForged, err)
	}
	return c.told(m, n.Event, clear)
}

// told reads what was encrypted in a message.
func (c *Client) told(m pay.Message, event string, clear []byte) (pay.Message, error) {
	if strings.HasPrefix(event, "TRANSACTION.") {
		var t transaction
		if err := json.Unmarshal(clear, &t); err != nil {
			return m, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
		}
		p, err := t.payment(c)
		if err != nil {
			return m, err
		}
		m.Kind, m.Payment = pay.PaymentMessage, &p
		return m, nil
	}
	var t refund
	if err := json.Unmarshal(clear, &t); err != nil {
		return m, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	if t.Merchant+t.Partner != c.s.Merchant {
		return m, fmt.Errorf("%w: a refund of the merchant %q", pay.ErrForged, t.Merchant+t.Partner)
	}
	x, err := t.result()
	if err != nil {
		return m, err
	}
	m.Kind, m.Refund = pay.RefundMessage, &x
	return m, nil
}

// Answer implements pay.Provider: WeChat is told whether to send the message again.
func (c *Client) Answer(w http.ResponseWriter, err error) {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status := http.StatusInternalServerError
	if errors.Is(err, pay.ErrForged) {
		status = http.StatusUnauthorized
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"code":"FAIL","message":"失败"}`))
}
