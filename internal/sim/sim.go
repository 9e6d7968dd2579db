// Package sim lets a made-up neighbourhood live on the real system and has an
// auditor look over its shoulder.
//
// A Neighbourhood of households and shops grows from a seed. A Stream makes
// their days out of it: people buy with coins, vouchers and cash, bring goods
// back, are recommended, join teams; the community adopts other numbers; time
// jumps; a till sends the same purchase twice, or another one under the same
// key; somebody names people and shops that do not exist here. The same seed
// makes the same days, so whatever goes wrong can be made to go wrong again.
//
// The Auditor keeps its own books. Its arithmetic is its own, written from
// settlement.md alone on big integers: it shares no code with the modules it
// checks, not even the rounding, for an error in shared code would be seen by
// nobody. Before each step it predicts what must happen, to the fen; Run
// compares that with what did.
//
// Where settlement.md leaves something open the auditor says how it reads it, in
// a comment that begins with "Reading:"; where two answers are right it takes
// either and goes on from the one that was given.
//
// A real system takes part by satisfying System. It translates: the names here
// (communities, households, shops, vouchers) are the references under which it
// was told of them, and balances come back under those names.
package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// System is what is simulated. It runs on the clock of the steps: before it
// applies a step its time is the step's Now, and everything that is due by then
// (copies to other communities, sweepers) has been done.
type System interface {
	// Found makes the communities with their first policy, the households with
	// their standing, level and leader, and the shops.
	Found(ctx context.Context, n *Neighbourhood) error
	// Apply does one step. A refusal is an Outcome; an error means that the
	// system itself failed, and ends the simulation.
	Apply(ctx context.Context, s Step) (Outcome, error)
	// Balances are all balances of all communities by Key; zero may be left out.
	Balances(ctx context.Context) (map[string]int64, error)
}

// Key names an account in one asset: "K1 merchant:S3/payable CNY". The account's
// name is that of settlement.md with the reference in the place of the id.
func Key(community, account, asset string) string { return community + " " + account + " " + asset }

// Outcome is what a system answers to a step.
type Outcome struct {
	Refused  Reason           // "" if it was accepted
	Replayed bool             // the result of an earlier step with the same key was returned
	Retried  bool             // no answer came at first, and the step was handed in again: Replayed tells nothing
	BookedOn string           // "2025-03-01", for steps that make an entry; may be ""
	Changes  map[string]int64 // what the entry moved, by Key; zero may be left out; nil if it is not told: the balances will show it
}

// Reason is the class of a refusal. A system has finer codes; it maps them here.
type Reason string

// The classes of refusal.
const (
	Unknown      Reason = "unknown"         // no such shop, person, voucher or purchase in this community
	OtherContent Reason = "other content"   // the key belongs to something else
	Ahead        Reason = "ahead"           // purchased too far in the future
	Backdated    Reason = "backdated"       // purchased too long ago
	BadAmounts   Reason = "bad amounts"     // not positive, or the parts are not the whole
	CoinShare    Reason = "coin share"      // more coins than the policy lets pay
	CoinsShort   Reason = "coins short"     // the buyer has not so many
	NotMember    Reason = "not a member"    // coins or vouchers without membership
	NotYours     Reason = "not yours"       // another person's voucher
	OtherShop    Reason = "other shop"      // a voucher for another shop
	Used         Reason = "used"            // the voucher is used up
	Expired      Reason = "expired"         // the voucher is too old
	TooLittle    Reason = "too little"      // the voucher asks for a dearer purchase
	PromoSpent   Reason = "promo spent"     // the platform has promised what it may in the month
	TooMuch      Reason = "too much"        // more refunded than was paid, more spent than is there
	OwedLimit    Reason = "owed limit"      // the shop owes too much
	SelfDealing  Reason = "self-dealing"    // a shop with itself, a leader on her own team
	NoLeader     Reason = "no leader"       // the leader is below gold
	Greedy       Reason = "greedy policy"   // a shop could be left with too little
	Nothing      Reason = "nothing to move" // a payout of nothing
	NoMoney      Reason = "no money"        // the provider holds less than should leave
)

// Report counts what a simulation did, so that a test can see that it did enough.
type Report struct {
	Steps    int
	Days     int
	Kinds    map[string]int // accepted steps by kind
	Refused  map[Reason]int
	Rules    map[string]int // how often a rule moved something, "S-07R" too
	Replayed int
	Booked   int // entries that were booked on a later day than they were made
}

// every is after how many steps all balances are compared.
const every = 250

// Run lets a neighbourhood live on a system for a number of steps. It stops at
// the first difference between what happened and what the auditor predicted.
func Run(ctx context.Context, sys System, n *Neighbourhood, o Options, steps int) (*Report, error) {
	if err := sys.Found(ctx, n); err != nil {
		return nil, fmt.Errorf("sim: found seed %d: %w", n.Seed, err)
	}
	auditor := NewAuditor(n)
	stream := NewStream(n, auditor, o)
	report := &Report{Kinds: make(map[string]int), Refused: make(map[Reason]int), Rules: auditor.rules}
	for i := range steps {
		step := stream.Next()
		report.Days = int(step.Where().Now.Sub(n.Start) / (24 * time.Hour))
		want := auditor.Predict(step)
		got, err := sys.Apply(ctx, step)
		if err != nil {
			return report, fmt.Errorf("sim: seed %d, step %d %T%+v: %w", n.Seed, i, step, step, err)
		}
		if err := auditor.Agree(want, got); err != nil {
			return report, fmt.Errorf("sim: seed %d, step %d %T%+v: %w", n.Seed, i, step, step, err)
		}
		report.count(step, want, got)
		if i%every == every-1 || i == steps-1 {
			if err := compareAll(ctx, sys, auditor); err != nil {
				return report, fmt.Errorf("sim: seed %d, after step %d: %w", n.Seed, i, err)
			}
		}
	}
	return report, nil
}

func compareAll(ctx context.Context, sys System, a *Auditor) error {
	books, err := sys.Balances(ctx)
	if err != nil {
		return err
	}
	if err := a.Compare(books); err != nil {
		return err
	}
	return a.Sound()
}

func (r *Report) count(s Step, want Expectation, got Outcome) {
	r.Steps++
	switch {
	case got.Refused != "":
		r.Refused[got.Refused]++
	case want.Replay:
		r.Replayed++
	default:
		r.Kinds[strings.TrimPrefix(fmt.Sprintf("%T", s), "sim.")]++
		if want.late {
			r.Booked++
		}
	}
}

// difference lists where two sets of balances are not the same.
func difference(want, got map[string]int64) string {
	keys := slices.Collect(maps.Keys(want))
	for k := range got {
		if _, both := want[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		if want[k] != got[k] {
			fmt.Fprintf(&b, "\n  %s: %d, want %d", k, got[k], want[k])
		}
	}
	return b.String()
}
