package timebankweb

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/dispatch"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// named is a word that people read, with how it is marked.
type named struct {
	name i18n.Message
	tone ui.Tone
}

// stateNames are the states of an assignment.
var stateNames = map[timebank.State]named{
	timebank.Promised:  {i18n.M("说好了"), ui.OK},
	timebank.Begun:     {i18n.M("正在做"), ui.Act},
	timebank.Finished:  {i18n.M("等验收"), ui.Soon},
	timebank.Disputed:  {i18n.M("有不同意见"), ui.Bad},
	timebank.Accepted:  {i18n.M("满意，记好了"), ui.OK},
	timebank.Settled:   {i18n.M("有了结果"), ui.Tell},
	timebank.GivenBack: {i18n.M("来不了，退回了"), ui.Tell},
	timebank.Called:    {i18n.M("不用来了"), ui.Tell},
	timebank.Missed:    {i18n.M("没有来"), ui.Bad},
	timebank.Excused:   {i18n.M("没有来，有原因"), ui.Tell},
	timebank.Lapsed:    {i18n.M("没有下文"), ui.Tell},
}

var endNames = map[timebank.Ending]named{
	timebank.Done:      {i18n.M("办好了"), ui.OK},
	timebank.Withdrawn: {i18n.M("撤回了"), ui.Tell},
	timebank.Expired:   {i18n.M("没有找到人"), ui.Bad},
}

var priceNames = map[timebank.Price]i18n.Message{
	timebank.Basic:  i18n.M("基础服务，不用付"),
	timebank.Hours:  i18n.M("用服务时换"),
	timebank.AtShop: i18n.M("店家上门，到店里付"),
}

var payNames = map[timebank.Pay]i18n.Message{
	timebank.ByAsker:  i18n.M("从请人的一方出"),
	timebank.ByPool:   i18n.M("由社区权益池出"),
	timebank.OnRecord: i18n.M("不用付，帮忙的人记志愿时长"),
	timebank.AtTill:   i18n.M("付给店家，当面或扫码"),
}

var enteredNames = map[timebank.Entered]i18n.Message{
	timebank.BySelf:     i18n.M("自己发的"),
	timebank.ByGuardian: i18n.M("家人代发"),
	timebank.ByField:    i18n.M("网格员代发"),
	timebank.ByDesk:     i18n.M("打电话或写纸条，社区代填"),
	timebank.ByPlan:     i18n.M("定期的"),
}

var howNames = map[timebank.How]i18n.Message{
	timebank.ByOffer: i18n.M("问到以后答应的"),
	timebank.ByOwn:   i18n.M("自己看到接的"),
	timebank.ByHand:  i18n.M("社区打电话请的"),
	timebank.OnPaper: i18n.M("纸上记的，补录"),
}

var accidentNames = map[timebank.Accident]i18n.Message{
	timebank.Hurt:    i18n.M("有人受伤或不舒服"),
	timebank.Damage:  i18n.M("东西坏了或丢了"),
	timebank.Conduct: i18n.M("言行不妥"),
	timebank.Concern: i18n.M("对方可能需要更多帮助"),
}

var ringNames = []i18n.Message{i18n.M("同一栋楼"), i18n.M("本网格"), i18n.M("本社区"), i18n.M("附近社区"), i18n.M("联盟店的人手"), i18n.M("社区派单台"), i18n.M("平台运营")}

func ringName(ctx context.Context, ring int) string {
	return ringNames[min(max(ring, 0), len(ringNames)-1)].In(ctx)
}

// kindName says what the catalogue says of a kind in the language of the page; what a
// community wrote itself stays as it is.
func kindName(ctx context.Context, words string) string { return i18n.Message{Key: words}.In(ctx) }

var kindIcons = map[string]string{
	"parcel": "box", "errand": "basket", "medicine": "pill", "meal": "truck", "call": "phone", "company": "talk", "phone_help": "smartphone", "walk": "route", "hospital": "heart",
	"haircut": "scissors", "repair": "wrench", "appliance": "refresh", "cleaning": "home", "tutoring": "book", "childcare": "people", "pets": "leaf", "moving": "give", "deep_clean": "store",
}

func iconOf(kind string) string {
	if icon, ok := kindIcons[kind]; ok {
		return icon
	}
	return "hands"
}

// priceNote says what a kind costs, and how long it takes.
func priceNote(ctx context.Context, k *timebank.Kind) string {
	switch k.Price {
	case timebank.Basic:
		return i18n.T(ctx, "不用付")
	case timebank.AtShop:
		return i18n.T(ctx, "%s 元", ui.Yuan(k.Fen))
	}
	return lasts(ctx, k.Minutes)
}

// lasts says so many minutes as people do.
func lasts(ctx context.Context, minutes int) string {
	switch {
	case minutes < 60:
		return i18n.T(ctx, "%d 分钟", minutes)
	case minutes%60 == 0:
		return i18n.T(ctx, "%d 小时", minutes/60)
	}
	return i18n.T(ctx, "%s 小时", strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64))
}

