package ledgerweb

import (
	"context"
	"strconv"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// comma joins the parts of a line, full width in Chinese.
func comma(ctx context.Context) string { return i18n.T(ctx, "，") }

func backToStreet(ctx context.Context, street Place) ui.Link {
	if street.Href == "" {
		return ui.Link{Href: "/", Text: i18n.T(ctx, "看别的社区")}
	}
	return ui.Link{Href: street.Href, Text: street.Name}
}

// summary is the month in one sentence.
func summary(ctx context.Context, v BooksView) string {
	if v.state() != hasBooks {
		return i18n.T(ctx, "大家的钱，每一分都说得清")
	}
	return i18n.T(ctx, "%s，%d 位邻居在 %d 家店买了 %d 次，共 %s 元，每一分去了哪里都在下面。",
		ui.MonthName(ctx, v.Month), v.Flow.Buyers, v.Flow.Shops, v.Flow.Purchases, ui.Yuan(v.Flow.Given()))
}

// latest leads from an empty month to the newest that has books.
func latest(ctx context.Context, v BooksView) ui.Link {
	for _, m := range v.Months {
		if m != v.Month {
			return ui.Link{Href: monthHref(v.Community, m), Text: i18n.T(ctx, "看 %s", ui.Month(ctx, m))}
		}
	}
	return backToStreet(ctx, v.Street)
}

func closedTitle(ctx context.Context, v BooksView) string {
	if v.Proof.Closed {
		return i18n.T(ctx, "%s账本已封存", ui.MonthName(ctx, v.Month))
	}
	if v.Through == 0 { // no day was ever closed
		return i18n.T(ctx, "还没有封存的日子")
	}
	return i18n.T(ctx, "已封存到 %s", ui.Day(ctx, v.Through))
}

// reasons are the grounds for trust that hold, and no others.
func reasons(ctx context.Context, p Proof) []string {
	var out []string
	if len(p.Witnesses) > 0 {
		names := make([]string, len(p.Witnesses))
		for i, w := range p.Witnesses {
			names[i] = w.In(ctx)
		}
		out = append(out, i18n.T(ctx, "%s都签了字", strings.Join(names, i18n.T(ctx, "、"))))
	}
	if p.Matched {
		out = append(out, i18n.T(ctx, "和支付机构的账单逐笔对上"))
	}
	return append(out, i18n.T(ctx, "记下的改不了，改一笔总指纹就对不上"), i18n.T(ctx, "只有钱的去向，没有谁的名字"))
}

// short is a fingerprint as people compare it: its first and last digits.
func short(root string) string {
	if len(root) < 20 {
		return root
	}
	return root[:4] + " " + root[4:8] + " … " + root[len(root)-4:]
}

func hueClass(n int) string { return "c" + strconv.Itoa(n) }

// groupSum leaves a fund's own movements without a sum that means nothing.
func groupSum(e Entry, v money.Amount) string {
	if !e.Group {
		return ""
	}
	return ui.Yuan(v)
}

// unit heads the last column: what it counts.
func (v BooksView) unit(ctx context.Context) string {
	w, one := v.Via.find()
	switch {
	case !one:
		return i18n.T(ctx, "消费，元")
	case w.asset() == money.Coin:
		return i18n.T(ctx, "抵扣权益")
	case w.asset() == money.Point:
		return i18n.T(ctx, "分")
	}
	return i18n.T(ctx, "元")
}

// entrySum is the last column of a row.
func (v BooksView) entrySum(e Entry) string {
	if w, one := v.Via.find(); one {
		return e.Spent.Grouped(w.asset())
	}
	return groupSum(e, e.Spent)
}
