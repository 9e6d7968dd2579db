package demo

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// street is one demo for all tests that only look at its pages.
var street = sync.OnceValues(func() (*Demo, error) {
	dir, err := os.MkdirTemp("", "gongyi-demo-")
	if err != nil {
		return nil, err
	}
	return Open(background, config(dir))
})

// visitor is somebody with a browser's cookies.
type visitor struct {
	t    *testing.T
	name string
	base string
	http *http.Client
}

// served is the demo's web, as a test's visitors reach it.
func served(t *testing.T) (d *Demo, base string) {
	t.Helper()
	d, err := street()
	if err != nil {
		t.Fatal(err)
	}
	h, err := d.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return d, server.URL
}

// visit opens the demo as one of its people; nil as nobody.
func visit(t *testing.T, base string, m *mask) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t, "nobody", base, &http.Client{Jar: jar}}
	if m == nil {
		return v
	}
	v.name = m.Role.Key + " " + m.Name
	r, err := v.http.PostForm(base+"/demo/as/"+m.Person.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("%s: her first page answers %d", v.name, r.StatusCode)
	}
	return v
}

// get opens a page in a language; kind is its content type.
func (v *visitor) get(path string, lang i18n.Lang) (status int, kind, body string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.base+path, nil)
	if err != nil {
		v.t.Fatalf("%s: %v", path, err)
	}
	r.Header.Set("Accept", "text/html")
	at, _ := url.Parse(v.base)
	v.http.Jar.SetCookies(at, []*http.Cookie{{Name: "lang", Value: lang.String()}})
	answer, err := v.http.Do(r)
	if err != nil {
		v.t.Fatalf("%s: %v", path, err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatalf("%s: %v", path, err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(b)
}

// alike is an address without what varies in it: the same handler answers it with
// other data. Of each kind a few are opened.
func alike(path string) string {
	return values.ReplaceAllString(number.ReplaceAllString(path, "*"), "=*")
}

var (
	number = regexp.MustCompile(`[0-9a-f]{32}|\d+(-\d+)*|/r/[\w-]+|/[CMHV]\d+[-\w]*`)
	values = regexp.MustCompile(`=[^&]*`)
)

const ofEachKind = 2

// TestEveryLinkOfEveryRole follows every link that somebody is offered, in both
// languages: nothing is broken, refused, untranslated or badly formed.
func TestEveryLinkOfEveryRole(t *testing.T) {
	if testing.Short() {
		t.Skip("a street takes seconds")
	}
	d, base := served(t)
	names := d.properNames(t)
	total := 0
	var tour []stop // one page of each kind
	met := make(map[string]bool)
	for _, who := range append([]*mask{nil}, pointers(d.masked)...) {
		v := visit(t, base, who)
		start := "/"
		if who != nil {
			start = who.Start
		}
		pages := v.crawl(start, names)
		t.Logf("%s: %d pages", v.name, len(pages))
		total += len(pages)
		for _, path := range pages {
			if kind := alike(path); !met[kind] {
				met[kind] = true
				tour = append(tour, stop{who, path})
			}
		}
	}
	if total < 100 {
		t.Errorf("%d pages in all: the links lead nowhere", total)
	}
	t.Run("browser", func(t *testing.T) { browse(t, d, tour) })
}

// stop is a page, and as whom it was met.
type stop struct {
	who  *mask
	path string
}

// crawl opens what can be reached from a page, and tells which pages it saw.
func (v *visitor) crawl(start string, names *strings.Replacer) (pages []string) {
	v.t.Helper()
	queue, from := []string{start}, map[string]string{start: "the start"}
	seen := make(map[string]int)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		kind := alike(path)
		if seen[kind]++; seen[kind] > ofEachKind {
			continue
		}
		for _, lang := range []i18n.Lang{i18n.Zh, i18n.En} {
			status, content, body := v.get(path, lang)
			if status != http.StatusOK {
				v.t.Errorf("%s: %s on %s answers %d", v.name, path, from[path], status)
				break
			}
			if !strings.HasPrefix(content, "text/html") {
				break
			}
			if lang == i18n.Zh {
				pages = append(pages, path)
			}
			for _, wrong := range uitest.Complaints(body, lang) {
				if what, where, _ := strings.Cut(wrong, ": "); what == "Chinese in an English page" && !han.MatchString(names.Replace(where)) {
					continue
				}
				v.t.Errorf("%s: %s in %s: %.300s", v.name, path, lang, wrong)
			}
			for _, link := range links(body, path) {
				if from[link] == "" {
					from[link] = path
					queue = append(queue, link)
				}
			}
		}
	}
	return pages
}

var han = regexp.MustCompile(`\p{Han}`)

// links are the addresses of the house that a page leads to without changing
// anything; switches of language, theme and person are left alone.
func links(page, at string) (found []string) {
	base, err := url.Parse(at)
	if err != nil {
		return nil
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
		default:
			continue
		}
		tok := z.Token()
		for _, a := range tok.Attr {
			if a.Key != "href" && !(tok.Data == "form" && a.Key == "action" && !posts(tok)) {
				continue
			}
			to, err := base.Parse(a.Val)
			if err != nil || to.Host != "" || strings.HasPrefix(to.Path, "/assets/") || to.Query().Has("lang") || to.Query().Has("theme") {
				continue
			}
			found = append(found, to.RequestURI())
		}
	}
}

func posts(form html.Token) bool {
	return slices.ContainsFunc(form.Attr, func(a html.Attribute) bool { return a.Key == "method" && strings.EqualFold(a.Val, "post") })
}

// properNames takes the names of people, places and shops out of a text: they are
// the same in every language.
func (d *Demo) properNames(t *testing.T) *strings.Replacer {
	t.Helper()
	var names []string
	add := func(all ...string) { names = append(names, all...) }
	add(cityName, streetName, "网格", "号楼", "第", "演示街区的开张名单", "社区服务站", "同意书", "共益")
	add("试行规则 2025", "竹溪街道议事会", "居民议事：共益基金由千分之五提到千分之六，组长每月上限降到 1500 元", "号") // what people wrote
	add(communities...)
	for _, shops := range shopNames {
		add(shops[:]...)
	}
	for i := range d.cast.players {
		p := &d.cast.players[i]
		add(p.Name, p.Surname())
	}
	for n := 1; n < len(digits); n++ {
		add(fmt.Sprintf("第%s网格", digits[n]))
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, n := range slices.Compact(names) {
		pairs = append(pairs, n, "")
	}
	return strings.NewReplacer(pairs...)
}

func pointers(all []mask) (each []*mask) {
	for i := range all {
		each = append(each, &all[i])
	}
	return each
}
