package app

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/httpkit"
)

// anonymousLimit bounds how often one address calls the API without a key: to
// read open books, not to try tokens out. Calls with a key are bounded by it.
type anonymousLimit struct {
	mu      sync.Mutex
	callers map[netip.Addr]*rate.Limiter
}

const (
	anonymousPerSecond = 50
	anonymousBurst     = 200
	maxCallers         = 20_000 // remembered at a time
)

func newAnonymousLimit() *anonymousLimit {
	return &anonymousLimit{callers: make(map[netip.Addr]*rate.Limiter)}
}

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
	return c.Allow()
}
