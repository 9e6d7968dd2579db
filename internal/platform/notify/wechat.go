package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"gongyi/internal/platform/clock"
)

// WeChatAPI is where WeChat answers.
const WeChatAPI = "https://api.weixin.qq.com"

// WeChatClient sends template messages of an official account or, with Mini,
// subscribe messages of a mini program. Its access token is fetched when one is
// needed, kept until shortly before its end, and fetched anew when WeChat says that
// it is not good any more.
type WeChatClient struct {
	Base   string // "" is WeChatAPI
	AppID  string
	Secret string
	Mini   bool
	Clock  clock.Clock
	Client *http.Client // nil: one of its own

	mu    sync.Mutex
	token string
	until time.Time
}

// early is how long before its end a token is not used any more.
const early = 5 * time.Minute

// wechatAnswer is what every call of WeChat comes back with.
type wechatAnswer struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
	Token   string `json:"access_token"`
	Expires int64  `json:"expires_in"` // seconds
}

// Codes of WeChat that mean something to us.
const (
	wcBusy          = -1    // try later
	wcBadToken      = 40001 // also 40014, 42001: fetch another token
	wcBadTokenForm  = 40014
	wcExpired       = 42001
	wcTooOften      = 45009 // the day's calls are used up
	wcTooFast       = 45011
	wcNotSubscribed = 43004 // she does not follow the account
	wcRefused       = 43101 // she did not agree to this subscribe message
	wcBadOpenID     = 40003
)

// SendCard implements WeChat.
func (c *WeChatClient) SendCard(ctx context.Context, card Card) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.send(ctx, card, false)
	if code, ok := errAs(err); ok && (code == wcBadToken || code == wcBadTokenForm || code == wcExpired) {
		err = c.send(ctx, card, true)
	}
	return err
}

func (c *WeChatClient) send(ctx context.Context, card Card, fresh bool) error {
	token, err := c.Access(ctx, fresh)
	if err != nil {
		return err
	}
	path, body := "/cgi-bin/message/template/send", map[string]any{"touser": card.To, "template_id": card.Template, "client_msg_id": card.ID}
	if card.Page != "" {
		body["url"] = card.Page
	}
	if c.Mini {
		path = "/cgi-bin/message/subscribe/send"
		delete(body, "url")
		delete(body, "client_msg_id")
		if card.Page != "" {
			body["page"] = card.Page
		}
	}
	data := make(map[string]map[string]string, len(card.Fields))
	for name, value := range card.Fields {
		data[name] = map[string]string{"value": value}
	}
	body["data"] = data
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = c.call(ctx, http.MethodPost, path+"?access_token="+url.QueryEscape(token), text)
	return err
}

// Access is the token, fetched anew if fresh; one goroutine fetches it, the others wait.
func (c *WeChatClient) Access(ctx context.Context, fresh bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Clock.Now()
	if !fresh && c.token != "" && now.Before(c.until) {
		return c.token, nil
	}
	q := url.Values{"grant_type": {"client_credential"}, "appid": {c.AppID}, "secret": {c.Secret}}
	answer, err := c.call(ctx, http.MethodGet, "/cgi-bin/token?"+q.Encode(), nil)
	if err != nil {
		return "", err
	}
	if answer.Token == "" {
		return "", fmt.Errorf("wechat: a token was asked for and none came")
	}
	life := time.Duration(answer.Expires) * time.Second
	c.token, c.until = answer.Token, now.Add(max(life-early, life/2))
	return c.token, nil
}

// WeChatError is a refusal in WeChat's words.
type WeChatError struct {
	Code    int
	Message string
}

// Error is the code and WeChat's words.
func (e *WeChatError) Error() string { return fmt.Sprintf("wechat: %d %s", e.Code, e.Message) }

// Unwrap tells of what kind the refusal is.
func (e *WeChatError) Unwrap() error {
	switch e.Code {
	case wcBusy, wcBadToken, wcBadTokenForm, wcExpired, wcTooOften, wcTooFast:
		return nil // may be tried again
	case wcNotSubscribed, wcBadOpenID:
		return ErrGone
	case wcRefused:
		return ErrPermanent
	}
	return ErrPermanent
}

func errAs(err error) (code int, ok bool) {
	e, ok := err.(*WeChatError)
	if ok {
		code = e.Code
	}
	return code, ok
}

func (c *WeChatClient) call(ctx context.Context, method, path string, body []byte) (a wechatAnswer, err error) {
	base := c.Base
	if base == "" {
		base = WeChatAPI
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("%w: wechat: %w", ErrPermanent, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := orDefault(c.Client).Do(req)
	if err != nil {
		return a, fmt.Errorf("wechat: %w", withoutQuery(err))
	}
	if res.StatusCode != http.StatusOK {
		return a, judge("wechat", res)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 64<<10)).Decode(&a); err != nil {
		return a, fmt.Errorf("wechat: %w", err)
	}
	if a.Code != 0 {
		return a, &WeChatError{a.Code, a.Message}
	}
	return a, nil
}

// withoutQuery keeps secrets that stand in an address out of logs.
func withoutQuery(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}
