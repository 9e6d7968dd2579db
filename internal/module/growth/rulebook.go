package growth

// Rule is one article of the levels, as pages and the glossary of refusals name it.
type Rule struct {
	ID    string // "L-01"
	Req   string // requirement ids
	Title string // Chinese, a message key
	Text  string // Chinese, a message key: what it says, without numbers of the policy
}

// Rulebook is how levels come and go.
var Rulebook = []Rule{
	{"L-01", "B3", "谁可以当组长", "自己推荐进来、会员资格有效的邻居够数，就可以当。数的是人，不发人头的钱。"},
	{"L-02", "B3", "本人愿意", "系统只问，不催。不点接受，就还是普通会员，什么都不少。"},
	{"L-03", "B3 C5", "有人任命", "由平台运营或商家委员会任命，写明理由；不能任命自己。"},
	{"L-04", "B3 B4", "另带一队", "当上组长，就离开原来的团队，只记下是谁带出来的；原来的组长从这一队得不到任何钱。"},
	{"L-05", "B3 B4", "谁在团队里", "只有自己推荐、还没有组长的普通会员；入队会告诉本人，随时可以退，马上算数，不问理由，退了不再自动拉回。"},
	{"L-06", "B3", "组长复核", "定期数一次团队里会员资格有效的人。不够，先提醒，写明下次是哪天；连续两次不够，不再是组长。"},
	{"L-07", "B3", "谁可以当理事", "从自己团队里走出来的组长够数，而且现在还在当。"},
	{"L-08", "B3", "理事复核", "同样先提醒，连续两次不够，不再是理事，还是组长。"},
	{"L-09", "B2 B4", "资格过期就停", "会员资格过期的时候，级别停着，团队的消费不再给奖励；续上就接着算。"},
	{"L-10", "B3", "级别没有了", "辞去、复核没过、被免去，团队就散，组员都没有组长；理事也一起结束。"},
	{"L-11", "C5", "免去", "写明为什么，先听本人说；免去后可以申诉，由另一个人决定。"},
	{"L-12", "B4", "不按人头给钱", "邀请永远免费，没有指标，没有排行；奖励只从成交、没退货的消费里来，只有一层，每月封顶。"},
}

// RuleOf finds an article by its id; nil if there is none.
func RuleOf(rule string) *Rule {
	for i := range Rulebook {
		if Rulebook[i].ID == rule {
			return &Rulebook[i]
		}
	}
	return nil
}
