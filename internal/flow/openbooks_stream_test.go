package flow_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// told is what receipts say about days, added up another way than the program
// does: shares from Where, refunds from the posted legs.
type told map[period.Day]*openbooks.Flow

func (t told) on(day period.Day) *openbooks.Flow {
	if t[day] == nil {
		t[day] = &openbooks.Flow{}
	}
	return t[day]
}

func (t told) purchase(r *flow.Receipt) {
	f := t.on(r.Facts.BookedOn)
	f.Held += r.Facts.Held
	f.Direct += r.Facts.Direct
	f.Coins += r.Facts.Coins
	for _, v := range r.Facts.Vouchers {
		share := r.Policy.Params.VoucherPlatformShare.Of(v.Amount)
		if len(v.Sharers) == 0 {
			share = v.Amount
		}
		f.VouchersPlatform += share
		f.VouchersByShops += v.Amount - share
	}
	for _, part := range settlement.Where(&r.Policy.Params, &r.Facts) {
		into := map[string]*money.Amount{"店家": &f.Net, "推荐您来的店": &f.Referrers, "平台服务": &f.Platform,
			"社区共益基金": &f.Welfare, "您的组长": &f.Leaders, "社区关爱基金": &f.Care}[part.Who]
		*into += part.Amount
	}
	moved := r.Moved()
	f.CoinsGiven += moved[7]
	f.PointsGiven += moved[9]
}

func (t told) refund(r *flow.Receipt, back *flow.RefundReceipt) {
	f := t.on(back.Entry.BookedOn)
	var by [settlement.Rules]money.Amount
	var promotion, withheld money.Amount
	for _, l := range back.Entry.Legs {
		if by[l.Rule.Number] += l.Amount; l.To == ledger.PlatformPromotion {
			promotion += l.Amount
		}
		if l.Rule.Number == 7 && l.To == ledger.CoinBacking { // kept of the cash: given back all the same
			withheld += l.Amount
		}
	}
	out := settlement.Outcome(&r.Facts, back.Facts, back.Entry.Legs)
	kept := min(withheld, by[7]) // which tender it was kept of does not matter to the sum
	f.Held -= out.Held
	f.Direct -= out.Direct + kept
	f.Coins -= out.Coins
	f.VouchersPlatform -= promotion
	f.VouchersByShops -= out.Vouchers - promotion
	f.Net -= back.Facts.Amount - by[4] - by[6] - by[10]
	f.Platform -= by[4] - by[5] - by[8]
	f.Welfare -= by[5]
	f.Referrers -= by[6]
	f.Leaders -= by[8]
	f.Care -= by[10]
	f.CoinsGiven -= by[7]
	f.PointsGiven -= by[9]
}

// stream buys and refunds at random for some weeks.
type stream struct {
	*town
	rng   *rand.Rand
	n     int
	seqs  []int64
	prior map[int64]money.Amount // refunded
}

func (s *stream) one() {
	s.n++
	if s.rng.IntN(4) == 0 {
		s.env.Clock.Advance(time.Duration(s.rng.IntN(30)) * time.Hour)
	}
	if len(s.seqs) > 3 && s.rng.IntN(4) == 0 {
		s.refund()
		return
	}
	buyer := []string{"anna", "ben", "leader", "", "carla"}[s.rng.IntN(5)]
	shop := []string{"bakery", "fruit", "first"}[s.rng.IntN(3)]
	price := money.Amount(100 + s.rng.IntN(20_000))
	p := flow.Purchase{Ref: fmt.Sprint("p", s.n), PurchasedAt: s.env.Clock.Now(), Member: buyer, Merchant: shop, Price: price}
	if buyer != "" && s.rng.IntN(3) == 0 {
		voucher := fmt.Sprint("v", s.n)
		amount := min(5_00, price)
		s.issueShared(voucher, buyer, shop, amount)
		p.Vouchers = []string{voucher}
		price -= amount
	}
	if coins := min(s.coins(buyer), p.Price/3, price); s.rng.IntN(2) == 0 {
		p.Coins = coins
		price -= coins
	}
	p.Held = money.Amount(s.rng.Int64N(int64(price) + 1))
	p.Direct = price - p.Held
	settled, err := s.Settle(ctx, s.home, db.System, p)
	s.must(err)
	s.seqs = append(s.seqs, settled.Seq)
}

// issueShared makes a voucher of another shop, of both others, or one whose cost the
// selling shop shares.
func (s *stream) issueShared(ref, buyer, shop string, amount money.Amount) {
	next := map[string]string{"bakery": "fruit", "fruit": "first", "first": "bakery"}
	a, c, b, m := s.shop(next[shop]), s.shop(next[next[shop]]), s.shop(shop), s.member(buyer)
	sharers := [][]id.ID{{a.ID}, {a.ID, c.ID}, {a.ID, b.ID}}[s.rng.IntN(3)]
	s.must(s.DB.Update(ctx, s.home, db.System, func(tx *db.Tx) error {
		_, err := s.Promotions.Issue(ctx, tx, promotion.Voucher{Ref: ref, Issuer: a.ID, Target: b.ID, Member: m.ID, Amount: amount,
			Sharers: sharers, ExpiresAt: tx.Now.Add(30 * 24 * time.Hour)}, promotion.Promise{})
		return err
	}))
}

func (s *stream) coins(buyer string) (held money.Amount) {
	if buyer == "" {
		return 0
	}
	have := s.books()["member:"+buyer+"/coins COIN"]
	held, _ = money.Parse(have, money.Coin)
	return held
}

func (s *stream) refund() {
	seq := s.seqs[s.rng.IntN(len(s.seqs))]
	r, err := s.Receipt(ctx, s.home, seq)
	s.must(err)
	left := r.Facts.Price - s.prior[seq]
	if left == 0 {
		return
	}
	amount := left
	if s.rng.IntN(2) == 0 {
		amount = 1 + money.Amount(s.rng.Int64N(int64(left)))
	}
	_, err = s.Refund(ctx, s.home, db.System, flow.Refund{Ref: fmt.Sprint("r", s.n), Purchase: seq, Amount: amount})
	s.must(err)
	s.prior[seq] += amount
}
