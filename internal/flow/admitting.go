package flow

import (
	"context"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// CheckApplication says what the check of an application's documents came to: in order
// (Checked), something is missing (Returned, with what), or Refused with a reason.
func (f *Flows) CheckApplication(ctx context.Context, community id.ID, actor db.Actor, application id.ID, to alliance.State, note string) (err error) {
	defer fault.Wrap(&err, "check an application")
	if to != alliance.Checked && to != alliance.Returned && to != alliance.Refused {
		return alliance.ErrBadStep
	}
	return f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		if err := f.notOneself(ctx, tx, application); err != nil {
			return err
		}
		_, err := f.advance(ctx, tx, a, application, to, note, 0)
		return err
	})
}

// notOneself refuses an office who decides on her own application.
func (f *Flows) notOneself(ctx context.Context, tx *db.Tx, application id.ID) error {
	x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, application)
	if err == nil && !tx.Actor.ID.IsZero() && x.Person == tx.Actor.ID {
		err = alliance.ErrSameHand
	}
	return err
}

// NoteVisit notes a visit to an applicant's shop; a form that arrives again under its
// token changes nothing, and its visit is nil. A shop that is not fit is refused.
func (f *Flows) NoteVisit(ctx context.Context, community id.ID, actor db.Actor, v alliance.Visit, token string) (noted *alliance.Visit, err error) {
	defer fault.Wrap(&err, "note a visit")
	err = f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		noted = nil
		if token != "" {
			if first, err := once.First(ctx, tx, actor.ID, token); err != nil || !first {
				return err
			}
		}
		if err := f.notOneself(ctx, tx, v.Application); err != nil {
			return err
		}
		if noted, err = f.Alliance.NoteVisit(ctx, tx, v, a.today(tx.Now)); err != nil {
			return err
		}
		to, note := alliance.Visited, ""
		if v.Result == alliance.NotFit {
			to, note = alliance.Refused, v.Note
		}
		_, err = f.advance(ctx, tx, a, v.Application, to, note, 0)
		return err
	})
	return noted, err
}

// DecideAppeal decides on an appeal. Upheld, the application goes on: back to the check
// if its opening has not been voted on, else onto the waiting list. Who refused
// it does not decide on the appeal.
func (f *Flows) DecideAppeal(ctx context.Context, community id.ID, actor db.Actor, application id.ID, uphold bool, note string) (err error) {
	defer fault.Wrap(&err, "decide an appeal")
	return f.inAlliance(ctx, community, actor, func(tx *db.Tx, a *allied) error {
		x, err := f.Alliance.ApplicationByID(ctx, tx, community, application)
		if err != nil {
			return err
		}
		if r := x.Reached(alliance.Refused); r != nil && r.By == actor.ID && !actor.ID.IsZero() || x.Person == actor.ID {
			return alliance.ErrSameHand
		}
		if !uphold {
			_, err := f.advance(ctx, tx, a, application, alliance.Dismissed, note, 0)
			return err
		}
		if _, err := f.advance(ctx, tx, a, application, alliance.Upheld, note, 0); err != nil {
			return err
		}
		o, err := f.Alliance.OpeningByID(ctx, tx, community, x.Opening)
		if err != nil {
			return err
		}
		if o.Ended.IsZero() && x.Reached(alliance.Balloted) == nil {
			_, err = f.advance(ctx, tx, a, application, alliance.Submitted, note, 0)
			return err
		}
		_, err = f.advance(ctx, tx, a, application, alliance.Listed, note, len(x.Steps))
		return err
	})
}

