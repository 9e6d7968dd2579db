package scoreweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// compareView sets two weightings of a quarter beside each other.
type compareView struct {
	portal.Room
	Run    *score.Run
	Form   ui.Form
	Fields []ui.Field
	Table  ui.Table
	Moved  int
	Sum    int
}

// compare tries other weights on a real quarter: who would move. Nothing is kept.
func (h *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	run, objections, err := h.runOf(r, room.ID)
	if err != nil {
		return err
	}
	v := compareView{Room: room, Run: run, Form: ui.Form{Get: true, Action: deskPath(room.Ref, run.Quarter) + "/compare"}}
	other := run.Weights
	v.read(ctx, r, &other)
	v.Sum = 0
	for _, n := range other.Parts {
		v.Sum += n
	}
	if v.Sum != policy.ScorePoints {
		v.Form.Wrong = []ui.Wrong{{Text: i18n.T(ctx, "六项的分加起来要正好 1000 分，现在是 %d 分。", v.Sum)}}
		other = run.Weights
	}
	v.Table, v.Moved = shiftTable(ctx, &room, run, score.Compare(flow.Rescore(run, objections, run.Weights), flow.Rescore(run, objections, other)))
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, h.frame(ctx, i18n.T(ctx, "换一组权重试算")), comparePage(v))
}

// read reads the weights that were typed; what is no number stays as it is in force.
func (v *compareView) read(ctx context.Context, r *http.Request, w *score.Weights) {
	number := func(name, label string, into *int, most int) {
		if n, err := strconv.Atoi(r.FormValue(name)); err == nil && n >= 0 && n <= most {
			*into = n
		}
		v.Fields = append(v.Fields, ui.Field{Name: name, Label: label, Value: strconv.Itoa(*into), Unit: i18n.T(ctx, "分")})
	}
	for _, p := range score.Parts {
		number("part"+strconv.Itoa(int(p)), score.PartName(p).In(ctx), &w.Parts[p], policy.ScorePoints)
	}
	number("breach", i18n.T(ctx, "每次违约扣的分"), &w.BreachPoints, policy.ScorePoints)
}

// shiftTable are the shops by the places they have, with those they would have.
func shiftTable(ctx context.Context, room *portal.Room, run *score.Run, all []score.Shift) (t ui.Table, moved int) {
	t = ui.Table{ID: "shifts", Caption: i18n.T(ctx, "换一组权重试算"), Path: deskPath(room.Ref, run.Quarter) + "/compare", Columns: []ui.Column{{Text: i18n.T(ctx, "店铺"), Title: true}, {Text: i18n.T(ctx, "现在的分"), Num: true},
		{Text: i18n.T(ctx, "换了以后"), Num: true}, {Text: i18n.T(ctx, "现在的名次"), Num: true}, {Text: i18n.T(ctx, "换了的名次"), Num: true}, {Text: i18n.T(ctx, "变了什么")}}}
	for _, s := range all {
		change := ui.Cell{Text: i18n.T(ctx, "不变")}
		switch {
		case s.To.Last && !s.From.Last:
			change = ui.Cell{Text: i18n.T(ctx, "会让出席位"), Tone: ui.Bad}
		case s.From.Last && !s.To.Last:
			change = ui.Cell{Text: i18n.T(ctx, "会留下"), Tone: ui.OK}
		case s.Moved():
			change = ui.Cell{Text: i18n.T(ctx, "名次变了"), Tone: ui.Tell}
		}
		if s.Moved() {
			moved++
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: room.ShopName(ctx, s.From.Merchant)}, {Text: strconv.Itoa(s.From.Points)}, {Text: strconv.Itoa(s.To.Points)}, {Text: placeText(&s.From)}, {Text: placeText(&s.To)}, change}})
	}
	t.Total, t.Ask = len(t.Rows), ui.TableAsk{Page: 1, Size: max(1, len(t.Rows))}
	return t, moved
}
