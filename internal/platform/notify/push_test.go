package notify

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a stand-in for a browser and its push service.
type browser struct {
	*httptest.Server
	key    *ecdh.PrivateKey
	secret []byte
	status int
	head   http.Header
	body   []byte
}

func newBrowser(t *testing.T) *browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{key: key, secret: make([]byte, 16), status: http.StatusCreated}
	_, _ = rand.Read(b.secret)
	b.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.head = r.Header
		b.body, _ = io.ReadAll(r.Body)
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *browser) subscription() Subscription {
	return Subscription{Endpoint: b.URL + "/push/abc", P256dh: base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.secret)}
}

// read decrypts what came, as RFC 8291 says.
func (b *browser) read(t *testing.T) string {
	t.Helper()
	salt, sender := b.body[:16], b.body[21:21+int(b.body[20])]
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		k, err := hkdf.Key(sha256.New, secret, salt, info, n)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	ikm := derive(shared, b.secret, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(sender), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		t.Fatal(err)
	}
	gcm, _ := cipher.NewGCM(block)
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), b.body[21+len(sender):], nil)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(plain), "\x00")
}

func newClient(t *testing.T, b *browser) *PushClient {
	keys, err := OpenVAPID(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := NewPush(keys, "ops@example.org")
	p.client = b.Client() // which may call this machine
	return p
}

func TestAPushIsReadByTheBrowserAlone(t *testing.T) {
	b := newBrowser(t)
	p := newClient(t, b)
	err := p.SendPush(context.Background(), b.subscription(), Push{Topic: "t1", Body: []byte(`{"title":"陈阿姨"}`), TTL: 2 * time.Hour, Urgency: HighUrgency})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.read(t); got != "{\"title\":\"陈阿姨\"}\x02" {
		t.Errorf("the browser reads %q", got)
	}
	if strings.Contains(string(b.body), "陈") {
		t.Error("the body is not encrypted")
	}
	h := b.head
	if h.Get("Ttl") != "7200" || h.Get("Urgency") != "high" || h.Get("Topic") != "t1" || h.Get("Content-Encoding") != "aes128gcm" || !strings.HasPrefix(h.Get("Authorization"), "vapid t=") {
		t.Errorf("headers %v", h)
	}
}

func TestWhatAPushServiceAnswers(t *testing.T) {
	b := newBrowser(t)
	p := newClient(t, b)
	for status, want := range map[int]error{201: nil, 404: ErrGone, 410: ErrGone, 400: ErrPermanent, 413: ErrPermanent, 429: nil, 503: nil} {
		b.status = status
		err := p.SendPush(context.Background(), b.subscription(), Push{Body: []byte("x")})
		if (err == nil) != (status == 201) || want != nil && !errors.Is(err, want) || want == nil && Permanent(err) {
			t.Errorf("%d: %v", status, err)
		}
	}
	s := b.subscription()
	s.P256dh = "AAAA"
	if err := p.SendPush(context.Background(), s, Push{}); !errors.Is(err, ErrPermanent) {
		t.Errorf("a key that is none: %v", err)
	}
	if err := p.SendPush(context.Background(), b.subscription(), Push{Body: make([]byte, 3001)}); !errors.Is(err, ErrPermanent) {
		t.Errorf("too long: %v", err)
	}
	b.Close()
	if err := p.SendPush(context.Background(), b.subscription(), Push{}); err == nil || Permanent(err) {
		t.Errorf("nobody at the door: %v", err)
	}
}

// The real client never reaches this machine, whatever the name says.
func TestAnEndpointInsideIsNotCalled(t *testing.T) {
	called := false
	b := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer b.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(b.URL, "http://"))
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"} {
		req, _ := http.NewRequest(http.MethodPost, "http://"+net.JoinHostPort(strings.Trim(host, "[]"), port), nil)
		if _, err := publicClient().Do(req); err == nil || !errors.Is(err, ErrInside) && host != "2130706433" {
			t.Errorf("%s: %v", host, err)
		}
	}
	if called {
		t.Error("a door inside was knocked at")
	}
	keys, err := OpenVAPID(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tls := newBrowser(t)
	if err := NewPush(keys, "ops@example.org").SendPush(context.Background(), tls.subscription(), Push{}); !errors.Is(err, ErrGone) || !errors.Is(err, ErrInside) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsOutside(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2600:1901:0:38d7::": true, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.1.1": false,
		"127.0.0.1": false, "::1": false, "fe80::1": false, "fd00::1": false, "::ffff:10.0.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "0.0.0.0": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if got := Outside(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for endpoint, ok := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/x": true, "https://updates.push.services.mozilla.com:443/wpush/v2/x": true, "http://fcm.googleapis.com/x": false,
		"https://10.0.0.1/x": false, "https://[::1]/x": false, "https://push.example:8443/x": false, "https://user@push.example/x": false, "ftp://x": false, "": false, "https://": false,
		"https://push.example/" + strings.Repeat("x", 1100): false,
	} {
		if err := CheckEndpoint(endpoint); (err == nil) != ok {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestTheKeysAreMadeOnceAndForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	made := make([]VAPID, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			k, err := OpenVAPID(dir)
			if err != nil {
				t.Error(err)
			}
			made[i] = k
		})
	}
	all.Wait()
	for _, k := range made {
		if k != made[0] || k.Public == "" {
			t.Errorf("%v and %v", k, made[0])
		}
	}
	left, _ := os.ReadDir(dir)
	info, err := os.Stat(filepath.Join(dir, VAPIDFile))
	if err != nil || info.Mode().Perm() != 0o600 || len(left) != 1 {
		t.Errorf("%v, %v, %d files", info.Mode(), err, len(left))
	}
	if err := os.Chmod(filepath.Join(dir, VAPIDFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenVAPID(dir); err == nil {
		t.Error("keys that everybody may read were taken")
	}
}
