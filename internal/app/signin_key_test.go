package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// device is somebody's device that holds a passkey, in software.
type device struct {
	testing.TB
	origin string
	id     []byte
	key    *ecdsa.PrivateKey
	handle []byte
	count  uint32
}

func newDevice(t testing.TB) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{TB: t, origin: "http://localhost:8080", id: id, key: key}
}

var b64 = base64.RawURLEncoding

// asked is what a device needs of the options.
type asked struct {
	PublicKey struct {
		Challenge string
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
		User      struct{ ID string }
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
	}
}

func (d *device) read(body string) (a asked) {
	d.Helper()
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		d.Fatalf("%v: %s", err, body)
	}
	return a
}

func (d *device) clientData(kind, challenge string) []byte {
	text, err := json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.Fatal(err)
	}
	return text
}

func (d *device) authData(rp string, flags byte) []byte {
	sum := sha256.Sum256([]byte(rp))
	d.count++
	return binary.BigEndian.AppendUint32(append(sum[:], flags), d.count)
}

func (d *device) answer(name string, response map[string]string) string {
	text, err := json.Marshal(map[string]any{"name": name, "passkey": map[string]any{
		"id": b64.EncodeToString(d.id), "rawId": b64.EncodeToString(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	}})
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// create answers the question for a new passkey.
func (d *device) create(a asked, name string) string {
	d.Helper()
	handle, err := b64.DecodeString(a.PublicKey.User.ID)
	if err != nil {
		d.Fatal(err)
	}
	d.handle = handle
	point, err := d.key.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		d.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		d.Fatal(err)
	}
	data := append(d.authData(a.PublicKey.RP.ID, 0x45), make([]byte, 16)...) // present, verified, with a key
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(d.id))), d.id...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, cose...)})
	if err != nil {
		d.Fatal(err)
	}
	return d.answer(name, map[string]string{"clientDataJSON": b64.EncodeToString(d.clientData("create", a.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(object)})
}

// get answers the question of a sign-in.
func (d *device) get(a asked, flags byte) string {
	d.Helper()
	client := d.clientData("get", a.PublicKey.Challenge)
	data := d.authData(a.PublicKey.RPID, flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.Fatal(err)
	}
	return d.answer("", map[string]string{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(sig), "userHandle": b64.EncodeToString(d.handle)})
}

// script sends what the page's script sends.
func (b *browser) script(path, body string) shown {
	b.Helper()
	req := httptest.NewRequest(http.MethodPost, "http://localhost:8080"+path, strings.NewReader(body))
	req.RemoteAddr = b.addr
	for k, v := range map[string]string{"Accept": "application/json", "Content-Type": "application/json", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin", "User-Agent": b.header["User-Agent"]} {
		req.Header.Set(k, v)
	}
	return b.send(req)
}

// register makes a passkey for who is signed in.
func (b *browser) register(d *device, name string) shown {
	b.Helper()
	q := b.script("/me/passkeys/question", "{}")
	if q.Code != http.StatusOK {
		return q
	}
	return b.script("/me/passkeys", d.create(d.read(q.body), name))
}

// show signs in with a passkey.
func (b *browser) show(d *device) shown {
	b.Helper()
	q := b.script("/sign-in/passkey/question", "{}")
	if q.Code != http.StatusOK {
		b.Fatalf("no question: %d %s", q.Code, q.body)
	}
	return b.script("/sign-in/passkey?to=/me/devices", d.get(d.read(q.body), 0x05))
}
