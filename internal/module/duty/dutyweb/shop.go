package dutyweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView is how a shop stands.
type shopView struct {
	portal.Counter
	Sent     portal.Sent
	Duties   *flow.Duties // nil while the shop has no seat
	Saved    money.Amount // of the month's offers: shelf price less price
	Borne    money.Amount // and its share of vouchers
	Todo     []ui.Row
	Claims   []ui.Row
	Breaches []ui.Row
	Scores   []ui.Row
	Months   []ui.Row
	Services []ui.Row
}

// monthsShown is how many months and scores a shop is shown.
const monthsShown = 12

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return h.showShop(w, r, portal.Sent{})
}

func (h *Pages) showShop(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := shopView{Counter: c, Sent: sent}
	if err := h.view(ctx, c.ID, func(rd db.Reader) error { return h.fillShop(ctx, rd, &v) }); err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.ShopShell(ctx, c.ID, c.Shop.ID, "duty", i18n.T(ctx, "责任")), shopPage(v))
}

func (h *Pages) fillShop(ctx context.Context, rd db.Reader, v *shopView) error {
	o, err := h.Flows.Obligations(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	v.Todo, v.Months, v.Breaches, v.Scores = nil, nil, nil, nil
	if seat := o.SeatOf(v.Shop.ID); seat != nil {
		all, err := h.Flows.DutiesOf(ctx, rd, v.ID, o, *seat)
		if err != nil {
			return err
		}
		v.Duties = &all[0]
		sold, err := h.Flows.Trade.ShopMonth(ctx, rd, v.ID, v.Shop.ID, v.Duties.Month)
		if err != nil {
			return err
		}
		v.Saved, v.Borne = sold.Saved, sold.Borne
		made, err := h.Flows.Duties.DisclosuresOf(ctx, rd, v.ID, v.Shop.ID)
		if err != nil {
			return err
		}
		v.Claims = claimRows(ctx, v, duty.Owed(&o.Alliance, seat, made, o.Today), o.Today)
	}
	results, err := h.Flows.Duties.ResultsOf(ctx, rd, v.ID, v.Shop.ID, monthsShown)
	if err != nil {
		return err
	}
	for i := range results {
		v.Months = append(v.Months, monthRow(ctx, &results[i], v.Href("/duty/months/"+results[i].Month.String())))
	}
	found, err := h.Flows.Duties.BreachesOf(ctx, rd, v.ID, v.Shop.ID)
	if err != nil {
		return err
	}
	for i := len(found) - 1; i >= 0; i-- {
		v.Breaches = append(v.Breaches, breachRow(ctx, &v.Room, found[i], v.Href("/duty/breaches/"+found[i].ID.String())))
	}
	runs, err := h.Flows.Scores.Quarters(ctx, rd, v.ID, o.Today.Month()-36)
	if err != nil {
		return err
	}
	for _, x := range runs {
		if x.State().Public() {
			v.Scores = append(v.Scores, ui.Row{Href: v.Href("/duty/scores/" + x.Quarter.String()), Icon: "chart", Title: ui.Quarter(ctx, x.Quarter), Text: score.StateName(x.State()).In(ctx)})
		}
	}
	given, err := h.Flows.Duties.GivenBy(ctx, rd, v.ID, v.Shop.ID, o.Today.Month().First()-31, o.Today)
	if err != nil {
		return err
	}
	v.Services = serviceRows(ctx, given)
	v.todo(ctx, found)
	return nil
}

// todo lists what the shop does next, the most urgent first.
func (v *shopView) todo(ctx context.Context, found []*duty.Breach) {
	for _, b := range found {
		last, at := b.Last(), v.Href("/duty/breaches/"+b.ID.String())
		switch b.State() {
		case duty.Opened:
			v.Todo = append(v.Todo, ui.Row{Href: at, Icon: "alert", Title: i18n.T(ctx, "说明一件事：%s", duty.KindName(b.Kind)), Text: i18n.T(ctx, "最晚 %s", lastMinute(ctx, &v.Room, last.Due)), Tag: i18n.T(ctx, "等您"), Tone: ui.Act})
		case duty.Found:
			v.Todo = append(v.Todo, ui.Row{Href: at, Icon: "alert", Title: i18n.T(ctx, "看决定，不同意可以申诉"), Text: i18n.T(ctx, "最晚 %s", lastMinute(ctx, &v.Room, last.Due)), Tag: i18n.T(ctx, "等您"), Tone: ui.Act})
		}
	}
	for _, c := range v.Claims {
		if c.Tone == ui.Bad || c.Tone == ui.Soon {
			v.Todo = append(v.Todo, ui.Row{Href: c.Href, Icon: "eye", Title: i18n.T(ctx, "公开%s", c.Title), Text: c.Text})
		}
	}
	if d := v.Duties; d != nil && d.Counts {
		if d.Short() > 0 {
			v.Todo = append(v.Todo, ui.Row{Icon: "gift", Title: i18n.T(ctx, "再给会员 %s 元优惠，或一次免费服务", ui.Yuan(d.Short())), Text: i18n.T(ctx, "到 %s 为止", ui.Day(ctx, d.Month.Last()))})
		}
		if d.Lacking() > 0 {
			v.Todo = append(v.Todo, ui.Row{Icon: "people", Title: i18n.T(ctx, "再推荐 %d 位新会员", d.Lacking()), Text: pendingText(ctx, d.Pending)})
		}
	}
}

func pendingText(ctx context.Context, n int) string {
	if n == 0 {
		return i18n.T(ctx, "入会、用过、过了冷静期才算")
	}
	return i18n.T(ctx, "还有 %d 位没过冷静期，过了就算", n)
}

// claimRows are the three disclosures and how each stands.
func claimRows(ctx context.Context, v *shopView, owed []duty.Claim, today period.Day) (rows []ui.Row) {
	for _, c := range owed {
		row := ui.Row{Href: v.Href("/duty/disclosures#" + string(c.Topic)), Icon: "eye", Title: duty.TopicName(c.Topic).In(ctx)}
		switch {
		case c.Missing(today):
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "过期了"), ui.Bad, i18n.T(ctx, "应在 %s 前公开", ui.FullDay(ctx, c.Due))
		case c.By == nil:
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "还没公开"), ui.Soon, i18n.T(ctx, "最晚 %s", ui.FullDay(ctx, c.Due))
		case c.Topic == duty.Profit:
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "公开了"), ui.OK, ui.Quarter(ctx, c.Quarter)
		case c.Due-today <= 14:
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "快到期"), ui.Soon, i18n.T(ctx, "到 %s 为止", ui.FullDay(ctx, c.Due))
		default:
			row.Tag, row.Tone, row.Text = i18n.T(ctx, "公开了"), ui.OK, i18n.T(ctx, "到 %s 为止", ui.FullDay(ctx, c.Due))
		}
		rows = append(rows, row)
	}
	return rows
}

