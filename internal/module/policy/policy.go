// Package policy holds the numbers by which a community lives, version by
// version: what a shop pays the platform, what goes to the public funds, what a
// member gets back, and how far any of it may go (L8).
//
// A number belongs to a version; a version is proposed, simulated, voted and
// dated. No other package holds a literal rate. A version that could leave a shop
// with less than it was promised is refused when it is proposed, together with
// the purchase that shows it (settlement.md, "Merchant's net").
package policy

import "time"

// Version is one dated edition of a community's numbers.
type Version struct {
	Number        int       `json:"number"` // from 1, without gaps
	Code          string    `json:"code"`   // "trial-2025"
	EffectiveFrom time.Time `json:"effective_from"`
	Author        string    `json:"author"`
	Reason        string    `json:"reason"`
	ProposedAt    time.Time `json:"proposed_at"`
	Params        Params    `json:"params"`
}

// InForce is the version that rules a purchase made at an instant: the one that
// took effect last, the higher number if two took effect together. The first
// version holds for all time before it. It is nil only if there are no versions.
func InForce(versions []Version, purchasedAt time.Time) *Version {
	var first, last *Version
	for i := range versions {
		v := &versions[i]
		if first == nil || v.Number < first.Number {
			first = v
		}
		if purchasedAt.Before(v.EffectiveFrom) {
			continue
		}
		if last == nil || v.EffectiveFrom.After(last.EffectiveFrom) ||
			v.EffectiveFrom.Equal(last.EffectiveFrom) && v.Number > last.Number {
			last = v
		}
	}
	if last == nil {
		return first
	}
	return last
}
