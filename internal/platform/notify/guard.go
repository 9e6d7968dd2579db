package notify

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrInside refuses an address of this machine or of a private network. A browser
// tells us where its push service is; without this anybody could make the house
// knock at doors behind its own wall.
var ErrInside = errors.New("notify: an address inside is not called")

// inside are networks that no push service lives in, besides those that netip knows.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carriers' own
	netip.MustParsePrefix("192.0.0.0/24"),    // protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // examples
	netip.MustParsePrefix("192.88.99.0/24"),  // relays of 6to4
	netip.MustParsePrefix("198.18.0.0/15"),   // measurements
	netip.MustParsePrefix("198.51.100.0/24"), // examples
	netip.MustParsePrefix("203.0.113.0/24"),  // examples
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, broadcast
	netip.MustParsePrefix("64:ff9b::/96"),    // IPv4 behind a translator
	netip.MustParsePrefix("64:ff9b:1::/48"),  // the same, local
	netip.MustParsePrefix("2001::/23"),       // protocols, Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // examples
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("fec0::/10"),       // site local, once
}

// Outside reports whether an address is one of the public network.
func Outside(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range inside {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// onlyOutside is asked by the dialer for each address it is about to call, after
// the name was resolved: a name that changes its mind does not help.
func onlyOutside(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrInside, address)
	}
	if !Outside(at.Addr()) {
		return fmt.Errorf("%w: %s", ErrInside, at.Addr())
	}
	return nil
}

// publicClient calls addresses of the public network alone. It knows no proxy,
// which would do the calling out of our sight, and follows no redirects.
func publicClient() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: onlyOutside}
	return &http.Client{
		Timeout: patience + time.Second,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 5 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckEndpoint refuses what no push service has for an address. Who it belongs to
// is asked again when it is called.
func CheckEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || len(endpoint) > 1024 || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("notify: no address of a push service")
	case u.Port() != "" && u.Port() != "443":
		return fmt.Errorf("notify: a push service at port %s", u.Port())
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Outside(a) {
		return ErrInside
	}
	return nil
}
