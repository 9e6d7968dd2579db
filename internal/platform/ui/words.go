package ui

import (
	"context"
	"fmt"

	"gongyi/internal/platform/i18n"
)

func themeName(ctx context.Context, t Theme) string {
	switch t {
	case Light:
		return i18n.T(ctx, "浅色")
	case Dark:
		return i18n.T(ctx, "深色")
	case Elder:
		return i18n.T(ctx, "长辈版")
	}
	return i18n.T(ctx, "跟随系统")
}

// sealParts are the signs on the seal: four in Chinese, two words in English.
func sealParts(ctx context.Context) []string {
	return []string{i18n.T(ctx, "公开"), i18n.T(ctx, "存证")}
}

// noticeRole makes readers that speak say bad news at once.
func noticeRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "status"
}

func (c code) viewBox() string { return fmt.Sprintf("0 0 %d %d", c.side, c.side) }
