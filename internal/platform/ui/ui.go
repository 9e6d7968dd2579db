// Package ui is what every page of the house is made of: the frame, the parts
// (seal, slip, notice, rows …), the style sheet, and how sums, days and times
// are written for people.
//
// Pages are paper: they work without scripts, load nothing from elsewhere and
// carry no style of their own, so that a strict content policy can hold.
package ui

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
)

// Theme is how a page is dressed.
type Theme string

// The themes. System follows the light or dark of the person's device; Elder
// has large type, strong contrast and fewer things on a page (A5).
const (
	System Theme = ""
	Light  Theme = "light"
	Dark   Theme = "dark"
	Elder  Theme = "elder"
)

// Themes lists what can be chosen; "system" chooses System again.
var Themes = []Theme{System, Light, Dark, Elder}

// ParseTheme reads a choice; "system" is the choice of no theme.
func ParseTheme(s string) (Theme, bool) {
	switch t := Theme(s); t {
	case Light, Dark, Elder:
		return t, true
	case "system":
		return System, true
	}
	return System, false
}

// name is the theme in ?theme= and in the cookie.
func (t Theme) name() string {
	if t == System {
		return "system"
	}
	return string(t)
}

// attr is the theme as data-theme names it in the style sheet.
func (t Theme) attr() string {
	if t == Light {
		return "gongyi"
	}
	return "gongyi-" + string(t)
}

// Look is what a request has chosen, and where it is, so that a switch can lead
// back to the same page.
type Look struct {
	Theme Theme
	Path  string
	Query url.Values // without lang and theme
}

type lookKey struct{}

// WithLook dresses the rest of a request.
func WithLook(ctx context.Context, l Look) context.Context {
	return context.WithValue(ctx, lookKey{}, l)
}

// LookOf is the look of a request.
func LookOf(ctx context.Context) Look {
	l, _ := ctx.Value(lookKey{}).(Look)
	return l
}

// IsElder reports whether the page is read in elder mode.
func IsElder(ctx context.Context) bool { return LookOf(ctx).Theme == Elder }

// toTheme is this same page in another theme.
func toTheme(ctx context.Context, t Theme) templ.SafeURL { return here(ctx, "theme", t.name()) }

// toLang is this same page in another language.
func toLang(ctx context.Context, l i18n.Lang) templ.SafeURL { return here(ctx, "lang", l.String()) }

func here(ctx context.Context, name, value string) templ.SafeURL {
	look := LookOf(ctx)
	q := url.Values{}
	for k, v := range look.Query {
		q[k] = v
	}
	q.Set(name, value)
	return templ.SafeURL((&url.URL{Path: look.Path, RawQuery: q.Encode()}).String())
}

// other is the language to switch to.
func other(ctx context.Context) i18n.Lang {
	if i18n.Of(ctx) == i18n.En {
		return i18n.Zh
	}
	return i18n.En
}

// Link is a place to go and what it says, already in the page's language.
type Link struct {
	Href, Text string
}
