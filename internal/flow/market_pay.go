package flow

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/marketday"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/paycode"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// Refusals of payments on a market day (F9).
var (
	ErrMarketNobody    = fault.New(fault.Invalid, "market.nobody")
	ErrMarketHousehold = fault.New(fault.Conflict, "market.own_household")
	ErrMarketCodeMax   = fault.New(fault.Conflict, "market.code_max") // details: most
	ErrMarketDayMax    = fault.New(fault.Conflict, "market.day_max")  // details: left
)

// MarketSale is a service that was done on the spot, as the stallholder or the payer says.
type MarketSale struct {
	Stall   id.ID
	Minutes int
	Code    string    // that the payer shows; "" if she pays herself
	Shown   time.Time // when she showed it, by the stallholder's clock; zero: now
	Payer   string    // her reference, if she pays herself
	Token   string    // tells a form that comes again

	key id.ID // the phone that showed the code
}

// TakeAtStall is paid by the code that the payer shows: what she agrees to by showing it
// is bounded by market_code_max and market_day_max, since nothing but the code says so.
// Without a network the form waits on the stallholder's phone and comes later, with the
// time at which the code was shown. The same form again is the first payment; a code counts
// once. Codes and payments are written apart: if the process stops between the two, the same
// form goes on from the code that it has used up.
//
// Refusals: paycode.ErrBadCode, ErrUsed, checkout.ErrLateScan, those of
// marketday.Service.MayPay, ErrMarket…, coin.ErrSoftLimit.
func (f *Flows) TakeAtStall(ctx context.Context, place id.ID, actor db.Actor, who Holding, s MarketSale) (p *marketday.Payment, err error) {
	defer fault.Wrap(&err, "take a payment at a stall")
	if p, err := f.marketByToken(ctx, place, s.Token); err == nil || !errors.Is(err, marketday.ErrNoPayment) {
		return p, err
	}
	met, err := f.whenTheyMet(ctx, place, s.Shown)
	if err != nil {
		return nil, err
	}
	opening := Opening{Code: s.Code, at: s.paymentID()}
	if s.Shown, err = f.shownAtStall(ctx, place, opening, met); err != nil {
		return nil, err
	}
	// What can be refused without the code is refused before the code is used up.
	if err := f.mayTakeAtStall(ctx, place, who, s); err != nil {
		return nil, err
	}
	at, payer, err := f.whoStandsThere(ctx, place, opening, met)
	if errors.Is(err, paycode.ErrUsed) { // perhaps by this very form, a moment ago
		if p, err := f.marketByToken(ctx, place, s.Token); err == nil {
			return p, nil
		}
	}
	if err == nil && payer.ref == "" {
		err = ErrMarketNobody.On("code")
	}
	if err != nil {
		return nil, err
	}
	s.Payer, s.key = payer.ref, payer.key
	return f.payAtStall(ctx, place, actor, &who, s, marketday.Payment{ID: at, How: marketday.ByCode})
}

// paymentID is the payment that a form makes, known before its code is used up for it; zero
// of a form without a token.
func (s *MarketSale) paymentID() id.ID {
	if s.Token == "" {
		return id.ID{}
	}
	sum := sha256.Sum256(append(s.Stall[:], s.Token...))
	return id.V4([16]byte(sum[:16]))
}

// shownAtStall is when a code was shown: as the stallholder's clock says if the scan waited
// for the network, when it was used up if this form did so before, else now.
func (f *Flows) shownAtStall(ctx context.Context, place id.ID, o Opening, met meeting) (at time.Time, err error) {
	if !met.at.IsZero() {
		return met.at, nil
	}
	if !o.at.IsZero() {
		if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			at, err = f.PayCodes.UsedFor(ctx, r, o.Code, paycode.For{Place: place, Checkout: o.at})
			return err
		}); err != nil || !at.IsZero() {
			return at, err
		}
	}
	return f.DB.Clock().Now(), nil
}

// PayAtStall is paid by the payer on her own phone: she says herself how long it took.
func (f *Flows) PayAtStall(ctx context.Context, place id.ID, actor db.Actor, s MarketSale) (p *marketday.Payment, err error) {
	defer fault.Wrap(&err, "pay at a stall")
	if p, err := f.marketByToken(ctx, place, s.Token); err == nil || !errors.Is(err, marketday.ErrNoPayment) {
		return p, err
	}
	s.Shown = f.DB.Clock().Now()
	return f.payAtStall(ctx, place, actor, nil, s, marketday.Payment{How: marketday.BySelf})
}

