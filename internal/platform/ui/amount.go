package ui

import (
	"context"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
)

// Yuan writes an amount of money as books do: 1,234.50, −3.85; the unit stands
// once in the head (look §8).
func Yuan(v money.Amount) string { return v.Grouped(money.CNY) }

// Coins writes entitlement 抵扣权益; it never carries a currency sign.
func Coins(v money.Amount) string { return v.Grouped(money.Coin) }

// Points writes points as whole numbers.
func Points(v money.Amount) string { return v.Grouped(money.Point) }

// Signed writes what comes in with a plus and what goes out with a true minus.
func Signed(v money.Amount, a money.Asset) string {
	if v > 0 {
		return "+" + v.Grouped(a)
	}
	return v.Grouped(a)
}

// ServiceTime says for how much neighbourly service entitlement stands, at so
// many coins an hour: minutes under an hour, else hours with two decimals.
func ServiceTime(ctx context.Context, coins, perHour money.Amount) string {
	if coins <= 0 || perHour <= 0 {
		return ""
	}
	if coins < perHour {
		return i18n.T(ctx, "%d 分钟", int(halfUp(coins*60, perHour)))
	}
	return i18n.T(ctx, "%s 小时", halfUp(coins*100, perHour).Grouped(money.CNY))
}

func halfUp(num, den money.Amount) money.Amount { return (2*num + den) / (2 * den) }

// hoursOf is ServiceTime in two parts, for a tile.
func hoursOf(ctx context.Context, coins, perHour money.Amount) (number, unit string) {
	if perHour <= 0 {
		return Coins(coins), ""
	}
	if coins < perHour && coins > 0 {
		return halfUp(coins*60, perHour).Grouped(money.Point), i18n.T(ctx, "分钟")
	}
	return halfUp(coins*100, perHour).Grouped(money.CNY), i18n.T(ctx, "小时")
}
