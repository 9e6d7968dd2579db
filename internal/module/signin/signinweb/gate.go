package signinweb

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/httpkit"
)

// ErrTooFast refuses an address that asks again and again.
var ErrTooFast = fault.New(fault.TooMany, "signin.too_fast")

// gate bounds how often one address asks for what costs a write or a question to
// WeChat and needs no code. What is guessed at is counted in the database instead.
type gate struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[netip.Addr]*rate.Limiter
}

const (
	gateEvery = 2 * time.Second
	gateBurst = 20
	gateKept  = 20_000
)

func newGate(c clock.Clock) *gate { return &gate{clock: c, seen: make(map[netip.Addr]*rate.Limiter)} }

func (g *gate) allow(r *http.Request) error {
	addr := httpkit.ClientAddr(r.Context())
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.seen[addr]
	if l == nil {
		if len(g.seen) >= gateKept {
			clear(g.seen)
		}
		l = rate.NewLimiter(rate.Every(gateEvery), gateBurst)
		g.seen[addr] = l
	}
	if !l.AllowN(g.clock.Now(), 1) {
		return ErrTooFast.After(gateEvery)
	}
	return nil
}
