package flow

import (
	"context"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// resettler reads entries and settles what they say again, by the rules and numbers that
// settled them: tables are derived from that.
type resettler struct {
	flows     *Flows
	community id.ID
	params    map[int]*policy.Params
	scratch   settlement.Scratch
	facts     settlement.Facts // of the purchase at hand
	chunk     []*ledger.Entry
}

func (f *Flows) resettler(ctx context.Context, r db.Reader, community id.ID) (resettler, error) {
	versions, err := f.Policies.List(ctx, r, community)
	a := resettler{flows: f, community: community, params: make(map[int]*policy.Params)}
	for i := range versions {
		a.params[versions[i].Number] = &versions[i].Params
	}
	return a, err
}

// deriveChunk is how many entries are held in memory at once.
const deriveChunk = 1024

// entries gives the entries from ≤ number < to to take.
func (a *resettler) entries(ctx context.Context, r db.Reader, from, to int64, take func(e *ledger.Entry) error) error {
	for from < to {
		a.chunk = a.chunk[:0]
		err := a.flows.Ledger.Entries(ctx, r, a.community, from, min(to, from+deriveChunk), func(e *ledger.Entry) error {
			a.chunk = append(a.chunk, e)
			return nil
		})
		if err == nil && len(a.chunk) == 0 {
			err = ledger.ErrNoEntry.With("entry", from)
		}
		if err != nil {
			return err
		}
		for _, e := range a.chunk {
			if err := take(e); err != nil {
				return fmt.Errorf("entry %d: %w", e.Seq, err)
			}
		}
		from += int64(len(a.chunk))
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

// rates are the numbers by which the purchase in a.facts was settled.
func (a *resettler) rates() (*policy.Params, error) {
	if p := a.params[a.facts.Policy]; p != nil {
		return p, nil
	}
	return nil, policy.ErrNone.With("version", a.facts.Policy)
}

// purchase settles the purchase of an entry again.
func (a *resettler) purchase(e *ledger.Entry) (*policy.Params, settlement.Result, error) {
	if err := settlement.DecodeFacts(e.Facts, &a.facts); err != nil {
		return nil, settlement.Result{}, err
	}
	p, err := a.rates()
	if err != nil {
		return nil, settlement.Result{}, err
	}
	result, err := settlement.Settle(p, &a.facts, Plenty{}, &a.scratch)
	return p, result, err
}

// refund decides the refund of an entry again; a.facts are those of the purchase.
func (a *resettler) refund(ctx context.Context, r db.Reader, e *ledger.Entry) (*policy.Params, settlement.RefundFacts, settlement.Refunded, error) {
	rf, err := settlement.DecodeRefund(e.Facts)
	if err == nil {
		err = a.recall(ctx, r, rf.Entry)
	}
	if err != nil {
		return nil, rf, settlement.Refunded{}, err
	}
	p, err := a.rates()
	if err != nil {
		return nil, rf, settlement.Refunded{}, err
	}
	back, err := settlement.Refund(p, &a.facts, rf, Plenty{}, &a.scratch)
	return p, rf, back, err
}

// recall reads the facts of an earlier purchase: out of the chunk, or the books.
func (a *resettler) recall(ctx context.Context, r db.Reader, seq int64) error {
	if i := seq - a.chunk[0].Seq; i >= 0 && i < int64(len(a.chunk)) {
		return settlement.DecodeFacts(a.chunk[i].Facts, &a.facts)
	}
	e, err := a.flows.Ledger.Entry(ctx, r, a.community, seq)
	if err != nil {
		return err
	}
	return settlement.DecodeFacts(e.Facts, &a.facts)
}
