package score

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Refusals about scores, in the order in which they are checked.
var (
	ErrNoRun         = fault.New(fault.NotFound, "score.no_run")
	ErrRuns          = fault.New(fault.Conflict, "score.runs")
	ErrBadQuarter    = fault.New(fault.Invalid, "score.bad_quarter")
	ErrNoShops       = fault.New(fault.Conflict, "score.no_shops")
	ErrBadStep       = fault.New(fault.Conflict, "score.bad_step")
	ErrTooEarly      = fault.New(fault.Conflict, "score.too_early")
	ErrTooLate       = fault.New(fault.Conflict, "score.too_late")
	ErrUnanswered    = fault.New(fault.Conflict, "score.unanswered")
	ErrNotScored     = fault.New(fault.NotFound, "score.not_scored")
	ErrBadInput      = fault.New(fault.Invalid, "score.bad_input")
	ErrBadValue      = fault.New(fault.Invalid, "score.bad_value")
	ErrBadWords      = fault.New(fault.Invalid, "score.bad_words")
	ErrObjected      = fault.New(fault.Conflict, "score.objected")
	ErrNoObjection   = fault.New(fault.NotFound, "score.no_objection")
	ErrAnswered      = fault.New(fault.Conflict, "score.answered")
	ErrBadFinding    = fault.New(fault.Invalid, "score.bad_finding")
	ErrAnswersItsOwn = fault.New(fault.Forbidden, "score.own_objection")
)

// State is where a quarter's score stands.
type State string

// The states.
const (
	Drafted    State = "drafted"    // made from closed months; nobody but the office sees it
	Published  State = "published"  // every shop sees its own with every input, and may object
	Recomputed State = "recomputed" // an objection was granted
	Final      State = "final"      // the last lose their seats, and may appeal
	Discarded  State = "discarded"  // a draft that was no good
)

// Public reports whether shops see it.
func (s State) Public() bool { return s == Published || s == Recomputed || s == Final }

// Run is the score of a quarter.
type Run struct {
	ID      id.ID
	Quarter period.Month // its first month
	Policy  int          // number of the version in force on its last day
	Weights Weights
	Input   Quarter // as it was put in; Corrected says what was found since
	At      time.Time
	By      id.ID
	Steps   []Step // in order
}

// Step is one change of a run.
type Step struct {
	Number int
	State  State
	Words  string
	Scores []Score // what came out at it, by place
	At     time.Time
	Due    time.Time // of Published: until when shops may object
	By     id.ID     // zero: the clock
}

// QuarterOver is the latest quarter of which every month is judged, when the latest
// judged month is given: over the end of a year as within it.
func QuarterOver(judged period.Month) period.Month { return (judged + 1).Quarter() - 3 }

// Last is the latest step.
func (r *Run) Last() *Step { return &r.Steps[len(r.Steps)-1] }

// State is where the run stands.
func (r *Run) State() State { return r.Last().State }

// Until is until when shops may object, zero before it is published.
func (r *Run) Until() time.Time {
	for _, s := range r.Steps {
		if s.State == Published {
			return s.Due
		}
	}
	return time.Time{}
}

// Of is the score of a shop, nil if it has none.
func (s *Step) Of(merchant id.ID) *Score {
	i := slices.IndexFunc(s.Scores, func(x Score) bool { return x.Merchant == merchant })
	if i < 0 {
		return nil
	}
	return &s.Scores[i]
}

// Name is one input by which an objection names it.
type Name string

// The inputs to which a shop may object.
const (
	InSales       Name = "sales"
	InOffers      Name = "offers"
	InRecommended Name = "recommended"
	InBuyers      Name = "buyers"
	InReturning   Name = "returning"
	InServed      Name = "served"
	InDisclosures Name = "disclosures"
	InAttended    Name = "attended"
	InBreaches    Name = "breaches"
)

