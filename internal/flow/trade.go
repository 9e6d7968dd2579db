package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

const (
	tradeEntries = 512       // a transaction takes: some milliseconds of the writer
	tradeCleared = 1024      // rows that one transaction of a rebuilding clears
	tradeChecked = 1_000_000 // rows that one pass of a check holds in memory, some 300 MB
)

// DeriveTrade takes what up to limit further entries say into the tables of trade (B7,
// C3, C6, C7) and tells how many it took; fewer than limit means that they are up to
// date. Entries are read beside the writer; only the sums pass through it, little by
// little.
func (f *Flows) DeriveTrade(ctx context.Context, community id.ID, limit int) (advanced int, err error) {
	defer fault.Wrap(&err, "trade of %s", community)
	for advanced < limit {
		n, err := f.tradeStep(ctx, community, min(limit-advanced, tradeEntries))
		if err != nil || n == 0 {
			return advanced, err
		}
		advanced += n
	}
	return advanced, nil
}

func (f *Flows) tradeStep(ctx context.Context, community id.ID, limit int) (advanced int, err error) {
	var at derived.Position
	var batch *trade.Batch
	var closed period.Day
	var closedAt time.Time
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if at, err = f.Trade.Position(ctx, r, community); err != nil || at.Next == derived.Clearing {
			return err
		}
		size, err := f.Ledger.Size(ctx, r, community)
		if err != nil {
			return err
		}
		t, err := f.trading(ctx, r, community, at.Next)
		if err != nil {
			return err
		}
		if err := t.read(ctx, r, min(size, at.Next+int64(limit))); err != nil {
			return err
		}
		batch, closed = t.batch, at.Closed
		c, ok, err := f.Ledger.LastClosing(ctx, r, community)
		if ok && c.Size <= batch.Next {
			closed, closedAt = c.Day, c.ClosedAt
		}
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case at.Next == derived.Clearing:
		return limit, f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error {
			_, err := f.Trade.Clear(ctx, tx, tradeCleared)
			return err
		})
	case batch.Next == at.Next && closed <= at.Closed:
		return 0, nil
	}
	err = f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error { return f.Trade.Add(ctx, tx, batch, closed, closedAt) })
	if errors.Is(err, derived.ErrMoved) {
		return 0, nil // another instance took the step
	}
	return int(batch.Next - at.Next), err
}

// RebuildTrade throws the tables of trade of a community away and has them made again
// by the next steps.
func (f *Flows) RebuildTrade(ctx context.Context, community id.ID) error {
	return f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error { return f.Trade.Reset(ctx, tx) })
}

// CheckTrade computes the tables of trade anew from the entries they were made of, and
// tells every difference. A large community is gone through several times, a slice of
// its shops at a time, so that memory suffices.
func (f *Flows) CheckTrade(ctx context.Context, community id.ID) (differences []string, err error) {
	defer fault.Wrap(&err, "check trade of %s", community)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		at, err := f.Trade.Position(ctx, r, community)
		if err != nil || at.Next == derived.Clearing {
			return err
		}
		rows, err := f.Trade.Rows(ctx, r, community)
		if err != nil {
			return err
		}
		slices := byte(min(1+rows/tradeChecked, 200))
		for slice := range slices {
			t, err := f.trading(ctx, r, community, 0)
			if err != nil {
				return err
			}
			t.batch.Keep = func(who id.ID) bool { return who[len(who)-1]%slices == slice }
			if err := t.read(ctx, r, at.Next); err != nil {
				return err
			}
			found, err := f.Trade.Check(ctx, r, community, t.batch)
			if err != nil {
				return err
			}
			differences = append(differences, found...)
		}
		return nil
	})
	return differences, err
}

// trading reads entries and says what they mean for the tables of trade.
type trading struct {
	resettler
	batch *trade.Batch
	sale  trade.Sale
}

func (f *Flows) trading(ctx context.Context, r db.Reader, community id.ID, from int64) (*trading, error) {
	a, err := f.resettler(ctx, r, community)
	return &trading{resettler: a, batch: trade.NewBatch(community, from)}, err
}

// read takes the entries up to a number.
func (t *trading) read(ctx context.Context, r db.Reader, to int64) error {
	return t.entries(ctx, r, t.batch.Next, to, func(e *ledger.Entry) (err error) {
		err = t.take(ctx, r, e)
		t.batch.Next = e.Seq + 1
		return err
	})
}

func (t *trading) take(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	switch e.Kind {
	case ledger.Purchase:
		return t.bought(e)
	case ledger.Refund:
		return t.returned(ctx, r, e)
	}
	t.gained(e)
	return nil
}

