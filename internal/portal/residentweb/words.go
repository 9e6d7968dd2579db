package residentweb

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// pageHref is a page before or after the present one.
func pageHref(t ui.Table, by int) templ.SafeURL {
	return templ.SafeURL(t.Path + "?page=" + itoa(t.Ask.Page+by))
}

// sentence says what settlement says; whoever is no shop stays unnamed.
func sentence(ctx context.Context, s settlement.Sentence) string {
	if s.Key == "" {
		return ""
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		if _, unnamed := a.(party.Owner); unnamed {
			a = i18n.T(ctx, "一位邻居")
		}
		args[i] = a
	}
	return i18n.T(ctx, s.Key, args...)
}

// kindName is what an entry is to the person on whose account it stands.
func kindName(ctx context.Context, k ledger.Kind) string {
	switch k {
	case ledger.Purchase:
		return i18n.T(ctx, "买东西")
	case ledger.Refund:
		return i18n.T(ctx, "退货")
	case ledger.HoldPlaced:
		return i18n.T(ctx, "先留着，用时再付")
	case ledger.HoldSpent:
		return i18n.T(ctx, "从留着的里付出")
	case ledger.HoldEnded:
		return i18n.T(ctx, "没用完，退回")
	case ledger.Reversal:
		return i18n.T(ctx, "更正以前的一笔")
	}
	return i18n.T(ctx, "转账")
}

func levelName(ctx context.Context, l policy.Level) string {
	switch l {
	case policy.Gold:
		return i18n.T(ctx, "组长")
	case policy.Diamond:
		return i18n.T(ctx, "理事")
	}
	return i18n.T(ctx, "普通会员")
}

func standingName(ctx context.Context, s member.Standing) string {
	switch s {
	case member.Lapsed:
		return i18n.T(ctx, "会员已到期")
	case member.Barred:
		return i18n.T(ctx, "会员已停用")
	}
	return i18n.T(ctx, "会员有效")
}
