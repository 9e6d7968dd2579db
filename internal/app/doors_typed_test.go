package app

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui/uitest"
)

// typed is what people may type into a field and must get back as what they typed.
var typed = []string{nasty[0], "\u202e" + nasty[0] + "\u200b👩‍👩‍👧‍👦", nasty[12], "a&amp;<b>b</b>"}

// blank is a form as a page offers it.
type blank struct {
	who    *browser
	action string
	fields url.Values // what it holds
	free   []string   // fields into which anything can be typed
}

// found are the forms and links of a page.
func found(t testing.TB, who *browser, at, page string) (forms []blank, links []string) {
	t.Helper()
	base, _ := url.Parse(at)
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var form *blank
	var others []string // where other buttons of the form send it
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		a := make(map[string]string)
		for _, x := range n.Attr {
			a[x.Key] = x.Val
		}
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a" && strings.HasPrefix(a["href"], "/") && !strings.HasPrefix(a["href"], "/assets/"):
			links = append(links, a["href"])
		case n.Data == "form" && strings.EqualFold(a["method"], "post"):
			to, err := base.Parse(a["action"])
			if err != nil {
				t.Fatal(err)
			}
			form = &blank{who: who, action: to.RequestURI(), fields: url.Values{}}
			defer func() {
				forms = append(forms, *form)
				for _, to := range others {
					forms = append(forms, blank{who: who, action: to, fields: maps.Clone(form.fields), free: form.free})
				}
				form, others = nil, nil
			}()
		case form != nil && a["formaction"] != "":
			to, err := base.Parse(a["formaction"])
			if err != nil {
				t.Fatal(err)
			}
			others = append(others, to.RequestURI())
		case form != nil && a["name"] != "":
			form.add(n, a)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(doc)
	return forms, links
}

// add takes one field of a form.
func (s *blank) add(n *html.Node, a map[string]string) {
	name := a["name"]
	switch {
	case n.Data == "textarea", n.Data == "input" && slices.Contains([]string{"", "text", "search", "email", "url"}, a["type"]):
		s.free = append(s.free, name)
	case n.Data == "select":
		s.fields.Set(name, choice(n, map[string]string{"role": string(access.Volunteer), "place": "C1"}[name]))
	case a["type"] == "tel":
		s.fields.Set(name, "13600136000")
	case a["type"] == "checkbox", a["type"] == "radio" && s.fields.Get(name) == "", a["type"] == "hidden":
		s.fields.Set(name, a["value"])
	}
}

// choice is what somebody chooses from a list: what she wants, or the first there is.
func choice(list *html.Node, wanted string) (first string) {
	for o := range list.Descendants() {
		for _, a := range o.Attr {
			switch {
			case o.Data != "option" || a.Key != "value" || a.Val == "":
			case a.Val == wanted:
				return wanted
			case first == "":
				first = a.Val
			}
		}
	}
	return first
}

// pattern is the route of an address, "" if there is none.
func (g *guarded) pattern(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	if g.fits == nil {
		g.fits = make(map[Door]*regexp.Regexp)
		for _, d := range g.pages() {
			g.fits[d] = regexp.MustCompile("^" + hole.ReplaceAllString(strings.TrimSuffix(d.Path, "{$}"), "[^/]+") + "$")
		}
	}
	best := ""
	for d, fits := range g.fits {
		if d.Method == method && fits.MatchString(path) && (best == "" || strings.Count(d.Path, "{") < strings.Count(best, "{")) {
			best = d.Path
		}
	}
	return best
}

// walk opens what can be reached, up to three addresses of a route, and checks it.
func (g *guarded) walk(t *testing.T, who *browser, start ...string) (forms []blank, pages []string, text string) {
	t.Helper()
	queue, seen, all := start, make(map[string]bool), &strings.Builder{}
	count := make(map[string]int)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		route := g.pattern(http.MethodGet, at)
		if seen[at] || route == "" || count[route] == 3 || strings.Contains(at, "theme=") || strings.Contains(at, "lang=") {
			continue
		}
		seen[at] = true
		count[route]++
		p := who.get(at)
		if p.Code >= 500 {
			t.Errorf("%s: %d", at, p.Code)
		}
		if !strings.HasPrefix(p.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, wrong := range complaints(p.body) {
			t.Errorf("%s: %.300s", at, wrong)
		}
		f, l := found(t, who, at, p.body)
		forms, queue, pages = append(forms, f...), append(queue, l...), append(pages, at)
		all.WriteString(uitest.Text(p.body))
	}
	return forms, pages, all.String()
}

