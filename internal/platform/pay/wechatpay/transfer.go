package wechatpay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// transfer is a transfer to a person in WeChat's words.
type transfer struct {
	Key     string     `json:"out_bill_no"`
	ID      string     `json:"transfer_bill_no"`
	State   string     `json:"state"`
	Package string     `json:"package_info"`
	Reason  string     `json:"fail_reason"`
	Created *time.Time `json:"create_time"`
	Updated *time.Time `json:"update_time"`
}

var transferStates = map[string]pay.State{
	"ACCEPTED": pay.Pending, "PROCESSING": pay.Pending, "WAIT_USER_CONFIRM": pay.Pending, "TRANSFERING": pay.Pending, "CANCELING": pay.Pending,
	"SUCCESS": pay.Done, "FAIL": pay.Closed, "CANCELLED": pay.Closed,
}

func (t *transfer) result(key string) (x pay.TransferResult, err error) {
	state, ok := transferStates[t.State]
	if !ok || t.Key != key {
		return x, fmt.Errorf("%w: the transfer %s is told as %s: %q", pay.ErrUnknown, key, t.Key, t.State)
	}
	x = pay.TransferResult{Key: t.Key, ID: t.ID, State: state, Confirm: t.Package, Reason: t.Reason}
	for _, at := range []*time.Time{t.Created, t.Updated} {
		if at != nil {
			x.At = at.UTC()
		}
	}
	return x, nil
}

// named is the amount from which WeChat wants to know whom a transfer is for.
const named money.Amount = 2_000_00

// clear are the codes that say for certain that a transfer was not made. WeChat asks its
// merchants to take any other for "nobody knows", lest they pay twice.
var clear = []string{"PARAM_ERROR", "INVALID_REQUEST", "NO_AUTH", pay.CodeNotEnough, "SIGN_ERROR", "ALREADY_EXISTS", "APPID_MCHID_NOT_MATCH"}

// Transfer implements pay.Provider: to a person, who accepts it in WeChat. Merchants
// are paid by their own settlements.
func (c *Client) Transfer(ctx context.Context, t pay.Transfer) (x pay.TransferResult, err error) {
	if err := t.Check(); err != nil {
		return x, err
	}
	switch {
	case t.Kind != pay.ToPerson:
		return x, pay.NotHere(pay.WeChat, "transfer to a merchant")
	case c.s.TransferScene == "":
		return x, pay.NotHere(pay.WeChat, "transfer without a scene that was granted")
	case t.Amount >= named && t.Name == "":
		return x, &pay.Refused{Code: pay.CodeForm, Message: "a transfer of 2,000.00 and more needs a name"}
	}
	q := request{method: http.MethodPost, path: "/v3/fund-app/mch-transfer/transfer-bills"}
	body := struct {
		App    string       `json:"appid"`
		Key    string       `json:"out_bill_no"`
		Scene  string       `json:"transfer_scene_id"`
		OpenID string       `json:"openid"`
		Name   string       `json:"user_name,omitempty"`
		Amount money.Amount `json:"transfer_amount"`
		Why    string       `json:"transfer_remark"`
		Report []Report     `json:"transfer_scene_report_infos,omitempty"`
	}{c.s.App, t.Key, c.s.TransferScene, t.Account, "", t.Amount, t.Why, c.s.TransferReport}
	if t.Amount >= named {
		key, err := c.keys.latest(ctx)
		if err != nil {
			return x, err
		}
		if body.Name, err = conceal(key.key, t.Name); err != nil {
			return x, err
		}
		q.serial = key.serial
	}
	q.body = body
	var told transfer
	if err := c.call(ctx, q, &told); err != nil {
		if r := (*pay.Refused)(nil); errors.As(err, &r) && !slices.Contains(clear, r.Code) {
			return x, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
		}
		return x, err
	}
	return told.result(t.Key)
}

// Transferred implements pay.Provider. WeChat remembers transfers for 30 days.
func (c *Client) Transferred(ctx context.Context, key string) (x pay.TransferResult, err error) {
	var told transfer
	if err := c.call(ctx, request{method: http.MethodGet, path: "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/" + url.PathEscape(key)}, &told); err != nil {
		return x, err
	}
	return told.result(key)
}
