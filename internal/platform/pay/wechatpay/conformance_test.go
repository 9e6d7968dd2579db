package wechatpay_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/notify"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/paytest"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// open is a client of a sandbox that is reached over a real connection.
func open(t testing.TB, o sandbox.Options) *paytest.World {
	return paytest.Open(t, o, func(s *sandbox.Server, c clock.Clock) pay.Provider {
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		client, err := wechatpay.New(settings(t, s, server.URL, c), wechatpay.Options{Base: server.URL, API: server.URL, Clock: c})
		if err != nil {
			t.Fatal(err)
		}
		return client
	})
}

func settings(t testing.TB, s *sandbox.Server, base string, c clock.Clock) wechatpay.Settings {
	k, err := s.Credentials()
	if err != nil {
		t.Fatal(err)
	}
	tokens := &notify.WeChatClient{Base: base, AppID: k.App, Secret: k.Secret, Mini: true, Clock: c}
	return wechatpay.Settings{
		Merchant: k.Merchant, App: k.App, Serial: k.Serial, Key: k.Key, Secret: k.Secret, Notify: "https://house.example/told",
		TransferScene: "1000", TransferReport: []wechatpay.Report{{Type: "活动名称", Content: "组长奖励"}, {Type: "奖励说明", Content: "团队消费"}},
		Token: func(ctx context.Context, fresh bool) (string, error) { return tokens.Access(ctx, fresh) },
	}
}

func TestTheClientKeepsToThePort(t *testing.T) {
	paytest.Run(t, true, open)
}

// TestWithinTheProcess: a demo needs no second address. Answers, losses and bills come as
// they do over a connection.
func TestWithinTheProcess(t *testing.T) {
	w := paytest.Open(t, sandbox.Options{}, func(s *sandbox.Server, c clock.Clock) pay.Provider {
		client, err := wechatpay.New(settings(t, s, "http://practice.invalid", c), wechatpay.Options{Base: "http://practice.invalid", API: "http://practice.invalid", Via: sandbox.Via(s), Clock: c})
		if err != nil {
			t.Fatal(err)
		}
		return client
	})
	o := w.Order()
	w.Next(sandbox.Lost)
	if _, err := w.Provider.Pay(t.Context(), o); !errors.Is(err, pay.ErrUnknown) {
		t.Errorf("lost: %v", err)
	}
	p := w.Paid(o)
	if n, err := w.Deliver(t.Context()); n != 1 || err != nil || len(w.Heard) != 1 || *w.Heard[0].Payment != p {
		t.Errorf("%d heard, %v: %+v", n, err, w.Heard)
	}
	monday := period.Date(2026, 3, 2)
	w.Clock.Advance(36 * time.Hour)
	w.Next(sandbox.Normal, sandbox.Lost)
	if all, err := w.Lines(monday); !errors.Is(err, pay.ErrUnknown) {
		t.Errorf("%d lines of a bill that broke off: %v", len(all), err)
	}
	if all, err := w.Lines(monday); err != nil || len(all) != 1 || all[0].Key != o.Key {
		t.Errorf("%+v, %v", all, err)
	}
}
