package alliance

import "gongyi/internal/platform/i18n"

// StateName is what people call where an application stands.
func StateName(s State) i18n.Message { return stateNames[s] }

var stateNames = map[State]i18n.Message{
	Draft: i18n.M("还在填"), Submitted: i18n.M("材料核对中"), Returned: i18n.M("材料要补"), Checked: i18n.M("等实地看店"), Visited: i18n.M("看过店，等表决"),
	Balloted: i18n.M("委员会表决中"), ElectedOne: i18n.M("当选"), Listed: i18n.M("在候补名单上"), Offered: i18n.M("轮到您了，请答复"), Accepted: i18n.M("答应入席"),
	Charged: i18n.M("等缴费"), Paid: i18n.M("缴费了，做协议"), Contracted: i18n.M("协议等确认"), Signed: i18n.M("一方已确认"), Refused: i18n.M("没有通过"),
	Appealed: i18n.M("申诉处理中"), Upheld: i18n.M("申诉成立"), Admitted: i18n.M("入席了"), Withdrawn: i18n.M("撤回了"), Lapsed: i18n.M("过期了"),
	Declined: i18n.M("谢绝了"), Settled: i18n.M("没有通过，已了结"), Dismissed: i18n.M("申诉没有成立"),
}

// NextWords says what comes after a step, to the applicant.
func NextWords(s State) i18n.Message { return nextWords[s] }

var nextWords = map[State]i18n.Message{
	Draft: i18n.M("填好了就交上来。"), Submitted: i18n.M("先核对材料，缺什么会告诉您。"), Returned: i18n.M("请按说明补好，再交一次。"),
	Checked: i18n.M("会有两位去店里看看，去之前和您约时间。"), Visited: i18n.M("报名期过了就一起表决。"), Balloted: i18n.M("委员不记名投票，结束时公布票数。"),
	ElectedOne: i18n.M("接着缴保证金和年费。"), Listed: i18n.M("有席位空出来，按名单的次序问您。"), Offered: i18n.M("要不要这一席，请在期限内答复。"),
	Accepted: i18n.M("接着缴保证金和年费。"), Charged: i18n.M("两笔都缴了，就做协议。"), Paid: i18n.M("协议做好了会告诉您。"),
	Contracted: i18n.M("请看过协议再确认，对方也要确认。"), Signed: i18n.M("等另一方确认。"), Refused: i18n.M("不同意可以申诉，期限内提出。"),
	Appealed: i18n.M("由没有经手过的人来看。"), Upheld: i18n.M("您的申请接着往下走。"), Admitted: i18n.M("席位从现在起算，店铺的页面已经开好。"),
	Withdrawn: i18n.M("缴过的钱原路退回，以后还可以再报名。"), Lapsed: i18n.M("期限内没有办，席位让给下一位；缴过的钱原路退回。"),
	Declined: i18n.M("席位问下一位，以后还可以再报名。"), Settled: i18n.M("以后还可以再报名。"), Dismissed: i18n.M("以后还可以再报名。"),
}

// WhyName is what people call the reason for which a tenure ended.
func WhyName(w Why) i18n.Message { return whyNames[w] }

var whyNames = map[Why]i18n.Message{
	TermOver: i18n.M("任期满了"), Resigned: i18n.M("自己离席"), LastPlace: i18n.M("季度得分末位"), Default: i18n.M("违约"),
	Absent: i18n.M("多次无故缺席"), Closed: i18n.M("店不开了"), Mistaken: i18n.M("登记有误"),
}

// NeedName is what people call a daily need (O4).
func NeedName(n Need) i18n.Message { return needNames[n] }

var needNames = map[Need]i18n.Message{
	NoNeed: i18n.M("不在八样里"), Store: i18n.M("一店"), Breakfast: i18n.M("一早"), Vegetables: i18n.M("一菜"), Repair: i18n.M("一修"), Elderly: i18n.M("一老"),
	Children: i18n.M("一小"), Recycling: i18n.M("一收"), Laundry: i18n.M("一洗"),
}

// ClashName says how two trades compete.
func ClashName(c Clash) i18n.Message { return clashNames[c] }

var clashNames = map[Clash]i18n.Message{
	Same: i18n.M("同一业态"), Broader: i18n.M("业态有包含"), Rival: i18n.M("业态相近"), None: i18n.M("不冲突"),
}

// PaperName is what people call a document.
func PaperName(p Paper) i18n.Message { return paperNames[p] }

var paperNames = map[Paper]i18n.Message{
	Licence: i18n.M("营业执照"), Permit: i18n.M("行业许可证"), Identity: i18n.M("经营者身份证明"), Storefront: i18n.M("门面照片"), OtherDoc: i18n.M("其他材料"),
	VisitShot: i18n.M("看店照片"), Contract: i18n.M("入席协议"),
}

// CheckName is what people call a point of the visit's list.
func CheckName(c Check) i18n.Message { return checkNames[c] }

var checkNames = map[Check]i18n.Message{
	Hygiene: i18n.M("店里干净，食品存放合规"), LicenceUp: i18n.M("执照挂在明处，和交来的一致"), PriceTags: i18n.M("明码标价"),
	Safety: i18n.M("消防通道畅通，灭火器有效"), SamePlace: i18n.M("店面和申请写的是同一处"),
}

// ResultName is what people call the result of a visit.
func ResultName(r Result) i18n.Message { return resultNames[r] }

var resultNames = map[Result]i18n.Message{Fit: i18n.M("符合"), Mending: i18n.M("有几处要改，交委员会看"), NotFit: i18n.M("不符合")}

// SizeName is what people call the size of a shop.
func SizeName(s Size) i18n.Message {
	if s == Chain {
		return i18n.M("连锁店")
	}
	return i18n.M("本地小店")
}

// OfferName is what people call a kind of offer.
func OfferName(o OfferKind) i18n.Message {
	if o == FreeService {
		return i18n.M("免费服务")
	}
	return i18n.M("专属优惠")
}

// PromiseName is what people call a disclosure.
func PromiseName(p Promise) i18n.Message { return promiseNames[p] }

var promiseNames = map[Promise]i18n.Message{
	CostPrice: i18n.M("公开引流商品的成本价"), Standard: i18n.M("公开服务标准"), ProfitShare: i18n.M("公开利润的百分之一用于社区公益"),
}

// BasisName says how a shop came to its seat.
func BasisName(b Basis) i18n.Message { return basisNames[b] }

var basisNames = map[Basis]i18n.Message{
	Existing: i18n.M("联盟启用时在座"), Elected: i18n.M("委员会表决选出"), Waited: i18n.M("从候补名单递补"), Reseated: i18n.M("申诉成立，席位恢复"),
}

// OutcomeName is what people call how an opening ended.
func OutcomeName(o Outcome) i18n.Message { return outcomeNames[o] }

var outcomeNames = map[Outcome]i18n.Message{
	Filled: i18n.M("选出来了"), Nobody: i18n.M("没有合适的申请"), Unfit: i18n.M("委员会认为都不合适"), Overtaken: i18n.M("席位已经恢复给原来的店"),
}
