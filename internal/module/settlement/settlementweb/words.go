package settlementweb

import (
	"context"
	"strconv"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// goods is what is known of the things bought, and what the buyer saved.
func goods(ctx context.Context, v ReceiptView) string {
	var parts []string
	if v.Items > 0 {
		parts = append(parts, i18n.T(ctx, "%d 件", v.Items))
	}
	if v.List > 0 && v.List != v.Price {
		parts = append(parts, i18n.T(ctx, "标价 %s", ui.Yuan(v.List)))
		if v.List > v.Price {
			parts = append(parts, i18n.T(ctx, "省了 %s", ui.Yuan(v.List-v.Price)))
		}
	}
	if v.Coupon > 0 {
		parts = append(parts, i18n.T(ctx, "厂家券 %s", ui.Yuan(v.Coupon)))
	}
	return strings.Join(parts, i18n.T(ctx, "，"))
}

// wentLabel is the bar in words.
func wentLabel(ctx context.Context, v ReceiptView) string {
	parts := make([]string, len(v.Went))
	for i, w := range v.Went {
		parts[i] = w.Who.In(ctx) + " " + ui.Yuan(w.Amount)
	}
	return strings.Join(parts, i18n.T(ctx, "，"))
}

// wentSum claims exactness only where it holds.
func wentSum(ctx context.Context, v ReceiptView) string {
	if v.wentTotal() == v.Price {
		return i18n.T(ctx, "合计，一分不差")
	}
	return i18n.T(ctx, "合计")
}

func groupNote(ctx context.Context, g Group) string {
	n := i18n.T(ctx, "%d 笔", len(g.Lines))
	if g.Note.IsZero() || g.Lines[0].Gain || rank(g.Title.Key) == 0 { // what you paid, you paid
		return n
	}
	return i18n.T(ctx, "%s，由%s出", n, g.Note)
}

// lineSum writes what the buyer receives with a plus.
func lineSum(l Line) string {
	if l.Gain {
		return ui.Signed(l.Amount, l.Asset)
	}
	return l.Amount.Grouped(l.Asset)
}

// unit is said of everything that is no money.
func unit(ctx context.Context, a money.Asset) string {
	switch a {
	case money.Coin:
		return i18n.T(ctx, "权益")
	case money.Point:
		return i18n.T(ctx, "分")
	}
	return ""
}

// article is the number of a rule in the charter: 5 for S-05.
func article(rule string) string {
	_, n, _ := strings.Cut(rule, "-")
	return strings.TrimLeft(n, "0")
}

// adopted says where a clause comes from.
func adopted(ctx context.Context, p Policy) string {
	if p.Name == "" {
		return ""
	}
	s := i18n.T(ctx, "《%s》第 %d 版", p.Name, p.Version)
	comma := i18n.T(ctx, "，")
	if p.Vote != nil {
		s += comma + i18n.T(ctx, "%s居民表决通过（赞成 %d，反对 %d）", ui.FullDay(ctx, p.Vote.On), p.Vote.Ayes, p.Vote.Against)
	}
	if p.Since != 0 {
		s += comma + i18n.T(ctx, "%s起用", ui.FullDay(ctx, p.Since))
	}
	return s + i18n.T(ctx, "。")
}

func hueClass(n int) string { return "c" + strconv.Itoa(n) }
