package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// house is the whole program in a test: two communities with a few people and
// shops, a clock that the test moves, and the web as the world sees it.
type house struct {
	*App
	testing.TB
	clock *clock.Manual
	web   http.Handler
	log   *bytes.Buffer
	admin string // a key that may do everything
	close func()
}

// onEachEngine runs fn in a house on each engine.
func onEachEngine(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel() // a house that closes waits for its last publication
		fn(t, newHouse(t, Config{Data: t.TempDir()}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, newHouse(t, Config{DatabaseURL: dbtest.PostgresURL(t), State: t.TempDir()}))
	})
}

// newHouse opens the program, signing and publishing as it does when it serves.
func newHouse(t testing.TB, c Config) *house {
	t.Helper()
	h := &house{TB: t, clock: clock.NewManual(dbtest.Epoch), log: &bytes.Buffer{}}
	c.Clock, c.NoSync, c.Create, c.Budget = h.clock, true, true, time.Minute
	c.Log = slog.New(slog.NewTextHandler(&locked{w: h.log}, nil))
	if _, err := os.Stat(filepath.Join(c.Data, db.FileName)); c.DatabaseURL == "" && errors.Is(err, fs.ErrNotExist) {
		dbtest.Lay(t, c.Data, Schemas)
	}
	a, err := Open(t.Context(), c)
	h.must(err)
	h.App = a
	h.close = sync.OnceFunc(func() { h.must(errors.Join(a.stop(), a.Close())) })
	t.Cleanup(h.close)
	h.furnish()
	h.web, err = a.Handler(t.Context(), nil)
	h.must(err)
	h.must(a.start(t.Context()))
	h.admin = h.key(apikey.Scope{Rights: apikey.Rights}, 0)
	return h
}

// furnish founds C1 with two shops and three people, one of them a leader, and C2
// with a shop and a person.
func (h *house) furnish() {
	c1, c2 := h.found("C1"), h.found("C2")
	h.join(c1, "leader", policy.Gold, "")
	h.join(c1, "anna", policy.Silver, "")
	h.join(c1, "ben", policy.Silver, "leader")
	h.join(c2, "carl", policy.Silver, "")
	h.admit(c1, "bakery", policy.Standard)
	h.admit(c1, "butcher", policy.Standard)
	h.admit(c2, "grocer", policy.Founding)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) found(ref string) id.ID {
	h.Helper()
	p, _, err := h.Flows.Found(context.Background(), db.System, community.Place{Kind: community.Community, Ref: ref, Name: ref}, flow.Trial())
	h.must(err)
	return p.ID
}

func (h *house) join(home id.ID, ref string, level policy.Level, leader string) {
	h.Helper()
	ctx := context.Background()
	h.must(h.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return h.Flows.Members.Reserve(ctx, tx, ref, home) }))
	h.must(h.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		if _, _, err := h.Flows.Members.Join(ctx, tx, member.Member{Ref: ref, Standing: member.Good, Level: level}); err != nil || leader == "" {
			return err
		}
		return h.Flows.Members.SetLeader(ctx, tx, ref, leader)
	}))
}

func (h *house) admit(home id.ID, ref string, tier policy.Tier) {
	h.Helper()
	ctx := context.Background()
	h.must(h.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, _, err := h.Flows.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: ref, Tier: tier})
		return err
	}))
}

// key makes a key.
func (h *house) key(scope apikey.Scope, perSecond int) (text string) {
	h.Helper()
	ctx := context.Background()
	h.must(h.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		_, text, err = h.Flows.Keys.Make(ctx, tx, "test", scope, perSecond)
		return err
	}))
	return text
}

// request is a call of the API; its body is JSON text.
func (h *house) request(method, path, key, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = "203.0.113.7:4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return r
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	json map[string]any
}

// send sends a request; what is no JSON leaves json nil.
func (h *house) send(r *http.Request) answer {
	h.Helper()
	w := httptest.NewRecorder()
	h.web.ServeHTTP(w, r)
	a := answer{ResponseRecorder: w}
	_ = json.Unmarshal(w.Body.Bytes(), &a.json)
	return a
}

// call is a call with the administrator's key.
func (h *house) call(method, path, body string) answer {
	h.Helper()
	return h.send(h.request(method, "/api/v1"+path, h.admin, body))
}

// get is a call that must succeed.
func (h *house) get(path string) map[string]any {
	h.Helper()
	a := h.call(http.MethodGet, path, "")
	if a.Code != http.StatusOK {
		h.Fatalf("GET %s: %d %s", path, a.Code, a.Body)
	}
	return a.json
}

// bought is a body of a purchase of a price in held cash, with more fields.
func (h *house) bought(ref, member, shop, price string, more ...string) string {
	b := map[string]any{"purchase_ref": ref, "purchased_at": h.clock.Now().Format(time.RFC3339Nano), "member_ref": member,
		"merchant_ref": shop, "price": price, "cash_held": price}
	for i := 0; i < len(more); i += 2 {
		var v any
		if err := json.Unmarshal([]byte(more[i+1]), &v); err != nil {
			v = more[i+1]
		}
		if b[more[i]] = v; more[i+1] == "-" {
			delete(b, more[i])
		}
	}
	text, err := json.Marshal(b)
	h.must(err)
	return string(text)
}

// buy settles a purchase in C1.
func (h *house) buy(ref, member, shop, price string, more ...string) map[string]any {
	h.Helper()
	a := h.call(http.MethodPost, "/communities/C1/purchases", h.bought(ref, member, shop, price, more...))
	if a.Code != http.StatusOK {
		h.Fatalf("purchase %s: %d %s", ref, a.Code, a.Body)
	}
	return a.json
}

// refused fails unless the answer is this refusal, in the form of RFC 9457.
func (h *house) refused(a answer, status int, code string) {
	h.Helper()
	if a.Code != status || a.json["code"] != code {
		h.Errorf("answered %d %.300s\nwant %d %s", a.Code, a.Body, status, code)
		return
	}
	if kind := a.Header().Get("Content-Type"); kind != "application/problem+json" {
		h.Errorf("%s has content type %q", code, kind)
	}
	if a.json["status"] != float64(status) || a.json["type"] != "urn:gongyi:problem:"+code || a.json["title"] == "" || a.json["detail"] == "" || a.json["number"] == nil {
		h.Errorf("%s is no whole problem: %s", code, a.Body)
	}
	if later := status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests; later != (a.Header().Get("Retry-After") != "") {
		h.Errorf("%s: Retry-After %q", code, a.Header().Get("Retry-After"))
	}
}

// locked is a writer that many goroutines may use.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
