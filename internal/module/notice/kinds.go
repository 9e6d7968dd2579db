package notice

import (
	"slices"

	"time"
)

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
	SeatBid         = "seat.bid"
	SeatGiven       = "seat.given"
	SeatEnding      = "seat.ending"
	SeatLost        = "seat.lost"
	BallotOpened    = "ballot.opened"
	BallotClosed    = "ballot.closed"
	ChairTurn       = "chair.turn"
	ChairOver       = "chair.over"
	MeetingCalled   = "meeting.called"
	LevelAsked      = "level.asked"
	LevelGiven      = "level.given"
	LevelRefused    = "level.refused"
	LevelWarned     = "level.warned"
	LevelRests      = "level.rests"
	LevelEnded      = "level.ended"
	LevelCase       = "level.case"
	LevelSentence   = "level.sentence"
	LevelCaseOver   = "level.case_over"
	TeamJoined      = "team.joined"
	TeamDissolved   = "team.dissolved"
	DividendPaid    = "dividend.paid"
	HonourNominated = "honour.nominated"
	HonourScreened  = "honour.screened"
	HonourGiven     = "honour.given"
	DutyBehind      = "duty.behind"
	DutyMissed      = "duty.missed"
	DisclosureDue   = "disclosure.due"
	BreachOpened    = "breach.opened"
	BreachFound     = "breach.found"
	BreachMoved     = "breach.moved"
	BreachToDecide  = "breach.to_decide"
	ScorePublished  = "score.published"
	ScoreAnswered   = "score.answered"
	ScoreFinal      = "score.final"
	ScoreObjected   = "score.objected"
	WordsOfOffice   = "words.office"
	WordsOfShop     = "words.promotion"
	PointsRedeemed  = "points.redeemed"
	PointsReady     = "points.ready"
	PointsCalled    = "points.called"
	PointsLapsing   = "points.lapsing"
	PointsBack      = "points.back"
	PointsClaim     = "points.claim"
	PropertyAnswer  = "points.property"
	PayoutWaits     = "payout.waits"
	PayoutBack      = "payout.back"
	PayoutCarried   = "payout.carried"
	PayoutPaid      = "payout.paid"
	PayoutReturned  = "payout.returned"
	RewardPaid      = "reward.paid"
	RewardReturned  = "reward.returned"
	DrawWon         = "draw.won"
	BundleBought    = "bundle.bought"
	BundleBack      = "bundle.back"
	BundleNews      = "bundle.news"
	digest          = "digest"

	ServiceAsked          = "service.asked"
	ServiceUrgent         = "service.urgent"
	ServiceEntered        = "service.entered"
	ServiceFound          = "service.found"
	ServicePromised       = "service.promised"
	ServiceSpared         = "service.spared"
	ServiceSoon           = "service.soon"
	ServiceAgain          = "service.again"
	ServiceDouble         = "service.double"
	ServiceOff            = "service.off"
	ServiceFinished       = "service.finished"
	ServiceSettled        = "service.settled"
	ServiceThanked        = "service.thanked"
	HoursStay             = "hours.stay"
	PairingNews           = "pairing.news"
	ServiceMissed         = "service.missed"
	ServiceDisputed       = "service.disputed"
	ServiceDecided        = "service.decided"
	ServiceUndone         = "service.undone"
	CertificateRevoked    = "certificate.revoked"
	ServiceExpired        = "service.expired"
	ServiceDesk           = "service.desk"
	ServiceNobody         = "service.nobody"
	ServiceIncident       = "service.incident"
	DeliveryMissing       = "delivery.missing"
	ProjectMoved          = "project.moved"
	ProjectUnreported     = "project.unreported"
	ServiceShort          = "service.short"
	ServiceCall           = "service.call"
	MarketStall           = "market.stall"
	MarketSoon            = "market.soon"
	MarketOff             = "market.off"
	MarketPaid            = "market.paid"
	MarketUndo            = "market.undo"
	MarketUndone          = "market.undone"
	TrainingSeat          = "training.seat"
	TrainingSoon          = "training.soon"
	TrainingOff           = "training.off"
	MerchantDayChanged    = "merchant_day.changed"
	AdDecided             = "ad.decided"
	RelayMoved            = "relay.moved"
	SelectionNews         = "selection.news"
	MembershipBegun       = "membership.begun"
	MembershipEnding      = "membership.ending"
	MembershipEnded       = "membership.ended"
	MembershipLapsed      = "membership.lapsed"
	MembershipLeft        = "membership.left"
	RecommendationPaid    = "recommendation.paid"
	RecommendationCounts  = "recommendation.counts"
	RecommendationBlocked = "recommendation.blocked"
	RewardTaken           = "recommendation.taken"
	BirthdayGift          = "birthday.gift"
	CallAnswered          = "call.answered"
	ShopOffer             = "shop.offer"
	SeriesNews            = "voucher.series"
	VoucherGot            = "voucher.got"
	BillDiffers           = "bill.differs"
	CampaignNews          = "campaign.news"

	VolunteerAccepted = "volunteer.accepted"
	VolunteerRefused  = "volunteer.refused"
	VolunteerProved   = "volunteer.proved"
	VolunteerUnproved = "volunteer.unproved"
	VolunteerLapsing  = "volunteer.lapsing"
	VolunteerInvited  = "volunteer.invited"
	ReserveAsked      = "reserve.asked"
	ReserveAnswered   = "reserve.answered"
	ReserveEnded      = "reserve.ended"
)

