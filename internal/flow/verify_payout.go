package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// payoutRecords are the records of payouts, as verify compares them with the entries
// that they name: an item is paid once, by people whom it does not concern, and never
// more comes back than was paid.
type payoutRecords struct {
	booked  map[int64]payout.Booked // that no entry was met for
	batches map[id.ID]*payout.Batch
	paid    map[id.ID]money.Amount // by item, of the entries
	back    map[id.ID]money.Amount
}

func (x *payoutRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	x.batches, x.paid, x.back = make(map[id.ID]*payout.Batch), make(map[id.ID]money.Amount), make(map[id.ID]money.Amount)
	var twice []int64
	var err error
	if x.booked, twice, err = p.flows.Payouts.AllBooked(ctx, r, p.community); err != nil {
		return err
	}
	for _, seq := range twice {
		p.flaw(0, "payouts_differ", seq, "", "", "two records")
	}
	for offset := 0; ; offset += payoutsAtOnce {
		heads, err := p.flows.Payouts.Batches(ctx, r, p.community, payoutsAtOnce, offset)
		if err != nil {
			return err
		}
		for _, head := range heads {
			b, err := p.flows.Payouts.Batch(ctx, r, p.community, head.ID)
			if err != nil {
				return err
			}
			x.batches[b.ID] = b
			x.consents(p, b)
		}
		if len(heads) < payoutsAtOnce {
			return nil
		}
	}
}

const payoutsAtOnce = 200

// consents: nobody agreed to what she prepared, and no batch passed without as many
// people as the law asks.
func (x *payoutRecords) consents(p *replayer, b *payout.Batch) {
	if _, own := b.ConsentOf(b.By); own {
		p.flaw(0, "payout_not_agreed", -1, "", "another person", fmt.Sprint("batch ", b.Number, " was agreed to by who prepared it"))
	}
	if !b.Passed() {
		return
	}
	need := policy.LawfulApprovals
	if v := policy.InForce(p.versions, b.End.At); v != nil {
		need = v.Params.PayoutApprovals
	}
	if len(b.Consents) < need {
		p.flaw(0, "payout_not_agreed", -1, "", fmt.Sprint(need), fmt.Sprint("batch ", b.Number, ": ", len(b.Consents)))
	}
}

// paidOut compares an entry of family P with the record that names it.
func (p *replayer) paidOut(e *ledger.Entry, m charter.Move, before ledger.Books) {
	x := &p.payouts
	var want payout.Booked
	var through period.Day
	var held money.Amount
	kind := payout.Shops
	switch m := m.(type) {
	case charter.Payout:
		want, through, held = payout.Booked{Item: m.Item, Payee: m.Merchant, Batch: m.Batch, Amount: m.Amount}, m.Through, m.Held
	case charter.PayoutReturned:
		want = payout.Booked{Item: m.Item, Payee: m.Merchant, Batch: m.Batch, Amount: m.Amount, Back: true}
	case charter.RewardPaid:
		want, through, held, kind = payout.Booked{Item: m.Item, Payee: m.Member, Batch: m.Batch, Amount: m.Amount}, m.Through, m.Held, payout.People
	case charter.RewardPaidBack:
		want, kind = payout.Booked{Item: m.Item, Payee: m.Member, Batch: m.Batch, Amount: m.Amount, Back: true}, payout.People
	case charter.IncomeWithdrawn:
		want, through, held, kind = payout.Booked{Item: m.Item, Batch: m.Batch, Amount: m.Amount}, m.Through, m.Own, payout.Income
	case charter.IncomeReturned:
		want, kind = payout.Booked{Item: m.Item, Batch: m.Batch, Amount: m.Amount, Back: true}, payout.Income
	case charter.RefundBorne:
		p.refundBorne(e, m)
		return
	default:
		if strings.HasPrefix(e.Key, payoutPrefix) {
			p.flaw(0, "payouts_differ", e.Seq, "", "", m.Kind())
		}
		return
	}
	expect(p, 0, "payouts_differ", e.Seq, want, x.booked[e.Seq])
	delete(x.booked, e.Seq)
	if want.Back {
		if x.back[want.Item] += want.Amount; x.back[want.Item] > x.paid[want.Item] {
			p.flaw(0, "payout_too_much_back", e.Seq, "", fmt.Sprint(x.paid[want.Item]), fmt.Sprint(x.back[want.Item]))
		}
		return
	}
	if x.paid[want.Item] > 0 {
		p.flaw(0, "payout_paid_twice", e.Seq, "", fmt.Sprint(x.paid[want.Item]), fmt.Sprint(want.Amount))
	}
	x.paid[want.Item] += want.Amount
	expect(p, 7, "payout_held_differs", e.Seq, heldBefore(kind, want.Payee, before), held)
	x.proposed(p, e.Seq, kind, want, through)
}

// heldBefore is what the books say that a payee could be paid from.
func heldBefore(kind payout.Kind, payee id.ID, before ledger.Books) (sum money.Amount) {
	if kind != payout.Income {
		return before.Balance(payeeAccount(kind, payee))
	}
	for _, a := range append(EarningAccounts(), ledger.PlatformTill) {
		sum += before.Balance(a)
	}
	return sum
}

// proposed: what was paid is what people agreed to.
func (x *payoutRecords) proposed(p *replayer, seq int64, kind payout.Kind, paid payout.Booked, through period.Day) {
	b := x.batches[paid.Batch]
	if b == nil || !b.Passed() || b.Kind != kind || b.Through != through {
		p.flaw(0, "payout_not_agreed", seq, "", "a batch that passed", paid.Batch.String())
		return
	}
	n := slices.IndexFunc(b.Items, func(i payout.Item) bool { return i.ID == paid.Item })
	if n < 0 || b.Items[n].Payee != paid.Payee || b.Items[n].Amount != paid.Amount {
		p.flaw(0, "payout_not_agreed", seq, "", fmt.Sprint(paid.Amount), fmt.Sprint("item ", n, " of batch ", b.Number))
	}
}

// lostPayouts are records whose entry is not in the books.
func (p *replayer) lostPayouts() {
	for seq, b := range p.payouts.booked {
		p.flaw(0, "payouts_differ", seq, "", b.Item.String(), "")
	}
}