// bought takes a purchase.
func (t *trading) bought(e *ledger.Entry) error {
	p, result, err := t.purchase(e)
	if err != nil {
		return err
	}
	f, s := &t.facts, t.begin(e)
	s.Purchases, s.Price, s.List, s.Saved, s.Cash, s.Coins = 1, f.Price, f.List, max(0, f.List-f.Price), f.Held+f.Direct, f.Coins
	var vouchers money.Amount
	for i := range f.Vouchers {
		vouchers += f.Vouchers[i].Amount
	}
	t.moved(vouchers, result.Legs, 1)
	if s.CoinsGiven, s.PointsGiven, s.Rebate, s.Premium = result.Moved[7], result.Moved[9], result.Moved[6], result.Moved[8]; result.ClaimUsed {
		s.Referred = 1
	}
	if f.Buyer.Standing == settlement.Lapsed {
		if s.Missed, err = MissedCashback(p, *f); err != nil {
			return err
		}
	}
	t.batch.Purchase(s)
	return nil
}

// MissedCashback is what S-07 would have given for a purchase, had the buyer's
// membership been in force.
func MissedCashback(p *policy.Params, f settlement.Facts) (money.Amount, error) {
	f.Buyer.Standing = settlement.GoodMember
	var s settlement.Scratch
	result, err := settlement.Settle(p, &f, Plenty{}, &s)
	return result.Moved[7], err
}

// returned takes a refund: of what is no leg the same proportion goes back as of the
// legs, rounded down in all.
func (t *trading) returned(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	p, rf, back, err := t.refund(ctx, r, e)
	if err != nil {
		return err
	}
	f, s := &t.facts, t.begin(e)
	part := func(of money.Amount) money.Amount {
		return money.MulDiv(of, rf.Before, f.Price) - money.MulDiv(of, rf.Before+rf.Amount, f.Price)
	}
	s.Refunds, s.Price, s.Refunded, s.List, s.Saved = 1, -rf.Amount, rf.Amount, part(f.List), part(max(0, f.List-f.Price))
	s.Cash, s.Coins = -back.Held-back.Direct, -back.Coins
	t.moved(back.Vouchers, back.Legs, -1)
	for i := range back.Legs {
		switch l := &back.Legs[i]; l.Rule.Number {
		case 6:
			s.Rebate -= l.Amount
		case 7:
			s.CoinsGiven -= l.Amount
		case 8:
			s.Premium -= l.Amount
		case 9:
			s.PointsGiven -= l.Amount
		}
	}
	if f.Buyer.Standing == settlement.Lapsed {
		missed, err := MissedCashback(p, *f)
		if err != nil {
			return err
		}
		s.Missed = part(missed)
	}
	t.batch.Refund(s, f.BookedOn, back.Whole)
	return nil
}

// begin is an empty sale with the parties of t.facts, on the day of an entry.
func (t *trading) begin(e *ledger.Entry) *trade.Sale {
	f := &t.facts
	t.sale = trade.Sale{Day: e.BookedOn, Shop: f.Merchant.ID, Buyer: f.Buyer.ID, Sender: f.Claim.Merchant, Leader: f.Leader.ID, Borne: t.sale.Borne[:0]}
	return &t.sale
}

// moved says who bore the vouchers. A share that the selling shop itself bears makes
// no leg: it is what the others leave.
func (t *trading) moved(vouchers money.Amount, legs []ledger.Leg, sign money.Amount) {
	s := &t.sale
	left := vouchers
	for i := range legs {
		l := &legs[i]
		if l.Rule.Number != 3 {
			continue
		}
		left -= l.Amount
		payer := l.From.Owner
		if l.Rule.Undone {
			payer = l.To.Owner
		}
		if payer.Kind == party.Merchant {
			s.VouchersShops += sign * l.Amount
			s.Borne = append(s.Borne, trade.Share{Shop: payer.ID, Amount: sign * l.Amount})
		} else {
			s.VouchersPlatform += sign * l.Amount
		}
	}
	if s.VouchersOwn = sign * left; left != 0 {
		s.Borne = append(s.Borne, trade.Share{Shop: s.Shop, Amount: sign * left})
	}
}

// gained takes any other entry: what it brought members. What they gave away or were
// paid out is no loss of what they had got.
func (t *trading) gained(e *ledger.Entry) {
	for i := range e.Legs {
		l := &e.Legs[i]
		to, amount, rule := l.To, l.Amount, l.Rule
		if rule.Undone {
			to, amount, rule = l.From, -amount, ledger.R(rule.Family, rule.Number)
		}
		if to.Owner.Kind == party.Member && (to.Purpose == ledger.Coins || to.Purpose == ledger.PointsHeld || to.Purpose == ledger.Rewards || to.Purpose == ledger.Owed) {
			t.batch.Gain(trade.Gain{Member: to.Owner.ID, Month: e.BookedOn.Month(), Rule: rule.String(), Asset: to.Asset, Amount: amount})
		}
	}
}
