package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Kind is what an entry is about. Numbers are stored: never renumber.
type Kind uint8

// The kinds of entry.
const (
	Purchase   Kind = 1 // a settled purchase (D2)
	Refund     Kind = 2 // a refund of one, whole or in part (D3)
	HoldPlaced Kind = 3
	HoldSpent  Kind = 4 // part of a hold was settled
	HoldEnded  Kind = 5 // the rest of a hold went back
	Reversal   Kind = 6 // the exact inverse of another entry
	Record     Kind = 7 // evidence without value: a policy, a verdict
	Transfer   Kind = 8 // a payment between accounts outside a purchase
)

var kindNames = [...]string{Purchase: "purchase", Refund: "refund", HoldPlaced: "hold", HoldSpent: "hold-spent",
	HoldEnded: "hold-ended", Reversal: "reversal", Record: "record", Transfer: "transfer"}

// String is the kind as it stands in the evidence.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind-" + strconv.Itoa(int(k))
}

// Entry is one entry as it stands in the books.
type Entry struct {
	Community id.ID
	Seq       int64 // from 0; also the leaf number in the evidence log
	PostedAt  time.Time
	BookedOn  period.Day
	Kind      Kind
	Key       string   // idempotency key, unique within the community
	Content   [32]byte // SHA-256 of what was asked, as canonical JSON
	Subject   id.ID    // whose secret seals the references; zero: the community's
	Legs      []Leg
	Touches   []Touch
	Facts     []byte // what the rules read, in the codec of the kind's module
	Leaf      [32]byte
}

// Touch is what an entry did to one account: it names the account's previous
// entry, so that the entries of an account form a chain.
type Touch struct {
	Account Account
	Balance money.Amount // after the entry
	Prev    int64        // the account's previous entry, −1 if this is its first
}

// Canonical is the text whose hash stands in the evidence log. Persons appear
// under pseudonyms; references only inside the seal (L7).
func (e *Entry) Canonical(seal [32]byte) []byte { return appendCanonical(nil, e, seal) }

func appendCanonical(b []byte, e *Entry, seal [32]byte) []byte {
	b = append(b, "gongyi entry 1\ncommunity "...)
	b = e.Community.Append(b)
	b = append(b, "\nentry "...)
	b = strconv.AppendInt(b, e.Seq, 10)
	b = append(b, "\nkind "...)
	b = append(b, e.Kind.String()...)
	b = append(b, "\nposted "...)
	b = e.PostedAt.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, "\nbooked "...)
	b = append(b, e.BookedOn.String()...)
	b = append(b, '\n')
	for i := range e.Legs {
		b = appendLeg(b, &e.Legs[i])
	}
	b = append(b, "facts "...)
	b = base64.StdEncoding.AppendEncode(b, e.Facts)
	b = append(b, "\nsealed "...)
	b = hex.AppendEncode(b, seal[:])
	return append(b, '\n')
}

func appendLeg(b []byte, l *Leg) []byte {
	b = append(b, "leg "...)
	b = l.Rule.Append(b)
	b = append(b, ' ')
	b = append(b, l.From.Asset.String()...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(l.Amount), 10)
	b = append(b, ' ')
	b = l.From.Append(b)
	b = append(b, ' ')
	b = l.To.Append(b)
	return append(b, '\n')
}

// EntryKey seals one entry: it is derived from the subject's secret, so that
// erasing the secret erases every link to the person at once (docs/adr/0005).
func EntryKey(secret [16]byte, community id.ID, seq int64) [32]byte {
	var msg [24]byte
	copy(msg[:16], community[:])
	binary.BigEndian.PutUint64(msg[16:], uint64(seq))
	return mac(secret[:], msg[:])
}

// Seal binds the references of an entry: its idempotency key and all that was
// asked.
func Seal(entryKey [32]byte, key string, content [32]byte) [32]byte {
	msg := make([]byte, 0, 96)
	msg = append(append(append(msg, key...), 0), content[:]...)
	return mac(entryKey[:], msg)
}

// mac is HMAC-SHA256 (RFC 2104) of a short message under a key of at most a
// block, without crypto/hmac's allocations: every entry takes two.
func mac(key, msg []byte) [32]byte {
	const block = 64
	if len(key) > block || len(msg) > maxKey+1+32 {
		h := hmac.New(sha256.New, key)
		h.Write(msg)
		return [32]byte(h.Sum(nil))
	}
	var inner [block + maxKey + 1 + 32]byte
	var outer [block + 32]byte
	copy(inner[:], key)
	copy(outer[:], key)
	for i := range block {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	sum := sha256.Sum256(inner[:block+copy(inner[block:], msg)])
	copy(outer[block:], sum[:])
	return sha256.Sum256(outer[:])
}

// Capability opens an entry's receipt: 128 bits that only who holds the receipt
// knows; it dies with the subject's secret.
func Capability(entryKey [32]byte) (token [16]byte) {
	sum := mac(entryKey[:], []byte("receipt"))
	return [16]byte(sum[:16])
}
