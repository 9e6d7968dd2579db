package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/notify"
)

// weixin is a stand-in for WeChat: it hands out numbered tokens and takes messages
// under the latest one.
type weixin struct {
	*httptest.Server
	mu     sync.Mutex
	tokens int
	codes  []int // of the next messages; then 0
	got    []map[string]any
	paths  []string
}

func newWeixin(t *testing.T) *weixin {
	w := &weixin{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cgi-bin/token", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if r.FormValue("appid") != "app" || r.FormValue("secret") != "quiet" {
			_, _ = fmt.Fprint(rw, `{"errcode":40013,"errmsg":"invalid appid"}`)
			return
		}
		w.tokens++
		_, _ = fmt.Fprintf(rw, `{"access_token":"T%d","expires_in":7200}`, w.tokens)
	})
	mux.HandleFunc("POST /cgi-bin/message/", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if r.FormValue("access_token") != fmt.Sprintf("T%d", w.tokens) {
			_, _ = fmt.Fprint(rw, `{"errcode":40001,"errmsg":"invalid credential"}`)
			return
		}
		code := 0
		if len(w.codes) > 0 {
			code, w.codes = w.codes[0], w.codes[1:]
		}
		if code == 500 {
			rw.WriteHeader(500)
			return
		}
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if code == 0 {
			w.got, w.paths = append(w.got, body), append(w.paths, r.URL.Path)
		}
		_, _ = fmt.Fprintf(rw, `{"errcode":%d,"errmsg":"so"}`, code)
	})
	w.Server = httptest.NewServer(mux)
	t.Cleanup(w.Close)
	return w
}

var card = notify.Card{ID: "n1", To: "oOpen", Template: "TPL", Page: "https://x.test/me", Fields: map[string]string{"thing1": "小票"}}

func TestACardCarriesItsFields(t *testing.T) {
	w := newWeixin(t)
	c := &notify.WeChatClient{Base: w.URL, AppID: "app", Secret: "quiet", Clock: now}
	for range 3 {
		if err := c.SendCard(ctx, card); err != nil {
			t.Fatal(err)
		}
	}
	if w.tokens != 1 {
		t.Errorf("%d tokens were fetched", w.tokens)
	}
	m := w.got[0]
	if m["touser"] != "oOpen" || m["template_id"] != "TPL" || m["url"] != card.Page || m["client_msg_id"] != "n1" ||
		fmt.Sprint(m["data"]) != "map[thing1:map[value:小票]]" || w.paths[0] != "/cgi-bin/message/template/send" {
		t.Errorf("%v to %s", m, w.paths[0])
	}
	mini := &notify.WeChatClient{Base: w.URL, AppID: "app", Secret: "quiet", Mini: true, Clock: now}
	if err := mini.SendCard(ctx, card); err != nil {
		t.Fatal(err)
	}
	if m := w.got[3]; m["page"] != card.Page || m["url"] != nil || w.paths[3] != "/cgi-bin/message/subscribe/send" {
		t.Errorf("mini program: %v to %s", m, w.paths[3])
	}
}

func TestATokenIsRenewedBeforeItsEndAndWhenItIsRefused(t *testing.T) {
	w := newWeixin(t)
	at := clock.NewManual(now.Now())
	c := &notify.WeChatClient{Base: w.URL, AppID: "app", Secret: "quiet", Clock: at}
	if err := c.SendCard(ctx, card); err != nil {
		t.Fatal(err)
	}
	at.Set(at.Now().Add(116 * time.Minute))
	if err := c.SendCard(ctx, card); err != nil || w.tokens != 2 {
		t.Errorf("%v, %d tokens", err, w.tokens)
	}
	w.mu.Lock()
	w.tokens = 9 // another program has fetched one: ours is not good any more
	w.mu.Unlock()
	if err := c.SendCard(ctx, card); err != nil || w.tokens != 10 {
		t.Errorf("%v, %d tokens", err, w.tokens)
	}
}

func TestWhatWeChatRefuses(t *testing.T) {
	for code, want := range map[int]string{0: "sent", -1: "later", 45009: "later", 45011: "later", 43004: "gone", 40003: "gone", 43101: "never", 40037: "never", 47003: "never", 500: "later"} {
		w := newWeixin(t)
		w.codes = []int{code}
		err := (&notify.WeChatClient{Base: w.URL, AppID: "app", Secret: "quiet", Clock: now}).SendCard(ctx, card)
		if got := kind(err); got != want {
			t.Errorf("%d: %s (%v), want %s", code, got, err, want)
		}
	}
	w := newWeixin(t)
	w.Close()
	err := (&notify.WeChatClient{Base: w.URL, AppID: "app", Secret: "quiet", Clock: now}).SendCard(ctx, card)
	if kind(err) != "later" || strings.Contains(err.Error(), "quiet") {
		t.Errorf("nobody at the door: %v", err)
	}
}
