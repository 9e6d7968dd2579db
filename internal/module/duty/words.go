package duty

import "gongyi/internal/platform/i18n"

// TopicName is what people call a disclosure.
func TopicName(t Topic) i18n.Message { return topicNames[t] }

var topicNames = map[Topic]i18n.Message{
	Goods: i18n.M("引流商品的进价"), Standard: i18n.M("服务标准"), Profit: i18n.M("利润和捐给社区的部分"),
}

// KindName is what people call what a shop did not keep to.
func KindName(k Kind) i18n.Message { return kindNames[k] }

var kindNames = map[Kind]i18n.Message{
	MissedDuty: i18n.M("连续几个月没做到责任"), FalseDiscount: i18n.M("优惠不实"), MissingDisclosure: i18n.M("该公开的没公开"),
	NoShow: i18n.M("约好的服务没有到"), Other: i18n.M("别的违约"), LastPlace: i18n.M("季度评分末位"),
}

// SourceName says who opened a breach.
func SourceName(s Source) i18n.Message { return sourceNames[s] }

var sourceNames = map[Source]i18n.Message{ByRule: i18n.M("按规则自动立案"), ByOfficer: i18n.M("社区立案"), ByCommittee: i18n.M("委员会立案")}

// OutcomeName is what a breach costs.
func OutcomeName(o Outcome) i18n.Message { return outcomeNames[o] }

var outcomeNames = map[Outcome]i18n.Message{None: i18n.M("不处理"), Warning: i18n.M("提醒改正"), Penalty: i18n.M("扣抵扣权益"), SeatLost: i18n.M("让出席位")}

// StateName says where a breach stands.
func StateName(s State) i18n.Message { return stateNames[s] }

var stateNames = map[State]i18n.Message{
	Opened: i18n.M("等店家说明"), Stated: i18n.M("店家说明了，等决定"), Unanswered: i18n.M("没有说明，等决定"), Balloted: i18n.M("委员会表决中"),
	Found: i18n.M("已公示，可以申诉"), Appealed: i18n.M("申诉中"), Reballoted: i18n.M("申诉表决中"), Withdrawn: i18n.M("撤销立案"), Cleared: i18n.M("不成立"),
	Dropped: i18n.M("没有按时决定，不再追究"), Stands: i18n.M("处理生效"), Reduced: i18n.M("从轻处理"), Lifted: i18n.M("处理已撤销"),
}

// SaidName is the heading of a public notice.
func SaidName(s Said) i18n.Message { return saidNames[s] }

var saidNames = map[Said]i18n.Message{
	SaidFound: i18n.M("违约公示"), SaidStands: i18n.M("申诉结果：维持"), SaidReduced: i18n.M("更正：从轻"), SaidLifted: i18n.M("更正：撤销"),
}

// ExemptName says why a month was not judged.
func ExemptName(e Exempt) i18n.Message { return exemptNames[e] }

var exemptNames = map[Exempt]i18n.Message{NewHere: i18n.M("新入席，从第一个整月算起"), LeftNow: i18n.M("当月离席，不评")}
