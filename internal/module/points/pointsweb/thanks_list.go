package pointsweb

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// handIn takes a list of names: a table with the members' references.
func (p *Pages) handIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	name, lines, err := names(r)
	var rule id.ID
	if err == nil {
		if rule, err = id.Parse(r.FormValue("rule")); err != nil {
			err = points.ErrNoRule.On("rule")
		}
	}
	if err != nil {
		return p.thanksDone(w, r, at, "hand", err)
	}
	v := authz.Of(ctx)
	l, err := p.Flows.ThankList(ctx, at.ID, v.Actor(), flow.Thanks{Rule: rule, Form: r.FormValue(ui.TokenName), Self: v.Person}, name, lines)
	if err != nil {
		return p.thanksDone(w, r, at, "hand", err)
	}
	return see(w, r, "/desk/thanks/"+at.Ref+"/lists/"+l.ID.String())
}

// Refusals of a list.
var (
	errNoFile  = fault.New(fault.Invalid, "points.no_list_file")
	errNoNames = fault.New(fault.Invalid, "points.no_ref_column")
	errTooMany = fault.New(fault.Invalid, "points.list_too_long")
)

// refColumns are what the column of references may be called.
var refColumns = []string{"会员号", "会员编号", "编号", "member_ref", "member"}

// names reads a table of references, with a note if there is a column for it.
func names(r *http.Request) (name string, lines []flow.ThanksLine, err error) {
	name, in, err := table(r)
	if err != nil {
		return "", nil, err
	}
	ref, note := column(in, refColumns), column(in, []string{"备注", "说明", "note", "words"})
	if ref < 0 {
		return "", nil, errNoNames.On("file")
	}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			return name, lines, nil
		}
		if err != nil {
			return "", nil, err
		}
		if len(lines) == maxNames {
			return "", nil, errTooMany.On("file")
		}
		lines = append(lines, flow.ThanksLine{Line: int64(row.Line), Ref: strings.TrimSpace(string(row.Cell(ref))), Words: strings.TrimSpace(string(row.Cell(note)))})
	}
}

// table opens the table that a form carries.
func table(r *http.Request) (name string, in *sheet.Reader, err error) {
	if err := parts(r, maxList); err != nil {
		return "", nil, err
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return "", nil, errNoFile.On("file")
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxList+1))
	if err != nil || len(raw) > maxList {
		return "", nil, errTooMany.On("file")
	}
	limits := sheet.DefaultLimits
	limits.Unpack, limits.Strings = 16<<20, 8<<20
	in, err = sheet.Open(bytes.NewReader(raw), limits)
	if f := fault.Of(err); f != nil {
		return "", nil, f.On("file")
	}
	return head.Filename, in, err
}

// column finds a column by one of its names, −1 if there is none.
func column(in *sheet.Reader, names []string) int {
	return slices.IndexFunc(in.Header(), func(h string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return sheet.Normal(h) == sheet.Normal(n) })
	})
}

// listView is what became of a list.
type listView struct {
	At    community.Place
	Title string
	Table ui.Table
	Given int
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	list, err := key(r, "list", points.ErrNoGrant)
	if err != nil {
		return err
	}
	v := listView{At: at}
	v.Table = ui.Table{ID: "list", Caption: i18n.T(ctx, "名单的结果"), Path: r.URL.Path, Ask: ui.AskTable(r.URL.Query(), nil), Export: true,
		Columns: []ui.Column{{Text: i18n.T(ctx, "行"), Num: true}, {Text: i18n.T(ctx, "会员号"), Title: true}, {Text: i18n.T(ctx, "结果")}}, Empty: ui.EmptyView{Icon: "table", Title: i18n.T(ctx, "名单是空的"), Text: i18n.T(ctx, "换一份再交。")}}
	out := sheet.Table{Name: i18n.T(ctx, "名单的结果"), Head: []string{i18n.T(ctx, "行"), i18n.T(ctx, "会员号"), i18n.T(ctx, "结果")}}
	err = p.view(ctx, at.ID, func(rd db.Reader) error {
		l, lines, err := p.Flows.Points.ListByID(ctx, rd, at.ID, list)
		v.Title = l.File
		for _, x := range lines {
			cell := ui.Cell{Text: i18n.T(ctx, "发了"), Tone: ui.OK}
			if x.Outcome == points.Given {
				v.Given++
			} else {
				said, _ := i18n.Refusal(ctx, &fault.Fault{Code: x.Outcome})
				cell = ui.Cell{Text: said}
			}
			v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: []ui.Cell{{Text: itoa(x.Line)}, {Text: x.Ref}, cell}})
			out.Rows = append(out.Rows, append([]sheet.Value{sheet.Figure(itoa(x.Line))}, sheet.Texts(x.Ref, cell.Text)...))
		}
		return err
	})
	if err != nil {
		return err
	}
	if f := v.Table.Ask.Format; f != "" {
		return portal.Take(w, r, v.Title, f, out)
	}
	ask := v.Table.Ask
	v.Table.Total = len(v.Table.Rows)
	v.Table.Rows = v.Table.Rows[min(ask.Offset(), v.Table.Total):min(ask.Offset()+ask.Size, v.Table.Total)]
	return p.Show(w, r, p.desk(ctx, "thanks", v.Title), listPage(v))
}

func itoa(n int64) string { return ticketNumber(n) }
