package httpkit

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// client is where a request comes from.
type client struct {
	addr   netip.Addr
	secure bool // it came by TLS, at least up to our proxy
}

type clientKey struct{}

func withClient(ctx context.Context, c client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

func clientIn(ctx context.Context) client {
	c, _ := ctx.Value(clientKey{}).(client)
	return c
}

// ClientAddr is the address of the person's device as far as it can be known;
// the zero Addr outside of a request.
func ClientAddr(ctx context.Context) netip.Addr { return clientIn(ctx).addr }

// Secure reports whether the request came by TLS.
func Secure(ctx context.Context) bool { return clientIn(ctx).secure }

type peerKey struct{}

// WithPeer says who is behind a request that another instance of this installation
// has sent on.
func WithPeer(ctx context.Context, addr netip.Addr, secure bool) context.Context {
	return context.WithValue(ctx, peerKey{}, client{addr, secure})
}

// clientOf walks back from the socket through the proxies we trust: the first
// address that is none of them is the client. What stands further left in
// X-Forwarded-For was written by the client and says nothing.
func (k *Kit) clientOf(r *http.Request) client {
	if c, ok := r.Context().Value(peerKey{}).(client); ok {
		return c
	}
	c := client{secure: r.TLS != nil}
	socket, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return c
	}
	c.addr = socket.Addr().Unmap()
	if !k.trusts(c.addr) {
		return c
	}
	c.secure = c.secure || r.Header.Get("X-Forwarded-Proto") == "https"
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return c
		}
		c.addr = addr.Unmap()
		if !k.trusts(c.addr) {
			return c
		}
	}
	return c
}

func (k *Kit) trusts(a netip.Addr) bool {
	for _, p := range k.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