// Whatever is typed into any field of any form stands on every page as text and
// nothing else: no element and no attribute comes of it, and a browser's content
// policy has nothing to stop. A form that this test does not reach has to be listed.
func TestWhatPeopleTypeStaysText(t *testing.T) {
	g := newGuarded(t)
	g.stored(t)
	g.grant(clerkPhone, access.Finance, g.places(t)["C1"], id.ID{})
	starts := []string{"/", "/home", "/me", "/me/edit", "/shop", "/shop/" + g.holes["shop"] + "/about", "/desk/people", "/desk/roles", "/desk/roles/new", "/desk/households?place=" + g.holes["place"], "/me/data", "/me/devices", "/me/passkeys", "/verify", "/sign-in?again=1", "/c/C1/offers/" + g.holes["/c/{community}/offers/{campaign}"],
		"/desk/payouts/C1/batches/" + g.holes["paid"] + "/items/" + g.holes["item"], "/me/rewards/payout",
		"/c/C1/pay/bakery", "/me/checkouts/" + g.holes["at"] + "/" + g.holes["checkout"], "/shop/" + g.holes["shop"] + "/till/" + g.holes["checkout"], "/me/slips/" + g.holes["at"] + "/" + g.holes["slip"]}
	for _, of := range []string{"breach", "heard", "appealed"} { // a walk opens three of a route: these have all the forms between them
		starts = append(starts, "/desk/duty/C1/breaches/"+g.holes[of])
	}
	for _, of := range []string{"breach", "found"} {
		starts = append(starts, "/shop/"+g.holes["shop"]+"/duty/breaches/"+g.holes[of])
	}
	starts = slices.Concat(starts, g.helpStarts(), g.marketStarts(), g.classStarts(), g.hoursStarts(g.places(t)["C1"]))
	var forms []blank
	for _, who := range []*browser{g.owner, g.clerk} {
		f, _, _ := g.walk(t, who, starts...)
		forms = append(forms, f...)
	}
	reached := map[string]bool{}
	slices.SortStableFunc(forms, func(a, b blank) int { // what ends something comes last
		return strings.Count(a.action, "/end") - strings.Count(b.action, "/end")
	})
	for len(forms) > 0 {
		f := forms[0]
		forms = forms[1:]
		route := g.pattern(http.MethodPost, f.action)
		again := reached[route] && !carries(f)
		reached[route] = true
		if len(f.free) == 0 && !carries(f) || again {
			continue
		}
		for i, text := range typed {
			for _, name := range f.free {
				f.fields.Set(name, text)
			}
			if f.fields.Has("phone") {
				f.fields.Set("phone", "1360013600"+string(rune('0'+i)))
			}
			g.clock.Advance(time.Minute)
			p := f.who.do(http.MethodPost, f.action, f.fields)
			g.harmless(t, Door{Path: f.action}, text, p)
			if strings.HasPrefix(p.Header().Get("Content-Type"), "text/html") && f.depth() < 2 {
				more, _ := found(t, f.who, f.action, p.body)
				for _, m := range more {
					if carries(m) {
						forms = append(forms, m)
					}
				}
			}
			if len(f.free) == 0 {
				break
			}
		}
	}
	g.throughSignIn(t)
	for _, d := range g.forms() {
		if why := byScript[d.Path]; (why == "") != reached[d.Path] && !strings.HasPrefix(d.Path, "/demo/") && d.Path != "/sign-out" {
			t.Errorf("%s %s: reached %t, listed as %q", d.Method, d.Path, reached[d.Path], why)
		}
	}
	text := ""
	var shots []uitest.Shot
	for _, who := range []*browser{g.owner, g.clerk, g.browser()} {
		_, pages, said := g.walk(t, who, starts...)
		text += said
		if who == g.clerk {
			for i, path := range pages {
				shots = append(shots, uitest.Shot{Name: "typed-" + string(rune('a'+i%26)), Path: path, Width: 1440, Height: 900, Lang: "zh", JustTheFirst: true})
			}
		}
	}
	if n := strings.Count(text, "<script>alert(1)</script>"); n < 10 {
		t.Errorf("what was typed is read %d times: the pages show none of it", n)
	}
	uitest.Browse(t, wearing(g.web, g.clerk.token()), shots[:min(8, len(shots))])
}

// depth is how many steps of a form lie behind, told by what it carries along.
func (s *blank) depth() int { return strings.Count(s.fields.Encode(), "again=") }

// carries reports whether a form brings along what was typed a step before.
func carries(s blank) bool {
	for _, values := range s.fields {
		if slices.ContainsFunc(values, func(v string) bool { return slices.Contains(typed, v) }) {
			return true
		}
	}
	return false
}

// stored puts such names where imports and programs put them.
func (g *guarded) stored(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	p, _, err := g.Flows.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C9", Name: nasty[0]}, flow.Trial())
	g.must(err)
	g.must(g.DB.Update(ctx, p.ID, db.System, func(tx *db.Tx) error {
		_, _, err := g.Flows.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: "evil", Name: nasty[0], Industry: "food", IndustryZH: nasty[0], Tier: policy.Standard})
		return err
	}))
	g.grant(ownerPhone, access.Owner, p.ID, g.shop(p.ID, "evil"))
	g.grant(ownerPhone, access.Volunteer, p.ID, id.ID{})
	g.owner.register(newDevice(t), nasty[0])
}

// throughSignIn types such texts on the whole way in.
func (g *guarded) throughSignIn(t *testing.T) {
	t.Helper()
	for i, text := range typed {
		g.clock.Advance(2 * time.Minute)
		b := g.browser()
		phone := "1350013500" + string(rune('0'+i))
		door := func(path string) Door { return Door{Path: path} }
		g.harmless(t, door("/sign-in"), text, b.post("/sign-in", "phone", text, "to", text))
		b.post("/sign-in", "phone", phone, "to", text)
		g.harmless(t, door("/sign-in/code"), text, b.post("/sign-in/code", "code", text, "to", text))
		g.harmless(t, door("/sign-in/code/again"), text, b.post("/sign-in/code/again", "to", text))
		g.harmless(t, door("/sign-in/code"), text, b.post("/sign-in/code", "code", g.box.latest("+86"+phone), "to", text))
		g.harmless(t, door("/sign-in/welcome"), text, b.post("/sign-in/welcome", "name", text))
		g.harmless(t, door("/sign-in/welcome"), text, b.post("/sign-in/welcome", "name", text, "agreed", "yes", "to", text))
	}
}

// wearing answers every request as if somebody had sent it.
func wearing(h http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "gongyi", Value: token})
		h.ServeHTTP(w, r)
	})
}
