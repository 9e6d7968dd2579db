package operatorweb

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// count writes a whole number with its thousands apart.
func count[N ~int | ~int64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

func kindName(ctx context.Context, kind string) string {
	switch kind {
	case "members":
		return i18n.T(ctx, "会员")
	case "merchants":
		return i18n.T(ctx, "店铺")
	case "purchases":
		return i18n.T(ctx, "消费")
	case "places":
		return i18n.T(ctx, "网格和楼栋")
	case "households":
		return i18n.T(ctx, "住户")
	case "residents":
		return i18n.T(ctx, "住在这里的人")
	}
	return kind
}

func stageName(ctx context.Context, s chore.Stage) string {
	switch s {
	case chore.Checked:
		return i18n.T(ctx, "看过一遍")
	case chore.Confirmed:
		return i18n.T(ctx, "确认导入")
	case chore.Finished:
		return i18n.T(ctx, "做完了")
	case chore.Failed:
		return i18n.T(ctx, "没做成")
	case chore.Cancelled:
		return i18n.T(ctx, "取消了")
	case chore.Attended:
		return i18n.T(ctx, "处理好了")
	}
	return string(s)
}

// stagesOf is what happened to a chore so far; who did it is told on its page.
func (d *Desk) stagesOf(ctx context.Context, c *chore.Chore) []ui.Event {
	events := []ui.Event{{Title: i18n.T(ctx, "交来"), When: d.moment(ctx, c.AskedAt), State: ui.Done}}
	for _, s := range c.Stages {
		events = append(events, ui.Event{Title: stageName(ctx, s.Stage), When: d.moment(ctx, s.At), State: ui.Done})
	}
	return events
}

// verifiedOf is what a verification came to.
func verifiedOf(c *chore.Chore) (v flow.Verified) {
	if end := c.At(chore.Finished); end != nil {
		_ = json.Unmarshal([]byte(end.Detail), &v) // written by the flow alone
	}
	return v
}

func tierOptions(ctx context.Context) (all []ui.Option) {
	for _, t := range policy.Tiers {
		all = append(all, ui.Option{Value: t.String(), Text: portal.TierName(ctx, t)})
	}
	return all
}

func statusOptions(ctx context.Context) (all []ui.Option) {
	for _, s := range merchant.Statuses {
		all = append(all, ui.Option{Value: string(s), Text: portal.StatusName(ctx, s)})
	}
	return all
}

// assetName is the unit in which an account is kept, as people are told (look §8).
func assetName(ctx context.Context, a money.Asset) string {
	switch a {
	case money.Coin:
		return i18n.T(ctx, "抵扣权益")
	case money.Point:
		return i18n.T(ctx, "积分")
	}
	return i18n.T(ctx, "元")
}

func rate(ctx context.Context, v importView) string {
	if v.Rate == "" || !v.Busy {
		return ""
	}
	return i18n.T(ctx, "每秒 %s 行", v.Rate)
}

// takenName says what became, or would become, of the rows that are new.
func takenName(ctx context.Context, v importView) string {
	if v.At(chore.Confirmed) == nil {
		return i18n.T(ctx, "可以收")
	}
	return i18n.T(ctx, "新收下")
}

func cancelText(ctx context.Context, v importView) string {
	if v.At(chore.Confirmed) == nil {
		return i18n.T(ctx, "账本没有动过。")
	}
	return i18n.T(ctx, "已经进账本的 %s 行会留着，账本里的不会拿出来。", count(v.Counts.Added))
}

func kindKey(k party.Kind) string { return k.String() }

// searchHint says what a search in a kind of accounts finds.
func searchHint(ctx context.Context, k party.Kind) string {
	if k == party.Member {
		return i18n.T(ctx, "居民的完整代号")
	}
	return i18n.T(ctx, "名字或代号")
}

func otherKey(v versionView) string {
	if v.Other == nil {
		return ""
	}
	return strconv.Itoa(v.Other.Number)
}

func versionColumns(ctx context.Context, v versionView) []ui.Column {
	c := []ui.Column{{Text: i18n.T(ctx, "参数"), Title: true}, {Text: i18n.T(ctx, "规则")}, {Text: i18n.T(ctx, "第 %d 版", v.Version.Number), Num: true}}
	if v.Other != nil {
		c = append(c, ui.Column{Text: i18n.T(ctx, "第 %d 版", v.Other.Number), Num: true})
	}
	return c
}

func rightName(ctx context.Context, r apikey.Right) string {
	switch r {
	case apikey.Settle:
		return i18n.T(ctx, "上报消费")
	case apikey.Refund:
		return i18n.T(ctx, "办退款")
	case apikey.Read:
		return i18n.T(ctx, "看账")
	case apikey.Admin:
		return i18n.T(ctx, "管理")
	}
	return string(r)
}

func rightOptions(ctx context.Context) (all []ui.Option) {
	for _, r := range apikey.Rights {
		all = append(all, ui.Option{Value: string(r), Text: rightName(ctx, r)})
	}
	return all
}

// Dropped is what is kept of a job that somebody decided not to do.
type Dropped struct {
	Payload string `json:"payload"`
	Reason  string `json:"reason"`
}

func dropReason(c *chore.Chore) string {
	var x Dropped
	_ = json.Unmarshal([]byte(c.Detail), &x) // written by the house alone
	return x.Reason
}
