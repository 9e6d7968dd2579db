package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
)

// furnish fills the books that the flags name with a community's people and shops.
func furnish(t testing.TB, flags ...string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	people, shops := "member_ref,community_ref\n", "merchant_ref,community_ref,industry\n"
	for i := range 8 {
		people += fmt.Sprintf("person-%d,C1\n", i)
		shops += fmt.Sprintf("shop-%d,C1,trade-%d\n", i, i)
	}
	must(t, append(flags, "import", write("people.csv", people), write("shops.csv", shops))...)
}

// load is tills that sell at once, each one purchase after the other, and what
// they were told. A till that got no answer, or a busy one, sends the same again.
type load struct {
	testing.TB
	key    string
	client *http.Client
	stop   atomic.Bool
	wg     sync.WaitGroup
	tills  atomic.Int64

	mu       sync.Mutex
	bodies   map[string]string // everything that was ever sent, by reference
	acked    map[string]int64  // entry of what was acknowledged
	statuses map[int]int
	answers  map[int]string // the latest of each status
	more     *sync.Cond
}

// price is what everything costs: the books are easy to add up then.
const price = money.Amount(1234)

func newLoad(t testing.TB, keyFile string) *load {
	t.Helper()
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	l := &load{TB: t, key: strings.TrimSpace(string(key)), bodies: make(map[string]string), acked: make(map[string]int64), statuses: make(map[int]int), answers: make(map[int]string)}
	l.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	l.more = sync.NewCond(&l.mu)
	t.Cleanup(l.end)
	return l
}

// sell starts tills that send to url, until end or until the server is gone.
func (l *load) sell(url string, tills int) {
	l.stop.Store(false)
	for range tills {
		till := l.tills.Add(1)
		l.wg.Go(func() {
			for n := 0; !l.stop.Load(); n++ {
				if !l.sellOne(url, fmt.Sprintf("till-%d-%d", till, n), till+int64(n)) {
					return
				}
			}
		})
	}
}

// sellOne sends one purchase until it is acknowledged.
func (l *load) sellOne(url, ref string, nth int64) bool {
	body := fmt.Sprintf(`{"purchase_ref":%q,"purchased_at":%q,"member_ref":"person-%d","merchant_ref":"shop-%d","price":%q,"cash_held":%q}`,
		ref, clock.System{}.Now().Format(time.RFC3339Nano), nth%8, nth/8%8, price.Decimal(money.CNY), price.Decimal(money.CNY))
	l.mu.Lock()
	l.bodies[ref] = body
	l.mu.Unlock()
	for {
		status, entry, err := l.send(url, ref, body)
		switch {
		case err != nil:
			return false
		case status == http.StatusOK:
			l.mu.Lock()
			l.acked[ref] = entry
			l.more.Broadcast()
			l.mu.Unlock()
			return true
		case l.stop.Load():
			return false
		}
		time.Sleep(10 * time.Millisecond) // a real till waits as long as it is told
	}
}

// send sends one purchase once.
func (l *load) send(url, ref, body string, header ...string) (status int, entry int64, err error) {
	req, err := http.NewRequest(http.MethodPost, url+"/api/v1/communities/C1/purchases", strings.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+l.key)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := l.client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, 0, err
	}
	l.mu.Lock()
	l.statuses[res.StatusCode]++
	l.answers[res.StatusCode] = res.Header.Get("Retry-After") + " " + string(text)
	l.more.Broadcast()
	l.mu.Unlock()
	var answer struct {
		Ref   string `json:"purchase_ref"`
		Entry int64  `json:"entry"`
	}
	if res.StatusCode == http.StatusOK && (json.Unmarshal(text, &answer) != nil || answer.Ref != ref) {
		return 0, 0, fmt.Errorf("a wrong answer to %s: %s", ref, text)
	}
	return res.StatusCode, answer.Entry, nil
}

// settled asks whether a purchase is in the books.
func (l *load) settled(url, ref string) bool {
	l.Helper()
	req, err := http.NewRequest(http.MethodGet, url+"/api/v1/communities/C1/purchases/"+ref, nil)
	if err != nil {
		l.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.key)
	res, err := l.client.Do(req)
	if err != nil {
		l.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotFound {
		l.Errorf("%s: %s", ref, res.Status)
	}
	return res.StatusCode == http.StatusOK
}

// await waits until so many more purchases were acknowledged.
func (l *load) await(more int) {
	l.Helper()
	l.until(fmt.Sprint(more, " more purchases"), func(before, now int) bool { return now >= before+more })
}

// until waits for a condition on what was acknowledged; it is asked at every answer.
func (l *load) until(what string, ok func(before, now int) bool) {
	l.Helper()
	patience := time.AfterFunc(20*time.Second, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.TB.Errorf("waited too long for %s: %v %v", what, l.statuses, l.answers)
		l.more.Broadcast()
	})
	defer patience.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.acked)
	for !ok(before, len(l.acked)) && !l.Failed() {
		l.more.Wait()
	}
}

// seen is how often a status was answered; call it inside until.
func (l *load) seen(status int) int { return l.statuses[status] }

// end stops the tills and waits for them.
func (l *load) end() {
	l.stop.Store(true)
	l.wg.Wait()
	l.client.CloseIdleConnections()
}

// settleAll sends everything again: what was acknowledged gets the same answer,
// what was not is settled now. Then everything is in the books once.
func (l *load) settleAll(url string) {
	l.Helper()
	for ref, body := range l.bodies {
		status, entry, err := l.send(url, ref, body)
		if err != nil || status != http.StatusOK {
			l.Fatalf("%s again: %d, %v", ref, status, err)
		}
		if first, acked := l.acked[ref]; acked && first != entry {
			l.Errorf("%s was acknowledged as entry %d and is entry %d now", ref, first, entry)
		}
		l.acked[ref] = entry
	}
	entries := make(map[int64]string)
	for ref, entry := range l.acked {
		if other := entries[entry]; other != "" {
			l.Errorf("%s and %s are both entry %d", ref, other, entry)
		}
		entries[entry] = ref
	}
}

// rightBooks fails unless the books hold every purchase once, and are whole.
func (l *load) rightBooks(flags ...string) {
	l.Helper()
	want := (-price * money.Amount(len(l.bodies))).Decimal(money.CNY)
	if books := must(l, append(flags, "books", "--format", "csv")...); !strings.Contains(books, "C1,gateway/clearing,CNY,"+want+"\n") {
		l.Errorf("%d purchases should come to %s:\n%s", len(l.bodies), want, books)
	}
	if out := must(l, append(flags, "verify")...); !strings.Contains(out, "the books are whole") {
		l.Errorf("verify: %s", out)
	}
}

// start starts a server that is killed at the end of the test.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	s, err := startServer(t.TempDir(), environment(), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// fetch gets an address.
func fetch(t testing.TB, url string) (status int, body []byte) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(res.Body)
	return res.StatusCode, b.Bytes()
}
