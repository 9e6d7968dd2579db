package sim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Auditor keeps its own books of a neighbourhood and says of each step what must
// come of it.
type Auditor struct {
	zone        *time.Location
	communities map[string]*community
	people      map[string]*Household
	shops       map[string]*Shop
	rules       map[string]int // how often a rule moved something
}

// community is what the auditor knows of one community.
type community struct {
	ledgerOf
	name      string
	policies  []Policy
	vouchers  map[string]*voucher
	claims    []*claim
	promised  map[string]int64 // of the platform's promotion budget, by month
	purchases map[string]*purchase
	bought    []string              // their keys, in order
	caps      map[leaderMonth]int64 // what S-08 has paid
	done      map[string]done
	closed    string // the last day that is closed, "2025-03-01"
}

type leaderMonth struct{ leader, month string }

// done is a step that was accepted under a key.
type done struct {
	content  string
	changes  map[account]int64
	bookedOn string
}

// NewAuditor looks at a neighbourhood before its first day.
func NewAuditor(n *Neighbourhood) *Auditor {
	a := &Auditor{
		zone: n.Zone, communities: make(map[string]*community), people: make(map[string]*Household),
		shops: make(map[string]*Shop), rules: make(map[string]int),
	}
	for _, name := range n.Communities {
		a.communities[name] = &community{
			ledgerOf: ledgerOf{balance: make(map[account]int64)}, name: name, policies: []Policy{n.Policy},
			vouchers: make(map[string]*voucher), promised: make(map[string]int64), purchases: make(map[string]*purchase),
			caps: make(map[leaderMonth]int64), done: make(map[string]done),
		}
	}
	for _, h := range n.Households {
		if h.Member {
			a.people[h.Ref] = &h
		}
	}
	for _, s := range n.Shops {
		a.shops[s.Ref] = &s
	}
	return a
}

// Expectation is what must come of a step: one of the refusals, or acceptance
// with the changes. Where both are possible either is right.
type Expectation struct {
	Refuse   []Reason
	Accept   bool
	Replay   bool
	BookedOn string
	Changes  map[string]int64

	late   bool   // booked on a later day than it happened
	commit func() // what acceptance changes in the auditor's world
}

// refuse expects a refusal.
func refuse(why ...Reason) Expectation { return Expectation{Refuse: why} }

// accept expects acceptance without an entry.
func accept(commit func()) Expectation { return Expectation{Accept: true, commit: commit} }

// Predict says what must come of a step. It changes nothing; Agree does.
func (a *Auditor) Predict(s Step) Expectation {
	c := a.communities[s.Where().Community]
	if c == nil {
		return refuse(Unknown)
	}
	switch s := s.(type) {
	case Purchase:
		return a.once(c, s, a.purchase(c, s))
	case Refund:
		return a.once(c, s, a.refund(c, s))
	case Payout:
		return a.once(c, s, a.payout(c, s))
	case PayRewards:
		return a.once(c, s, a.payRewards(c, s))
	case Spend:
		return a.once(c, s, a.spend(c, s))
	case GiveVoucher:
		return a.giveVoucher(c, s)
	case GiveOfSeries:
		return a.giveOfSeries(c, s)
	case Recommend:
		return a.recommend(c, s)
	case JoinTeam:
		return a.joinTeam(s)
	case SetLevel:
		return a.onPerson(s.Member, func(h *Household) { h.Level = s.Level })
	case SetStanding:
		return a.onPerson(s.Member, func(h *Household) { h.Good = s.Good })
	case SetTier:
		return a.onShop(c, s.Shop, func(p *Shop) { p.Tier = s.Tier })
	case Pledge:
		return a.onShop(c, s.Shop, func(p *Shop) { p.Pledge = s.Rate })
	case Adopt:
		if s.Policy.greedy() {
			return refuse(Greedy)
		}
		return accept(func() { c.policies = append(c.policies, s.Policy) })
	case CloseDays:
		return accept(func() { c.closed = max(c.closed, s.Through) })
	case Wait:
		return accept(func() {})
	}
	panic(fmt.Sprintf("sim: step %T is not known", s))
}

