package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"time"

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

// openProviders takes the licensed providers that the house was given, or a sandbox that
// keeps what happened beside the books, so that a demo that is started again knows its
// payments.
func (a *App) openProviders() (err error) {
	a.Flows.Providers = make(map[pay.Kind]pay.Provider)
	for _, p := range a.Pay {
		a.Flows.Providers[p.Kind()] = p
	}
	if !a.Practice || a.ReadOnly {
		return nil
	}
	a.sandbox, err = sandbox.New(sandbox.Options{
		Clock: a.DB.Clock(), AnyShop: true, Journal: filepath.Join(a.State, "sandbox.journal"),
		Tell: a.tell, Send: sandbox.Via(http.HandlerFunc(a.hearPractice)),
	})
	if err == nil { // while nobody serves, payments of a demo's past take the short way
		a.Flows.Providers[pay.WeChat] = a.sandbox.Direct()
	}
	return err
}

// practise speaks with the sandbox as with the real provider from now on, within the
// process: its messages reach web.
func (a *App) practise(ctx context.Context, web http.Handler) error {
	if a.sandbox == nil {
		return nil
	}
	c, err := a.sandbox.Credentials()
	if err != nil {
		return err
	}
	s := wechatpay.Settings{
		Merchant: c.Merchant, App: c.App, Serial: c.Serial, Key: c.Key, Secret: c.Secret,
		Notify: cmp.Or(a.base(ctx), "https://practice.invalid") + heardPath + string(pay.WeChat),
	}
	client, err := wechatpay.New(s, wechatpay.Options{Via: sandbox.Via(a.sandbox), Clock: a.DB.Clock()})
	if err != nil {
		return err
	}
	a.Flows.Providers[pay.WeChat] = client
	if a.web.Swap(&web) == nil {
		running, stop := context.WithCancel(context.WithoutCancel(ctx))
		a.stopPractice = stop
		go a.sandbox.Run(running, practicePace)
	}
	return nil
}

// practicePace is how soon the sandbox tells what happened.
const practicePace = 50 * time.Millisecond

// hearPractice answers the sandbox's messages.
func (a *App) hearPractice(w http.ResponseWriter, r *http.Request) {
	web := a.web.Load()
	if web == nil {
		http.Error(w, "nobody listens yet", http.StatusServiceUnavailable)
		return
	}
	(*web).ServeHTTP(w, r)
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
	p.Answer(w, err)
	return nil
}

// tell takes what a provider told. What is none of ours is heard all the same: it would
// be told for days.
func (a *App) tell(ctx context.Context, m pay.Message) (err error) {
	switch {
	case m.Payment != nil:
		err = a.Flows.ToldPayment(ctx, *m.Payment)
	case m.Refund != nil:
		err = a.Flows.ToldRefund(ctx, *m.Refund)
	}
	if f := fault.Of(err); f != nil && f.Code == payment.ErrNotFound.Code {
		return nil
	}
	return err
}
