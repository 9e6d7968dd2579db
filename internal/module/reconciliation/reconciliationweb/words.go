package reconciliationweb

import (
	"context"

	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
)

// Names of what is stored.
var (
	providerNames = map[pay.Kind]i18n.Message{pay.WeChat: i18n.M("微信支付账单"), pay.Alipay: i18n.M("支付宝账单")}
	kindNames     = map[reconciliation.Kind]i18n.Message{
		reconciliation.MissingHere: i18n.M("他们有，账上没有"), reconciliation.MissingThere: i18n.M("账上有，他们没有"), reconciliation.OtherAmount: i18n.M("金额不一样"),
		reconciliation.Twice: i18n.M("账单里有两遍"), reconciliation.OtherFee: i18n.M("手续费和约定不一样"),
	}
	thingNames = map[reconciliation.Thing]i18n.Message{reconciliation.Payment: i18n.M("收款"), reconciliation.Refund: i18n.M("退款"), reconciliation.Fees: i18n.M("手续费")}
	wayNames   = map[reconciliation.Way]i18n.Message{
		reconciliation.FoundLate: i18n.M("晚到，查到了"), reconciliation.GivenBack: i18n.M("退给付款的人了"), reconciliation.Corrected: i18n.M("支付机构改正了"),
		reconciliation.Accepted: i18n.M("手续费没有错"), reconciliation.WrittenOff: i18n.M("核销了"),
	}
	outcomeNames = map[reconciliation.Outcome]i18n.Message{
		reconciliation.NotYet: i18n.M("账单还没出来"), reconciliation.Unreached: i18n.M("没有联系上"), reconciliation.Unreadable: i18n.M("账单不完整，没有收"),
		reconciliation.Manifold: i18n.M("几乎都对不上，没有收"),
	}
	sourceNames = map[reconciliation.Source]i18n.Message{reconciliation.ByProvider: i18n.M("自动取的"), reconciliation.ByFile: i18n.M("上传的文件")}
	stepNames   = map[reconciliation.StepKind]i18n.Message{
		reconciliation.Taken: i18n.M("接手去查"), reconciliation.Noted: i18n.M("查到的情况"), reconciliation.Asked: i18n.M("请支付机构退款"), reconciliation.Proposed: i18n.M("提出核销"),
		reconciliation.Declined: i18n.M("不同意核销"), reconciliation.Recovered: i18n.M("核销以后又查到了"),
	}
)

// state is how a difference stands, in a word.
func state(ctx context.Context, d *reconciliation.Difference) (string, ui.Tone) {
	switch s := d.Settlement(); {
	case s != nil:
		return wayNames[s.Way].In(ctx), ui.OK
	case d.Proposal() != nil:
		return i18n.T(ctx, "等另一个人决定"), ui.Act
	case d.Asking() != nil:
		return i18n.T(ctx, "正在退款"), ui.Tell
	}
	return i18n.T(ctx, "要查"), ui.Soon
}

// Title is what a difference is about.
func Title(ctx context.Context, d *reconciliation.Difference) string {
	if d.Thing == reconciliation.Fees {
		return kindNames[d.Kind].In(ctx)
	}
	return i18n.T(ctx, "%s：%s", thingNames[d.Thing].In(ctx), kindNames[d.Kind].In(ctx))
}
