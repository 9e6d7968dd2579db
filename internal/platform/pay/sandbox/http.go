package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/platform/pay"
)

// maxRequest bounds what the house sends, in bytes.
const maxRequest = 1 << 20

// asking is a request that was found to be the house's.
type asking struct {
	*http.Request
	s    *Server
	body []byte
}

// read reads the body; what it does not know is refused, as WeChat does.
func (a *asking) read(into any) error {
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badParam("%v", err)
	}
	return nil
}

// account is the shop that a query names, "" being the house.
func (a *asking) account() string { return a.URL.Query().Get("sub_mchid") }

// operation answers a request; kind is its name in Faults.Refuse.
type operation struct {
	kind string
	do   func(a *asking) (status int, told any, err error)
}

// mux are the addresses of the protocol.
func (s *Server) mux() *http.ServeMux {
	m := http.NewServeMux()
	for pattern, op := range map[string]operation{
		"GET /v3/certificates": {"certificates", (*asking).certificates},

		"POST /v3/pay/transactions/{scene}":                          {"order", (*asking).order},
		"POST /v3/pay/partner/transactions/{scene}":                  {"order", (*asking).order},
		"GET /v3/pay/transactions/out-trade-no/{key}":                {"query", (*asking).query},
		"GET /v3/pay/partner/transactions/out-trade-no/{key}":        {"query", (*asking).query},
		"POST /v3/pay/transactions/out-trade-no/{key}/close":         {"close", (*asking).close},
		"POST /v3/pay/partner/transactions/out-trade-no/{key}/close": {"close", (*asking).close},

		"POST /v3/refund/domestic/refunds":      {"refund", (*asking).refund},
		"GET /v3/refund/domestic/refunds/{key}": {"query", (*asking).refunded},

		"POST /v3/profitsharing/receivers/add":      {"receiver", (*asking).receiver},
		"POST /v3/profitsharing/orders":             {"share", (*asking).share},
		"POST /v3/profitsharing/orders/unfreeze":    {"share", (*asking).release},
		"GET /v3/profitsharing/orders/{key}":        {"query", (*asking).shared},
		"POST /v3/profitsharing/return-orders":      {"return", (*asking).giveBack},
		"GET /v3/profitsharing/return-orders/{key}": {"query", (*asking).returned},

		"POST /v3/fund-app/mch-transfer/transfer-bills":                  {"transfer", (*asking).transfer},
		"GET /v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{key}": {"query", (*asking).transferred},

		"GET /v3/bill/tradebill": {"bill", (*asking).bill},
	} {
		m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	m.HandleFunc("GET /v3/billdownload/file", s.billFile)
	m.HandleFunc("GET /cgi-bin/token", s.token)
	m.HandleFunc("POST /wxa/sec/order/upload_shipping_info", s.shipped)
	return m
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// serve checks who asks, lets the operation answer, signs, and does what fate wants.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, op operation) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return
	}
	if err := s.authorize(r, body); err != nil {
		answer(w, http.StatusUnauthorized, nil, refusal("SIGN_ERROR", err.Error()))
		return
	}
	fate, faults := Normal, Faults{}
	if op.kind != "certificates" { // its keys are not to be lost, or nothing else could be tried
		fate, faults = s.fate()
	}
	if faults.Delay > 0 {
		wait(r, faults.Delay)
	}
	switch fate {
	case Failed:
		answer(w, http.StatusInternalServerError, nil, refusal("SYSTEM_ERROR", "practice"))
		return
	case TooOften:
		s.signed(w, http.StatusTooManyRequests, refusal("RATELIMIT_EXCEEDED", "practice"), Normal)
		return
	}
	status, told, err := 0, any(nil), error(nil)
	if code := faults.Refuse[op.kind]; code != "" {
		err = refused(http.StatusForbidden, code, "practice")
	} else {
		status, told, err = op.do(&asking{r, s, body})
	}
	if err != nil {
		status, told = refusalOf(err)
	}
	s.spoil(w, status, told, fate)
}

// spoil answers what was carried out, as fate wants.
func (s *Server) spoil(w http.ResponseWriter, status int, told any, fate Fate) {
	switch fate {
	case Lost:
		panic(http.ErrAbortHandler)
	case FailedAfter:
		answer(w, http.StatusInternalServerError, nil, refusal("SYSTEM_ERROR", "practice"))
	case Garbled:
		s.signed(w, status, json.RawMessage(`"half an ans"`), fate)
	case Huge:
		s.signed(w, status, map[string]string{"padding": strings.Repeat("0", 2<<20)}, fate)
	case Foreign:
		b, _ := json.Marshal(told)
		s.signed(w, status, json.RawMessage(bytes.ReplaceAll(b, []byte(`"CNY"`), []byte(`"USD"`))), fate)
	default:
		s.signed(w, status, told, fate)
	}
}

// signed answers under the provider's seal.
func (s *Server) signed(w http.ResponseWriter, status int, told any, fate Fate) {
	var body []byte
	if told != nil {
		var err error
		if body, err = json.Marshal(told); err != nil {
			panic(err) // what is told is made here
		}
	}
	h := make(http.Header)
	if err := s.sign(h, body, fate); err != nil {
		answer(w, http.StatusInternalServerError, nil, refusal("SYSTEM_ERROR", err.Error()))
		return
	}
	answer(w, status, h, json.RawMessage(body))
}

func answer(w http.ResponseWriter, status int, h http.Header, told any) {
	for name, values := range h {
		w.Header()[name] = values
	}
	body, raw := told.(json.RawMessage)
	if !raw {
		body, _ = json.Marshal(told)
	}
	if len(body) > 0 {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func refusal(code, message string) map[string]string {
	return map[string]string{"code": code, "message": message}
}

// refusalOf is an error as the protocol tells it.
func refusalOf(err error) (int, any) {
	if r := (*pay.Refused)(nil); errors.As(err, &r) {
		return r.Status, refusal(r.Code, r.Message)
	}
	if errors.Is(err, pay.ErrNotFound) {
		return http.StatusNotFound, refusal("RESOURCE_NOT_EXISTS", err.Error())
	}
	return http.StatusInternalServerError, refusal("SYSTEM_ERROR", err.Error())
}

// wait lets time pass before an answer, unless nobody waits for it any more.
func wait(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

// certificates hands out the provider's, encrypted.
func (a *asking) certificates() (int, any, error) {
	a.s.mu.Lock()
	all := append([]platform(nil), a.s.keys.platforms...)
	a.s.mu.Unlock()
	var data []any
	for _, p := range all {
		sealed, err := a.s.seal(p.cert, "certificate")
		if err != nil {
			return 0, nil, err
		}
		data = append(data, map[string]any{"serial_no": p.serial, "effective_time": rfc(p.from), "expire_time": rfc(p.until), "encrypt_certificate": sealed})
	}
	return http.StatusOK, map[string]any{"data": data}, nil
}

// token hands out an access token of the app, as WeChat's other host does.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c, err := s.Credentials()
	if err != nil || q.Get("grant_type") != "client_credential" || q.Get("appid") != App || q.Get("secret") != c.Secret {
		answer(w, http.StatusOK, nil, map[string]any{"errcode": 40001, "errmsg": "invalid credential"})
		return
	}
	s.mu.Lock()
	s.tokens++
	n := s.tokens
	s.mu.Unlock()
	answer(w, http.StatusOK, nil, map[string]any{"access_token": "PRACTICE-" + strconv.Itoa(n), "expires_in": 7200})
}

// goodToken reports whether a token is the latest one given out.
func (s *Server) goodToken(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens > 0 && token == "PRACTICE-"+strconv.Itoa(s.tokens)
}
