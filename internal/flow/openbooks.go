package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

// clearDays is how many days one step of a rebuilding clears: a few milliseconds.
const clearDays = 64

// DeriveOpenBooks takes what up to limit further entries say into the open books
// (K3) and tells how many it took; fewer than limit means that it is up to date.
// Entries are read beside the writer; only the sums pass through it.
func (f *Flows) DeriveOpenBooks(ctx context.Context, community id.ID, limit int) (advanced int, err error) {
	defer fault.Wrap(&err, "open books of %s", community)
	s, err := f.readStep(ctx, community, int64(limit))
	switch {
	case err != nil:
		return 0, err
	case s.at.Next == derived.Clearing:
		return limit, f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error {
			_, err := f.OpenBooks.Clear(ctx, tx, clearDays)
			return err
		})
	case s.batch.Next == s.at.Next && s.closed <= s.at.Closed:
		return 0, nil
	}
	err = f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error {
		return f.OpenBooks.Add(ctx, tx, s.batch, s.closed, s.closedAt)
	})
	if errors.Is(err, derived.ErrMoved) {
		return 0, nil // another instance took the step
	}
	return int(s.batch.Next - s.at.Next), err
}

// RebuildOpenBooks throws the open books of a community away and has them made
// again by the next steps.
func (f *Flows) RebuildOpenBooks(ctx context.Context, community id.ID) error {
	return f.DB.Update(ctx, community, db.System, func(tx *db.Tx) error { return f.OpenBooks.Reset(ctx, tx) })
}

// CheckOpenBooks computes the open books anew from the entries they were made of,
// and tells every difference.
func (f *Flows) CheckOpenBooks(ctx context.Context, community id.ID) (differences []string, err error) {
	defer fault.Wrap(&err, "check open books of %s", community)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		at, err := f.OpenBooks.Position(ctx, r, community)
		if err != nil || at.Next == derived.Clearing {
			return err
		}
		d, err := f.deriver(ctx, r, community, 0)
		if err != nil {
			return err
		}
		if err := d.read(ctx, r, at.Next); err != nil {
			return err
		}
		differences, err = f.OpenBooks.Check(ctx, r, community, d.batch)
		return err
	})
	return differences, err
}

// step is what a step will add.
type step struct {
	at       derived.Position
	batch    *openbooks.Batch
	closed   period.Day
	closedAt time.Time
}

func (f *Flows) readStep(ctx context.Context, community id.ID, limit int64) (s step, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if s.at, err = f.OpenBooks.Position(ctx, r, community); err != nil || s.at.Next == derived.Clearing {
			return err
		}
		size, err := f.Ledger.Size(ctx, r, community)
		if err != nil {
			return err
		}
		d, err := f.deriver(ctx, r, community, s.at.Next)
		if err != nil {
			return err
		}
		if err := d.read(ctx, r, min(size, s.at.Next+limit)); err != nil {
			return err
		}
		s.batch, s.closed = d.batch, s.at.Closed
		// A closed day counts as soon as everything that could be booked on it is read.
		c, ok, err := f.Ledger.LastClosing(ctx, r, community)
		if ok && c.Size <= d.batch.Next {
			s.closed, s.closedAt = c.Day, c.ClosedAt
		}
		return err
	})
	return s, err
}

// deriver reads entries and says what they mean for the open books. Sums follow
// from the facts, by the rules that settled them: money that a shop took itself
// posts no leg. Only what the funds hold follows from the legs.
type deriver struct {
	resettler
	batch *openbooks.Batch
}

func (f *Flows) deriver(ctx context.Context, r db.Reader, community id.ID, from int64) (*deriver, error) {
	a, err := f.resettler(ctx, r, community)
	return &deriver{resettler: a, batch: openbooks.NewBatch(community, from)}, err
}

// read takes the entries up to a number.
func (d *deriver) read(ctx context.Context, r db.Reader, to int64) error {
	return d.entries(ctx, r, d.batch.Next, to, func(e *ledger.Entry) error { return d.take(ctx, r, e) })
}

