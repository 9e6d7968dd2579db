package shortageweb

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
	"gongyi/internal/module/shortage"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

var levelNames = map[capacity.Level]i18n.Message{
	capacity.Quiet: i18n.M("没有人约"), capacity.Fine: i18n.M("人手够"), capacity.Full: i18n.M("刚好排满"), capacity.Likely: i18n.M("照往常会不够"), capacity.Gap: i18n.M("人手不够"),
}

// shownLevels are those of the legend.
var shownLevels = []capacity.Level{capacity.Fine, capacity.Full, capacity.Likely, capacity.Gap}

var levelTones = map[capacity.Level]ui.Tone{
	capacity.Quiet: ui.Tell, capacity.Fine: ui.OK, capacity.Full: ui.Soon, capacity.Likely: ui.Soon, capacity.Gap: ui.Bad,
}

var whyNames = map[shortage.Why]i18n.Message{
	shortage.Eased: i18n.M("人手够了，预警结束"), shortage.Passed: i18n.M("时间过了，预警结束"), shortage.Off: i18n.M("不再看这一项，预警结束"),
}

// kindName says what the catalogue says of a kind in the language of the page; what a
// community wrote itself stands as it is.
func kindName(ctx context.Context, words string) string { return i18n.Message{Key: words}.In(ctx) }

// percent is a ratio in whole percent; what is beyond what is told is 10 times and more.
func percent(r money.Rate) string {
	if r >= capacity.RatioMost {
		return "≥" + strconv.FormatInt(int64(capacity.RatioMost/10_000), 10) + "%"
	}
	return strconv.FormatInt(int64(r)/10_000, 10) + "%"
}

// brief is a ratio in a narrow cell; where nobody can come it says so.
func brief(ctx context.Context, able int, r money.Rate) string {
	switch {
	case able == 0:
		return i18n.T(ctx, "无人")
	case r >= capacity.RatioMost:
		return "≥10×"
	}
	return percent(r)
}

// minutes says a stretch of work.
func minutes(ctx context.Context, n int) string { return i18n.T(ctx, "%d 分钟", n) }

// hourName says which hour of which day.
func hourName(ctx context.Context, at time.Time) string {
	return i18n.T(ctx, "%s，%s", ui.Day(ctx, period.DayOf(at, at.Location())), hours(ctx, at))
}

// hours is the hour from its beginning to its end.
func hours(ctx context.Context, at time.Time) string {
	return i18n.T(ctx, "%s–%s", ui.Clock(ctx, at), ui.Clock(ctx, at.Add(shortage.Hour)))
}

// why says in plain words, with the numbers, why a cell is what it is.
func why(ctx context.Context, c *capacity.Cell, n *capacity.Rules) (said []string) {
	if c.Booked == 0 {
		said = append(said, i18n.T(ctx, "这个钟头还没有人约。"))
	} else {
		said = append(said, i18n.T(ctx, "已经有 %d 件约在这个钟头，合计 %d 分钟。", c.Requests, c.Booked))
	}
	if c.Planned > 0 {
		said = append(said, i18n.T(ctx, "其中 %d 分钟是定期请人的，还没有发出去。", c.Planned))
	}
	if c.Able == 0 {
		said = append(said, i18n.T(ctx, "会做的邻居这个钟头都没有空。"))
	} else {
		said = append(said, i18n.T(ctx, "会做又有空的邻居有 %d 位，合计能帮 %d 分钟；答应了别的事、超过一天一周上限的已经扣掉。", c.Helpers, c.Able))
	}
	if c.Reserve > 0 {
		said = append(said, i18n.T(ctx, "联盟店的人手另外能出 %d 分钟。", c.Reserve))
	}
	if f := c.Expected; f.Weeks > 0 {
		said = append(said, i18n.T(ctx, "过去 %d 周的同一天同一个钟头，最少 %d、最多 %d 分钟，照往常估 %d 分钟。", f.Weeks, f.Low, f.High, f.Minutes))
	}
	limit := (money.One + n.Over).Percent()
	switch c.Level(n) {
	case capacity.Gap:
		said = append(said, i18n.T(ctx, "约的是能帮的 %s，超过 %s，所以预警：联盟店的人手和邻居一起问，店里接的由权益池出一部分。", percent(c.Ratio()), limit))
	case capacity.Likely:
		said = append(said, i18n.T(ctx, "照往常会到 %s，超过 %s。还没有约满，所以只建议招募，不动权益池。", percent(c.Outlook()), limit))
	case capacity.Full:
		said = append(said, i18n.T(ctx, "约的是能帮的 %s，没有超过 %s（不到 %d 分钟的也不算），还不预警。", percent(c.Ratio()), limit, n.Least))
	case capacity.Fine:
		said = append(said, i18n.T(ctx, "约的是能帮的 %s，人手够。", percent(c.Ratio())))
	}
	return said
}
