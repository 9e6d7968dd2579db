package notice

import "time"

// Group is under which heading a kind stands in the settings.
type Group string

// The groups, in their order.
const (
	OfMoney     Group = "money"
	OfSafety    Group = "safety"
	OfCommunity Group = "community"
	OfWork      Group = "work"
)

// Groups lists the groups with their headings.
var Groups = []struct {
	Group Group
	Name  string // a message key
}{
	{OfMoney, "钱和权益"}, {OfSafety, "账号和资料"}, {OfCommunity, "社区的事"}, {OfWork, "经手的工作"},
}

// Kind is one kind of notice: who is told what, how, and how often at most. The
// texts are message keys; the first arguments belong to Title, the others to Body.
type Kind struct {
	ID        string
	Group     Group
	Name      string // in the settings
	Title     string
	Body      string
	Open      string // what the link to the matter says
	By        []Way  // besides the inbox, unless she wishes otherwise
	May       []Way  // and those she may choose
	Must      bool   // cannot be switched off
	Urgent    bool   // passes quiet hours
	Marketing bool   // never by SMS or WeChat, can be switched off altogether
	Most      int    // of this kind that go out by one way in Per; the others wait for a digest
	Per       time.Duration
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// The kinds.
const (
	PurchaseSettled = "purchase.settled"
	RefundMade      = "refund.made"
	ValueMoved      = "value.moved"
	SignInNewDevice = "sign_in.new_device"
	HelpAgreed      = "help.agreed"
	HelpEnded       = "help.ended"
	HelpAsked       = "help.asked"
	HelpAnswered    = "help.answered"
	ConsentGiven    = "consent.given"
	ConsentRevoked  = "consent.revoked"
	AssistOpened    = "assist.opened"
	AssistEnded     = "assist.ended"
	RoleGranted     = "role.granted"
	RoleEnding      = "role.ending"
	RoleEnded       = "role.ended"
	ImportFinished  = "import.finished"
	ImportFailed    = "import.failed"
	WordsOfOffice   = "words.office"
	WordsOfShop     = "words.promotion"
	PointsRedeemed  = "points.redeemed"
	PointsReady     = "points.ready"
	PointsCalled    = "points.called"
	PointsLapsing   = "points.lapsing"
	PointsBack      = "points.back"
	PointsClaim     = "points.claim"
	PropertyAnswer  = "points.property"
	digest          = "digest"
)

// Kinds is the catalogue, in the order of the settings.
var Kinds = []Kind{
	{ID: PurchaseSettled, Group: OfMoney, Name: "消费小票", Title: "在%s消费 %s 元", Body: "这一笔得到 %s 抵扣权益、%s 积分。为什么是这些，小票上每一笔都写着。", Open: "看小票",
		May: []Way{Push, WeChat}, Most: 6, Per: day},
	{ID: RefundMade, Group: OfMoney, Name: "退款", Title: "%s退给您 %s 元", Body: "钱和权益都按原来的样子退回，记录不改写。", Open: "看小票",
		By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 6, Per: day},
	{ID: ValueMoved, Group: OfMoney, Name: "抵扣权益和积分变动", Title: "%s变动 %s", Body: "缘由：%s。", Open: "看明细", May: []Way{Push}, Most: 3, Per: day},

	{ID: PointsRedeemed, Group: OfMoney, Name: "积分兑换", Title: "兑好了：%s", Body: "用了 %s 分，最晚 %s 来领，凭码领取。", Open: "看领取码", May: []Way{Push}, Most: 10, Per: day},
	{ID: PointsReady, Group: OfMoney, Name: "换的东西可以领了", Title: "给您换的%s可以领了", Body: "不再扣积分，最晚 %s 来领。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: PointsCalled, Group: OfMoney, Name: "领取叫号", Title: "轮到您了：%s 号", Body: "领%s，请到柜台。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat}, Urgent: true, Most: 20, Per: day},
	{ID: PointsLapsing, Group: OfMoney, Name: "兑换快到期", Title: "%s还没有领", Body: "最晚 %s 来领，过了就退回积分。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: PointsBack, Group: OfMoney, Name: "积分退回", Title: "退回您 %s 分", Body: "%s不领了，积分原样退回。", Open: "看明细", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: PointsClaim, Group: OfMoney, Name: "兑换的东西不好", Title: "您说不好的%s，定了：%s", Body: "理由：%s", Open: "看这一单", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: PropertyAnswer, Group: OfMoney, Name: "积分抵物业费", Title: "抵物业费 %s 元：%s", Body: "%s", Open: "看这一笔", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: SignInNewDevice, Group: OfSafety, Name: "新设备登录", Title: "有一台新设备登录了您的账号", Body: "%s，%s。不是您本人，请马上退出那台设备。", Open: "看登录的设备",
		By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 5, Per: day},
	{ID: AssistOpened, Group: OfSafety, Name: "有人替您办事", Title: "%s开始替您办事，到 %s 为止", Body: "您同意过由他协助。每一步都记下来，您看得到。", Open: "看记录",
		By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: AssistEnded, Group: OfSafety, Name: "替您办事结束", Title: "%s替您办完了", Body: "每一步都记着，您看得到。", Open: "看记录", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: HelpAgreed, Group: OfSafety, Name: "约好帮办", Title: "和%s约好了帮办", Body: "到 %s 为止，随时可以收回。", Open: "看我同意的", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: HelpEnded, Group: OfSafety, Name: "帮办收回", Title: "和%s的帮办收回了", Body: "从现在起不再这样做。", Open: "看我同意的", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: HelpAsked, Group: OfWork, Name: "有人请您帮办", Title: "%s请您帮办", Body: "要办的：%s", Open: "看记录", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 20, Per: day},
	{ID: HelpAnswered, Group: OfCommunity, Name: "帮办有了回音", Title: "%s回了您的帮办", Body: "回的是：%s", Open: "看记录", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: ConsentGiven, Group: OfSafety, Name: "同意", Title: "您同意了：%s", Body: "随时可以收回，收回和同意一样方便。", Open: "看我同意的", By: []Way{Push}, May: []Way{SMS}, Must: true, Most: 10, Per: day},
	{ID: ConsentRevoked, Group: OfSafety, Name: "收回同意", Title: "您收回了同意：%s", Body: "从现在起不再这样做。", Open: "看我同意的", By: []Way{Push}, May: []Way{SMS}, Must: true, Most: 10, Per: day},

	{ID: RoleGranted, Group: OfWork, Name: "得到身份", Title: "您有了新的身份：%s", Body: "在%s，%s。理由：%s。", Open: "看我的身份", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: RoleEnding, Group: OfWork, Name: "身份快到期", Title: "您的身份%s到 %s 为止", Body: "要接着做，请在到期前告诉社区。", Open: "看我的身份", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 2, Per: day},
	{ID: RoleEnded, Group: OfWork, Name: "身份结束", Title: "您的身份%s已经结束", Body: "理由：%s。", Open: "看我的身份", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ImportFinished, Group: OfWork, Name: "导入完成", Title: "%s导入完了", Body: "收下 %s 行，没收 %s 行。", Open: "看报告", By: []Way{Push}, Most: 10, Per: day},
	{ID: ImportFailed, Group: OfWork, Name: "导入没有成", Title: "%s没有导入成", Body: "为什么，报告里写着。改好了可以再交。", Open: "看报告", By: []Way{Push}, Most: 10, Per: day},

	{ID: WordsOfOffice, Group: OfCommunity, Name: "社区通知", Title: "%s", Body: "%s", Open: "看全文", By: []Way{Push}, May: []Way{WeChat}, Most: 2, Per: day},
	{ID: WordsOfShop, Group: OfCommunity, Name: "优惠推广", Title: "%s", Body: "%s", Open: "看全文", May: []Way{Push}, Marketing: true, Most: 1, Per: week},
}

