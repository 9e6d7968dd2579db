package ledgerweb

import (
	"context"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
)

// shown reports whether the month's sums of a community may be shown: a sum of
// few buyers would tell what one of them spent.
func (c CommunityRow) shown(k int) bool { return c.Purchases > 0 && c.Buyers >= k }

// total adds up what is shown.
func (v StreetView) total() (t CommunityRow) {
	for _, c := range v.Communities {
		if c.shown(v.K) {
			t.Spent += c.Spent
			t.Purchases += c.Purchases
			t.Fund += c.Fund
		}
	}
	return t
}

func rowNote(ctx context.Context, c CommunityRow, k int) string {
	switch {
	case c.Purchases == 0:
		return i18n.T(ctx, "这个月还没有消费")
	case !c.shown(k):
		return i18n.T(ctx, "买东西的邻居还不到 %d 位，先不显示", k)
	}
	return i18n.T(ctx, "%d 位邻居，%d 家店，%d 次", c.Buyers, c.Shops, c.Purchases)
}

// count writes a number of things with thousands commas.
func count(n int) string { return money.Amount(n).Grouped(money.Point) }
