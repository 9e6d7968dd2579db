package settlement

import (
	"encoding/binary"
	"fmt"
	"time"

	"gongyi/internal/kernel/id"
)

// wire writes or reads stored facts, so that one description serves both ways.
// Numbers are varints, signed ones in zigzag. Its first failure stays; after it
// everything reads as zero, so callers look once, at the end.
type wire struct {
	b       []byte // what was written, or what is still to be read
	reading bool
	err     error
}

func (w *wire) fail(why string) {
	if w.err == nil {
		w.err = fmt.Errorf("settlement: stored facts cannot be read: %s", why)
	}
	w.b = nil
}

// end is the verdict on what was read; bytes that are left over are a failure.
func (w *wire) end() error {
	if len(w.b) > 0 {
		w.fail("bytes are left over")
	}
	return w.err
}

func (w *wire) header(kind byte) {
	k, version := kind, byte(formatVersion)
	octet(w, &k)
	octet(w, &version)
	if k != kind || version != formatVersion {
		w.fail("they are of another kind or version")
	}
}

// flags writes the parts that are there, or reads which are.
func (w *wire) flags(parts uint64) uint64 {
	w.uvarint(&parts, allParts)
	return parts
}

// count writes the length of a list, or reads it.
func (w *wire) count(n, most int) int {
	v := uint64(n)
	w.uvarint(&v, uint64(most))
	return int(v)
}

func (w *wire) uvarint(v *uint64, most uint64) {
	if !w.reading {
		w.b = binary.AppendUvarint(w.b, *v)
		return
	}
	got, n := binary.Uvarint(w.b)
	switch {
	case n <= 0 || n > 1 && w.b[n-1] == 0:
		w.fail("not a number in its shortest form")
		got = 0
	case got > most:
		w.fail("a number is out of range")
		got = 0
	default:
		w.b = w.b[n:]
	}
	*v = got
}

func integer[T ~int | ~int32 | ~int64](w *wire, v *T) {
	u := uint64(*v)<<1 ^ uint64(int64(*v)>>63)
	w.uvarint(&u, ^uint64(0))
	got := int64(u>>1) ^ -int64(u&1)
	if !w.reading {
		return
	}
	if *v = T(got); int64(*v) != got {
		w.fail("a number is out of range")
	}
}

func octet[T ~uint8](w *wire, v *T) {
	switch {
	case !w.reading:
		w.b = append(w.b, byte(*v))
	case len(w.b) == 0:
		w.fail("cut short")
	default:
		*v, w.b = T(w.b[0]), w.b[1:]
	}
}

func (w *wire) id(v *id.ID) {
	switch {
	case !w.reading:
		w.b = append(w.b, v[:]...)
	case len(w.b) < len(v):
		w.fail("cut short")
	default:
		w.b = w.b[copy(v[:], w.b):]
	}
}

// time keeps microseconds.
func (w *wire) time(at *time.Time) {
	us := at.UnixMicro()
	integer(w, &us)
	if w.reading {
		*at = time.UnixMicro(us).UTC()
	}
}