// summary is the kind of a digest: how many notices wait in the inbox.
var summary = Kind{ID: digest, Group: OfCommunity, Title: "还有 %s 条通知", Body: "都在收件箱里，有空时看看。", Open: "看收件箱"}

// unknown stands in for a kind that a later version made, or an earlier one had.
var unknown = Kind{ID: "unknown", Group: OfCommunity, Title: "一条通知"}

var byID = func() map[string]*Kind {
	all := make(map[string]*Kind, len(Kinds))
	for i := range Kinds {
		all[Kinds[i].ID] = &Kinds[i]
	}
	return all
}()

// KindOf finds a kind of the catalogue.
func KindOf(kind string) (*Kind, bool) {
	if kind == digest {
		return &summary, true
	}
	k, ok := byID[kind]
	return k, ok
}

// Offers lists the ways, other than the inbox, that a person may choose for a kind.
func (k *Kind) Offers() (ways []Way) {
	for _, w := range Ways {
		if k.allows(w) {
			ways = append(ways, w)
		}
	}
	return ways
}

// allows reports whether a kind may go out by a way at all.
func (k *Kind) allows(w Way) bool {
	if k.Marketing && (w == SMS || w == WeChat) {
		return false
	}
	return contains(k.By, w) || contains(k.May, w)
}

// Fixed reports whether a way of a kind cannot be switched off.
func (k *Kind) Fixed(w Way) bool {
	if w == Inbox {
		return !k.Marketing
	}
	return k.Must && contains(k.By, w)
}

func contains(ways []Way, w Way) bool {
	for _, x := range ways {
		if x == w {
			return true
		}
	}
	return false
}
