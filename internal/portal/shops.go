package portal

import (
	"context"

	alliance "gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// TierName is what people call a shop's tier.
func TierName(ctx context.Context, t policy.Tier) string {
	switch t {
	case policy.Committee:
		return i18n.T(ctx, "商家委员会的店")
	case policy.Founding:
		return i18n.T(ctx, "创始店")
	}
	return i18n.T(ctx, "普通联盟店")
}

// StatusName says whether a shop takes part.
func StatusName(ctx context.Context, s alliance.Status) string {
	if s == alliance.Suspended {
		return i18n.T(ctx, "暂停")
	}
	return i18n.T(ctx, "营业")
}

// StatusTone is how that is marked.
func StatusTone(s alliance.Status) ui.Tone {
	if s == alliance.Suspended {
		return ui.Soon
	}
	return ui.OK
}
