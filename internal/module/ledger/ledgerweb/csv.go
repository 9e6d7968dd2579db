package ledgerweb

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/i18n"
)

// writeCSV writes the groups of a month for spreadsheets: plain decimals, days
// as they sort, and a mark in front by which they know the text is UTF-8.
func writeCSV(ctx context.Context, w io.Writer, v BooksView) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, key) }
	rows := [][]string{{t("从"), t("到"), t("做了什么"), t("谁"), t("凭据"), t("消费，元"), t("店家实得"), t("公共基金")}}
	if v.Flow.Buyers >= v.K {
		for _, e := range v.Entries {
			rows = append(rows, []string{
				e.From.String(), e.To.String(), cell(e.What.In(ctx)), cell(e.Note.In(ctx)), cell(e.Proof.In(ctx)),
				e.Spent.Decimal(money.CNY), e.Shops.Decimal(money.CNY), e.Fund.Decimal(money.CNY),
			})
		}
	}
	if v.Waiting != nil {
		rows = append(rows, []string{v.Waiting.From.String(), v.Waiting.To.String(),
			i18n.T(ctx, "不到 %s 人，等够了再公开", strconv.Itoa(v.K)), "", "", "", "", ""})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// cell keeps a spreadsheet from taking words for a formula.
func cell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') {
		return "'" + s
	}
	return s
}
