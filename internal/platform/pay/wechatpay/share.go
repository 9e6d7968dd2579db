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

// receiver is one part of a share in WeChat's words; the latter half is told.
type receiver struct {
	Type    string       `json:"type"`
	Account string       `json:"account"`
	Name    string       `json:"name,omitempty"` // encrypted
	Amount  money.Amount `json:"amount"`
	Why     string       `json:"description"`

	Result string     `json:"result,omitempty"`
	Reason string     `json:"fail_reason,omitempty"`
	Ended  *time.Time `json:"finish_time,omitempty"`
}

// shared is a share in WeChat's words.
type shared struct {
	Key     string     `json:"out_order_no"`
	ID      string     `json:"order_id"`
	Payment string     `json:"transaction_id"`
	State   string     `json:"state"`
	Parts   []receiver `json:"receivers"`
}

// What WeChat calls receivers, and in what relation they stand to a shop.
var (
	receiverTypes = map[pay.ReceiverKind]string{pay.ToMerchant: "MERCHANT_ID", pay.ToPerson: "PERSONAL_OPENID"}
	receiverKinds = map[string]pay.ReceiverKind{"MERCHANT_ID": pay.ToMerchant, "PERSONAL_OPENID": pay.ToPerson}
	relations     = map[pay.ReceiverKind]string{pay.ToMerchant: "PARTNER", pay.ToPerson: "USER"}
	partStates    = map[string]pay.State{"PENDING": pay.Pending, "SUCCESS": pay.Done, "CLOSED": pay.Closed}
)

// result is what a share became; account is whose payment it was of. WeChat lists what
// it releases to the shop as a part of its own, which is none to us.
func (s *shared) result(account, merchant string) (x pay.ShareResult, err error) {
	x = pay.ShareResult{Key: s.Key, ID: s.ID, State: pay.Pending}
	if s.State == "FINISHED" {
		x.State = pay.Done
	} else if s.State != "PROCESSING" {
		return x, fmt.Errorf("%w: a share is %q", pay.ErrUnknown, s.State)
	}
	if account == "" {
		account = merchant
	}
	for _, p := range s.Parts {
		state, ok := partStates[p.Result]
		kind, known := receiverKinds[p.Type]
		if !ok || !known || p.Amount < 0 {
			return x, fmt.Errorf("%w: a part of a share for a %q is %q", pay.ErrUnknown, p.Type, p.Result)
		}
		if kind == pay.ToMerchant && p.Account == account {
			continue
		}
		r := pay.PartResult{Part: pay.Part{Kind: kind, Account: p.Account, Amount: p.Amount, Why: p.Why}, State: state, Reason: p.Reason}
		if p.Ended != nil {
			r.At = p.Ended.UTC()
		}
		x.Parts = append(x.Parts, r)
	}
	return x, nil
}

// Share implements pay.Provider. Who is to receive is made known to WeChat before. The
// same share again tells what became of it.
func (c *Client) Share(ctx context.Context, s pay.Share) (x pay.ShareResult, err error) {
	if err := pay.WeChatLimits.Check(&s, c.clock.Now()); err != nil {
		return x, err
	}
	body := struct {
		Shop    string     `json:"sub_mchid,omitempty"`
		App     string     `json:"appid,omitempty"`
		Payment string     `json:"transaction_id"`
		Key     string     `json:"out_order_no"`
		Parts   []receiver `json:"receivers,omitempty"`
		Release *bool      `json:"unfreeze_unsplit,omitempty"`
		Why     string     `json:"description,omitempty"`
	}{Shop: s.Account, Payment: s.Payment, Key: s.Key}
	path, serial := "/v3/profitsharing/orders/unfreeze", ""
	if len(s.Parts) == 0 {
		body.Why = "解冻剩余资金"
	} else {
		path, body.App, body.Release = "/v3/profitsharing/orders", c.s.App, &s.Release
		if body.Parts, serial, err = c.receivers(ctx, s); err != nil {
			return x, err
		}
	}
	var told shared
	if err := c.call(ctx, request{method: http.MethodPost, path: path, body: body, serial: serial}, &told); err != nil {
		return x, err
	}
	if told.Key != s.Key || told.Payment != s.Payment {
		return x, fmt.Errorf("%w: asked for the share %s, told of %s", pay.ErrUnknown, s.Key, told.Key)
	}
	return told.result(s.Account, c.s.Merchant)
}

