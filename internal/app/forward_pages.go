package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
)

// behind tells the owner of a forwarded page who asks: her address, and whether she
// came by TLS. The signature of the forwarding covers it.
const behind = "Gongyi-Client"

// arrived is a page's request as it came, so that it can be sent on although its
// body was read.
type arrived struct {
	request *http.Request
	read    bytes.Buffer
}

// Read implements io.Reader and remembers what was read.
func (a *arrived) Read(b []byte) (int, error) {
	n, err := a.request.Body.Read(b)
	a.read.Write(b[:n])
	return n, err
}

// Close implements io.Closer.
func (a *arrived) Close() error { return a.request.Body.Close() }

type arrivedKey struct{}

// wrapPages lets pages be answered by the instance that writes what they change.
// Which community that is shows only when a page writes; so it begins here, and what
// came is sent on when the database says that another instance owns the place. Who
// was sent here by another instance is believed about its client, and not sent on.
func (f *forwarder) wrapPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if mark := r.Header.Get(forwarded); mark != "" && f.valid(mark, r) {
			addr, secure, _ := strings.Cut(r.Header.Get(behind), " ")
			if at, err := netip.ParseAddr(addr); err == nil {
				ctx = httpkit.WithPeer(ctx, at, secure == "true")
			}
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		a := &arrived{request: r}
		r = r.WithContext(context.WithValue(ctx, arrivedKey{}, a))
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = a
		}
		next.ServeHTTP(w, r)
	})
}

// sendOn sends a page's request to the owner of what it would have written; false if
// the error is about something else. It is httpkit.Kit.Elsewhere.
func (f *forwarder) sendOn(w http.ResponseWriter, r *http.Request, err error) bool {
	a, ok := r.Context().Value(arrivedKey{}).(*arrived)
	if !ok || !errors.Is(err, db.ErrElsewhere) {
		return false
	}
	address, _ := fault.Of(err).Details["address"].(string)
	if address == "" {
		return false
	}
	again := a.request.Clone(r.Context())
	again.Body = io.NopCloser(io.MultiReader(&a.read, a.request.Body))
	again.Header.Set(behind, httpkit.ClientAddr(r.Context()).String()+" "+strconv.FormatBool(httpkit.Secure(r.Context())))
	again.Header.Del("Accept-Encoding") // this instance packs the answer
	w.Header().Del("Set-Cookie")        // the owner says again what is to be kept
	f.send(w, again, address)
	return true
}
