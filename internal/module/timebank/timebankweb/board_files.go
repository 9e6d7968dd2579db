package timebankweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// export takes the requests of the last months along, without anybody's name.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "互助"), Head: []string{i18n.T(ctx, "发出"), i18n.T(ctx, "什么事"), i18n.T(ctx, "开始"), i18n.T(ctx, "怎么来的"), i18n.T(ctx, "几位"), i18n.T(ctx, "结果"),
		i18n.T(ctx, "几分钟有人答应"), i18n.T(ctx, "服务分钟")}}
	err = h.view(ctx, p.ID, func(rd db.Reader) error {
		all, err := h.svc().Between(ctx, rd, p.ID, p.Now.AddDate(0, -exportMonths, 0), p.Now.AddDate(1, 0, 0))
		for _, q := range all {
			made, err := h.svc().AssignmentsFor(ctx, rd, p.ID, q.ID)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, exportRow(ctx, &p, q, made))
		}
		return err
	})
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "互助"), cmp.Or(r.FormValue("format"), "csv"), t)
}

// exportMonths is how far back an export goes.
const exportMonths = 3

func exportRow(ctx context.Context, p *place, q *timebank.Request, made []*timebank.Assignment) []sheet.Value {
	zone := p.Now.Location()
	status, _ := standing(ctx, q, made, p.Now)
	answer, served := "", 0
	for _, a := range made {
		answer = strconv.Itoa(int(a.At.Sub(q.At).Minutes())) // the first comes last
		if a.State().Served() {
			served += a.Minutes()
		}
	}
	row := sheet.Texts(q.At.In(zone).Format("2006-01-02 15:04"), kindName(ctx, q.Name), q.From.In(zone).Format("2006-01-02 15:04"), enteredNames[q.Entered].In(ctx), strconv.Itoa(q.People), status)
	return append(row, sheet.Figure(answer), sheet.Figure(strconv.Itoa(served)))
}

// deskSheet is today's work on paper, with doors: for who gives it out by hand.
func (h *Pages) deskSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	v := sheetView{Back: p.Base, Place: portal.PlaceName(p.Place), Day: ui.FullDay(ctx, p.Today)}
	if err := h.view(ctx, p.ID, func(rd db.Reader) error {
		all, err := h.svc().Running(ctx, rd, p.ID)
		if err != nil {
			return err
		}
		slices.Reverse(all)
		v.Tasks, err = h.sheetTasks(ctx, rd, &p.spot, all)
		return err
	}); err != nil {
		return err
	}
	for i := range v.Tasks {
		if v.Tasks[i].Helper, err = h.called(ctx, p.ID, v.Tasks[i].by); err != nil {
			return err
		}
	}
	return h.Show(w, r, h.DeskShell(ctx, "help", i18n.T(ctx, "今天的单子")), sheetPage(v))
}
