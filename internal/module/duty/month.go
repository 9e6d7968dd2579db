package duty

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
)

// Done is what a shop did in a month, as the books and the records say.
type Done struct {
	Sales    money.Amount // fen, refunds taken off
	Offers   money.Amount // fen: shelf price less price, and its share of vouchers
	Services money.Amount // fen: stated worth of free services that were confirmed
	Members  int          // whom it recommended, and who count (B4)
	Pending  int          // who do not count yet: not used, or within cooling-off
}

// Worth is what the shop gave in all.
func (d *Done) Worth() money.Amount { return d.Offers + d.Services }

// Asked is what the rules ask for a month's sales.
type Asked struct {
	Offer   money.Amount // fen, the least that was to be given
	Enough  money.Amount // fen, beyond which nothing more is asked
	Members int
}

// AskedFor is what a policy asks of a shop that sold so much (C3). Of nothing sold,
// or less than was taken back, nothing is asked.
func AskedFor(p *policy.Alliance, sales money.Amount) Asked {
	sales = max(0, sales)
	return Asked{
		Offer:  money.MulDivUp(sales, money.Amount(p.OfferMin), money.Amount(money.One)),
		Enough: money.MulDivUp(sales, money.Amount(p.OfferMax), money.Amount(money.One)), Members: p.RecommendedMembers,
	}
}

// Progress is what was done beside what is asked.
type Progress struct {
	Done
	Asked
}

// ProgressOf sets what a shop did beside what a policy asks of it.
func ProgressOf(p *policy.Alliance, d Done) Progress { return Progress{d, AskedFor(p, d.Sales)} }

// OfferMet reports whether enough was given.
func (p *Progress) OfferMet() bool { return p.Worth() >= p.Offer }

// MembersMet reports whether enough members were recommended.
func (p *Progress) MembersMet() bool { return p.Done.Members >= p.Asked.Members }

// Met reports whether both duties are kept.
func (p *Progress) Met() bool { return p.OfferMet() && p.MembersMet() }

// Short is how much is still to be given, nothing if enough was.
func (p *Progress) Short() money.Amount { return max(0, p.Offer-p.Worth()) }

// Lacking is how many members are still to be recommended.
func (p *Progress) Lacking() int { return max(0, p.Asked.Members-p.Done.Members) }

// Projected is what a month comes to if it goes on as it went on its first days.
// Members who do not count yet will.
func (d Done) Projected(elapsed, days int) Done {
	if elapsed <= 0 || elapsed >= days {
		return d
	}
	grow := func(v money.Amount) money.Amount {
		return money.MulDiv(v, money.Amount(days), money.Amount(elapsed))
	}
	if d.Sales > 0 {
		d.Sales = grow(d.Sales)
	}
	if d.Offers > 0 {
		d.Offers = grow(d.Offers)
	}
	if d.Services > 0 {
		d.Services = grow(d.Services)
	}
	d.Members, d.Pending = int(grow(money.Amount(d.Members+d.Pending))), 0
	return d
}

// Behind reports whether a shop that goes on like this will not keep its duties: it is
// told then, while there is time (C3).
func Behind(p *policy.Alliance, d Done, elapsed, days int) bool {
	end := ProgressOf(p, d.Projected(elapsed, days))
	return !end.Met()
}

// Exempt is why a month is not judged.
type Exempt string

// The exemptions.
const (
	Judged  Exempt = ""
	NewHere Exempt = "new"  // it took its seat in the month: the first full one is the first that counts
	LeftNow Exempt = "left" // it gave its seat up in the month
)

// Result is how a month ended for a shop: what was known when it was judged, by which
// version of the policy, and the sum of it. It is made once, from closed days.
type Result struct {
	Merchant id.ID
	Tenure   id.ID
	Month    period.Month
	Policy   int // number of the version in force on the last day
	Progress
	Exempt Exempt
	Run    int   // missed months one after the other, this one included; 0 if it was not missed
	Breach id.ID // that was opened because of this run, zero if none was
	At     int64 // microseconds
}

// Missed reports whether the shop did not keep its duties.
func (r *Result) Missed() bool { return r.Exempt == Judged && !r.Met() }

// RunAfter is how many months running were missed when a missed month follows an
// earlier result, which is nil if there is none. Months of which a breach was made,
// of another seat, or with a gap between begin anew.
func (r *Result) RunAfter(before *Result) int {
	switch {
	case !r.Missed():
		return 0
	case before == nil || before.Month != r.Month-1 || before.Tenure != r.Tenure || !before.Breach.IsZero():
		return 1
	}
	return before.Run + 1
}
