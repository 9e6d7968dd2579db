package ui

import (
	"context"
	"fmt"
	"time"

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

// bellLabel says how many notices were not read.
func bellLabel(ctx context.Context, unread int) string {
	if unread == 0 {
		return i18n.T(ctx, "通知")
	}
	return i18n.T(ctx, "通知，%d 条未读", unread)
}

// atMost writes a number, and "99+" beyond what has room.
func atMost(n, most int) string {
	if n > most {
		return fmt.Sprintf("%d+", most)
	}
	return fmt.Sprint(n)
}

// langSign is the other language where there is room for a sign only.
func langSign(ctx context.Context) string {
	if other(ctx) == i18n.En {
		return "EN"
	}
	return string([]rune(other(ctx).Own())[:1])
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func confirmClass(danger bool) string {
	if danger {
		return "danger"
	}
	return "call"
}

// tenths is a share as ten segments.
func tenths(done, of int) []Node {
	nodes := make([]Node, 10)
	for i := range nodes {
		if of > 0 {
			nodes[i].Fill = min(100, max(0, done*1000/of-100*i))
		}
	}
	return nodes
}

func deadlineIcon(left time.Duration) string {
	if left < 0 {
		return "alert"
	}
	return "clock"
}

// noteClass colours a note that waits for somebody.
func noteClass(t Tone) string {
	switch t {
	case Act:
		return "pn"
	case Soon:
		return "sn"
	case Bad:
		return "mn"
	}
	return "i3"
}

// fours cuts digits into groups of four from the left.
func fours(digits string) (groups []string) {
	for len(digits) > 4 {
		groups, digits = append(groups, digits[:4]), digits[4:]
	}
	return append(groups, digits)
}
