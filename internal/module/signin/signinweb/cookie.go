package signinweb

import (
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/platform/httpkit"
)

// The cookies: of the session, of the way through sign-in, of what a passkey is to
// answer, of what the browser was sent to WeChat for. Over TLS their names
// begin with __Host-, so that the browser itself keeps other hosts and paths away.
const (
	sessionCookie = "gongyi"
	visitCookie   = "gongyi-visit"
	keyCookie     = "gongyi-key"
	stateCookie   = "gongyi-wechat"
)

func cookieName(r *http.Request, name string) string {
	if httpkit.Secure(r.Context()) {
		return "__Host-" + name
	}
	return name
}

func readCookie(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie keeps a value for some seconds; 0 drops it.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, seconds int) {
	if seconds == 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r, name), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: httpkit.Secure(r.Context()), SameSite: http.SameSiteLaxMode,
	})
}

// How long the browser keeps the cookies; the server decides by itself.
const (
	sessionSeconds = 180 * 24 * 3600
	visitSeconds   = 15 * 60
)

// SetSession puts a session's token into the browser and drops the visit.
func SetSession(w http.ResponseWriter, r *http.Request, token string) {
	setCookie(w, r, sessionCookie, token, sessionSeconds)
	setCookie(w, r, visitCookie, "", 0)
}

// safeTo is where to go after sign-in: a path of this house, else home. What a
// browser could read as another host is none.
func safeTo(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "",
		!strings.HasPrefix(to, "/"), strings.HasPrefix(to, "//"), strings.ContainsAny(to, "\\\x00\r\n\t"),
		strings.HasPrefix(u.Path, "//"), u.Path == httpkit.SignInPath, strings.HasPrefix(u.Path, httpkit.SignInPath+"/"):
		return homePath
	}
	return to
}

// homePath is a person's own home; outPath is what everybody may read.
const (
	homePath = "/home"
	outPath  = "/"
)
