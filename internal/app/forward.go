package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/httpkit"
)

// forwarder hands requests that write a community to the instance that owns it:
// authenticated among the instances, and one hop at most.
type forwarder struct {
	app    *App
	kit    *httpkit.Kit
	secret []byte
}

const forwarded = "Gongyi-Forwarded"

// freshFor is how old a forwarded request may be.
const freshFor = 30 * time.Second

// wrap sends writing requests of communities that others own to their owners.
func (f *forwarder) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, err := f.route(r)
		switch {
		case err != nil:
			f.kit.Fail(w, r, err)
		case address == "":
			next.ServeHTTP(w, r)
		default:
			f.send(w, r, address)
		}
	})
}

// route is the owner's address for a request that writes a community, "" if it is
// ours or was forwarded to us.
func (f *forwarder) route(r *http.Request) (string, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return "", nil
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), apikit.Prefix+"/")
	if !ok {
		return "", nil
	}
	if mark := r.Header.Get(forwarded); mark != "" && f.valid(mark, r) {
		return "", nil // the second hop would be a circle: answer here, whatever it is
	}
	noun, rest, _ := strings.Cut(rest, "/")
	switch noun {
	case "keys", "operators":
		return f.app.DB.Route(r.Context(), id.Tilde)
	case "communities":
	default:
		return "", nil
	}
	ref, _, _ := strings.Cut(rest, "/")
	ref, err := url.PathUnescape(ref)
	if err != nil {
		return "", nil
	}
	place, err := f.app.Flows.Communities.ByRef(r.Context(), f.app.DB, ref)
	if err != nil {
		return "", nil // the operation refuses it in its own words
	}
	return f.app.DB.Route(r.Context(), place.ID)
}

func (f *forwarder) send(w http.ResponseWriter, r *http.Request, address string) {
	owner, err := url.Parse(address)
	if err != nil {
		f.kit.Fail(w, r, err)
		return
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(owner)
			p.Out.Host = r.Host
			p.Out.Header.Set(forwarded, f.sign(r, time.Now()))
			p.SetXForwarded()
		},
		ModifyResponse: func(res *http.Response) error {
			for name := range res.Header { // the owner has dressed its answer already
				w.Header().Del(name)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.As(err, new(*http.MaxBytesError)) {
				f.kit.Fail(w, r, err)
				return
			}
			f.app.Log.WarnContext(r.Context(), "forward failed", "to", address, "err", err)
			f.kit.Fail(w, r, errOwnerGone.After(f.app.leaseTime()))
		},
	}
	proxy.ServeHTTP(w, r)
}

func (f *forwarder) sign(r *http.Request, at time.Time) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return stamp + "." + hex.EncodeToString(f.mac(r, stamp))
}

func (f *forwarder) mac(r *http.Request, stamp string) []byte {
	return mac(f.secret, fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s", r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get(behind), stamp))
}

func mac(secret, msg []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(msg)
	return h.Sum(nil)
}

func (f *forwarder) valid(mark string, r *http.Request) bool {
	stamp, sum, _ := strings.Cut(mark, ".")
	at, err := strconv.ParseInt(stamp, 10, 64)
	got, err2 := hex.DecodeString(sum)
	age := time.Since(time.Unix(at, 0))
	return err == nil && err2 == nil && age > -freshFor && age < freshFor && hmac.Equal(got, f.mac(r, stamp))
}

// newForwarder prepares what the instances share.
func (a *App) newForwarder(ctx context.Context, kit *httpkit.Kit) (*forwarder, error) {
	secret, err := a.Flows.Keys.PeerSecret(ctx)
	return &forwarder{app: a, kit: kit, secret: secret}, err
}
