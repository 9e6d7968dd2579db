package wechatpay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"gongyi/internal/platform/pay"
)

// Numbers of the report.
const (
	byTransaction = 2 // the order is named by WeChat's number
	inStore       = 4 // picked up
	atOnce        = 1 // everything together
	maxItem       = 120
)

// Answers of the mini program's operations that mean something to us.
var (
	badToken = []int{40001, 40014, 42001}
	reported = []int{10060002, 10060023} // delivered already; told the same before
	busy     = []int{-1, 45009, 45011}
	noOrder  = []int{10060001}
)

// Pickup implements pay.Provider: goods of a sale in the mini program were handed over.
// What was reported before is reported.
func (c *Client) Pickup(ctx context.Context, p pay.Pickup) error {
	if c.s.Token == nil {
		return pay.NotHere(pay.WeChat, "report without a mini program")
	}
	if p.Payment == "" || p.Payer == "" || p.Title == "" {
		return &pay.Refused{Code: pay.CodeForm, Message: "a pickup without payment, payer or title"}
	}
	title := p.Title
	if len(title) > maxItem {
		title = string(bytes.ToValidUTF8([]byte(title[:maxItem]), nil))
	}
	body, err := json.Marshal(map[string]any{
		"order_key": map[string]any{"order_number_type": byTransaction, "transaction_id": p.Payment}, "logistics_type": inStore, "delivery_mode": atOnce,
		"shipping_list": []map[string]string{{"item_desc": title}}, "upload_time": p.At.In(china).Format("2006-01-02T15:04:05.000Z07:00"),
		"payer": map[string]string{"openid": p.Payer},
	})
	if err != nil {
		return err
	}
	code, message, err := c.report(ctx, body, false)
	if err == nil && slices.Contains(badToken, code) {
		code, message, err = c.report(ctx, body, true)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	case code == 0 || slices.Contains(reported, code):
		return nil
	case slices.Contains(busy, code) || slices.Contains(badToken, code):
		return fmt.Errorf("%w: %d", pay.ErrUnknown, code)
	case slices.Contains(noOrder, code):
		return fmt.Errorf("%w: %d", pay.ErrNotFound, code)
	}
	return &pay.Refused{Code: strconv.Itoa(code), Message: message, Status: http.StatusOK}
}

// report sends it under an access token, which never shows in an error.
func (c *Client) report(ctx context.Context, body []byte, fresh bool) (code int, message string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	token, err := c.s.Token(ctx, fresh)
	if err != nil {
		return 0, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api+"/wxa/sec/order/upload_shipping_info?access_token="+url.QueryEscape(token), bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		if e, ok := err.(*url.Error); ok {
			err = e.Err
		}
		return 0, "", err
	}
	defer res.Body.Close()
	var told struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&told); err != nil {
		return 0, "", err
	}
	if res.StatusCode != http.StatusOK || told.Code == nil {
		return 0, "", fmt.Errorf("HTTP %d", res.StatusCode)
	}
	return *told.Code, told.Message, nil
}