// once makes a step idempotent: the same key with the same content returns the
// first result whatever has changed since, with other content it is refused
// (invariant 4). A step that was refused left nothing behind.
func (a *Auditor) once(c *community, s Step, fresh Expectation) Expectation {
	key, content := s.Where().Key, contentOf(s)
	first, known := c.done[key]
	if !known {
		if commit := fresh.commit; commit != nil {
			fresh.commit = func() {
				commit()
				c.done[key] = done{content: content, changes: c.bare(fresh.Changes), bookedOn: fresh.BookedOn}
			}
		}
		return fresh
	}
	if first.content == content {
		return Expectation{Accept: true, Replay: true, BookedOn: first.bookedOn, Changes: c.keyed(first.changes), commit: func() {}}
	}
	// Whatever else is wrong with it may be found first.
	return refuse(append([]Reason{OtherContent}, fresh.Refuse...)...)
}

// contentOf is all that a step says except when it was handed in.
func contentOf(s Step) string { return fmt.Sprintf("%T%+v", s, s.at(time.Time{})) }

// entry expects an entry of these legs on a day.
func (a *Auditor) entry(c *community, legs []leg, day string, late bool, commit func()) Expectation {
	changes := c.changes(legs)
	if c.balance[gateway]+changes[gateway] > 0 {
		// Reading: gateway/clearing says what the provider holds, so it is never
		// above zero; whatever would pay out more is refused.
		return refuse(NoMoney)
	}
	return Expectation{
		Accept: true, BookedOn: day, Changes: c.keyed(changes), late: late,
		commit: func() {
			c.apply(changes)
			for _, g := range legs {
				if g.amount != 0 {
					a.rules[g.rule]++
				}
			}
			commit()
		},
	}
}

// keyed and bare translate between the accounts of one community and Key.
func (c *community) keyed(changes map[account]int64) map[string]int64 {
	out := make(map[string]int64)
	for a, v := range changes {
		if v != 0 {
			out[Key(c.name, a.name, a.asset)] = v
		}
	}
	return out
}

func (c *community) bare(changes map[string]int64) map[account]int64 {
	out := make(map[account]int64)
	for k, v := range changes {
		parts := strings.Split(k, " ")
		out[account{parts[1], parts[2]}] = v
	}
	return out
}

// Agree compares what happened with what was expected. If it is right, the
// auditor's world changes with it.
func (a *Auditor) Agree(want Expectation, got Outcome) error {
	if got.Refused != "" {
		if !slices.Contains(want.Refuse, got.Refused) {
			if want.Accept {
				return fmt.Errorf("refused (%s), must be accepted", got.Refused)
			}
			return fmt.Errorf("refused (%s), must be refused for %q", got.Refused, want.Refuse)
		}
		return nil
	}
	if !want.Accept {
		return fmt.Errorf("accepted, must be refused for %q; it changed %v", want.Refuse, got.Changes)
	}
	if got.Replayed != want.Replay && !got.Retried {
		return fmt.Errorf("replayed: %v, must be %v", got.Replayed, want.Replay)
	}
	if got.BookedOn != "" && got.BookedOn != want.BookedOn {
		return fmt.Errorf("booked on %s, must be %s", got.BookedOn, want.BookedOn)
	}
	if d := difference(want.Changes, got.Changes); d != "" && got.Changes != nil {
		return errors.New("other changes than expected:" + d)
	}
	want.commit()
	return nil
}

// Balances are the auditor's books by Key, without zeros.
func (a *Auditor) Balances() map[string]int64 {
	all := make(map[string]int64)
	for _, c := range a.communities {
		maps.Copy(all, c.keyed(c.balance))
	}
	return all
}

// Compare compares the system's books with the auditor's.
func (a *Auditor) Compare(books map[string]int64) error {
	if d := difference(a.Balances(), books); d != "" {
		return errors.New("the books differ:" + d)
	}
	return nil
}

// Sound checks the invariants on the auditor's own books: a prediction that
// breaks them would be an error of the auditor.
func (a *Auditor) Sound() error {
	for _, c := range a.communities {
		if err := c.sound(c.name); err != nil {
			return err
		}
	}
	return nil
}
