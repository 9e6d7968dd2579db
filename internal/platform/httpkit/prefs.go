package httpkit

import (
	"context"
	"crypto/rand"
	"net/http"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Names of the two choices, as query parameter and as cookie.
const (
	LangName  = "lang"
	ThemeName = "theme"
)

// prefer finds the language and the theme of a request: a choice in the query
// counts and is kept in a cookie, then the cookie, then what the browser says.
func prefer(ctx context.Context, w http.ResponseWriter, r *http.Request) context.Context {
	w.Header().Add("Vary", "Cookie, Accept-Language")
	q := r.URL.Query()

	lang, chosen := i18n.Parse(q.Get(LangName))
	if chosen {
		Keep(ctx, w, LangName, lang.String())
	} else if lang, chosen = i18n.Parse(cookie(r, LangName)); !chosen {
		lang = i18n.Negotiate(r.Header.Get("Accept-Language"))
	}

	theme, chosen := ui.ParseTheme(q.Get(ThemeName))
	if chosen {
		Keep(ctx, w, ThemeName, q.Get(ThemeName))
	} else {
		theme, _ = ui.ParseTheme(cookie(r, ThemeName))
	}

	q.Del(LangName)
	q.Del(ThemeName)
	ctx = i18n.With(ctx, lang)
	return ui.WithLook(ctx, ui.Look{Theme: theme, Path: r.URL.Path, Query: q})
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func Keep(ctx context.Context, w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: Secure(ctx), SameSite: http.SameSiteLaxMode,
	})
}

// Mark is the random mark of a request's browser under a name; a browser without one
// gets one. It says nothing of anybody.
func Mark(w http.ResponseWriter, r *http.Request, name string) string {
	if c := cookie(r, name); len(c) == markLength {
		return c
	}
	mark := rand.Text()
	Keep(r.Context(), w, name, mark)
	return mark
}

// markLength is how long rand.Text writes.
const markLength = 26
