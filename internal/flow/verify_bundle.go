package flow

import (
	"context"
	"fmt"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// bundleRecords are the sales of bundles, as verify compares them with the entries that
// they name: all that was paid is used, given back, or still the buyer's (E2).
type bundleRecords struct {
	begun    map[int64]*bundle.Sale // by the entry that booked the price; no entry was met for it
	released map[int64]bundleUse    // by the entry that let the money of a use go; the same
	taken    map[int64]bundleUse    // by the purchase of a use; the same
	back     map[int64]bundleReturn // by the entry that gave money back; the same
	held     map[id.ID]money.Amount // what members' accounts must hold, by the sales; minus what entries moved
	promised map[period.Month]money.Amount
}

// bundleUse is a use of a part that a shop took.
type bundleUse struct {
	sale *bundle.Sale
	gone bundle.Gone
}

// bundleReturn is what one entry gave back of a sale.
type bundleReturn struct {
	sale *bundle.Sale
	sum  money.Amount
	uses int
}

func (x *bundleRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	x.begun, x.released, x.taken = make(map[int64]*bundle.Sale), make(map[int64]bundleUse), make(map[int64]bundleUse)
	x.back, x.held, x.promised = make(map[int64]bundleReturn), make(map[id.ID]money.Amount), make(map[period.Month]money.Amount)
	counts := make(map[id.ID]int)
	if err := p.flows.Bundles.EachSale(ctx, r, p.community, func(s *bundle.Sale) {
		if s.Dropped == nil {
			counts[s.Of.ID]++
		}
		x.add(p, s)
	}); err != nil {
		return err
	}
	stored, err := p.flows.Bundles.Tallies(ctx, r, p.community)
	for of, t := range stored {
		if t.Taken != counts[of] {
			p.flaw(0, "bundle_count_differs", -1, "", fmt.Sprint(of, " ", counts[of]), fmt.Sprint(t.Taken))
		}
		delete(counts, of)
	}
	for of, n := range counts {
		if n != 0 {
			p.flaw(0, "bundle_count_differs", -1, "", fmt.Sprint(of, " ", n), "0")
		}
	}
	return err
}

// add takes a sale up, after its own sums.
func (x *bundleRecords) add(p *replayer, s *bundle.Sale) {
	if s.Promises() {
		x.promised[s.PromisedIn] += s.Gift
	}
	if s.Price != s.Of.Price || s.Gift != s.Of.Gift || s.Dropped != nil && s.Begun != nil {
		p.flaw(0, "bundle_differs", -1, "", fmt.Sprint(s.Of.Price, " ", s.Of.Gift), fmt.Sprint(s.ID, " ", s.Price, " ", s.Gift))
	}
	if s.Begun == nil {
		return
	}
	x.begun[s.Begun.Seq] = s
	x.held[s.Member] += s.Held()
	if sum := s.Went(bundle.Used) + s.Went(bundle.Back) + s.Held(); sum != s.Price {
		p.flaw(0, "bundle_differs", s.Begun.Seq, "", fmt.Sprint(s.Price), fmt.Sprint(sum))
	}
	shares := s.Of.Shares()
	for _, g := range s.Gone {
		if g.Part >= len(shares) || g.N >= len(shares[g.Part]) || g.Share != shares[g.Part][g.N] {
			p.flaw(0, "bundle_differs", g.Seq, "", fmt.Sprint(s.ID), fmt.Sprint(g.Slot, " ", g.Share))
		}
		if g.What == bundle.Used {
			x.released[g.Released], x.taken[g.Seq] = bundleUse{s, g}, bundleUse{s, g}
			continue
		}
		b := x.back[g.Seq]
		x.back[g.Seq] = bundleReturn{s, b.sum + g.Share, b.uses + 1}
	}
}

// follow keeps what entries move of members' money for bundles.
func (x *bundleRecords) follow(e *ledger.Entry) {
	for i := range e.Legs {
		l := &e.Legs[i]
		if l.To.Purpose == ledger.Bundles {
			x.held[l.To.Owner.ID] -= l.Amount
		}
		if l.From.Purpose == ledger.Bundles {
			x.held[l.From.Owner.ID] += l.Amount
		}
	}
}

// bundleMoved compares an entry that moves money of a bundle with the sale.
func (p *replayer) bundleMoved(e *ledger.Entry, m charter.Move) {
	x, want := &p.bundled, ""
	switch m := m.(type) {
	case charter.BundleBought:
		if s := x.begun[e.Seq]; s != nil {
			want = fmt.Sprint(s.ID, s.Member, s.Price)
		}
		expect(p, 0, "bundle_differs", e.Seq, want, fmt.Sprint(m.Sale, m.Member, m.Price))
		delete(x.begun, e.Seq)
	case charter.BundleUsed:
		if u := x.released[e.Seq]; u.sale != nil {
			want = fmt.Sprint(u.sale.ID, u.sale.Member, u.gone.Slot, u.gone.Shop, u.gone.Share, u.sale.Gift, " ", useKey(u.sale.ID, u.gone.Slot), "/money")
		}
		expect(p, 0, "bundle_differs", e.Seq, want, fmt.Sprint(m.Sale, m.Member, bundle.Slot{Part: m.Part, N: m.Use}, m.Merchant, m.Share, m.Gift, " ", e.Key))
		delete(x.released, e.Seq)
	case charter.BundleBack:
		if b := x.back[e.Seq]; b.sale != nil {
			want = fmt.Sprint(b.sale.ID, b.sale.Member, b.uses, b.sum)
		}
		expect(p, 0, "bundle_differs", e.Seq, want, fmt.Sprint(m.Sale, m.Member, m.Uses, m.Amount))
		delete(x.back, e.Seq)
	}
}

// partTaken compares a purchase that a bundle paid with the part; p.facts are its facts.
func (p *replayer) partTaken(e *ledger.Entry) {
	u, known := p.bundled.taken[e.Seq]
	if !known && !strings.HasPrefix(e.Key, bundleKey) {
		return
	}
	want := ""
	if known {
		want = fmt.Sprint(useKey(u.sale.ID, u.gone.Slot), " ", u.sale.Member, u.gone.Shop, u.gone.Share)
	}
	f := &p.facts
	expect(p, 0, "bundle_differs", e.Seq, want, fmt.Sprint(e.Key, " ", f.Buyer.ID, f.Merchant.ID, f.Held))
	delete(p.bundled.taken, e.Seq)
}

// lostBundles looks for what sales say and no entry does, and compares what members hold.
func (p *replayer) lostBundles() {
	x := &p.bundled
	for seq, s := range x.begun {
		p.flaw(0, "bundle_of_no_entry", seq, "", s.ID.String(), "")
	}
	for _, uses := range []map[int64]bundleUse{x.released, x.taken} {
		for seq, u := range uses {
			p.flaw(0, "bundle_of_no_entry", seq, "", useKey(u.sale.ID, u.gone.Slot), "")
		}
	}
	for seq, b := range x.back {
		p.flaw(0, "bundle_of_no_entry", seq, "", b.sale.ID.String(), "")
	}
	for who, off := range x.held {
		if off != 0 {
			p.flaw(0, "bundle_money_differs", -1, ledger.Of(party.Owner{Kind: party.Member, ID: who}, ledger.Bundles).String(), "0", fmt.Sprint(off))
		}
	}
}
