// Package wechattest is a stand-in for WeChat that speaks the same protocol: the
// page that asks an account's owner, the exchange of a code, the mini program's
// sign-in. Codes are good once, as the real ones are.
package wechattest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"gongyi/internal/platform/wechat"
)

// Server is the stand-in. It is an http.Handler, to be served by whoever tests.
type Server struct {
	Account, Site, Mini wechat.App
	// Holder is who holds the phone that answers on the asking page; nil refuses.
	Holder *wechat.Identity
	// Fail, if not 0, is answered as errcode to every exchange.
	Fail int

	mu    sync.Mutex
	codes map[string]wechat.Identity
	n     int
}

// MiniCode is a code as a mini program would get it for an account.
func (s *Server) MiniCode(who wechat.Identity) string { return s.issue(who) }

func (s *Server) issue(who wechat.Identity) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.codes == nil {
		s.codes = make(map[string]wechat.Identity)
	}
	s.n++
	code := "CODE" + strconv.Itoa(s.n)
	s.codes[code] = who
	return code
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/connect/oauth2/authorize":
		s.authorize(w, r, s.Account)
	case "/connect/qrconnect":
		s.authorize(w, r, s.Site)
	case "/sns/oauth2/access_token":
		app := s.Site
		if r.FormValue("appid") == s.Account.ID {
			app = s.Account
		}
		s.exchange(w, r, app, r.FormValue("code"))
	case "/sns/jscode2session":
		s.exchange(w, r, s.Mini, r.FormValue("js_code"))
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) authorize(w http.ResponseWriter, r *http.Request, app wechat.App) {
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || r.FormValue("appid") != app.ID || r.FormValue("response_type") != "code" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	q := back.Query()
	q.Set("state", r.FormValue("state"))
	if s.Holder != nil { // who refuses comes back without a code
		q.Set("code", s.issue(*s.Holder))
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) exchange(w http.ResponseWriter, r *http.Request, app wechat.App, code string) {
	s.mu.Lock()
	who, known := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	answer := map[string]any{"openid": who.OpenID, "access_token": "T", "expires_in": 7200}
	if who.UnionID != "" {
		answer["unionid"] = who.UnionID
	}
	switch {
	case s.Fail != 0:
		answer = map[string]any{"errcode": s.Fail, "errmsg": "as told"}
	case r.FormValue("appid") != app.ID:
		answer = map[string]any{"errcode": 40013, "errmsg": "invalid appid"}
	case r.FormValue("secret") != app.Secret:
		answer = map[string]any{"errcode": 40125, "errmsg": "invalid appsecret"}
	case !known:
		answer = map[string]any{"errcode": 40029, "errmsg": "invalid code"}
	}
	w.Header().Set("Content-Type", "text/plain") // as WeChat does
	_ = json.NewEncoder(w).Encode(answer)        // the reader may have gone
}
