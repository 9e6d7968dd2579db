package town

import (
	"context"
	"crypto/sha256"
	"fmt"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/sim"
)

// The rules of payments out. The provider is told to pay, so what it holds for us
// becomes less; it cannot pay more than that.
var (
	payShop   = ledger.R('P', 1) // merchant/payable → gateway/clearing, all that is payable
	payPerson = ledger.R('P', 2) // member/rewards → gateway/clearing, all that is due
	payFund   = ledger.R('P', 3) // fund/welfare or fund/care → gateway/clearing, an amount
)

// payment is a transfer to the provider.
type payment struct {
	rule    ledger.Rule
	from    ledger.Account
	amount  money.Amount
	subject id.ID
}

// pay posts a payment out, once for a key.
func (t *town) pay(ctx context.Context, home id.ID, s sim.Step) (posted ledger.Posted, err error) {
	key, content := s.Where().Key, contentOf(s)
	err = t.DB.Update(ctx, home, db.System, func(tx *db.Tx) (err error) {
		var known bool
		if posted, known, err = t.Ledger.Find(ctx, tx, key, content); known || err != nil {
			return err
		}
		p, err := t.due(ctx, tx, s)
		if err != nil {
			posted, err = t.Ledger.Recall(ctx, tx, key, content, err)
			return err
		}
		booked, err := t.today(ctx, tx)
		if err != nil {
			return err
		}
		posted, err = t.Ledger.Post(ctx, tx, ledger.Posting{
			Key: key, Content: content, Kind: ledger.Transfer, BookedOn: booked, Subject: p.subject,
			Legs: []ledger.Leg{{Rule: p.rule, From: p.from, To: ledger.GatewayClearing, Amount: p.amount}},
		})
		return err
	})
	return posted, err
}

// contentOf is the hash of all that a payment asks.
func contentOf(s sim.Step) [32]byte {
	switch s := s.(type) {
	case sim.Payout:
		return sha256.Sum256(fmt.Appendf(nil, "payout %q", s.Shop))
	case sim.PayRewards:
		return sha256.Sum256(fmt.Appendf(nil, "rewards %q", s.Member))
	case sim.Spend:
		return sha256.Sum256(fmt.Appendf(nil, "spend %q %d", s.Fund, s.Amount))
	}
	panic(fmt.Sprintf("town: %T is no payment", s))
}

// due says what a payment moves. A shop that owes more than the limit gets none.
func (t *town) due(ctx context.Context, tx *db.Tx, s sim.Step) (p payment, err error) {
	switch s := s.(type) {
	case sim.Payout:
		shop, err := t.Merchants.ByRef(ctx, tx, s.Shop)
		if err != nil {
			return p, err
		}
		if err := t.mayBePaid(ctx, tx, shop.ID); err != nil {
			return p, err
		}
		p.rule, p.from = payShop, ledger.Of(party.Owner{Kind: party.Merchant, ID: shop.ID}, ledger.Payable)
		p.amount, err = t.Ledger.Balance(ctx, tx, p.from)
		return p, err
	case sim.PayRewards:
		person, err := t.Members.ByRef(ctx, tx, s.Member)
		if err != nil {
			return p, err
		}
		p.rule, p.from = payPerson, ledger.Of(party.Owner{Kind: party.Member, ID: person.ID}, ledger.Rewards)
		p.subject = person.ID
		p.amount, err = t.Ledger.Balance(ctx, tx, p.from)
		return p, err
	case sim.Spend:
		fund := map[string]ledger.Account{"welfare": ledger.FundWelfare, "care": ledger.FundCare}[s.Fund]
		return payment{rule: payFund, from: fund, amount: money.Amount(s.Amount)}, nil
	}
	return p, fmt.Errorf("town: %T is no payment", s)
}

func (t *town) mayBePaid(ctx context.Context, tx *db.Tx, shop id.ID) error {
	rates, err := t.rates(ctx, tx)
	if err != nil {
		return err
	}
	owed, err := t.Ledger.Balance(ctx, tx, ledger.In(party.Owner{Kind: party.Merchant, ID: shop}, ledger.Owed, money.CNY))
	if err == nil && -owed > rates.OwedLimit {
		err = flow.ErrOwesTooMuch
	}
	return err
}

// rates are the numbers in force now.
func (t *town) rates(ctx context.Context, tx *db.Tx) (*policy.Params, error) {
	versions, err := t.Policies.Versions(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &policy.InForce(versions, tx.Now).Params, nil
}

// today is the day on which a payment is booked.
func (t *town) today(ctx context.Context, tx *db.Tx) (period.Day, error) {
	rates, err := t.rates(ctx, tx)
	if err != nil {
		return 0, err
	}
	zone, err := rates.Location()
	if err != nil {
		return 0, err
	}
	return t.Ledger.BookedOn(ctx, tx, period.DayOf(tx.Now, zone))
}
