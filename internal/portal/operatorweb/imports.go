package operatorweb

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func (d *Desk) importRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/imports", Action: "import.read", On: d.somewhere("import.read"), Do: d.imports},
		httpkit.Route{Pattern: "POST /desk/imports", Action: "import.make", On: d.somewhere("import.make"), Do: d.upload, Upload: d.Imports.Limit.File + 1<<20},
		httpkit.Route{Pattern: "GET /desk/imports/{id}", Action: "import.read", On: d.ofImport("import.read"), Do: d.importPage},
		httpkit.Route{Pattern: "GET /desk/imports/{id}/rejected.csv", Action: "import.read", On: d.ofImport("import.read"), Do: d.rejected},
		httpkit.Route{Pattern: "POST /desk/imports/{id}/confirmation", Action: "import.confirm", On: d.ofImport("import.confirm"), Do: d.onImport(d.Imports.Confirm)},
		httpkit.Route{Pattern: "POST /desk/imports/{id}/cancellation", Action: "import.cancel", On: d.ofImport("import.cancel"), Do: d.onImport(d.Imports.Cancel)},
		httpkit.Route{Pattern: "POST /desk/imports/{id}/attendance", Action: "import.confirm", On: d.ofImport("import.confirm"), Do: d.onImport(d.attend)},
	)
}

// importsView is the list of imports, with the form for another one.
type importsView struct {
	Form  ui.Form
	Limit string
	Table ui.Table
}

func (d *Desk) imports(w http.ResponseWriter, r *http.Request) error {
	return d.showImports(w, r, http.StatusOK, nil)
}

func (d *Desk) showImports(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	var all []*chore.Chore
	if err := d.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
		all, err = d.Flows.Chores.List(ctx, rd, chore.Import, 200)
		return err
	}); err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c *chore.Chore) bool { return !d.may(ctx, "import.read", d.placeOfImport(ctx, c, "import.read")) })
	var by []string
	for _, c := range all {
		by = append(by, c.AskedBy)
	}
	names, err := d.names(ctx, by...)
	if err != nil {
		return err
	}
	v := importsView{Limit: size(d.Imports.Limit.File)}
	v.Form = ui.Form{Action: "/desk/imports", Upload: true, Wrong: wrong, Busy: i18n.T(ctx, "正在上传")}
	v.Table = ui.Table{
		ID: "imports", Caption: i18n.T(ctx, "导入的文件"), Path: "/desk/imports", Total: len(all),
		Columns: []ui.Column{
			{Text: i18n.T(ctx, "文件"), Title: true}, {Text: i18n.T(ctx, "内容")}, {Text: i18n.T(ctx, "到了哪一步")}, {Text: i18n.T(ctx, "收下"), Num: true},
			{Text: i18n.T(ctx, "没收"), Num: true}, {Text: i18n.T(ctx, "谁交的"), Rare: true}, {Text: i18n.T(ctx, "什么时候"), Rare: true},
		},
		Empty: ui.EmptyView{Icon: "upload", Title: i18n.T(ctx, "还没有导入过文件"), Text: i18n.T(ctx, "会员、店铺和消费都可以从表格里导入，先看一遍再进账本。")},
	}
	for _, c := range all {
		kind, _, _ := importing.Upload(c)
		counts := importing.CountsOf(c.Progress.Counts)
		word, tone := importState(ctx, c)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: path("imports", c.ID.String()), Cells: []ui.Cell{
			{Text: c.Title}, {Text: kindName(ctx, kind)}, {Text: word, Tone: tone}, {Text: count(counts.Added + counts.Known)}, {Text: count(counts.Rejected)},
			{Text: names[c.AskedBy]}, {Text: d.moment(ctx, c.AskedAt)},
		}})
	}
	return d.Portal.ShowAs(w, r, status, httpkit.Never, d.shell(r, "imports", i18n.T(ctx, "导入")), importsPage(v))
}

