package settlement

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
)

// TestRulebookIsInOrder: rule n stands at place n−1; sums are indexed by number.
func TestRulebookIsInOrder(t *testing.T) {
	for i, r := range Rulebook {
		if r.ID != ledger.R('S', uint8(i+1)) {
			t.Errorf("%s stands at place %d", r.ID, i)
		}
		if r.Req == "" || r.Source == "" || r.Title == "" || r.Group == "" || r.Amount == "" || r.Rounding == "" || len(r.Moves) == 0 {
			t.Errorf("%s is not fully described", r.ID)
		}
	}
}

// TestMovesAreWhatTheLegsDo: the accounts that docs/rules.md names for a rule are
// those of its legs, and each of them is used.
func TestMovesAreWhatTheLegsDo(t *testing.T) {
	used := map[string]bool{}
	cases := rapid.Custom(func(t *rapid.T) *Case {
		p := drawParams(t)
		var c Case
		c.run(&p, drawFacts(t, &p))
		return &c
	})
	for seed := range 2_000 { // fixed, so that each move is seen in every run
		for _, l := range cases.Example(seed).legs {
			move := kind(l.From) + " → " + kind(l.To)
			if !slices.ContainsFunc(Rulebook[l.Rule.Number-1].Moves, func(m string) bool { return plainly(m) == move }) {
				t.Fatalf("%s moves %s and does not say so", l.Rule, move)
			}
			used[l.Rule.String()+" "+move] = true
		}
	}
	for _, r := range Rulebook {
		for _, m := range r.Moves {
			if !used[r.ID.String()+" "+plainly(m)] {
				t.Errorf("%s says that it moves %s; no leg did", r.ID, m)
			}
		}
	}
}

// plainly turns the roles in a move into kinds of party.
func plainly(move string) string {
	return strings.NewReplacer("sharer/", "merchant/", "claimant/", "merchant/", "leader/", "member/").Replace(move)
}

func kind(a ledger.Account) string {
	return party.Kind.String(a.Owner.Kind) + "/" + a.Pattern().Name
}
