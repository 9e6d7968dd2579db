// Package badge keeps the physical badge coins 同壹币 (B9): batches that were minted,
// numbered and signed, and what became of each coin — given out, redeemed once at a
// shop, lost and replaced under a new number, or made void. It can say at any moment
// that what was minted lies in stock, is with somebody, was redeemed or is void.
//
// A coin carries its batch, its number and a signature made with a key of its
// community. The signature says that the house made the number; whether the coin is
// still good says its record, which is what makes a copy worthless.
package badge

import (
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of badge coins.
var Schema = db.Schema{
	Owner:  "module/badge",
	Tables: []db.Table{{Name: "badge_key", Placement: db.Distributed}, {Name: "badge_batch", Placement: db.Distributed}, {Name: "badge_event", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrBadBatch  = fault.New(fault.Invalid, "badge.bad_batch")
	ErrNoBatch   = fault.New(fault.NotFound, "badge.no_batch")
	ErrBadRange  = fault.New(fault.Invalid, "badge.bad_range")
	ErrNoReason  = fault.New(fault.Invalid, "badge.no_reason")
	ErrNoCoin    = fault.New(fault.NotFound, "badge.no_coin")
	ErrBadCode   = fault.New(fault.Invalid, "badge.bad_code")
	ErrForged    = fault.New(fault.Conflict, "badge.forged")
	ErrGivenOut  = fault.New(fault.Conflict, "badge.given_before")
	ErrNotGiven  = fault.New(fault.Conflict, "badge.not_given")
	ErrRedeemed  = fault.New(fault.Conflict, "badge.redeemed_before")
	ErrLost      = fault.New(fault.Conflict, "badge.reported_lost")
	ErrVoid      = fault.New(fault.Conflict, "badge.void")
	ErrOtherShop = fault.New(fault.Conflict, "badge.other_shop")
	ErrOver      = fault.New(fault.Conflict, "badge.over")
	ErrNotHers   = fault.New(fault.NotFound, "badge.not_hers")
	ErrNoneLeft  = fault.New(fault.Conflict, "badge.none_left")
)

// Batch is one minting.
type Batch struct {
	Number   int64
	Design   string
	Goods    string // what a coin is good for: "一斤装小米一袋"
	Count    int64
	Cost     money.Amount // fen that the shop gets for one
	Workshop string
	Shop     id.ID      // the only shop that takes it; zero: every shop
	Until    period.Day // the last day, 0 without an end
	Key      int64
	MintedOn period.Day
	By       string
	At       time.Time
}

// Bounds of a batch.
const (
	maxCount = 10_000
	maxCost  = 1_000_000 // fen
	// MaxRange is how many coins are given out or made void at once.
	MaxRange = 500
)

func (b *Batch) validate() error {
	switch {
	case !line(b.Design, 1, 40):
		return ErrBadBatch.On("design")
	case !line(b.Goods, 1, 60):
		return ErrBadBatch.On("goods")
	case b.Count < 1 || b.Count > maxCount:
		return ErrBadBatch.On("count")
	case b.Cost < 0 || b.Cost > maxCost:
		return ErrBadBatch.On("cost")
	case !line(b.Workshop, 1, 40):
		return ErrBadBatch.On("workshop")
	case b.Until != 0 && b.Until < b.MintedOn:
		return ErrBadBatch.On("until")
	}
	return nil
}

// State is where a coin stands.
type State string

// The states. Every coin is in exactly one.
//
//	stock ─┬─ given ─┬─ redeemed
//	       │         ├─ lost: a coin with a new number is given in its stead
//	       └─────────┴─ void
const (
	Stock    State = "stock"
	Given    State = "given"
	Redeemed State = "redeemed"
	Lost     State = "lost"
	Void     State = "void"
)

// States lists them in the order of a table.
var States = []State{Stock, Given, Redeemed, Lost, Void}

// next says which state may follow which.
var next = map[State][]State{Stock: {Given, Void}, Given: {Redeemed, Lost, Void}}

// Follows reports whether a coin may go from one state to another.
func Follows(from, to State) bool {
	for _, s := range next[from] {
		if s == to {
			return true
		}
	}
	return false
}

// refusal is why a coin in a state cannot do what only one that was given out can.
func (s State) refusal() error {
	switch s {
	case Stock:
		return ErrNotGiven
	case Redeemed:
		return ErrRedeemed
	case Lost:
		return ErrLost
	case Void:
		return ErrVoid
	}
	return nil
}

// Coin is one coin by its place.
type Coin struct {
	Batch, Number int64
}

// String is the coin as it stands on its rim: "3-0127".
func (c Coin) String() string { return fmt.Sprintf("%d-%04d", c.Batch, c.Number) }

// Event is what happened to a coin.
type Event struct {
	Coin   Coin
	N      int64
	Kind   State
	Words  string
	Holder id.ID // the member to whom it was given
	Shop   id.ID // that took it
	Seq    int64 // of the entry that paid the shop, -1 otherwise
	Other  Coin  // lost: the one that was given in its stead; given: the one that it replaces
	By     string
	At     time.Time
}

// Record is a coin with everything that happened to it, the first first.
type Record struct {
	Coin   Coin
	Events []Event
}

// State is where the coin stands.
func (r *Record) State() State {
	if len(r.Events) == 0 {
		return Stock
	}
	return r.Events[len(r.Events)-1].Kind
}

// Holder is the member to whom the coin was given, zero if it was given to nobody who
// is known.
func (r *Record) Holder() id.ID {
	for _, e := range r.Events {
		if e.Kind == Given {
			return e.Holder
		}
	}
	return id.ID{}
}

// Count is how many coins of a batch are in each state.
type Count struct {
	Batch  int64
	Minted int64
	By     map[State]int64
}

// Whole reports whether every coin that was minted is accounted for.
func (c *Count) Whole() bool {
	var sum int64
	for _, s := range States {
		if c.By[s] < 0 {
			return false
		}
		sum += c.By[s]
	}
	return sum == c.Minted
}

// alphabet is that of codes: no letter that is read as another.
var alphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// signed is how long a signature is: 12 letters, 60 bits. A guess is right once in a
// million million million times, and the door where guesses are tried counts them.
const signed = 12

// Sign is the signature of a coin under a key.
func Sign(secret []byte, community id.ID, c Coin) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(community[:])
	mac.Write([]byte(c.String()))
	return alphabet.EncodeToString(mac.Sum(nil))[:signed]
}

// Code is what a coin carries: "3-0127-7K2M9XA4TBWQ".
func Code(c Coin, signature string) string { return c.String() + "-" + signature }

// ParseCode reads what somebody scanned or typed: with or without the signature, small
// letters, spaces and easily mistaken letters allowed. An address that ends in a code
// is one too.
func ParseCode(s string) (c Coin, signature string, err error) {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	if utf8.RuneCountInString(s) > 40 {
		return c, "", ErrBadCode.On("code")
	}
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r == '—' || r == '－' || r == '–':
			return '-'
		}
		return r
	}, s))
	parts := strings.Split(s, "-")
	if len(parts) < 2 {
		return c, "", ErrBadCode.On("code")
	}
	batch, err1 := strconv.ParseInt(parts[0], 10, 32)
	number, err2 := strconv.ParseInt(parts[1], 10, 32)
	if err1 != nil || err2 != nil || batch < 1 || number < 1 {
		return c, "", ErrBadCode.On("code")
	}
	return Coin{batch, number}, strings.NewReplacer("O", "0", "I", "1", "L", "1", "U", "V").Replace(strings.Join(parts[2:], "")), nil
}

func line(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
