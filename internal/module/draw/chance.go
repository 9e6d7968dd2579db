package draw

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// Chance that anybody can make again (E5). The house commits itself to a seed before
// anybody enters; the list of entries is hashed and published; the root of the log at
// that moment, which nobody knew before, is mixed in. `gongyi draw verify` does the same
// from the published file with code of its own.

// Hash is a SHA-256.
type Hash = [sha256.Size]byte

// Commit is the hash of a seed, as it is published when the draw is opened.
func Commit(seed Hash) Hash { return sha256.Sum256(seed[:]) }

// Line is one entry as the list has it: a ticket, and the hash of what was thrown in.
type Line struct {
	Ticket string
	Nonce  Hash
}

// ListText is the published list: the tickets in their order. Nobody is named in it.
func ListText(lines []Line) []byte {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.Ticket, b.Ticket) })
	var b bytes.Buffer
	b.WriteString("gongyi draw list 1\n")
	for _, l := range lines {
		b.WriteString(l.Ticket + " " + hex.EncodeToString(l.Nonce[:]) + "\n")
	}
	return b.Bytes()
}

// Mix is what the drawing starts from: neither who knows the seed nor who enters could
// choose it.
func Mix(seed, list, root Hash) Hash {
	return sha256.Sum256([]byte("gongyi draw 1\n" + hex.EncodeToString(seed[:]) + "\n" + hex.EncodeToString(list[:]) + "\n" + hex.EncodeToString(root[:]) + "\n"))
}

// dice are numbers from a hash and a counter.
type dice struct {
	mix  Hash
	next uint64
}

// below is a number under n, each as likely as the others: what would favour some is
// thrown again.
func (d *dice) below(n uint64) uint64 {
	most := -n % n // 2^64 mod n: so many numbers are too many
	for {
		var block [len(d.mix) + 8]byte
		copy(block[:], d.mix[:])
		binary.BigEndian.PutUint64(block[len(d.mix):], d.next)
		d.next++
		sum := sha256.Sum256(block[:])
		if v := binary.BigEndian.Uint64(sum[:8]); v >= most {
			return v % n
		}
	}
}

// Winners are the first of a fair shuffle of the tickets: at most so many.
func Winners(mix Hash, tickets []string, most int) []string {
	all := slices.Clone(tickets)
	slices.Sort(all)
	d := &dice{mix: mix}
	most = min(most, len(all))
	for i := range most {
		j := i + int(d.below(uint64(len(all)-i)))
		all[i], all[j] = all[j], all[i]
	}
	return all[:most]
}
