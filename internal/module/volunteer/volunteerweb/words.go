package volunteerweb

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// parts of a day that the first form offers; the hours are hers to change.
var partsOfDay = []struct {
	key      string
	name     i18n.Message
	from, to int // minutes after midnight
}{
	{"morning", i18n.M("上午"), 9 * 60, 12 * 60},
	{"afternoon", i18n.M("下午"), 14 * 60, 17*60 + 30},
	{"evening", i18n.M("晚上"), 18*60 + 30, 21 * 60},
}

func partOptions(ctx context.Context) (options []ui.Option) {
	for _, p := range partsOfDay {
		options = append(options, ui.Option{Value: p.key, Text: p.name.In(ctx), Note: hours(p.from, p.to)})
	}
	return options
}

// hours is a stretch of a day: 09:00–12:00.
func hours(from, to int) string {
	a, b := period.Times{From: from, To: to}.Hours()
	return a + "–" + b
}

// windowName is a window in words.
func windowName(ctx context.Context, w volunteer.Window) string {
	return ui.Weekday(ctx, w.Weekday) + " " + hours(w.From, w.To)
}

// weekRows are windows by weekday, Monday first.
func weekRows(ctx context.Context, all []volunteer.Window) (facts []ui.Fact) {
	for d := 1; d <= 7; d++ {
		day := time.Weekday(d % 7)
		var texts []string
		for _, w := range all {
			if w.Weekday == day {
				texts = append(texts, hours(w.From, w.To))
			}
		}
		if len(texts) > 0 {
			facts = append(facts, ui.Fact{Name: ui.Weekday(ctx, day), Text: strings.Join(texts, i18n.T(ctx, "、"))})
		}
	}
	return facts
}

// windowValue is a window as a field carries it; readWindow reads it.
func windowValue(w volunteer.Window) string {
	return fmt.Sprintf("%d-%d-%d", w.Weekday, w.From, w.To)
}

func readWindow(s string) (w volunteer.Window, ok bool) {
	n, err := fmt.Sscanf(s, "%d-%d-%d", &w.Weekday, &w.From, &w.To)
	return w, n == 3 && err == nil
}

func windowOptions(ctx context.Context, all []volunteer.Window) (options []ui.Option, values []string) {
	for _, w := range all {
		options = append(options, ui.Option{Value: windowValue(w), Text: windowName(ctx, w)})
		values = append(values, windowValue(w))
	}
	return options, values
}

// skillOptions are the leaves of a branch to tick.
func skillOptions(ctx context.Context, branch volunteer.Skill) (options []ui.Option) {
	for _, n := range volunteer.Leaves(branch) {
		options = append(options, ui.Option{Value: string(n.Key), Text: n.Name.In(ctx)})
	}
	return options
}

// hersOptions are the skills of somebody to choose from.
func hersOptions(ctx context.Context, v *volunteer.Volunteer) (options []ui.Option) {
	for _, s := range v.Skills {
		options = append(options, ui.Option{Value: string(s.Skill), Text: volunteer.SkillName(s.Skill).In(ctx)})
	}
	return options
}

func languageOptions(ctx context.Context) (options []ui.Option) {
	for _, l := range volunteer.Languages {
		options = append(options, ui.Option{Value: string(l), Text: volunteer.LanguageName(l).In(ctx)})
	}
	return options
}

func proofOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range volunteer.ProofKinds {
		options = append(options, ui.Option{Value: string(k), Text: volunteer.ProofName(k).In(ctx)})
	}
	return options
}

// skillNames are skills in one line.
func skillNames[T any](ctx context.Context, all []T, of func(T) volunteer.Skill) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = volunteer.SkillName(of(s)).In(ctx)
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

func heldSkill(h volunteer.Held) volunteer.Skill { return h.Skill }
func itself(s volunteer.Skill) volunteer.Skill   { return s }

// levelTone is the colour of how well a skill is known to be true.
func levelTone(l volunteer.Level) ui.Tone {
	if l >= volunteer.Vouched {
		return ui.OK
	}
	return ui.Tell
}

