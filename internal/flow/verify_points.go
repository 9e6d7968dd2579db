package flow

import (
	"context"
	"fmt"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// pointsRecords are the records of redemptions, offsets, points that were given and
// badge coins, as verify compares them with the entries that they name.
type pointsRecords struct {
	booked map[int64]points.Booked // that no entry was met for
	coins  map[int64]coinTaken
}

// coinTaken is what a coin's record says of the entry that paid for its goods.
type coinTaken struct {
	coin badge.Coin
	shop id.ID
	cost money.Amount
}

func (x *pointsRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	var twice []int64
	var err error
	if x.booked, twice, err = p.flows.Points.AllBooked(ctx, r, p.community); err != nil {
		return err
	}
	for _, seq := range twice {
		p.flaw(0, "points_differ", seq, "", "", "two records")
	}
	goods, err := p.flows.Points.Catalogue(ctx, r, p.community)
	if err != nil {
		return err
	}
	for _, g := range goods {
		if g.Left < 0 {
			p.flaw(0, "stock_below_zero", -1, "", g.Name, fmt.Sprint(g.Left))
		}
	}
	if err := p.compareOwed(ctx, r); err != nil {
		return err
	}
	return x.loadCoins(ctx, r, p)
}

// compareOwed: what the offsets say is what org/payable holds, to the fen.
func (p *replayer) compareOwed(ctx context.Context, r db.Reader) error {
	owed, err := p.flows.Points.Owed(ctx, r, p.community)
	if err != nil {
		return err
	}
	for manager, want := range owed {
		account := ledger.Of(party.Owner{Kind: party.Org, ID: manager}, ledger.Payable)
		h, err := p.flows.Ledger.Holding(ctx, r, p.community, account)
		if err != nil {
			return err
		}
		if h.Balance != want {
			p.flaw(0, "property_differs", -1, account.String(), fmt.Sprint(want), fmt.Sprint(h.Balance))
		}
	}
	return nil
}

// loadCoins: every coin went only where a coin may go, and minted is what lies in
// stock, is with somebody, was redeemed, lost or void (B9).
func (x *pointsRecords) loadCoins(ctx context.Context, r db.Reader, p *replayer) error {
	x.coins = make(map[int64]coinTaken)
	batches, err := p.flows.Badges.Batches(ctx, r, p.community)
	if err != nil {
		return err
	}
	minted := make(map[int64]badge.Batch, len(batches))
	for _, b := range batches {
		minted[b.Number] = b
	}
	all, err := p.flows.Badges.Everything(ctx, r, p.community)
	if err != nil {
		return err
	}
	last := badge.Record{}
	for _, e := range all {
		if e.Coin != last.Coin {
			last = badge.Record{Coin: e.Coin}
		}
		b, known := minted[e.Coin.Batch]
		if !known || e.Coin.Number < 1 || e.Coin.Number > b.Count || e.N != int64(len(last.Events)) || !badge.Follows(last.State(), e.Kind) {
			p.flaw(0, "coin_differs", e.Seq, "", string(last.State()), e.Coin.String()+" "+string(e.Kind))
		}
		last.Events = append(last.Events, e)
		if e.Kind == badge.Redeemed {
			x.coins[e.Seq] = coinTaken{e.Coin, e.Shop, b.Cost}
		}
	}
	counts, err := p.flows.Badges.Reconcile(ctx, r, p.community)
	for i := range counts {
		if !counts[i].Whole() {
			p.flaw(0, "coins_missing", -1, "", fmt.Sprint(counts[i].Minted), fmt.Sprint(counts[i].By))
		}
	}
	return err
}

// pointed compares an entry about points or goods with the record that names it.
func (p *replayer) pointed(e *ledger.Entry, m charter.Move) {
	var want points.Booked
	switch m := m.(type) {
	case charter.PointsRedeemed:
		want = points.Booked{Rule: 7, Of: m.Redemption, Party: m.Member, Amount: m.Points}
	case charter.PointsReturned:
		want = points.Booked{Rule: 7, Undone: true, Of: m.Redemption, Party: m.Member, Amount: m.Points}
	case charter.GoodsReversed:
		want = points.Booked{Rule: 9, Undone: true, Of: m.Cause, Party: m.Merchant, Amount: m.Cost}
	case charter.PropertyOffset:
		want = points.Booked{Rule: 8, Undone: m.Returned, Of: m.Offset, Party: m.Member, Amount: m.Points}
	case charter.PropertyPaid:
		want = points.Booked{Rule: 10, Of: m.Batch, Party: m.Manager, Amount: m.Amount}
	case charter.PointsTaken:
		want = points.Booked{Rule: 6, Undone: true, Of: m.Cause, Party: m.Member, Amount: m.Points}
	case charter.PointsGiven:
		if !strings.HasPrefix(m.Why, ThanksFor("")) {
			return
		}
		want = points.Booked{Rule: 6, Of: m.Cause, Party: m.Member, Amount: m.Points}
	case charter.GoodsHanded:
		switch m.Why {
		case forBadge:
			got := p.points.coins[e.Seq]
			expect(p, 0, "coin_differs", e.Seq, fmt.Sprint(m.Merchant, m.Cost, m.Cause), fmt.Sprint(got.shop, got.cost, badgeID(got.coin)))
			delete(p.points.coins, e.Seq)
			return
		case forPoints:
			want = points.Booked{Rule: 9, Of: m.Cause, Party: m.Merchant, Amount: m.Cost}
		default:
			return
		}
	default:
		return
	}
	expect(p, 0, "points_differ", e.Seq, want, p.points.booked[e.Seq])
	delete(p.points.booked, e.Seq)
}

// lostPoints are records whose entry is not in the books.
func (p *replayer) lostPoints() {
	for seq, b := range p.points.booked {
		p.flaw(0, "points_differ", seq, "", b.Of.String(), "")
	}
	for seq, c := range p.points.coins {
		p.flaw(0, "coin_differs", seq, "", c.coin.String(), "")
	}
}
