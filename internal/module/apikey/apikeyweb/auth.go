// Package apikeyweb checks the key of a call and offers the operations on keys.
package apikeyweb

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/clock"
)

// Guard checks keys for operations.
type Guard struct {
	Keys  *apikey.Service
	Clock clock.Clock
	Log   *slog.Logger
}

type keyName struct{}

// Security marks an operation as one that needs a key.
var Security = []map[string][]string{{"key": {}}}

// Middleware finds the caller's key on operations that need one.
func (g *Guard) Middleware(api huma.API) func(ctx huma.Context, next func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if len(ctx.Operation().Security) == 0 {
			next(ctx)
			return
		}
		key, err := g.check(ctx)
		if err != nil {
			answer := apikit.Fail(ctx.Context(), g.Log, err, true)
			if answer.Status == http.StatusUnauthorized {
				ctx.SetHeader("WWW-Authenticate", "Bearer")
			}
			apikit.Refuse(api, ctx, answer)
			return
		}
		next(huma.WithContext(ctx, context.WithValue(ctx.Context(), keyName{}, key)))
	}
}

func (g *Guard) check(ctx huma.Context) (*apikey.Key, error) {
	scheme, text, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		text = "" // another scheme is no key
	}
	now := g.Clock.Now()
	key, err := g.Keys.Check(ctx.Context(), text, now)
	if err != nil {
		return nil, err
	}
	return key, key.Take(now, 1)
}

// Key is the caller's key inside an operation with Security.
func Key(ctx context.Context) *apikey.Key { return ctx.Value(keyName{}).(*apikey.Key) }