// Names lists them.
var Names = []Name{InSales, InOffers, InRecommended, InBuyers, InReturning, InServed, InDisclosures, InAttended, InBreaches}

// Money reports whether an input is an amount in fen.
func (n Name) Money() bool { return n == InSales || n == InOffers }

// Value is an input by its name.
func (s *Input) Value(n Name) int64 {
	switch n {
	case InSales:
		return int64(s.Sales)
	case InOffers:
		return int64(s.Offers)
	case InRecommended:
		return int64(s.Recommended)
	case InBuyers:
		return s.Buyers
	case InReturning:
		return s.Returning
	case InServed:
		return s.Served
	case InDisclosures:
		return int64(s.Disclosures)
	case InAttended:
		return int64(s.Attended)
	case InBreaches:
		return int64(s.Breaches)
	}
	return 0
}

// set puts a value in.
func (s *Input) set(n Name, v int64) {
	switch n {
	case InSales:
		s.Sales = money.Amount(v)
	case InOffers:
		s.Offers = money.Amount(v)
	case InRecommended:
		s.Recommended = int(v)
	case InBuyers:
		s.Buyers = v
	case InReturning:
		s.Returning = v
	case InServed:
		s.Served = v
	case InDisclosures:
		s.Disclosures = int(v)
	case InAttended:
		s.Attended = int(v)
	case InBreaches:
		s.Breaches = int(v)
	}
}

// most is how large a value may be said to be.
func (n Name) most() int64 {
	switch n {
	case InSales, InOffers:
		return 100_000_000_00
	case InDisclosures:
		return 3
	case InBuyers, InReturning, InServed:
		return 1_000_000
	}
	return 1_000
}

// Objection is what a shop says against one input.
type Objection struct {
	ID       id.ID
	Run      id.ID
	Merchant id.ID
	Input    Name
	Claimed  int64 // what it says is right
	Words    string
	At       time.Time
	By       id.ID
	Answer   *Answer // nil while the committee has not answered
}

// Answer is what the committee found.
type Answer struct {
	Granted bool
	Value   int64 // that is right, where it was granted
	Words   string
	At      time.Time
	By      id.ID
}

func (o *Objection) validate() error {
	switch {
	case !slices.Contains(Names, o.Input):
		return ErrBadInput.On("input")
	case o.Claimed < 0 || o.Claimed > o.Input.most():
		return ErrBadValue.On("claimed").With("most", o.Input.most())
	case !said(o.Words, 4):
		return ErrBadWords.On("words")
	}
	return nil
}

// Corrected is what was put in, with what objections put right, and with the shops
// excused whose objection nobody answered, if late is set.
func Corrected(q *Quarter, objections []Objection, late bool) *Quarter {
	c := &Quarter{Members: q.Members, Shops: slices.Clone(q.Shops)}
	for _, o := range objections {
		i := slices.IndexFunc(c.Shops, func(s Input) bool { return s.Merchant == o.Merchant })
		switch {
		case i < 0:
		case o.Answer == nil:
			c.Shops[i].Excused = c.Shops[i].Excused || late
		case o.Answer.Granted:
			c.Shops[i].set(o.Input, o.Answer.Value)
		}
	}
	return c
}

// Shift is how a shop would move between two scores of the same quarter.
type Shift struct {
	From, To Score
}

// Moved reports whether its place, or whether it loses its seat, would change.
func (s *Shift) Moved() bool { return s.From.Place != s.To.Place || s.From.Last != s.To.Last }

// Compare sets two scores of the same shops beside each other, by the first one's
// places: who would move under other weights.
func Compare(from, to []Score) []Shift {
	at := make(map[id.ID]Score, len(to))
	for _, s := range to {
		at[s.Merchant] = s
	}
	all := make([]Shift, len(from))
	for i, s := range from {
		all[i] = Shift{s, at[s.Merchant]}
	}
	return all
}

func said(s string, least int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && n >= least && n <= 500 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf)
	})
}

func micros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}
