package dutyweb

import (
	"context"

	"gongyi/internal/flow"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// offerCulm is how far the offers of a month are: the first segment is what is asked
// at least, the second up to where nothing more is.
func offerCulm(ctx context.Context, d *flow.Duties) ui.Culm {
	label := i18n.T(ctx, "优惠 %s 元，至少 %s 元", ui.Yuan(d.Worth()), ui.Yuan(d.Offer))
	c := ui.CulmTiers(label, int(min(d.Worth(), d.Enough)), int(d.Offer), int(d.Enough))
	for i := range c.Nodes {
		c.Nodes[i].Goal = c.Nodes[i].Fill < 100
	}
	if d.Offer == 0 {
		c.Nodes[0].Fill = 100
	}
	if d.Counts && !d.End.OfferMet() {
		c.Tone = ui.Soon
	}
	return c
}

// memberCulm is a segment for each member that is asked.
func memberCulm(ctx context.Context, d *flow.Duties) ui.Culm {
	c := ui.CulmOf(i18n.T(ctx, "新会员 %d 人，至少 %d 人", d.Done.Members, d.Asked.Members), d.Done.Members, max(1, d.Asked.Members))
	if d.Asked.Members == 0 {
		c.Nodes[0].Fill = 100
	}
	for i := range c.Nodes {
		c.Nodes[i].Goal = c.Nodes[i].Fill < 100
	}
	if d.Counts && !d.End.MembersMet() {
		c.Tone = ui.Soon
	}
	return c
}

func toneOfEnd(d *flow.Duties) ui.Tone {
	if d.Behind {
		return ui.Soon
	}
	return ui.Tell
}

// endText says how the month would end.
func endText(ctx context.Context, d *flow.Duties) string {
	if !d.Behind {
		return i18n.T(ctx, "照这样下去，月底能做到")
	}
	return i18n.T(ctx, "照这样到月底：优惠 %s 元，要 %s 元；新会员 %d 人，要 %d 人", ui.Yuan(d.End.Worth()), ui.Yuan(d.End.Offer), d.End.Done.Members, d.End.Asked.Members)
}
