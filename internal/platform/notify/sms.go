package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/platform/clock"
)

// HTTPSMS sends through a provider, or a gateway before one, that takes a JSON
// POST. The request is signed: Gongyi-Time is the second, Gongyi-Signature the
// HMAC-SHA256 of "time\nbody" in hexadecimal, so that nobody else spends the
// house's messages.
//
//	{"id": "…", "to": "+86…", "template": "…", "text": "…", "sign": "共益"}
type HTTPSMS struct {
	URL    string
	Secret []byte
	Sign   string // the signature that the law wants before a text, "" if the provider adds it
	Clock  clock.Clock
	Client *http.Client // nil: one of its own
}

// smsBody is what the provider reads.
type smsBody struct {
	ID       string `json:"id"`
	To       string `json:"to"`
	Template string `json:"template,omitempty"`
	Text     string `json:"text"`
	Sign     string `json:"sign,omitempty"`
}

// SendText implements SMS. 2xx is taken; 409 says that the id was taken before,
// which is as good.
func (s *HTTPSMS) SendText(ctx context.Context, t Text) error {
	body, err := json.Marshal(smsBody{t.ID, t.To, t.Template, t.Body, s.Sign})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPermanent, err)
	}
	at := strconv.FormatInt(s.Clock.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", t.ID)
	req.Header.Set("Gongyi-Time", at)
	req.Header.Set("Gongyi-Signature", SignSMS(s.Secret, at, body))
	res, err := orDefault(s.Client).Do(req)
	if err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	if res.StatusCode == http.StatusConflict {
		return res.Body.Close()
	}
	return judge("sms", res)
}

// SignSMS is the signature of a request, for whoever checks one.
func SignSMS(secret []byte, at string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(at + "\n"))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func orDefault(c *http.Client) *http.Client {
	if c != nil {
		return c
	}
	return ordinary
}

// ordinary talks to providers that the operator has named; it follows no redirects,
// which would carry a signed request elsewhere.
var ordinary = &http.Client{
	Timeout:       patience + time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
