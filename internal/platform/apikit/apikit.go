// Package apikit is the frame of the JSON API: OpenAPI 3.1 from the operations
// themselves, refusals as RFC 9457 problems in the caller's language, and the
// light middleware that a till's call passes through.
package apikit

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/httpkit"
)

// Prefix is where the operations live.
const Prefix = "/api/v1"

// New makes the API on a mux. Operations are added with Register, and then the
// document that describes them with Describe.
func New(mux *http.ServeMux, version string, log *slog.Logger) huma.API {
	cfg := huma.DefaultConfig("Gongyi 共益", version)
	cfg.OpenAPIPath = "" // see Describe
	cfg.DocsPath = ""    // ours loads nothing from elsewhere
	cfg.SchemasPath = "" // part of the document
	cfg.CreateHooks = nil
	cfg.Formats = maps.Clone(cfg.Formats)
	cfg.Formats["application/json"] = strictJSON
	cfg.Formats["json"] = strictJSON
	cfg.Info.Description = "The open books of a mutual-benefit neighbourhood. Amounts are decimal texts, times RFC 3339, refusals RFC 9457."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "A key made with `gongyi keys new`: gy_…"},
	}
	huma.ValidateStrictCasing = true // else "PRICE" is read and "price" is checked
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return problem(context.Background(), log, true, status, msg, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return problem(c.Context(), log, c.Method() != http.MethodGet, status, msg, errs)
	}
	return humago.New(mux, cfg)
}

// Amount is an amount on the wire: a decimal text, exact, never a JSON number.
type Amount string

// Money reads an amount of an asset; the empty text is zero.
func (a Amount) Money(asset money.Asset, field string) (money.Amount, error) {
	if a == "" {
		return 0, nil
	}
	v, err := money.Parse(string(a), asset)
	if err != nil {
		return 0, ErrAmount.On(field).With("value", string(a))
	}
	return v, nil
}

// ErrAmount refuses a text that is no amount.
var ErrAmount = fault.New(fault.Invalid, "api.bad_amount")

// Schema describes an amount.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Pattern: `^-?[0-9]{1,13}(\.[0-9]{1,2})?$`, Description: "A decimal text such as 128.40", Examples: []any{"128.40"}}
}

// Frame wraps the API: number, client, language, body limit, panics. It writes no
// line for a call that went well; metrics count those.
func Frame(kit *httpkit.Kit, maxBody int64, observed func(route string, status int, took time.Duration), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := kit.Arrive(r)
		dress(ctx, w.Header())
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		seen := &statusWriter{ResponseWriter: w}
		began := time.Now()
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				kit.Log.ErrorContext(ctx, "panic", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
				if seen.status != 0 {
					panic(http.ErrAbortHandler)
				}
				kit.Fail(seen, r, errors.New("panic"))
			}
			observed(r.Pattern, seen.status, time.Since(began))
		}()
		if !httpkit.Legible(r.URL) {
			kit.Fail(seen, r, httpkit.ErrNoSuchPage)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

// guards are the headers of every answer: it is for programs, so a browser that
// opens one may run, frame and load nothing. They are made once, for the till's
// sake; net/http only reads them.
var guards = http.Header{
	"Cache-Control":                {"no-store"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Referrer-Policy":              {"no-referrer"},
	"X-Content-Type-Options":       {"nosniff"},
}

func dress(ctx context.Context, h http.Header) {
	for name, value := range guards {
		h[name] = value[:1:1]
	}
	h.Set("X-Request-Number", httpkit.Number(ctx))
	if httpkit.Secure(ctx) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Observe tells of each answer under its route, as Frame does for the API.
func Observe(observed func(route string, status int, took time.Duration), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w}
		began := time.Now()
		next.ServeHTTP(seen, r)
		observed(r.Pattern, seen.status, time.Since(began))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write notes an answer without a status.
func (s *statusWriter) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
