package sandbox

import (
	"net/http"
	"strings"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// amountJSON is money in the protocol.
type amountJSON struct {
	Total    money.Amount `json:"total"`
	Currency string       `json:"currency"`
}

// orderJSON is an order in the protocol, in both modes.
type orderJSON struct {
	AppID       string `json:"appid"`
	MchID       string `json:"mchid"`
	SpAppID     string `json:"sp_appid"`
	SpMchID     string `json:"sp_mchid"`
	SubMchID    string `json:"sub_mchid"`
	Description string `json:"description"`
	Key         string `json:"out_trade_no"`
	Expires     string `json:"time_expire"`
	Attach      string `json:"attach"`
	Notify      string `json:"notify_url"`
	Settle      struct {
		Share bool `json:"profit_sharing"`
	} `json:"settle_info"`
	Amount amountJSON `json:"amount"`
	Payer  struct {
		OpenID   string `json:"openid"`
		SpOpenID string `json:"sp_openid"`
	} `json:"payer"`
	Scene struct {
		IP string `json:"payer_client_ip"`
	} `json:"scene_info"`
}

// partner reports whether a request came in partner mode.
func (a *asking) partner() bool { return strings.HasPrefix(a.URL.Path, "/v3/pay/partner/") }

func (a *asking) order() (int, any, error) {
	var x orderJSON
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	merchant, app, payer := x.MchID, x.AppID, x.Payer.OpenID
	if a.partner() {
		merchant, app, payer = x.SpMchID, x.SpAppID, x.Payer.SpOpenID
	}
	switch {
	case merchant != Merchant || app != App:
		return 0, nil, refused(http.StatusBadRequest, "APPID_MCHID_NOT_MATCH", "%s %s", merchant, app)
	case a.partner() != (x.SubMchID != ""):
		return 0, nil, badParam("sub_mchid")
	case x.Amount.Currency != "CNY" && x.Amount.Currency != "":
		return 0, nil, badParam("currency")
	case !strings.HasPrefix(x.Notify, "http"):
		return 0, nil, badParam("notify_url")
	}
	o := orderAct{Notify: x.Notify, Order: pay.Order{
		Key: x.Key, Account: x.SubMchID, Amount: x.Amount.Total, Title: x.Description, Scene: pay.Scene(a.PathValue("scene")), Payer: payer,
		Share: x.Settle.Share, Attach: x.Attach, ClientIP: x.Scene.IP,
	}}
	if o.Scene != pay.JSAPI && o.Scene != pay.Native {
		return 0, nil, refused(http.StatusNotFound, "NOT_FOUND", "no such scene")
	}
	if x.Expires != "" {
		at, err := time.Parse(time.RFC3339, x.Expires)
		if err != nil {
			return 0, nil, badParam("time_expire")
		}
		o.Expires = at.UTC()
	}
	prepared, err := a.s.do(act{Order: &o})
	if err != nil {
		return 0, nil, err
	}
	if o.Scene == pay.Native {
		return http.StatusOK, map[string]any{"code_url": a.s.o.Page() + prepared.(string)}, nil
	}
	return http.StatusOK, map[string]any{"prepay_id": prepared}, nil
}

// transactionJSON is a payment in the protocol.
func (s *Server) transactionJSON(p *pay.Payment, scene pay.Scene) map[string]any {
	state := map[pay.State]string{pay.Done: "SUCCESS", pay.Pending: "NOTPAY", pay.Closed: "CLOSED", pay.Returned: "REFUND"}[p.State]
	x := map[string]any{
		"appid": App, "mchid": Merchant, "out_trade_no": p.Key, "trade_state": state, "trade_state_desc": state, "attach": p.Attach,
		"amount": map[string]any{"total": p.Amount, "payer_total": p.Amount, "currency": p.Asset, "payer_currency": p.Asset}, "payer": map[string]string{"openid": p.Payer},
	}
	if scene != "" {
		x["trade_type"] = strings.ToUpper(string(scene))
	}
	if p.Account != "" {
		delete(x, "appid")
		delete(x, "mchid")
		x["sp_appid"], x["sp_mchid"], x["sub_mchid"], x["payer"] = App, Merchant, p.Account, map[string]string{"sp_openid": p.Payer}
	}
	if p.ID != "" {
		x["transaction_id"], x["success_time"], x["bank_type"] = p.ID, rfc(p.PaidAt), "OTHERS"
	}
	return x
}

func (a *asking) query() (int, any, error) {
	q := a.URL.Query()
	if q.Get("mchid")+q.Get("sp_mchid") != Merchant || a.partner() != (a.account() != "") {
		return 0, nil, badParam("mchid")
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	o := a.s.bank.orders[keyed{a.account(), a.PathValue("key")}]
	if o == nil {
		return 0, nil, refused(http.StatusNotFound, "ORDER_NOT_EXIST", "no such order")
	}
	p := o.payment()
	if o.refunded > 0 {
		p.State = pay.Returned
	}
	return http.StatusOK, a.s.transactionJSON(p, o.Scene), nil
}

func (a *asking) close() (int, any, error) {
	var x struct {
		MchID    string `json:"mchid"`
		SpMchID  string `json:"sp_mchid"`
		SubMchID string `json:"sub_mchid"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	if x.MchID+x.SpMchID != Merchant || a.partner() != (x.SubMchID != "") {
		return 0, nil, badParam("mchid")
	}
	_, err := a.s.do(act{Close: &keyed{x.SubMchID, a.PathValue("key")}})
	return http.StatusNoContent, nil, err
}

// refundJSON is a refund in the protocol, as an answer.
func refundJSON(r *pay.RefundResult, o *order) map[string]any {
	state := map[pay.State]string{pay.Done: "SUCCESS", pay.Pending: "PROCESSING", pay.Closed: "CLOSED", pay.Stuck: "ABNORMAL"}[r.State]
	x := map[string]any{
		"refund_id": r.ID, "out_refund_no": r.Key, "transaction_id": o.id, "out_trade_no": r.Payment, "channel": "ORIGINAL", "user_received_account": "零钱", "status": state,
		"amount": map[string]any{"total": o.Amount, "refund": r.Amount, "currency": "CNY"},
	}
	if !r.At.IsZero() {
		x["success_time"] = rfc(r.At)
	}
	return x
}

// refundNotice is a refund in the protocol, as a call-back tells it.
func (s *Server) refundNotice(r *pay.RefundResult) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	back := s.bank.backByID[r.ID]
	if back == nil { // a test tells of what never was
		back = &refund{order: &order{}}
	}
	o, account := back.order, back.Account
	x := refundJSON(r, o)
	x["refund_status"], x["amount"] = x["status"], map[string]any{"total": o.Amount, "refund": r.Amount, "payer_total": o.Amount, "payer_refund": r.Amount}
	delete(x, "status")
	if account == "" {
		x["mchid"] = Merchant
	} else {
		x["sp_mchid"], x["sub_mchid"] = Merchant, account
	}
	return x
}

func (a *asking) refund() (int, any, error) {
	var x struct {
		Shop   string `json:"sub_mchid"`
		Trade  string `json:"out_trade_no"`
		Key    string `json:"out_refund_no"`
		Reason string `json:"reason"`
		Notify string `json:"notify_url"`
		Amount struct {
			Refund   money.Amount `json:"refund"`
			Total    money.Amount `json:"total"`
			Currency string       `json:"currency"`
		} `json:"amount"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	if x.Amount.Currency != "CNY" {
		return 0, nil, badParam("currency")
	}
	told, err := a.s.do(act{Refund: &refundAct{pay.Refund{Key: x.Key, Payment: x.Trade, Account: x.Shop, Amount: x.Amount.Refund, Total: x.Amount.Total, Reason: x.Reason}, x.Notify}})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, a.refundTold(x.Shop, told.(*pay.RefundResult)), nil
}

func (a *asking) refundTold(account string, r *pay.RefundResult) map[string]any {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return refundJSON(r, a.s.bank.refunds[keyed{account, r.Key}].order)
}

func (a *asking) refunded() (int, any, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.bank.advance(a.s.clock.Now())
	r := a.s.bank.refunds[keyed{a.account(), a.PathValue("key")}]
	if r == nil {
		return 0, nil, pay.ErrNotFound
	}
	return http.StatusOK, refundJSON(r.result(), r.order), nil
}
