package flow

import (
	"context"
	"time"

	"gongyi/internal/module/growth"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// levels tells her levels: what she was asked, held and lost, the teams she was on, and
// what was held against her with her own side. Who was on her team is not told: it is
// theirs.
func (t *teller) levels(ctx context.Context) error {
	type event struct {
		Community string    `json:"community"`
		At        time.Time `json:"at"`
		What      string    `json:"what"`
		Level     int       `json:"level,omitempty"`
		Words     string    `json:"words,omitempty"`
	}
	c := Chapter{File: "levels.json", Title: i18n.T(ctx, "我的级别和团队"), Shares: []int{12, 12, 16, 40}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "事情"), i18n.T(ctx, "内容")}}
	data := make([]event, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		add := func(at time.Time, what, title string, level int, words string) {
			if at.IsZero() {
				return
			}
			data = append(data, event{b.Community.Name, at, what, level, words})
			c.Rows = append(c.Rows, []string{t.stamp(at), b.Community.Name, title, words})
		}
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error { return t.levelsIn(ctx, r, b, add) })
		if err != nil {
			return err
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

func (t *teller) levelsIn(ctx context.Context, r db.Reader, b *Belonging, add func(at time.Time, what, title string, level int, words string)) error {
	g, at, who := t.flows.Growth, b.Community.ID, b.Member.ID
	asked, err := g.Candidates(ctx, r, at, who)
	if err != nil {
		return err
	}
	for _, x := range asked {
		add(x.FoundAt, "asked", i18n.T(ctx, "可以当%s，问了我", i18n.M(growth.LevelName(x.Level))), int(x.Level), "")
		for _, s := range x.Steps {
			add(s.At, s.Step, i18n.T(ctx, "候选的一步"), int(x.Level), s.Words)
		}
	}
	held, err := g.Appointments(ctx, r, at, who)
	if err != nil {
		return err
	}
	for _, a := range held {
		add(a.At, "appointed", i18n.T(ctx, "当上%s", i18n.M(growth.LevelName(a.Level))), int(a.Level), a.Reason)
		for _, v := range a.Reviews {
			add(v.At, string(v.Outcome), i18n.T(ctx, "复核，数到 %d 位", v.Counted), int(a.Level), "")
		}
		if a.End != nil {
			add(a.End.At, a.End.Step, i18n.T(ctx, "不再是%s", i18n.M(growth.LevelName(a.Level))), int(a.Level), a.End.Words)
		}
		cases, err := g.Cases(ctx, r, at, a.ID)
		if err != nil {
			return err
		}
		for _, x := range cases {
			add(x.At, "case", i18n.T(ctx, "请我说明"), int(a.Level), x.Allegation)
			for _, s := range x.Steps {
				add(s.At, s.Step, i18n.T(ctx, "说明的一步"), int(a.Level), s.Words)
			}
		}
	}
	places, err := g.Places(ctx, r, at, who)
	for _, p := range places {
		add(p.Joined, "joined", i18n.T(ctx, "在一个团队里"), 0, "")
		if p.End != nil {
			add(p.End.At, p.End.Step, i18n.T(ctx, "离开了团队"), 0, "")
		}
	}
	return err
}

// honours tells what she nominated and voted, and what she was nominated for.
func (t *teller) honours(ctx context.Context) error {
	type word struct {
		Community string    `json:"community"`
		Call      string    `json:"call"`
		What      string    `json:"what"` // "nominated", "was_nominated", "voted", "answered"
		At        time.Time `json:"at,omitzero"`
		Words     string    `json:"words,omitempty"`
	}
	c := Chapter{File: "honours.json", Title: i18n.T(ctx, "评选：我提名、投票和被提名的"), Shares: []int{12, 16, 12, 40}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "评选"), i18n.T(ctx, "事情"), i18n.T(ctx, "内容")}}
	data := make([]word, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			h, at, who := t.flows.Honours, b.Community.ID, b.Member.ID
			calls, err := h.Calls(ctx, r, at, 0)
			if err != nil {
				return err
			}
			titles := make(map[[16]byte]string, len(calls))
			for _, x := range calls {
				titles[x.ID] = x.Title
			}
			add := func(call [16]byte, what, title string, when time.Time, words string) {
				data = append(data, word{b.Community.Name, titles[call], what, when, words})
				c.Rows = append(c.Rows, []string{t.stamp(when), titles[call], title, words})
			}
			made, err := h.NominationsBy(ctx, r, at, who)
			if err != nil {
				return err
			}
			for _, n := range made {
				add(n.Call, "nominated", i18n.T(ctx, "我提名的"), n.At, n.Reason)
			}
			votes, err := h.VotesBy(ctx, r, at, who)
			if err != nil {
				return err
			}
			for _, v := range votes {
				add(v.Call, "voted", i18n.T(ctx, "我投了票"), v.At, "")
			}
			as, err := h.NominatedAs(ctx, r, at, who)
			for _, n := range as {
				for _, x := range n.Reasons {
					add(n.Call, "was_nominated", i18n.T(ctx, "邻居提名我"), x.At, x.Reason)
				}
				add(n.Call, "answered", i18n.T(ctx, "我的答复和社区的意见"), time.Time{}, n.Answer+" "+n.Words)
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