// span says when a request is wanted, on the clock of its community.
func span(ctx context.Context, now time.Time, q *timebank.Request) string {
	zone := now.Location()
	from, until := q.From.In(zone), q.Until.In(zone)
	if q.Urgent {
		return i18n.T(ctx, "马上，最晚 %s", ui.Clock(ctx, until))
	}
	day := ui.Day(ctx, period.DayOf(from, zone))
	switch period.DayOf(from, zone) - period.DayOf(now, zone) {
	case 0:
		day = i18n.T(ctx, "今天")
	case 1:
		day = i18n.T(ctx, "明天")
	}
	return i18n.T(ctx, "%s %s 开始，约 %s", day, ui.Clock(ctx, from), lasts(ctx, q.Minutes))
}

// standing says where a request stands.
func standing(ctx context.Context, q *timebank.Request, all []*timebank.Assignment, now time.Time) (string, ui.Tone) {
	if q.End != nil {
		e := endNames[q.End.How]
		return e.name.In(ctx), e.tone
	}
	for _, state := range []timebank.State{timebank.Disputed, timebank.Finished, timebank.Begun} {
		for _, a := range all {
			if a.State() == state {
				return stateNames[state].name.In(ctx), stateNames[state].tone
			}
		}
	}
	switch free := len(timebank.Free(q, all)); {
	case free == 0:
		return i18n.T(ctx, "有人来了"), ui.OK
	case free < q.People:
		return i18n.T(ctx, "还差 %d 位", free), ui.Soon
	case q.Until.Before(now):
		return i18n.T(ctx, "没有找到人"), ui.Bad
	}
	return i18n.T(ctx, "正在找人"), ui.Soon
}

// reasons reads the reasons of an offer and says each in plain words (F3).
func reasons(ctx context.Context, text string) (said []string) {
	var all []dispatch.Reason
	if json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	for _, r := range all {
		if s := reason(ctx, r); s != "" {
			said = append(said, s)
		}
	}
	return said
}

func reason(ctx context.Context, r dispatch.Reason) string {
	n := int(r.N)
	switch r.Code {
	case dispatch.LivesInBuilding:
		return i18n.T(ctx, "住在同一栋楼")
	case dispatch.LivesInGrid:
		return i18n.T(ctx, "住在同一个网格")
	case dispatch.LivesInCommunity:
		return i18n.T(ctx, "住在本社区")
	case dispatch.LivesNearby:
		return i18n.T(ctx, "住在旁边的社区")
	case dispatch.WorksHere:
		return i18n.T(ctx, "是联盟店的人手，邻居都腾不出空")
	case dispatch.Walks:
		return i18n.T(ctx, "来回走路约 %s", ui.Distance(ctx, n))
	case dispatch.ThereAnyway:
		return i18n.T(ctx, "那时本来就在附近，只多走 %s", ui.Distance(ctx, n))
	case dispatch.Together:
		return i18n.T(ctx, "顺路一起做 %d 件", n)
	case dispatch.KnowsAsker:
		return i18n.T(ctx, "以前帮过 %d 次", n)
	case dispatch.SpeaksLanguage:
		if n < len(volunteer.Languages) {
			return i18n.T(ctx, "会说%s", volunteer.LanguageName(volunteer.Languages[n]).In(ctx))
		}
	case dispatch.FreshToday:
		return i18n.T(ctx, "当天已经帮了 %s", lasts(ctx, n))
	case dispatch.FreshWeek:
		return i18n.T(ctx, "本周已经帮了 %s", lasts(ctx, n))
	case dispatch.OnlyOne:
		return i18n.T(ctx, "眼下只有这一位有空会做")
	case dispatch.OneOf:
		return i18n.T(ctx, "是 %d 位有空会做的邻居里最合适的", n)
	case dispatch.NearerNeeded:
		return i18n.T(ctx, "更近的一位（%s）另有人等着", ui.Distance(ctx, n))
	case dispatch.MissedBefore:
		return i18n.T(ctx, "近来有 %d 次没有来", n)
	}
	return ""
}

// gapName says why nobody could be asked.
func gapName(ctx context.Context, code string) string {
	switch dispatch.Code(code) {
	case dispatch.NoSkill:
		return i18n.T(ctx, "附近没有会做的人")
	case dispatch.NotSuited:
		return i18n.T(ctx, "会做的人里，没有符合语言、力气或身份要求的")
	case dispatch.NotAllowed:
		return i18n.T(ctx, "会做的人都是同一家的，或近来多次没有来")
	case dispatch.TooFar:
		return i18n.T(ctx, "会做的人都太远")
	case dispatch.NobodyFree:
		return i18n.T(ctx, "会做的人那时都没有空")
	case dispatch.OverLimits:
		return i18n.T(ctx, "有空的人当天或本周已经做满")
	case dispatch.AllAsked:
		return i18n.T(ctx, "能问的都问过了")
	case dispatch.NoPair:
		return i18n.T(ctx, "要两位一起，眼下只有一位")
	case dispatch.TakenByMore:
		return i18n.T(ctx, "能来的人先去了更急的")
	case dispatch.Resting:
		return i18n.T(ctx, "这会儿不打扰邻居，早上接着问")
	case dispatch.TooLate:
		return i18n.T(ctx, "来不及了")
	}
	return ""
}

// coinsLine is an amount of hours, with how many coins that is.
func coinsLine(ctx context.Context, v, perHour money.Amount) string {
	if v == 0 {
		return "0"
	}
	return ui.ServiceTime(ctx, v, perHour)
}
