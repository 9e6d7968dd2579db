package alipay

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// Limits are those to which shares by Alipay keep: its own depend on the contract, so the
// stricter ones of WeChat Pay hold, and nothing comes back without a refund.
var Limits = pay.WeChatLimits

// royalty is a part of a share in Alipay's words.
type royalty struct {
	Type    string `json:"royalty_type,omitempty"`
	Kind    string `json:"trans_in_type"`
	Account string `json:"trans_in"`
	Amount  string `json:"amount"`
	Why     string `json:"desc,omitempty"`
}

// receiver is who may receive.
type receiver struct {
	Type    string `json:"type"`
	Account string `json:"account"`
	Name    string `json:"name,omitempty"`
	Memo    string `json:"memo,omitempty"`
}

var kinds = map[pay.ReceiverKind]string{pay.ToMerchant: "userId", pay.ToPerson: "openId"}

// Share implements pay.Provider. Who is to receive is bound to the payer before.
func (c *Client) Share(ctx context.Context, s pay.Share) (x pay.ShareResult, err error) {
	if err := Limits.Check(&s, c.clock.Now()); err != nil {
		return x, err
	}
	var known []receiver
	parts := []royalty{}
	for _, p := range s.Parts {
		known = append(known, receiver{kinds[p.Kind], p.Account, p.Name, p.Why})
		parts = append(parts, royalty{"transfer", kinds[p.Kind], p.Account, yuan(p.Amount), p.Why})
	}
	if len(known) > 0 {
		var bound struct{}
		if err := c.call(ctx, "alipay.trade.royalty.relation.bind", s.Account, false, map[string]any{"receiver_list": known, "out_request_no": s.Key}, &bound); err != nil {
			return x, err
		}
	}
	content := map[string]any{"out_request_no": s.Key, "trade_no": s.Payment, "royalty_parameters": parts, "royalty_mode": "async"}
	if s.Release {
		content["extend_params"] = map[string]string{"royalty_finish": "true"}
	}
	var t struct {
		ID     string `json:"trade_no"`
		Settle string `json:"settle_no"`
	}
	if err := c.call(ctx, "alipay.trade.order.settle", s.Account, false, content, &t); err != nil {
		return x, err
	}
	if t.ID != s.Payment {
		return x, fmt.Errorf("%w: a share of %s", pay.ErrUnknown, t.ID)
	}
	x = pay.ShareResult{Key: s.Key, ID: t.Settle, State: pay.Pending}
	if len(s.Parts) == 0 {
		x.State = pay.Done
	}
	for _, p := range s.Parts {
		x.Parts = append(x.Parts, pay.PartResult{Part: p, State: pay.Pending})
	}
	return x, nil
}

// Shared implements pay.Provider.
func (c *Client) Shared(ctx context.Context, key, payment, account string) (x pay.ShareResult, err error) {
	var t struct {
		Key   string `json:"out_request_no"`
		Parts []struct {
			royalty
			Operation string `json:"operation_type"`
			State     string `json:"state"`
			Reason    string `json:"error_desc"`
			At        string `json:"execute_dt"`
		} `json:"royalty_detail_list"`
	}
	if err := c.call(ctx, "alipay.trade.order.settle.query", account, false, map[string]any{"trade_no": payment, "out_request_no": key}, &t); err != nil {
		return x, err
	}
	if t.Key != key {
		return x, fmt.Errorf("%w: asked for the share %s, told of %s", pay.ErrUnknown, key, t.Key)
	}
	x = pay.ShareResult{Key: key, State: pay.Done}
	states := map[string]pay.State{"PROCESSING": pay.Pending, "SUCCESS": pay.Done, "FAIL": pay.Closed}
	for _, p := range t.Parts {
		if p.Operation != "transfer" {
			continue // what came back with a refund
		}
		state, ok := states[p.State]
		kind := pay.ToPerson
		if p.Kind == kinds[pay.ToMerchant] {
			kind = pay.ToMerchant
		}
		r := pay.PartResult{Part: pay.Part{Kind: kind, Account: p.Account, Amount: fen(p.Amount), Why: p.Why}, State: state, Reason: p.Reason}
		if !ok || r.Amount < 0 {
			return x, fmt.Errorf("%w: a part of %q is %q", pay.ErrUnknown, p.Amount, p.State)
		}
		if p.At != "" {
			if r.At, err = moment(p.At); err != nil {
				return x, err
			}
		}
		x.Parts = append(x.Parts, r)
	}
	if slices.ContainsFunc(x.Parts, func(p pay.PartResult) bool { return p.State == pay.Pending }) {
		x.State = pay.Pending
	}
	return x, nil
}

