package app

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/platform/evidence"
)

// proof is the proof on the wire.
type proof struct {
	Leaf   []byte   `json:"leaf"`
	Size   int64    `json:"tree_size"`
	Root   []byte   `json:"root"`
	Hashes [][]byte `json:"hashes"`
}

// check is the check that a client does: RFC 6962 and nothing of ours.
func (p *proof) check(t *testing.T, entry int64) {
	t.Helper()
	path := make(tlog.RecordProof, len(p.Hashes))
	for i, h := range p.Hashes {
		path[i] = tlog.Hash(h)
	}
	if err := tlog.CheckRecord(path, p.Size, tlog.Hash(p.Root), entry, tlog.RecordHash(p.Leaf)); err != nil {
		t.Errorf("entry %d is not proven: %v", entry, err)
	}
	if err := tlog.CheckRecord(path, p.Size, tlog.Hash(p.Root), entry, tlog.RecordHash(append([]byte{1}, p.Leaf...))); err == nil {
		t.Error("the proof proves anything")
	}
}

func (h *house) decode(a answer, into any) {
	h.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), into); err != nil || a.Code != http.StatusOK {
		h.Fatalf("%d %s: %v", a.Code, a.Body, err)
	}
}

// The answer to a purchase proves it, the receipt proves it against a signed
// checkpoint, and the file proves it to somebody who has nothing but the key (L7).
func TestProofs(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		var settled struct {
			Entry   int64
			Receipt string
			Proof   proof
		}
		for _, ref := range []string{"p1", "p2", "p3", "p4", "p5"} {
			a := h.call(http.MethodPost, "/communities/C1/purchases", h.bought(ref, "anna", "bakery", "128.40"))
			h.decode(a, &settled)
			settled.Proof.check(t, settled.Entry)
		}
		var head struct{ Origin, Verifier, Checkpoint, Tiles string }
		h.decode(h.send(h.request(http.MethodGet, "/api/v1/communities/C1/checkpoint", "", "")), &head)
		if c, err := evidence.OpenCheckpoint([]byte(head.Checkpoint), head.Verifier); err != nil || c.Origin != head.Origin || c.Size != settled.Entry+1 {
			t.Errorf("the head of %s is %+v, %v", head.Origin, c, err)
		}
		var receipt struct {
			Entry      int64
			Proof      proof
			Checkpoint string
		}
		token := strings.TrimPrefix(settled.Receipt, "/r/")
		h.decode(h.send(h.request(http.MethodGet, "/api/v1/receipts/"+token, "", "")), &receipt)
		c, err := evidence.OpenCheckpoint([]byte(receipt.Checkpoint), head.Verifier)
		if err != nil || c.Size != receipt.Proof.Size || string(c.Root[:]) != string(receipt.Proof.Root) {
			t.Errorf("the receipt's checkpoint is %+v, %v; its proof stands against %d %x", c, err, receipt.Proof.Size, receipt.Proof.Root)
		}
		receipt.Proof.check(t, receipt.Entry)
		if string(receipt.Proof.Leaf) != string(settled.Proof.Leaf) {
			t.Error("the receipt has another leaf than the answer to the purchase")
		}
		file := h.send(h.request(http.MethodGet, "/api/v1/receipts/"+token+"/file", "", ""))
		v, err := evidence.VerifyBundle(file.Body.Bytes(), head.Verifier)
		if err != nil || v.Index != receipt.Entry || string(v.Leaf[:]) != string(receipt.Proof.Leaf) {
			t.Errorf("the file proves %+v, %v", v, err)
		}
		if kind, name := file.Header().Get("Content-Type"), file.Header().Get("Content-Disposition"); kind != "application/json" || !strings.HasPrefix(name, `attachment; filename="`) {
			t.Errorf("the file is a %s, %s", kind, name)
		}
		page := h.send(h.request(http.MethodGet, settled.Receipt+"/file", "", ""))
		if diff := cmp.Diff(file.Body.String(), page.Body.String()); diff != "" {
			t.Errorf("the page's file is another one (-api +page):\n%s", diff)
		}
	})
}

