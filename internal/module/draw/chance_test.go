package draw_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/module/draw"
)

func seedOf(n uint64) (h draw.Hash) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return sha256.Sum256(b[:])
}

func tickets(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(10_000_000+i))
	}
	return all
}

// TestEachIsAsLikely: over many seeds that stay the same, every ticket comes to every place
// as often as chance has it (chi-square, 99.99% each).
func TestEachIsAsLikely(t *testing.T) {
	for _, c := range []struct {
		n, most, runs int
		bound         float64 // of chi-square with n−1 degrees of freedom
	}{{2, 1, 20_000, 15.14}, {6, 1, 24_000, 25.74}, {7, 3, 21_000, 27.86}, {10, 10, 20_000, 33.72}, {52, 1, 26_000, 98.5}} {
		all := tickets(c.n)
		first, last := make(map[string]int), make(map[string]int)
		for run := range c.runs {
			w := draw.Winners(seedOf(uint64(run)), all, c.most)
			first[w[0]]++
			last[w[len(w)-1]]++
		}
		for place, counts := range map[string]map[string]int{"first": first, "last": last} {
			expected, chi := float64(c.runs)/float64(c.n), 0.0
			for _, ticket := range all {
				d := float64(counts[ticket]) - expected
				chi += d * d / expected
			}
			if chi > c.bound {
				t.Errorf("%d tickets, %s place of %d: chi-square %.1f, at most %.1f: %v", c.n, place, c.most, chi, c.bound, counts)
			}
		}
	}
}

// TestWinnersAreDifferentTickets: a part of a permutation, the same again for the same
// mix and in whatever order the tickets come, and the first of more are the same.
func TestWinnersAreDifferentTickets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := tickets(rapid.IntRange(0, 300).Draw(t, "tickets"))
		most := rapid.IntRange(0, 320).Draw(t, "bags")
		mix := seedOf(rapid.Uint64().Draw(t, "seed"))
		won := draw.Winners(mix, all, most)
		if len(won) != min(most, len(all)) {
			t.Fatalf("%d of %d for %d bags", len(won), len(all), most)
		}
		seen := make(map[string]bool)
		for _, w := range won {
			if seen[w] || !slices.Contains(all, w) {
				t.Fatalf("%s of %v", w, won)
			}
			seen[w] = true
		}
		slices.Reverse(all)
		if again := draw.Winners(mix, all, most); !slices.Equal(again, won) {
			t.Fatalf("%v, in another order %v", won, again)
		}
		if less := draw.Winners(mix, all, most/2); !slices.Equal(less, won[:len(less)]) {
			t.Fatalf("%v, of fewer bags %v", won, less)
		}
	})
}

// TestNobodyChoosesTheMix: another seed, list or root makes another one.
func TestNobodyChoosesTheMix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, list, root := seedOf(rapid.Uint64().Draw(t, "seed")), seedOf(rapid.Uint64().Draw(t, "list")), seedOf(rapid.Uint64().Draw(t, "root"))
		mix := draw.Mix(seed, list, root)
		for _, h := range []*draw.Hash{&seed, &list, &root} {
			bit := rapid.IntRange(0, 255).Draw(t, "bit")
			h[bit/8] ^= 1 << (bit % 8)
			if draw.Mix(seed, list, root) == mix {
				t.Fatal("a bit is not in the mix")
			}
			h[bit/8] ^= 1 << (bit % 8)
		}
	})
}

// TestPublishedForms: what was published must be made again in a hundred years.
func TestPublishedForms(t *testing.T) {
	seed := seedOf(1)
	list := sha256.Sum256(draw.ListText([]draw.Line{{Ticket: "20000000", Nonce: sha256.Sum256([]byte("风"))}, {Ticket: "10000000", Nonce: sha256.Sum256(nil)}}))
	mix := draw.Mix(seed, list, seedOf(3))
	for says, c := range map[string]struct{ got, want string }{
		"commit":  {hex.EncodeToString(first(draw.Commit(seed))), wantCommit},
		"list":    {hex.EncodeToString(list[:]), wantList},
		"mix":     {hex.EncodeToString(mix[:]), wantMix},
		"winners": {fmt.Sprint(draw.Winners(mix, tickets(9), 4)), wantWinners},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", says, c.got, c.want)
		}
	}
}

func first(h draw.Hash) []byte { return h[:] }

// Made by another program, in another language.
const (
	wantCommit  = "3ae5c198d17634e79059c2cd735491553d22c4e09d1d9fea3ecf214565df2284"
	wantList    = "f999fcdef619223e4a43493068b7f1b6af07d285d481a7d0c094f8da8ab1557c"
	wantMix     = "57bcdff9efea002ffd65be02da4745358bdd85e77e46e834ab8744b8e592bada"
	wantWinners = "[10000002 10000006 10000004 10000007]"
)