// importState is where an import stands, in a word.
func importState(ctx context.Context, c *chore.Chore) (string, ui.Tone) {
	switch end := c.Ended(); {
	case end != nil && end.Stage == chore.Finished:
		return i18n.T(ctx, "做完了"), ui.OK
	case end != nil && end.Stage == chore.Failed:
		return i18n.T(ctx, "没做成"), ui.Bad
	case end != nil:
		return i18n.T(ctx, "取消了"), ui.Soon
	case c.At(chore.Confirmed) != nil:
		return i18n.T(ctx, "正在导入"), ui.Tell
	case c.At(chore.Checked) != nil:
		return i18n.T(ctx, "等确认"), ui.Act
	}
	return i18n.T(ctx, "正在看"), ui.Tell
}

// upload takes a file in as it comes, without keeping it in memory.
func (d *Desk) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.take(r)
	if err != nil {
		wrong, status, err := wrongs(ctx, err)
		if err != nil {
			return err
		}
		return d.showImports(w, r, status, wrong)
	}
	http.Redirect(w, r, path("imports", c.ID.String()), http.StatusSeeOther)
	return nil
}

func (d *Desk) take(r *http.Request) (*chore.Chore, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, importing.ErrNoUpload.On("file")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, importing.ErrNoUpload.On("file")
		}
		if err != nil {
			return nil, tooLong(d, err)
		}
		if part.FormName() != "file" {
			continue
		}
		if part.FileName() == "" {
			return nil, importing.ErrNoUpload.On("file")
		}
		places, err := d.within(r.Context(), "import.make")
		if err != nil {
			return nil, err
		}
		c, err := d.Imports.Receive(r.Context(), authz.Of(r.Context()).Actor(), part.FileName(), places, part)
		return c, tooLong(d, err)
	}
}

// within are the communities to which an action of the viewer is limited, nil for
// none: who holds her role in the whole installation.
func (d *Desk) within(ctx context.Context, a authz.Action) (places []id.ID, err error) {
	if d.may(ctx, a, id.ID{}) {
		return nil, nil
	}
	mine, err := d.mine(ctx, a)
	if err == nil && len(mine) == 0 { // her role reaches a part of a community
		err = authz.ErrDenied
	}
	for _, p := range mine {
		places = append(places, p.ID)
	}
	return places, err
}

// ofImport is what an import belongs to: who may do something with it may do it in
// every community whose rows it may bring.
func (d *Desk) ofImport(a authz.Action) func(r *http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		ctx := r.Context()
		key, err := id.Parse(r.PathValue("id"))
		if err != nil {
			return authz.Resource{}, chore.ErrNotFound
		}
		var c *chore.Chore
		err = d.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
			c, err = d.Flows.Chores.ByID(ctx, rd, key)
			return err
		})
		if err == nil && c.Kind != chore.Import {
			err = chore.ErrNotFound
		}
		if err != nil {
			return authz.Resource{}, err
		}
		return authz.Resource{Kind: "community", Place: d.placeOfImport(ctx, c, a)}, nil
	}
}

// placeOfImport is the place that decides: one in which the viewer may not, if there
// is one; the whole installation if the import may bring anybody's rows.
func (d *Desk) placeOfImport(ctx context.Context, c *chore.Chore, a authz.Action) (place id.ID) {
	for _, place = range importing.Within(c) {
		if !d.may(ctx, a, place) {
			return place
		}
	}
	return place
}

// tooLong makes a refusal of a body that was longer than any file may be.
func tooLong(d *Desk, err error) error {
	var most *http.MaxBytesError
	if errors.As(err, &most) {
		return importing.ErrUploadLong.On("file").With("megabytes", d.Imports.Limit.File>>20)
	}
	return err
}

// onImport does something to an import and leads back to its page.
func (d *Desk) onImport(fn func(ctx context.Context, actor db.Actor, c id.ID) error) httpkit.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := id.Parse(r.PathValue("id"))
		if err != nil {
			return chore.ErrNotFound
		}
		err = fn(r.Context(), authz.Of(r.Context()).Actor(), c)
		to := path("imports", c.String())
		if f := fault.Of(err); f != nil && f.Kind == fault.Conflict {
			to, err = to+"?"+url.Values{"refused": {f.Code}}.Encode(), nil
		}
		if err == nil {
			http.Redirect(w, r, to, http.StatusSeeOther)
		}
		return err
	}
}

// attend notes that somebody has seen to what an import did not take.
func (d *Desk) attend(ctx context.Context, actor db.Actor, c id.ID) error {
	return d.Flows.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		_, err := d.Flows.Chores.Reach(ctx, tx, c, chore.Attended, "")
		return err
	})
}

