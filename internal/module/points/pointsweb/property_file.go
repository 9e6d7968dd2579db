package pointsweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// fileView is one file with its lines.
type fileView struct {
	*points.OffsetFile
	At          community.Place
	Manager     points.Manager
	Title       string
	Base        string
	State       string
	Tone        ui.Tone
	Sum         money.Amount
	Answer, Pay bool
	Upload      ui.Form
	PayForm     ui.Form
	Typed       map[string]string
	Results     []ui.Row // what became of a file that came back
	Paid        []ui.Fact
}

// fileOf finds the file that an address names, of the manager that it names.
func (p *Pages) fileOf(r *http.Request) (m points.Manager, at community.Place, f *points.OffsetFile, err error) {
	if m, at, err = p.managerOf(r); err != nil {
		return m, at, nil, err
	}
	which, err := key(r, "offsets", points.ErrNoFile)
	if err != nil {
		return m, at, nil, err
	}
	err = p.view(r.Context(), at.ID, func(rd db.Reader) error {
		f, err = p.Flows.Points.File(r.Context(), rd, at.ID, which)
		return err
	})
	if err == nil && f.Manager != m.ID {
		err = points.ErrNoFile
	}
	return m, at, f, err
}

func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	return p.showFile(w, r, http.StatusOK, "", nil, nil)
}

func (p *Pages) showFile(w http.ResponseWriter, r *http.Request, status int, which string, wrong []ui.Wrong, results []ui.Row) error {
	ctx := r.Context()
	m, at, f, err := p.fileOf(r)
	if err != nil {
		return err
	}
	var who []id.ID
	for i := range f.Lines {
		who = append(who, f.Lines[i].Member)
	}
	people, err := p.Flows.PeopleBehind(ctx, at.ID, who)
	if err == nil {
		err = p.Looked(ctx, people, privacy.Household, i18n.M("看抵物业费的表").Key)
	}
	if err != nil {
		return err
	}
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return portal.Take(w, r, m.Name+" "+fileName(ctx, f), format, offsetTable(ctx, f))
	}
	v := fileView{OffsetFile: f, At: at, Manager: m, Title: fileName(ctx, f), Base: managerPath(at, m.ID), Results: results, Typed: typed(r, wrong, "means", "reference")}
	v.State, v.Tone = fileState(ctx, f)
	for i := range f.Lines {
		v.Sum += f.Lines[i].Amount
	}
	v.Upload = ui.Form{In: "back", Action: v.Base + "/files/" + f.ID.String() + "/answers", Upload: true, Busy: i18n.T(ctx, "正在看，请等一下")}
	v.PayForm = ui.Form{In: "pay", Action: v.Base + "/files/" + f.ID.String() + "/payment"}
	if which == "pay" {
		v.PayForm.Wrong = wrong
	} else {
		v.Upload.Wrong = wrong
	}
	may := func(a authz.Action) bool {
		return p.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: m.Place}) == nil
	}
	v.Answer, v.Pay = may("property.answer") && f.Open() > 0, may("property.pay") && f.Payment == nil && f.Open() == 0 && f.Accepted() > 0
	if f.Payment != nil {
		v.Paid = []ui.Fact{{Name: i18n.T(ctx, "付了，元"), Text: ui.Yuan(f.Payment.Amount)}, {Name: i18n.T(ctx, "怎么付的"), Text: meansName(ctx, f.Payment.Means)}, {Name: i18n.T(ctx, "单号"), Text: f.Payment.Reference}, {Name: i18n.T(ctx, "什么时候"), Text: moment(ctx, f.Payment.At, p.zoneOf(ctx, at.ID))}}
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, "property", v.Title), filePage(v))
}

func meansName(ctx context.Context, m charter.Means) string {
	switch m {
	case charter.Provider:
		return i18n.T(ctx, "持牌机构代付")
	case charter.Bank:
		return i18n.T(ctx, "银行托管账户")
	case charter.Cash:
		return i18n.T(ctx, "现金支付")
	}
	return i18n.T(ctx, "转账")
}

func meansOptions(ctx context.Context) (options []ui.Option) {
	for _, m := range charter.AllMeans {
		options = append(options, ui.Option{Value: string(m), Text: meansName(ctx, m)})
	}
	return options
}

// The columns by which a file that comes back is read.
var (
	referenceColumns = []string{"凭号", "reference"}
	answerColumns    = []string{"结果", "result"}
	reasonColumns    = []string{"原因", "reason"}
)

