package settlement

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// shelf is a history of one policy version and the facts by entry number.
type shelf struct {
	params policy.Params
	facts  [][]byte
}

var errNotThere = errors.New("not on the shelf")

func (s *shelf) Params(int) (*policy.Params, error) { return &s.params, nil }

func (s *shelf) Facts(entry int64) ([]byte, error) {
	if entry >= int64(len(s.facts)) {
		return nil, errNotThere
	}
	return s.facts[entry], nil
}

// TestReplayMakesTheSameLegs: invariant 7 — purchases and refunds, from their
// stored facts and the balances before them, give the legs that were posted.
func TestReplayMakesTheSameLegs(t *testing.T) {
	var live, again Scratch
	rapid.Check(t, func(t *rapid.T) {
		h := &shelf{params: drawParams(t)}
		now := drawBooks(t)
		then := maps.Clone(now)
		check := func(facts []byte, legs []ledger.Leg) {
			legs = append([]ledger.Leg(nil), legs...)
			got, err := Replay(facts, h, then, &again)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(legs, append([]ledger.Leg(nil), got...)); diff != "" {
				t.Fatal(diff)
			}
			post(t, now, legs)
			post(t, then, got)
			h.facts = append(h.facts, facts)
		}
		for range rapid.IntRange(1, 4).Draw(t, "purchases") {
			f := drawFacts(t, &h.params)
			sale, err := Settle(&h.params, f, now, &live)
			if errors.Is(err, ErrCoinsShort) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			entry := int64(len(h.facts))
			check(AppendFacts(nil, f), sale.Legs)
			r := RefundFacts{Entry: entry, Amount: 1 + upTo(t, "refund", f.Price-1)}
			back, err := Refund(&h.params, f, r, now, &live)
			if err != nil {
				t.Fatal(err)
			}
			check(AppendRefund(nil, r), back.Legs)
		}
	})
}

func TestReplaySaysWhatIsMissing(t *testing.T) {
	var s Scratch
	h := &shelf{params: policy.Trial2025()}
	refund := AppendRefund(nil, RefundFacts{Entry: 3, Amount: 1})
	if _, err := Replay(refund, h, books{}, &s); !errors.Is(err, errNotThere) {
		t.Errorf("a refund of an entry that is not there: %v", err)
	}
	for _, facts := range [][]byte{nil, {}, {'x'}, refund[:3]} {
		if _, err := Replay(facts, h, books{}, &s); err == nil {
			t.Errorf("facts %x were replayed", facts)
		}
	}
}
