package flow

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// papers tells which certificates of hours she was given, and what they say.
func (t *teller) papers(ctx context.Context) error {
	type paper struct {
		Number  string     `json:"number"`
		Name    string     `json:"name"`
		First   period.Day `json:"first"`
		Last    period.Day `json:"last"`
		Minutes int        `json:"minutes"`
		Digest  string     `json:"digest"`
		At      time.Time  `json:"given_at"`
		Revoked string     `json:"revoked,omitempty"`
	}
	c := Chapter{File: "certificates.json", Title: i18n.T(ctx, "服务时长证明"), Num: []int{3}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "编号"), i18n.T(ctx, "名称"), i18n.T(ctx, "分钟")}}
	data := []paper{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Certificates.Of(ctx, r, b.Community.ID, b.Member.ID)
		for _, x := range all {
			one := paper{x.Serial(b.Community.Ref), x.Name, x.First, x.Last, x.Minutes(), fmt.Sprintf("%x", x.Digest()), x.At, ""}
			if x.Revoked != nil {
				one.Revoked = x.Revoked.Words
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(x.At), one.Number, one.Name, fmt.Sprint(one.Minutes)})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
