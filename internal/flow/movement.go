package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Movement is one entry on an account, explained: what each rule moved, and why.
type Movement struct {
	Seq     int64
	At      time.Time // in the community's zone; of a purchase when it was made
	Kind    ledger.Kind
	Shop    string // "" if no shop stands on it
	For     string // the service that hours were moved for: a message's key, or what people called it; "" for anything else
	Change  money.Amount
	Balance money.Amount // afterwards
	Parts   []MovementPart
	Token   string // opens the receipt of the purchase, "" if there is none
}

// MovementPart is what one rule did to the account.
type MovementPart struct {
	Rule   ledger.Rule
	Title  string // message key, "" for rules of other books
	Amount money.Amount
	Why    settlement.Sentence // of her own purchase
	Notes  []settlement.Sentence
}

// Movements reads a page of what happened on one of a person's accounts, the latest
// first (D5).
func (f *Flows) Movements(ctx context.Context, b *Belonging, purpose ledger.Purpose, ask page.Request) (all []Movement, next string, err error) {
	defer fault.Wrap(&err, "movements")
	account := ledger.Of(b.Owner(), purpose)
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		var lines []ledger.Line
		if lines, next, err = f.Ledger.Statement(ctx, r, b.Community.ID, account, ask); err != nil || len(lines) == 0 {
			return err
		}
		x := explainer{flows: f, r: r, zone: b.Zone}
		if x.names, err = f.shopNames(ctx, r, b.Community.ID); err != nil {
			return err
		}
		if x.versions, err = f.Policies.List(ctx, r, b.Community.ID); err != nil {
			return err
		}
		served := make([]id.ID, len(lines))
		for i, l := range lines {
			served[i] = servedBy(l.Entry)
		}
		called, err := f.ServedNames(ctx, r, b.Community.ID, slices.DeleteFunc(slices.Clone(served), id.ID.IsZero))
		if err != nil {
			return err
		}
		for i, l := range lines {
			m, err := x.movement(ctx, l, account)
			if err != nil {
				return err
			}
			m.For = called[served[i]]
			all = append(all, m)
		}
		return nil
	})
	return all, next, err
}

// explainer explains entries of one community.
type explainer struct {
	flows    *Flows
	r        db.Reader
	zone     *time.Location
	names    map[id.ID]string
	versions []policy.Version
	facts    settlement.Facts
}

func (x *explainer) movement(ctx context.Context, l ledger.Line, account ledger.Account) (m Movement, err error) {
	e := l.Entry
	m = Movement{Seq: e.Seq, At: e.PostedAt.In(x.zone), Kind: e.Kind, Change: l.Change, Balance: l.Balance}
	for _, leg := range e.Legs {
		amount := leg.Amount
		switch account {
		case leg.From:
			amount = -amount
		case leg.To:
		default:
			continue
		}
		m.add(leg.Rule, amount)
	}
	purchase := e
	if e.Kind == ledger.Refund {
		of, err := settlement.DecodeRefund(e.Facts)
		if err != nil {
			return m, err
		}
		if purchase, err = x.flows.Ledger.Entry(ctx, x.r, e.Community, of.Entry); err != nil {
			return m, err
		}
	}
	// A leader's share of a neighbour's purchase says neither where she bought nor for how much.
	if purchase.Kind != ledger.Purchase || e.Subject != account.Owner.ID {
		return m, nil
	}
	if err := settlement.DecodeFacts(purchase.Facts, &x.facts); err != nil {
		return m, err
	}
	m.Shop = x.names[x.facts.Merchant.ID]
	if e.Kind == ledger.Purchase {
		m.At = x.facts.PurchasedAt.In(x.zone)
		x.explain(&m, e)
	}
	m.Token, err = x.flows.tokenOf(ctx, x.r, purchase)
	return m, err
}

// add adds what a rule moved.
func (m *Movement) add(rule ledger.Rule, amount money.Amount) {
	for i := range m.Parts {
		if m.Parts[i].Rule == rule {
			m.Parts[i].Amount += amount
			return
		}
	}
	m.Parts = append(m.Parts, MovementPart{Rule: rule, Amount: amount, Title: charter.Title(rule)})
}

// explain says why each rule moved what it did.
func (x *explainer) explain(m *Movement, e *ledger.Entry) {
	for i := range x.versions {
		if x.versions[i].Number != x.facts.Policy {
			continue
		}
		for _, line := range settlement.Explain(&x.versions[i].Params, &x.facts, e.Legs) {
			for j := range m.Parts {
				if m.Parts[j].Rule == line.Rule {
					m.Parts[j].Why, m.Parts[j].Notes = x.named(line.Why), line.Notes
				}
			}
		}
	}
}

// named puts the names of shops where a sentence has their ids.
func (x *explainer) named(s settlement.Sentence) settlement.Sentence {
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		if o, ok := a.(party.Owner); ok && o.Kind == party.Merchant {
			a = x.names[o.ID]
		}
		args[i] = a
	}
	return settlement.Sentence{Key: s.Key, Args: args}
}
