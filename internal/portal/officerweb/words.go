package officerweb

import (
	"context"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// summary is the month in a sentence.
func summary(ctx context.Context, v monthView) string {
	if v.Sum.Purchases == 0 {
		return i18n.T(ctx, "这个月还没有可以公开的消费。")
	}
	return i18n.T(ctx, "%d 个社区，%s 笔消费，一共 %s 元。", len(v.Rows)-v.Left, whole(v.Sum.Purchases), ui.Yuan(v.Sum.Given))
}
