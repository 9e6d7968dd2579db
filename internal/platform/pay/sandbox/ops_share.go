package sandbox

import (
	"errors"
	"io"
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// receiverJSON is a receiver in the protocol, when it is made known and when it gets a part.
type receiverJSON struct {
	Type    string       `json:"type"`
	Account string       `json:"account"`
	Name    string       `json:"name"`
	Amount  money.Amount `json:"amount"`
	Why     string       `json:"description"`
}

var receiverKinds = map[string]pay.ReceiverKind{"MERCHANT_ID": pay.ToMerchant, "PERSONAL_OPENID": pay.ToPerson}

// receiverNamed checks a name that was encrypted for the provider.
func (a *asking) receiverNamed(r receiverJSON) error {
	if r.Name == "" {
		if r.Type == "MERCHANT_ID" {
			return badParam("name")
		}
		return nil
	}
	name, err := a.s.reveal(a.Request, r.Name)
	if err != nil {
		return badParam("name: %v", err)
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if shop := a.s.bank.known(r.Account); r.Type == "MERCHANT_ID" && shop != nil && shop.shop.Name != "" && shop.shop.Name != name {
		return badRequest("the merchant %s is called otherwise", r.Account)
	}
	return nil
}

func (a *asking) receiver() (int, any, error) {
	var x struct {
		Shop     string `json:"sub_mchid"`
		App      string `json:"appid"`
		Type     string `json:"type"`
		Account  string `json:"account"`
		Name     string `json:"name"`
		Relation string `json:"relation_type"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	kind, ok := receiverKinds[x.Type]
	if !ok || x.App != App || x.Relation == "" {
		return 0, nil, badParam("type, appid or relation_type")
	}
	if err := a.receiverNamed(receiverJSON{Type: x.Type, Account: x.Account, Name: x.Name}); err != nil {
		return 0, nil, err
	}
	if _, err := a.s.do(act{Receiver: &receiverAct{x.Shop, kind, x.Account}}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]string{"sub_mchid": x.Shop, "type": x.Type, "account": x.Account, "relation_type": x.Relation}, nil
}

func (a *asking) share() (int, any, error) {
	var x struct {
		Shop    string         `json:"sub_mchid"`
		App     string         `json:"appid"`
		Payment string         `json:"transaction_id"`
		Key     string         `json:"out_order_no"`
		Parts   []receiverJSON `json:"receivers"`
		Release bool           `json:"unfreeze_unsplit"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	if x.App != App || len(x.Parts) == 0 {
		return 0, nil, badParam("appid or receivers")
	}
	s := pay.Share{Key: x.Key, Payment: x.Payment, Account: x.Shop, Release: x.Release}
	for _, r := range x.Parts {
		if err := a.receiverNamed(r); err != nil {
			return 0, nil, err
		}
		s.Parts = append(s.Parts, pay.Part{Kind: receiverKinds[r.Type], Account: r.Account, Amount: r.Amount, Why: r.Why})
	}
	return a.shareTold(a.s.do(act{Share: &s}))
}

func (a *asking) release() (int, any, error) {
	var x struct {
		Shop    string `json:"sub_mchid"`
		Payment string `json:"transaction_id"`
		Key     string `json:"out_order_no"`
		Why     string `json:"description"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	if x.Why == "" {
		return 0, nil, badParam("description")
	}
	return a.shareTold(a.s.do(act{Share: &pay.Share{Key: x.Key, Payment: x.Payment, Account: x.Shop, Release: true}}))
}

// shareTold tells a share; what was released stands among the parts, as the provider's way is.
func (a *asking) shareTold(result any, err error) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	x := result.(*pay.ShareResult)
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	asked := a.s.bank.sharesByID[x.ID]
	parts := []any{}
	for _, p := range x.Parts {
		t := map[string]any{"type": "MERCHANT_ID", "account": p.Account, "amount": p.Amount, "description": p.Why, "detail_id": x.ID, "result": "PENDING"}
		if p.Kind == pay.ToPerson {
			t["type"] = "PERSONAL_OPENID"
		}
		if p.State != pay.Pending {
			t["result"], t["finish_time"] = map[pay.State]string{pay.Done: "SUCCESS", pay.Closed: "CLOSED"}[p.State], rfc(p.At)
		}
		if p.Reason != "" {
			t["fail_reason"] = p.Reason
		}
		parts = append(parts, t)
	}
	told := map[string]any{"out_order_no": x.Key, "order_id": x.ID, "transaction_id": asked.Payment, "state": map[pay.State]string{pay.Done: "FINISHED", pay.Pending: "PROCESSING"}[x.State]}
	if asked.Account != "" {
		told["sub_mchid"] = asked.Account
	}
	if asked.Release {
		o := a.s.bank.byID[asked.Payment]
		parts = append(parts, map[string]any{"type": "MERCHANT_ID", "account": o.number(), "amount": o.Amount - o.shared - o.refunded, "description": "解冻给分账方", "result": "SUCCESS", "finish_time": rfc(o.at)})
	}
	told["receivers"] = parts
	return http.StatusOK, told, nil
}

func (a *asking) shared() (int, any, error) {
	s, err := a.find(keyed{a.account(), a.PathValue("key")}, a.URL.Query().Get("transaction_id"))
	return a.shareTold(s, err)
}

func (a *asking) find(k keyed, payment string) (any, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.bank.advance(a.s.clock.Now())
	s := a.s.bank.shares[k]
	if s == nil || s.Payment != payment {
		return nil, pay.ErrNotFound
	}
	return s.result(), nil
}

func returnJSON(share string, r pay.ReturnResult) map[string]any {
	x := map[string]any{"out_order_no": share, "out_return_no": r.Key, "result": map[pay.State]string{pay.Done: "SUCCESS", pay.Pending: "PROCESSING", pay.Closed: "FAILED"}[r.State]}
	if r.Reason != "" {
		x["fail_reason"] = r.Reason
	}
	if !r.At.IsZero() {
		x["finish_time"] = rfc(r.At)
	}
	return x
}

func (a *asking) giveBack() (int, any, error) {
	var x struct {
		Shop   string       `json:"sub_mchid"`
		Share  string       `json:"out_order_no"`
		Key    string       `json:"out_return_no"`
		From   string       `json:"return_mchid"`
		Amount money.Amount `json:"amount"`
		Why    string       `json:"description"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	told, err := a.s.do(act{Return: &pay.Return{Key: x.Key, Share: x.Share, Account: x.Shop, From: x.From, Kind: pay.ToMerchant, Amount: x.Amount, Why: x.Why}})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, returnJSON(x.Share, *told.(*pay.ReturnResult)), nil
}

func (a *asking) returned() (int, any, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	r := a.s.bank.returns[keyed{a.account(), a.PathValue("key")}]
	if r == nil || r.Share != a.URL.Query().Get("out_order_no") {
		return 0, nil, pay.ErrNotFound
	}
	return http.StatusOK, returnJSON(r.Share, r.result), nil
}

func transferJSON(t *pay.TransferResult) map[string]any {
	x := map[string]any{"out_bill_no": t.Key, "transfer_bill_no": t.ID, "create_time": rfc(t.At), "state": map[pay.State]string{pay.Pending: "PROCESSING", pay.Done: "SUCCESS", pay.Closed: "FAIL"}[t.State]}
	if t.Confirm != "" {
		x["state"], x["package_info"] = "WAIT_USER_CONFIRM", t.Confirm
	}
	if t.Reason == "CANCELLED" {
		x["state"] = t.Reason
	}
	if t.Reason != "" {
		x["fail_reason"] = t.Reason
	}
	return x
}

// nameFrom is the amount from which a transfer names its receiver, in fen.
const nameFrom money.Amount = 2_000_00

func (a *asking) transfer() (int, any, error) {
	var x struct {
		App    string       `json:"appid"`
		Key    string       `json:"out_bill_no"`
		Scene  string       `json:"transfer_scene_id"`
		OpenID string       `json:"openid"`
		Name   string       `json:"user_name"`
		Amount money.Amount `json:"transfer_amount"`
		Why    string       `json:"transfer_remark"`
		Report []struct {
			Type    string `json:"info_type"`
			Content string `json:"info_content"`
		} `json:"transfer_scene_report_infos"`
	}
	if err := a.read(&x); err != nil {
		return 0, nil, err
	}
	name := ""
	if x.Name != "" {
		var err error
		if name, err = a.s.reveal(a.Request, x.Name); err != nil {
			return 0, nil, badParam("user_name: %v", err)
		}
	}
	if x.App != App || x.Scene == "" || x.Why == "" || x.Amount >= nameFrom && name == "" {
		return 0, nil, badParam("appid, transfer_scene_id, transfer_remark or user_name")
	}
	told, err := a.s.do(act{Transfer: &pay.Transfer{Key: x.Key, Kind: pay.ToPerson, Account: x.OpenID, Name: name, Amount: x.Amount, Why: x.Why}})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, transferJSON(told.(*pay.TransferResult)), nil
}

func (a *asking) transferred() (int, any, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.bank.advance(a.s.clock.Now())
	t := a.s.bank.transfers[a.PathValue("key")]
	if t == nil {
		return 0, nil, pay.ErrNotFound
	}
	return http.StatusOK, transferJSON(t.result()), nil
}

// shipped takes the report of a pickup, as WeChat's other host does.
func (s *Server) shipped(w http.ResponseWriter, r *http.Request) {
	fate, faults := s.fate()
	if faults.Delay > 0 {
		wait(r, faults.Delay)
	}
	var x struct {
		Order struct {
			Type int    `json:"order_number_type"`
			ID   string `json:"transaction_id"`
		} `json:"order_key"`
		Logistics int    `json:"logistics_type"`
		Mode      int    `json:"delivery_mode"`
		Uploaded  string `json:"upload_time"`
		List      []struct {
			What string `json:"item_desc"`
		} `json:"shipping_list"`
		Payer struct {
			OpenID string `json:"openid"`
		} `json:"payer"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err == nil {
		err = (&asking{r, s, body}).read(&x)
	}
	code := func(n int, says string) { answer(w, http.StatusOK, nil, map[string]any{"errcode": n, "errmsg": says}) }
	at, bad := time.Parse(time.RFC3339, x.Uploaded)
	switch {
	case fate == Failed || fate == TooOften:
		code(-1, "practice")
		return
	case !s.goodToken(r.URL.Query().Get("access_token")):
		code(40001, "invalid credential")
		return
	case err != nil || bad != nil || x.Order.Type != 2 || x.Mode != 1 || x.Logistics != 4 || len(x.List) != 1 || x.List[0].What == "" || len(x.List[0].What) > 120:
		code(47001, "data format error")
		return
	}
	_, err = s.do(act{Pickup: &pay.Pickup{Payment: x.Order.ID, Payer: x.Payer.OpenID, Title: x.List[0].What, At: at.UTC()}})
	switch {
	case fate == Lost || fate == FailedAfter:
		panic(http.ErrAbortHandler)
	case errors.Is(err, pay.ErrNotFound):
		code(10060001, "no such payment")
	case err != nil:
		code(-1, err.Error())
	default:
		code(0, "ok")
	}
}
