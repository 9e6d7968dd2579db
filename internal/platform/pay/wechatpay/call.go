package wechatpay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"gongyi/internal/platform/pay"
)

// maxAnswer bounds an answer, in bytes; a bill is no answer.
const maxAnswer = 1 << 20

// request is one question to WeChat.
type request struct {
	method string
	path   string // with its query
	body   any    // nil: none
	serial string // of the key for which something in the body is encrypted
}

// answer is what came back, before anybody believes it.
type answer struct {
	status int
	seal   seal
	body   []byte
}

// exchange asks and hears. Whatever goes wrong, nobody knows what became of it.
func (c *Client) exchange(ctx context.Context, q request) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	res, err := c.send(ctx, c.base, q)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return a, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	if len(body) > maxAnswer {
		return a, fmt.Errorf("%w: the answer is too long", pay.ErrUnknown)
	}
	return answer{res.StatusCode, sealOf(res.Header), body}, nil
}

// send signs and sends a request; its answer is still to be read.
func (c *Client) send(ctx context.Context, base string, q request) (*http.Response, error) {
	var body []byte
	if q.body != nil {
		var err error
		if body, err = json.Marshal(q.body); err != nil {
			return nil, err
		}
	}
	by, err := c.authorization(q.method, q.path, body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, q.method, base+q.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if q.body == nil {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "gongyi")
	req.Header.Set("Authorization", by)
	if q.serial != "" {
		req.Header.Set("Wechatpay-Serial", q.serial)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return res, nil
}

// call asks, checks and reads the answer into out, which may be nil.
func (c *Client) call(ctx context.Context, q request, out any) error {
	a, err := c.exchange(ctx, q)
	if err != nil {
		return err
	}
	if err := c.believe(ctx, a); err != nil {
		return err
	}
	if a.status/100 != 2 {
		return a.refusal()
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return nil
}

// believe checks that an answer is WeChat's. A refusal may come without a signature, as
// WeChat sends one to whom it does not know; with a wrong one it may not.
func (c *Client) believe(ctx context.Context, a answer) error {
	if a.seal.none() && a.status/100 == 4 {
		return nil
	}
	if a.status/100 == 5 || a.status/100 == 3 {
		return fmt.Errorf("%w: HTTP %d", pay.ErrUnknown, a.status)
	}
	key, err := c.keys.get(ctx, a.seal.serial)
	if err == nil {
		err = a.seal.check(key, a.body, c.clock.Now())
	}
	if err != nil && errors.Is(err, pay.ErrUnknown) {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return nil
}

// Codes of WeChat that do not say what became of the instruction, and those that say
// that it knows nothing of it.
var (
	unclear = []string{"SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATELIMIT_EXCEED"}
	missing = []string{"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "RESOURCE_NOT_EXIST", "NOT_FOUND"}
)

// refusal is what an answer that is no success means.
func (a answer) refusal() error {
	var told struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(a.body, &told) != nil || told.Code == "" || a.status/100 != 4 || a.status == http.StatusTooManyRequests || slices.Contains(unclear, told.Code) {
		return fmt.Errorf("%w: HTTP %d %s", pay.ErrUnknown, a.status, told.Code)
	}
	if slices.Contains(missing, told.Code) {
		return fmt.Errorf("%w: %s", pay.ErrNotFound, told.Code)
	}
	return &pay.Refused{Code: told.Code, Message: told.Message, Status: a.status}
}

// code is the provider's code of a refusal, "" if it is none.
func code(err error) string {
	if r := (*pay.Refused)(nil); errors.As(err, &r) {
		return r.Code
	}
	return ""
}
