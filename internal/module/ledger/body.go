package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// The body of an entry's row (docs/adr/0004):
//
//	version, flags
//	subject            16 bytes, if flag 1
//	touches            count, then each: account number, distance back to the
//	                   account's previous entry (0: none), balance after
//	legs               count, then each: family, number (+128 if undone),
//	                   source and destination as places in touches, amount
//	facts              the rest
//
// Numbers are varints: a purchase takes about 200 bytes.

const (
	bodyVersion = 1
	hasSubject  = 1
)

// ErrCorrupt says that stored bytes are not what was written.
var ErrCorrupt = errors.New("ledger: corrupt entry")

// rawTouch and rawLeg are touches and legs by account number.
type rawTouch struct {
	no      int64
	prev    int64
	balance money.Amount
}

type rawLeg struct {
	rule     Rule
	from, to uint8 // places in the touches
	amount   money.Amount
}

type rawBody struct {
	subject id.ID
	touches []rawTouch
	legs    []rawLeg
	facts   []byte
}

func appendBody(b []byte, seq int64, r *rawBody) []byte {
	b = append(b, bodyVersion)
	if r.subject.IsZero() {
		b = append(b, 0)
	} else {
		b = append(append(b, hasSubject), r.subject[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(r.touches)))
	for _, t := range r.touches {
		b = binary.AppendUvarint(b, uint64(t.no))
		if t.prev < 0 {
			b = append(b, 0)
		} else {
			b = binary.AppendUvarint(b, uint64(seq-t.prev))
		}
		b = binary.AppendVarint(b, int64(t.balance))
	}
	b = binary.AppendUvarint(b, uint64(len(r.legs)))
	for _, l := range r.legs {
		number := l.rule.Number
		if l.rule.Undone {
			number |= 0x80
		}
		b = append(b, l.rule.Family, number, l.from, l.to)
		b = binary.AppendUvarint(b, uint64(l.amount))
	}
	return append(b, r.facts...)
}

// decodeBody reads a body into r, whose slices it reuses; r.facts points into b.
// What no posting writes is corrupt.
func decodeBody(b []byte, seq int64, r *rawBody) error {
	d := decoder{rest: b}
	if v := d.byte(); v != bodyVersion {
		return fmt.Errorf("%w: body version %d", ErrCorrupt, v)
	}
	r.subject = id.ID{}
	switch d.byte() {
	case 0:
	case hasSubject:
		copy(r.subject[:], d.take(16))
	default:
		d.bad = true
	}
	r.touches, r.legs = r.touches[:0], r.legs[:0]
	for range d.count(3) {
		t := rawTouch{no: d.number(), prev: -1}
		if back := d.number(); back > 0 {
			t.prev = seq - back
			d.bad = d.bad || t.prev < 0
		}
		t.balance = money.Amount(d.varint())
		r.touches = append(r.touches, t)
	}
	for range d.count(5) {
		l := rawLeg{rule: Rule{Family: d.byte()}}
		number := d.byte()
		l.rule.Number, l.rule.Undone = number&0x7f, number&0x80 != 0
		l.from, l.to = d.byte(), d.byte()
		l.amount = money.Amount(d.number())
		if int(l.from) >= len(r.touches) || int(l.to) >= len(r.touches) || l.amount == 0 || !l.rule.valid() {
			d.bad = true
		}
		r.legs = append(r.legs, l)
	}
	r.facts = d.rest
	if d.bad {
		return fmt.Errorf("%w: body", ErrCorrupt)
	}
	return nil
}

// decoder reads varints and remembers whether anything was missing.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) take(n int) []byte {
	if len(d.rest) < n {
		d.bad, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// count is the length of a list whose items take some bytes each: there are no
// more of them than the bytes that are left allow.
func (d *decoder) count(each int) int64 {
	n := d.number()
	if n > int64(len(d.rest)/each) {
		d.bad = true
		return 0
	}
	return n
}

// number is a varint from 0 on.
func (d *decoder) number() int64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || int64(v) < 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return int64(v)
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}
