package flow

import (
	"context"
	"crypto/sha256"
	"strconv"
	"sync"
	"time"

	"gongyi/internal/kernel/canon"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Purchase is what a till or an imported row says (settlement.md, "Inputs").
// Amounts are in fen, coins in hundredths.
type Purchase struct {
	Ref         string // idempotency key within the community
	PurchasedAt time.Time
	Member      string // reference of the buyer, "" if not known
	Merchant    string // reference of the shop
	List        money.Amount
	Price       money.Amount
	Coupon      money.Amount // a maker's coupon, for the receipt
	Items       int
	Coins       money.Amount
	Held        money.Amount // cash through the licensed provider
	Direct      money.Amount // cash that the shop took itself
	Vouchers    []string     // their codes
	Imported    bool         // an old purchase: it may lie further back
	Checkout    id.ID        `json:"-"` // whose holds it may use; no part of Content
}

// Refusals of a purchase that no module has, in the order in which they are
// checked.
var (
	ErrBadRef = fault.New(fault.Invalid, "purchase.bad_ref")
)

// maxRef bounds the key a client may choose; keys that begin with "~" are ours.
const maxRef = 128

func badRef(ref string) bool { return ref == "" || len(ref) > maxRef || ref[0] == '~' }

// Content is the hash of all fields as canonical JSON: what makes two requests
// the same request.
func (p *Purchase) Content() [32]byte {
	b := make([]byte, 0, 320)
	text := func(name, v string) { b = append(canon.AppendText(append(b, name...), v), ',') }
	number := func(name string, v int64) { b = append(strconv.AppendInt(append(b, name...), v, 10), ',') }
	b = append(b, '{')
	number(`"coins":`, int64(p.Coins))
	number(`"coupon":`, int64(p.Coupon))
	number(`"direct":`, int64(p.Direct))
	number(`"held":`, int64(p.Held))
	number(`"items":`, int64(p.Items))
	number(`"list":`, int64(p.List))
	text(`"member":`, p.Member)
	text(`"merchant":`, p.Merchant)
	number(`"price":`, int64(p.Price))
	number(`"purchased_at":`, p.PurchasedAt.UnixMicro())
	text(`"ref":`, p.Ref)
	b = append(b, `"vouchers":[`...)
	for i, v := range p.Vouchers {
		if i > 0 {
			b = append(b, ',')
		}
		b = canon.AppendText(b, v)
	}
	return sha256.Sum256(append(b, ']', '}'))
}

// Settled is the answer to a purchase.
type Settled struct {
	ledger.Posted
	Community id.ID
	BookedOn  period.Day
	Moved     [settlement.Rules]money.Amount // what each rule moved, by number
	Brought   []*promotion.Voucher           // vouchers that the purchase brought; not told again to who asks again
}

// Receipt is the token that opens the purchase's receipt.
func (s *Settled) Receipt() string { return Token(s.Community, s.Seq, ledger.Capability(s.EntryKey)) }

// Settle settles one purchase: it is durable and proven when Settle returns. The
// same purchase again gets the same answer (D2).
func (f *Flows) Settle(ctx context.Context, community id.ID, actor db.Actor, p Purchase) (Settled, error) {
	w := f.submit(ctx, community, actor, &p)
	return w.wait(ctx)
}

// Settling is a purchase on its way; Submit many before waiting for the first.
type Settling struct {
	flows     *Flows
	purchase  *Purchase
	actor     db.Actor
	pending   db.Pending
	community id.ID
	out       Settled
	err       error
}

// Submit hands a purchase to the community's writer and returns at once.
// Purchases of one caller settle in the order of their submission.
func (f *Flows) Submit(ctx context.Context, community id.ID, actor db.Actor, p *Purchase) *Settling {
	return f.submit(ctx, community, actor, p)
}

func (f *Flows) submit(ctx context.Context, community id.ID, actor db.Actor, p *Purchase) *Settling {
	w := &Settling{flows: f, purchase: p, actor: actor, community: community, out: Settled{Community: community}}
	if badRef(p.Ref) {
		w.err = ErrBadRef.On("purchase_ref")
		return w
	}
	content := p.Content()
	w.pending, w.err = f.DB.Submit(ctx, community, actor, func(tx *db.Tx) error {
		return f.settle(ctx, tx, p, content, &w.out)
	})
	return w
}

// Wait returns the outcome. A buyer who is not known here may be a member of
// another community: then a copy of her membership is fetched, and the purchase
// is settled again.
func (w *Settling) Wait(ctx context.Context) (Settled, error) { return w.wait(ctx) }

func (w *Settling) wait(ctx context.Context) (Settled, error) {
	if w.err == nil {
		w.err = w.pending.Wait(ctx)
	}
	if f := fault.Of(w.err); f != nil && f.Code == member.ErrNotFound.Code && w.purchase.Member != "" {
		if err := w.flows.Visit(ctx, w.actor, w.purchase.Member, w.community); err != nil {
			return Settled{}, err
		}
		again := w.flows.submit(ctx, w.community, w.actor, w.purchase)
		if again.err == nil {
			again.err = again.pending.Wait(ctx)
		}
		w.out, w.err = again.out, again.err
	}
	if w.err != nil {
		return Settled{}, w.err // out may still be written by a closure nobody waits for
	}
	return w.out, nil
}

// scratches keep what settling allocates; a writer uses one at a time.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

type scratch struct {
	settlement settlement.Scratch
	facts      settlement.Facts
	encoded    []byte
}

// settle is the purchase inside its transaction.
func (f *Flows) settle(ctx context.Context, tx *db.Tx, p *Purchase, content [32]byte, out *Settled) (err error) {
	var known bool
	if out.Posted, known, err = f.Ledger.Find(ctx, tx, p.Ref, content); known || err != nil {
		return err
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	result, posted, err := f.post(ctx, tx, p, content, s)
	if err != nil {
		out.Posted, err = f.Ledger.Recall(ctx, tx, p.Ref, content, err)
		return err
	}
	out.Posted, out.BookedOn, out.Moved = posted, s.facts.BookedOn, result.Moved
	if posted.Replayed {
		return nil
	}
	if err := f.consume(ctx, tx, &s.facts, &result, posted.Seq); err != nil || p.Imported {
		return err
	}
	out.Brought, err = f.bring(ctx, tx, &s.facts, posted.Seq)
	return err
}

// post decides and posts; an error means that it changed nothing.
func (f *Flows) post(ctx context.Context, tx *db.Tx, p *Purchase, content [32]byte, s *scratch) (result settlement.Result, posted ledger.Posted, err error) {
	version, err := f.gather(ctx, tx, p, &s.facts)
	if err != nil {
		return result, posted, err
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return result, posted, err
	}
	if result, err = settlement.Settle(&version.Params, &s.facts, balances, &s.settlement); err != nil {
		return result, posted, err
	}
	s.encoded = settlement.AppendFacts(s.encoded[:0], &s.facts)
	posted, err = f.Ledger.Post(ctx, tx, ledger.Posting{
		Key: p.Ref, Content: content, Kind: ledger.Purchase, BookedOn: s.facts.BookedOn, Subject: s.facts.Buyer.ID,
		Legs: result.Legs, Facts: s.encoded,
	})
	return result, posted, err
}

// consume notes what the purchase used up: vouchers, a claim, room in a cap.
func (f *Flows) consume(ctx context.Context, tx *db.Tx, facts *settlement.Facts, result *settlement.Result, seq int64) error {
	for _, v := range facts.Vouchers {
		use := promotion.Use{Voucher: v.ID, Member: facts.Buyer.ID, Shop: facts.Merchant.ID, Paid: v.Amount, Price: facts.Price, Seq: seq}
		if err := f.Promotions.Use(ctx, tx, use); err != nil {
			return err
		}
	}
	if result.ClaimUsed {
		if err := f.Promotions.UseClaim(ctx, tx, facts.Buyer.ID, facts.Claim.ID, seq); err != nil {
			return err
		}
	}
	return f.Settlement.UseCap(ctx, tx, facts.Leader.ID, facts.BookedOn.Month(), result.Moved[8])
}

// onField says which input a refusal is about.
func onField(err error, field string) error {
	if f := fault.Of(err); f != nil && f.Field == "" {
		return f.On(field)
	}
	return err
}
