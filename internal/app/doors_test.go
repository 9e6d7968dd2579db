package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// elsewhere is what a browser says when a form was sent from another site.
var elsewhere = []map[string]string{
	{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
	{"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "", "Origin": "null"},
}

// No form is taken from another site, whoever is signed in; and nothing changes.
func TestEveryFormIsRefusedFromAnotherSite(t *testing.T) {
	g := newGuarded(t)
	before := g.state()
	for _, d := range g.forms() {
		for _, from := range elsewhere {
			for _, who := range []*browser{g.owner, g.clerk} {
				x := g.browser()
				x.cookies["gongyi"] = who.cookies["gongyi"]
				for name, value := range from {
					x.header[name] = value
				}
				if p := x.post(g.path(d), "phone", "13600136000", "name", "x"); p.Code != http.StatusForbidden {
					t.Errorf("%s %s from %v: %d", d.Method, d.Path, from, p.Code)
				}
			}
		}
	}
	g.unchanged(before, "a form of another site")
}

// hers are the holes that name what belongs to somebody.
var hers = []string{
	"{person}", "{shop}", "{grant}", "{device}", "{passkey}", "{account}", "{household}", "{residence}", "{link}", "{consent}", "{session}", "{request}",
	"{notice}", "{entry}", "{seq}", "{id}", "{place}", "{delivery}", "{note}", "{template}", "{candidate}", "{appointment}", "{case}", "{dividend}",
	"{nomination}", "{nominee}", "{spending}", "{application}", "{document}", "{tenure}", "{ballot}", "{meeting}", "{handover}", "{member}", "{redemption}", "{offset}",
	"{offsets}", "{ticket}", "{thanks}", "{list}", "{point}", "{coin}", "{code}", "{breach}", "{disclosure}", "{service}", "{objection}", "{evidence}",
	"{booking}", "{creative}", "{checkout}", "{slip}", "{campaign}", "{proposal}", "{offer}", "{series}", "{festival}", "{event}", "{difference}", "{payment}", "{refund}",
	"{volunteer}", "{exception}", "{certificate}", "{vouch}", "{proof}", "{reserve}",
	"{assignment}", "{plan}", "{incident}", "{order}", "{file}",
}

// everybodys are addresses whose holes are in hers, and which name there what anybody
// may read, or do something with in her own name. A longer one stands before a shorter.
var everybodys = []string{
	"/join/{code}", // what somebody was given to show around
	"/c/{community}/shops/{shop}", "/c/{community}/operator/papers/{document}",
	"/c/{community}/ads/{booking}", // what is shown to everybody
	"/c/{community}/selection/{meeting}/proposals/{proposal}/second", "/c/{community}/selection/{meeting}/proposals/{proposal}/notes",
	"/c/{community}/selection/{meeting}",
	"/c/{community}/festivals/{festival}",      // what is published
	"/c/{community}/vouchers/{series}/claim",   // whoever sends it takes one for herself
	"/c/{community}/vouch/{volunteer}",         // whoever was given it vouches in her own name
	"/c/{community}/offers/{campaign}/refusal", // whoever sends it stops what she gets herself
}

func namesSomebody(d Door) bool {
	rest := d.Path
	for _, e := range everybodys {
		if after, found := strings.CutPrefix(d.Path, e); found {
			rest = after
			break
		}
	}
	for _, h := range hers {
		if strings.Contains(rest, h) {
			return true
		}
	}
	return false
}

// An address that names what is another's is answered as if nothing were there, or
// with a refusal, and changes nothing. What anybody reads without signing in is
// nobody's.
func TestOtherPeoplesIdsOpenNothing(t *testing.T) {
	g := newGuarded(t)
	j := newJudge(t)
	shop := g.holes["shop"]
	before, tried := g.state(), 0
	for _, d := range g.pages() {
		public := d.Method == http.MethodGet && j.yes(d.Action, authz.Question{}, nil)
		if !namesSomebody(d) || public || strings.HasPrefix(d.Path, "/demo/") {
			continue
		}
		tried++
		switch {
		case d.Path == "/me/wallet/{community}/{account}":
			g.holes["community"] = "C2" // his own would open: neither is a member there
		case strings.HasPrefix(d.Path, "/desk/merchants/"):
			g.holes["shop"] = "bakery" // by its reference
		}
		p := g.thief.do(d.Method, g.path(d), url.Values{"name": {"x"}, "reason": {"x"}, "phone": {thiefPhone}})
		if p.Code != http.StatusForbidden && p.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", d.Method, d.Path, p.Code, p.to())
		}
		g.holes["community"] = "C1"
		if d.Method == http.MethodGet && g.owner.get(g.path(d)).Code >= 400 && g.clerk.get(g.path(d)).Code >= 400 {
			t.Errorf("%s opens to nobody: the test proves nothing", d.Path)
		}
		for _, private := range []string{"陈秀英", ownerPhone, "旧手机"} {
			if strings.Contains(p.body, private) {
				t.Errorf("%s %s tells %q", d.Method, d.Path, private)
			}
		}
		g.holes["shop"] = shop
	}
	if tried < 10 {
		t.Errorf("only %d addresses name what is somebody's", tried)
	}
	g.unchanged(before, "another person's id", "privacy_read", "segment_open") // the operator looked, and the owner opened what she got, as a proof that there is something to see
}

// What a request says of its own sender's role is not believed.
func TestForgedRolesOpenNothing(t *testing.T) {
	g := newGuarded(t)
	j := newJudge(t)
	before, tried := g.state(), 0
	x := g.browser()
	x.cookies["gongyi"] = g.thief.cookies["gongyi"]
	victim := g.holes["person"]
	for name, value := range map[string]string{"role": "platform_operator", "roles": "platform_operator", "person": victim, "for": victim, "assist": victim, "strong": "1", "demo": "1"} {
		x.cookies[name] = &http.Cookie{Name: name, Value: value}
	}
	for name, value := range map[string]string{
		"X-Role": "platform_operator", "X-User": victim, "X-Forwarded-User": victim, "X-Remote-User": victim, "X-Original-URL": "/", "X-Rewrite-URL": "/",
		"X-HTTP-Method-Override": "GET", "X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer " + g.admin, "X-Gongyi-Person": victim,
	} {
		x.header[name] = value
	}
	claims := url.Values{"role": {"platform_operator"}, "roles": {"platform_operator"}, "person": {victim}, "for": {victim}, "as": {victim}, "owner": {victim}, "admin": {"1"}, "demo": {"1"}}
	for _, d := range g.pages() {
		if j.yes(d.Action, authz.Question{SignedIn: true, Own: true}, nil) || j.yes(d.Action, authz.Question{SignedIn: true}, nil) {
			continue
		}
		tried++
		form := url.Values{}
		if d.Method != http.MethodGet {
			form = claims
		}
		if p := x.do(d.Method, g.path(d)+"?"+claims.Encode(), form); p.Code != http.StatusForbidden && p.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", d.Method, d.Path, p.Code, p.to())
		}
	}
	if tried < 10 {
		t.Errorf("only %d doors are closed to a resident", tried)
	}
	g.unchanged(before, "a forged role")
}