// receivers writes the parts of a share as WeChat reads them, and makes each receiver
// known that this process has not spoken of.
func (c *Client) receivers(ctx context.Context, s pay.Share) (all []receiver, serial string, err error) {
	for _, p := range s.Parts {
		r := receiver{Type: receiverTypes[p.Kind], Account: p.Account, Amount: p.Amount, Why: p.Why}
		if p.Name != "" {
			key, err := c.keys.latest(ctx)
			if err != nil {
				return nil, "", err
			}
			if serial != "" && serial != key.serial {
				return nil, "", fmt.Errorf("%w: WeChat's key changed meanwhile", pay.ErrUnknown) // nothing was sent
			}
			serial = key.serial
			if r.Name, err = conceal(key.key, p.Name); err != nil {
				return nil, "", err
			}
		}
		if err := c.introduce(ctx, s.Account, r, relations[p.Kind], serial); err != nil {
			return nil, "", err
		}
		all = append(all, r)
	}
	return all, serial, nil
}

// introduce makes a receiver known to WeChat, which takes the same one again gladly.
func (c *Client) introduce(ctx context.Context, account string, r receiver, relation, serial string) error {
	name := account + "/" + r.Type + "/" + r.Account
	c.mu.Lock()
	known := c.added[name]
	c.mu.Unlock()
	if known {
		return nil
	}
	err := c.call(ctx, request{method: http.MethodPost, path: "/v3/profitsharing/receivers/add", serial: serial, body: struct {
		Shop     string `json:"sub_mchid,omitempty"`
		App      string `json:"appid"`
		Type     string `json:"type"`
		Account  string `json:"account"`
		Name     string `json:"name,omitempty"`
		Relation string `json:"relation_type"`
	}{account, c.s.App, r.Type, r.Account, r.Name, relation}}, nil)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.added[name] = true
	c.mu.Unlock()
	return nil
}

// Shared implements pay.Provider.
func (c *Client) Shared(ctx context.Context, key, payment, account string) (x pay.ShareResult, err error) {
	path := "/v3/profitsharing/orders/" + url.PathEscape(key) + "?transaction_id=" + url.QueryEscape(payment)
	if account != "" {
		path += "&sub_mchid=" + url.QueryEscape(account)
	}
	var told shared
	if err := c.call(ctx, request{method: http.MethodGet, path: path}, &told); err != nil {
		return x, err
	}
	if told.Key != key || told.Payment != payment {
		return x, fmt.Errorf("%w: asked for the share %s, told of %s", pay.ErrUnknown, key, told.Key)
	}
	return told.result(account, c.s.Merchant)
}

// returned is a return in WeChat's words.
type returned struct {
	Key    string     `json:"out_return_no"`
	Result string     `json:"result"`
	Reason string     `json:"fail_reason"`
	Ended  *time.Time `json:"finish_time"`
}

func (r *returned) result(key string) (x pay.ReturnResult, err error) {
	states := map[string]pay.State{"PROCESSING": pay.Pending, "SUCCESS": pay.Done, "FAILED": pay.Closed}
	state, ok := states[r.Result]
	if !ok || r.Key != key {
		return x, fmt.Errorf("%w: the return %s is told as %s: %q", pay.ErrUnknown, key, r.Key, r.Result)
	}
	x = pay.ReturnResult{Key: r.Key, State: state, Reason: r.Reason}
	if r.Ended != nil {
		x.At = r.Ended.UTC()
	}
	return x, nil
}

// Return implements pay.Provider.
func (c *Client) Return(ctx context.Context, r pay.Return) (x pay.ReturnResult, err error) {
	if err := pay.WeChatLimits.CheckReturn(&r, c.clock.Now()); err != nil {
		return x, err
	}
	var told returned
	err = c.call(ctx, request{method: http.MethodPost, path: "/v3/profitsharing/return-orders", body: struct {
		Shop   string       `json:"sub_mchid,omitempty"`
		Share  string       `json:"out_order_no"`
		Key    string       `json:"out_return_no"`
		From   string       `json:"return_mchid"`
		Amount money.Amount `json:"amount"`
		Why    string       `json:"description"`
	}{r.Account, r.Share, r.Key, r.From, r.Amount, r.Why}}, &told)
	if err != nil {
		return x, err
	}
	return told.result(r.Key)
}

// Returned implements pay.Provider.
func (c *Client) Returned(ctx context.Context, key, share, account string) (x pay.ReturnResult, err error) {
	path := "/v3/profitsharing/return-orders/" + url.PathEscape(key) + "?out_order_no=" + url.QueryEscape(share)
	if account != "" {
		path += "&sub_mchid=" + url.QueryEscape(account)
	}
	var told returned
	if err := c.call(ctx, request{method: http.MethodGet, path: path}, &told); err != nil {
		return x, err
	}
	return told.result(key)
}