func (d *deriver) take(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	switch e.Kind {
	case ledger.Purchase:
		flow, err := d.bought(e)
		if err != nil {
			return err
		}
		d.batch.Purchase(e.Seq, e.BookedOn, &flow, fundsOf(e), d.facts.Buyer.ID, d.facts.Merchant.ID)
	case ledger.Refund:
		flow, err := d.returned(ctx, r, e)
		if err != nil {
			return err
		}
		d.batch.Refund(e.Seq, e.BookedOn, &flow, fundsOf(e))
	default:
		d.move(e)
	}
	return nil
}

// bought is the flow of a purchase.
func (d *deriver) bought(e *ledger.Entry) (flow openbooks.Flow, err error) {
	p, result, err := d.purchase(e)
	if err != nil {
		return flow, err
	}
	f := &d.facts
	var vouchers money.Amount
	for i := range f.Vouchers {
		vouchers += f.Vouchers[i].Amount
	}
	flow.Held, flow.Direct, flow.Coins = f.Held, f.Direct, f.Coins
	divide(&flow, p, vouchers, &result.Moved, result.Legs)
	return flow, nil
}

// returned is what a refund takes off, negative.
func (d *deriver) returned(ctx context.Context, r db.Reader, e *ledger.Entry) (flow openbooks.Flow, err error) {
	p, _, back, err := d.refund(ctx, r, e)
	if err != nil {
		return flow, err
	}
	var moved [settlement.Rules]money.Amount
	for i := range back.Legs {
		back.Legs[i].Amount = -back.Legs[i].Amount
		moved[back.Legs[i].Rule.Number] += back.Legs[i].Amount
	}
	flow.Held, flow.Direct, flow.Coins = -back.Held, -back.Direct, -back.Coins
	divide(&flow, p, -back.Vouchers, &moved, back.Legs)
	return flow, nil
}

// divide says where the tenders and vouchers went, from what each rule moved
// (settlement.md, "Merchant's net"). Whoever bears the vouchers is seen in the
// legs; a share that the selling shop itself bears makes none, and is a shop's.
func divide(flow *openbooks.Flow, p *policy.Params, vouchers money.Amount, moved *[settlement.Rules]money.Amount, legs []ledger.Leg) {
	for i := range legs {
		l := &legs[i]
		if l.Rule.Number == 3 && (l.From == ledger.PlatformPromotion || l.To == ledger.PlatformPromotion) {
			flow.VouchersPlatform += l.Amount
		}
	}
	flow.VouchersByShops = vouchers - flow.VouchersPlatform
	flow.Welfare, flow.Referrers, flow.Leaders, flow.Care = moved[5], moved[6], moved[8], moved[10]
	flow.Platform = moved[4] - moved[8]
	flow.Net = flow.Held + flow.Direct + flow.Coins + vouchers - moved[4] - moved[6] - moved[10]
	if p.WelfarePayer == policy.ByMerchant {
		flow.Net -= moved[5]
	} else {
		flow.Platform -= moved[5]
	}
	flow.CoinsGiven, flow.PointsGiven = moved[7], moved[9]
}

// fundsOf is what an entry moved on the public funds.
func fundsOf(e *ledger.Entry) openbooks.Funds {
	return openbooks.Funds{Welfare: e.Change(ledger.FundWelfare), Care: e.Change(ledger.FundCare)}
}

// move notes what any other entry moved on a public fund.
func (d *deriver) move(e *ledger.Entry) {
	for _, fund := range []ledger.Account{ledger.FundWelfare, ledger.FundCare} {
		for _, l := range e.Legs {
			if l.From == fund || l.To == fund {
				d.batch.Move(openbooks.Movement{Day: e.BookedOn, Seq: e.Seq, Fund: fund.String(), Kind: e.Kind.String(), Rule: l.Rule.String(), Amount: e.Change(fund)})
				break
			}
		}
	}
	d.batch.Pass(e.Seq)
}
