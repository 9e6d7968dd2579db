package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gongyi/internal/app/docsweb"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/policy/policyweb"
	"gongyi/internal/module/privacy/privacyweb"
	"gongyi/internal/module/promotion/promotionweb"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/module/signin/signinweb"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
	"gongyi/internal/portal/mapweb"
	"gongyi/internal/portal/officerweb"
)

// Version is the program's version; the Makefile sets it in releases.
var Version = "0.1.0"

// errOwnerGone says that the instance a request was sent to does not answer.
var errOwnerGone = fault.New(fault.Busy, "app.owner_gone")

// Serve is how the web is offered.
type Serve struct {
	Addr     string // HOST:PORT; loopback unless told otherwise
	CertFile string
	KeyFile  string
	Trusted  []netip.Prefix // proxies whose X-Forwarded-For is believed
	URL      string         // how people reach this server, for codes and links; "" is where it listens
	Ready    func(url string)
}

// maxBody bounds the body of an API call: a batch of 1,000 purchases fits.
const maxBody = 4 << 20

// Handler is the whole web of the program.
func (a *App) Handler(ctx context.Context, trusted []netip.Prefix) (http.Handler, error) {
	kit := &httpkit.Kit{Log: a.Log, Trusted: trusted}
	a.metrics = newMetrics(a)
	tiles, err := evidence.Handler(a.TileDir())
	if err != nil {
		return nil, err
	}
	engine, err := authz.New(access.Policies, community.Tree{Places: a.Flows.Communities, DB: a.DB})
	if err != nil {
		return nil, err
	}
	engine.Passkeys = a.Passkeys
	programs, err := a.api(ctx, kit, engine)
	if err != nil {
		return nil, err
	}
	pages := a.pages(kit, engine)
	mux := http.NewServeMux()
	mux.Handle("/api/", programs)
	mux.Handle("POST "+heardPath, pages)
	mux.Handle("/openapi.json", programs)
	mux.Handle("/openapi.yaml", programs)
	mux.Handle("/log/", http.StripPrefix("/log", tiles))
	mux.HandleFunc("GET /healthz", a.healthy)
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.local(a.metrics.handler()))
	mux.Handle("GET /debug/pprof/profile", a.local(http.HandlerFunc(pprof.Profile)))
	mux.Handle("GET /debug/pprof/", a.local(http.HandlerFunc(pprof.Index)))
	mux.Handle("/", pages)
	return mux, a.practise(ctx, mux)
}

// api is the JSON operations inside their frame.
func (a *App) api(ctx context.Context, kit *httpkit.Kit, engine *authz.Engine) (http.Handler, error) {
	mux := http.NewServeMux()
	api := apikit.New(mux, Version, a.Log)
	a.calls = api
	limit := newAnonymousLimit(a.DB.Clock())
	guard := &apikeyweb.Guard{Keys: a.Flows.Keys, Engine: engine, Place: a.place, Clock: a.DB.Clock(), Log: a.Log}
	api.UseMiddleware(limit.middleware(api, a.Log), guard.Middleware(api))
	receipts := NewReceipts(a)
	(&settlementweb.API{Flows: a.Flows, Proof: a.Proof, Bundle: receipts.Bundle, Log: a.Log}).Register(api)
	(&ledgerweb.API{Flows: a.Flows, Logs: a.Proof, Log: a.Log}).Register(api)
	(&policyweb.API{Flows: a.Flows, Log: a.Log}).Register(api)
	(&promotionweb.API{Flows: a.Flows, Log: a.Log}).Register(api)
	(&apikeyweb.API{Keys: a.Flows.Keys, DB: a.DB, Log: a.Log}).Register(api)
	(&signinweb.API{Flows: a.Flows, Log: a.Log}).Register(api)
	if err := apikit.Describe(mux, api); err != nil {
		return nil, err
	}
	a.docs = docsweb.Handler(kit, api)
	mux.Handle("/api/", apikit.Elsewhere(mux, kit))
	mux.Handle("/", apikit.Elsewhere(mux, kit))
	var inner http.Handler = mux
	if a.DB.Engine() == db.Postgres {
		f, err := a.newForwarder(ctx, kit)
		if err != nil {
			return nil, err
		}
		a.Flows.Peer, a.forward, kit.Elsewhere = f, f, f.sendOn
		mux.Handle("POST "+peerPath, kit.Handle(f.admit))
		mux.Handle("POST "+hoursPath, kit.Handle(f.bring))
		mux.Handle("POST "+pairingPath, kit.Handle(f.pair))
		mux.Handle("POST "+noticePath, kit.Handle(f.notify))
		inner = f.wrap(mux)
	}
	return apikit.Frame(kit, maxBody, a.metrics.observe, limit.wrap(kit, inner)), nil
}

// place is the community of a reference.
func (a *App) place(ctx context.Context, ref string) (id.ID, error) {
	p, err := a.Flows.Communities.ByRef(ctx, a.DB, ref)
	return p.ID, err
}

