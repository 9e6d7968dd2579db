package app

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// heardPath is where payment providers tell what happened; their signature opens it.
const heardPath = "/api/pay/"

// maxHeard bounds what a provider tells: a payment takes about two kilobytes.
const maxHeard = 64 << 10

// practise opens the sandbox in place of a provider. It keeps what happened beside the
// books, so that a demo that is started again knows its payments.
func (a *App) practise() (err error) {
	if !a.Practice || a.ReadOnly {
		return nil
	}
	a.sandbox, err = sandbox.New(sandbox.Options{
		Clock: a.DB.Clock(), AnyShop: true, Page: "/sandbox/pay/", Journal: filepath.Join(a.State, "sandbox.journal"), Tell: a.tell, Send: sandbox.Via(http.HandlerFunc(a.handleHeard)),
	})
	if err == nil {
		// While nobody serves, payments of a demo's past take the short way.
		a.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: a.sandbox.Direct()}
	}
	return err
}

// openProviders makes the clients of payment providers. The sandbox is spoken with as
// the real one is, within the process: its messages reach handler.
func (a *App) openProviders(handler http.Handler) error {
	a.heardBy.Store(&handler)
	settings, via := a.WeChatPay, http.RoundTripper(nil)
	if a.sandbox != nil {
		c, err := a.sandbox.Credentials()
		if err != nil {
			return err
		}
		settings = &wechatpay.Settings{Merchant: c.Merchant, App: c.App, Serial: c.Serial, Key: c.Key, Secret: c.Secret}
		via = sandbox.Via(a.sandbox)
	}
	if settings == nil {
		return nil
	}
	s := *settings
	s.Notify = a.base(context.Background()) + heardPath + string(pay.WeChat)
	client, err := wechatpay.New(s, wechatpay.Options{Via: via, Clock: a.DB.Clock()})
	if err != nil {
		return err
	}
	a.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: client}
	return nil
}

// handleHeard answers the sandbox's messages within the process.
func (a *App) handleHeard(w http.ResponseWriter, r *http.Request) {
	if h := a.heardBy.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	http.Error(w, "nobody listens yet", http.StatusServiceUnavailable)
}

// heard takes a message of a payment provider. It is believed for its signature alone;
// what cannot be taken now comes again.
func (a *App) heard(w http.ResponseWriter, r *http.Request) error {
	p := a.Flows.Providers[pay.Kind(r.PathValue("provider"))]
	if p == nil {
		return httpkit.ErrNoSuchPage
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxHeard)
	m, err := p.Read(r)
	if err == nil {
		err = a.tell(r.Context(), m)
	}
	if err != nil && !errors.Is(err, pay.ErrForged) {
		a.Log.WarnContext(r.Context(), "a provider's message was not taken", "kind", string(m.Kind), "err", err)
	}
	p.Answer(w, known(err))
	return nil
}

// known lets a provider stop telling what is none of ours: it would tell it for days.
func known(err error) error {
	if f := fault.Of(err); f != nil && f.Code == payment.ErrNotFound.Code {
		return nil
	}
	return err
}

// tell takes what a provider told.
func (a *App) tell(ctx context.Context, m pay.Message) error {
	switch {
	case m.Payment != nil:
		return a.Flows.ToldPayment(ctx, *m.Payment)
	case m.Refund != nil:
		return a.Flows.ToldRefund(ctx, *m.Refund)
	}
	return nil
}