func (f *Flows) marketByToken(ctx context.Context, place id.ID, token string) (p *marketday.Payment, err error) {
	if token == "" {
		return nil, marketday.ErrNoPayment
	}
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		p, err = f.Markets.PaymentByToken(ctx, r, place, token)
		return err
	})
	return p, err
}

// mayTakeAtStall refuses what needs no code to be refused.
func (f *Flows) mayTakeAtStall(ctx context.Context, place id.ID, who Holding, s MarketSale) error {
	if _, _, err := paycode.Split(s.Code); err != nil {
		return err
	}
	here, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	return f.DB.View(ctx, place, func(r db.Reader) error {
		x, err := f.Markets.StallByID(ctx, r, place, s.Stall)
		if err == nil && !who.Has(x) {
			err = marketday.ErrNoStall
		}
		if err != nil {
			return err
		}
		if err := f.Markets.MayPay(ctx, r, place, x, id.ID{}, s.Minutes, s.Shown); err != nil {
			return err
		}
		if here.Rules.ServicePrice(s.Minutes) > here.Rules.MarketCodeMax {
			return ErrMarketCodeMax.On("minutes").With("most", here.Rules.MarketCodeMax.Grouped(money.Coin))
		}
		return nil
	})
}

// payAtStall settles a service: set aside, paid and let go in one transaction, by the
// rules of any service (T-01 to T-03), so that neither the opening credit nor the soft
// limit is passed by.
func (f *Flows) payAtStall(ctx context.Context, place id.ID, actor db.Actor, who *Holding, s MarketSale, p marketday.Payment) (paid *marketday.Payment, err error) {
	var x *marketday.Stall
	if err := f.DB.View(ctx, place, func(r db.Reader) error { x, err = f.Markets.StallByID(ctx, r, place, s.Stall); return err }); err != nil {
		return nil, err
	}
	payer, err := f.strangerAt(ctx, place, x, s.Payer)
	if err != nil {
		return nil, err
	}
	if p.How == marketday.BySelf { // who takes a code stands at her stall
		if err := f.notAtOwnStall(ctx, place, x, actor.ID); err != nil {
			return nil, err
		}
	}
	pay := func(tx *db.Tx) error {
		if paid, err = f.Markets.PaymentByToken(ctx, tx, place, s.Token); s.Token != "" && !errors.Is(err, marketday.ErrNoPayment) {
			return err // twice at the same moment
		}
		paid, err = f.settleAtStall(ctx, tx, who, s, p)
		if err != nil {
			return err
		}
		return f.tellPaidAt(ctx, tx, x, paid, s.key, actor.ID != payer)
	}
	return paid, f.updateWith(ctx, place, actor, s.Payer, pay)
}

// strangerAt is the person behind a payer, zero if there is none. Who holds the stall, works
// for the shop that holds it, or lives with the stallholder is refused.
func (f *Flows) strangerAt(ctx context.Context, place id.ID, x *marketday.Stall, ref string) (payer id.ID, err error) {
	if err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		of, err := f.People.BehindRef(ctx, r, ref)
		if errors.Is(err, person.ErrNotFound) {
			return nil
		}
		payer = of.Person
		return err
	}); err != nil || payer.IsZero() {
		return payer, err
	}
	if err := f.notAtOwnStall(ctx, place, x, payer); err != nil {
		return payer, err
	}
	return payer, f.otherHouseholdAt(ctx, place, x, payer)
}

// notAtOwnStall refuses a person at her own stall and at that of a shop of hers.
func (f *Flows) notAtOwnStall(ctx context.Context, place id.ID, x *marketday.Stall, who id.ID) error {
	people, err := f.shopsOf(ctx, place, x.Shop)
	if err != nil {
		return err
	}
	own := slices.Contains(people[x.Shop], who)
	if !x.Member.IsZero() {
		if own, err = f.IsMember(ctx, place, x.Member, who); err != nil {
			return err
		}
	}
	if own {
		return marketday.ErrOwnStall
	}
	return nil
}