func offsetTable(ctx context.Context, f *points.OffsetFile) sheet.Table {
	t := sheet.Table{Name: fileName(ctx, f), Head: []string{i18n.T(ctx, "凭号"), i18n.T(ctx, "户号"), i18n.T(ctx, "门牌"), i18n.T(ctx, "账单月份"), i18n.T(ctx, "账单，元"), i18n.T(ctx, "抵扣，元"), i18n.T(ctx, "结果"), i18n.T(ctx, "原因")}}
	for i := range f.Lines {
		o := &f.Lines[i]
		word, reason := "", ""
		if o.Answer != nil {
			word, _ = answerOf(ctx, o)
			reason = o.Answer.Reason
		}
		row := append(sheet.Texts(o.Reference, o.Account, o.Door, o.Month.String()), sheet.Figure(o.Bill.Decimal(money.CNY)), sheet.Figure(o.Amount.Decimal(money.CNY)))
		t.Rows = append(t.Rows, append(row, sheet.Texts(word, reason)...))
	}
	return t
}

// errNoAnswers refuses a file in which nothing is answered.
var errNoAnswers = fault.New(fault.Invalid, "points.no_answers")

// answers reads the file that came back.
func answers(r *http.Request) (lines []flow.AnswerLine, err error) {
	_, in, err := table(r)
	if err != nil {
		return nil, err
	}
	ref, answer, reason := column(in, referenceColumns), column(in, answerColumns), column(in, reasonColumns)
	if ref < 0 || answer < 0 {
		return nil, errNoAnswers.On("file")
	}
	yes := []string{"收", "收下", "受理", "物业收下了", "accepted", "yes"}
	no := []string{"退", "不收", "退回", "没收，退了积分", "refused", "no"}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		said := strings.ToLower(strings.TrimSpace(string(row.Cell(answer))))
		l := flow.AnswerLine{Line: row.Line, Reference: digits(string(row.Cell(ref))), Reason: strings.TrimSpace(string(row.Cell(reason)))}
		switch {
		case slices.Contains(yes, said):
			l.Answer = points.Accepted
		case slices.Contains(no, said):
			l.Answer = points.Declined
		default:
			continue
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 || len(lines) > maxNames {
		return nil, errNoAnswers.On("file")
	}
	return lines, nil
}

func (p *Pages) answerFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, at, f, err := p.fileOf(r)
	if err != nil {
		return err
	}
	lines, err := answers(r)
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showFile(w, r, status, "back", wrong, nil) })
	}
	all, err := p.Flows.AnswerFile(ctx, at.ID, authz.Of(ctx).Actor(), f.ID, lines)
	if err != nil {
		return err
	}
	var bad []ui.Row
	for _, l := range all {
		if l.Err != nil {
			text, _ := i18n.Refusal(ctx, fault.Of(l.Err))
			bad = append(bad, ui.Row{Title: i18n.T(ctx, "第 %d 行，凭号 %s", l.Line, l.Reference), Text: text})
		}
	}
	if len(bad) > 0 {
		return p.showFile(w, r, http.StatusOK, "back", nil, bad)
	}
	return see(w, r, r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')])
}

func (p *Pages) answerLine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, at, err := p.managerOf(r)
	if err != nil {
		return err
	}
	which, err := key(r, "offset", points.ErrNoOffset)
	if err != nil {
		return err
	}
	if err := p.Flows.AnswerOffset(ctx, at.ID, authz.Of(ctx).Actor(), m.ID, which, points.Answer(r.FormValue("answer")), strings.TrimSpace(r.FormValue("reason"))); err != nil {
		return err
	}
	var o *points.Offset
	if err := p.view(ctx, at.ID, func(rd db.Reader) error { o, err = p.Flows.Points.Offset(ctx, rd, at.ID, which); return err }); err != nil {
		return err
	}
	return see(w, r, managerPath(at, m.ID)+"/files/"+o.File.String())
}

func (p *Pages) payFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, at, f, err := p.fileOf(r)
	if err != nil {
		return err
	}
	if err := p.Flows.PayOffsetFile(ctx, at.ID, authz.Of(ctx).Actor(), f.ID, charter.Means(r.FormValue("means")), strings.TrimSpace(r.FormValue("reference"))); err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showFile(w, r, status, "pay", wrong, nil) })
	}
	return see(w, r, managerPath(at, m.ID)+"/files/"+f.ID.String())
}
