package alliance

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// Refusals of an application, in the order in which they are checked.
var (
	ErrNoOpening     = fault.New(fault.NotFound, "alliance.no_opening")
	ErrOpeningClosed = fault.New(fault.Conflict, "alliance.opening_closed")
	ErrOpeningRuns   = fault.New(fault.Conflict, "alliance.opening_runs")
	ErrNotContested  = fault.New(fault.Conflict, "alliance.window_open")
	ErrNoApplication = fault.New(fault.NotFound, "alliance.no_application")
	ErrOneActive     = fault.New(fault.Conflict, "alliance.one_application")
	ErrSeated        = fault.New(fault.Conflict, "alliance.seated_already")
	ErrNotYours      = fault.New(fault.NotFound, "alliance.not_yours")
	ErrFixed         = fault.New(fault.Conflict, "alliance.fixed")

	ErrBadShopName = fault.New(fault.Invalid, "alliance.bad_shop_name")
	ErrBadTrade    = fault.New(fault.Invalid, "alliance.bad_trade")
	ErrBadAddress  = fault.New(fault.Invalid, "alliance.bad_address")
	ErrNoPosition  = fault.New(fault.Invalid, "alliance.no_position")
	ErrBadOwner    = fault.New(fault.Invalid, "alliance.bad_owner")
	ErrBadLicence  = fault.New(fault.Invalid, "alliance.bad_licence")
	ErrBadYears    = fault.New(fault.Invalid, "alliance.bad_years")
	ErrBadSize     = fault.New(fault.Invalid, "alliance.bad_size")
	ErrBadOffer    = fault.New(fault.Invalid, "alliance.bad_offer")
	ErrOfferShare  = fault.New(fault.Invalid, "alliance.offer_share")
	ErrNotPromised = fault.New(fault.Invalid, "alliance.not_promised")
	ErrNoPapers    = fault.New(fault.Invalid, "alliance.no_papers")
)

// Opening is a seat that is open to bids: applications of the whole window are compared
// in one ballot, also if there is only one.
type Opening struct {
	ID       id.ID
	Seat     id.ID
	Trade    string
	Number   int
	From, To time.Time // the window
	Why      string
	By       id.ID
	Ended    time.Time // zero while it is not decided
	Outcome  Outcome
}

// Takes reports whether applications are taken at an instant.
func (o *Opening) Takes(at time.Time) bool {
	return o.Ended.IsZero() && !at.Before(o.From) && at.Before(o.To)
}

// Outcome is how an opening ended.
type Outcome string

// The outcomes.
const (
	Filled    Outcome = "filled" // somebody was elected and admitted
	Nobody    Outcome = "nobody" // nobody applied, or nobody is left
	Unfit     Outcome = "unfit"  // the committee wanted none of them
	Overtaken Outcome = "taken"  // the waiting list filled the seat meanwhile
)

// Size is whether a shop is somebody's own or one of many.
type Size string

// The sizes.
const (
	SmallLocal Size = "small" // the owner's own shop in the neighbourhood: first at a tie
	Chain      Size = "chain"
)

// OfferKind is what a shop gives members.
type OfferKind string

// The kinds of offer (C3).
const (
	Discount    OfferKind = "discount"
	FreeService OfferKind = "service" // free of charge
)

// Promise is a disclosure that a shop promises (C4).
type Promise string

// The three disclosures.
const (
	CostPrice   Promise = "cost"    // of traffic items
	Standard    Promise = "service" // of its service
	ProfitShare Promise = "profit"  // 1% of it goes to community welfare
)

// Promises lists the three.
var Promises = []Promise{CostPrice, Standard, ProfitShare}

// Form is what an applicant tells of the shop.
type Form struct {
	ShopName   string
	Trade      string // code; that of the opening
	Address    string
	At         geo.Point // zero: not told yet
	OwnerName  string
	Licence    string // 统一社会信用代码
	Years      int    // in the neighbourhood
	Size       Size
	Offer      OfferKind
	OfferText  string
	OfferShare money.Rate // of sales
	Promises   []Promise
}

