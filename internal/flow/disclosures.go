package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// disclosureNotice is how many days before a disclosure is due its shop is told.
const disclosureNotice = 14

// ErrShareAsked refuses a second slip for a share of profit while one is open, or paid.
var ErrShareAsked = fault.New(fault.Conflict, "duty.share_asked")

// Disclose makes something of a shop with a seat public (C4). Of a declared profit the
// share for the welfare fund is asked for at once.
func (f *Flows) Disclose(ctx context.Context, community id.ID, actor db.Actor, token string, d duty.Disclosure) (made *duty.Disclosure, err error) {
	defer fault.Wrap(&err, "disclose")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first, err := formOnce(ctx, tx, token)
		if err != nil || !first {
			return err
		}
		o, err := f.obligedIn(ctx, tx)
		if err != nil {
			return err
		}
		if o.SeatOf(d.Merchant) == nil {
			return ErrNotSeated
		}
		if d.Rate = 0; d.Topic == duty.Profit {
			d.Rate = o.ProfitShare
		}
		if made, err = f.Duties.Disclose(ctx, tx, d, o.Today, o.DisclosureMonths); err != nil || made.Share() == 0 {
			return err
		}
		return f.askShare(ctx, tx, made, o.ProfitDays)
	})
	return made, err
}

// obligedIn is Obligations inside of a transaction.
func (f *Flows) obligedIn(ctx context.Context, tx *db.Tx) (*Obliged, error) {
	rules, err := f.dutyRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	tenures, err := f.Alliance.Tenures(ctx, tx, tx.Community)
	return &Obliged{&policy.Params{Alliance: *rules.Alliance}, rules.Version, rules.Zone, tx.Now, period.DayOf(tx.Now, rules.Zone), seatsOf(tenures, rules.Zone)}, err
}

// askShare asks for the share of a declared profit.
func (f *Flows) askShare(ctx context.Context, tx *db.Tx, d *duty.Disclosure, days int) error {
	m, err := f.Merchants.ByID(ctx, tx, tx.Community, d.Merchant)
	if err != nil {
		return err
	}
	due, err := f.endOfDay(ctx, tx, days)
	if err != nil {
		return err
	}
	_, err = f.Charges.Open(ctx, tx, charge.Charge{Purpose: charge.Profit, Subject: d.ID, Kind: charge.ByMerchant, Payer: d.Merchant, Amount: d.Share(),
		Title: fmt.Sprintf("%s %dQ%d", m.Name, d.Quarter.Year(), int(d.Quarter.Calendar())/3+1), DueAt: due})
	return err
}

// AskShareAgain makes a new slip for a share whose slip has expired.
func (f *Flows) AskShareAgain(ctx context.Context, community id.ID, actor db.Actor, disclosure id.ID) (err error) {
	defer fault.Wrap(&err, "ask for a share again")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		d, err := f.Duties.DisclosureByID(ctx, tx, community, disclosure)
		if err != nil {
			return err
		}
		asked, err := f.Charges.Of(ctx, tx, community, disclosure)
		if err != nil {
			return err
		}
		for i := range asked {
			if asked[i].Open() || asked[i].Paid() {
				return ErrShareAsked
			}
		}
		if d.Share() == 0 {
			return duty.ErrNoDisclosure
		}
		rules, err := f.dutyRules(ctx, tx)
		if err != nil {
			return err
		}
		return f.askShare(ctx, tx, d, rules.ProfitDays)
	})
}

// payShare explains charges for a share of profit (M-14). Nothing follows from one that
// expired: the share is still owed, and the shop asks for a new slip.
func (f *Flows) payShare() payable {
	return payable{
		move: func(ctx context.Context, tx *db.Tx, c *charge.Charge, _ charge.Payment) (charter.Move, error) {
			d, err := f.Duties.DisclosureByID(ctx, tx, tx.Community, c.Subject)
			if err != nil {
				return nil, err
			}
			return charter.ProfitShared{Merchant: d.Merchant, Charge: c.ID, Profit: d.Profit, First: d.Quarter, Rate: d.Rate}, nil
		},
		paid:    func(context.Context, *db.Tx, *charge.Charge) error { return nil },
		dropped: func(context.Context, *db.Tx, *charge.Charge) error { return nil },
	}
}