// monthRow is how a month ended, in a line.
func monthRow(ctx context.Context, x *duty.Result, href string) ui.Row {
	row := ui.Row{Href: href, Title: ui.Month(ctx, x.Month), Text: i18n.T(ctx, "优惠 %s 元 / 要 %s 元，新会员 %d 人 / 要 %d 人", ui.Yuan(x.Worth()), ui.Yuan(x.Offer), x.Done.Members, x.Asked.Members)}
	switch {
	case x.Exempt != duty.Judged:
		row.Text, row.Tag, row.Tone = duty.ExemptName(x.Exempt).In(ctx), i18n.T(ctx, "不评"), ui.Tell
	case x.Met():
		row.Tag, row.Tone = i18n.T(ctx, "做到了"), ui.OK
	case x.Run > 1:
		row.Tag, row.Tone = i18n.T(ctx, "连续第 %d 个月没做到", x.Run), ui.Bad
	default:
		row.Tag, row.Tone = i18n.T(ctx, "没做到，提醒"), ui.Soon
	}
	return row
}

// breachRow is a breach in a line.
func breachRow(ctx context.Context, room *portal.Room, b *duty.Breach, href string) ui.Row {
	row := ui.Row{Href: href, Icon: "flag", Title: duty.KindName(b.Kind).In(ctx), Text: ui.FullDay(ctx, period.DayOf(b.At, room.Now.Location())), Tag: duty.StateName(b.State()).In(ctx), Tone: toneOf(b.State())}
	if v := b.Verdict(); v.Outcome != duty.None {
		row.Notes = append(row.Notes, verdictText(ctx, v))
	}
	return row
}

func toneOf(s duty.State) ui.Tone {
	switch s {
	case duty.Opened, duty.Found:
		return ui.Soon
	case duty.Stands, duty.Reduced:
		return ui.Bad
	case duty.Withdrawn, duty.Cleared, duty.Dropped, duty.Lifted:
		return ui.OK
	}
	return ui.Tell
}

// verdictText says what a verdict costs.
func verdictText(ctx context.Context, v duty.Verdict) string {
	if v.Outcome == duty.Penalty {
		return i18n.T(ctx, "扣 %s 抵扣权益", ui.Coins(v.Coins))
	}
	return duty.OutcomeName(v.Outcome).In(ctx)
}

