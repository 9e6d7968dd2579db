package wechatpay

import "gongyi/internal/platform/pay"

// Believed reads a message as if its seal had been checked.
func (c *Client) Believed(body []byte) (pay.Message, error) { return c.read(body) }

// Opened reads what was encrypted in a message.
func (c *Client) Opened(event string, clear []byte) (pay.Message, error) {
	return c.told(pay.Message{ID: "1"}, event, clear)
}
