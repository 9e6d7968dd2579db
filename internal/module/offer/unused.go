package offer

import (
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Coins is what a reason calls the time-coins.
const Coins = "coins"

// unused says of each offer that runs, of each voucher and of the coins why the
// choice leaves it out, or takes no more of it.
func (t *Till) unused(w Wish, c *choice) (all []Reason) {
	today := period.DayOf(t.At, t.Zone)
	for n := range t.Offers {
		o := &t.Offers[n]
		if o.End != nil || !o.When.Runs(today) || slices.Contains(c.offers, n) {
			continue
		}
		all = append(all, Reason{o.Name, o.ID.String(), t.whyNotOffer(w, c, o)})
	}
	for n := range t.Vouchers {
		if v := &t.Vouchers[n]; !slices.Contains(c.vouchers, n) {
			all = append(all, Reason{v.Name, v.Ref, t.whyNotVoucher(w, c, v)})
		}
	}
	for _, ref := range w.Vouchers {
		if !slices.ContainsFunc(t.Vouchers, func(v Voucher) bool { return v.Ref == ref }) {
			all = append(all, Reason{ref, ref, say("您手里没有这张能在这里用的券")})
		}
	}
	if why := t.whyNotCoins(w, c); !why.IsZero() {
		all = append(all, Reason{Coins, "", why})
	}
	return all
}

func (t *Till) whyNotOffer(w Wish, c *choice, o *Stand) Sentence {
	if w.Plain {
		return say("这次没有用优惠")
	}
	if why := t.barred(o); !why.IsZero() {
		return why
	}
	price := t.before(c, o)
	off := o.Off(price)
	if n := t.clash(c.offers, o); n >= 0 {
		return say("和“%s”同类，一单只用一项", t.Offers[n].Name)
	}
	switch {
	case off == 0 && price < o.least():
		return say("满 %s 才减，这单算到这里是 %s", fen(o.least()), fen(price))
	case off == 0:
		return say("算下来减不到 1 分")
	case o.Budget > 0 && off > o.Budget-o.Saved:
		return say("店家为它备的钱只剩 %s，不够这一单", fen(o.Budget-o.Saved))
	case len(c.offers) >= t.Rules.Together:
		return say("一单最多同享 %s 项优惠", count(t.Rules.Together))
	case t.List-c.price >= t.Rules.OfferShare.FloorOf(t.List):
		return say("优惠一共最多减标价的 %s，已经减足", t.Rules.OfferShare.Percent())
	}
	return say("不用它，您付的钱一样或者更少")
}

// before is the price that an offer would be applied to beside those that were used.
func (t *Till) before(c *choice, o *Stand) money.Amount {
	price := t.List
	for i, n := range c.offers {
		if rank(t.Offers[n].Kind) < rank(o.Kind) {
			price -= c.reductions[i].Saved
		}
	}
	return price
}

func (t *Till) whyNotVoucher(w Wish, c *choice, v *Voucher) Sentence {
	switch {
	case !v.Bar.IsZero():
		return v.Bar
	case w.Chosen && !slices.Contains(w.Vouchers, v.Ref):
		return say("您这次没有选它")
	case c.price < v.From:
		return say("满 %s 才能用，这单是 %s", fen(v.From), fen(c.price))
	case v.Alone && len(c.offers) > 0:
		return say("它不和优惠同用，这单用优惠更省")
	case v.Amount > c.price && !v.Change:
		return say("它有 %s，这单只有 %s，券不找零", fen(v.Amount), fen(c.price))
	}
	if n := t.likeOf(c.vouchers, v); n >= 0 {
		return say("和“%s”同类，一单只用一张", t.Vouchers[n].Name)
	}
	left := c.price
	for _, p := range c.pays {
		left -= p
	}
	switch {
	case len(c.vouchers) >= t.Rules.AtOnce:
		return say("一单最多用 %s 张券", count(t.Rules.AtOnce))
	case v.Amount > left && !v.Change:
		return say("用了别的券，只剩 %s，不够用它，券不找零", fen(left))
	}
	return say("不用它，您付的钱也一样")
}

// whyNotCoins says what bounds the coins, if they are bounded.
func (t *Till) whyNotCoins(w Wish, c *choice) Sentence {
	wanted := t.Coins
	if w.Coins != nil {
		wanted = *w.Coins
	}
	switch share := t.Rules.CoinShare.FloorOf(c.price); {
	case !t.Member && wanted > 0:
		return say("会员才能用抵扣权益，请出示会员码")
	case wanted <= c.coins:
		return Sentence{}
	case c.most == t.Coins:
		return say("您只有 %s 抵扣权益", fen(t.Coins))
	case c.most == share:
		return say("抵扣权益最多抵这单的 %s，即 %s", t.Rules.CoinShare.Percent(), fen(share))
	}
	return say("除了券只剩 %s 要付", fen(c.most))
}
