// Package wechatpay is a client of WeChat Pay v3: payments of a partner's shops and of
// the house itself, refunds, profit sharing, transfers to people, the report that goods
// were picked up, bills (D6).
//
// Every request is signed with the merchant's key, every answer and call-back is checked
// with WeChat's. What cannot be checked is not known: pay.ErrUnknown.
package wechatpay

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
)

// Where WeChat answers programs.
const (
	PayBase = "https://api.mch.weixin.qq.com"
	APIBase = "https://api.weixin.qq.com" // reports of pickups
)

// Settings are the operator's account with WeChat Pay. They hold secrets; printed,
// they show the merchant's number alone.
type Settings struct {
	Merchant string          // the house's number; in partner mode sp_mchid
	App      string          // the app that is bound to it; payers are known by their open id under it
	Serial   string          // of the merchant's certificate
	Key      *rsa.PrivateKey // of the same
	Secret   string          // the APIv3 key: 32 bytes

	// WeChat's public key, if the merchant was given one. Without it WeChat's
	// certificates are fetched and followed as they change.
	PlatformID  string // PUB_KEY_ID_…
	PlatformKey *rsa.PublicKey

	Notify string // where call-backs are sent: an https address without a query

	// Transfers to people belong to a scene that WeChat granted, with what it wants to
	// be told about it. Without a scene there are none.
	TransferScene  string
	TransferReport []Report

	// Token is an access token of the mini program, fetched anew if fresh; nil when
	// nothing is sold in one, and so no pickup reported.
	Token func(ctx context.Context, fresh bool) (string, error)
}

// Report is one thing that WeChat wants to know about transfers of a scene.
type Report struct {
	Type    string `json:"info_type"`
	Content string `json:"info_content"`
}

// Format implements fmt.Formatter: no secret is printed by accident.
func (s Settings) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "WeChat Pay of merchant "+s.Merchant)
}

// Client implements pay.Provider.
type Client struct {
	s      Settings
	base   string
	api    string
	http   *http.Client
	clock  clock.Clock
	random io.Reader

	keys keyring

	mu    sync.Mutex
	added map[string]bool // receivers that WeChat was told of by this process, by account and receiver
}

var _ pay.Provider = (*Client)(nil)

// Options are what a Client can do without.
type Options struct {
	Base   string            // "" is PayBase
	API    string            // "" is APIBase
	Via    http.RoundTripper // nil: the network
	Clock  clock.Clock       // nil: the machine's
	Random io.Reader         // nil: the machine's
}

// Times that WeChat may take.
const (
	patience     = 10 * time.Second // for an answer
	billPatience = 30 * time.Minute // for a whole bill
)

// New is a client for an account.
func New(s Settings, o Options) (*Client, error) {
	switch {
	case s.Merchant == "" || s.App == "" || s.Serial == "":
		return nil, errors.New("wechatpay: merchant, app and serial number belong together")
	case s.Key == nil:
		return nil, errors.New("wechatpay: the merchant's key is missing")
	case len(s.Secret) != 32:
		return nil, errors.New("wechatpay: the APIv3 key has 32 bytes")
	case (s.PlatformID == "") != (s.PlatformKey == nil):
		return nil, errors.New("wechatpay: WeChat's public key and its id go together")
	}
	if u, err := url.Parse(s.Notify); err != nil || u.Host == "" || u.RawQuery != "" {
		return nil, fmt.Errorf("wechatpay: %q is no address for call-backs", s.Notify)
	}
	c := &Client{
		s: s, base: strings.TrimSuffix(orElse(o.Base, PayBase), "/"), api: strings.TrimSuffix(orElse(o.API, APIBase), "/"),
		clock: o.Clock, random: o.Random, added: make(map[string]bool),
		http: &http.Client{Transport: o.Via, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	if c.random == nil {
		c.random = rand.Reader
	}
	c.keys.client = c
	return c, nil
}

// Format implements fmt.Formatter, like that of Settings.
func (c *Client) Format(f fmt.State, verb rune) { c.s.Format(f, verb) }

// Kind implements pay.Provider.
func (c *Client) Kind() pay.Kind { return pay.WeChat }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
