package growthweb

import (
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/growth"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// dividendsView is the dividends of a community, and what the last month would give.
type dividendsView struct {
	Place community.Place
	Table ui.Table
	May   bool
	Month string
	Now   []ui.Fact // what the month would give now
	No    string    // why nothing can be proposed
	Form  ui.Form
	Words string
}

func dividendsHref(p community.Place) string { return "/desk/dividends/" + p.Ref }

func (g *Pages) dividends(w http.ResponseWriter, r *http.Request) error {
	return g.showDividends(w, r, http.StatusOK, nil)
}

// askedMonth is the month of a form, the last one that is over without.
func (g *Pages) askedMonth(r *http.Request) (period.Month, error) {
	if text := r.FormValue("month"); text != "" {
		m, err := period.ParseMonth(text)
		if err != nil {
			return 0, ErrBadMonth.On("month")
		}
		return m, nil
	}
	return period.DayOf(g.now(), portal.Zone).Month() - 1, nil
}

func (g *Pages) showDividends(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	m, err := g.askedMonth(r)
	if err != nil && r.Method == http.MethodGet {
		return err
	}
	v := dividendsView{Place: p, Month: m.String(), Words: r.FormValue("reason"), Form: ui.Form{Action: dividendsHref(p), Wrong: wrong, Busy: i18n.T(ctx, "正在提交")}, May: g.MayIn(ctx, "dividend.propose", p.ID)}
	var all []*growth.Dividend
	err = g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if all, err = g.Flows.Growth.Dividends(ctx, rd, p.ID); err != nil {
			return err
		}
		now, err := g.Flows.ShareOf(ctx, rd, p.ID, m)
		if f := fault.Of(err); f != nil {
			v.No, _ = i18n.Refusal(ctx, f)
			return nil
		}
		v.Now = []ui.Fact{{Name: i18n.T(ctx, "平台留下"), Text: i18n.T(ctx, "%s 元", ui.Yuan(now.Result)), Why: resultHref(p, m)}, {Name: i18n.T(ctx, "拿出"), Text: now.Rate.Percent()},
			{Name: i18n.T(ctx, "理事"), Text: i18n.T(ctx, "%d 位，每人最多 %s 元", len(now.Shares), ui.Yuan(now.Cap))}, {Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%s 元", ui.Yuan(now.Sum()))}}
		return err
	})
	if err != nil {
		return err
	}
	v.Table = ui.Table{ID: "dividends", Caption: i18n.T(ctx, "分红方案"), Path: dividendsHref(p), Total: len(all),
		Columns: []ui.Column{{Text: i18n.T(ctx, "月份"), Title: true}, {Text: i18n.T(ctx, "平台留下，元"), Num: true}, {Text: i18n.T(ctx, "理事"), Num: true}, {Text: i18n.T(ctx, "一共，元"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "cash", Title: i18n.T(ctx, "还没有分过红"), Text: i18n.T(ctx, "一个月全部结账以后，财务可以提方案。")}}
	for _, d := range all {
		state, tone := dividendState(r, d)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: dividendsHref(p) + "/" + d.ID.String(), Cells: []ui.Cell{
			{Text: ui.Month(ctx, d.Month)}, {Text: ui.Yuan(d.Result)}, {Text: num(len(d.Shares))}, {Text: ui.Yuan(d.Sum())}, {Text: state, Tone: tone}}})
	}
	return g.ShowAs(w, r, status, httpkit.Private, g.DeskShell(ctx, "dividends", i18n.T(ctx, "理事分红")), dividendsPage(v))
}

func resultHref(p community.Place, m period.Month) string {
	return "/desk/result/" + p.Ref + "?from=" + m.String() + "&to=" + m.String()
}

func dividendState(r *http.Request, d *growth.Dividend) (string, ui.Tone) {
	ctx := r.Context()
	switch {
	case d.End == nil:
		return i18n.T(ctx, "等另一个人批"), ui.Act
	case d.Approved():
		return i18n.T(ctx, "发了"), ui.OK
	case d.End.Step == growth.Withdrawn:
		return i18n.T(ctx, "收回了，钱没有动"), ui.Tell
	}
	return i18n.T(ctx, "没有批，钱没有动"), ui.Bad
}

func (g *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	m, err := g.askedMonth(r)
	var d *growth.Dividend
	if err == nil {
		d, err = g.Flows.ProposeDividend(r.Context(), p.ID, actor(r.Context()), m, r.PostFormValue("reason"))
	}
	to := ""
	if err == nil {
		to = dividendsHref(p) + "/" + d.ID.String()
	}
	return g.answered(w, r, err, to, func(status int, wrong []ui.Wrong) error { return g.showDividends(w, r, status, wrong) })
}

// dividendView is one proposal.
type dividendView struct {
	Place   community.Place
	Month   string
	State   string
	Tone    ui.Tone
	Facts   []ui.Fact
	Shares  []ui.Line
	Past    []ui.Event
	May     bool
	Open    bool
	Mine    bool // the viewer proposed it
	Approve ui.Confirm
	Drop    ui.Form
	Words   string
}

func (g *Pages) dividend(w http.ResponseWriter, r *http.Request) error {
	return g.showDividend(w, r, http.StatusOK, nil)
}

func (g *Pages) showDividend(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := g.placeAnd(r, "dividend")
	if err != nil {
		return err
	}
	var d *growth.Dividend
	if err := g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		d, err = g.Flows.Growth.Dividend(ctx, rd, p.ID, at)
		return err
	}); err != nil {
		return err
	}
	v := dividendView{Place: p, Month: ui.Month(ctx, d.Month), Open: d.End == nil, Mine: d.By == actor(ctx).ID, May: d.End == nil && g.MayIn(ctx, "dividend.decide", p.ID), Words: r.FormValue("reason")}
	v.State, v.Tone = dividendState(r, d)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "平台留下"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Result)), Why: resultHref(p, d.Month)}, {Name: i18n.T(ctx, "拿出"), Text: d.Rate.Percent()},
		{Name: i18n.T(ctx, "每人最多"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Cap))}, {Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Sum()))}, {Name: i18n.T(ctx, "规则"), Text: "M-05"}}
	if d.First >= 0 {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "账上第几条"), Text: num(int(d.First)), Why: "/desk/accounts/" + p.Ref + "/entries/" + num(int(d.First))})
	}
	var who []id.ID
	for _, s := range d.Shares {
		who = append(who, s.Member)
	}
	names, err := g.called(ctx, p.ID, who, i18n.M("看分红方案").Key)
	if err != nil {
		return err
	}
	for _, s := range d.Shares {
		v.Shares = append(v.Shares, ui.Line{Text: names[s.Member], Num: ui.Yuan(s.Amount)})
	}
	v.Shares = append(v.Shares, ui.Line{Text: i18n.T(ctx, "合计"), Num: ui.Yuan(d.Sum()), Total: true})
	self := dividendsHref(p) + "/" + d.ID.String()
	v.Approve = ui.Confirm{ID: "approve", Open: i18n.T(ctx, "批准并发放"), Class: "call", Title: i18n.T(ctx, "发放 %s 元？", ui.Yuan(d.Sum())), Text: i18n.T(ctx, "从平台服务费记到各位理事的奖励里。一个月只发一次。"),
		Action: self + "/approval", Do: i18n.T(ctx, "发放 %s 元", ui.Yuan(d.Sum())), Busy: i18n.T(ctx, "正在记账")}
	v.Drop = ui.Form{Action: self + "/refusal", Wrong: wrong}
	if err := g.storyOf(r, &v, d); err != nil {
		return err
	}
	return g.ShowAs(w, r, status, httpkit.Private, g.DeskShell(ctx, "dividends", v.Month), dividendPage(v))
}

