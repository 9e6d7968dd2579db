package app

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"

	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/httpkit"
)

// anonymousLimit bounds how often one address calls the API without a key: to
// read open books, not to try tokens out. Calls with a key are bounded by it.
type anonymousLimit struct {
	clock   clock.Clock
	mu      sync.Mutex
	callers map[netip.Addr]*rate.Limiter
}

const (
	anonymousPerSecond = 50
	anonymousBurst     = 200
	maxCallers         = 20_000 // remembered at a time
)

func newAnonymousLimit(c clock.Clock) *anonymousLimit {
	return &anonymousLimit{clock: c, callers: make(map[netip.Addr]*rate.Limiter)}
}

// middleware bounds calls that carry a key to an operation which asks for none:
// nobody has looked at that key.
func (l *anonymousLimit) middleware(api huma.API, log *slog.Logger) func(ctx huma.Context, next func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if len(ctx.Operation().Security) == 0 && ctx.Header("Authorization") != "" && !l.allow(httpkit.ClientAddr(ctx.Context())) {
			apikit.Refuse(api, ctx, apikit.Fail(ctx.Context(), log, apikey.ErrTooFast.After(time.Second), false))
			return
		}
		next(ctx)
	}
}

// wrap bounds calls without a key, also those that lead nowhere.
func (l *anonymousLimit) wrap(kit *httpkit.Kit, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" && !l.allow(httpkit.ClientAddr(r.Context())) {
			kit.Fail(w, r, apikey.ErrTooFast.After(time.Second))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *anonymousLimit) allow(addr netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.callers[addr]
	if c == nil {
		if len(l.callers) >= maxCallers {
			clear(l.callers)
		}
		c = rate.NewLimiter(anonymousPerSecond, anonymousBurst)
		l.callers[addr] = c
	}
	return c.AllowN(l.clock.Now(), 1)
}