func serviceRows(ctx context.Context, given []duty.Given) (rows []ui.Row) {
	for _, g := range given {
		row := ui.Row{Icon: "hands", Title: g.What, Text: i18n.T(ctx, "%s，%d 人，值 %s 元", ui.Day(ctx, g.Day), g.People, ui.Yuan(g.Worth)), Tag: i18n.T(ctx, "等柜台确认"), Tone: ui.Soon}
		if a := g.Answer; a != nil && a.Confirmed {
			row.Tag, row.Tone, row.Notes = i18n.T(ctx, "算 %s 元", ui.Yuan(a.Worth)), ui.OK, []string{i18n.T(ctx, "凭条 %s", a.Slip)}
		} else if a != nil {
			row.Tag, row.Tone, row.Notes = i18n.T(ctx, "没有确认"), ui.Bad, []string{a.Note}
		}
		rows = append(rows, row)
	}
	return rows
}

// give notes a free service.
func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	g := duty.Given{Merchant: at.Subject, What: strings.TrimSpace(r.FormValue("what"))}
	g.People, _ = strconv.Atoi(r.FormValue("people"))
	if g.Day, err = period.ParseDay(r.FormValue("day")); err != nil {
		err = duty.ErrBadDay.On("day")
	} else if g.Worth, err = portal.Yuan(r, "worth"); err == nil {
		_, err = h.Flows.GiveService(ctx, at.Place, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), g)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/duty#services", "give", func(s portal.Sent) error { return h.showShop(w, r, s) })
}

// monthView is how one month ended, and what it is made of.
type monthView struct {
	portal.Counter
	duty.Result
	Offers    []ui.Line
	Services  []ui.Row
	Statement string
	Closes    string
}

func (h *Pages) month(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	m, err := period.ParseMonth(r.PathValue("month"))
	if err != nil {
		return httpkit.ErrNoSuchPage
	}
	v := monthView{Counter: c, Statement: c.Href("/statement?month=" + m.String())}
	err = h.view(ctx, c.ID, func(rd db.Reader) error {
		all, err := h.Flows.Duties.ResultsOf(ctx, rd, c.ID, c.Shop.ID, 1000)
		if err != nil {
			return err
		}
		found := false
		for _, x := range all {
			if x.Month == m {
				v.Result, found = x, true
			}
		}
		if !found {
			return httpkit.ErrNoSuchPage
		}
		sold, err := h.Flows.Trade.ShopMonth(ctx, rd, c.ID, c.Shop.ID, m)
		if err != nil {
			return err
		}
		v.Offers = offerLines(ctx, sold.Saved, sold.Borne, v.Done.Services, v.Statement)
		given, err := h.Flows.Duties.GivenBy(ctx, rd, c.ID, c.Shop.ID, m.First(), m.Last())
		v.Services = serviceRows(ctx, given)
		return err
	})
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "duty", ui.Month(ctx, m))
	s.Back = ui.Link{Href: c.Href("/duty"), Text: i18n.T(ctx, "责任")}
	return h.Show(w, r, s, monthPage(v))
}

// offerLines are what a month's offers are made of.
func offerLines(ctx context.Context, saved, borne, services money.Amount, statement string) []ui.Line {
	return []ui.Line{
		{Text: i18n.T(ctx, "标价减去成交价"), Num: ui.Yuan(saved), Why: statement},
		{Text: i18n.T(ctx, "本店承担的券"), Num: ui.Yuan(borne), Why: statement},
		{Text: i18n.T(ctx, "确认过的免费服务"), Num: ui.Yuan(services)},
		{Text: i18n.T(ctx, "合计"), Num: ui.Yuan(saved + borne + services), Total: true},
	}
}

// exportShop takes a shop's months along.
func (h *Pages) exportShop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	var all []duty.Result
	if err := h.view(ctx, c.ID, func(rd db.Reader) error {
		all, err = h.Flows.Duties.ResultsOf(ctx, rd, c.ID, c.Shop.ID, 1000)
		return err
	}); err != nil {
		return err
	}
	t := resultSheet(ctx)
	for i := range all {
		t.Rows = append(t.Rows, resultCells(ctx, c.ShopName(ctx, c.Shop.ID), &all[i]))
	}
	return portal.Take(w, r, i18n.T(ctx, "每月责任"), formatOf(r), t)
}

func formatOf(r *http.Request) string {
	if r.FormValue("format") == "csv" {
		return "csv"
	}
	return "xlsx"
}
