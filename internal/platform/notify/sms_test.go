package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/notify"
)

var (
	ctx = context.Background()
	now = clock.NewManual(time.Date(2025, 10, 15, 2, 24, 0, 0, time.UTC))
)

func TestATextIsSigned(t *testing.T) {
	secret := []byte("between us")
	var got map[string]string
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if want := notify.SignSMS(secret, "1760495040", body); r.Header.Get("Gongyi-Signature") != want || r.Header.Get("Gongyi-Time") != "1760495040" {
			t.Errorf("signed %q at %q", r.Header.Get("Gongyi-Signature"), r.Header.Get("Gongyi-Time"))
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
	}))
	defer provider.Close()
	s := &notify.HTTPSMS{URL: provider.URL, Secret: secret, Sign: "共益", Clock: now}
	if err := s.SendText(ctx, notify.Text{ID: "n1", To: "+8613800138000", Body: "您好"}); err != nil {
		t.Fatal(err)
	}
	if got["id"] != "n1" || got["to"] != "+8613800138000" || got["text"] != "您好" || got["sign"] != "共益" {
		t.Errorf("the provider read %v", got)
	}
	if a, b := notify.SignSMS(secret, "1", []byte("x")), notify.SignSMS([]byte("else"), "1", []byte("x")); a == b {
		t.Error("another secret signs the same")
	}
}

func TestWhatAProviderAnswers(t *testing.T) {
	for status, want := range map[int]string{200: "sent", 202: "sent", 409: "sent", 400: "never", 401: "never", 403: "never", 302: "never", 429: "later", 408: "later", 500: "later", 503: "later"} {
		provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		}))
		err := (&notify.HTTPSMS{URL: provider.URL, Clock: now}).SendText(ctx, notify.Text{ID: "1", To: "+8613800138000", Body: "x"})
		provider.Close()
		if got := kind(err); got != want {
			t.Errorf("%d: %s (%v), want %s", status, got, err, want)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("%d: %d bytes of error", status, len(err.Error()))
		}
	}
}

func TestAProviderThatDoesNotAnswer(t *testing.T) {
	hold := make(chan struct{})
	provider := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer provider.Close()
	defer close(hold)
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	err := (&notify.HTTPSMS{URL: provider.URL, Clock: now}).SendText(short, notify.Text{ID: "1"})
	if kind(err) != "later" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if err := (&notify.HTTPSMS{URL: closed.URL, Clock: now}).SendText(ctx, notify.Text{ID: "1"}); kind(err) != "later" {
		t.Errorf("nobody at the door: %v", err)
	}
}

// kind is what an error means for the next try.
func kind(err error) string {
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, notify.ErrGone):
		return "gone"
	case notify.Permanent(err):
		return "never"
	}
	return "later"
}
