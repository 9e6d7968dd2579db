package ledger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
)

func drawBody(t *rapid.T, seq int64) *rawBody {
	r := &rawBody{facts: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "facts")}
	if rapid.Bool().Draw(t, "of a person") {
		r.subject = id.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "subject"))
	}
	n := rapid.IntRange(1, maxTouches).Draw(t, "touches")
	for range n {
		r.touches = append(r.touches, rawTouch{no: rapid.Int64Range(0, math.MaxInt64).Draw(t, "no"),
			prev: rapid.Int64Range(-1, seq-1).Draw(t, "prev"), balance: money.Amount(rapid.Int64().Draw(t, "balance"))})
	}
	for range rapid.IntRange(0, 300).Draw(t, "legs") {
		r.legs = append(r.legs, rawLeg{
			rule: Rule{Family: rapid.ByteRange('A', 'Z').Draw(t, "family"), Number: rapid.ByteRange(1, 127).Draw(t, "rule"), Undone: rapid.Bool().Draw(t, "undone")},
			from: rapid.ByteRange(0, byte(n-1)).Draw(t, "from"), to: rapid.ByteRange(0, byte(n-1)).Draw(t, "to"),
			amount: money.Amount(rapid.Int64Range(1, math.MaxInt64).Draw(t, "amount")),
		})
	}
	return r
}

var exported = cmp.AllowUnexported(rawBody{}, rawTouch{}, rawLeg{})

func TestBodyRoundTrip(t *testing.T) {
	got := new(rawBody) // used again and again, as readers do
	rapid.Check(t, func(t *rapid.T) {
		seq := rapid.Int64Range(0, math.MaxInt64).Draw(t, "seq")
		want := drawBody(t, seq)
		b := appendBody(nil, seq, want)
		if err := decodeBody(b, seq, got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, exported, cmp.Transformer("empty", func(b []byte) string { return string(b) }),
			cmp.Transformer("none", func(l []rawLeg) []rawLeg { return append([]rawLeg{}, l...) })); diff != "" {
			t.Fatal(diff)
		}
		// Whatever is missing at the end, above the facts, is noticed.
		cut := rapid.IntRange(0, len(b)-len(want.facts)-1).Draw(t, "cut")
		if err := decodeBody(b[:cut], seq, got); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%d of %d bytes were read as a body: %v", cut, len(b), err)
		}
	})
}

