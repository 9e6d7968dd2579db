package settlement

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
)

// TestEverythingSaidHasEnglish: each sentence a receipt can say is a message key
// with an English text that takes as many values.
func TestEverythingSaidHasEnglish(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, s Sentence) {
		english, has := English[s.Key]
		if !has {
			t.Fatalf("no English for %q", s.Key)
		}
		if n := strings.Count(s.Key, "%s"); n != len(s.Args) || n != strings.Count(english, "%s") {
			t.Fatalf("%q takes %d values, gets %d, and %q takes others", s.Key, n, len(s.Args), english)
		}
	}
	for _, r := range Rulebook {
		check(t, say(r.Title))
		for _, c := range r.When {
			check(t, say(c.Unmet))
		}
	}
	for _, g := range Groups {
		check(t, say(g))
	}
	for _, l := range []*Limit{byCommission, byCommissionLeft, byLeaderCap, byBacking, byPledgeMax} {
		check(t, say(l.Says, "wanted", "limit"))
	}
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		b := drawBooks(t)
		b[coinsOf(f.Buyer.ID)] += f.Coins
		res, err := Settle(&p, f, b, &s)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range Explain(&p, f, res.Legs) {
			check(t, l.Why)
			for _, said := range append(l.Notes, l.Debts...) {
				check(t, said)
			}
			if l.Payer != "" {
				check(t, say(l.Payer))
			}
		}
		for _, part := range Where(&p, f) {
			check(t, say(part.Who))
		}
	})
}

// TestExplainCoversEveryLeg: each posted leg stands under its rule, and a rule
// that moved nothing stands under the last heading.
func TestExplainCoversEveryLeg(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		res, err := Settle(&p, f, richBooks(), &s)
		if err != nil {
			t.Fatal(err)
		}
		lines := Explain(&p, f, res.Legs)
		if len(lines) != len(Rulebook) {
			t.Fatalf("%d lines for %d rules", len(lines), len(Rulebook))
		}
		explained := 0
		for _, l := range lines {
			explained += len(l.Legs)
			if l.Amount != res.Moved[l.Rule.Number] || (l.Group == groupUnused) != (l.Amount == 0) || (l.Payer == "") != (l.Amount == 0) {
				t.Fatalf("%s moved %d: %+v", l.Rule, res.Moved[l.Rule.Number], l)
			}
			for _, leg := range l.Legs {
				if leg.From.Asset != l.Asset {
					t.Fatalf("%s is told in %s, posted in %s", l.Rule, l.Asset, leg.From.Asset)
				}
			}
		}
		if explained != len(res.Legs) {
			t.Fatalf("%d of %d legs are explained", explained, len(res.Legs))
		}
	})
}

// TestCoinsAreNeverMoney: what is said about coins names no currency.
func TestCoinsAreNeverMoney(t *testing.T) {
	f := busy()
	for _, l := range Explain(policyOfTrial(), f, nil) {
		if l.Asset != money.Coin {
			continue
		}
		for _, said := range []string{l.Title, l.Why.Key, English[l.Title], English[l.Why.Key], coinsUsed.Unmet, byBacking.Says} {
			for _, word := range []string{"币", "元", "¥", "￥", "余额", "yuan", "coin", "money"} {
				if strings.Contains(said, word) {
					t.Errorf("%s says %q of coins: %q", l.Rule, word, said)
				}
			}
		}
	}
}
