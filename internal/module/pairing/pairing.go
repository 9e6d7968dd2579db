// Package pairing keeps the agreements of two communities 结对 under which an hour given in
// one can be served in the other (F5): who proposed which limits, who agreed, who ended it
// and why. Each community keeps its own copy; what the other says of it comes as News, in
// any order and as often as it likes: the steps are a set, and the state follows from it.
//
// What crosses under an agreement stands in the books and in module coin.
package pairing

import (
	"bytes"
	"cmp"
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of agreements.
var Schema = db.Schema{
	Owner:  "module/pairing",
	Tables: []db.Table{{Name: "pairing", Placement: db.Distributed}, {Name: "pairing_step", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound = fault.New(fault.NotFound, "pairing.not_found")
	ErrNobody   = fault.New(fault.Invalid, "pairing.no_community")
	ErrThere    = fault.New(fault.Conflict, "pairing.there")
	ErrBadLimit = fault.New(fault.Invalid, "pairing.bad_limit")
	ErrBadMonth = fault.New(fault.Invalid, "pairing.bad_month")
	ErrBadWords = fault.New(fault.Invalid, "pairing.bad_words")
	ErrNoReason = fault.New(fault.Invalid, "pairing.no_reason")
	ErrNoWay    = fault.New(fault.Conflict, "pairing.no_way")
	ErrNone     = fault.New(fault.Conflict, "pairing.none") // the two communities have no agreement in force
)

// What is something that one of the two says of an agreement.
type What string

// What can be said, in the order in which it comes.
const (
	Proposed  What = "proposed"
	Accepted  What = "accepted"
	Declined  What = "declined"  // instead of accepting
	Withdrawn What = "withdrawn" // by who proposed, before it was accepted
	Ended     What = "ended"     // by either, afterwards
	Replaced  What = "replaced"  // by the program, where two with the same community were accepted at once
)

// Terms are what two communities agree on.
type Terms struct {
	Limit money.Amount `json:"limit"` // hundredths of a coin: the most that may have gone from one to the other, what came back taken off
	Month money.Amount `json:"month"` // hundredths: the most that one member takes across in a civil month
}

// validate refuses limits that a community's own numbers do not allow.
func (t Terms) validate(most Terms) error {
	switch {
	case t.Limit <= 0 || t.Limit > most.Limit:
		return ErrBadLimit.On("limit").With("most", most.Limit.Grouped(money.Coin))
	case t.Month <= 0 || t.Month > most.Month:
		return ErrBadMonth.On("month").With("most", most.Month.Grouped(money.Coin))
	}
	return nil
}

// compare puts the stricter terms first.
func (t Terms) compare(o Terms) int {
	return cmp.Or(cmp.Compare(t.Limit, o.Limit), cmp.Compare(t.Month, o.Month))
}

// Within is the stricter of each number.
func (t Terms) Within(most Terms) Terms {
	return Terms{Limit: min(t.Limit, most.Limit), Month: min(t.Month, most.Month)}
}

// Pairing is an agreement as one of the two communities keeps it.
type Pairing struct {
	ID       id.ID
	Other    id.ID // the community it is with
	Proposer id.ID // which of the two proposed it
	Terms
	Steps []Step // in order of time
}

// Step is something that was said of it.
type Step struct {
	What  What
	Side  id.ID // the community that says so
	Words string
	At    time.Time
	By    id.ID // person; zero where the other side says so
}

// said is a step, nil if nobody said it.
func (p *Pairing) said(w What) *Step {
	for i := range p.Steps {
		if p.Steps[i].What == w {
			return &p.Steps[i]
		}
	}
	return nil
}

// State is the latest that counts: whatever ends it counts more than what begins it,
// whichever came first.
func (p *Pairing) State() What {
	for _, w := range []What{Ended, Replaced, Declined, Withdrawn, Accepted} {
		if p.said(w) != nil {
			return w
		}
	}
	return Proposed
}

// InForce reports whether hours may cross under it.
func (p *Pairing) InForce() bool { return p.State() == Accepted }

// Live reports whether it is in force or may yet be.
func (p *Pairing) Live() bool { s := p.State(); return s == Accepted || s == Proposed }

// before puts the agreement that stays first, where two with the same community were
// accepted: the stricter one, of equal ones that with the smaller number. Both communities
// know all that it looks at from the first word of an agreement on.
func (p *Pairing) before(o *Pairing) int {
	return cmp.Or(p.Terms.compare(o.Terms), bytes.Compare(p.ID[:], o.ID[:]))
}

// Last is the step by which it came into its state.
func (p *Pairing) Last() Step {
	if s := p.said(p.State()); s != nil {
		return *s
	}
	return Step{}
}

// may refuses what a community cannot say of an agreement as it stands.
func (p *Pairing) may(us id.ID, w What) error {
	state, ours := p.State(), p.Proposer == us
	switch {
	case state == Proposed && ours && w == Withdrawn:
	case state == Proposed && !ours && (w == Accepted || w == Declined):
	case state == Accepted && w == Ended:
	default:
		return ErrNoWay
	}
	return nil
}

// wordsMost is how many characters a reason may have.
const wordsMost = 200

// cleaned are the words of a step: whoever declines or ends says why.
func cleaned(w What, words string) (string, error) {
	words = text.Clean(words)
	switch {
	case words == "" && (w == Declined || w == Ended):
		return "", ErrNoReason.On("words")
	case !text.ShortProse(words, wordsMost):
		return "", ErrBadWords.On("words").With("most", wordsMost)
	}
	return words, nil
}

// News is what one of the two communities tells the other, with all that the other needs
// to know of the agreement.
type News struct {
	Pairing  id.ID `json:"pairing"`
	From     id.ID `json:"from"` // the community that says it
	To       id.ID `json:"to"`
	Proposer id.ID `json:"proposer"`
	Terms
	What  What      `json:"what"`
	Words string    `json:"words"`
	At    time.Time `json:"at"`
}

// NewsOf is a step as the other side is told of it.
func (p *Pairing) NewsOf(us id.ID, s Step) News {
	return News{Pairing: p.ID, From: us, To: p.Other, Proposer: p.Proposer, Terms: p.Terms, What: s.What, Words: s.Words, At: s.At}
}
