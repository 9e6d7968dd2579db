// Package checkout keeps what happens at a till between "that makes 128.40" and the
// receipt (D1): a shop asks for an amount, the price is proposed and explained, both
// sides agree, it is paid, it is settled.
//
//	open ── agree ──▶ agreed ── paid ──▶ settled
//	  │                  │
//	  └──── cancelled, expired ◀────────┘
//
// What is agreed to stands still until it is paid or falls through: offers are counted,
// vouchers held, entitlement set aside. Money that comes too late goes back.
package checkout

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of checkouts.
var Schema = db.Schema{
	Owner: "module/checkout",
	Tables: []db.Table{
		{Name: "checkout", Placement: db.Distributed}, {Name: "checkout_terms", Placement: db.Distributed}, {Name: "checkout_end", Placement: db.Distributed},
		{Name: "checkout_open", Placement: db.Distributed}, {Name: "checkout_consent", Placement: db.Distributed}, {Name: "checkout_back", Placement: db.Distributed},
		{Name: "checkout_for", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Way is how shop and buyer met. It is stored.
type Way string

// The ways.
const (
	ByCode  Way = "code"  // the shop scanned the buyer's code
	BySelf  Way = "self"  // the buyer scanned the shop's
	ByGuest Way = "guest" // nobody known
)

// Tender is how the rest is paid, after vouchers and entitlement. It is stored.
type Tender string

// The tenders. Money of the first two passes a licensed provider and is held by it;
// the others the shop has taken itself.
const (
	WeChat Tender = "wechat"
	Alipay Tender = "alipay"
	Cash   Tender = "cash"
	Card   Tender = "card"   // the shop's own terminal
	Record Tender = "record" // paid elsewhere, only recorded
	None   Tender = "none"   // vouchers and entitlement pay for all
)

// Tenders lists what can be chosen, in the order of a till.
var Tenders = []Tender{WeChat, Alipay, Cash, Card, Record}

// Provider is the provider of a tender, "" of money that the shop takes itself.
func (t Tender) Provider() pay.Kind {
	switch t {
	case WeChat:
		return pay.WeChat
	case Alipay:
		return pay.Alipay
	}
	return ""
}

// Known reports whether there is such a tender.
func (t Tender) Known() bool { return t == None || slices.Contains(Tenders, t) }

// Consent is how the buyer agreed that her vouchers and entitlement are used.
type Consent string

// The ways to consent. Nobody's are used without.
const (
	NoConsent Consent = ""      // nothing of hers is used
	OnPhone   Consent = "phone" // signed in, on her own phone
	ByDigits  Consent = "code"  // six digits that her phone made for this amount
)

// Refusals, in the order in which the methods check them.
var (
	ErrBadAmount  = fault.New(fault.Invalid, "checkout.bad_amount")
	ErrBadToken   = fault.New(fault.Invalid, "checkout.bad_token")
	ErrOtherForm  = fault.New(fault.Conflict, "checkout.other_form") // the token belongs to another checkout
	ErrNotFound   = fault.New(fault.NotFound, "checkout.not_found")
	ErrEnded      = fault.New(fault.Conflict, "checkout.ended")
	ErrExpired    = fault.New(fault.Conflict, "checkout.expired")
	ErrAgreed     = fault.New(fault.Conflict, "checkout.agreed") // to other terms
	ErrBadTender  = fault.New(fault.Invalid, "checkout.bad_tender")
	ErrNoConsent  = fault.New(fault.Forbidden, "checkout.no_consent")
	ErrChanged    = fault.New(fault.Conflict, "checkout.price_changed") // details: cash
	ErrLateScan   = fault.New(fault.Conflict, "checkout.scan_too_late")
	ErrLateOnline = fault.New(fault.Conflict, "checkout.late_scan_pays_cash")
	ErrUnpaid     = fault.New(fault.Conflict, "checkout.not_agreed")
)

// Checkout is one thing that a shop asks a buyer to pay.
type Checkout struct {
	ID       id.ID
	Merchant id.ID
	Member   id.ID // the buyer's pseudonym here, zero if nobody is known
	Key      id.ID // the phone that showed a code, zero else
	Way      Way
	List     money.Amount // sum of the shelf prices, fen
	Token    string
	OpenedBy string
	OpenedAt time.Time
	ShownAt  time.Time // when they met: the purchase is of this time
	DueAt    time.Time

	Given *Given // what of hers she let go, nil if she said nothing
	Terms *Terms // nil until they agree
	End   *End   // nil while it goes on
}

// Given is what of hers a buyer let go, to pay the rest at the counter.
type Given struct {
	Coins    money.Amount
	Vouchers []string // codes
	Cash     money.Amount
	How      Consent
	By       string
	At       time.Time
}

// Covers reports whether a proposal uses nothing of hers but what she let go.
func (g *Given) Covers(p *offer.Proposal) bool {
	if g == nil {
		return p.Coins == 0 && len(p.Vouchers) == 0
	}
	for _, v := range p.Vouchers {
		if !slices.Contains(g.Vouchers, v.Ref) {
			return false
		}
	}
	return p.Coins <= g.Coins
}

// Wish is what she wished, as a proposal asks for it.
func (g *Given) Wish() offer.Wish {
	return offer.Wish{Coins: &g.Coins, Vouchers: g.Vouchers, Chosen: true}
}

// Terms are what both sides agreed to.
type Terms struct {
	Proposal offer.Proposal
	Tender   Tender
	Cash     money.Amount // fen that are to be paid
	Hold     id.ID        // of entitlement set aside, zero if none
	Consent  Consent
	By       string
	At       time.Time
}

// EndKind is how a checkout ended.
type EndKind string

// The ends.
const (
	Settled   EndKind = "settled"
	Cancelled EndKind = "cancelled"
	Expired   EndKind = "expired"
)

// End is how and when a checkout ended.
type End struct {
	Kind   EndKind
	Seq    int64 // of the purchase, −1 unless settled
	Reason string
	By     string
	At     time.Time
}

// Ref is under which key the purchase stands in the books. Keys that begin with "~" are
// ours.
func (c *Checkout) Ref() string { return "~till:" + c.ID.String() }

// Settled reports whether it became a purchase.
func (c *Checkout) Settled() bool { return c.End != nil && c.End.Kind == Settled }

// Late reports whether the scan waited for the network before it came here.
func (c *Checkout) Late() bool { return c.OpenedAt.Sub(c.ShownAt) > lateAfter }

// lateAfter is how long a form may be on its way before it counts as one that waited.
const lateAfter = 2 * time.Minute

// May refuses to go on with a checkout at a moment.
func (c *Checkout) May(now time.Time) error {
	switch {
	case c.End != nil:
		return ErrEnded.With("kind", string(c.End.Kind))
	case !now.Before(c.DueAt):
		return ErrExpired
	}
	return nil
}
