// Package ledgerweb shows a community's open books: what neighbours spent in a
// month, where each fen of it went, what the public funds hold, and why all
// this can be believed (K3, L7). Nobody needs to sign in.
//
// No person stands in these pages. Purchases are shown in groups that hold at
// least K buyers; see Fold.
package ledgerweb

import (
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

// BooksView is one month of one community's open books.
type BooksView struct {
	Community Place
	Street    Place // the page above; its Href may be empty
	Month     period.Month
	Months    []period.Month // months that have books, newest first
	Through   period.Day     // the last day that is counted, a closed one; 0 if no day was ever closed
	Open      bool           // some days of the month do not count yet: what was bought on them is not told
	K         int            // the least number of buyers in a group of this view
	ExportK   int            // the same for files
	URL       string         // the absolute address, for the poster's code

	Flow    Flow
	Funds   []Fund
	Entries []Entry // newest first; only those of Via if it is set
	Via     Way
	Waiting *Span // days whose buyers are still fewer than K
	Proof   *Proof
}

// Place is a name and where it is shown.
type Place struct {
	Name string
	Href string
}

// Span is a run of days.
type Span struct{ From, To period.Day }

// Flow is what buyers gave in a month and where it went, refunds taken off.
// What was given and what went come to the same sum, or the page says that
// they do not.
type Flow struct {
	Purchases, Buyers, Shops int

	Held, Direct, Coins               money.Amount // by the provider, straight to the shop, in entitlement
	VouchersByShops, VouchersPlatform money.Amount // by whoever bears the vouchers

	Net       money.Amount // what the shops keep, entitlement at face
	Referrers money.Amount // shops that recommended the buyer (S-06)
	Platform  money.Amount // the commission less what was shared out of it
	Welfare   money.Amount // the welfare fund (S-05)
	Leaders   money.Amount // team leaders (S-08)
	Care      money.Amount // the care fund (S-10)

	CoinsGiven, PointsGiven money.Amount // to buyers, out of no purchase (S-07, S-09)
}

// Given is what buyers gave.
func (f Flow) Given() money.Amount {
	return f.Held + f.Direct + f.Coins + f.VouchersByShops + f.VouchersPlatform
}

// Went is what has arrived somewhere.
func (f Flow) Went() money.Amount {
	return f.Net + f.Referrers + f.Platform + f.Welfare + f.Leaders + f.Care
}

// Fund is the account of a public fund over the month.
type Fund struct {
	Name                      i18n.Message
	Account                   string // as it stands in the books
	Opening, In, Out, Closing money.Amount
}

// Entry is one row of the daily book: the purchases of a group of buyers, or
// one movement of a fund.
type Entry struct {
	From, To period.Day
	What     i18n.Message
	Note     i18n.Message
	Rule     string // "" if several
	Proof    i18n.Message
	Shops    money.Amount // what the shops kept of it
	Fund     money.Amount // into the public funds; negative when they spend
	Spent    money.Amount // what buyers gave; with Via, what went that way
	Group    bool         // a group of purchases: Shops and Spent mean something
}

// Proof is why the month can be believed. It is nil until the log has been
// published, and then no seal is drawn.
type Proof struct {
	Size      int64     // entries that the signed root covers
	Root      string    // the root in hexadecimal
	At        time.Time // when it was signed, in the community's zone
	Closed    bool      // the whole month is closed
	Witnesses []i18n.Message
	Matched   bool // the provider's bill agreed line by line
}

// StreetView is the way in: the communities of a street with their month.
type StreetView struct {
	Street      string
	Month       period.Month
	Communities []CommunityRow
	K           int
}

// CommunityRow is one community in the list.
type CommunityRow struct {
	Place
	Shops, Purchases, Buyers int
	Spent, Fund              money.Amount // this month; Fund is what the public funds hold
}

// state is what there is to show.
type state uint8

const (
	hasBooks state = iota
	noBooks        // no purchase yet, ever
	quiet          // nothing in this month
	pending        // nothing so far in this month, of which some days are not counted yet
	tooFew         // fewer than K buyers: nothing may be shown
)

func (v BooksView) state() state {
	switch {
	case len(v.Months) == 0:
		return noBooks
	case v.Flow.Purchases == 0 && v.Flow.Given() == 0 && v.Open:
		return pending
	case v.Flow.Purchases == 0 && v.Flow.Given() == 0:
		return quiet
	case v.Flow.Buyers < v.K:
		return tooFew
	}
	return hasBooks
}

// publicIn is what the purchases of the month brought to the public funds.
func (f Flow) publicIn() money.Amount { return f.Welfare + f.Care }

// held is what the public funds hold.
func (v BooksView) held() (total money.Amount) {
	for _, f := range v.Funds {
		total += f.Closing
	}
	return total
}
