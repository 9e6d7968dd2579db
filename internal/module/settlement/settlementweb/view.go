// Package settlementweb shows a receipt with its proof: how the buyer paid, to
// whom each fen went and by which rule, what was refunded, and how anybody can
// check it, also without a network (D2, D3, L7).
//
// A receipt is opened by whoever holds its address. It names shops and never a
// person.
package settlementweb

import (
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

// ReceiptView is one receipt. Explain fills what follows from the facts of the
// purchase; the rest is the caller's.
type ReceiptView struct {
	Shop      string
	Community Place
	Tail      string    // the digits people quote: 7C2E
	At        time.Time // of the purchase, in the community's zone
	URL       string    // the absolute address of this page, for the code
	FileHref  string    // where the receipt file is downloaded

	Price, List, Coupon money.Amount // List and Coupon are information only
	Items               int

	Paid    []Paid
	Went    []Went  // comes to Price exactly
	Groups  []Group // the rules that moved something, under their headings
	Unused  []Line  // the rules that did not, and why
	Policy  Policy
	Refunds []Refund

	Proof   *Proof // nil until it exists: then no seal is drawn
	Offline Offline
}

// Place is a name and where it is shown.
type Place struct {
	Name string
	Href string
}

// Paid is one way in which the buyer paid.
type Paid struct {
	How    i18n.Message
	Amount money.Amount
}

// Went is one recipient of the price.
type Went struct {
	Who    i18n.Message
	Note   i18n.Message
	Amount money.Amount
	Hue    int
}

// Group is a heading with the rules below it.
type Group struct {
	Title i18n.Message
	Note  i18n.Message // out of whose pocket, if one pocket paid all
	Lines []Line
}

// Line is one rule on a receipt.
type Line struct {
	Rule   string
	Title  i18n.Message
	Amount money.Amount
	Asset  money.Asset
	Gain   bool // the buyer receives it
	Why    i18n.Message
	Notes  []i18n.Message // what limited it, what became a debt
	Clause i18n.Message   // the words of the rule
}

// Policy is the version of the community's rules that was in force.
type Policy struct {
	Name    string
	Version int
	Since   period.Day // in force from; zero for the first version
	Vote    *Vote      // nil if it was not voted on
	Href    string     // the full text, "" if it is not shown anywhere
}

// Vote is how residents decided.
type Vote struct {
	On            period.Day
	Ayes, Against int
}

// Refund is money that was given back, with every leg that was undone (D3).
type Refund struct {
	At     time.Time
	Amount money.Amount
	Lines  []Line
	Proof  *Proof
}

// Proof says where in the public log the entry stands.
type Proof struct {
	Index     int64     // number of the entry
	At        time.Time // when it was written, in the community's zone
	Witnesses []i18n.Message
}

// Offline is what somebody needs to check the receipt file without us.
type Offline struct {
	FileName string // of the downloaded file
	Command  string // to type
	Key      string // the log's public key, as a signed note names it
	Keys     []CommunityKey
}

// CommunityKey is the public key of one community's log.
type CommunityKey struct{ Community, Key string }

// refunded is what has been given back so far.
func (v ReceiptView) refunded() (total money.Amount) {
	for _, r := range v.Refunds {
		total += r.Amount
	}
	return total
}

// wentTotal is what the recipients got together.
func (v ReceiptView) wentTotal() (total money.Amount) {
	for _, w := range v.Went {
		total += w.Amount
	}
	return total
}
