package scoreweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// runView is one quarter for the office and the committee.
type runView struct {
	portal.Room
	Sent       portal.Sent
	Run        *score.Run
	Table      ui.Table
	Steps      []ui.Event
	Objections []objectionView
	Runs, Tries, Answers,
	Takes bool
	Last int
}

// lost is what was wrong with a form that is on the page no more: somebody was quicker.
func (v *runView) lost() []ui.Wrong {
	open := v.Runs && v.Run.State() == score.Drafted
	there := map[string]bool{"": true, "publish": open, "discard": open}
	for i := range v.Objections {
		o := &v.Objections[i]
		there[o.Form] = v.answerable(o)
	}
	if there[v.Sent.Form] {
		return nil
	}
	return v.Sent.Wrong
}

// answerable reports whether an objection has a form to answer it.
func (v *runView) answerable(o *objectionView) bool {
	return o.Answer == nil && v.Answers && v.Run.State() != score.Final
}

// objectionView is an objection, with the form to answer it.
type objectionView struct {
	score.Objection
	Shop, Now, Claimed string
	Row                ui.Row
	Form, Base         string
}

func (h *Pages) run(w http.ResponseWriter, r *http.Request) error {
	return h.showRun(w, r, portal.Sent{})
}

func (h *Pages) showRun(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	run, objections, err := h.runOf(r, room.ID)
	if err != nil {
		return err
	}
	v := runView{Room: room, Sent: sent, Run: run, Runs: h.MayIn(ctx, "score.run", room.ID), Tries: h.MayIn(ctx, "score.try", room.ID), Answers: h.MayIn(ctx, "score.answer", room.ID), Takes: h.MayIn(ctx, "duty_desk.export", room.ID)}
	columns := runColumns(ctx)
	v.Table = runTable(ctx, &room, run, ui.AskTable(r.URL.Query(), columns), columns)
	for _, s := range run.Last().Scores {
		if s.Last {
			v.Last++
		}
	}
	for i, s := range run.Steps {
		e := ui.Event{When: ui.Moment(ctx, room.Local(s.At)), Title: score.StateName(s.State).In(ctx), Text: s.Words, State: ui.Done}
		if i == len(run.Steps)-1 && run.State() != score.Final {
			e.State = ui.Now
		}
		v.Steps = append(v.Steps, e)
	}
	for _, o := range objections {
		x := objectionView{Objection: o, Shop: room.ShopName(ctx, o.Merchant), Row: objectionRow(ctx, &o), Form: "o-" + o.ID.String(), Base: deskPath(room.Ref, run.Quarter) + "/objections/" + o.ID.String()}
		if s := run.Last().Of(o.Merchant); s != nil {
			x.Now = valueText(o.Input, s.Value(o.Input))
		}
		if x.Claimed = strconv.FormatInt(o.Claimed, 10); o.Input.Money() {
			x.Claimed = money.Amount(o.Claimed).Decimal(money.CNY)
		}
		x.Row.Title = x.Shop + " · " + x.Row.Title
		v.Objections = append(v.Objections, x)
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.frame(ctx, ui.Quarter(ctx, run.Quarter)), runPage(v))
}

func runColumns(ctx context.Context) []ui.Column {
	columns := []ui.Column{{Text: i18n.T(ctx, "名次"), Num: true}, {Text: i18n.T(ctx, "店铺"), Title: true}}
	for _, p := range score.Parts {
		columns = append(columns, ui.Column{Text: score.PartName(p).In(ctx), Num: true, Rare: true})
	}
	return append(columns, ui.Column{Text: i18n.T(ctx, "扣分"), Num: true}, ui.Column{Text: i18n.T(ctx, "得分"), Num: true}, ui.Column{Text: i18n.T(ctx, "结果")})
}

// runTable are the scores by place: points, no money.
func runTable(ctx context.Context, room *portal.Room, run *score.Run, ask ui.TableAsk, columns []ui.Column) ui.Table {
	t := ui.Table{ID: "scores", Caption: ui.Quarter(ctx, run.Quarter), Path: deskPath(room.Ref, run.Quarter), Ask: ask, Columns: columns}
	all := run.Last().Scores
	t.Total = len(all)
	from := min(ask.Offset(), len(all))
	for _, s := range all[from:min(from+ask.Size, len(all))] {
		cells := []ui.Cell{{Text: placeText(&s)}, {Text: room.ShopName(ctx, s.Merchant), Sub: s.Trade}}
		for p := range s.Grades {
			cells = append(cells, ui.Cell{Text: strconv.Itoa(s.Grades[p].Points)})
		}
		end := ui.Cell{Text: score.BandName(s.Band).In(ctx)}
		if s.Last {
			end = ui.Cell{Text: i18n.T(ctx, "让出席位"), Tone: ui.Bad}
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: append(cells, ui.Cell{Text: strconv.Itoa(s.Taken)}, ui.Cell{Text: strconv.Itoa(s.Points)}, end)})
	}
	return t
}