// GiveService notes a service that a shop with a seat gave for nothing (C3).
func (f *Flows) GiveService(ctx context.Context, community id.ID, actor db.Actor, token string, g duty.Given) (made *duty.Given, err error) {
	defer fault.Wrap(&err, "give a service")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		first, err := formOnce(ctx, tx, token)
		if err != nil || !first {
			return err
		}
		o, err := f.obligedIn(ctx, tx)
		if err != nil {
			return err
		}
		if o.SeatOf(g.Merchant) == nil {
			return ErrNotSeated
		}
		made, err = f.Duties.Give(ctx, tx, g, o.Today)
		return err
	})
	return made, err
}

// AnswerService notes what the desk found of a free service. Nobody confirms one of a
// shop that is her own.
func (f *Flows) AnswerService(ctx context.Context, community id.ID, actor db.Actor, service id.ID, a duty.Answer) (err error) {
	defer fault.Wrap(&err, "answer a service")
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		g, err := f.Duties.Answer(ctx, tx, service, a)
		if err != nil {
			return err
		}
		for _, who := range owners[g.Merchant] {
			if who == actor.ID {
				return ErrPartial
			}
		}
		return nil
	})
}

// DisclosuresDue tells shops what they have to disclose soon, or have not in time, each
// once, and opens a breach of what has been missing for a quarter (C4). A sweep calls
// it.
func (f *Flows) DisclosuresDue(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "disclosures that are due")
	type due struct {
		seat  duty.Seat
		claim duty.Claim
		key   string
		grave bool
	}
	var all []due
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		all = nil
		o, err := f.Obligations(ctx, r, community)
		if err != nil {
			return err
		}
		made, err := f.Duties.Disclosures(ctx, r, community, 0) // all of them: what was due keeps its name
		if err != nil {
			return err
		}
		for _, s := range o.Seated() {
			for _, c := range duty.Owed(&o.Alliance, &s, made[s.Merchant], o.Today) {
				d := due{seat: s, claim: c, key: "disclosure/" + c.Key()}
				switch {
				case c.Grave(o.Today):
					d.key, d.grave = d.key+"/breach", true
				case c.Missing(o.Today):
					d.key += "/late"
				case c.Topic == duty.Profit && c.By != nil || c.Due-o.Today > disclosureNotice:
					continue
				}
				told, err := f.Duties.Reminded(ctx, r, community, s.Merchant, d.key)
				if err != nil {
					return err
				}
				if !told {
					all = append(all, d)
				}
			}
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return ignore(err, policy.ErrNone)
	}
	owners, err := f.ownersIn(ctx, community)
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := f.DB.Update(ctx, community, byClock, func(tx *db.Tx) error {
			first, err := f.Duties.Remind(ctx, tx, d.seat.Merchant, d.key)
			if err != nil || !first {
				return err
			}
			if !d.grave {
				return f.tellOwners(ctx, tx, owners, d.seat.Merchant, notice.Notice{Kind: notice.DisclosureDue, Cause: d.key, Link: dutyPath(d.seat.Merchant, "/disclosures")},
					notice.Say(duty.TopicName(d.claim.Topic).Key), notice.Day(d.claim.Due))
			}
			rules, err := f.dutyRules(ctx, tx)
			if err != nil {
				return err
			}
			_, err = f.openByRule(ctx, tx, duty.Breach{Merchant: d.seat.Merchant, Tenure: d.seat.Tenure, Kind: duty.MissingDisclosure, Rule: "disclosure/" + d.claim.Key(),
				About: fmt.Sprintf("%s应在 %s 前公开，超过一个季度还没有公开。", duty.TopicName(d.claim.Topic).Key, d.claim.Due)}, rules, owners)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
