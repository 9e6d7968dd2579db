package flow

import (
	"context"
	"time"

	"gongyi/internal/module/draw"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// drawn tells which draws she entered, with what, and what she drew.
func (t *teller) drawn(ctx context.Context) error {
	type entry struct {
		Draw      string         `json:"draw"`
		Ticket    string         `json:"ticket"`
		Words     string         `json:"words"`
		EnteredAt time.Time      `json:"entered_at"`
		Bag       string         `json:"bag,omitempty"`
		Code      string         `json:"code,omitempty"`
		Given     draw.GivenKind `json:"given,omitempty"`
		GivenAt   time.Time      `json:"given_at,omitzero"`
	}
	c := Chapter{File: "draws.json", Title: i18n.T(ctx, "我报名的福袋"), Shares: []int{16, 26, 14, 24},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "号码"), i18n.T(ctx, "结果")}}
	data := []entry{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		mine, err := t.flows.drawsOf(ctx, r, b)
		for _, m := range mine {
			one := entry{Draw: m.Draw.Title, Ticket: m.Entry.Ticket, Words: m.Entry.Nonce, EnteredAt: m.Entry.At}
			word := m.State().In(ctx)
			if m.Win != nil {
				one.Bag, one.Code = m.Bag().Name, m.Win.Code
				word = i18n.T(ctx, "%s，%s", one.Bag, word)
				if g := m.Win.Given; g != nil {
					one.Given, one.GivenAt = g.Kind, g.At
				}
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(m.Entry.At), m.Draw.Title, m.Entry.Ticket, word})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
