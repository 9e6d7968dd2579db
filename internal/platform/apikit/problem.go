package apikit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/httpkit"
)

// ErrBody refuses a request that does not fit the operation's schema.
var ErrBody = fault.New(fault.Invalid, "api.bad_body")

// Problem is a refusal on the wire.
type Problem struct {
	httpkit.Problem
	Errors []Detail `json:"errors,omitempty"`
}

// Detail is one thing that is wrong with a request.
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

// Refuse answers from a middleware, where huma looks at no headers.
func Refuse(api huma.API, ctx huma.Context, p *Problem) {
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	_ = huma.WriteErr(api, ctx, p.Status, p.Error(), p) // the reader may have gone
}

// problem is what huma itself answers: mostly requests that do not fit. What is
// wrong inside is logged and hidden, as everywhere.
func problem(ctx context.Context, log *slog.Logger, changing bool, status int, msg string, errs []error) *Problem {
	if len(errs) == 1 {
		if ready := (*Problem)(nil); errors.As(errs[0], &ready) {
			return ready
		}
	}
	if status == http.StatusInternalServerError {
		return Fail(ctx, log, errors.Join(append(errs, errors.New(msg))...), changing)
	}
	for _, err := range errs {
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
	}
	if status == http.StatusRequestEntityTooLarge {
		return Fail(ctx, log, httpkit.ErrBodyTooLarge, changing)
	}
	p := &Problem{Problem: httpkit.ProblemOf(ctx, ErrBody, changing), Errors: details(msg, errs)}
	p.Status = status
	return p
}

// details say what is wrong where, in huma's English: it is for who writes the
// program that called.
func details(msg string, errs []error) (all []Detail) {
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			all = append(all, Detail{Field: d.Location, Message: d.Message})
		} else if err != nil {
			all = append(all, Detail{Message: err.Error()})
		}
	}
	if len(all) == 0 && msg != "" {
		all = []Detail{{Message: msg}}
	}
	return all
}
