package timebankweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mealsView is what is delivered on a day: whom to ring up first, then everything.
type mealsView struct {
	place
	Day        period.Day
	Prev, Next string
	Stats      []ui.Stat
	Calls      []mealRow
	Rows       []mealRow
	Files      []ui.Link
}

// mealRow is one delivery.
type mealRow struct {
	flow.Delivered
	When, By, What, Who, Phone, Helper, HelperPhone, State string
	Tone                                                   ui.Tone
	Href                                                   string
}

// deliveryNames are the states of a delivery.
var deliveryNames = map[timebank.Delivery]named{
	timebank.Missing:   {i18n.M("没有送到"), ui.Bad},
	timebank.NotMade:   {i18n.M("没能发出"), ui.Bad},
	timebank.Nobody:    {i18n.M("没有找到人"), ui.Bad},
	timebank.Unproven:  {i18n.M("说送到了，没有凭证"), ui.Soon},
	timebank.Awaited:   {i18n.M("还没到时间"), ui.Tell},
	timebank.Cancelled: {i18n.M("当天不要"), ui.Tell},
	timebank.Delivered: {i18n.M("送到了"), ui.OK},
}

// meals is the day's list of what is delivered with proof (M7): as a page, on paper for who
// telephones, or as a table.
func (h *Pages) meals(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	p.Base = "/desk/meals/" + r.PathValue("community")
	v := mealsView{place: p, Day: p.Today}
	if said := r.FormValue("day"); said != "" {
		if v.Day, err = period.ParseDay(said); err != nil || v.Day > p.Today+timebank.PlanAhead {
			return timebank.ErrBadTime.On("day")
		}
	}
	if err := h.fillMeals(ctx, &v); err != nil {
		return err
	}
	name := i18n.T(ctx, "送餐送药") + " " + v.Day.String()
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
	at := p.Base + "?day="
	v.Prev = at + (v.Day - 1).String()
	if v.Day < p.Today+timebank.PlanAhead {
		v.Next = at + (v.Day + 1).String()
	}
	for _, f := range []struct{ format, text string }{{"pdf", i18n.T(ctx, "打印")}, {"xlsx", i18n.T(ctx, "表格 XLSX")}, {"csv", "CSV"}} {
		v.Files = append(v.Files, ui.Link{Href: at + v.Day.String() + "&format=" + f.format, Text: f.text})
	}
	return h.Show(w, r, h.DeskShell(ctx, "meals", i18n.T(ctx, "送餐送药")), mealsPage(v))
}

// fillMeals reads the day. Names and numbers of who is served are a look at them (A7).
func (h *Pages) fillMeals(ctx context.Context, v *mealsView) error {
	var all []flow.Delivered
	if err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		all, err = h.Flows.DeliveriesOn(ctx, rd, v.ID, v.Day, v.Now)
		return err
	}); err != nil {
		return err
	}
	var members []id.ID
	for _, d := range all {
		members = append(members, d.Asker)
		if !d.Helper.IsZero() {
			members = append(members, d.Helper)
		}
	}
	people, err := h.Flows.NeighboursBehind(ctx, v.ID, members)
	if err != nil {
		return err
	}
	var looked []id.ID
	counts := make(map[timebank.Delivery]int)
	for _, d := range all {
		m := mealRow{Delivered: d, When: ui.Clock(ctx, d.From), By: ui.Clock(ctx, d.By), What: kindName(ctx, d.Name), Who: i18n.T(ctx, "一位邻居"), State: deliveryNames[d.State].name.In(ctx), Tone: deliveryNames[d.State].tone}
		if p := people[d.Asker]; p != nil {
			m.Who, m.Phone, looked = portal.Called(ctx, p), p.Phone, append(looked, p.ID)
		}
		if p := people[d.Helper]; p != nil {
			m.Helper, m.HelperPhone = portal.Called(ctx, p), p.Phone
		}
		if d.Request != nil {
			m.Href = "/desk/help/" + v.Ref + "/requests/" + d.Request.ID.String()
		}
		counts[d.State]++
		v.Rows = append(v.Rows, m)
		if d.State.Alarming() {
			v.Calls = append(v.Calls, m)
		}
	}
	wrong := counts[timebank.Missing] + counts[timebank.NotMade] + counts[timebank.Nobody]
	v.Stats = []ui.Stat{
		{Name: i18n.T(ctx, "要送的"), Number: strconv.Itoa(len(all) - counts[timebank.Cancelled])},
		{Name: i18n.T(ctx, "送到了"), Number: strconv.Itoa(counts[timebank.Delivered])},
		{Name: i18n.T(ctx, "还没到时间"), Number: strconv.Itoa(counts[timebank.Awaited])},
		{Name: i18n.T(ctx, "要打电话的"), Number: strconv.Itoa(wrong)},
	}
	return h.Looked(ctx, looked, privacy.Household, i18n.M("看送餐送药的单子").Key)
}

// sheet is the day as a table, without anybody's name.
func (v *mealsView) sheet(ctx context.Context) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "送餐送药"), Head: []string{i18n.T(ctx, "开始"), i18n.T(ctx, "最晚"), i18n.T(ctx, "什么事"), i18n.T(ctx, "结果")}}
	for _, m := range v.Rows {
		t.Rows = append(t.Rows, sheet.Texts(m.When, m.By, m.What, m.State))
	}
	return t
}

// paper is the day to print: whom to ring up, with room to note what was said.
func (v *mealsView) paper(ctx context.Context) ([]byte, error) {
	d := paper.New(i18n.T(ctx, "送餐送药")+" "+ui.FullDay(ctx, v.Day), portal.PlaceName(v.Place))
	columns := []paper.Column{{Text: i18n.T(ctx, "时间"), Share: 14}, {Text: i18n.T(ctx, "什么事"), Share: 16}, {Text: i18n.T(ctx, "谁"), Share: 18}, {Text: i18n.T(ctx, "电话"), Share: 24}, {Text: i18n.T(ctx, "结果"), Share: 28}}
	for _, part := range []struct {
		title string
		rows  []mealRow
	}{{i18n.T(ctx, "先打这些电话"), v.Calls}, {i18n.T(ctx, "全部"), v.Rows}} {
		if len(part.rows) == 0 {
			continue
		}
		d.Heading(part.title)
		var rows [][]string
		for _, m := range part.rows {
			rows = append(rows, []string{m.When, m.What, m.Who, m.Phone, strings.TrimSpace(m.State + " " + m.Helper)})
		}
		d.Table(columns, rows)
	}
	if len(v.Rows) == 0 {
		d.Text(i18n.T(ctx, "这一天没有要送的"))
	}
	return d.Bytes()
}
