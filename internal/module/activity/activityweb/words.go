package activityweb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// kindName names a kind.
func kindName(ctx context.Context, k activity.Kind) string {
	if k == activity.Event {
		return i18n.T(ctx, "社区活动")
	}
	return i18n.T(ctx, "课")
}

// when is the next date of an activity, or its last.
func when(ctx context.Context, zone *time.Location, now time.Time, a *activity.Activity) string {
	s := a.Next(now)
	if s == nil {
		s = &a.Sessions[len(a.Sessions)-1]
	}
	return span(ctx, zone, s)
}

// span is the day and the hours of a date.
func span(ctx context.Context, zone *time.Location, s *activity.Session) string {
	return i18n.T(ctx, "%s 到 %s", ui.Moment(ctx, s.Begins.In(zone)), ui.Clock(ctx, s.Ends.In(zone)))
}

// stateTag says how far an activity is; free is for how many there is room, -1 without limit.
func stateTag(ctx context.Context, a *activity.Activity, now time.Time, free int) (ui.Tone, string) {
	switch a.State() {
	case activity.Proposed:
		return ui.Soon, i18n.T(ctx, "等社区同意")
	case activity.Refused:
		return ui.Bad, i18n.T(ctx, "没有同意")
	case activity.Withdrawn:
		return ui.Tell, i18n.T(ctx, "收回了")
	case activity.Off:
		return ui.Bad, i18n.T(ctx, "取消了")
	}
	switch {
	case a.Next(now) == nil && !slices.ContainsFunc(a.Sessions, func(s activity.Session) bool { return s.End == nil || s.End.Held }):
		return ui.Bad, i18n.T(ctx, "没有办成")
	case a.Next(now) == nil:
		return ui.Tell, i18n.T(ctx, "结束了")
	case len(a.Ahead(now)) == 0:
		return ui.OK, i18n.T(ctx, "正在进行")
	case free < 0:
		return ui.OK, i18n.T(ctx, "人人可来")
	case free == 0:
		return ui.Soon, i18n.T(ctx, "满了，可排队")
	}
	return ui.OK, i18n.T(ctx, "还剩 %d 位", free)
}

// offHelp says what calling something off does.
func offHelp(ctx context.Context, pay activity.Pay) string {
	if pay == activity.BySeat {
		return i18n.T(ctx, "会告诉每一位报名的人；留出来的服务时都退回。")
	}
	return i18n.T(ctx, "会告诉每一位报名的人。")
}

// offTitle tells a neighbour that the whole was called off, and what came back to her.
func offTitle(ctx context.Context, v oneView) string {
	if v.A.Pay == activity.BySeat && v.Seat != nil {
		return i18n.T(ctx, "取消了，留出来的服务时都退回了")
	}
	return i18n.T(ctx, "取消了")
}

// why is the reason for which something ended: the words of who did it, or the cause.
func why(ctx context.Context, words string, cause activity.Cause) string {
	return cmp.Or(words, flow.CauseText(cause).In(ctx))
}

// price is what a seat costs for a date.
func price(ctx context.Context, a *activity.Activity, perHour money.Amount) string {
	switch a.Pay {
	case activity.BySeat:
		return i18n.T(ctx, "每人每次付 %s服务时", ui.ServiceTime(ctx, a.Price, perHour))
	case activity.ByPool:
		return i18n.T(ctx, "不用付，权益池付给老师")
	}
	return i18n.T(ctx, "不用付")
}

// payOptions are the ways in which a class is paid, to choose from.
func payOptions(ctx context.Context) (all []ui.Option) {
	texts := map[activity.Pay]string{
		activity.Free:   i18n.T(ctx, "免费，我义务教"),
		activity.BySeat: i18n.T(ctx, "来的人用服务时付"),
		activity.ByPool: i18n.T(ctx, "来的人不付，请权益池付"),
	}
	notes := map[activity.Pay]string{
		activity.BySeat: i18n.T(ctx, "报名时先留出来，上一次付一次"),
		activity.ByPool: i18n.T(ctx, "像基础服务一样，要社区同意"),
	}
	for _, p := range activity.Pays {
		all = append(all, ui.Option{Value: string(p), Text: texts[p], Note: notes[p]})
	}
	return all
}

func row(ctx context.Context, to string, zone *time.Location, now time.Time, a *activity.Activity, free int, perHour money.Amount) ui.Row {
	icon := "book"
	if a.Kind == activity.Event {
		icon = "people"
	}
	r := ui.Row{Href: to, Icon: icon, Title: a.Title, Text: when(ctx, zone, now, a), Notes: []string{strings.Join(some(a.Place, a.Audience), " · ")}}
	if n := len(a.Sessions); n > 1 {
		r.Notes = append(r.Notes, i18n.T(ctx, "一共 %d 次", n))
	}
	if a.Pay == activity.BySeat {
		r.Notes = append(r.Notes, price(ctx, a, perHour))
	}
	r.Tone, r.Tag = stateTag(ctx, a, now, free)
	return r
}

func some(words ...string) (all []string) {
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return all
}

// seatTag says where a sign-up stands.
func seatTag(ctx context.Context, s activity.SeatState) (ui.Tone, string) {
	switch s {
	case activity.Seated:
		return ui.OK, i18n.T(ctx, "有位子")
	case activity.Waiting:
		return ui.Tell, i18n.T(ctx, "在排队")
	case activity.Offered:
		return ui.Soon, i18n.T(ctx, "等答应")
	case activity.Lapsed:
		return ui.Tell, i18n.T(ctx, "没有答应")
	case activity.Gone:
		return ui.Tell, i18n.T(ctx, "取消了")
	}
	return ui.Tell, i18n.T(ctx, "退了")
}

// facts are what everybody may know of an activity.
func facts(ctx context.Context, a *activity.Activity, teacher string, perHour money.Amount) (all []ui.Fact) {
	add := func(name, text string) {
		if text != "" {
			all = append(all, ui.Fact{Name: name, Text: text})
		}
	}
	add(i18n.T(ctx, "在哪里"), a.Place)
	add(i18n.T(ctx, "给谁"), a.Audience)
	add(i18n.T(ctx, "谁来教"), teacher)
	add(i18n.T(ctx, "付什么"), price(ctx, a, perHour))
	if a.Most > 0 {
		seats := i18n.T(ctx, "最多 %d 位", a.Most)
		if a.Least > 0 {
			seats = i18n.T(ctx, "%d 到 %d 位；不到 %d 位就不办", a.Least, a.Most, a.Least)
		}
		add(i18n.T(ctx, "几个人"), seats)
	}
	add(i18n.T(ctx, "讲什么话"), a.Language)
	if a.StepFree {
		add(i18n.T(ctx, "无障碍"), i18n.T(ctx, "没有台阶，轮椅能到"))
	}
	if a.Children {
		add(i18n.T(ctx, "孩子"), i18n.T(ctx, "可以带来；一直有两位大人在"))
	}
	return all
}

func crumbs(ctx context.Context, room *portal.Room, more ...ui.Link) []ui.Link {
	all := []ui.Link{{Href: "/desk/classes", Text: i18n.T(ctx, "课和活动")}, {Text: portal.PlaceName(room.Place)}}
	if len(more) > 0 {
		all[1].Href = room.Desk("classes", "")
	}
	return append(all, more...)
}