// invoice asks an elected shop for its deposit and its fee. The register notes the shop
// now, not yet open, since what it pays stands in the books under its name. Where the
// policy asks for nothing the contract can be made at once.
func (f *Flows) invoice(ctx context.Context, tx *db.Tx, a *allied, application id.ID) error {
	x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, application)
	if err != nil {
		return err
	}
	shop := x.Shop
	if shop.IsZero() {
		if shop, err = f.enrolBidder(ctx, tx, a, x); err != nil {
			return err
		}
	}
	if _, err := f.advance(ctx, tx, a, application, alliance.Charged, "", 0); err != nil {
		return err
	}
	due := alliance.DaysFrom(tx.Now, a.AdmissionDays, a.zone)
	asked := 0
	for _, c := range []charge.Charge{{Purpose: charge.Deposit, Amount: a.MerchantDeposit}, {Purpose: charge.MerchantFee, Amount: a.MerchantFee}} {
		if c.Amount == 0 {
			continue
		}
		c.Subject, c.Kind, c.Payer, c.Title, c.DueAt = application, charge.ByMerchant, shop, x.Form.ShopName, due
		if _, err := f.Charges.Open(ctx, tx, c); err != nil {
			return err
		}
		asked++
	}
	if asked > 0 {
		return nil
	}
	_, err = f.advance(ctx, tx, a, application, alliance.Paid, "", 0)
	return err
}

// enrolBidder notes the shop of an application in the register, suspended until it is
// admitted.
func (f *Flows) enrolBidder(ctx context.Context, tx *db.Tx, a *allied, x *alliance.Application) (shop id.ID, err error) {
	trade, err := a.tree.Find(x.Form.Trade)
	if err != nil {
		return shop, err
	}
	ref := "A" + strings.ToUpper(x.ID.String()[20:])
	m, _, err := f.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: x.Form.ShopName, Industry: trade.Code, IndustryZH: trade.Zh, Tier: policy.Standard})
	if err != nil {
		return shop, err
	}
	if err := f.Merchants.Change(ctx, tx, ref, func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil }); err != nil {
		return shop, err
	}
	if err := f.Merchants.SetPosition(ctx, tx, m.ID, x.Form.At); err != nil {
		return shop, err
	}
	return m.ID, f.Alliance.Register(ctx, tx, x.ID, m.ID)
}

// payMerchantFee is how a shop's fee is booked, and what follows.
func (f *Flows) payMerchantFee() payable {
	return payable{
		move: func(_ context.Context, _ *db.Tx, c *charge.Charge, p charge.Payment) (charter.Move, error) {
			return charter.MerchantFee{Merchant: c.Payer, Charge: c.ID, Fee: c.Amount, Means: p.Means}, nil
		},
		paid: f.seatPaid, dropped: f.seatUnpaid,
	}
}

// payDeposit is how a shop's deposit is booked, and what follows.
func (f *Flows) payDeposit() payable {
	return payable{
		move: func(_ context.Context, _ *db.Tx, c *charge.Charge, _ charge.Payment) (charter.Move, error) {
			return charter.DepositPaid{Merchant: c.Payer, Charge: c.ID, Amount: c.Amount}, nil
		},
		paid: f.seatPaid, dropped: f.seatUnpaid,
	}
}

// seatPaid moves an application on once everything it was asked for is paid.
func (f *Flows) seatPaid(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
	x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, c.Subject)
	if err != nil || x.State() != alliance.Charged {
		return err
	}
	all, err := f.Charges.Of(ctx, tx, tx.Community, x.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Open() && all[i].ID != c.ID {
			return nil
		}
	}
	a, err := f.alliedIn(ctx, tx)
	if err != nil {
		return err
	}
	_, err = f.advance(ctx, tx, a, x.ID, alliance.Paid, "", 0)
	return err
}

// seatUnpaid ends an application whose charge was cancelled or not paid in time.
func (f *Flows) seatUnpaid(ctx context.Context, tx *db.Tx, c *charge.Charge) error {
	x, err := f.Alliance.ApplicationByID(ctx, tx, tx.Community, c.Subject)
	if err != nil || x.State() != alliance.Charged {
		return err
	}
	a, err := f.alliedIn(ctx, tx)
	if err != nil {
		return err
	}
	_, err = f.advance(ctx, tx, a, x.ID, alliance.Lapsed, "", 0)
	return err
}

