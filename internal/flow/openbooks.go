package flow

import (
	"context"
	"errors"
	"fmt"
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
	case s.at.Next == openbooks.Clearing:
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
	if errors.Is(err, openbooks.ErrMoved) {
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
		if err != nil || at.Next == openbooks.Clearing {
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
	at       openbooks.Position
	batch    *openbooks.Batch
	closed   period.Day
	closedAt time.Time
}

func (f *Flows) readStep(ctx context.Context, community id.ID, limit int64) (s step, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if s.at, err = f.OpenBooks.Position(ctx, r, community); err != nil || s.at.Next == openbooks.Clearing {
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
	flows   *Flows
	batch   *openbooks.Batch
	params  map[int]*policy.Params
	scratch settlement.Scratch
	facts   settlement.Facts
	chunk   []*ledger.Entry
}

func (f *Flows) deriver(ctx context.Context, r db.Reader, community id.ID, from int64) (*deriver, error) {
	versions, err := f.Policies.List(ctx, r, community)
	d := &deriver{flows: f, batch: openbooks.NewBatch(community, from), params: make(map[int]*policy.Params)}
	for i := range versions {
		d.params[versions[i].Number] = &versions[i].Params
	}
	return d, err
}

// deriveChunk is how many entries are held in memory at once.
const deriveChunk = 1024

// read takes the entries up to a number.
func (d *deriver) read(ctx context.Context, r db.Reader, to int64) error {
	for d.batch.Next < to {
		d.chunk = d.chunk[:0]
		err := d.flows.Ledger.Entries(ctx, r, d.batch.Community, d.batch.Next, min(to, d.batch.Next+deriveChunk), func(e *ledger.Entry) error {
			d.chunk = append(d.chunk, e)
			return nil
		})
		if err == nil && len(d.chunk) == 0 {
			err = ledger.ErrNoEntry.With("entry", d.batch.Next)
		}
		if err != nil {
			return err
		}
		for _, e := range d.chunk {
			if err := d.take(ctx, r, e); err != nil {
				return fmt.Errorf("entry %d: %w", e.Seq, err)
			}
		}
	}
	return nil
}

func (d *deriver) take(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	switch e.Kind {
	case ledger.Purchase:
		if err := settlement.DecodeFacts(e.Facts, &d.facts); err != nil {
			return err
		}
		flow, err := d.purchase()
		if err != nil {
			return err
		}
		d.batch.Purchase(e.Seq, e.BookedOn, &flow, fundsOf(e), d.facts.Buyer.ID, d.facts.Merchant.ID)
	case ledger.Refund:
		flow, err := d.refund(ctx, r, e)
		if err != nil {
			return err
		}
		d.batch.Refund(e.Seq, e.BookedOn, &flow, fundsOf(e))
	default:
		d.move(e)
	}
	return nil
}

// Plenty are books in which nobody is short, so that the rules' own amounts show,
// before short accounts change who pays.
type Plenty struct{}

// Balance is more than any purchase takes; nobody owes anything.
func (Plenty) Balance(a ledger.Account) money.Amount {
	if a.Purpose == ledger.Owed {
		return 0
	}
	return 1 << 60
}

func (d *deriver) rates() (*policy.Params, error) {
	if p := d.params[d.facts.Policy]; p != nil {
		return p, nil
	}
	return nil, policy.ErrNone.With("version", d.facts.Policy)
}

// purchase is the flow of the purchase in d.facts.
func (d *deriver) purchase() (flow openbooks.Flow, err error) {
	p, err := d.rates()
	if err != nil {
		return flow, err
	}
	f := &d.facts
	result, err := settlement.Settle(p, f, Plenty{}, &d.scratch)
	if err != nil {
		return flow, err
	}
	var vouchers money.Amount
	for i := range f.Vouchers {
		vouchers += f.Vouchers[i].Amount
	}
	flow.Held, flow.Direct, flow.Coins = f.Held, f.Direct, f.Coins
	divide(&flow, p, vouchers, &result.Moved, result.Legs)
	return flow, nil
}

// refund is what a refund takes off, negative.
func (d *deriver) refund(ctx context.Context, r db.Reader, e *ledger.Entry) (flow openbooks.Flow, err error) {
	rf, err := settlement.DecodeRefund(e.Facts)
	if err != nil {
		return flow, err
	}
	if err := d.recall(ctx, r, rf.Entry); err != nil {
		return flow, err
	}
	p, err := d.rates()
	if err != nil {
		return flow, err
	}
	back, err := settlement.Refund(p, &d.facts, rf, Plenty{}, &d.scratch)
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

// recall reads the facts of an earlier purchase: out of the chunk, or the books.
func (d *deriver) recall(ctx context.Context, r db.Reader, seq int64) error {
	if i := seq - d.chunk[0].Seq; i >= 0 && i < int64(len(d.chunk)) {
		return settlement.DecodeFacts(d.chunk[i].Facts, &d.facts)
	}
	e, err := d.flows.Ledger.Entry(ctx, r, d.batch.Community, seq)
	if err != nil {
		return err
	}
	return settlement.DecodeFacts(e.Facts, &d.facts)
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