// importView is the page of one import.
type importView struct {
	*chore.Chore
	Counts   importing.Counts
	State    string
	Tone     ui.Tone
	Busy     bool // somebody is at work on it
	Percent  int
	Rate     string // rows a second
	Facts    []ui.Fact
	Past     []ui.Event
	Part     string // whose findings are shown
	Rejected []ui.TableRow
	Refused  string
	Why      string // it failed
	Again    bool   // "what is there already is passed over" is worth saying
}

const shownRejections = 50

func (d *Desk) importPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return chore.ErrNotFound
	}
	v := importView{Part: importing.CheckPart}
	var found []chore.Finding
	var names map[string]string
	err = d.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
		if v.Chore, err = d.Flows.Chores.ByID(ctx, rd, key); err != nil {
			return err
		}
		if v.Kind != chore.Import {
			return chore.ErrNotFound
		}
		if v.At(chore.Confirmed) != nil {
			v.Part = importing.RunPart
		}
		names = make(map[string]string)
		for _, by := range append([]chore.Reached{{By: v.AskedBy}}, v.Stages...) {
			if _, err := d.who(ctx, rd, names, by.By); err != nil {
				return err
			}
		}
		found, err = d.Flows.Chores.Findings(ctx, rd, key, v.Part, shownRejections)
		return err
	})
	if err != nil {
		return err
	}
	d.fillImport(ctx, &v, found, names)
	if f := (&fault.Fault{Code: r.FormValue("refused")}); f.Code != "" {
		v.Refused, _ = i18n.Refusal(ctx, f)
	}
	return d.Portal.ShowAs(w, r, http.StatusOK, httpkit.Never, d.shell(r, "imports", v.Title), importPage(v))
}

func (d *Desk) fillImport(ctx context.Context, v *importView, found []chore.Finding, names map[string]string) {
	v.Counts = importing.CountsOf(v.Progress.Counts)
	v.State, v.Tone = importState(ctx, v.Chore)
	v.Busy = v.Ended() == nil && (v.At(chore.Checked) == nil || v.At(chore.Confirmed) != nil)
	if p := v.Progress; p.Total > 0 {
		v.Percent = int(min(100, p.Position*100/p.Total))
		if took := p.SavedAt.Sub(p.BegunAt); took > 0 && v.Counts.Rows > 0 {
			v.Rate = count(int64(v.Counts.Rows) * int64(time.Second) / int64(max(took, time.Millisecond)))
		}
	}
	kind, format, bytes := importing.Upload(v.Chore)
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "内容"), Text: kindName(ctx, kind)}, {Name: i18n.T(ctx, "文件"), Text: format + " · " + size(bytes)}, {Name: i18n.T(ctx, "谁交的"), Text: names[v.AskedBy]},
	}
	v.Past = []ui.Event{{Title: i18n.T(ctx, "交来"), Text: names[v.AskedBy], When: d.moment(ctx, v.AskedAt), State: ui.Done}}
	for _, s := range v.Stages {
		v.Past = append(v.Past, ui.Event{Title: stageName(ctx, s.Stage), Text: names[s.By], When: d.moment(ctx, s.At), State: ui.Done})
		if s.Stage == chore.Failed {
			v.Why, _ = i18n.Refusal(ctx, &fault.Fault{Code: s.Detail})
		}
	}
	for _, f := range found {
		v.Rejected = append(v.Rejected, ui.TableRow{Cells: ui.Cells(count(f.Place), f.Field, importing.Reason(ctx, f))})
	}
}

// rejected takes along the rows that were not taken, so that they can be put right
// and handed in again.
func (d *Desk) rejected(w http.ResponseWriter, r *http.Request) error {
	key, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return chore.ErrNotFound
	}
	part := importing.RunPart
	if r.FormValue("part") == importing.CheckPart {
		part = importing.CheckPart
	}
	var b bytes.Buffer
	if err := d.Imports.Mend(r.Context(), &b, key, part); err != nil {
		return err
	}
	name := i18n.T(r.Context(), "没收的行")
	w.Header().Set("Content-Disposition", "attachment; filename=\"rejected.csv\"; filename*=UTF-8''"+url.PathEscape(name+".csv"))
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "text/csv; charset=utf-8", b.Bytes())
}
