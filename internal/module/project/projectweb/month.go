package projectweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// monthView is a month of a contract: what was delivered, what deviates, what is owed.
type monthView struct {
	portal.Room
	side
	flow.ProjectMonth
	C       *project.Contract
	Base    string
	Crumbs  []ui.Link
	State   string
	Tone    ui.Tone
	Lines   []ui.Line
	Strays  []ui.Line // deviations
	Steps   []ui.Row
	Files   []ui.Link
	Sent    portal.Sent
	Report  ui.Form
	Accept  ui.Form
	Object  ui.Form
	Payment ui.Form
}

// Over reports whether the month is at its end.
func (v *monthView) over() bool {
	return v.Today > min(v.ProjectMonth.Month.Month.Last(), v.C.Through(v.Now.Location()))
}

// seen is how many steps of the month the page shows.
func (v *monthView) seen() string { return strconv.Itoa(len(v.ProjectMonth.Steps)) }

func (h *Pages) deskMonth(w http.ResponseWriter, r *http.Request) error {
	return h.showMonth(w, r, false, portal.Sent{})
}

func (h *Pages) officeMonth(w http.ResponseWriter, r *http.Request) error {
	return h.showMonth(w, r, true, portal.Sent{})
}

func (h *Pages) showMonth(w http.ResponseWriter, r *http.Request, office bool, sent portal.Sent) error {
	ctx := r.Context()
	room, c, err := h.contractIn(r)
	if err != nil {
		return err
	}
	m, err := monthIn(r, c, room.Now.Location())
	if err != nil {
		return err
	}
	v := monthView{Room: room, side: h.sideOf(ctx, office, room.ID), C: c, Sent: sent}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		v.ProjectMonth, err = h.Flows.ProjectMonthOf(ctx, rd, room.ID, c, m, room.Now)
		return err
	}); err != nil {
		return err
	}
	v.fill(ctx, m)
	name := c.Title + " " + m.String()
	switch f := r.FormValue("format"); f {
	case "csv", "xlsx":
		return portal.Take(w, r, name, f, v.sheet(ctx))
	case "pdf":
		content, err := v.paper(ctx)
		if err != nil {
			return err
		}
		return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
	}
	return h.ShowSent(w, r, sent, h.shellOf(ctx, v.side), monthPage(v))
}

// fill puts a month into words.
func (v *monthView) fill(ctx context.Context, m period.Month) {
	one := v.base(&v.Room) + "/" + v.C.ID.String()
	v.Base = one + "/months/" + m.String()
	v.Crumbs = []ui.Link{{Href: v.listOf(&v.Room), Text: i18n.T(ctx, "民生项目")}, {Href: one, Text: v.C.Title}, {Text: ui.Month(ctx, m)}}
	state := monthNames[v.ProjectMonth.State]
	v.State, v.Tone = state.name.In(ctx), state.tone
	for _, l := range v.C.Lines {
		n := v.Counts[l.Kind]
		v.Lines = append(v.Lines, ui.Line{Text: kindName(ctx, l.Name), Note: i18n.T(ctx, "%d 次，每次 %s 元", n, ui.Yuan(l.Price)), Num: ui.Yuan(l.Price * money.Amount(n))})
	}
	if v.ProjectMonth.Over > 0 {
		v.Lines = append(v.Lines, ui.Line{Text: i18n.T(ctx, "超过总额上限，不付"), Num: ui.Signed(-v.ProjectMonth.Over, money.CNY)})
	}
	v.Lines = append(v.Lines, ui.Line{Text: i18n.T(ctx, "该付"), Num: ui.Yuan(v.Bill), Total: true})
	for _, d := range timebank.Deliveries {
		if n := v.States[d]; n > 0 {
			v.Strays = append(v.Strays, ui.Line{Text: deliveryNames[d].In(ctx), Num: strconv.Itoa(n)})
		}
	}
	v.Strays = append(v.Strays, ui.Line{Text: i18n.T(ctx, "服务的人数"), Note: i18n.T(ctx, "约定 %d 人", v.C.People), Num: strconv.Itoa(v.Served)})
	for i := len(v.ProjectMonth.Steps) - 1; i >= 0; i-- {
		v.Steps = append(v.Steps, stepRow(ctx, &v.Room, &v.ProjectMonth.Steps[i]))
	}
	for _, f := range []struct{ format, text string }{{"pdf", i18n.T(ctx, "打印")}, {"xlsx", i18n.T(ctx, "表格 XLSX")}, {"csv", "CSV"}} {
		v.Files = append(v.Files, ui.Link{Href: v.Base + "?format=" + f.format, Text: f.text})
	}
	v.Report, v.Accept = v.Sent.Ask("report", v.Base+"/report"), v.Sent.Ask("accept", v.Base+"/acceptance")
	v.Object, v.Payment = v.Sent.Ask("object", v.Base+"/objection"), v.Sent.Ask("pay", v.Base+"/payment")
}

