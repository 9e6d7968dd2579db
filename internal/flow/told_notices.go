package flow

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// noticesAtOnce is how many notices one question reads.
const noticesAtOnce = 500

// notices tells what she was told, the newest first, in the words in which she would
// read it now.
func (t *teller) notices(ctx context.Context, r db.Reader) error {
	type told struct {
		Kind  string    `json:"kind"`
		At    time.Time `json:"at"`
		Title string    `json:"title"`
		Body  string    `json:"body,omitempty"`
		Link  string    `json:"link,omitempty"`
		Read  bool      `json:"read"`
	}
	c := Chapter{File: "notices.json", Title: i18n.T(ctx, "我的通知"), Shares: []int{18, 24, 46, 7}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "通知"), i18n.T(ctx, "内容"), i18n.T(ctx, "读过")}}
	data := make([]told, 0, 64)
	for after := (id.ID{}); ; {
		some, err := t.flows.Notices.List(ctx, r, t.person, notice.Filter{After: after, Limit: noticesAtOnce})
		if err != nil {
			return err
		}
		for i := range some {
			it := &some[i]
			title, body := it.Words(ctx, t.zone)
			data = append(data, told{it.Kind.ID, it.At, title, body, it.Link, it.Read})
			c.Rows = append(c.Rows, []string{t.stamp(it.At), title, body, yes(ctx, it.Read)})
		}
		if len(some) < noticesAtOnce {
			break
		}
		after = some[len(some)-1].ID
	}
	c.Data = data
	t.add(c)
	return nil
}

// wishes tells how she wants to be told: what she chose, and her quiet hours.
func (t *teller) wishes(ctx context.Context, r db.Reader) error {
	choices, err := t.flows.Notices.Choices(ctx, r, t.person)
	if err != nil {
		return err
	}
	type wish struct {
		Kind   string     `json:"kind"`
		Way    notice.Way `json:"way"`
		Wanted bool       `json:"wanted"`
	}
	type settings struct {
		QuietFrom  string `json:"quiet_from"` // equal ends: no quiet hours
		QuietUntil string `json:"quiet_until"`
		Wishes     []wish `json:"wishes"`
	}
	data := settings{clock(choices.Quiet.From), clock(choices.Quiet.Until), []wish{}}
	c := Chapter{File: "notice_settings.json", Title: i18n.T(ctx, "通知设置"), Columns: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "内容")}}
	quiet := i18n.T(ctx, "没有")
	if choices.Quiet.From != choices.Quiet.Until {
		quiet = data.QuietFrom + " – " + data.QuietUntil
	}
	c.Rows = append(c.Rows, []string{i18n.T(ctx, "免打扰时段"), quiet})
	for i := range notice.Kinds {
		k := &notice.Kinds[i]
		for _, w := range append([]notice.Way{notice.Inbox}, notice.Ways...) {
			wanted, chosen := choices.Wishes[k.ID][w]
			if !chosen {
				continue
			}
			data.Wishes = append(data.Wishes, wish{k.ID, w, wanted})
			c.Rows = append(c.Rows, []string{i18n.T(ctx, "%s · %s", i18n.M(k.Name), notice.WayName(w)), yes(ctx, wanted)})
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

// pushes tells which browsers take push messages for her: by whose service they come
// and since when. With the address itself others could send, so it stays here.
func (t *teller) pushes(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Notices.Devices(ctx, r, t.person)
	if err != nil {
		return err
	}
	type browser struct {
		Service string    `json:"service"`
		MadeAt  time.Time `json:"made_at"`
	}
	c := Chapter{File: "push.json", Title: i18n.T(ctx, "接收推送的浏览器"), Columns: []string{i18n.T(ctx, "推送服务"), i18n.T(ctx, "登记时间")}}
	data := make([]browser, 0, len(all))
	for _, d := range all {
		service := ""
		if u, err := url.Parse(d.Endpoint); err == nil {
			service = u.Hostname()
		}
		data = append(data, browser{service, d.MadeAt})
		c.Rows = append(c.Rows, []string{service, t.stamp(d.MadeAt)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// clock writes minutes of the day: 21:30.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func yes(ctx context.Context, is bool) string {
	if is {
		return i18n.T(ctx, "是")
	}
	return i18n.T(ctx, "否")
}
