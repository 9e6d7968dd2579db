package httpkit

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/authz"
)

// Route is one page or form of the house, and what the policies are asked before
// it is opened.
type Route struct {
	Pattern string // "GET /me/wallet"
	Action  authz.Action
	On      func(r *http.Request) (authz.Resource, error) // nil: the whole installation
	Do      Func
	Upload  int64 // bytes that it takes where others take Kit.MaxBody; it reads the body itself
}

// Router opens routes to who may. A route without an action does not exist, and an
// action that no policy permits is refused.
type Router struct {
	kit    *Kit
	mux    *http.ServeMux
	engine *authz.Engine
	routes []Route

	// Before, if set, hears of everything that may be done, before it is; what it
	// refuses is not done. Acting for others is logged so (A4).
	Before func(r *http.Request, route Route) error
}

// NewRouter routes into a mux.
func NewRouter(kit *Kit, mux *http.ServeMux, engine *authz.Engine) *Router {
	return &Router{kit: kit, mux: mux, engine: engine}
}

// Kit is what the handlers of the routes share.
func (t *Router) Kit() *Kit { return t.kit }

// Engine is asked where a page depends on what may be done on it.
func (t *Router) Engine() *authz.Engine { return t.engine }

// Routes lists what was added.
func (t *Router) Routes() []Route { return t.routes }

// Add adds routes. It panics on a route without an action: that is a mistake of
// the program, and every start would meet it.
func (t *Router) Add(routes ...Route) {
	for _, route := range routes {
		if route.Action == "" {
			panic("httpkit: " + route.Pattern + " has no action")
		}
		t.routes = append(t.routes, route)
		t.mux.Handle(route.Pattern, t.guarded(route))
	}
}

// Everywhere is what a route belongs to that belongs to no place.
func Everywhere(*http.Request) (authz.Resource, error) { return authz.Resource{}, nil }

// Mine is what belongs to the person who looks, or whom she helps.
func Mine(r *http.Request) (authz.Resource, error) {
	return authz.Resource{Kind: "person", Owner: authz.Of(r.Context()).Acting()}, nil
}

// Somewhere is what a route belongs to that shows whatever lies where the viewer may
// look: the first place where she may.
func (t *Router) Somewhere(a authz.Action) func(*http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		reach, err := t.engine.Reach(r.Context(), authz.Of(r.Context()), a)
		if err != nil || reach.Whole || len(reach.Places) == 0 {
			return authz.Resource{}, err
		}
		return authz.Resource{Place: reach.Places[0]}, nil
	}
}

// guarded asks the policies, then does.
func (t *Router) guarded(route Route) http.Handler {
	on := route.On
	if on == nil {
		on = Everywhere
	}
	return t.kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if route.Upload == 0 {
			if err := t.kit.legible(r); err != nil {
				return err
			}
		}
		resource, err := on(r)
		if err != nil {
			return err
		}
		err = t.engine.May(r.Context(), authz.Of(r.Context()), route.Action, resource)
		if errors.Is(err, authz.ErrSignIn) && toSignIn(w, r) {
			return nil
		}
		r = r.WithContext(authz.LetIn(r.Context(), authz.Asked{Action: route.Action, On: resource}))
		if err == nil && t.Before != nil {
			err = t.Before(r, route)
		}
		if err == nil {
			if route.Upload > 0 {
				takeMore(w, r, route.Upload)
			}
			err = route.Do(w, r)
		}
		if fault.KindOf(err) == fault.Forbidden {
			t.kit.Log.InfoContext(r.Context(), "denied", slog.String("action", string(route.Action)), slog.String("code", fault.Of(err).Code), slog.String("kind", resource.Kind))
		}
		return err
	})
}

// ErrNotAForm refuses a body that is not the form that it says it is.
var ErrNotAForm = fault.New(fault.Invalid, "http.not_a_form")

// legible reads a form before its handler does, so that one which is too long or
// broken is refused and not taken for an empty one.
func (k *Kit) legible(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if r.ContentLength > k.maxBody() {
		return &http.MaxBytesError{Limit: k.maxBody()}
	}
	err := r.ParseForm()
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return ErrNotAForm
}

// SignInPath is where a person signs in; "to" is where she wanted to go.
const SignInPath = "/sign-in"

// toSignIn leads somebody who is looking at pages to the sign-in page and back
// afterwards. A form that was sent is answered with the refusal: its content would
// be lost on the way.
func toSignIn(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	to := url.Values{"to": {r.URL.RequestURI()}}
	http.Redirect(w, r, SignInPath+"?"+to.Encode(), http.StatusSeeOther)
	return true
}
