package payout

import (
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
)

// ProviderName is what people call a place where somebody is paid.
func ProviderName(k pay.Kind) i18n.Message {
	switch k {
	case pay.WeChat:
		return i18n.M("微信支付")
	case pay.Alipay:
		return i18n.M("支付宝")
	}
	return i18n.M("银行账户")
}

// EndName says how a batch, or a wish for an account, ended.
func EndName(k EndKind) i18n.Message {
	switch k {
	case Agreed:
		return i18n.M("同意了")
	case Refused:
		return i18n.M("没有同意")
	case Withdrawn:
		return i18n.M("收回了")
	}
	return i18n.M("到期没人同意，作废")
}

// StateName says where an item stands.
func StateName(s State) i18n.Message {
	switch s {
	case Proposed:
		return i18n.M("等人同意")
	case Dropped:
		return i18n.M("这批没有付")
	case Ready:
		return i18n.M("记了账，正在付")
	case Underway:
		return i18n.M("支付机构在办")
	case Arrived:
		return i18n.M("到账了")
	case Bounced:
		return i18n.M("退回账上了")
	}
	return i18n.M("这次没付，留到下批")
}

// KindName says whom a batch pays.
func KindName(k Kind) i18n.Message {
	switch k {
	case Shops:
		return i18n.M("店家的货款")
	case People:
		return i18n.M("居民的奖励")
	}
	return i18n.M("平台自己的收入")
}

// ReasonName says why somebody is not paid.
func ReasonName(r Reason) i18n.Message {
	switch r {
	case TooFresh:
		return i18n.M("都还在等待期里")
	case TooSmall:
		return i18n.M("不到最低金额，攒到下批")
	case Owes:
		return i18n.M("欠的超过了上限，先还清")
	case Suspended:
		return i18n.M("店暂停了，要有人写明理由决定才付")
	case NoAccount:
		return i18n.M("没有收款账户")
	case OwnMatter:
		return i18n.M("是准备的人自己、家人或自家店的，由别人来办")
	case NoRoom:
		return i18n.M("这批排满了，下批先付")
	}
	return i18n.M("准备以后账有变动，下批再付")
}

// CarryName says why a claim is not delivered by a plan of shares.
func CarryName(c Carry) i18n.Message {
	switch c {
	case OverCap:
		return i18n.M("超过了一单能分的上限")
	case InOrders:
		return i18n.M("在还不能放款的订单里")
	case FromPerson:
		return i18n.M("付给个人的不追回")
	case TooLate:
		return i18n.M("过了能回退的期限")
	case NotShared:
		return i18n.M("没有从这一单分过")
	case NoHouse:
		return i18n.M("平台在这家支付机构没有收款的商户号")
	case GotOver:
		return i18n.M("支付机构到期自己放了款，店多得了，从下一批扣回")
	}
	return i18n.M("截止日前没有对应的订单")
}

// ShareName says where a request to share stands.
func ShareName(s *Share) i18n.Message {
	switch {
	case s.End == nil && s.Sent == nil:
		return i18n.M("排着队")
	case s.End == nil:
		return i18n.M("支付机构在办")
	case s.End.Kind == ShareDone:
		return i18n.M("分好了")
	case s.End.Kind == ShareLate:
		return i18n.M("到期全放给了店")
	}
	return i18n.M("没有分")
}

// ShareReason says why a request was not carried out, false of a provider's own code.
func ShareReason(reason string) (i18n.Message, bool) {
	switch reason {
	case AfterRefund:
		return i18n.M("退过款，剩下的不够分"), true
	case PastTime:
		return i18n.M("过了支付机构分账的期限"), true
	case AfterFailed:
		return i18n.M("这一单前一次没有分成"), true
	}
	return i18n.Message{}, false
}
