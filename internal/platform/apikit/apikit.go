// Package apikit is the frame of the JSON API: OpenAPI 3.1 from the operations
// themselves, refusals as RFC 9457 problems in the caller's language, and the
// light middleware that a till's call passes through.
package apikit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/httpkit"
)

// Prefix is where the operations live.
const Prefix = "/api/v1"

// ErrBody refuses a body that does not fit the operation's schema.
var ErrBody = fault.New(fault.Invalid, "api.bad_body")

// New makes the API on a mux. Operations are added with Register.
func New(mux *http.ServeMux, version string) huma.API {
	cfg := huma.DefaultConfig("Gongyi 共益", version)
	cfg.OpenAPIPath = "/openapi"
	cfg.DocsPath = ""    // ours loads nothing from elsewhere
	cfg.SchemasPath = "" // part of the document
	cfg.CreateHooks = nil
	cfg.Info.Description = "The open books of a mutual-benefit neighbourhood. Amounts are decimal texts, times RFC 3339, refusals RFC 9457."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "A key made with `gongyi keys new`: gy_…"},
	}
	huma.NewError = problem
	return humago.New(mux, cfg)
}

// problem is what huma itself answers: mostly bodies that do not fit.
func problem(status int, msg string, errs ...error) huma.StatusError {
	if len(errs) == 1 {
		if ready := (*Problem)(nil); errors.As(errs[0], &ready) {
			return ready
		}
	}
	p := &Problem{Problem: httpkit.Problem{Type: "urn:gongyi:problem:" + ErrBody.Code, Title: http.StatusText(status), Status: status, Detail: msg, Code: ErrBody.Code}}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, Detail{Field: d.Location, Message: d.Message})
		} else if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			p.Status, p.Code = http.StatusRequestEntityTooLarge, httpkit.ErrBodyTooLarge.Code
		} else if err != nil {
			p.Errors = append(p.Errors, Detail{Message: err.Error()})
		}
	}
	return p
}

// Problem is a refusal on the wire.
type Problem struct {
	httpkit.Problem
	Errors []Detail `json:"errors,omitempty"`
}

// Detail is one thing that is wrong with a body.
type Detail struct {
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Problem.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	if p.RetryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.RetryAfter)}}
}

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// Fail turns an error into the answer of an operation. changing says that the
// operation was to change something.
func Fail(ctx context.Context, log *slog.Logger, err error, changing bool) *Problem {
	p := httpkit.ProblemOf(ctx, err, changing)
	if p.Status == http.StatusInternalServerError {
		log.ErrorContext(ctx, "internal error", slog.Any("error", err))
	}
	return &Problem{Problem: p}
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
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Request-Number", httpkit.Number(ctx))
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
		next.ServeHTTP(seen, r)
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
