package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"golang.org/x/net/html"

	"gongyi/internal/app"
	"gongyi/internal/demo"
)

// WebSettings say who browses the demo and for how long.
type WebSettings struct {
	Visitors  int
	Residents int           // members in all; the demo's own if fewer
	Think     time.Duration // mean of an exponential
	Seconds   int
	Writes    int // of a hundred requests
}

// PageTimes are the answers of one kind of page.
type PageTimes struct {
	Page          string
	Count         int
	P50, P95, P99 float64 // ms from the request to the last byte
}

// WebResult is what browsing came to.
type WebResult struct {
	WebSettings
	PageTimes
	Failed int
	First  int // bytes of a resident's first page with style and script, packed
	CPU    float64
	RSS    float64
	Pages  []PageTimes
}

// Web measures the demo with people who browse it: each follows links that her
// pages offer her, thinks in between, and now and then changes something.
func Web(ctx context.Context, program string, cfg app.Config, s WebSettings) (r WebResult, err error) {
	visitors, err := gather(ctx, cfg, s)
	if err != nil {
		return r, err
	}
	server, err := startDemo(ctx, program, cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	r.WebSettings = s
	if r.First, err = firstPage(ctx, server.address, visitors[0]); err != nil {
		return r, err
	}
	began := time.Now()
	seen := browse(ctx, server.address, visitors, s)
	wall := time.Since(began)
	r.RSS = ResidentMB(server.cmd.Process.Pid)
	r.sum(seen)
	if err := server.stop(); err != nil {
		return r, err
	}
	usage := server.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	r.CPU = (time.Duration(usage.Utime.Nano()+usage.Stime.Nano()) - server.before).Seconds() / wall.Seconds()
	return r, nil
}

// gather fills the demo and signs the visitors in.
func gather(ctx context.Context, cfg app.Config, s WebSettings) ([]demo.Visitor, error) {
	d, err := demo.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := d.Crowd(ctx, s.Residents); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	visitors, err := d.Visitors(ctx, s.Visitors)
	return visitors, errors.Join(err, d.Close())
}

func startDemo(ctx context.Context, program string, cfg app.Config) (*serverProcess, error) {
	return start(ctx, program, []string{"--data", cfg.Data, "demo", "--addr", "127.0.0.1:0"})
}

// sight is one answer as a visitor got it.
type sight struct {
	page string
	took time.Duration
	ok   bool
}

func browse(ctx context.Context, address string, visitors []demo.Visitor, s WebSettings) []sight {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.Seconds)*time.Second)
	defer cancel()
	transport := &http.Transport{MaxIdleConnsPerHost: len(visitors), DisableCompression: true} // the bytes as they come: unpacking is the phone's work
	all := make([][]sight, len(visitors))
	var wg sync.WaitGroup
	for i, v := range visitors {
		wg.Go(func() {
			b := &browser{base: "http://" + address, visitor: v, think: s.Think, writes: s.Writes, rng: rand.New(rand.NewPCG(uint64(i), 5))}
			b.http = &http.Client{Transport: transport, CheckRedirect: b.follow}
			all[i] = b.run(ctx)
		})
	}
	wg.Wait()
	return slices.Concat(all...)
}

// browser is one visitor's.
type browser struct {
	base    string
	visitor demo.Visitor
	http    *http.Client
	think   time.Duration
	writes  int
	rng     *rand.Rand
	allowed bool // what the visitor switches to and fro
}

func (b *browser) follow(r *http.Request, _ []*http.Request) error {
	b.dress(r)
	return nil
}

func (b *browser) dress(r *http.Request) {
	r.AddCookie(&http.Cookie{Name: "gongyi", Value: b.visitor.Token})
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "zh-CN")
}

func (b *browser) run(ctx context.Context) (seen []sight) {
	at := b.visitor.Start
	for {
		pause := time.Duration(b.rng.ExpFloat64() * float64(b.think))
		select {
		case <-ctx.Done():
			return seen
		case <-time.After(pause):
		}
		if b.rng.IntN(100) < b.writes {
			seen = append(seen, b.write(ctx))
			continue
		}
		s, offered := b.read(ctx, at)
		if ctx.Err() != nil {
			return seen
		}
		seen = append(seen, s)
		at = b.visitor.Start
		if len(offered) > 0 && b.rng.IntN(5) > 0 {
			at = offered[b.rng.IntN(len(offered))]
		}
	}
}

