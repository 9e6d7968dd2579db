package httpkit

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"log/slog"
)

type numberKey struct{}

// digits are Crockford's: no I, L, O or U, so that a number can be read aloud.
var digits = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newNumber makes the number under which a request is logged and which a person
// can quote: 4F22-07QK.
func newNumber() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails
	s := digits.EncodeToString(b[:])
	return s[:4] + "-" + s[4:]
}

func withNumber(ctx context.Context, n string) context.Context {
	return context.WithValue(ctx, numberKey{}, n)
}

// Number is the number of the request, "" outside of one.
func Number(ctx context.Context) string {
	n, _ := ctx.Value(numberKey{}).(string)
	return n
}

// Logs makes a handler add the request's number to every line that is logged
// with the request's context.
func Logs(h slog.Handler) slog.Handler { return numbered{h} }

type numbered struct{ slog.Handler }

// Handle adds the number.
func (n numbered) Handle(ctx context.Context, r slog.Record) error {
	if number := Number(ctx); number != "" {
		r.AddAttrs(slog.String("request", number))
	}
	return n.Handler.Handle(ctx, r)
}

// WithAttrs and WithGroup keep the wrapping.
func (n numbered) WithAttrs(attrs []slog.Attr) slog.Handler {
	return numbered{n.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapping.
func (n numbered) WithGroup(name string) slog.Handler { return numbered{n.Handler.WithGroup(name)} }

// Nonce is 128 random bits as text, for what one browser alone should know.
func Nonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
