// Package uitest holds what every page must keep to, for tests: it is well
// formed, it carries no style or script of its own, its English is complete,
// and in a browser it fits a phone and breaks no content policy.
package uitest

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Context is a request in a language and a theme.
func Context(l i18n.Lang, t ui.Theme) context.Context {
	return ui.WithLook(i18n.With(context.Background(), l), ui.Look{Theme: t, Path: "/here"})
}

// Render renders a page and checks it.
func Render(t *testing.T, ctx context.Context, page templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := page.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	for _, complaint := range Complaints(b.String(), i18n.Of(ctx)) {
		t.Error(complaint)
	}
	return b.String()
}

// Text is what a reader sees of a page, with runs of space made one.
func Text(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	var b strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(z.Text())
			b.WriteByte(' ')
		}
	}
}

// void are the elements without an end.
var void = []string{"meta", "link", "br", "input", "img", "hr"}

// blocks are elements at which a browser ends a paragraph by itself.
var blocks = []string{"address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}

var han = regexp.MustCompile(`\p{Han}`)

// Complaints lists what is wrong with a page.
func Complaints(page string, lang i18n.Lang) (wrong []string) {
	var open []html.Token
	ids, targets := map[string]bool{}, map[string]bool{}
	complain := func(what, where string) { wrong = append(wrong, what+": "+where) }
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		tok := z.Token()
		switch kind {
		case html.ErrorToken:
			for _, o := range open {
				complain("never closed", o.String())
			}
			for target := range targets {
				if !ids[target] {
					complain("leads to no id of this page", target)
				}
			}
			return wrong
		case html.StartTagToken, html.SelfClosingTagToken:
			checkTag(tok, ids, targets, complain)
			if n := len(open); n > 0 && open[n-1].Data == "p" && slices.Contains(blocks, tok.Data) {
				complain("a paragraph cannot hold it", tok.String())
			}
			if n := len(open); n > 0 && (open[n-1].Data == "ul" || open[n-1].Data == "ol") && tok.Data != "li" {
				complain("a list holds its items only", tok.String())
			}
			if tok.Data == "a" || tok.Data == "button" {
				if slices.ContainsFunc(open, func(o html.Token) bool { return o.Data == "a" || o.Data == "button" }) {
					complain("one thing to press inside another", tok.String())
				}
			}
			if kind == html.StartTagToken && !slices.Contains(void, tok.Data) {
				open = append(open, tok)
			}
			if lang == i18n.En && !foreign(open) {
				for _, a := range tok.Attr {
					if han.MatchString(a.Val) && a.Key != "href" {
						complain("Chinese in an English page", tok.String())
					}
				}
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1].Data != tok.Data {
				complain("closes what is not open", tok.String())
				return wrong
			}
			open = open[:len(open)-1]
		case html.TextToken:
			if lang == i18n.En && han.MatchString(tok.Data) && !foreign(open) {
				complain("Chinese in an English page", tok.Data)
			}
			if strings.Contains(tok.Data, "%!") {
				complain("a sentence got the wrong arguments", tok.Data)
			}
		}
	}
}

// checkTag looks at the attributes of one element.
func checkTag(tok html.Token, ids, targets map[string]bool, complain func(what, where string)) {
	if tok.Data == "style" || tok.Data == "script" && !ours(tok) {
		complain("a page carries no "+tok.Data, tok.String())
	}
	for _, a := range tok.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			complain("the content policy forbids", tok.String())
		case a.Key == "id" && ids[a.Val]:
			complain("the id stands twice", a.Val)
		case a.Key == "id":
			ids[a.Val] = true
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			targets[a.Val[1:]] = true
		case a.Key == "aria-labelledby" || a.Key == "aria-describedby":
			for _, id := range strings.Fields(a.Val) {
				targets[id] = true
			}
		case a.Key == "popovertarget" || a.Key == "for":
			targets[a.Val] = true
		case (a.Key == "href" || a.Key == "src") && strings.Contains(a.Val, "://"):
			complain("loads or leads away from the house", tok.String())
		}
	}
}

// ours reports whether a script is a file of the house.
func ours(tok html.Token) bool {
	return slices.ContainsFunc(tok.Attr, func(a html.Attribute) bool { return a.Key == "src" && strings.HasPrefix(a.Val, "/assets/") })
}

// foreign reports whether we are inside an element that says it is Chinese.
func foreign(open []html.Token) bool {
	for _, o := range open[min(1, len(open)):] { // the first is html itself
		for _, a := range o.Attr {
			if a.Key == "lang" && strings.HasPrefix(a.Val, "zh") {
				return true
			}
		}
	}
	return false
}