func placeText(s *score.Score) string {
	if !s.Ranked {
		return "–"
	}
	return strconv.Itoa(s.Place)
}

// export takes a quarter along, with every input.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	run, _, err := h.runOf(r, room.ID)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: ui.Quarter(ctx, run.Quarter), Head: []string{i18n.T(ctx, "名次"), i18n.T(ctx, "店铺"), i18n.T(ctx, "行业代码"), i18n.T(ctx, "入席整月")}}
	for _, n := range score.Names {
		t.Head = append(t.Head, score.InputName(n).In(ctx))
	}
	for _, p := range score.Parts {
		t.Head = append(t.Head, i18n.T(ctx, "%s的分", score.PartName(p)))
	}
	t.Head = append(t.Head, i18n.T(ctx, "扣分"), i18n.T(ctx, "得分"), i18n.T(ctx, "结果"))
	whole := func(n int64) sheet.Value { return sheet.Figure(strconv.FormatInt(n, 10)) }
	k := int64(room.Rules.ExportK)
	for _, s := range run.Last().Scores {
		row := append(sheet.Texts(placeText(&s), room.ShopName(ctx, s.Merchant), s.Trade), whole(int64(s.Months)))
		for _, n := range score.Names {
			v := s.Value(n)
			switch hidden := (n == score.InBuyers || n == score.InReturning || n == score.InServed) && v > 0 && (v < k || s.Buyers-v > 0 && s.Buyers-v < k); {
			case hidden:
				row = append(row, sheet.Texts(i18n.T(ctx, "不到 %d 人", k))...)
			case n.Money():
				row = append(row, sheet.Figure(money.Amount(v).Decimal(money.CNY)))
			default:
				row = append(row, whole(v))
			}
		}
		for p := range s.Grades {
			row = append(row, whole(int64(s.Grades[p].Points)))
		}
		end := score.BandName(s.Band).In(ctx)
		if s.Last {
			end = i18n.T(ctx, "让出席位")
		}
		t.Rows = append(t.Rows, append(row, whole(int64(s.Taken)), whole(int64(s.Points)), sheet.Texts(end)[0]))
	}
	format := "xlsx"
	if r.FormValue("format") == "csv" {
		format = "csv"
	}
	return portal.Take(w, r, ui.Quarter(ctx, run.Quarter), format, t)
}

// act does something with the score of the quarter in an address.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at id.ID, run *score.Run) error) error {
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	run, _, err := h.runOf(r, at.ID)
	if err != nil {
		return err
	}
	to := deskPath(at.Ref, run.Quarter)
	if form == "discard" {
		to = "/desk/score/" + url.PathEscape(at.Ref)
	}
	return portal.Done(w, r, do(r.Context(), at.ID, run), to, form, func(s portal.Sent) error { return h.showRun(w, r, s) })
}

func (h *Pages) publish(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "publish", func(ctx context.Context, at id.ID, run *score.Run) error {
		_, err := h.Flows.PublishScore(ctx, at, authz.Of(ctx).Actor(), run.ID, portal.Prose(r, "words"))
		return err
	})
}

func (h *Pages) discard(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "discard", func(ctx context.Context, at id.ID, run *score.Run) error {
		return h.Flows.DB.Update(ctx, at, authz.Of(ctx).Actor(), func(tx *db.Tx) error { return h.Flows.Scores.Discard(ctx, tx, run.ID, portal.Prose(r, "words")) })
	})
}

// answer notes what the committee found of an objection.
func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	n, err := id.Parse(r.PathValue("objection"))
	if err != nil {
		return score.ErrNoObjection
	}
	return h.act(w, r, "o-"+n.String(), func(ctx context.Context, at id.ID, run *score.Run) error {
		var o *score.Objection
		if err := h.Flows.DB.View(ctx, at, func(rd db.Reader) (err error) {
			o, err = h.Flows.Scores.ObjectionByID(ctx, rd, at, n)
			return err
		}); err != nil {
			return err
		}
		a := score.Answer{Words: portal.Prose(r, "words")}
		switch r.FormValue("found") {
		case "refused":
		case "granted":
			a.Granted = true
			if a.Value, err = value(r, o.Input, "value"); err != nil {
				return err
			}
		default: // nothing chosen is no refusal
			return score.ErrBadFinding.On("found")
		}
		return h.Flows.AnswerObjection(ctx, at, authz.Of(ctx).Actor(), n, a)
	})
}

// deadlineOf is when a published score is final at the latest.
func deadlineOf(v runView) string {
	return duty.Deadline(v.Run.Until(), v.Rules.DecisionDays, v.Now.Location()).Format("2006-01-02")
}
