package httpkit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Problem is an answer that is no success, as RFC 9457 writes it. Code is what
// programs switch on; Number is what a person quotes.
type Problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail"`
	Code       string `json:"code"`
	Field      string `json:"field,omitempty"`
	RetryAfter int    `json:"retryAfter,omitempty"` // seconds
	Number     string `json:"number,omitempty"`
}

// answers maps every kind of refusal to its status.
var answers = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Busy:         http.StatusServiceUnavailable,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.TooMany:      http.StatusTooManyRequests,
}

// patience is how long to wait when a refusal does not say.
const patience = 5 * time.Second

// ErrBodyTooLarge and ErrNoSuchPage are the refusals of this package.
var (
	ErrBodyTooLarge = fault.New(fault.TooLarge, "http.body_too_large")
	ErrNoSuchPage   = fault.New(fault.NotFound, "http.no_such_page")
)

// ProblemOf is an error as an answer in the request's language. What is no
// refusal is hidden behind its number. Changing says that the request was to
// change something, so that the words can say whether money moved.
func ProblemOf(ctx context.Context, err error, changing bool) Problem {
	f := fault.Of(err)
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		f = ErrBodyTooLarge
	}
	if f == nil || f.Kind == fault.Internal {
		f = &fault.Fault{Kind: fault.Internal, Code: "internal"}
	}
	p := Problem{
		Type: "urn:gongyi:problem:" + f.Code, Code: f.Code, Status: answers[f.Kind], Field: f.Field, Number: Number(ctx),
	}
	if f.Kind == fault.Busy || f.Kind == fault.TooMany {
		wait := f.Retry
		if wait <= 0 {
			wait = patience
		}
		p.RetryAfter = int((wait + time.Second - 1) / time.Second)
	}
	p.Title, p.Detail = say(ctx, f.Kind, p.RetryAfter, changing)
	if sentence, ok := i18n.Refusal(ctx, f); ok {
		p.Detail = sentence
	}
	return p
}

// Fail answers an error: a page for people, a problem for programs.
func (k *Kit) Fail(w http.ResponseWriter, r *http.Request, err error) { k.fail(w, r, err, true) }

func (k *Kit) fail(w http.ResponseWriter, r *http.Request, err error, log bool) {
	ctx := r.Context()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return // nobody waits for the answer any more
	}
	if k.Elsewhere != nil && k.Elsewhere(w, r, err) {
		return
	}
	p := ProblemOf(ctx, err, changes(r))
	if log && p.Status == http.StatusInternalServerError {
		k.Log.ErrorContext(ctx, "internal error", slog.Any("error", err))
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the reader may have gone
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = ui.Fault(p.view(r)).Render(ctx, w)
}

func (p Problem) view(r *http.Request) ui.FaultView {
	v := ui.FaultView{Tone: ui.Bad, Title: p.Title, Detail: p.Detail}
	switch {
	case p.RetryAfter > 0:
		v.Tone, v.Again = ui.Soon, !changes(r)
	case p.Status == http.StatusNotFound, p.Status == http.StatusUnauthorized:
		v.Tone = ui.Tell
	}
	if p.Status != http.StatusNotFound {
		v.Number = p.Number
	}
	return v
}

// changes reports whether a request was to change something.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// NotFound answers what no route knows.
func (k *Kit) NotFound() http.Handler {
	return k.Handle(func(http.ResponseWriter, *http.Request) error { return ErrNoSuchPage })
}