// Kinds is the catalogue, in the order of the settings.
var Kinds = slices.Concat([]Kind{
	{ID: PurchaseSettled, Group: OfMoney, Name: "消费小票", Title: "在%s消费 %s 元", Body: "这一笔得到 %s 抵扣权益、%s 积分。为什么是这些，小票上每一笔都写着。", Open: "看小票",
		May: []Way{Push, WeChat}, Most: 6, Per: day},
	{ID: RefundMade, Group: OfMoney, Name: "退款", Title: "%s退给您 %s 元", Body: "钱和权益都按原来的样子退回，记录不改写。", Open: "看小票",
		By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 6, Per: day},
	{ID: ValueMoved, Group: OfMoney, Name: "抵扣权益和积分变动", Title: "%s变动 %s", Body: "缘由：%s。", Open: "看明细", May: []Way{Push}, Most: 3, Per: day},

	{ID: PointsRedeemed, Group: OfMoney, Name: "积分兑换", Title: "兑好了：%s", Body: "用了 %s 分，最晚 %s 来领，凭码领取。", Open: "看领取码", May: []Way{Push}, Most: 10, Per: day},
	{ID: PointsReady, Group: OfMoney, Name: "换的东西可以领了", Title: "给您换的%s可以领了", Body: "不再扣积分，最晚 %s 来领。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: PointsCalled, Group: OfMoney, Name: "领取叫号", Title: "轮到您了：%s 号", Body: "领%s，请到柜台。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat}, Most: 20, Per: day},
	{ID: PointsLapsing, Group: OfMoney, Name: "兑换快到期", Title: "%s还没有领", Body: "最晚 %s 来领，过了就退回积分。", Open: "看领取码", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: PointsBack, Group: OfMoney, Name: "积分退回", Title: "退回您 %s 分", Body: "%s不领了，积分原样退回。", Open: "看明细", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: PointsClaim, Group: OfMoney, Name: "兑换的东西不好", Title: "您说不好的%s，定了：%s", Body: "理由：%s", Open: "看这一单", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: PropertyAnswer, Group: OfMoney, Name: "积分抵物业费", Title: "抵物业费 %s 元：%s", Body: "%s", Open: "看这一笔", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: RewardPaid, Group: OfMoney, Name: "奖励付出", Title: "奖励付给您 %s 元", Body: "这是到 %s 为止、不会再退的奖励。", Open: "看我的奖励", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: RewardReturned, Group: OfMoney, Name: "奖励没有付到", Title: "%s 元奖励没有付到", Body: "钱还在您的奖励里，下一批再付。请核对收款账户。", Open: "看我的奖励", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: DrawWon, Group: OfMoney, Name: "抽到福袋", Title: "您抽到了：%s", Body: "%s。怎么抽的，谁都可以自己验。", Open: "看福袋", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: BundleBought, Group: OfMoney, Name: "买了套餐", Title: "买好了：%s", Body: "用到 %s 为止。没用的随时可以退，到期没用的自动退。", Open: "看套餐", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: BundleBack, Group: OfMoney, Name: "套餐退款", Title: "%s没用完的，退给您 %s 元", Body: "到期没用的自动退，按原来的付款方式退回。", Open: "看套餐", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
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

	{ID: SeatBid, Group: OfWork, Name: "席位申请进展", Title: "%s席位的申请：%s", Body: "%s 期限：%s。", Open: "看我的申请", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: SeatGiven, Group: OfWork, Name: "得到席位", Title: "您的店坐上了%s这一席", Body: "%s", Open: "看我的席位", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: SeatEnding, Group: OfWork, Name: "席位快到期", Title: "您的%s席位快到期了", Body: "到 %s 为止。期满重新开放申请，您可以再报名。", Open: "看我的席位", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 2, Per: day},
	{ID: SeatLost, Group: OfWork, Name: "席位空出", Title: "您的%s席位结束了：%s", Body: "缘由：%s。缴过的保证金和没用完的年费退给您。", Open: "看我的席位", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: BallotOpened, Group: OfWork, Name: "委员会表决", Title: "请您投票：%s", Body: "到 %s 为止，不记名。", Open: "去投票", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: BallotClosed, Group: OfWork, Name: "表决结果", Title: "表决结束：%s", Body: "原定 %s 截止。票数和每张票的编号都公布了，可以核对自己的那张。", Open: "看结果", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: ChairTurn, Group: OfWork, Name: "轮值主席", Title: "轮到您做轮值主席", Body: "到 %s 为止。请和上一任把事情交接清楚。", Open: "看交接", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ChairOver, Group: OfWork, Name: "轮值交接", Title: "您的轮值到期，请交接", Body: "任期到 %s。写下没办完的事，两人都确认才算交清。", Open: "写交接", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: MeetingCalled, Group: OfWork, Name: "委员会开会", Title: "委员会 %s 开会", Body: "地点：%s", Open: "看议程", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},

	{ID: PayoutPaid, Group: OfWork, Name: "货款付出", Title: "%s：付出货款 %s 元", Body: "这是到 %s 为止的货款，每一笔都在付款明细里。", Open: "看付款", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: PayoutReturned, Group: OfWork, Name: "货款退回", Title: "%s：%s 元没有付到", Body: "钱还在您的货款里，下一批再付。请核对收款账户。", Open: "看付款", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: PayoutWaits, Group: OfWork, Name: "付款待同意", Title: "一批付款等人同意：%s 元，%s 笔", Body: "请在 %s 前看过，同意或不同意。付给自己、家人或自家店的，不能由您同意。", Open: "去看", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: PayoutBack, Group: OfWork, Name: "付款退回", Title: "第 %s 批有一笔退回，%s 元", Body: "已经记回收款人的账上。请核对账户，下一批再付。", Open: "看付款", By: []Way{Push}, May: []Way{WeChat}, Must: true, Most: 20, Per: day},
	{ID: PayoutCarried, Group: OfWork, Name: "分账没分完", Title: "第 %s 批有 %s 元没有分到", Body: "钱没有少，还在支付机构。每一笔为什么，在这一批的分账里。", Open: "看付款", By: []Way{Push}, May: []Way{WeChat}, Most: 20, Per: day},

	{ID: ServiceUrgent, Group: OfCommunity, Name: "附近有人急着要帮忙", Title: "附近急需：%s", Body: "%s。有空请在 %s 前说一声，不方便就点没空，马上问下一位。", Open: "看看", By: []Way{Push, SMS}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: ServiceAsked, Group: OfCommunity, Name: "有邻居想请您帮忙", Title: "想请您帮忙：%s", Body: "%s。请在 %s 前说一声，不方便也没关系。", Open: "看看", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 6, Per: day},
	{ID: ServiceEntered, Group: OfCommunity, Name: "有人替您请了帮忙", Title: "替您请了人：%s", Body: "%s。不对的话随时可以撤回。", Open: "看这一件", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: ServiceFound, Group: OfCommunity, Name: "找到帮忙的人", Title: "%s有人来了", Body: "%s。到门口请对一下六位数字。", Open: "看是谁", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServicePromised, Group: OfCommunity, Name: "您答应的帮忙", Title: "说好了：%s", Body: "%s。地址和怎么联系在里面。", Open: "看地址", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceSpared, Group: OfCommunity, Name: "谢谢您答应", Title: "%s：这次不用您跑了", Body: "原定 %s。谢谢您答应得快。", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceSoon, Group: OfCommunity, Name: "帮忙快开始了", Title: "快到时间了：%s", Body: "%s。来不了请马上说，好再找人。", Open: "看地址", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceAgain, Group: OfCommunity, Name: "换人来帮忙", Title: "%s正在另找一位", Body: "原来说好的邻居来不了。时间还是 %s。", Open: "看进展", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceDouble, Group: OfCommunity, Name: "同一时间答应了两处", Title: "%s：这一件替您退回了", Body: "原定 %s。同一时间您先答应了另一个社区，只能去一处。", Open: "看这一件", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceOff, Group: OfCommunity, Name: "帮忙取消了", Title: "不用来了：%s", Body: "原定 %s。该给您的照规矩给。", Open: "看这一件", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: ServiceFinished, Group: OfCommunity, Name: "请看看做得好不好", Title: "%s做完了，请您看看", Body: "用了 %s 分钟。%s 前不说什么，就算满意。", Open: "去验收", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: ServiceSettled, Group: OfCommunity, Name: "服务记下了", Title: "%s记下了", Body: "算 %s 分钟，记 %s。谢谢您。", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: ServiceThanked, Group: OfCommunity, Name: "有人谢谢您", Title: "%s：有人谢谢您", Body: "%s", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: HoursStay, Group: OfCommunity, Name: "服务时没能自动带回家", Title: "在%s得的服务时先留在那边", Body: "缘由：%s。还是您的，可以在那边用，过些日子自己带回来。", Open: "看我的服务时", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: PairingNews, Group: OfWork, Name: "社区结对", Title: "%s%s", Body: "%s", Open: "看邻近社区", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: ServiceMissed, Group: OfCommunity, Name: "说好了没有来", Title: "%s记了没有来", Body: "原定 %s。有原因请告诉社区，可以更正。", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ServiceDisputed, Group: OfCommunity, Name: "服务有不同意见", Title: "%s：对方有不同意见", Body: "%s", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ServiceDecided, Group: OfCommunity, Name: "不同意见有了结果", Title: "%s有了结果", Body: "算 %s 分钟。%s", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ServiceUndone, Group: OfCommunity, Name: "记过的服务撤销了", Title: "%s的记录撤销了", Body: "记下的时长和服务时不再算。缘由：%s", Open: "看这一件", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: CertificateRevoked, Group: OfCommunity, Name: "时长证明作废", Title: "第 %s 号服务时长证明作废了", Body: "缘由：%s。有不同意见请到服务台。", Open: "看我的证明", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ServiceExpired, Group: OfCommunity, Name: "没有找到人", Title: "对不起，%s没有找到人", Body: "原定 %s。留着的服务时已经还给您。", Open: "看这一件", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: ServiceDesk, Group: OfCommunity, Name: "社区在替您找人", Title: "%s：社区在替您打电话找人", Body: "%s。不用再点什么，找到了马上告诉您。", Open: "看进展", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 5, Per: day},
	{ID: ServiceNobody, Group: OfWork, Name: "帮忙没有人接", Title: "没有人接：%s", Body: "%s 开始，请打电话找人。", Open: "去派单台", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 20, Per: day},
	{ID: ServiceIncident, Group: OfWork, Name: "帮忙时出了事", Title: "帮忙时出了事：%s", Body: "%s", Open: "去派单台", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 20, Per: day},
	{ID: DeliveryMissing, Group: OfWork, Name: "该到的没有送到", Title: "没有送到：%s", Body: "原定 %s。请马上打电话看人好不好。", Open: "看今天的送餐送药", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Urgent: true, Most: 20, Per: day},
	{ID: ProjectMoved, Group: OfWork, Name: "民生项目有进展", Title: "民生项目有进展：%s", Body: "请看看是不是轮到您办。", Open: "看项目", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: ProjectUnreported, Group: OfWork, Name: "民生项目还没有报", Title: "民生项目还没有报：%s", Body: "%s的服务今天是最后一天报，报了委托方才好验收。", Open: "看项目", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: ServiceShort, Group: OfWork, Name: "人手不够", Title: "人手不够：%s", Body: "从 %s 起，有 %s 个钟头约的人超过能帮的人。联盟店的人手会一起问，您也可以招募。", Open: "看人手", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 6, Per: day},
	{ID: ServiceCall, Group: OfCommunity, Name: "社区招人帮忙", Title: "缺人手：%s", Body: "%s起，有 %s 个钟头缺人。哪怕只来一次也好，没空也不用回。", Open: "看看", By: []Way{Push}, May: []Way{WeChat}, Most: 3, Per: day},
	{ID: MarketStall, Group: OfCommunity, Name: "开市的摊位", Title: "%s：您的摊位是 %s 号", Body: "%s，%s。来不了请早些退，让给别的邻居。", Open: "看摊位", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: MarketSoon, Group: OfCommunity, Name: "快开市了", Title: "%s快开市了", Body: "%s，%s，您的摊位是 %s 号。", Open: "看摊位", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: MarketOff, Group: OfCommunity, Name: "开市取消", Title: "%s取消了", Body: "原定 %s。%s", Open: "看开市", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: MarketPaid, Group: OfCommunity, Name: "开市用了服务时", Title: "您给了 %s：%s", Body: "%s 分钟。不是您给的、或给错了，当天可以要求退回。", Open: "看这一笔", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 30, Per: day},
	{ID: MarketUndo, Group: OfCommunity, Name: "开市有一笔要退回", Title: "对方想退回 %s 分钟的一笔", Body: "%s。同意的话点退回，不同意可以请社区来定。", Open: "看这一笔", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Urgent: true, Most: 10, Per: day},
	{ID: MarketUndone, Group: OfCommunity, Name: "开市一笔退回了", Title: "退回了 %s 分钟的一笔", Body: "%s", Open: "看这一笔", By: []Way{Push}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: TrainingSeat, Group: OfWork, Name: "培训会有了座位", Title: "%s有您的座位了", Body: "%s，%s。来不了请退出，让给排着的店。", Open: "看培训会", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: TrainingSoon, Group: OfWork, Name: "培训会提醒", Title: "%s快开始了", Body: "%s，%s。", Open: "看培训会", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: day},
	{ID: TrainingOff, Group: OfWork, Name: "培训会取消", Title: "%s取消了", Body: "原定 %s。%s", Open: "看培训会", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: MerchantDayChanged, Group: OfWork, Name: "商家日变动", Title: "%s：%s", Body: "%s", Open: "看商家日", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: AdDecided, Group: OfWork, Name: "广告有了结果", Title: "%s", Body: "%s", Open: "看我的广告", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: RelayMoved, Group: OfWork, Name: "接龙有了进展", Title: "%s：%s", Body: "%s", Open: "看接龙", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: SelectionNews, Group: OfCommunity, Name: "选品会的结果", Title: "%s：%s", Body: "%s", Open: "看选品会", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: MembershipBegun, Group: OfMoney, Name: "会员生效", Title: "会员从 %s 起生效", Body: "到 %s 为止。七天内可以全额退会费，以后按剩下的天数退。", Open: "看我的会员", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: MembershipEnding, Group: OfMoney, Name: "会员快到期", Title: "会员到 %s 为止，还有 %s 天", Body: "要接着用，到期前后都可以续，中间不断。不续也不用办什么。", Open: "看我的会员", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: day},
	{ID: MembershipEnded, Group: OfMoney, Name: "会员到期", Title: "会员 %s 到期了", Body: "%s 以前续上，待遇不断。", Open: "看我的会员", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: day},
	{ID: MembershipLapsed, Group: OfMoney, Name: "会员停用", Title: "会员停用了", Body: "已经得到的抵扣权益、积分和券都还是您的。随时可以再入会。", Open: "看我的会员", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: day},
	{ID: MembershipLeft, Group: OfMoney, Name: "退会", Title: "会费退给您 %s 元", Body: "钱按您付的方式退，到柜台报当时的 8 位号就能领。", Open: "看退了多少", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: RecommendationPaid, Group: OfCommunity, Name: "推荐的邻居入会", Title: "您推荐的一位邻居入会了", Body: "过了可以全额退费的七天、真的用过以后才算数。", Open: "看推荐", May: []Way{Push, WeChat}, Most: 5, Per: day},
	{ID: RecommendationCounts, Group: OfMoney, Name: "推荐算数", Title: "一份推荐算数了，奖励 %s 元", Body: "奖励从那位邻居付的会费里出，不从任何人的消费里扣。", Open: "看推荐", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: RecommendationBlocked, Group: OfCommunity, Name: "推荐没有算数", Title: "一份推荐没有算数（%s）", Body: "缘由：%s。", Open: "看推荐", May: []Way{Push, WeChat}, Most: 5, Per: day},
	{ID: RewardTaken, Group: OfMoney, Name: "推荐奖励收回", Title: "推荐奖励收回 %s 元", Body: "会费退了，或者后来核对不符，按规则收回。", Open: "看推荐", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: BirthdayGift, Group: OfCommunity, Name: "生日礼", Title: "生日快乐，送您 %s 分", Body: "这个月里一直有效。生日是您自己告诉我们的，随时可以删掉。", Open: "看积分", By: []Way{Push}, May: []Way{WeChat}, Most: 1, Per: day},
	{ID: LevelAsked, Group: OfCommunity, Name: "可以当组长或理事了", Title: "您可以当%s了", Body: "愿不愿意由您定，不点接受就什么都不变。", Open: "看看要做什么", By: []Way{Push}, May: []Way{WeChat}, Most: 2, Per: week},
	{ID: LevelGiven, Group: OfCommunity, Name: "当上组长或理事", Title: "您是%s了", Body: "理由：%s。第一次复核在 %s。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: LevelRefused, Group: OfCommunity, Name: "没有任命", Title: "这次没有任命您当%s", Body: "理由：%s。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: LevelWarned, Group: OfCommunity, Name: "级别复核提醒", Title: "%s复核：现在 %s 位", Body: "要有 %s 位。下次在 %s 再数，那时还不够，就不再是了。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: LevelRests, Group: OfCommunity, Name: "级别停着", Title: "您的%s级别停着", Body: "会员资格过期了。续上以后接着算，团队不散。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: LevelEnded, Group: OfCommunity, Name: "级别结束", Title: "您不再是%s", Body: "缘由：%s。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: LevelCase, Group: OfCommunity, Name: "请您说明", Title: "有一件事请您说明", Body: "说的是：%s。请在 %s 前说明，说了才决定。", Open: "去说明", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: LevelSentence, Group: OfCommunity, Name: "免去的决定", Title: "决定免去您的级别", Body: "理由：%s。%s 前可以申诉，由另一个人决定。", Open: "看决定", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: LevelCaseOver, Group: OfCommunity, Name: "说明的结果", Title: "那件事了结了，您的级别不变", Body: "理由：%s。", Open: "看决定", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: TeamJoined, Group: OfCommunity, Name: "加入团队", Title: "推荐您的邻居当了组长，您在她的团队里", Body: "您的钱和权益不变，她看不到您买了什么。不想在，随时退出。", Open: "看我的团队", By: []Way{Push}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: TeamDissolved, Group: OfCommunity, Name: "团队散了", Title: "您所在的团队散了", Body: "组长不再当了。您的钱和权益不变。", Open: "看我的团队", By: []Way{Push}, Most: 5, Per: day},
	{ID: DividendPaid, Group: OfMoney, Name: "理事分红", Title: "%s的理事分红 %s 元", Body: "怎么算的，写在我的奖励里。", Open: "看我的奖励", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: HonourNominated, Group: OfCommunity, Name: "有人提名您", Title: "有邻居提名您当%s", Body: "愿不愿意、要不要写上名字，由您定。", Open: "去看看", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: HonourScreened, Group: OfCommunity, Name: "提名的结果", Title: "%s的提名看过了", Body: "结果：%s。", Open: "去看看", By: []Way{Push}, Most: 5, Per: day},
	{ID: HonourGiven, Group: OfCommunity, Name: "得到荣誉", Title: "您得到荣誉：%s", Body: "谢谢您为大家做的事。证书可以下载。", Open: "看荣誉墙", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: DutyBehind, Group: OfWork, Name: "责任进度落后", Title: "%s：这个月的责任还差一点", Body: "优惠还差 %s 元，新会员还差 %s 人。没做到会先提醒，连续 %s 个月才影响席位。", Open: "看责任", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: week},
	{ID: DutyMissed, Group: OfWork, Name: "当月责任没做到", Title: "%s：%s的责任没做到", Body: "优惠给了 %s 元，要 %s 元；新会员推荐了 %s 人，要 %s 人。这次只是提醒，连续 %s 个月才影响席位。", Open: "看这个月", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 3, Per: week},
	{ID: DisclosureDue, Group: OfWork, Name: "三公开要更新", Title: "%s：请公开%s", Body: "最晚 %s。没公开，季度评分会低。", Open: "去公开", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: week},
	{ID: BreachOpened, Group: OfWork, Name: "违约要说明", Title: "%s：有一件事请您说明（%s）", Body: "请在 %s 前说明，说明会写进决定里。不说明不等于承认。", Open: "去说明", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: BreachFound, Group: OfWork, Name: "违约的决定", Title: "%s：%s的决定出来了", Body: "决定：%s。不同意可以在 %s 前申诉，申诉期里不执行。", Open: "看决定", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 5, Per: day},
	{ID: BreachMoved, Group: OfWork, Name: "违约处理进展", Title: "%s：%s有了进展", Body: "现在：%s。", Open: "看进展", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: BreachToDecide, Group: OfWork, Name: "违约待决定", Title: "%s：请委员会决定（%s）", Body: "请在 %s 前决定，过了期限就不再追究。", Open: "去决定", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 10, Per: day},
	{ID: ScorePublished, Group: OfWork, Name: "季度评分公示", Title: "%s：%s的评分公示了", Body: "您的店得 %s 分。哪一项不对，请在 %s 前提出。", Open: "看得分", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 3, Per: week},
	{ID: ScoreAnswered, Group: OfWork, Name: "评分异议的答复", Title: "%s：对%s的异议有了答复", Body: "答复：%s", Open: "看得分", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: ScoreFinal, Group: OfWork, Name: "季度评分定稿", Title: "%s：%s的评分定下来了", Body: "您的店得 %s 分。", Open: "看得分", By: []Way{Push}, May: []Way{WeChat}, Most: 3, Per: week},
	{ID: ScoreObjected, Group: OfWork, Name: "评分异议", Title: "%s对%s提出异议", Body: "请委员会在 %s 前答复。", Open: "去答复", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},

	{ID: BundleNews, Group: OfWork, Name: "一起做的套餐", Title: "套餐“%s”：%s", Body: "%s", Open: "看套餐", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: SeriesNews, Group: OfWork, Name: "一起出的券", Title: "券“%s”：%s", Body: "%s", Open: "看我的券", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
	{ID: CampaignNews, Group: OfWork, Name: "联合活动", Title: "%s：%s", Body: "%s", Open: "看联合活动", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: VoucherGot, Group: OfMoney, Name: "得到券", Title: "您得到一张券：%s", Body: "抵 %s 元，%s 前有效。在哪儿能用，卡包里写着。", Open: "看我的券", By: []Way{Push}, May: []Way{WeChat}, Most: 6, Per: day},
	{ID: BillDiffers, Group: OfWork, Name: "对账有差异", Title: "%s的账单有 %s 笔对不上", Body: "每一笔都要查清楚：晚到的入账，多收的退回，一笔也不放过。", Open: "去查", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},

	{ID: CallAnswered, Group: OfCommunity, Name: "招贤令的回音", Title: "%s：%s", Body: "%s", Open: "看招贤令", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: VolunteerAccepted, Group: OfCommunity, Name: "志愿者证书通过", Title: "%s的证书通过了", Body: "到 %s 为止。谢谢您。", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: VolunteerRefused, Group: OfCommunity, Name: "志愿者证书没通过", Title: "%s的证书这次没通过", Body: "%s。改好了可以再交，别的照旧。", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: VolunteerProved, Group: OfCommunity, Name: "志愿者登记", Title: "社区给您登记了：%s", Body: "到 %s 为止。登记错了，请告诉社区。", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: VolunteerUnproved, Group: OfCommunity, Name: "志愿者登记收回", Title: "社区收回了登记：%s", Body: "理由：%s。不同意可以找社区。", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: VolunteerLapsing, Group: OfCommunity, Name: "志愿者证书快到期", Title: "%s快到期了", Body: "到 %s 为止。有新的证书或证明，到期前交来就接得上。", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: week},
	{ID: VolunteerInvited, Group: OfCommunity, Name: "请您当志愿者", Title: "%s想请您搭把手", Body: "会什么、哪天有空，都由您定，随时可以歇。不想做也不用回。", Open: "去看看", By: []Way{Push}, May: []Way{WeChat}, Most: 1, Per: week},
	{ID: ReserveAsked, Group: OfWork, Name: "店里请您做后备", Title: "%s想请您做后备帮手", Body: "邻居求助多、志愿者不够的时候才找您。同不同意由您定。", Open: "去回复", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 3, Per: day},
	{ID: ReserveAnswered, Group: OfWork, Name: "后备帮手的回音", Title: "后备帮手：%s", Body: "%s", Open: "看后备帮手", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: ReserveEnded, Group: OfWork, Name: "不再做后备", Title: "您不再是%s的后备帮手", Body: "%s", Open: "看我的志愿者页", By: []Way{Push}, May: []Way{WeChat}, Most: 3, Per: day},
	{ID: WordsOfOffice, Group: OfCommunity, Name: "社区通知", Title: "%s", Body: "%s", Open: "看全文", By: []Way{Push}, May: []Way{WeChat}, Most: 2, Per: day},
	{ID: ShopOffer, Group: OfCommunity, Name: "店家给会员的优惠", Title: "%s：%s", Body: "%s", Open: "看优惠，或不再收", May: []Way{Push}, Marketing: true, Most: 1, Per: week},
	{ID: WordsOfShop, Group: OfCommunity, Name: "优惠推广", Title: "%s", Body: "%s", Open: "看全文", May: []Way{Push}, Marketing: true, Most: 1, Per: week},
}, ofClasses)

// summary is the kind of a digest: how many notices wait in the inbox.
var summary = Kind{ID: digest, Group: OfCommunity, Title: "还有 %s 条通知", Body: "都在收件箱里，有空时看看。", Open: "看收件箱"}

// unknown stands in for a kind that a later version made, or an earlier one had.
var unknown = Kind{ID: "unknown", Group: OfCommunity, Title: "一条通知"}
