package alipay

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongyi/internal/platform/pay"
)

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 1 << 20

// china is the zone in which Alipay writes times.
var china = time.FixedZone("CST", 8*60*60)

// sorted is what is signed of parameters: all that are there but some, by name.
func sorted(q url.Values, but ...string) string {
	var parts []string
	for name, values := range q {
		if len(values) == 1 && values[0] != "" && !slices.Contains(but, name) {
			parts = append(parts, name+"="+values[0])
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

// sign puts the app's signature under parameters.
func (c *Client) sign(q url.Values) error {
	sum := sha256.Sum256([]byte(sorted(q, "sign")))
	sig, err := rsa.SignPKCS1v15(nil, c.s.Key, crypto.SHA256, sum[:])
	q.Set("sign", base64.StdEncoding.EncodeToString(sig))
	return err
}

// check says whether text bears Alipay's signature.
func (c *Client) check(text []byte, signature string) error {
	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("%w: not base64", pay.ErrForged)
	}
	sum := sha256.Sum256(text)
	if rsa.VerifyPKCS1v15(c.s.Alipay, crypto.SHA256, sum[:], sig) != nil {
		return pay.ErrForged
	}
	return nil
}

// told is what every answer says of itself.
type told struct {
	Code       string `json:"code"`
	Message    string `json:"msg"`
	SubCode    string `json:"sub_code"`
	SubMessage string `json:"sub_msg"`
}

// Codes of answers.
const (
	codeGood    = "10000"
	codeRefused = "40004" // the business cannot be done
)

// Codes below them: the first do not say what became of the instruction, the second that
// Alipay knows nothing of it.
var (
	unclear = []string{"SYSTEM_ERROR", "UNKNOWN_ERROR", "AOP.UNKNOW-ERROR", "ISP.UNKNOW-ERROR", "REQUEST_PROCESSING", "CURRENCY_NOT_SUPPORT_RETRY"}
	missing = []string{"TRADE_NOT_EXIST", "ORDER_NOT_EXIST", "REFUND_NOT_EXIST", "SETTLE_NOT_EXIST", "TRADE_SETTLE_NOT_EXIST"}
)

// err is what an answer means.
func (t told) err() error {
	sub := strings.TrimPrefix(strings.ToUpper(t.SubCode), "ACQ.")
	switch {
	case t.Code == codeGood:
		return nil
	case t.Code == codeRefused && slices.Contains(missing, sub):
		return fmt.Errorf("%w: %s", pay.ErrNotFound, t.SubCode)
	case strings.HasPrefix(t.Code, "4") && t.SubCode != "" && !slices.Contains(unclear, sub):
		return &pay.Refused{Code: sub, Message: t.SubMessage, Status: http.StatusOK}
	}
	return fmt.Errorf("%w: %s %s", pay.ErrUnknown, t.Code, t.SubCode)
}

// call asks Alipay by a method, for a shop's account or the house's own (""), and reads
// the answer, once it is found to be Alipay's, into out.
func (c *Client) call(ctx context.Context, method, account string, notify bool, content, out any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	q := url.Values{
		"app_id": {c.s.App}, "method": {method}, "format": {"JSON"}, "charset": {"utf-8"}, "sign_type": {"RSA2"}, "version": {"1.0"},
		"timestamp": {c.clock.Now().In(china).Format(time.DateTime)}, "biz_content": {string(text)},
	}
	if notify {
		q.Set("notify_url", c.s.Notify)
	}
	if c.s.AppCert != "" {
		q.Set("app_cert_sn", c.s.AppCert)
		q.Set("alipay_root_cert_sn", c.s.RootCert)
	}
	if account != "" {
		if c.s.Token == nil {
			return pay.NotHere(pay.Alipay, "payment of a shop that authorised nobody")
		}
		token, err := c.s.Token(ctx, account)
		if err != nil {
			return err
		}
		q.Set("app_auth_token", token)
	}
	if err := c.sign(q); err != nil {
		return err
	}
	node, err := c.post(ctx, q, strings.ReplaceAll(method, ".", "_")+"_response")
	if err != nil {
		return err
	}
	var t told
	if err := json.Unmarshal(node, &t); err != nil {
		return fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	if err := t.err(); err != nil {
		return err
	}
	if err := json.Unmarshal(node, out); err != nil {
		return fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return nil
}

// post sends parameters and gives the part of the answer that is signed.
func (c *Client) post(ctx context.Context, q url.Values, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.gateway, strings.NewReader(q.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	res, err := c.http.Do(req)
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("%w: the answer is too long", pay.ErrUnknown)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: HTTP %d", pay.ErrUnknown, res.StatusCode)
	}
	var parts map[string]json.RawMessage // keeps each byte, as the signature wants it
	if err := json.Unmarshal(body, &parts); err != nil {
		return nil, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	var signature string
	_ = json.Unmarshal(parts["sign"], &signature) // what is no text is no signature
	node := parts[name]
	if node == nil {
		return nil, fmt.Errorf("%w: an answer to something else", pay.ErrUnknown)
	}
	if err := c.check(node, signature); err != nil {
		return nil, fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return node, nil
}
