// Package wechat asks WeChat who somebody is: by OAuth from a page that is open in
// WeChat or shows its code on a desk, and by the code that a mini program gets from
// its own sign-in. It learns two names of an account, nothing else about a person.
package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Where WeChat lives.
const (
	OpenBase = "https://open.weixin.qq.com" // people's browsers are sent there
	APIBase  = "https://api.weixin.qq.com"  // and this program asks there
)

// Errors that mean something to who signs in; every other one is WeChat's or ours.
var (
	ErrBadCode = errors.New("wechat: the code is not good, or was used")
	ErrBusy    = errors.New("wechat: busy, or asked too often")
)

// App is an account of the operator with WeChat.
type App struct {
	ID     string
	Secret string
}

// Client asks WeChat for up to three accounts of the operator. An App whose ID is
// empty is not there. Only accounts that are bound to one another at WeChat's open
// platform are told the UnionID, by which they know that it is the same person.
type Client struct {
	Account App          // an official account: for pages that are open in WeChat
	Site    App          // a site of the open platform: shows a code to scan elsewhere
	Mini    App          // a mini program
	Open    string       // "" is OpenBase
	API     string       // "" is APIBase
	HTTP    *http.Client // nil: one of its own
}

// Identity is how WeChat names an account.
type Identity struct {
	App     string // the id of the app that asked
	OpenID  string // the account under this app
	UnionID string // the account under the operator, "" if WeChat does not say
}

// timeout is how long WeChat may take; somebody is waiting before the page.
const timeout = 6 * time.Second

// app is the account that asks, inside WeChat or elsewhere.
func (c *Client) app(inside bool) App {
	if inside {
		return c.Account
	}
	return c.Site
}

// Has reports whether people can sign in with WeChat from a page that is open inside
// WeChat, or elsewhere.
func (c *Client) Has(inside bool) bool { return c != nil && c.app(inside).ID != "" }

// AuthorizeURL is where a browser is sent to ask its owner; WeChat sends it back to
// redirect with a code and the state. Inside WeChat an official account asks
// silently; elsewhere a code is shown to be scanned.
func (c *Client) AuthorizeURL(redirect, state string, inside bool) string {
	path, scope := "/connect/qrconnect", "snsapi_login"
	if inside {
		path, scope = "/connect/oauth2/authorize", "snsapi_base"
	}
	// WeChat wants the parameters in this order, and the fragment.
	return fmt.Sprintf("%s%s?appid=%s&redirect_uri=%s&response_type=code&scope=%s&state=%s#wechat_redirect",
		orElse(c.Open, OpenBase), path, url.QueryEscape(c.app(inside).ID), url.QueryEscape(redirect), scope, url.QueryEscape(state))
}

// answer is what both calls come back with.
type answer struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
	OpenID  string `json:"openid"`
	UnionID string `json:"unionid"`
}

// Exchange turns the code of an OAuth redirect into an identity.
func (c *Client) Exchange(ctx context.Context, code string, inside bool) (Identity, error) {
	return c.ask(ctx, "/sns/oauth2/access_token", c.app(inside), url.Values{"code": {code}, "grant_type": {"authorization_code"}})
}

// Session turns the code of a mini program's sign-in into an identity. The session
// key that comes with it is dropped: nothing here decrypts what WeChat encrypts.
func (c *Client) Session(ctx context.Context, code string) (Identity, error) {
	return c.ask(ctx, "/sns/jscode2session", c.Mini, url.Values{"js_code": {code}, "grant_type": {"authorization_code"}})
}

func (c *Client) ask(ctx context.Context, path string, app App, q url.Values) (Identity, error) {
	q.Set("appid", app.ID)
	q.Set("secret", app.Secret)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, orElse(c.API, APIBase)+path+"?"+q.Encode(), nil)
	if err != nil {
		return Identity{}, err
	}
	client := c.HTTP
	if client == nil {
		client = ordinary
	}
	res, err := client.Do(req)
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err // its address holds the secret
		}
		return Identity{}, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	defer res.Body.Close()
	var a answer
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&a); err != nil || res.StatusCode != http.StatusOK {
		return Identity{}, fmt.Errorf("%w: %s", ErrBusy, res.Status)
	}
	if err := a.err(); err != nil {
		return Identity{}, err
	}
	return Identity{App: app.ID, OpenID: a.OpenID, UnionID: a.UnionID}, nil
}

// err is what an answer's code means.
func (a answer) err() error {
	switch a.Code {
	case 0:
		if a.OpenID == "" {
			return errors.New("wechat: an answer without an account")
		}
		return nil
	case 40029, 40163, 41008: // invalid, used, missing
		return fmt.Errorf("%w: %d", ErrBadCode, a.Code)
	case -1, 45011, 45009: // busy, too fast, the day's calls are used up
		return fmt.Errorf("%w: %d", ErrBusy, a.Code)
	}
	return fmt.Errorf("wechat: %d %s", a.Code, strings.TrimSpace(a.Message))
}

// ordinary follows no redirects: they would carry the secret elsewhere.
var ordinary = &http.Client{
	Timeout:       timeout + time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
