package flow

import (
	"context"
	"time"

	"gongyi/internal/module/recruit"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// callings tells which calls for people she answered, and what came of it (A6).
func (t *teller) callings(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Calls.By(ctx, r, t.person)
	if err != nil {
		return err
	}
	type calling struct {
		Call    string         `json:"call"`
		Words   string         `json:"words"`
		Named   bool           `json:"named"`
		At      time.Time      `json:"at"`
		Answer  recruit.Answer `json:"answer,omitempty"`
		Because string         `json:"because,omitempty"`
	}
	c := Chapter{File: "callings.json", Title: i18n.T(ctx, "我应的招贤令"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "招贤令"), i18n.T(ctx, "我写的"), i18n.T(ctx, "结果")}}
	data := make([]calling, 0, len(all))
	for _, a := range all {
		call, err := t.flows.Calls.CallByID(ctx, r, a.Call)
		if err != nil {
			return err
		}
		x := calling{Call: call.Title, Words: a.Words, Named: a.Named, At: a.At}
		row := []string{t.stamp(a.At), call.Title, a.Words, ""}
		if a.Answered != nil {
			x.Answer, x.Because, row[3] = a.Answered.Answer, a.Answered.Words, recruit.AnswerName(a.Answered.Answer).In(ctx)
		}
		data = append(data, x)
		c.Rows = append(c.Rows, row)
	}
	c.Data = data
	t.add(c)
	return nil
}

// wanted tells what she proposed at selection meetings and wrote of what she tasted
// (C11).
func (t *teller) wanted(ctx context.Context) error {
	type wish struct {
		Community string    `json:"community"`
		Kind      string    `json:"kind"`
		What      string    `json:"what,omitempty"`
		Stars     int       `json:"stars,omitempty"`
		Words     string    `json:"words,omitempty"`
		At        time.Time `json:"at"`
	}
	c := Chapter{File: "selection.json", Title: i18n.T(ctx, "我在选品会提的和写的"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "提了什么"), i18n.T(ctx, "我写的")}}
	data := make([]wish, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			proposals, err := t.flows.Selections.By(ctx, r, b.Community.ID, b.Member.ID)
			if err != nil {
				return err
			}
			for _, p := range proposals {
				data = append(data, wish{Community: b.Community.Name, Kind: string(p.Kind), What: p.Title, Words: p.Words, At: p.At})
				c.Rows = append(c.Rows, []string{t.stamp(p.At), b.Community.Name, p.Title, p.Words})
			}
			notes, err := t.flows.Selections.NotesBy(ctx, r, b.Community.ID, b.Member.ID)
			for _, n := range notes {
				data = append(data, wish{Community: b.Community.Name, Kind: "note", Stars: n.Stars, Words: n.Words, At: n.At})
				c.Rows = append(c.Rows, []string{t.stamp(n.At), b.Community.Name, i18n.T(ctx, "%d 颗星", n.Stars), n.Words})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

// offered tells which messages of shops she was sent (C14).
func (t *teller) offered(ctx context.Context) error {
	type offer struct {
		Community string    `json:"community"`
		Title     string    `json:"title"`
		Words     string    `json:"words"`
		SentAt    time.Time `json:"sent_at"`
	}
	c := Chapter{File: "offers.json", Title: i18n.T(ctx, "店家发给我的优惠"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "标题"), i18n.T(ctx, "说什么")}}
	data := make([]offer, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			got, err := t.flows.Segments.SentTo(ctx, r, b.Community.ID, b.Member.ID)
			if err != nil {
				return err
			}
			for _, campaign := range got {
				m, err := t.flows.Segments.ByID(ctx, r, b.Community.ID, campaign)
				if err != nil {
					return err
				}
				data = append(data, offer{b.Community.Name, m.Title, m.Words, m.Answered.At})
				c.Rows = append(c.Rows, []string{t.stamp(m.Answered.At), b.Community.Name, m.Title, m.Words})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	c.Data = data
	t.add(c)
	return nil
}
