package wechatpay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// TestSecretsAreNotPrinted: not by any verb, not by a logger.
func TestSecretsAreNotPrinted(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	settings := settings(t, s, "http://127.0.0.1:1", clock.System{})
	client, err := wechatpay.New(settings, wechatpay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	log.Info("here", "settings", settings, "client", client)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		fmt.Fprintf(&out, verb+verb, settings, client)
	}
	for _, secret := range []string{settings.Secret, settings.Key.D.String(), settings.Key.D.Text(16), settings.Serial} {
		if strings.Contains(out.String(), secret) {
			t.Fatalf("printed: %.200s", out.String())
		}
	}
}

// TestNobodyIsThere: then nobody knows, and no address or header is told.
func TestNobodyIsThere(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := wechatpay.New(settings(t, s, "http://127.0.0.1:1", clock.System{}), wechatpay.Options{Base: "http://127.0.0.1:1", API: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Payment(context.Background(), "0123456789", ""); !errors.Is(err, pay.ErrUnknown) || strings.Contains(err.Error(), "WECHATPAY2") {
		t.Error(err)
	}
	if err := client.Pickup(context.Background(), pay.Pickup{Payment: "1", Payer: "o", Title: "x"}); !errors.Is(err, pay.ErrUnknown) || strings.Contains(err.Error(), "access_token") {
		t.Error(err)
	}
}

// TestRedirectsAreNotFollowed: they would carry a signed instruction elsewhere.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := wechatpay.New(settings(t, s, server.URL, clock.System{}), wechatpay.Options{Base: server.URL, API: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Pay(context.Background(), pay.Order{Key: "0123456789", Amount: 1, Title: "x", Scene: pay.Native}); !errors.Is(err, pay.ErrUnknown) {
		t.Error(err)
	}
	if elsewhere > 0 {
		t.Error("it was followed")
	}
}

func TestWhatIsNoAccount(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for says, do := range map[string]func(x *wechatpay.Settings){
		"no merchant":                func(x *wechatpay.Settings) { x.Merchant = "" },
		"no key":                     func(x *wechatpay.Settings) { x.Key = nil },
		"a short APIv3 key":          func(x *wechatpay.Settings) { x.Secret = "short" },
		"half a public key":          func(x *wechatpay.Settings) { x.PlatformID = "PUB_KEY_ID_1" },
		"no address":                 func(x *wechatpay.Settings) { x.Notify = "" },
		"an address with a question": func(x *wechatpay.Settings) { x.Notify = "https://x.example/?a=b" },
	} {
		x := settings(t, s, "", clock.System{})
		do(&x)
		if _, err := wechatpay.New(x, wechatpay.Options{}); err == nil {
			t.Errorf("%s: taken", says)
		}
	}
}

// FuzzMessage: whatever comes under the provider's own signature, nothing falls, and a
// payment that is believed is one of ours, in yuan, of something.
func FuzzMessage(f *testing.F) {
	w := open(f, sandbox.Options{})
	w.Paid(w.Order())
	f.Add(`{"id":"1","event_type":"TRANSACTION.SUCCESS","resource":{}}`)
	f.Add(`{"id":"1","event_type":"REFUND.SUCCESS","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"123456789012","ciphertext":"AAAA"}}`)
	f.Add(`{"id":"1","event_type":"OTHER"}`)
	f.Add(`[`)
	f.Add(`{"sp_mchid":"1900000001","sub_mchid":"1600000001","out_trade_no":"a","transaction_id":"b","trade_state":"SUCCESS","success_time":"2026-03-02T10:00:00+08:00","amount":{"total":1,"currency":"CNY"}}`)
	client := w.Provider.(*wechatpay.Client)
	f.Fuzz(func(t *testing.T, body string) {
		for event, read := range map[string]func(b []byte) (pay.Message, error){
			"": client.Believed, "payment": func(b []byte) (pay.Message, error) { return client.Opened("TRANSACTION.SUCCESS", b) },
			"refund": func(b []byte) (pay.Message, error) { return client.Opened("REFUND.SUCCESS", b) },
		} {
			m, err := read([]byte(body))
			if err != nil {
				continue
			}
			if p := m.Payment; p != nil && p.State == pay.Done && (p.Amount <= 0 || p.Asset != "CNY" || p.ID == "") {
				t.Errorf("%s: believed %+v", event, p)
			}
			if r := m.Refund; r != nil && r.Amount <= 0 {
				t.Errorf("%s: believed %+v", event, r)
			}
		}
	})
}
