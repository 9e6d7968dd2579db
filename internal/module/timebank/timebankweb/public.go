package timebankweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// publicView is how the time bank of a community goes, for everybody: nothing of fewer
// than so many people.
type publicView struct {
	portal.Room
	Counted  string // the day
	Stats    []ui.Stat
	Kinds    []ui.Row
	Calls    []ui.Row
	Compared ui.Table // with the communities of the same street
	Few      int
}

func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Room: room, Few: room.Rules.PortraitK, Counted: ui.FullDay(ctx, room.Today)}
	all, err := h.Flows.HelpCompared(ctx, room.Place)
	if err != nil {
		return err
	}
	v.Compared = v.compared(ctx, all)
	for i := range all {
		if all[i].Place.ID == room.ID {
			v.fill(ctx, &all[i])
		}
	}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error { v.Calls, err = h.callRows(ctx, rd, &room); return err }); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "互助的数字"), "")
	s.Active = "help"
	return h.Show(w, r, s, publicPage(v))
}

// tell is a figure behind which stand so many people, unless they are too few.
func (v *publicView) tell(ctx context.Context, figure string, people int) string {
	if people < v.Few {
		return i18n.T(ctx, "不到 %d 人，不说", v.Few)
	}
	return figure
}

// share is a part of a whole in percent, "–" of nothing.
func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return ui.Percent(part, whole)
}

func (v *publicView) fill(ctx context.Context, f *flow.HelpFigures) {
	tell := func(n, people int) string { return v.tell(ctx, strconv.Itoa(n), people) }
	v.Stats = []ui.Stat{{Name: i18n.T(ctx, "志愿者人数"), Number: tell(f.Volunteers, f.Volunteers), Unit: i18n.T(ctx, "位")},
		{Name: i18n.T(ctx, "请人帮忙"), Number: tell(f.Asked, f.Askers), Unit: i18n.T(ctx, "件事")}, {Name: i18n.T(ctx, "办好了"), Number: tell(f.Done, f.Askers), Unit: i18n.T(ctx, "件事")},
		{Name: i18n.T(ctx, "帮过忙的邻居"), Number: tell(f.Helpers, f.Helpers), Unit: i18n.T(ctx, "位")}, {Name: i18n.T(ctx, "一共帮了"), Number: tell(f.Minutes/60, f.Helpers), Unit: i18n.T(ctx, "小时")},
		{Name: i18n.T(ctx, "半小时内有人答应"), Number: v.tell(ctx, share(f.Quick, f.Answered), f.Askers)}, {Name: i18n.T(ctx, "一半的人最多等了"), Number: tell(f.Wait, f.Askers), Unit: i18n.T(ctx, "分钟")},
		{Name: i18n.T(ctx, "说好了没有来"), Number: v.tell(ctx, share(f.Missed, f.Promised), f.Helpers)}}
	if f.Urgent > 0 && f.Askers >= v.Few {
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "急的半小时内有人"), Number: ui.Percent(f.Soon, f.Urgent)})
	}
	for _, k := range f.Kinds {
		if k.Askers >= v.Few {
			v.Kinds = append(v.Kinds, ui.Row{Icon: iconOf(k.Kind), Title: kindName(ctx, k.Name), End: strconv.Itoa(k.Done), EndNote: i18n.T(ctx, "件事")})
		}
	}
}

// compared sets the communities of a street side by side, in the order of their names: it
// is no ranking.
func (v *publicView) compared(ctx context.Context, all []flow.HelpFigures) ui.Table {
	t := ui.Table{ID: "compared", Caption: i18n.T(ctx, "同一条街道的社区"), Path: v.Path("/help"), Total: len(all),
		Columns: []ui.Column{{Text: i18n.T(ctx, "社区"), Title: true}, {Text: i18n.T(ctx, "志愿者人数"), Num: true}, {Text: i18n.T(ctx, "帮了，小时"), Num: true}, {Text: i18n.T(ctx, "半小时内答应"), Num: true},
			{Text: i18n.T(ctx, "等候，分钟"), Num: true}, {Text: i18n.T(ctx, "没来"), Num: true}},
		Empty: ui.EmptyView{Icon: "chart", Title: i18n.T(ctx, "还没有社区开互助"), Text: i18n.T(ctx, "开了就有数字。")}}
	for i := range all {
		f := &all[i]
		few := func(figure string, people int) string {
			if people < v.Few {
				return "<" + strconv.Itoa(v.Few)
			}
			return figure
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: ui.Cells(portal.PlaceName(f.Place), few(strconv.Itoa(f.Volunteers), f.Volunteers), few(strconv.Itoa(f.Minutes/60), f.Helpers),
			few(share(f.Quick, f.Answered), f.Askers), few(strconv.Itoa(f.Wait), f.Askers), few(share(f.Missed, f.Promised), f.Helpers))})
	}
	return t
}

// callRows are the calls for people that stand in a community (F6).
func (h *Pages) callRows(ctx context.Context, rd db.Reader, room *portal.Room) ([]ui.Row, error) {
	all, err := h.Flows.CallsIn(ctx, rd, room.ID, room.Now)
	return rowsOfCalls(ctx, all, "/help"), err
}

// rowsOfCalls lead who reads them on.
func rowsOfCalls(ctx context.Context, all []flow.OpenCall, href string) (rows []ui.Row) {
	for _, c := range all {
		row := ui.Row{Href: href, Icon: iconOf(c.Key), Title: i18n.T(ctx, "缺人手：%s", kindName(ctx, c.Kind)), Text: c.Words}
		if len(c.Days) > 0 {
			row.Notes = []string{i18n.T(ctx, "%s，一共 %d 个钟头。哪怕只来一次也好。", ui.Days(ctx, c.Days[0], c.Days[len(c.Days)-1]), c.Hours)}
		}
		rows = append(rows, row)
	}
	return rows
}
