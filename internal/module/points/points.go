// Package points keeps what people do with the points that they earned (B5): the
// catalogue of goods and services, the stock that passed its check, what somebody
// asked for and how it ended, the queue at the counter, claims on what was not good,
// points that pay a part of a property fee, and points given for taking part.
//
// The points and the money themselves move in the ledger, by the charter's rules M-06
// to M-10; the flows do that and hand the entry's number over. What the hot path asks
// — is there one left, has she had hers this month, did this form come before — the
// community's writer knows by heart (shelf), so that ten thousand who come too late
// cost no read.
package points

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of points.
var Schema = db.Schema{
	Owner: "module/points",
	Tables: []db.Table{
		{Name: "points_good", Placement: db.Distributed}, {Name: "points_terms", Placement: db.Distributed}, {Name: "points_good_end", Placement: db.Distributed},
		{Name: "points_counter", Placement: db.Distributed},
		{Name: "points_batch", Placement: db.Distributed}, {Name: "points_check", Placement: db.Distributed}, {Name: "points_writeoff", Placement: db.Distributed},
		{Name: "points_redemption", Placement: db.Distributed}, {Name: "points_redemption_end", Placement: db.Distributed}, {Name: "points_reminder", Placement: db.Distributed},
		{Name: "points_claim", Placement: db.Distributed}, {Name: "points_verdict", Placement: db.Distributed},
		{Name: "points_ticket", Placement: db.Distributed}, {Name: "points_ticket_step", Placement: db.Distributed},
		{Name: "points_rule", Placement: db.Distributed}, {Name: "points_rule_end", Placement: db.Distributed},
		{Name: "points_grant", Placement: db.Distributed}, {Name: "points_grant_undo", Placement: db.Distributed},
		{Name: "points_list", Placement: db.Distributed}, {Name: "points_list_line", Placement: db.Distributed},
		{Name: "points_manager", Placement: db.Distributed}, {Name: "points_manager_account", Placement: db.Distributed},
		{Name: "points_offset", Placement: db.Distributed}, {Name: "points_offset_file", Placement: db.Distributed}, {Name: "points_offset_line", Placement: db.Distributed},
		{Name: "points_offset_answer", Placement: db.Distributed}, {Name: "points_offset_payment", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals of the catalogue and its stock, in the order in which they are checked.
var (
	ErrBadGood     = fault.New(fault.Invalid, "points.bad_good")
	ErrBadTerms    = fault.New(fault.Invalid, "points.bad_terms")
	ErrNoReason    = fault.New(fault.Invalid, "points.no_reason")
	ErrNoGood      = fault.New(fault.NotFound, "points.no_good")
	ErrGoodEnded   = fault.New(fault.Conflict, "points.good_ended")
	ErrBadBatch    = fault.New(fault.Invalid, "points.bad_batch")
	ErrNoBatch     = fault.New(fault.NotFound, "points.no_batch")
	ErrChecked     = fault.New(fault.Conflict, "points.checked_before")
	ErrBadCheck    = fault.New(fault.Invalid, "points.bad_check")
	ErrOwnDelivery = fault.New(fault.Conflict, "points.own_delivery") // who noted the delivery does not check it
	ErrBadCounter  = fault.New(fault.Invalid, "points.bad_counter")
	ErrNoPicture   = fault.New(fault.NotFound, "points.no_picture")
	ErrStockShort  = fault.New(fault.Conflict, "points.stock_short")
)

// Kind is what sort of thing a good is.
type Kind string

// The kinds.
const (
	Item  Kind = "goods"
	Doing Kind = "service" // a haircut, an umbrella mended: stock is how many are promised
)

// Kinds lists them in the order of a form.
var Kinds = []Kind{Item, Doing}

// Good is one line of the catalogue.
type Good struct {
	ID       id.ID
	Kind     Kind
	Name     string
	Unit     string // "瓶", "次"
	About    string
	Supplier id.ID // the shop that gets the cost
	Added    time.Time
	Terms    Terms // in force
	Ended    bool  // nobody can ask for it any more
	Left     int64 // that can be asked for
}

// Terms are what a good costs, whom, and where it is collected.
type Terms struct {
	Number  int64
	Points  money.Amount
	Cost    money.Amount // fen owed to the supplier for one
	Monthly int64        // at most for a person in a civil month, 0 as many as she likes
	From    period.Day
	Until   period.Day // the last day, 0 without an end
	Counter id.ID      // a shop, or a counter of this package
	Picture id.ID      // of module attachment, zero: none
	Reason  string     // why they were changed
	By      string
	At      time.Time
}

// Open reports whether the good can be asked for on a day.
func (t *Terms) Open(day period.Day) bool { return day >= t.From && (t.Until == 0 || day <= t.Until) }

// The most that a good may ask for and cost; more is a typing error.
const (
	maxPoints = 1_000_000
	maxCost   = 1_000_000 // fen
	maxStock  = 1_000_000
)

func (g *Good) validate() error {
	switch {
	case !slices.Contains(Kinds, g.Kind):
		return ErrBadGood.On("kind")
	case !line(g.Name, 1, 40):
		return ErrBadGood.On("name")
	case !line(g.Unit, 1, 8):
		return ErrBadGood.On("unit")
	case !text(g.About, 0, 300):
		return ErrBadGood.On("about")
	case g.Supplier.IsZero():
		return ErrBadGood.On("supplier")
	}
	return g.Terms.validate()
}

func (t *Terms) validate() error {
	switch {
	case t.Points < 1 || t.Points > maxPoints:
		return ErrBadTerms.On("points")
	case t.Cost < 0 || t.Cost > maxCost:
		return ErrBadTerms.On("cost")
	case t.Monthly < 0 || t.Monthly > 1_000:
		return ErrBadTerms.On("monthly")
	case t.From <= 0:
		return ErrBadTerms.On("from")
	case t.Until != 0 && t.Until < t.From:
		return ErrBadTerms.On("until")
	case t.Counter.IsZero():
		return ErrBadTerms.On("counter")
	}
	return nil
}

// Counter is a place to collect at that is no shop.
type Counter struct {
	ID      id.ID  `db:"id"`
	Name    string `db:"name"`
	Address string `db:"address"`
}

// Batch is what a supplier delivered of a good.
type Batch struct {
	ID       id.ID
	Good     id.ID
	Quantity int64
	Document string // number of the delivery note
	By       string
	At       time.Time
	Check    *Check // nil while it is not checked
}

// Check is how a delivered batch was found (B5): its stock counts from then on, if
// it passed.
type Check struct {
	Passed  bool
	Sample  int64 // how many were looked at
	Faulty  int64 // of them
	Note    string
	Picture id.ID // of module attachment, zero: none
	By      string
	At      time.Time
}

// Passed reports whether a batch is stock.
func (b *Batch) Passed() bool { return b.Check != nil && b.Check.Passed }

// line reports whether a text is one line of so many letters.
func line(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && s == strings.TrimSpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// text is line with more lines than one.
func text(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && unicode.In(r, unicode.Cc, unicode.Cf)
	})
}

func reasoned(reason string) error {
	if !text(reason, 1, 300) || strings.TrimSpace(reason) == "" {
		return ErrNoReason.On("reason")
	}
	return nil
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