// Application is one shop's bid for a seat.
type Application struct {
	ID      id.ID
	Opening id.ID
	Seat    id.ID
	Person  id.ID // the applicant, who owns the shop or will
	Shop    id.ID // the shop as the register knows it; zero until it is to pay
	Begun   time.Time
	Form    Form
	Erased  bool // the person was forgotten: the form is empty
	Steps   []Step
}

// State is where it stands.
func (a *Application) State() State {
	if len(a.Steps) == 0 {
		return Draft
	}
	return a.Steps[len(a.Steps)-1].State
}

// Last is the last step, nil of a draft.
func (a *Application) Last() *Step {
	if len(a.Steps) == 0 {
		return nil
	}
	return &a.Steps[len(a.Steps)-1]
}

// Due is until when something should follow, zero for no time.
func (a *Application) Due() time.Time {
	if l := a.Last(); l != nil {
		return l.Due
	}
	return time.Time{}
}

// Reached is the last step into a state, nil if it never got there.
func (a *Application) Reached(s State) *Step {
	for i := len(a.Steps) - 1; i >= 0; i-- {
		if a.Steps[i].State == s {
			return &a.Steps[i]
		}
	}
	return nil
}

// SubmittedAt is when it was handed in first: what was earlier wins a tie.
func (a *Application) SubmittedAt() time.Time {
	i := slices.IndexFunc(a.Steps, func(s Step) bool { return s.State == Submitted })
	if i < 0 {
		return time.Time{}
	}
	return a.Steps[i].At
}

// Active reports whether it still runs.
func (a *Application) Active() bool { return !a.State().Final() }

// Editable reports whether the applicant may change what it says.
func (a *Application) Editable() bool { return a.State() == Draft || a.State() == Returned }

// licenceForm is a unified social credit code (18 signs) or an older register number
// (15 digits).
var licenceForm = regexp.MustCompile(`^([0-9A-HJ-NPQRTUWXY]{18}|[0-9]{15})$`)

// tidy takes away what nobody means.
func (f *Form) tidy() {
	for _, s := range []*string{&f.ShopName, &f.Address, &f.OwnerName, &f.Licence, &f.OfferText} {
		*s = strings.TrimSpace(*s)
	}
	f.Licence = strings.ToUpper(strings.ReplaceAll(f.Licence, " ", ""))
}

// keepable refuses what cannot even be kept as a draft.
func (f *Form) keepable() error {
	switch {
	case !plain(f.ShopName, 40):
		return ErrBadShopName.On("shop_name")
	case !plain(f.Address, 100):
		return ErrBadAddress.On("address")
	case f.At != (geo.Point{}) && !f.At.Valid():
		return ErrNoPosition.On("position")
	case !plain(f.OwnerName, 40):
		return ErrBadOwner.On("owner_name")
	case len(f.Licence) > 18:
		return ErrBadLicence.On("licence")
	case f.Years < 0 || f.Years > 150:
		return ErrBadYears.On("years")
	case utf8.RuneCountInString(f.OfferText) > 300 || !utf8.ValidString(f.OfferText):
		return ErrBadOffer.On("offer_text")
	case f.OfferShare < 0 || f.OfferShare > money.One:
		return ErrOfferShare.On("offer_share")
	}
	return nil
}

// Complete refuses a form that cannot be handed in, naming the field.
func (f *Form) Complete(p *policy.Alliance) error {
	switch {
	case f.ShopName == "":
		return ErrBadShopName.On("shop_name")
	case f.Address == "":
		return ErrBadAddress.On("address")
	case f.At == (geo.Point{}):
		return ErrNoPosition.On("position")
	case f.OwnerName == "":
		return ErrBadOwner.On("owner_name")
	case !licenceForm.MatchString(f.Licence):
		return ErrBadLicence.On("licence")
	case f.Size != SmallLocal && f.Size != Chain:
		return ErrBadSize.On("size")
	case f.Offer != Discount && f.Offer != FreeService, f.OfferText == "":
		return ErrBadOffer.On("offer_text")
	case f.OfferShare < p.OfferMin:
		return ErrOfferShare.On("offer_share").With("least", p.OfferMin.Percent())
	}
	for _, x := range Promises {
		if !slices.Contains(f.Promises, x) {
			return ErrNotPromised.On("promises")
		}
	}
	return f.keepable()
}