// A receipt opens with its own token and with nothing near it; nobody can tell a
// wrong token from one that never was.
func TestTokensThatOpenNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		token := strings.TrimPrefix(h.buy("p", "anna", "bakery", "10.00")["receipt"].(string), "/r/")
		other := strings.TrimPrefix(h.buy("q", "ben", "bakery", "10.00")["receipt"].(string), "/r/")
		raw, err := base64.RawURLEncoding.DecodeString(token)
		h.must(err)
		theirs, err := base64.RawURLEncoding.DecodeString(other)
		h.must(err)
		made := func(parts ...[]byte) (text string) {
			var b []byte
			for _, p := range parts {
				b = append(b, p...)
			}
			return base64.RawURLEncoding.EncodeToString(b)
		}
		tokens := map[string]string{
			"truncated": token[:len(token)-1], "longer": token + "A", "half": token[:20], "other letter case": strings.ToUpper(token),
			"of another entry": made(raw[:17], theirs[17:]), "another community": made(append([]byte{raw[0] ^ 1}, raw[1:]...)),
			"no capability": made(raw[:17], make([]byte, 16)), "an entry far away": made(raw[:16], []byte{0xff, 0xff, 0x7f}, raw[17:]),
			"a negative entry":  made(raw[:16], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, raw[17:]),
			"standard alphabet": "+/+/" + token[4:], "padding": token + "=", "nothing": "x", "spaces": "%20%20",
			"the policy's entry": made(raw[:16], []byte{0}, raw[17:]), "a long number": made(raw[:16], []byte{0x81, 0x00}, raw[17:]),
		}
		for i := range raw {
			flipped := append([]byte{}, raw...)
			flipped[i] ^= 0x10
			tokens["byte "+string(rune('A'+i))+" flipped"] = made(flipped)
		}
		for name, wrong := range tokens {
			for _, path := range []string{"/api/v1/receipts/" + wrong, "/api/v1/receipts/" + wrong + "/file"} {
				a := h.send(h.request(http.MethodGet, strings.ReplaceAll(path, "+/", "+%2F"), "", ""))
				h.refused(a, 404, "receipt.not_found")
				if t.Failed() {
					t.Fatalf("%s: %s", name, path)
				}
			}
		}
		if a := h.send(h.request(http.MethodGet, "/api/v1/receipts/"+token, "", "")); a.Code != http.StatusOK {
			t.Errorf("its own token: %d %s", a.Code, a.Body)
		}
		if a := h.send(h.request(http.MethodGet, "/api/v1/receipts/"+strings.Repeat("A", 81), "", "")); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("a token longer than any: %d %s", a.Code, a.Body)
		}
	})
}

// A receipt says what every rule did, in the caller's language, and names no
// person (A7).
func TestAReceiptSaysWhy(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		h.buy("p", "ben", "bakery", "128.40") // worked example 2: ben's leader is gold
		said := map[string]string{}
		for _, lang := range []string{"zh", "en", ""} {
			r := h.request(http.MethodGet, "/api/v1/communities/C1/purchases/p", h.admin, "")
			r.Header.Set("Accept-Language", lang)
			a := h.send(r)
			for _, person := range []string{"ben", "leader"} {
				if strings.Contains(a.Body.String(), `"`+person) || strings.Contains(a.Body.String(), ":"+person+"/") {
					t.Errorf("%s: names %s", lang, person)
				}
			}
			rules := a.json["rules"].([]any)
			if len(rules) != 10 {
				t.Errorf("%d rules are explained", len(rules))
			}
			for _, rule := range rules {
				r := rule.(map[string]any)
				if r["why"] == "" || r["title"] == "" {
					t.Errorf("no why: %v", r)
				}
				if r["rule"] == "S-08" {
					said[lang], _ = r["why"].(string)
					if r["amount"] != "2.57" {
						t.Errorf("the leader's share is %v", r["amount"])
					}
				}
			}
		}
		if said["zh"] == said["en"] || said[""] != said["zh"] {
			t.Errorf("said %v", said)
		}
	})
}
