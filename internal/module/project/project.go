// Package project keeps the livelihood projects 民生项目 that a public body orders from a
// community: what is to be done for how many people, at what price and by which standard,
// who agreed to it, what was delivered each month, whether the orderer accepted it, and what
// it paid by which slip (F11, S3).
//
// What is delivered is counted by the time bank; here stand the contract and its steps. The
// orderer's money does not pass the books: an account of public grants for it is not among
// those of the charter. A contract therefore records what is owed and which slips paid it.
package project

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of projects.
var Schema = db.Schema{
	Owner: "module/project",
	Tables: []db.Table{
		{Name: "project_contract", Placement: db.Distributed}, {Name: "project_line", Placement: db.Distributed},
		{Name: "project_step", Placement: db.Distributed},
		{Name: "project_reminder", Placement: db.Distributed}, {Name: "project_spell", Placement: db.Distributed}, {Name: "project_leave", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound  = fault.New(fault.NotFound, "project.not_found")
	ErrBadTitle  = fault.New(fault.Invalid, "project.bad_title")
	ErrBadWords  = fault.New(fault.Invalid, "project.bad_words") // details: most
	ErrBadDays   = fault.New(fault.Invalid, "project.bad_days")  // details: months
	ErrBadPeople = fault.New(fault.Invalid, "project.bad_people")
	ErrBadMoney  = fault.New(fault.Invalid, "project.bad_money")
	ErrBadReport = fault.New(fault.Invalid, "project.bad_report_days") // details: most
	ErrNoLines   = fault.New(fault.Invalid, "project.no_lines")
	ErrKindTwice = fault.New(fault.Invalid, "project.kind_twice")
	ErrNoProof   = fault.New(fault.Invalid, "project.kind_without_proof")

	ErrBothSides  = fault.New(fault.Forbidden, "project.both_sides")
	ErrNoWay      = fault.New(fault.Conflict, "project.no_way")
	ErrChanged    = fault.New(fault.Conflict, "project.changed")
	ErrBadMonth   = fault.New(fault.Invalid, "project.bad_month")
	ErrNotOver    = fault.New(fault.Conflict, "project.month_not_over")
	ErrOpen       = fault.New(fault.Conflict, "project.open_deliveries") // details: count
	ErrTooMuch    = fault.New(fault.Conflict, "project.more_than_owed")  // details: most
	ErrBadRef     = fault.New(fault.Invalid, "project.bad_slip")
	ErrSlipTwice  = fault.New(fault.Conflict, "project.slip_twice")
	ErrPlanBound  = fault.New(fault.Conflict, "project.plan_bound")
	ErrNoPlans    = fault.New(fault.Invalid, "project.no_plans")
	ErrNotServing = fault.New(fault.Conflict, "project.plan_not_serving")
	ErrBadLeave   = fault.New(fault.Invalid, "project.bad_leave") // details: from, to
	ErrOtherKinds = fault.New(fault.Invalid, "project.other_kind")
)

// Bounds of a contract.
const (
	monthsMost = 36
	peopleMost = 100_000
	ReportMost = 31
	wordsMost  = 500
)

// What is a step of a contract. It is stored.
type What string

// The steps: of the whole contract, then of one of its months.
const (
	Agreed   What = "agreed" // by the orderer; the community agreed by proposing
	Declined What = "declined"
	Ended    What = "ended" // before its last day, by either side

	Reported What = "reported" // by the community: so many deliveries, so much money
	Accepted What = "accepted" // by the orderer
	Objected What = "objected" // by the orderer; the community reports again
	Paid     What = "paid"     // by a slip
)

// Contract is one project.
type Contract struct {
	ID          id.ID
	Title       string
	Scope       string
	Orderer     string // who orders: a street office, a foundation
	Standard    string // by which it is accepted
	People      int
	First, Last period.Day
	Ceiling     money.Amount // fen, of all months together
	ReportDays  int          // within which a month is reported after its end
	Lines       []Line
	Spells      []Spell // of plans of the time bank that serve it
	At          time.Time
	By          id.ID // who proposed it for the community
	Steps       []Step
}

// Line is what is paid for one delivery of a kind.
type Line struct {
	Kind, Name string
	Price      money.Amount // fen
}

// Step is one thing that became of a contract, or of a month of it.
type Step struct {
	What   What
	Month  period.Month // 0: of the whole contract
	Count  int
	People int          // different ones, who were served
	Amount money.Amount // fen
	Ref    string
	Words  string
	At     time.Time
	By     id.ID
}

// PriceOf is the input in which the price of a kind is told.
func PriceOf(kind string) string { return "price_" + kind }

// Validate refuses a contract that nobody could fulfil.
func (c *Contract) Validate() error {
	switch {
	case !text.Line(c.Title, 40):
		return ErrBadTitle.On("title")
	case !text.Line(c.Orderer, 40):
		return ErrBadTitle.On("orderer")
	case !text.Prose(c.Scope, wordsMost):
		return ErrBadWords.On("scope").With("most", wordsMost)
	case !text.Prose(c.Standard, wordsMost):
		return ErrBadWords.On("standard").With("most", wordsMost)
	case c.First <= 0 || c.Last < c.First || c.Last > c.First.Plus(monthsMost):
		return ErrBadDays.On("last").With("months", monthsMost)
	case c.People < 1 || c.People > peopleMost:
		return ErrBadPeople.On("people")
	case c.Ceiling <= 0:
		return ErrBadMoney.On("ceiling")
	case c.ReportDays < 1 || c.ReportDays > ReportMost:
		return ErrBadReport.On("report_days").With("most", ReportMost)
	case len(c.Lines) == 0:
		return ErrNoLines.On("lines")
	}
	for i, l := range c.Lines {
		switch {
		case l.Price <= 0 || l.Price > c.Ceiling:
			return ErrBadMoney.On(PriceOf(l.Kind))
		case slices.ContainsFunc(c.Lines[:i], func(o Line) bool { return o.Kind == l.Kind }):
			return ErrKindTwice.On(PriceOf(l.Kind))
		}
	}
	return nil
}

// State is where the whole contract stands: "" while it waits for the orderer.
func (c *Contract) State() (s What) {
	for _, x := range c.Steps {
		if x.Month == 0 {
			s = x.What
		}
	}
	return s
}

// Month is what became of a month of a contract.
type Month struct {
	Month  period.Month
	State  What // "" while it is not reported
	Count  int  // as it was reported last
	People int  // different ones, who were served
	Amount money.Amount
	Paid   money.Amount
	Words  string // of the latest step
	Steps  []Step
}

// Owed is what the orderer has accepted and not paid yet.
func (m *Month) Owed() money.Amount {
	if m.State != Accepted {
		return 0
	}
	return m.Amount - m.Paid
}

// MonthOf is a month of the contract.
func (c *Contract) MonthOf(m period.Month) (x Month) {
	x.Month = m
	for _, s := range c.Steps {
		if s.Month != m {
			continue
		}
		x.Steps = append(x.Steps, s)
		x.Words = s.Words
		switch s.What {
		case Reported:
			x.State, x.Count, x.People, x.Amount = Reported, s.Count, s.People, s.Amount
		case Accepted, Objected:
			x.State = s.What
		case Paid:
			x.Paid += s.Amount
		}
	}
	return x
}

// Through is the last day of which anything is owed: that of the term, or the day on which
// a side ended it before that.
func (c *Contract) Through(zone *time.Location) period.Day {
	for _, s := range c.Steps {
		if s.What == Ended {
			return min(c.Last, period.DayOf(s.At, zone))
		}
	}
	return c.Last
}

// Told reports whether the figures of a month may be published: at least k people were meant
// and served. With fewer, a count, or a sum at a known price, tells of each of them.
func (c *Contract) Told(m *Month, k int) bool { return min(c.People, m.People) >= k }

// Months are all months of the contract up to a day, the latest first.
func (c *Contract) Months(today period.Day, zone *time.Location) (all []Month) {
	for m := min(c.Through(zone), today).Month(); m >= c.First.Month(); m-- {
		all = append(all, c.MonthOf(m))
	}
	return all
}

// Bound is what of the ceiling is taken by months other than one: reported, accepted or
// paid. What was objected to counts until it is reported anew.
func (c *Contract) Bound(but period.Month) (sum money.Amount) {
	for m := c.First.Month(); m <= c.Last.Month(); m++ {
		if m != but {
			x := c.MonthOf(m)
			sum += x.Amount
		}
	}
	return sum
}

// Bill is what deliveries of a month come to: by kind, then bounded by what is left of the
// ceiling. Over is what lies above it and is owed by nobody.
func (c *Contract) Bill(m period.Month, counts map[string]int) (count int, amount, over money.Amount) {
	for _, l := range c.Lines {
		count += counts[l.Kind]
		amount += l.Price * money.Amount(counts[l.Kind])
	}
	if left := max(0, c.Ceiling-c.Bound(m)); amount > left {
		amount, over = left, amount-left
	}
	return count, amount, over
}

// Due is the last day on which a month is to be reported.
func (c *Contract) Due(m period.Month, zone *time.Location) period.Day {
	return min(m.Last(), c.Through(zone)) + period.Day(c.ReportDays)
}
