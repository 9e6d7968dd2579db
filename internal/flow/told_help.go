package flow

import (
	"context"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/assist"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

func joinNames(ctx context.Context, names []string) string {
	return strings.Join(names, i18n.T(ctx, "、"))
}

// agreed is a consent for programs, from either side.
type agreed struct {
	With     string         `json:"with"`
	Basis    assist.Basis   `json:"basis"`
	Scopes   []assist.Scope `json:"scopes"`
	Given    assist.Given   `json:"given"`
	Evidence string         `json:"evidence,omitempty"`
	From     time.Time      `json:"from"`
	Until    time.Time      `json:"until"`
	EndedAt  time.Time      `json:"ended_at,omitzero"`
	Reason   string         `json:"reason,omitempty"`
}

// helpers tells who may act for her, and who might.
func (t *teller) helpers(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Helpers.Consents(ctx, r, t.person)
	if err != nil {
		return err
	}
	return t.consents(ctx, r, Chapter{File: "helpers.json", Title: i18n.T(ctx, "我同意谁替我办事")}, all, func(c *assist.Consent) id.ID { return c.Helper })
}

// helping tells for whom she may act, and might. The number of the paper on which
// another agreed is that other's.
func (t *teller) helping(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Helpers.ConsentsTo(ctx, r, t.person)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.Evidence = ""
	}
	return t.consents(ctx, r, Chapter{File: "helping.json", Title: i18n.T(ctx, "谁同意我替他们办事")}, all, func(c *assist.Consent) id.ID { return c.Subject })
}

func (t *teller) consents(ctx context.Context, r db.Reader, c Chapter, all []*assist.Consent, other func(*assist.Consent) id.ID) error {
	var who []id.ID
	for _, x := range all {
		who = append(who, other(x))
	}
	names, err := t.flows.Names(ctx, r, who...)
	c.Shares, c.Columns = []int{10, 24, 16, 11, 11, 11}, []string{i18n.T(ctx, "谁"), i18n.T(ctx, "可以办什么"), i18n.T(ctx, "怎样同意的"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "收回时间")}
	data := make([]agreed, 0, len(all))
	for _, x := range all {
		a := agreed{With: names[other(x)], Basis: x.Basis, Scopes: x.Scopes, Given: x.Given, Evidence: x.Evidence, From: x.From, Until: x.Until}
		if x.Ended != nil {
			a.EndedAt, a.Reason = x.Ended.At, x.Ended.Reason
		}
		given := assist.GivenName(x.Given).In(ctx)
		if x.Evidence != "" {
			given = i18n.T(ctx, "%s，编号 %s", given, x.Evidence)
		}
		data = append(data, a)
		c.Rows = append(c.Rows, []string{a.With, assist.ScopeList(ctx, a.Scopes), given, t.day(a.From), t.day(a.Until), t.day(a.EndedAt)})
	}
	c.Data = data
	t.add(c)
	return err
}

// helped tells of each session in which somebody acted for her what was done.
func (t *teller) helped(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Helpers.EverySessionFor(ctx, r, t.person)
	if err != nil {
		return err
	}
	var who []id.ID
	for _, s := range all {
		who = append(who, s.Helper)
	}
	names, err := t.flows.Names(ctx, r, who...)
	if err != nil {
		return err
	}
	type act struct {
		At     time.Time `json:"at"`
		Method string    `json:"method"`
		Path   string    `json:"path"`
	}
	type session struct {
		Helper string       `json:"helper"`
		Basis  assist.Basis `json:"basis"`
		Reason string       `json:"reason"`
		Began  time.Time    `json:"began"`
		Over   time.Time    `json:"over"`
		Acts   []act        `json:"acts"`
	}
	c := Chapter{File: "helped.json", Title: i18n.T(ctx, "替我办过什么"), Shares: []int{16, 10, 30}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "谁"), i18n.T(ctx, "办了什么")}}
	data := make([]session, 0, len(all))
	for _, s := range all {
		one := session{Helper: names[s.Helper], Basis: s.Basis, Reason: s.Reason, Began: s.Began, Over: s.Over(), Acts: []act{}}
		c.Rows = append(c.Rows, []string{t.stamp(s.Began), one.Helper, i18n.T(ctx, "开始：%s", s.Reason)})
		acts, err := t.flows.Helpers.Acts(ctx, r, s.ID)
		if err != nil {
			return err
		}
		for i := range acts {
			a := &acts[i]
			one.Acts = append(one.Acts, act{a.When(), a.Method, a.Path})
			c.Rows = append(c.Rows, []string{t.stamp(a.When()), "", a.Did(ctx)})
		}
		data = append(data, one)
	}
	c.Data = data
	t.add(c)
	return nil
}

// requests tells what she asked her grid worker for, and what became of it.
func (t *teller) requests(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Helpers.EveryRequestOf(ctx, r, t.person)
	if err != nil {
		return err
	}
	var who []id.ID
	for _, q := range all {
		for _, s := range q.Steps {
			who = append(who, s.By)
		}
	}
	names, err := t.flows.Names(ctx, r, who...)
	if err != nil {
		return err
	}
	type step struct {
		Step  assist.Step `json:"step"`
		By    string      `json:"by"`
		Words string      `json:"words,omitempty"`
		At    time.Time   `json:"at"`
	}
	type request struct {
		Wish  string    `json:"wish"`
		Page  string    `json:"page"`
		Asked time.Time `json:"asked_at"`
		Due   time.Time `json:"due_at"`
		Steps []step    `json:"steps"`
	}
	c := Chapter{File: "requests.json", Title: i18n.T(ctx, "请网格员帮我办"), Shares: []int{15, 25, 10, 20}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "要办什么"), i18n.T(ctx, "谁"), i18n.T(ctx, "结果")}}
	data := make([]request, 0, len(all))
	for _, q := range all {
		one := request{Wish: q.Wish, Page: q.Page, Asked: q.Asked, Due: q.Due, Steps: []step{}}
		row := []string{t.stamp(q.Asked), q.Wish, "", assist.StepName(q.State()).In(ctx)}
		for _, s := range q.Steps {
			one.Steps = append(one.Steps, step{s.Step, names[s.By], s.Words, s.At})
			if row[2] = names[s.By]; s.Words != "" {
				row[3] = i18n.T(ctx, "%s：%s", assist.StepName(s.Step), s.Words)
			}
		}
		data = append(data, one)
		c.Rows = append(c.Rows, row)
	}
	c.Data = data
	t.add(c)
	return nil
}
