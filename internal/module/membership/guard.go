package membership

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

// Guard is one rule that stands between a recommendation and its reward (B4). The
// table below is what docs/compliance.md, the pages and the tests are made of.
type Guard struct {
	ID   string
	Law  string       // clause or requirement it keeps
	Says i18n.Message // in a few words
	Why  i18n.Message // for both sides
	Test string       // that keeps it
}

// The guards, by number.
const (
	OneLevel    = "G-01"
	StrictOff   = "G-02"
	Oneself     = "G-03"
	SecondPhone = "G-04"
	Household   = "G-05"
	Ring        = "G-06"
	FirstOnly   = "G-07"
	PaidInMoney = "G-08"
	UsedIt      = "G-09"
	Cooled      = "G-10"
	InTerm      = "G-11"
	GoodHerself = "G-12"
	MonthlyCap  = "G-13"
)

// Guards lists them in the order of their numbers.
var Guards = []Guard{
	{OneLevel, "ban on pyramid selling, art. 7; B4", i18n.M("只到一层"), i18n.M("只谢直接推荐您的那一位，推荐人的推荐人什么也没有。"), "TestNoSecondLevel"},
	{StrictOff, "ban on pyramid selling, art. 7; B4", i18n.M("本社区不发推荐奖励"), i18n.M("本社区的规则不发推荐奖励，推荐只是告诉邻居。"), "TestGuards"},
	{Oneself, "B4", i18n.M("不能推荐自己"), i18n.M("推荐人和新会员是同一个人，或者就在推荐的那家店里做事。"), "TestGuards"},
	{SecondPhone, "B4", i18n.M("同一台设备"), i18n.M("推荐人和新会员用过同一台设备，要先核对是不是两个人。"), "TestSecondPhone"},
	{Household, "B4", i18n.M("住在一起"), i18n.M("推荐人和新会员住在一户，要先核对。"), "TestGuards"},
	{Ring, "B4", i18n.M("不能互相推荐"), i18n.M("推荐人要先是会员；后来的人不能倒过来推荐先来的人。"), "TestRings"},
	{FirstOnly, "B2 B4", i18n.M("只算第一次入会"), i18n.M("以前就是会员的，不算新会员。"), "TestRings"},
	{PaidInMoney, "ban on pyramid selling, art. 7; B4", i18n.M("会费要真的付了"), i18n.M("这一期没有付会费，不从会费里谢推荐人。"), "TestGuards"},
	{UsedIt, "ban on pyramid selling, art. 7; B4", i18n.M("要真的用过"), i18n.M("新会员还没有用过会员：买满约定的数，或用过一次免费服务。"), "TestNoRewardWithoutUse"},
	{Cooled, "prepaid contracts, judicial rules 2025 art. 14; B4", i18n.M("七天内可全退"), i18n.M("还在可以全额退会费的日子里，或者已经退会。"), "TestGuards"},
	{InTerm, "B4", i18n.M("第一期里才算"), i18n.M("第一期会员已经过完，没有等到可以算的那一天。"), "TestGuards"},
	{GoodHerself, "B3 B4", i18n.M("推荐人自己在会"), i18n.M("推荐人的会员要在有效期内，而且这一期是付过或免了会费的。"), "TestGuards"},
	{MonthlyCap, "B4", i18n.M("每月封顶"), i18n.M("推荐人这个月的奖励到了上限，这一份不再发钱，仍算一位。"), "TestMonthlyCap"},
}

// GuardOf finds a guard by its id, nil if there is none.
func GuardOf(guard string) *Guard {
	for i := range Guards {
		if Guards[i].ID == guard {
			return &Guards[i]
		}
	}
	return nil
}

// Case is what the guards read about a recommendation on a day.
type Case struct {
	Today period.Day
	Depth int // levels of people a reward may reach, by the policy

	// Who.
	ByShop    bool // a shop recommended: it gets no money, the case counts for its duty
	Same      bool // one person, or somebody of the shop itself
	Device    bool // both used one device
	Together  bool // both live in one household
	Allowed   bool // somebody looked at it and found two people
	Denied    bool // somebody looked at it and did not
	Before    bool // the recommender was a member before the newcomer ordered
	Known     bool // the newcomer was a member before, here or elsewhere
	InForce   bool // the recommender is in good standing,
	PaidForIt bool // with a term that was paid for or waived; of a shop: it takes part

	// The newcomer's first term.
	Fee      money.Amount // that was paid
	Until    period.Day
	Cooling  bool // the whole fee still comes back
	GivenUp  bool
	Spent    money.Amount // settled and not refunded, after joining
	MinSpent money.Amount // from which a membership counts as used
	Uses     int          // free services
}

// State is how a recommendation stands.
type State string

// The states.
const (
	Pending State = "pending" // something is still to come
	Held    State = "held"    // somebody has to look at it
	Counts  State = "counted"
	Blocked State = "blocked" // for good
)

// Weigh says how a recommendation stands, and by which guard. What can never be
// mended blocks first; then what a person must look at; then what may still come.
func (c *Case) Weigh() (State, string) {
	switch {
	case c.Depth < 1:
		return Blocked, StrictOff
	case c.Same:
		return Blocked, Oneself
	case c.Known:
		return Blocked, FirstOnly
	case !c.Before:
		return Blocked, Ring
	case c.Fee <= 0:
		return Blocked, PaidInMoney
	case c.GivenUp:
		return Blocked, Cooled
	}
	suspect := ""
	switch {
	case c.Device:
		suspect = SecondPhone
	case c.Together:
		suspect = Household
	}
	over := c.Today >= c.Until
	switch {
	case c.Denied && suspect == "":
		return Blocked, SecondPhone
	case c.Denied:
		return Blocked, suspect
	case suspect != "" && !c.Allowed:
		return Held, suspect
	case over:
		return Blocked, InTerm
	case c.Cooling:
		return Pending, Cooled
	case c.Spent < c.MinSpent && c.Uses == 0:
		return Pending, UsedIt
	case !c.InForce || !c.PaidForIt:
		return Pending, GoodHerself
	}
	return Counts, ""
}
