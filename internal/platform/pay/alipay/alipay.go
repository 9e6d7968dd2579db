// Package alipay is a client of Alipay's open platform for the same port as WeChat Pay:
// payments of the house and of shops that authorised it, refunds, shares, transfers,
// bills (D6). Requests and answers are signed by RSA2.
//
// What Alipay does otherwise is refused clearly: shares come back with a refund and not by
// themselves, and it wants no report of pickups.
package alipay

import (
	"context"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
)

// Gateway is where Alipay answers.
const Gateway = "https://openapi.alipay.com/gateway.do"

// Settings are the operator's account with Alipay. They hold secrets; printed, they show
// the app's number alone.
type Settings struct {
	App    string          // app id
	Seller string          // the house's own number (2088…)
	Key    *rsa.PrivateKey // the app's
	Alipay *rsa.PublicKey  // Alipay's
	Notify string          // where call-backs are sent

	// AppCert and RootCert are the numbers of certificates (CertNumber), which Alipay
	// wants of whoever moves money; without them nothing is transferred.
	AppCert, RootCert string

	// Token is the authorisation that a shop gave the house, by the shop's account; nil
	// when only the house's own account is used.
	Token func(ctx context.Context, account string) (string, error)
}

// Format implements fmt.Formatter: no secret is printed by accident.
func (s Settings) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Alipay of app "+s.App) }

// Client implements pay.Provider.
type Client struct {
	s       Settings
	gateway string
	bills   string // the host on which bills lie must end so
	http    *http.Client
	clock   clock.Clock
}

var _ pay.Provider = (*Client)(nil)

// Options are what a Client can do without.
type Options struct {
	Gateway string            // "" is Gateway
	Via     http.RoundTripper // nil: the network
	Clock   clock.Clock       // nil: the machine's
}

// Times that Alipay may take.
const (
	patience     = 10 * time.Second
	billPatience = 30 * time.Minute
)

// New is a client for an account.
func New(s Settings, o Options) (*Client, error) {
	switch {
	case s.App == "" || s.Seller == "":
		return nil, errors.New("alipay: app and seller belong together")
	case s.Key == nil || s.Alipay == nil:
		return nil, errors.New("alipay: a key is missing")
	case (s.AppCert == "") != (s.RootCert == ""):
		return nil, errors.New("alipay: the numbers of both certificates go together")
	}
	if u, err := url.Parse(s.Notify); err != nil || u.Host == "" {
		return nil, fmt.Errorf("alipay: %q is no address for call-backs", s.Notify)
	}
	c := &Client{s: s, gateway: o.Gateway, clock: o.Clock, bills: ".alipay.com",
		http: &http.Client{Transport: o.Via, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if c.gateway == "" {
		c.gateway = Gateway
	}
	u, err := url.Parse(c.gateway)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("alipay: %q is no gateway", c.gateway)
	}
	if c.gateway != Gateway {
		c.bills = u.Host
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	return c, nil
}

// Format implements fmt.Formatter, like that of Settings.
func (c *Client) Format(f fmt.State, verb rune) { c.s.Format(f, verb) }

// Kind implements pay.Provider.
func (c *Client) Kind() pay.Kind { return pay.Alipay }

// CertNumber is what Alipay calls a certificate, or the chain of its own (root): those
// signed by RSA, joined by "_".
func CertNumber(text []byte) (string, error) {
	var all []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue // of another kind of key: Alipay's chain holds some
		}
		if cert.SignatureAlgorithm != x509.SHA256WithRSA && cert.SignatureAlgorithm != x509.SHA1WithRSA {
			continue
		}
		sum := md5.Sum([]byte(cert.Issuer.String() + cert.SerialNumber.String()))
		all = append(all, hex.EncodeToString(sum[:]))
	}
	if len(all) == 0 {
		return "", errors.New("alipay: no certificate")
	}
	return strings.Join(all, "_"), nil
}
