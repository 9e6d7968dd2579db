package sim

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mirror is a system made of a second auditor. It proves nothing about the rules;
// it proves that the stream reaches every rule and that a fault is seen.
type mirror struct {
	a       *Auditor
	applied int
	spoil   func(applied int, s Step, o *Outcome)
}

func (m *mirror) Found(_ context.Context, n *Neighbourhood) error {
	m.a = NewAuditor(n)
	return nil
}

func (m *mirror) Apply(_ context.Context, s Step) (Outcome, error) {
	m.applied++
	e := m.a.Predict(s)
	var o Outcome
	switch {
	case !e.Accept, len(e.Refuse) > 0 && m.applied%2 == 0: // either answer is right
		o.Refused = e.Refuse[0]
	default:
		o = Outcome{Replayed: e.Replay, BookedOn: e.BookedOn, Changes: maps.Clone(e.Changes)}
	}
	if err := m.a.Agree(e, o); err != nil {
		return o, err
	}
	if m.spoil != nil {
		m.spoil(m.applied, s, &o)
	}
	return o, nil
}

func (m *mirror) Balances(context.Context) (map[string]int64, error) { return m.a.Balances(), nil }

// A few thousand steps meet every rule, every reversal, every refusal and every
// kind of step: else the simulation would prove less than it seems to.
func TestStreamMeetsEverything(t *testing.T) {
	seen := make(map[string]int)
	for seed := range uint64(4) {
		m := &mirror{spoil: func(_ int, s Step, o *Outcome) { countRare(seen, s, o) }}
		r, err := Run(context.Background(), m, Grow(seed+1, Small), Everything, 4000)
		if err != nil {
			t.Fatal(err)
		}
		countThrottled(seen, m.a)
		for k, n := range r.Rules {
			seen[k] += n
		}
		for k, n := range r.Kinds {
			seen[k] += n
		}
		for k, n := range r.Refused {
			seen[string(k)] += n
		}
		seen["replayed"] += r.Replayed
		seen["late"] += r.Booked
	}
	want := strings.Split("S-01 S-02 S-03 S-04 S-05 S-06 S-07 S-08 S-09 S-10 S-01R S-02R S-03R S-04R S-05R S-06R S-07R S-08R S-09R S-10R "+
		"Purchase Refund GiveVoucher GiveOfSeries Recommend JoinTeam SetLevel SetStanding SetTier Pledge Adopt CloseDays Payout PayRewards Spend Wait replayed late "+
		"shop-owes person-owes backing several-vouchers throttled-in-part throttled-fully visitor", " ")
	for _, r := range []Reason{
		Unknown, OtherContent, Ahead, Backdated, BadAmounts, CoinShare, CoinsShort, NotMember, NotYours, OtherShop, Used, Expired,
		TooMuch, TooLittle, PromoSpent, OwedLimit, SelfDealing, NoLeader, Greedy, Nothing,
	} {
		want = append(want, string(r))
	}
	for _, k := range want {
		if seen[k] < 3 {
			t.Errorf("%q was met %d times", k, seen[k])
		}
	}
	t.Log(seen)
}

// countRare counts what only happens when several things come together.
func countRare(seen map[string]int, s Step, o *Outcome) {
	for k := range o.Changes {
		switch {
		case strings.Contains(k, "merchant:") && strings.Contains(k, "/owed "):
			seen["shop-owes"]++
		case strings.Contains(k, "/owed "):
			seen["person-owes"]++
		case strings.Contains(k, backing.name):
			seen["backing"]++
		}
	}
	if p, buys := s.(Purchase); buys && len(p.Vouchers) > 1 && o.Refused == "" {
		seen["several-vouchers"]++
	}
}

func countThrottled(seen map[string]int, a *Auditor) {
	for _, c := range a.communities {
		for _, p := range c.purchases {
			if h := a.people[p.step.Buyer]; h != nil && h.Community != c.name {
				seen["visitor"]++
			}
			for _, g := range p.legs {
				full := percent(p.step.Held+p.step.Direct, p.policy.Cashback)
				switch {
				case g.rule != "S-07" || g.amount == full:
				case g.amount == 0:
					seen["throttled-fully"]++
				default:
					seen["throttled-in-part"]++
				}
			}
		}
	}
}

// The same seed makes the same days.
func TestSameSeedSameDays(t *testing.T) {
	days := func(seed uint64) (all []Step) {
		n := Grow(seed, Small)
		a := NewAuditor(n)
		s := NewStream(n, a, Everything)
		for range 800 {
			step := s.Next()
			e := a.Predict(step)
			if e.Accept {
				e.commit()
			}
			all = append(all, step)
		}
		return all
	}
	if diff := cmp.Diff(days(7), days(7)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(days(7), days(8)) {
		t.Error("two seeds make the same days")
	}
}

// One fen too many on one account of one step, a refusal too few, a day too late:
// each is seen at once.
func TestFaultsAreSeen(t *testing.T) {
	first := func(o *Outcome) string { return slices.Min(slices.Collect(maps.Keys(o.Changes))) }
	for name, spoil := range map[string]func(int, Step, *Outcome){
		"a fen": func(n int, s Step, o *Outcome) {
			if _, buys := s.(Purchase); buys && n > 300 && len(o.Changes) > 0 {
				o.Changes[first(o)]++
			}
		},
		"an account missing": func(n int, s Step, o *Outcome) {
			if n > 300 && len(o.Changes) > 0 {
				delete(o.Changes, first(o))
			}
		},
		"accepted": func(n int, s Step, o *Outcome) {
			if n > 300 && o.Refused != "" {
				o.Refused = ""
			}
		},
		"refused": func(n int, s Step, o *Outcome) {
			if n > 300 && o.Refused == "" {
				o.Refused = Unknown
			}
		},
		"refused for another reason": func(n int, s Step, o *Outcome) {
			if n > 300 && o.Refused == Ahead {
				o.Refused = Backdated
			}
		},
		"posted twice": func(n int, s Step, o *Outcome) { o.Replayed = false },
		"booked on another day": func(n int, s Step, o *Outcome) {
			if n > 300 && o.BookedOn != "" {
				o.BookedOn = "2024-12-31"
			}
		},
	} {
		_, err := Run(context.Background(), &mirror{spoil: spoil}, Grow(5, Small), Everything, 1500)
		if err == nil || !strings.Contains(err.Error(), "seed 5, step") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// embezzler answers right and keeps wrong books.
type embezzler struct{ mirror }

func (m *embezzler) Balances(ctx context.Context) (map[string]int64, error) {
	books, err := m.mirror.Balances(ctx)
	books[Key("K1", "platform/commission", "CNY")]--
	books[Key("K1", "member:H1/rewards", "CNY")]++
	return books, err
}

func TestWrongBooksAreSeen(t *testing.T) {
	_, err := Run(context.Background(), &embezzler{}, Grow(5, Small), Everything, 300)
	if err == nil || !strings.Contains(err.Error(), "K1 member:H1/rewards CNY") {
		t.Errorf("%v", err)
	}
}