// A body that is too long, or broken, is refused by every form before anything is
// done with it.
func TestBodiesThatAreTooLongAreNotTaken(t *testing.T) {
	g := newGuarded(t)
	before := g.state()
	long := strings.Repeat("1", 2<<20)
	const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	bodies := []struct {
		what, kind, text string
		status           int
	}{
		{"long form", form, "name=x&reason=x&phone=" + long, http.StatusRequestEntityTooLarge},
		{"long upload", parts, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n" + long + "\r\n--b--\r\n", http.StatusRequestEntityTooLarge},
		{"long JSON", "application/json", `{"name":"` + long + `"}`, http.StatusRequestEntityTooLarge},
		{"long form of unknown length", form, "name=x&phone=" + long, http.StatusRequestEntityTooLarge},
		{"broken form", form, "name=%zz&reason=%", http.StatusUnprocessableEntity},
	}
	for _, d := range g.forms() {
		for _, b := range bodies {
			for _, who := range []*browser{g.owner, g.clerk} {
				req := httptest.NewRequest(d.Method, "http://localhost:8080"+g.path(d), strings.NewReader(b.text))
				req.RemoteAddr = who.addr
				req.Header.Set("Accept", "text/html")
				req.Header.Set("Content-Type", b.kind)
				req.Header.Set("Sec-Fetch-Site", "same-origin")
				if strings.Contains(b.what, "unknown") {
					req.ContentLength = -1
				}
				if p := who.send(req); p.Code != b.status && !(takesFiles(d) && p.Code >= 400 && p.Code < 500) && p.Code != http.StatusForbidden && p.Code != http.StatusNotFound {
					t.Errorf("%s %s with a %s: %d %s", d.Method, d.Path, b.what, p.Code, p.to())
				}
			}
		}
	}
	g.unchanged(before, "a body that is too long or broken", "privacy_read") // some pages are shown again, which is a look
}

// files are the forms that take files longer than other bodies may be.
var files = map[string]bool{
	"/desk/imports": true, "/desk/points/{community}/new": true, "/desk/points/{community}/goods/{good}/terms": true, "/desk/points/{community}/batches/{batch}/check": true,
	"/desk/thanks/{community}/lists": true, "/desk/property/{community}/managers/{manager}/files/{offsets}/answers": true, "/me/points/orders/{redemption}/claim": true,
	"/desk/training/{community}/{session}/material": true, "/shop/{shop}/ads/{booking}/creative": true,
	"/desk/duty/{community}/breaches/{breach}/evidence": true, "/shop/{shop}/duty/breaches/{breach}/evidence": true,
	"/desk/marketing/{community}": true, "/help/given/{at}/{assignment}/proof": true, "/me/volunteer/certificates": true,
}

// takesFiles reports whether a door takes bodies as long as files are.
func takesFiles(d Door) bool {
	return files[d.Path] || strings.HasSuffix(d.Path, "/papers") || strings.HasSuffix(d.Path, "/pictures")
}

// nasty is what somebody may type, or put into an address.
var nasty = []string{
	`<script>alert(1)</script>"'><img src=x onerror=1>`, "\r\nX-Evil: 1\r\n\r\n<script>alert(1)</script>", "javascript:alert(1)", "'; DROP TABLE neighbours; --", "../../../../etc/passwd",
	"\u202eevil\u2066", "a\u200bb\ufeffc", "👩‍👩‍👧‍👦🏳️‍🌈", "%00%0d%0aX-Evil:1", "{{7*7}}${7*7}", "-1", "99999999999999999999", strings.Repeat("长", 1000),
}

// params are what pages ask of their addresses.
var params = []string{"to", "q", "page", "sort", "dir", "before", "after", "month", "day", "kind", "format", "shop", "role", "place", "person", "lang", "theme", "saved", "state", "code", "purchase", "cursor", "phone", "name", "reason"}

// Nothing in an address breaks a page, gets into a header of the answer, or stands
// on the page as anything but text.
func TestAddressesCarryNothingIntoAnAnswer(t *testing.T) {
	g := newGuarded(t)
	before, stranger := g.state(), g.browser()
	for _, d := range g.pages() {
		if d.Method != http.MethodGet {
			continue
		}
		for i, text := range nasty {
			query := url.Values{}
			for _, name := range params {
				query.Set(name, text)
			}
			paths := []string{g.path(d) + "?" + query.Encode()}
			if strings.Contains(d.Path, "{") {
				paths = append(paths, hole.ReplaceAllString(strings.TrimSuffix(d.Path, "{$}"), url.PathEscape(text)))
			}
			for _, path := range paths {
				g.harmless(t, d, text, []*browser{g.owner, g.clerk, stranger}[i%3].get(path))
			}
		}
	}
	g.unchanged(before, "an address", "privacy_read", "segment_open", "person") // her data was looked at, and she is told; she opened what she got; a language was chosen
}

// harmless looks at one answer.
func (g *guarded) harmless(t *testing.T, d Door, text string, p shown) {
	t.Helper()
	if p.Code >= 500 {
		t.Errorf("%s with %.40q: %d", d.Path, text, p.Code)
	}
	for name, values := range p.Header() {
		all := name + ": " + strings.Join(values, " ")
		if strings.HasPrefix(name, "X-Evil") || strings.ContainsAny(all, "\r\n\x00") {
			t.Errorf("%s with %.40q: header %q", d.Path, text, all)
		}
	}
	if u, err := url.Parse(p.to()); err != nil || u.Host != "" || u.Scheme != "" {
		t.Errorf("%s with %.40q leads to %q", d.Path, text, p.to())
	}
	if strings.HasPrefix(p.Header().Get("Content-Type"), "text/html") {
		for _, wrong := range complaints(p.body) {
			t.Errorf("%s with %.40q: %.300s", d.Path, text, wrong)
		}
	}
}

// complaints are what is wrong with a page's elements; what it says may be in any
// language.
func complaints(page string) (wrong []string) {
	wrong = uitest.Complaints(page, i18n.Zh)
	if strings.Contains(page, "<img src=x") || strings.Contains(page, "<script>alert") {
		wrong = append(wrong, "what was typed stands in the page as an element")
	}
	return wrong
}