func (g *Pages) storyOf(r *http.Request, v *dividendView, d *growth.Dividend) error {
	ctx := r.Context()
	by := []id.ID{d.By}
	if d.End != nil {
		by = append(by, d.End.By)
	}
	var names map[id.ID]string
	err := g.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
		names, err = g.Names(ctx, rd, by...)
		return err
	})
	v.Past = []ui.Event{{Title: i18n.T(ctx, "提了方案"), Text: i18n.T(ctx, "%s：%s", names[d.By], d.Words), When: day(ctx, d.At), State: ui.Done}}
	if d.End == nil {
		v.Past = append(v.Past, ui.Event{Title: v.State, State: ui.Now})
		return err
	}
	text := names[d.End.By]
	if d.End.Words != "" {
		text = i18n.T(ctx, "%s：%s", text, d.End.Words)
	}
	v.Past = append(v.Past, ui.Event{Title: v.State, Text: text, When: day(ctx, d.End.At), State: ui.Done})
	return err
}

func (g *Pages) approve(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "dividend")
	if err != nil {
		return err
	}
	_, err = g.Flows.ApproveDividend(r.Context(), p.ID, actor(r.Context()), at)
	return g.answered(w, r, err, dividendsHref(p)+"/"+at.String(), func(status int, wrong []ui.Wrong) error { return g.showDividend(w, r, status, wrong) })
}

func (g *Pages) drop(w http.ResponseWriter, r *http.Request) error {
	p, at, err := g.placeAnd(r, "dividend")
	if err != nil {
		return err
	}
	err = g.Flows.DropDividend(r.Context(), p.ID, actor(r.Context()), at, r.PostFormValue("reason"))
	return g.answered(w, r, err, dividendsHref(p)+"/"+at.String(), func(status int, wrong []ui.Wrong) error { return g.showDividend(w, r, status, wrong) })
}