func stateTone(s volunteer.State) ui.Tone {
	switch s {
	case volunteer.Active:
		return ui.OK
	case volunteer.Paused:
		return ui.Soon
	}
	return ui.Tell
}

func reserveTone(s volunteer.ReserveState) ui.Tone {
	switch s {
	case volunteer.Agreed:
		return ui.OK
	case volunteer.Offered:
		return ui.Soon
	}
	return ui.Tell
}

// skillRows are what somebody can do, each with how well that is known on a day.
func skillRows(ctx context.Context, v *volunteer.Volunteer, today period.Day) (rows []ui.Row) {
	for i := range v.Skills {
		s := &v.Skills[i]
		level := s.On(today)
		row := ui.Row{Icon: "check", Title: volunteer.SkillName(s.Skill).In(ctx), Tag: volunteer.LevelName(level).In(ctx), Tone: levelTone(level)}
		if s.Vouches > 0 {
			row.Notes = append(row.Notes, i18n.T(ctx, "%d 位邻居作证", s.Vouches))
		}
		if level == volunteer.Certified {
			row.Notes = append(row.Notes, i18n.T(ctx, "证书到 %s", ui.FullDay(ctx, s.Certified)))
		}
		rows = append(rows, row)
	}
	return rows
}

// limitFacts are what somebody must not be asked for, and how far she goes.
func limitFacts(ctx context.Context, v *volunteer.Volunteer, place string) (facts []ui.Fact) {
	facts = append(facts, ui.Fact{Name: i18n.T(ctx, "从哪里出发"), Text: place}, ui.Fact{Name: i18n.T(ctx, "走多远"), Text: ui.Distance(ctx, v.Radius)})
	var langs, not []string
	for _, l := range v.Languages {
		langs = append(langs, volunteer.LanguageName(l).In(ctx))
	}
	facts = append(facts, ui.Fact{Name: i18n.T(ctx, "说什么话"), Text: strings.Join(langs, i18n.T(ctx, "、"))})
	if v.Limits.DayMinutes > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "一天最多"), Text: i18n.T(ctx, "%d 分钟", v.Limits.DayMinutes)})
	}
	if v.Limits.WeekMinutes > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "一周最多"), Text: i18n.T(ctx, "%d 分钟", v.Limits.WeekMinutes)})
	}
	for _, l := range []struct {
		set  bool
		text string
	}{{v.Limits.NoLifting, i18n.T(ctx, "搬重物")}, {v.Limits.NoPets, i18n.T(ctx, "去有猫狗的人家")}, {v.Limits.NoStairs, i18n.T(ctx, "爬楼梯")}} {
		if l.set {
			not = append(not, l.text)
		}
	}
	if len(not) > 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "不方便"), Text: strings.Join(not, i18n.T(ctx, "、"))})
	}
	return facts
}

// proofFacts are what the desk noted of somebody.
func proofFacts(ctx context.Context, v *volunteer.Volunteer, today period.Day) (facts []ui.Fact) {
	for i := range v.Proofs {
		p := &v.Proofs[i]
		text := i18n.T(ctx, "没有期限")
		switch {
		case !p.Holds(today):
			text = i18n.T(ctx, "%s到期了", ui.FullDay(ctx, p.Until))
		case p.Until != 0:
			text = i18n.T(ctx, "到 %s", ui.FullDay(ctx, p.Until))
		}
		facts = append(facts, ui.Fact{Name: volunteer.ProofName(p.Kind).In(ctx), Text: text})
	}
	return facts
}

// spanName is an exception in words, on a room's clock.
func spanName(ctx context.Context, room *portal.Room, s volunteer.Span) string {
	from, to := room.Local(s.From), room.Local(s.To)
	if midnight(from) && midnight(to) {
		return i18n.T(ctx, "%s 到 %s", ui.Day(ctx, period.DayOf(from, from.Location())), ui.Day(ctx, period.DayOf(to, to.Location())-1))
	}
	return i18n.T(ctx, "%s 到 %s", ui.Moment(ctx, from), ui.Moment(ctx, to))
}

func midnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }

func itoa(n int) string { return strconv.Itoa(n) }
