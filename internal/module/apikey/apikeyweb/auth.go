// Package apikeyweb checks the key of a call, asks the policies whether it may do
// what it asks for, and offers the operations on keys.
package apikeyweb

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/clock"
)

// Guard stands before every operation.
type Guard struct {
	Keys   *apikey.Service
	Engine *authz.Engine
	Place  func(ctx context.Context, ref string) (id.ID, error) // the community of a reference
	Clock  clock.Clock
	Log    *slog.Logger
}

// caller is who calls an operation; key is nil where none is needed.
type caller struct {
	guard  *Guard
	action authz.Action
	key    *apikey.Key
}

type callerName struct{}

// Security marks an operation as one that needs a key.
var Security = []map[string][]string{{"key": {}}}

// Middleware finds the caller's key on operations that need one, and asks the
// policies. What belongs to one shop is asked as for the key's own shop: the
// operation asks again when it knows which (May), and whom even her own shop does
// not help learns nothing of what there is.
func (g *Guard) Middleware(api huma.API) func(ctx huma.Context, next func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		ask := apikit.AskOf(ctx.Operation())
		c := &caller{guard: g, action: ask.Action}
		err := g.recognise(ctx, c)
		if err == nil {
			shop := ""
			if ask.Shop && c.key != nil {
				shop = c.key.Scope.Merchant
			}
			err = c.may(ctx.Context(), ctx.Param("community"), shop)
		}
		if err != nil {
			answer := apikit.Fail(ctx.Context(), g.Log, err, true)
			if answer.Status == http.StatusUnauthorized {
				ctx.SetHeader("WWW-Authenticate", "Bearer")
			}
			apikit.Refuse(api, ctx, answer)
			return
		}
		next(huma.WithContext(ctx, context.WithValue(ctx.Context(), callerName{}, c)))
	}
}

// recognise checks the key, if the operation needs one.
func (g *Guard) recognise(ctx huma.Context, c *caller) (err error) {
	if len(ctx.Operation().Security) == 0 {
		return nil
	}
	scheme, text, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		text = "" // another scheme is no key
	}
	now := g.Clock.Now()
	if c.key, err = g.Keys.Check(ctx.Context(), text, now); err != nil {
		return err
	}
	return c.key.Take(now, 1)
}

// may asks the policies about a community and one of its shops; "" is none.
func (c *caller) may(ctx context.Context, community, shop string) error {
	on := authz.Resource{Subject: subject(shop)}
	v := authz.Viewer{}
	var err error
	if community != "" {
		if on.Place, err = c.guard.place(ctx, community); err != nil {
			return err
		}
	}
	if c.key != nil {
		if v, err = c.guard.viewer(ctx, c.key); err != nil {
			return err
		}
	}
	err = c.guard.Engine.May(ctx, v, c.action, on)
	if fault.KindOf(err) != fault.Forbidden {
		return err
	}
	c.guard.Log.InfoContext(ctx, "denied", slog.String("action", string(c.action)), slog.String("key", v.Key.String()))
	if errors.Is(err, authz.ErrDenied) {
		return apikey.ErrScope.With("action", string(c.action))
	}
	return err
}

// place is the community of a reference; zero if there is none, where only a key
// for everywhere holds a right.
func (g *Guard) place(ctx context.Context, ref string) (id.ID, error) {
	at, err := g.Place(ctx, ref)
	if fault.KindOf(err) == fault.NotFound {
		return id.ID{}, nil
	}
	return at, err
}

// viewer is a key as the policies know it: its rights are roles.
func (g *Guard) viewer(ctx context.Context, k *apikey.Key) (v authz.Viewer, err error) {
	v.Key = k.ID
	var at id.ID
	if k.Scope.Community != "" {
		if at, err = g.place(ctx, k.Scope.Community); err != nil || at.IsZero() {
			return v, err // a community that is not there: no right anywhere
		}
	}
	for _, r := range k.Scope.Rights {
		v.Grants = append(v.Grants, authz.Grant{Role: r.Role(), Place: at, Subject: subject(k.Scope.Merchant)})
	}
	return v, nil
}

// subject stands for a shop's reference. It is compared with nothing but other
// references: a key knows no shop by id.
func subject(ref string) (s id.ID) {
	if ref != "" {
		h := sha256.Sum256([]byte(ref))
		copy(s[:], h[:])
	}
	return s
}

// Key is the caller's key inside an operation with Security.
func Key(ctx context.Context) *apikey.Key { return ctx.Value(callerName{}).(*caller).key }

// May refuses what the caller's key may not do for this shop.
func May(ctx context.Context, community, shop string) error {
	return ctx.Value(callerName{}).(*caller).may(ctx, community, shop)
}
