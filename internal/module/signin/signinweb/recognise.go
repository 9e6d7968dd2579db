package signinweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Recognise finds who asks: the cookie's session, its person, the roles in force.
// Her language and theme count, wherever she is signed in; a switch is kept.
func Recognise(f *flow.Flows) func(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	return func(w http.ResponseWriter, r *http.Request) (context.Context, error) {
		ctx := r.Context()
		token := readCookie(r, sessionCookie)
		if token == "" || strings.HasPrefix(r.URL.Path, "/assets/") {
			return ctx, nil
		}
		known, err := f.Recognise(ctx, token)
		if err != nil {
			return nil, err
		}
		if known == nil {
			setCookie(w, r, sessionCookie, "", 0)
			return ctx, nil
		}
		if ctx, err = dress(ctx, f, r, known); err != nil {
			return nil, err
		}
		return context.WithValue(authz.With(ctx, known.Viewer), knownKey{}, known), nil
	}
}

type knownKey struct{}

// KnownOf is who stands behind a request, nil if nobody is signed in.
func KnownOf(ctx context.Context) *flow.Known {
	k, _ := ctx.Value(knownKey{}).(*flow.Known)
	return k
}

// dress gives the request the person's language and theme, unless it switches them.
func dress(ctx context.Context, f *flow.Flows, r *http.Request, known *flow.Known) (context.Context, error) {
	lang, switchesLang := i18n.Zh, false
	theme, switchesTheme := ui.System, false
	if r.URL.RawQuery != "" {
		q := r.URL.Query()
		lang, switchesLang = i18n.Parse(q.Get("lang"))
		theme, switchesTheme = ui.ParseTheme(q.Get("theme"))
	}
	if (switchesLang || switchesTheme) && ownSite(r) {
		newLang, newTheme := "", ""
		if switchesLang {
			newLang = lang.String()
		}
		if switchesTheme {
			newTheme = themeWord(theme)
		}
		if err := f.Prefer(ctx, known.Person, newLang, newTheme); err != nil {
			return nil, err
		}
	}
	if kept, ok := i18n.Parse(known.Person.Lang); ok && !switchesLang {
		ctx = i18n.With(ctx, kept)
	}
	if kept, ok := ui.ParseTheme(known.Person.Theme); ok && !switchesTheme {
		look := ui.LookOf(ctx)
		look.Theme = kept
		ctx = ui.WithLook(ctx, look)
	}
	return ctx, nil
}

// ownSite reports whether a request comes from a page of ours or was typed in: a
// link on another site must not change what a person has chosen.
func ownSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return false
}

// themeWord is a theme as a person's choice keeps it.
func themeWord(t ui.Theme) string {
	if t == ui.System {
		return "system"
	}
	return string(t)
}

// wear puts a person's language and theme into the browser's cookies, so that its
// pages stay as she likes them after she has signed out.
func wear(w http.ResponseWriter, r *http.Request, lang, theme string) {
	if _, ok := i18n.Parse(lang); ok {
		httpkit.Keep(r.Context(), w, httpkit.LangName, lang)
	}
	if _, ok := ui.ParseTheme(theme); ok {
		httpkit.Keep(r.Context(), w, httpkit.ThemeName, theme)
	}
}