// otherHouseholdAt refuses a payer who lives with the stallholder.
func (f *Flows) otherHouseholdAt(ctx context.Context, place id.ID, x *marketday.Stall, payer id.ID) error {
	if x.Member.IsZero() {
		return nil
	}
	holder, err := f.Householder(ctx, place, x.Member)
	if err != nil || holder.Household.ID.IsZero() {
		return err
	}
	return f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		home, found, err := f.Households.HomeOf(ctx, r, payer)
		if err == nil && found && home.ID == holder.Household.ID {
			err = ErrMarketHousehold
		}
		return err
	})
}

func (f *Flows) settleAtStall(ctx context.Context, tx *db.Tx, who *Holding, s MarketSale, p marketday.Payment) (*marketday.Payment, error) {
	x, err := f.stallOf(ctx, tx, who, s.Stall)
	if err != nil {
		return nil, err
	}
	payer, err := f.knownMember(ctx, tx, s.Payer)
	if err != nil {
		return nil, err
	}
	if err := f.Markets.MayPay(ctx, tx, tx.Community, x, payer.ID, s.Minutes, s.Shown); err != nil {
		return nil, err
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	if p.ID.IsZero() {
		p.ID = tx.NewID()
	}
	if s.Token == "" {
		s.Token = p.ID.String()
	}
	p.Day, p.Stall, p.Payer, p.Minutes, p.Shown, p.Token, p.Coins = x.Day, x.ID, payer.ID, s.Minutes, s.Shown, s.Token, v.Params.ServicePrice(s.Minutes)
	if p.How == marketday.ByCode {
		before, err := f.Markets.ByCodeOn(ctx, tx, tx.Community, x.Day, payer.ID)
		if err != nil {
			return nil, err
		}
		if left := v.Params.MarketDayMax - before; p.Coins > left {
			return nil, ErrMarketDayMax.On("minutes").With("left", max(0, left).Grouped(money.Coin))
		}
	}
	if _, err := f.setAsideHours(ctx, tx, p.ID, payer.ID, p.Coins); err != nil {
		return nil, err
	}
	m, err := f.payService(ctx, tx, HoursService{Request: p.ID, Assignment: p.ID, Asker: payer.ID, Server: charter.Server{Member: x.Member, Shop: x.Shop}, Minutes: s.Minutes, Coins: p.Coins})
	if err != nil {
		return nil, err
	}
	if _, err := f.letGoHours(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	p.Seq = m.Seq
	return f.Markets.Pay(ctx, tx, p)
}

// tellPaidAt tells the payer for whom somebody else acted, or whose code was taken, and
// wakes the pages that watch the day.
func (f *Flows) tellPaidAt(ctx context.Context, tx *db.Tx, x *marketday.Stall, p *marketday.Payment, phone id.ID, byOther bool) error {
	if byOther || p.How == marketday.ByCode {
		if err := f.tellMember(ctx, tx, p.Payer, notice.Notice{Kind: notice.MarketPaid, Cause: marketCause(p.ID), Link: MarketPaymentPath(tx.Community, p.ID),
			Args: []notice.Arg{notice.Text(x.Title, ""), notice.Coins(p.Coins), notice.Count(int64(p.Minutes))}}); err != nil {
			return err
		}
	}
	return f.wake(ctx, tx, x.Day, p.ID, phone)
}

// WhereCodeLed is the page to which a phone goes once its code was scanned: of a checkout,
// or of a payment on a market day; "" while there is neither.
func (f *Flows) WhereCodeLed(ctx context.Context, use paycode.For) (path string, err error) {
	err = f.DB.View(ctx, use.Place, func(r db.Reader) error {
		switch _, err := f.Markets.PaymentByID(ctx, r, use.Place, use.Checkout); {
		case err == nil:
			path = MarketPaymentPath(use.Place, use.Checkout)
			return nil
		case !errors.Is(err, marketday.ErrNoPayment):
			return err
		}
		if _, err := f.Checkouts.ByID(ctx, r, use.Place, use.Checkout); fault.KindOf(err) == fault.NotFound {
			return nil
		} else if err != nil {
			return err
		}
		path = "/me/checkouts/" + use.Place.String() + "/" + use.Checkout.String()
		return nil
	})
	return path, err
}