// Return implements pay.Provider: Alipay takes a share back together with a refund only.
func (c *Client) Return(context.Context, pay.Return) (x pay.ReturnResult, err error) {
	return x, pay.NotHere(pay.Alipay, "return of shares")
}

// Returned implements pay.Provider.
func (c *Client) Returned(context.Context, string, string, string) (x pay.ReturnResult, err error) {
	return x, pay.NotHere(pay.Alipay, "return of shares")
}

// named is the amount from which a transfer names its receiver.
const named money.Amount = 2_000_00

// Transfer implements pay.Provider: to a person's or a merchant's account with Alipay.
func (c *Client) Transfer(ctx context.Context, t pay.Transfer) (x pay.TransferResult, err error) {
	if err := t.Check(); err != nil {
		return x, err
	}
	switch {
	case c.s.AppCert == "":
		return x, pay.NotHere(pay.Alipay, "transfer without certificates")
	case t.Amount >= named && t.Name == "":
		return x, &pay.Refused{Code: pay.CodeForm, Message: "a transfer of 2,000.00 and more needs a name"}
	}
	identity := "ALIPAY_OPEN_ID"
	if t.Kind == pay.ToMerchant {
		identity = "ALIPAY_USER_ID"
	}
	payee := map[string]string{"identity": t.Account, "identity_type": identity}
	if t.Name != "" {
		payee["name"] = t.Name
	}
	var told struct {
		Key    string `json:"out_biz_no"`
		ID     string `json:"order_id"`
		Status string `json:"status"`
		At     string `json:"trans_date"`
	}
	content := map[string]any{"out_biz_no": t.Key, "trans_amount": yuan(t.Amount), "product_code": product, "biz_scene": scene, "order_title": t.Why, "payee_info": payee}
	if err := c.call(ctx, "alipay.fund.trans.uni.transfer", "", false, content, &told); err != nil {
		return x, err
	}
	return transferred(t.Key, told.Key, told.ID, told.Status, "", told.At)
}

// What kind of transfer it is, in Alipay's words.
const (
	product = "TRANS_ACCOUNT_NO_PWD"
	scene   = "DIRECT_TRANSFER"
)

// Transferred implements pay.Provider.
func (c *Client) Transferred(ctx context.Context, key string) (x pay.TransferResult, err error) {
	if c.s.AppCert == "" {
		return x, pay.NotHere(pay.Alipay, "transfer without certificates")
	}
	var told struct {
		Key    string `json:"out_biz_no"`
		ID     string `json:"order_id"`
		Status string `json:"status"`
		Reason string `json:"fail_reason"`
		At     string `json:"pay_date"`
	}
	if err := c.call(ctx, "alipay.fund.trans.common.query", "", false, map[string]any{"product_code": product, "biz_scene": scene, "out_biz_no": key}, &told); err != nil {
		return x, err
	}
	return transferred(key, told.Key, told.ID, told.Status, told.Reason, told.At)
}

// transferred is a transfer as Alipay tells it.
func transferred(asked, key, number, status, reason, at string) (x pay.TransferResult, err error) {
	states := map[string]pay.State{"SUCCESS": pay.Done, "DEALING": pay.Pending, "WAIT_PAY": pay.Pending, "FAIL": pay.Closed, "CLOSED": pay.Closed, "REFUND": pay.Returned}
	state, ok := states[status]
	if !ok || key != asked {
		return x, fmt.Errorf("%w: asked for the transfer %s, told of %s: %q", pay.ErrUnknown, asked, key, status)
	}
	x = pay.TransferResult{Key: key, ID: number, State: state, Reason: reason}
	if at != "" {
		x.At, err = moment(at)
	}
	return x, err
}
