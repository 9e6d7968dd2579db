package demo

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gongyi/internal/module/alliance"
	"gongyi/internal/platform/db"
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
	number = regexp.MustCompile(`[0-9a-f]{32}|\d+(-\d+)*|/r/[\w-]+|/charter/[\w.]+|/[CMHV]\d+[-\w]*`)
	values = regexp.MustCompile(`=[^&]*`)
)

// How often a kind of page is opened: twice by the first who meet it, once by those who
// come after them; in English by the first few.
const (
	ofEachKind = 2
	manyMet    = 6
	inEnglish  = 4
)

// TestEveryLinkOfEveryRole follows every link that somebody is offered, in both
// languages: nothing is broken, refused, untranslated or badly formed.
func TestEveryLinkOfEveryRole(t *testing.T) {
	if testing.Short() {
		t.Skip("a street takes seconds")
	}
	d, base := served(t)
	names := d.wrote(t)
	total := 0
	var tour []stop                // one page of each place, whatever is asked of it
	met := make(map[string]int)    // how many people opened a kind
	shown := make(map[string]bool) // places on the tour
	for _, who := range append([]*mask{nil}, pointers(d.masked)...) {
		v := visit(t, base, who)
		start := "/"
		if who != nil {
			start = who.Start
		}
		pages := v.crawl(start, names, met)
		t.Logf("%s: %d pages", v.name, len(pages))
		total += len(pages)
		mine := make(map[string]bool)
		for _, path := range pages {
			kind := alike(path)
			if mine[kind] {
				continue
			}
			mine[kind] = true
			met[kind]++
			if place, _, _ := strings.Cut(kind, "?"); !shown[place] {
				shown[place] = true
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

// crawl opens what can be reached from a page, and tells which pages it saw; met is how
// many others opened each kind.
func (v *visitor) crawl(start string, names *typed, met map[string]int) (pages []string) {
	v.t.Helper()
	queue, from := []string{start}, map[string]string{start: "the start"}
	seen := make(map[string]int)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		kind := alike(path)
		if seen[kind]++; seen[kind] > ofEachKind || seen[kind] > 1 && met[kind] >= manyMet {
			continue
		}
		for _, lang := range []i18n.Lang{i18n.Zh, i18n.En} {
			if lang == i18n.En && met[kind] >= inEnglish {
				break
			}
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
				if what, where, _ := strings.Cut(wrong, ": "); what == "Chinese in an English page" && names.only(where) {
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

var (
	han     = regexp.MustCompile(`\p{Han}`)
	hanRuns = regexp.MustCompile(`\p{Han}+`)
	called  = regexp.MustCompile(`\b(?:Mr|Ms|Uncle|Auntie?|Teacher|Master) \p{Han}{1,2}`) // by the surname
)

// links are the addresses of the house that a page leads to without changing
// anything; switches of language, theme and person are left alone, as are telephones.
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
			if err != nil || to.Host != "" || to.Opaque != "" || strings.HasPrefix(to.Path, "/assets/") || to.Query().Has("lang") || to.Query().Has("theme") {
				continue
			}
			found = append(found, to.RequestURI())
		}
	}
}

func posts(form html.Token) bool {
	return slices.ContainsFunc(form.Attr, func(a html.Attribute) bool { return a.Key == "method" && strings.EqualFold(a.Val, "post") })
}

// typed is what people wrote: names, places, reasons, programmes. It stands on a page
// in every language as it was written.
type typed struct {
	whole map[string]bool // as a text that stands alone
	parts *strings.Replacer
}

// wrote reads out of the books and records what was written by people. Words that the
// house itself keeps in its tables are not among them.
func (d *Demo) wrote(t *testing.T) *typed {
	t.Helper()
	books, err := sql.Open("sqlite", "file:"+filepath.Join(d.Data, db.FileName)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer books.Close()
	w := &typed{whole: make(map[string]bool)}
	for _, c := range textColumns(t, books) {
		rows, err := books.QueryContext(t.Context(), "SELECT DISTINCT "+c[1]+" FROM "+c[0]) //nolint:gosec // names of our own schema
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			w.add(text)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	w.add("共益") // who made it
	for _, trade := range alliance.Seed() {
		w.add(trade.Zh) // beside its English where trades are kept
	}
	var pairs []string
	for text := range w.whole {
		if utf8.RuneCountInString(text) > 1 {
			pairs = append(pairs, text)
		}
	}
	slices.SortFunc(pairs, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var replaced []string
	for _, text := range pairs {
		replaced = append(replaced, text, "")
	}
	w.parts = strings.NewReplacer(replaced...)
	return w
}

// add takes in a text, its lines, and what a JSON text holds.
func (w *typed) add(text string) {
	if !han.MatchString(text) {
		return
	}
	var value any
	if (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && json.Unmarshal([]byte(text), &value) == nil {
		w.addAll(value)
		return
	}
	for line := range strings.Lines(text) {
		w.whole[strings.TrimSpace(line)] = true
	}
	w.whole[strings.TrimSpace(text)] = true
}

func (w *typed) addAll(value any) {
	switch v := value.(type) {
	case string:
		w.add(v)
	case []any:
		for _, x := range v {
			w.addAll(x)
		}
	case map[string]any:
		for _, x := range v {
			w.addAll(x)
		}
	}
}

// only reports whether the Chinese of a text is all what people wrote.
func (w *typed) only(text string) bool {
	text = html.UnescapeString(text)
	if w.whole[strings.TrimSpace(text)] {
		return true
	}
	for _, left := range hanRuns.FindAllString(w.parts.Replace(called.ReplaceAllString(text, "")), -1) {
		if !w.whole[left] { // a unit of one character
			return false
		}
	}
	return true
}

// textColumns are the columns of text.
func textColumns(t *testing.T, books *sql.DB) (columns [][2]string) {
	t.Helper()
	rows, err := books.QueryContext(t.Context(), `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name <> 'notice'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c [2]string
		if err := rows.Scan(&c[0], &c[1]); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, c)
	}
	return columns
}

func pointers(all []mask) (each []*mask) {
	for i := range all {
		each = append(each, &all[i])
	}
	return each
}