// unpay gives back what an application paid that ends before its shop was admitted, and
// drops what it still had to pay.
func (f *Flows) unpay(ctx context.Context, tx *db.Tx, a *allied, x *alliance.Application) error {
	reason := "入席没有办成"
	all, err := f.Charges.Of(ctx, tx, tx.Community, x.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Open() {
			if err := f.Charges.Drop(ctx, tx, &all[i], charge.Cancelled, reason); err != nil {
				return err
			}
		}
	}
	return f.returnPaid(ctx, tx, a, x.ID, nil, reason)
}

// admitShop seats a shop whose contract both sides have confirmed: it opens in the register,
// its time on the seat begins, and its opening is decided.
func (f *Flows) admitShop(ctx context.Context, tx *db.Tx, a *allied, x *alliance.Application, c *alliance.Agreement) error {
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, x.Shop)
	if err != nil {
		return err
	}
	owner, err := f.memberHere(ctx, tx, x.Person)
	if err != nil {
		return err
	}
	if err := f.Merchants.Change(ctx, tx, m.Ref, func(m *merchant.Merchant) error {
		m.Status = merchant.Active
		if m.Owner.IsZero() {
			m.Owner = owner
		}
		return nil
	}); err != nil {
		return err
	}
	basis := alliance.Elected
	if x.Reached(alliance.Offered) != nil {
		basis = alliance.Waited
	}
	t, err := f.Alliance.Take(ctx, tx, alliance.Tenure{Seat: c.Seat, Merchant: x.Shop, Until: alliance.MonthsFrom(tx.Now, c.Months, a.zone), Basis: basis, Application: x.ID})
	if err != nil {
		return err
	}
	if err := f.attest(ctx, tx, "~seated:"+t.ID.String(), map[string]any{"tenure": t.ID, "seat": t.Seat, "shop": t.Merchant, "from": t.From, "until": t.Until, "contract": c.SHA256[:]}); err != nil {
		return err
	}
	if _, err := f.advance(ctx, tx, a, x.ID, alliance.Admitted, "", 0); err != nil {
		return err
	}
	return f.tellShop(ctx, tx, a, t, notice.SeatGiven, notice.Text(x.Form.ShopName, ""))
}

// memberHere is a person's pseudonym as a member of tx's community, zero if she is none.
func (f *Flows) memberHere(ctx context.Context, tx *db.Tx, person id.ID) (id.ID, error) {
	memberships, err := f.People.Memberships(ctx, tx, person)
	if err != nil {
		return id.ID{}, err
	}
	for _, s := range memberships {
		m, err := f.Members.ByRef(ctx, tx, s.Ref)
		if err == nil {
			return m.ID, nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return id.ID{}, err
		}
	}
	return id.ID{}, nil
}

// GiveOwners gives the role of owner to applicants whose shop was admitted and who do
// not hold it yet, until the end of their time on the seat. It may be done again.
func (f *Flows) GiveOwners(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "give owners their role")
	now := f.DB.Clock().Now()
	type due struct {
		person, shop id.ID
		until        time.Time
	}
	var all []due
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		tenures, err := f.Alliance.Running(ctx, r, community)
		if err != nil {
			return err
		}
		for _, t := range tenures {
			if t.Application.IsZero() || !t.Holds(now) {
				continue
			}
			x, err := f.Alliance.ApplicationByID(ctx, r, community, t.Application)
			if err != nil {
				return err
			}
			if !x.Erased {
				all = append(all, due{x.Person, t.Merchant, t.Until})
			}
		}
		return nil
	})
	for _, d := range all {
		if owns, err := f.ownsHere(ctx, d.person, community, d.shop); err != nil || owns {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.giveRole(ctx, access.Grant{Person: d.person, Role: access.Owner, Place: community, Subject: d.shop, Grantor: allianceGrantor, Reason: "联盟席位签约", Until: d.until}); err != nil {
			return err
		}
	}
	return err
}
