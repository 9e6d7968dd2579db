package reconciliation

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// Ours is money that the books know to have moved.
type Ours struct {
	Community id.ID
	Payment   id.ID
	Refund    id.ID // zero for a payment
	Amount    money.Amount
	At        time.Time
}

// known is Ours in little room: there may be millions.
type known struct {
	key    id.ID // of the refund, or of the payment
	amount int64
	at     uint32 // seconds
	place  uint16
	times  uint8 // in the bill; two stands for more
	refund bool
}

// Pieces in which what is known is kept, so that nothing is copied while it grows.
const (
	pieceBits = 14
	piece     = 1 << pieceBits
)

// Matcher compares a bill with what the books know of its day. It keeps what they know,
// and of the bill nothing but sums: 40 bytes a payment.
type Matcher struct {
	pieces  [][]known
	count   int
	of      map[id.ID]id.ID // refund → payment
	index   []int32         // by key: position plus one; 0 is free
	places  []id.ID
	numbers map[id.ID]uint16
	sums    []placeSum
}

// placeSum is what the bill says of a community.
type placeSum struct {
	Totals
	digest hash.Hash
}

// NewMatcher is one that knows nothing.
func NewMatcher() *Matcher {
	return &Matcher{numbers: make(map[id.ID]uint16), of: make(map[id.ID]id.ID)}
}

// place is the number of a community.
func (m *Matcher) place(community id.ID) uint16 {
	n, ok := m.numbers[community]
	if !ok {
		n = uint16(len(m.places))
		m.numbers[community] = n
		m.places = append(m.places, community)
		m.sums = append(m.sums, placeSum{digest: sha256.New()})
	}
	return n
}

// Know adds money that the books know. All is known before the first line is compared.
func (m *Matcher) Know(o Ours) {
	k := known{key: o.Payment, amount: int64(o.Amount), at: uint32(o.At.Unix()), place: m.place(o.Community)}
	if !o.Refund.IsZero() {
		k.key, k.refund = o.Refund, true
		m.of[o.Refund] = o.Payment
	}
	if m.count%piece == 0 {
		m.pieces = append(m.pieces, make([]known, 0, piece))
	}
	last := &m.pieces[len(m.pieces)-1]
	*last = append(*last, k)
	m.count++
	m.index = nil
}

// nth is the n-th of what is known.
func (m *Matcher) nth(n int) *known { return &m.pieces[n>>pieceBits][n&(piece-1)] }

// build makes the index: open addresses, half of them free.
func (m *Matcher) build() {
	size := 16
	for size < 2*m.count+1 {
		size *= 2
	}
	m.index = make([]int32, size)
	for n := range m.count {
		at := m.slot(m.nth(n).key)
		for m.index[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		m.index[at] = int32(n + 1)
	}
}

// slot is where the search for a key begins: both halves of the id, well stirred.
func (m *Matcher) slot(key id.ID) int {
	h := binary.LittleEndian.Uint64(key[:8])*0x9e3779b97f4a7c15 ^ binary.LittleEndian.Uint64(key[8:])
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return int((h ^ h>>29) & uint64(len(m.index)-1))
}

func (m *Matcher) find(key id.ID, refund bool) *known {
	if m.index == nil {
		m.build()
	}
	for at := m.slot(key); m.index[at] != 0; at = (at + 1) & (len(m.index) - 1) {
		if k := m.nth(int(m.index[at]) - 1); k.key == key && k.refund == refund {
			return k
		}
	}
	return nil
}

// Finding is what came of comparing one line.
type Finding int

// The findings.
const (
	Same    Finding = iota // the books know it alike
	Unknown                // they do not know it of this day
	Other                  // they know another amount
	Again                  // it stood in the bill before
)

// Keys are what a line of a bill names, as the house knows it.
type Keys struct {
	Community id.ID // zero if the line does not tell
	Payment   id.ID // zero if it is none of ours
	Refund    id.ID
}

// Read finds out what a line names. The house knows a payment by 32 digits, a refund by
// 64, of which the first half is the community; an order attaches its community.
func Read(l *pay.BillLine) (k Keys) {
	k.Payment = parsed(l.Key)
	k.Community = parsed(l.Attach)
	if l.Kind == pay.RefundLine && len(l.Refund) == 64 {
		if c, r := parsed(l.Refund[:32]), parsed(l.Refund[32:]); !c.IsZero() && !r.IsZero() {
			k.Community, k.Refund = c, r
		}
	}
	return k
}

func parsed(s string) id.ID {
	if len(s) != 32 {
		return id.ID{}
	}
	v, err := id.Parse(s)
	if err != nil {
		return id.ID{}
	}
	return v
}

// Line compares a line of the bill; community is whose it is. ours is what the books
// know of it, 0 if nothing.
func (m *Matcher) Line(l *pay.BillLine, k Keys, community id.ID) (f Finding, ours money.Amount) {
	s := &m.sums[m.place(community)]
	s.add(l)
	key := k.Payment
	if l.Kind == pay.RefundLine {
		key = k.Refund
	}
	if key.IsZero() {
		return Unknown, 0
	}
	x := m.find(key, l.Kind == pay.RefundLine)
	if x == nil || m.places[x.place] != community {
		return Unknown, 0
	}
	x.times = min(x.times+1, 2)
	switch {
	case x.times > 1:
		return Again, money.Amount(x.amount)
	case money.Amount(x.amount) != l.Amount:
		return Other, money.Amount(x.amount)
	}
	s.Matched++
	return Same, l.Amount
}

// Of is whose payment a line names by its key alone, zero if nobody's of this day.
func (m *Matcher) Of(k Keys) id.ID {
	if !k.Payment.IsZero() {
		if x := m.find(k.Payment, false); x != nil {
			return m.places[x.place]
		}
	}
	return id.ID{}
}

// add counts a line.
func (s *placeSum) add(l *pay.BillLine) {
	if l.Kind == pay.PaymentLine {
		s.Payments++
		s.Paid += l.Amount
	} else {
		s.Refunds++
		s.Back += l.Amount
	}
	if l.Fee > 0 {
		s.Kept += l.Fee
	} else {
		s.Returned -= l.Fee
	}
	var b [256]byte
	text := append(b[:0], l.Key...)
	text = append(append(text, '|'), l.Refund...)
	text = strconv.AppendInt(append(text, '|'), int64(l.Amount), 10)
	text = strconv.AppendInt(append(text, '|'), int64(l.Fee), 10)
	text = strconv.AppendInt(append(text, '|'), l.At.Unix(), 10)
	_, _ = s.digest.Write(append(text, '\n'))
}

// Found notes that a line which the books do not know of this day is known of another.
func (m *Matcher) Found(community id.ID) { m.sums[m.place(community)].Matched++ }

// Missing tells of what the books know and the bill does not hold, of a community.
func (m *Matcher) Missing(community id.ID, fn func(Ours)) {
	place, ok := m.numbers[community]
	if !ok {
		return
	}
	for n := range m.count {
		k := m.nth(n)
		if k.place != place || k.times > 0 {
			continue
		}
		o := Ours{Community: community, Payment: k.key, Amount: money.Amount(k.amount), At: time.Unix(int64(k.at), 0).UTC()}
		if k.refund {
			o.Payment, o.Refund = m.of[k.key], k.key
		}
		fn(o)
	}
}

// Sum is what the bill says of a community, and a digest of its lines.
func (m *Matcher) Sum(community id.ID) (t Totals, digest [32]byte) {
	s := &m.sums[m.place(community)]
	s.digest.Sum(digest[:0])
	return s.Totals, digest
}
