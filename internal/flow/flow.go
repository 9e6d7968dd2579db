// Package flow holds the business processes that span modules, one file each: a
// purchase, its refund, a visit to another community, the close of a day. A flow
// opens the transaction; the modules it calls take part in it.
package flow

import (
	"context"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/adslot"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/campaign"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/community"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/household"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/marketday"
	"gongyi/internal/module/marketing"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/operation"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/paycode"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/person"
	"gongyi/internal/module/points"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/project"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/module/recruit"
	"gongyi/internal/module/relay"
	"gongyi/internal/module/score"
	"gongyi/internal/module/segment"
	"gongyi/internal/module/selection"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/shortage"
	"gongyi/internal/module/signin"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/trade"
	"gongyi/internal/module/training"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/live"
	"gongyi/internal/platform/once"
	"gongyi/internal/platform/pay"
)

// Flows are the processes over one database.
type Flows struct {
	DB           *db.DB
	Communities  *community.Service
	Members      *member.Service
	Merchants    *merchant.Service
	Policies     *policy.Service
	Ledger       *ledger.Service
	Settlement   *settlement.Service
	Promotions   *promotion.Service
	Offers       *offer.Service
	Campaigns    *campaign.Service
	Keys         *apikey.Service
	OpenBooks    *openbooks.Service
	Trade        *trade.Service
	People       *person.Service
	Access       *access.Service
	SignIn       *signin.Service
	Households   *household.Service
	Helpers      *assist.Service
	Chores       *chore.Service
	Privacy      *privacy.Service
	Notices      *notice.Service
	Charges      *charge.Service
	Alliance     *alliance.Service
	Committee    *committee.Service
	Files        *attachment.Service
	Trainings    *training.Service
	Ads          *adslot.Service
	Looks        *adslot.Tally
	Days         *merchantday.Service
	Relays       *relay.Service
	Selections   *selection.Service
	Calls        *recruit.Service
	Operations   *operation.Service
	Segments     *segment.Service
	Memberships  *membership.Service
	Growth       *growth.Service
	Honours      *honour.Service
	Marketing    *marketing.Service
	Duties       *duty.Service
	Scores       *score.Service
	Points       *points.Service
	Badges       *badge.Service
	Payments     *payment.Service
	PayCodes     *paycode.Service
	Checkouts    *checkout.Service
	Payouts      *payout.Service
	Draws        *draw.Service
	Bundles      *bundle.Service
	Volunteers   *volunteer.Service
	TimeBank     *timebank.Service
	Coins        *coin.Service
	Certificates *certificate.Service
	Projects     *project.Service
	Shortages    *shortage.Service
	Markets      *marketday.Service
	Pairings     *pairing.Service
	Activities   *activity.Service

	Reconciliations *reconciliation.Service
	Reconciling     Reconciling // against which books providers' bills are read

	Live      *live.Hub                 // wakes pages that wait at a till
	Providers map[pay.Kind]pay.Provider // licensed payment providers; none: money is taken and paid by hand
	Peer      Peer                      // nil while this is the only instance
	Codes     signin.Sender             // nil: nobody can sign in by a code
	Erasing   func(Forgotten) error     // told before somebody is forgotten; nil where nobody keeps a list
	// Carriers take notices out of the house: see Carry.
	Carriers Carriers
	// Payers are the providers that pay out, by kind. Into the accounts of others a person
	// of finance pays by hand.
	Payers map[pay.Kind]pay.Provider
	// Tell, if set, leaves a notice with a transaction: who acts for whom (A4).
	Tell func(ctx context.Context, tx *db.Tx, t Told) error
	// Deeds tells what a volunteer gave and what came back: the time bank knows. nil while
	// there is none.
	Deeds func(ctx context.Context, community, person id.ID) (Deeds, error)
	// Introductions tells who joined on whose word (B3).
	Introductions Recommending
	// Prepaid lists the terms of membership that were paid for (S1).
	Prepaid Prepaying

	faces    faces
	trades   trades
	deciders map[string]Decider

	portrayed sync.Map // community → first month of the quarter whose portraits are all made

	finding sync.Map // community → *sync.Mutex: one round of dispatch at a time
	answers sync.Map // community → *answered: how people answered lately, counted each hour
	helpers sync.Map // community → *willing: who could help, until one of them changes

	zones sync.Map // name → *time.Location; loading one reads a file
}