// sheet is the report as a table; nobody is named in it.
func (v *monthView) sheet(ctx context.Context) sheet.Table {
	t := sheet.Table{Name: v.C.Title, Head: []string{i18n.T(ctx, "名目"), i18n.T(ctx, "说明"), i18n.T(ctx, "数")}}
	for _, lines := range [][]ui.Line{v.Lines, v.Strays} {
		for _, l := range lines {
			t.Rows = append(t.Rows, sheet.Texts(l.Text, l.Note, l.Num))
		}
	}
	return t
}

// paper is the report to print and sign.
func (v *monthView) paper(ctx context.Context) ([]byte, error) {
	d := paper.New(i18n.T(ctx, "%s，%s报告", v.C.Title, ui.Month(ctx, v.ProjectMonth.Month.Month)), portal.PlaceName(v.Place))
	d.Text(v.State)
	for _, f := range terms(ctx, v.C) {
		d.Text(i18n.T(ctx, "%s：%s", f.Name, f.Text))
	}
	columns := []paper.Column{{Text: i18n.T(ctx, "名目"), Share: 40}, {Text: i18n.T(ctx, "说明"), Share: 36}, {Text: i18n.T(ctx, "数"), Share: 24, Num: true}}
	for _, part := range []struct {
		title string
		lines []ui.Line
	}{{i18n.T(ctx, "送到并验收的"), v.Lines}, {i18n.T(ctx, "全部的和有偏差的"), v.Strays}} {
		d.Heading(part.title)
		var rows [][]string
		for _, l := range part.lines {
			rows = append(rows, []string{l.Text, l.Note, l.Num})
		}
		d.Table(columns, rows)
	}
	return d.Bytes()
}

// onMonth does something with a month of a contract, and leads back to it.
func (h *Pages) onMonth(w http.ResponseWriter, r *http.Request, office bool, form string, do func(ctx context.Context, place, at id.ID, m period.Month) error) error {
	room, c, err := h.contractIn(r)
	if err != nil {
		return err
	}
	m, err := monthIn(r, c, room.Now.Location())
	if err != nil {
		return err
	}
	err = do(r.Context(), room.ID, c.ID, m)
	to := side{Office: office}.base(&room) + "/" + c.ID.String() + "/months/" + m.String()
	return portal.Done(w, r, err, to, form, func(s portal.Sent) error { return h.showMonth(w, r, office, s) })
}

func (h *Pages) report(w http.ResponseWriter, r *http.Request) error {
	return h.onMonth(w, r, false, "report", func(ctx context.Context, place, at id.ID, m period.Month) error {
		return h.Flows.ReportProject(ctx, place, actor(ctx), at, m, portal.Prose(r, "words"))
	})
}

func (h *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	return h.onMonth(w, r, false, "pay", func(ctx context.Context, place, at id.ID, m period.Month) error {
		f := portal.Type(r)
		amount, ref := f.Yuan("amount"), f.Line("ref")
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.PayProject(ctx, place, actor(ctx), at, m, amount, ref)
	})
}

// seenIn is how many steps of a month its page showed to who judges it; none for a form that
// does not say, which is as good as out of date.
func seenIn(r *http.Request) int {
	n, err := strconv.Atoi(r.FormValue("seen"))
	if err != nil {
		return 0
	}
	return n
}

func (h *Pages) accept(w http.ResponseWriter, r *http.Request) error {
	return h.onMonth(w, r, true, "accept", func(ctx context.Context, place, at id.ID, m period.Month) error {
		return h.Flows.JudgeProject(ctx, place, actor(ctx), at, m, seenIn(r), project.Accepted, "")
	})
}

func (h *Pages) object(w http.ResponseWriter, r *http.Request) error {
	return h.onMonth(w, r, true, "object", func(ctx context.Context, place, at id.ID, m period.Month) error {
		return h.Flows.JudgeProject(ctx, place, actor(ctx), at, m, seenIn(r), project.Objected, portal.Prose(r, "words"))
	})
}
