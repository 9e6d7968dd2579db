package membership

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
)

// Promise is what a term is sold with. It stands with the order and the term, so that
// later numbers of the policy take nothing back.
type Promise struct {
	Fee          money.Amount // fen
	Months       int
	CoolingDays  int
	FreeServices int
}

// Promised is what the policy promises now.
func Promised(p *policy.Params) Promise {
	return Promise{Fee: p.Fee, Months: p.TermMonths, CoolingDays: p.CoolingOffDays, FreeServices: p.FreeServices}
}

// How somebody came to an order: by herself, through a helper who acts for her (A4),
// or at the desk.
const (
	Herself  = "self"
	Assisted = "assisted"
	AtDesk   = "desk"
)

// Order is a term that somebody wants to pay for. Its charge says how far it is.
type Order struct {
	ID     id.ID
	Ref    string // the reference under which the community knows her, or will
	Member id.ID  // zero: she is no member yet
	Promise
	How string
	By  string
	At  time.Time
}

// Origin is where a term comes from.
type Origin string

// The origins.
const (
	Paid    Origin = "paid"
	Waived  Origin = "waived"  // by recommendations that counted (B2)
	Free    Origin = "free"    // the policy asks no fee
	Carried Origin = "carried" // from before these books; it was paid elsewhere
)

// Term is a membership from one civil day up to, not on, another.
type Term struct {
	ID           id.ID
	Member       id.ID
	Charge       id.ID // zero unless it was paid here
	Seq          int64 // of the entry that booked the fee, −1 if none did
	Origin       Origin
	Fee          money.Amount
	From, Until  period.Day
	PaidDay      period.Day // from which the cooling-off runs
	CoolingDays  int
	FreeServices int
	Reason       string // of a carried one
	By           string
	At           time.Time

	End *TermEnd // nil unless it was given up
}

// TermEnd says that a term was given up.
type TermEnd struct {
	Day      period.Day
	Refunded money.Amount
	Taken    money.Amount
	Reason   string
	By       string
	At       time.Time
}

// Stands reports whether nobody gave the term up.
func (t *Term) Stands() bool { return t.End == nil }

// Covers reports whether the term is in force on a day.
func (t *Term) Covers(day period.Day) bool { return t.Stands() && t.From <= day && day < t.Until }

// Days is how many days the whole term has.
func (t *Term) Days() int { return int(t.Until - t.From) }

// Last is the last day of the term.
func (t *Term) Last() period.Day { return t.Until - 1 }

// CoolingOff reports whether the whole fee still comes back. The day of the payment
// is not counted (Civil Code art. 201).
func (t *Term) CoolingOff(day period.Day) bool { return day <= t.PaidDay+period.Day(t.CoolingDays) }

// Begun is how many days of the term are over or begun on a day, of those that are
// kept when it is given up: none before it begins, and none within the cooling-off.
func (t *Term) Begun(day period.Day) int {
	if day < t.From || t.CoolingOff(day) {
		return 0
	}
	return min(int(day-t.From)+1, t.Days())
}

// Refund is what giving the term up on a day brings back (M-02): the page, the slip
// and the entry are made of this one answer. taken is the stated value of the goods
// that were collected in it, means how it was paid.
func (t *Term) Refund(day period.Day, taken money.Amount, means charter.Means) charter.FeeRefund {
	return charter.FeeRefund{Member: t.Member, Term: t.ID, Fee: t.Fee, Days: t.Days(), Used: t.Begun(day), Taken: taken, Means: means}
}

// FirstTerm is the first and the day after the last of a term that is paid on a day.
// She is a member from that day on; the months are counted from the next (Civil Code
// art. 201) and end on the corresponding day, or the last of its month (art. 202).
func FirstTerm(paid period.Day, months int) (from, until period.Day) {
	return paid, paid.Plus(months) + 1
}

// NextTerm is the same of a term that follows another without a gap. Its months are
// counted from the last day of the one before, or from its own first day where that
// is longer: who joined on 29 February keeps it in the next leap year.
func NextTerm(until period.Day, months int) (from, next period.Day) {
	return until, max((until-1).Plus(months)+1, until.Plus(months))
}

// Phase is where a member stands with her terms.
type Phase string

// The phases.
const (
	NoTerm  Phase = "none"    // she never had one: a newcomer, or a founding member
	Running Phase = "running" // a term is in force
	Grace   Phase = "grace"   // the last one is over, renewing leaves no gap
	Over    Phase = "over"    // the grace is over too
	GivenUp Phase = "given_up"
)

// Terms are all terms of one member, by their days.
type Terms []Term

// Current is the term in force on a day, nil if none is.
func (all Terms) Current(day period.Day) *Term {
	for i := range all {
		if all[i].Covers(day) {
			return &all[i]
		}
	}
	return nil
}

// Next is the term that begins after a day, nil if none does.
func (all Terms) Next(day period.Day) *Term {
	for i := range all {
		if all[i].Stands() && all[i].From > day {
			return &all[i]
		}
	}
	return nil
}

// Latest is the one that ends last, nil if none stands.
func (all Terms) Latest() *Term {
	var last *Term
	for i := range all {
		if t := &all[i]; t.Stands() && (last == nil || t.Until > last.Until) {
			last = t
		}
	}
	return last
}

// Phase says where she stands on a day.
func (all Terms) Phase(day period.Day, graceDays int) Phase {
	last := all.Latest()
	switch {
	case len(all) == 0:
		return NoTerm
	case last == nil:
		return GivenUp
	case all.Current(day) != nil:
		return Running
	case day >= last.Until && day < last.Until+period.Day(graceDays):
		return Grace
	case day >= last.Until:
		for i := range all {
			if e := all[i].End; e != nil && e.Day >= last.Until {
				return GivenUp
			}
		}
		return Over
	}
	return Running // it begins later today's civil day: a carried one
}

// Following is the first day and the day after the last of a term that is paid on a
// day: behind the last one while it runs or its grace does, else from that day.
func (all Terms) Following(paid period.Day, months, graceDays int) (from, until period.Day) {
	last := all.Latest()
	if last == nil || paid >= last.Until+period.Day(graceDays) {
		return FirstTerm(paid, months)
	}
	return NextTerm(last.Until, months)
}