func (b *browser) read(ctx context.Context, path string) (sight, []string) {
	began := time.Now()
	s := sight{page: kindOf(path)}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return s, nil
	}
	b.dress(r)
	answer, err := b.http.Do(r)
	if err != nil {
		return s, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	s.took, s.ok = time.Since(began), err == nil && answer.StatusCode == http.StatusOK
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return s, nil
	}
	return s, offers(body, answer.Request.URL)
}

// write allows a purpose or takes it back; the page that follows counts with it.
func (b *browser) write(ctx context.Context) sight {
	path := "/me/data/consents/research"
	if b.allowed {
		path += "/end"
	}
	began := time.Now()
	s := sight{page: "POST /me/data/consents/*"}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, strings.NewReader(""))
	if err != nil {
		return s
	}
	b.dress(r)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.http.Do(r)
	if err != nil {
		return s
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	s.took, s.ok = time.Since(began), err == nil && answer.StatusCode == http.StatusOK
	b.allowed = !b.allowed
	return s
}

var varying = regexp.MustCompile(`[0-9a-f]{32}|\d+(-\d+)*|/r/[\w-]+|/C\d+`)

// kindOf is the page an address belongs to, without what varies in it.
func kindOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return varying.ReplaceAllString(path, "*")
}

// left alone are links that end the visit or fetch files.
var alone = regexp.MustCompile(`^/(assets|demo|sign-|docs|log|ui)|format=|\.csv|/file$|lang=|theme=`)

// offers are the pages that a page leads to.
func offers(page []byte, at *url.URL) (found []string) {
	z := html.NewTokenizer(strings.NewReader(string(page)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken:
		default:
			continue
		}
		if name, more := z.TagName(); string(name) != "a" || !more {
			continue
		}
		for more := true; more; {
			var key, value []byte
			key, value, more = z.TagAttr()
			if string(key) != "href" {
				continue
			}
			to, err := at.Parse(string(value))
			if err == nil && to.Host == at.Host && !alone.MatchString(to.RequestURI()) {
				found = append(found, to.RequestURI())
			}
		}
	}
}

var linked = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+\.(?:css|js))"`)

// firstPath is where a resident begins.
const firstPath = "/home"

// firstPage weighs a resident's first page with its style and scripts, as they
// travel.
func firstPage(ctx context.Context, address string, v demo.Visitor) (total int, err error) {
	fetch := func(path, encoding string) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			return nil, err
		}
		(&browser{visitor: v}).dress(r)
		r.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("bench: %s answers %s", path, answer.Status)
		}
		return io.ReadAll(answer.Body)
	}
	page, err := fetch(firstPath, "identity")
	if err != nil {
		return 0, err
	}
	paths := []string{firstPath}
	for _, m := range linked.FindAllSubmatch(page, -1) {
		paths = append(paths, string(m[1]))
	}
	for _, path := range paths {
		b, err := fetch(path, "gzip")
		if err != nil {
			return 0, err
		}
		total += len(b)
	}
	return total, nil
}

// sum sorts what was seen by page.
func (r *WebResult) sum(seen []sight) {
	byPage := make(map[string][]time.Duration)
	var all []time.Duration
	for _, s := range seen {
		if !s.ok {
			r.Failed++
			continue
		}
		byPage[s.page] = append(byPage[s.page], s.took)
		all = append(all, s.took)
	}
	r.PageTimes = timesOf("all pages", all)
	for page, took := range byPage {
		r.Pages = append(r.Pages, timesOf(page, took))
	}
	slices.SortFunc(r.Pages, func(a, b PageTimes) int { return b.Count - a.Count })
}

func timesOf(page string, took []time.Duration) PageTimes {
	slices.Sort(took)
	at := func(percent int) float64 {
		if len(took) == 0 {
			return 0
		}
		return ms(took[min(len(took)-1, len(took)*percent/100)])
	}
	return PageTimes{Page: page, Count: len(took), P50: at(50), P95: at(95), P99: at(99)}
}

// Table prints the result for people.
func (r WebResult) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d visitors\tthink %s\t%d%% writes\t%d residents\n", r.Visitors, r.Think, r.Writes, r.Residents)
	fmt.Fprintf(w, "first page\t%.1f KB packed\n", float64(r.First)/1000)
	fmt.Fprintf(w, "processor\t%.2f cores\tmemory %.0f MB\tfailed %d\n", r.CPU, r.RSS, r.Failed)
	for _, p := range append([]PageTimes{r.PageTimes}, r.Pages...) {
		fmt.Fprintf(w, "%s\t%d\tp50 %.1f ms\tp95 %.1f ms\tp99 %.1f ms\n", p.Page, p.Count, p.P50, p.P95, p.P99)
	}
	return w.Flush()
}