// New wires the processes to fresh services over a database.
func New(d *db.DB) *Flows {
	f := &Flows{
		DB:          d,
		Communities: community.New(),
		Members:     member.New(),
		Merchants:   merchant.New(),
		Policies:    policy.New(),
		Ledger:      ledger.New(d),
		Settlement:  settlement.New(),
		Promotions:  promotion.New(),
		Offers:      offer.New(),
		Campaigns:   campaign.New(),
		Keys:        apikey.New(d),
		OpenBooks:   openbooks.New(),
		Trade:       trade.New(),
		People:      person.New(),
		Access:      access.New(d),
		SignIn:      signin.New(d),
		Households:  household.New(),
		Helpers:     assist.New(),
		Chores:      chore.New(),
		Privacy:     privacy.New(),
		Notices:     notice.New(),
		Charges:     charge.New(),
		Alliance:    alliance.New(),
		Committee:   committee.New(),
		Duties:      duty.New(),
		Scores:      score.New(),
		deciders:    make(map[string]Decider),
		Files:       attachment.New(),
		Trainings:   training.New(),
		Ads:         adslot.New(),
		Looks:       adslot.NewTally(),
		Days:        merchantday.New(),
		Relays:      relay.New(),
		Selections:  selection.New(),
		Memberships: membership.New(),
		Growth:      growth.New(),
		Honours:     honour.New(),
		Marketing:   marketing.New(),
		Calls:       recruit.New(),
		Operations:  operation.New(),
		Segments:    segment.New(),
		Points:      points.New(),
		Badges:      badge.New(),
		Payments:    payment.New(),
		PayCodes:    paycode.New(),
		Checkouts:   checkout.New(),
		Live:        live.New(),
		Payouts:     payout.New(),

		Reconciliations: reconciliation.New(),
		Draws:           draw.New(),
		Bundles:         bundle.New(),
		Volunteers:      volunteer.New(),
		TimeBank:        timebank.New(),
		Shortages:       shortage.New(),
		Coins:           coin.New(),
		Certificates:    certificate.New(),
		Projects:        project.New(),
		Markets:         marketday.New(),
		Pairings:        pairing.New(),
		Activities:      activity.New(),
	}
	f.Introductions, f.Prepaid = f.introductions, f.prepaid
	f.Reconciling = NewReconciling(paidBooks{f})
	f.Deeds = f.DeedsOf
	f.Deciding(OnOpening, f.openingDecided)
	f.Deciding(OnBreach, f.breachDecided)
	f.Deciding(OnBreachAppeal, f.appealDecided)
	return f
}

// Schemas are the tables that these processes need.
var Schemas = []db.Schema{
	db.Own,
	ledger.Schema,
	community.Schema,
	member.Schema,
	merchant.Schema,
	promotion.Schema,
	offer.Schema,
	campaign.Schema,
	policy.Schema,
	settlement.Schema,
	apikey.Schema,
	openbooks.Schema,
	trade.Schema,
	person.Schema,
	access.Schema,
	signin.Schema,
	household.Schema,
	assist.Schema,
	chore.Schema,
	privacy.Schema,
	notice.Schema,
	charge.Schema,
	alliance.Schema,
	committee.Schema,
	attachment.Schema,
	training.Schema,
	adslot.Schema,
	merchantday.Schema,
	relay.Schema,
	selection.Schema,
	membership.Schema,
	growth.Schema,
	honour.Schema,
	marketing.Schema,
	duty.Schema,
	score.Schema,
	recruit.Schema,
	operation.Schema,
	segment.Schema,
	points.Schema,
	badge.Schema,
	payment.Schema,
	paycode.Schema,
	checkout.Schema,
	payout.Schema,
	reconciliation.Schema,
	draw.Schema,
	bundle.Schema,
	volunteer.Schema,
	timebank.Schema,
	shortage.Schema,
	pairing.Schema,
	coin.Schema,
	certificate.Schema,
	project.Schema,
	marketday.Schema,
	activity.Schema,
	once.Schema,
}

// zone loads a time zone once.
func (f *Flows) zone(p *policy.Params) (*time.Location, error) {
	if z, ok := f.zones.Load(p.Zone); ok {
		return z.(*time.Location), nil
	}
	z, err := p.Location()
	if err == nil {
		f.zones.Store(p.Zone, z)
	}
	return z, err
}

// inForce is the policy version that rules an instant in tx's community.
func (f *Flows) inForce(ctx context.Context, tx *db.Tx, at time.Time) (*policy.Version, error) {
	versions, err := f.Policies.Versions(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := policy.InForce(versions, at)
	if v == nil {
		return nil, policy.ErrNone
	}
	return v, nil
}

// Found adds a community with its first policy version; one that exists already
// is returned as it is.
func (f *Flows) Found(ctx context.Context, actor db.Actor, p community.Place, first policy.Proposal) (_ community.Place, created bool, err error) {
	if found, err := f.Communities.ByRef(ctx, f.DB, p.Ref); err == nil {
		return found, false, f.begin(ctx, actor, found.ID, first)
	}
	if err := first.Params.Admit(); err != nil {
		return community.Place{}, false, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) (err error) {
		p, err = f.Communities.Add(ctx, tx, p)
		return err
	})
	if err != nil {
		return community.Place{}, false, err
	}
	return p, true, f.begin(ctx, actor, p.ID, first)
}

// begin gives a community its first policy version, unless it has one.
func (f *Flows) begin(ctx context.Context, actor db.Actor, community id.ID, first policy.Proposal) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		versions, err := f.Policies.Versions(ctx, tx)
		if err != nil || len(versions) > 0 {
			return err
		}
		first.EffectiveFrom = tx.Now
		v, _, err := f.Policies.Propose(ctx, tx, first)
		if err != nil {
			return err
		}
		return f.record(ctx, tx, v)
	})
}

// Trial is the default policy as a community's first version.
func Trial() policy.Proposal {
	return policy.Proposal{Code: policy.TrialCode, Author: "gongyi", Reason: "试行规则 2025", Params: policy.Trial2025()}
}
