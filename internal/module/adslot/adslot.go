// Package adslot keeps the places on pages that shops book by the month: which there
// are, who has which month, what it shows and who let it pass, and how often it was
// seen and opened (C10). An advertisement is marked as one, is the same for
// everybody, leads to a page of this house alone, and is counted without anybody's
// name. What the Advertising Law does not let a shop say is refused: see Unlawful.
package adslot

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
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

// Schema are the tables of advertising.
var Schema = db.Schema{
	Owner: "module/adslot",
	Tables: []db.Table{
		{Name: "ad_slot", Placement: db.Distributed}, {Name: "ad_slot_end", Placement: db.Distributed}, {Name: "ad_booking", Placement: db.Distributed},
		{Name: "ad_held", Placement: db.Distributed}, {Name: "ad_paid", Placement: db.Distributed}, {Name: "ad_booking_end", Placement: db.Distributed},
		{Name: "ad_creative", Placement: db.Distributed}, {Name: "ad_review", Placement: db.Distributed}, {Name: "ad_count", Placement: db.Distributed},
		{Name: "ad_batch", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNoSlot     = fault.New(fault.NotFound, "adslot.no_slot")
	ErrNoBooking  = fault.New(fault.NotFound, "adslot.no_booking")
	ErrNoCreative = fault.New(fault.NotFound, "adslot.no_creative")
	ErrBadPage    = fault.New(fault.Invalid, "adslot.bad_page")
	ErrBadName    = fault.New(fault.Invalid, "adslot.bad_name")
	ErrBadPrice   = fault.New(fault.Invalid, "adslot.bad_price")
	ErrClosed     = fault.New(fault.Conflict, "adslot.slot_closed")
	ErrBadMonth   = fault.New(fault.Invalid, "adslot.bad_month")
	ErrTaken      = fault.New(fault.Conflict, "adslot.month_taken")
	ErrOther      = fault.New(fault.Conflict, "adslot.other_slot_that_month")
	ErrNotYours   = fault.New(fault.NotFound, "adslot.not_yours")
	ErrEnded      = fault.New(fault.Conflict, "adslot.ended")
	ErrOver       = fault.New(fault.Conflict, "adslot.month_over")
	ErrBadText    = fault.New(fault.Invalid, "adslot.bad_text")
	ErrUnlawful   = fault.New(fault.Invalid, "adslot.unlawful")
	ErrBadTarget  = fault.New(fault.Invalid, "adslot.bad_target")
	ErrNoWords    = fault.New(fault.Invalid, "adslot.no_words")
	ErrReviewed   = fault.New(fault.Conflict, "adslot.reviewed")
)

// Page is where a slot lies.
type Page string

// The pages. Group buying is not open yet: what nobody sees is not offered. The wall
// screen comes with the screens of the neighbourhood.
const (
	Home Page = "home"
	Map  Page = "map"
)

// Pages lists them.
var Pages = []Page{Home, Map}

// TextMost is how many characters an advertisement has at most, MonthsAhead how many
// months it can be booked ahead, UnpaidDays how long a booking waits for its payment.
const (
	TextMost    = 40
	MonthsAhead = 6
	UnpaidDays  = 3
)

// Slot is one place on a page.
type Slot struct {
	ID    id.ID
	Page  Page
	Name  string
	Price money.Amount // fen a month
	Ended time.Time    // zero while it is offered
}

// Bounds are what the policy lets a month cost, in fen.
type Bounds struct{ Min, Max money.Amount }

func (s *Slot) validate(b Bounds) error {
	switch {
	case !slices.Contains(Pages, s.Page):
		return ErrBadPage.On("page")
	case !text.Line(s.Name, 20):
		return ErrBadName.On("name")
	case s.Price < b.Min || s.Price > b.Max:
		return ErrBadPrice.On("price").With("min", b.Min.Decimal(money.CNY)).With("max", b.Max.Decimal(money.CNY))
	}
	return nil
}

// Booking is one shop's month in a slot.
type Booking struct {
	ID    id.ID
	Slot  id.ID
	Shop  id.ID
	Month period.Month
	From  period.Day // the month's first day, or the day on which it was booked in it
	Price money.Amount
	At    time.Time
	By    id.ID
	Paid  time.Time // zero while it is owed
	End   *End      // nil while it stands
}

// How says how a booking ended before its month did.
type How string

// The ways of ending.
const (
	Cancelled How = "cancelled"
	Lapsed    How = "lapsed" // it was not paid in time
)

// End is how it ended.
type End struct {
	How    How
	Words  string
	Refund money.Amount // fen that go back
	At     time.Time
}

// Prorate is what the rest of a span costs from a day on, of the price of the whole;
// fractions of a fen are left out.
func Prorate(price money.Amount, first, from, last period.Day) money.Amount {
	if from <= first {
		return price
	}
	return money.MulDiv(price, money.Amount(max(0, last-from+1)), money.Amount(last-first+1))
}

// Days are the days of a booking, and how many of them are used when it is given up on
// a day: that day and those before it.
func (b *Booking) Days(on period.Day) (used, all int) {
	all = int(b.Month.Last()-b.From) + 1
	return min(max(0, int(on-b.From)+1), all), all
}

// Creative is what a booking shows.
type Creative struct {
	ID      id.ID
	Booking id.ID
	Text    string
	Target  string // a page of this house
	File    id.ID  // a picture, zero for none
	At      time.Time
	Review  *Review // nil while nobody looked at it
}

// Review is what the operator said of it.
type Review struct {
	Passed bool
	Words  string
	At     time.Time
	By     id.ID
}

func (c *Creative) validate() error {
	if !text.Line(c.Text, TextMost) {
		return ErrBadText.On("text").With("most", TextMost)
	}
	if w := Unlawful(c.Text); w != nil {
		return ErrUnlawful.On("text").With("word", w.Word).With("why", w.Why)
	}
	if !InHouse(c.Target) {
		return ErrBadTarget.On("target")
	}
	return nil
}

// InHouse reports whether an address is a page of this house: its path alone, which
// no browser takes for another site's.
func InHouse(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && text.Line(path, 200) &&
		!strings.ContainsAny(path, "\\ ?#%") && !strings.Contains(path, "..")
}

// Count is how often a booking was seen and opened on a day.
type Count struct {
	Booking id.ID
	Day     period.Day
	Views   int64
	Clicks  int64
}

// Shown is what may be shown of a booking now.
type Shown struct {
	Booking
	Page     Page
	Creative Creative
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