// FuzzDecodeBody: whatever bytes a file may hold, they are a body or corrupt;
// nothing panics, and a few bytes never ask for much memory.
func FuzzDecodeBody(f *testing.F) {
	f.Add([]byte{bodyVersion, 0, 0, 0}, int64(0))
	f.Add([]byte{bodyVersion, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}, int64(1))
	f.Add(appendBody(nil, 9, &rawBody{subject: id.ID{1}, touches: []rawTouch{{1, 3, -5}, {2, -1, 5}},
		legs: []rawLeg{{Rule{'S', 1, true}, 0, 1, 5}}, facts: []byte("facts")}), int64(9))
	f.Fuzz(func(t *testing.T, b []byte, seq int64) {
		if seq < 0 {
			seq = -(seq + 1)
		}
		var r rawBody
		if err := decodeBody(b, seq, &r); err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("an error without a name: %v", err)
			}
			return
		}
		if len(r.touches) > len(b) || len(r.legs) > len(b) {
			t.Fatalf("%d touches and %d legs out of %d bytes", len(r.touches), len(r.legs), len(b))
		}
		for _, touch := range r.touches {
			if touch.no < 0 || touch.prev < -1 || touch.prev >= seq && touch.prev >= 0 {
				t.Fatalf("a touch of account %d after entry %d in entry %d", touch.no, touch.prev, seq)
			}
		}
		for _, l := range r.legs {
			if l.amount <= 0 || !l.rule.valid() {
				t.Fatalf("a leg of %d by rule %q %d", l.amount, l.rule.Family, l.rule.Number)
			}
		}
		again := appendBody(nil, seq, &r)
		var s rawBody
		if err := decodeBody(again, seq, &s); err != nil {
			t.Fatalf("read, written and not readable: %v", err)
		}
		if diff := cmp.Diff(r, s, exported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// goldenEntry has one of everything.
func goldenEntry() *Entry {
	shop := party.Owner{Kind: party.Merchant, ID: id.ID{0x01, 0x98}}
	buyer := party.Owner{Kind: party.Member, ID: id.ID{0xbe, 0xef}}
	return &Entry{
		Community: id.ID{0xc0, 15: 1}, Seq: 41, PostedAt: time.Date(2017, 1, 1, 7, 30, 27, 1000, time.UTC), BookedOn: period.Date(2017, 1, 1),
		Kind: Purchase, Key: "P-0001", Content: sha256.Sum256([]byte("asked")), Subject: buyer.ID, Facts: []byte("facts\x00\xff"),
		Legs: []Leg{
			{R('S', 1), GatewayClearing, Of(shop, Payable), 128_40},
			{R('S', 7), CoinIssue, Of(buyer, Coins), 6_42},
			{R('S', 9), PointsIssue, Of(buyer, PointsHeld), 128},
			{R('S', 4).Reversed(), PlatformCommission, In(shop, Owed, money.CNY), 1},
			{R('H', 12), Of(party.Owner{Kind: party.Pool}, Coins), In(party.Owner{Kind: party.Hold, ID: id.ID{9}}, Escrow, money.Coin), math.MaxInt64},
			{R('F', 1), FundCare, In(party.Owner{Kind: party.Clearing, ID: id.ID{7}}, Value, money.CNY), 5},
		},
	}
}

// TestCanonicalText holds the text that stands in receipts and in the evidence
// log. If it changes, every receipt that was ever handed out stops verifying:
// make a new form beside it instead.
func TestCanonicalText(t *testing.T) {
	e := goldenEntry()
	key := EntryKey([16]byte{1, 2, 3}, e.Community, e.Seq)
	got := e.Canonical(Seal(key, e.Key, e.Content))
	got = fmt.Appendf(got, "leaf %x\ncapability %x\n", sha256.Sum256(got), Capability(key))
	want, err := os.ReadFile("testdata/canonical.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

// The leaf depends on everything that is said and sealed.
func TestEveryPartIsInTheLeaf(t *testing.T) {
	leaf := func(edit func(e *Entry)) [32]byte {
		e := goldenEntry()
		edit(e)
		return sha256.Sum256(e.Canonical(Seal(EntryKey([16]byte{1}, e.Community, e.Seq), e.Key, e.Content)))
	}
	seen := map[[32]byte]string{leaf(func(*Entry) {}): "nothing"}
	for name, edit := range map[string]func(e *Entry){
		"community": func(e *Entry) { e.Community[3] = 1 }, "number": func(e *Entry) { e.Seq++ },
		"posted": func(e *Entry) { e.PostedAt = e.PostedAt.Add(time.Microsecond) }, "booked": func(e *Entry) { e.BookedOn++ },
		"kind": func(e *Entry) { e.Kind = Transfer }, "key": func(e *Entry) { e.Key += "x" }, "content": func(e *Entry) { e.Content[31]++ },
		"facts": func(e *Entry) { e.Facts[0]++ }, "amount": func(e *Entry) { e.Legs[2].Amount++ }, "rule": func(e *Entry) { e.Legs[2].Rule.Number++ },
		"undone": func(e *Entry) { e.Legs[2].Rule.Undone = true }, "from": func(e *Entry) { e.Legs[5].From = FundWelfare },
		"to": func(e *Entry) { e.Legs[0].To.Owner.ID[5]++ }, "asset": func(e *Entry) { e.Legs[3].From.Asset, e.Legs[3].To.Asset = money.Coin, money.Coin },
		"order": func(e *Entry) { e.Legs[0], e.Legs[1] = e.Legs[1], e.Legs[0] }, "fewer": func(e *Entry) { e.Legs = e.Legs[1:] },
	} {
		got := leaf(edit)
		if other, taken := seen[got]; taken {
			t.Errorf("a change of %s makes the same leaf as one of %s", name, other)
		}
		seen[got] = name
	}
}

// Where the key ends and the content begins cannot be shifted.
func TestSealSeparatesItsParts(t *testing.T) {
	var k [32]byte
	var content [32]byte
	content[0] = 'b'
	if Seal(k, "a", content) == Seal(k, "a\x00b", [32]byte{}) || bytes.Equal(appendCanonical(nil, goldenEntry(), k), nil) {
		t.Error("two requests have one seal")
	}
}

// mac is written out for speed; it is HMAC-SHA256 all the same.
func TestMacIsHMAC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "key")
		msg := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "message")
		h := hmac.New(sha256.New, key)
		h.Write(msg)
		if got := mac(key, msg); !bytes.Equal(got[:], h.Sum(nil)) {
			t.Fatalf("%x", got)
		}
	})
}