// pages is what people see.
func (a *App) pages(kit *httpkit.Kit, engine *authz.Engine) http.Handler {
	mux := http.NewServeMux()
	a.routes = httpkit.NewRouter(kit, mux, engine)
	a.portal = portal.New(a.Flows, a.routes)
	receipts, books := NewReceipts(a), NewBooks(a)
	receipts.Base, books.Base = a.base, a.base
	a.signIn(kit)
	privacyweb.Routes(a.routes, a.portal)
	a.notices()
	ledgerweb.Routes(a.routes, books)
	a.frames(books)
	a.till()
	a.deskPages().Routes(a.routes) // before others that add doors to its rail: it is the way in
	a.people()
	a.trade()
	a.reconciliation()
	settlementweb.Routes(a.routes, receipts, receipts)
	base := a.baseMap()
	mapweb.Routes(a.routes, a.portal, base)
	a.alliance(base)
	(&officerweb.Office{Portal: a.portal, Flows: a.Flows, Books: books, Zone: a.Desk.Zone}).Routes(a.routes)
	a.places()
	a.life()
	a.helping(base)
	a.points()
	a.levels()
	a.payouts(receipts)
	a.duties()
	mux.Handle("POST "+heardPath+"{provider}", kit.Handle(a.heard))
	a.promotions()
	a.volunteers()
	a.hours(receipts)
	a.markets()
	a.classes()
	mux.Handle("GET /assets/", ui.Assets())
	a.routes.Add(httpkit.Route{Pattern: "GET /docs", Action: "api.describe", Do: func(w http.ResponseWriter, r *http.Request) error {
		a.docs.ServeHTTP(w, r)
		return nil
	}})
	mux.Handle("/", kit.NotFound())
	whole := kit.Wrap(apikit.Observe(a.metrics.observe, mux))
	if a.forward != nil {
		whole = a.forward.wrapPages(whole)
	}
	return whole
}

// base is the address under which people reach this server. It is never taken
// from a request, which could name any host.
func (a *App) base(context.Context) string {
	if url := a.url.Load(); url != nil {
		return *url
	}
	return ""
}

// healthy says that the process runs.
func (a *App) healthy(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// ready says that the database answers.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := a.Flows.Communities.List(ctx, a.DB, community.Community); err != nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}

// local lets only callers on this machine in: numbers of operation are not public.
func (a *App) local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !at.Addr().Unmap().IsLoopback() || r.Header.Get("X-Forwarded-For") != "" {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Run serves until ctx ends, then answers who waits, publishes and stops.
func (a *App) Run(ctx context.Context, s Serve) error {
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return err
	}
	scheme := "http"
	if s.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(s.CertFile, s.KeyFile)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		scheme = "https"
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	url := scheme + "://" + listener.Addr().String()
	if err := a.DB.Announce(url); err != nil {
		a.Log.Warn("the address could not be noted", "err", err)
	}
	public := strings.TrimSuffix(cmp.Or(s.URL, url), "/")
	a.url.Store(&public)
	handler, err := a.Handler(ctx, s.Trusted) // after the address is known: it may take a lease
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := a.start(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(a.Flows.Live.Close) // pages that wait for news would hold it up
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	s.Ready(url)
	select {
	case err = <-done:
	case <-ctx.Done():
		quiet, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err = server.Shutdown(quiet)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, a.stop())
}

// start begins everything that works beside the web.
func (a *App) start(ctx context.Context) error {
	if err := a.Proof.Start(ctx); err != nil {
		return err
	}
	if err := a.firstKey(ctx); err != nil {
		return err
	}
	places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := a.Flows.Ledger.Warm(ctx, p.ID); err != nil && !errors.Is(err, db.ErrElsewhere) {
			return fmt.Errorf("%s: %w", p.Ref, err)
		}
	}
	if err := a.carry(); err != nil {
		return err
	}
	a.derive = startDeriving(a)
	if a.jobs, err = newJobs(a); err != nil {
		return err
	}
	return a.jobs.Start(context.WithoutCancel(ctx))
}

func (a *App) stop() error {
	var errs []error
	if a.jobs != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		errs = append(errs, a.jobs.Stop(ctx))
	}
	if a.derive != nil {
		a.derive.stop()
	}
	return errors.Join(errs...)
}

// AdminKeyFile holds the key with which commands on this machine speak to the
// running program.
func (c *Config) AdminKeyFile() string { return filepath.Join(c.KeyDir(), "admin.key") }

// firstKey makes the administrator's key when there is none: nobody could make
// another one.
func (a *App) firstKey(ctx context.Context) error {
	file := a.AdminKeyFile()
	if text, err := os.ReadFile(file); err == nil {
		if _, err := a.Flows.Keys.Check(ctx, strings.TrimSpace(string(text)), a.DB.Clock().Now()); err == nil {
			return nil
		} else if !errors.Is(err, apikey.ErrBadKey) {
			return err
		}
	}
	var text string
	err := a.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		_, text, err = a.Flows.Keys.Make(ctx, tx, "administrator", apikey.Scope{Rights: apikey.Rights}, 0)
		return err
	})
	if errors.Is(err, db.ErrElsewhere) {
		a.Log.InfoContext(ctx, "another instance keeps the keys; its administrator's key is the one")
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text+"\n"), 0o600)
}
