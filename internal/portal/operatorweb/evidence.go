package operatorweb

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// The same pages stand in the desk and, for who watches over it, in the book of the
// officers.
const officePrefix = "/office"

func (d *Desk) evidenceRoutes(t *httpkit.Router) {
	for _, root := range []string{"/desk", officePrefix} {
		t.Add(
			httpkit.Route{Pattern: "GET " + root + "/evidence", Action: "evidence.read", On: d.somewhere("evidence.read"), Do: d.evidence},
			httpkit.Route{Pattern: "GET " + root + "/evidence/{community}", Action: "evidence.read", On: d.inCommunity, Do: d.log},
			httpkit.Route{Pattern: "POST " + root + "/evidence/{community}/checks", Action: "evidence.check", On: d.inCommunity, Do: d.check},
			httpkit.Route{Pattern: "GET " + root + "/evidence/checks/{id}", Action: "evidence.read", On: d.ofCheck, Do: d.checked},
			httpkit.Route{Pattern: "POST " + root + "/evidence/checks/{id}/attendance", Action: "evidence.check", On: d.ofCheck, Do: d.attendCheck},
		)
	}
}

// frame is the frame of a page of evidence: the officers' under their address.
func (d *Desk) frame(r *http.Request, title string) (s ui.Shell, root string) {
	if strings.HasPrefix(r.URL.Path, officePrefix+"/") {
		s = d.Portal.Shell(r.Context(), ui.OfficerFrame, "evidence", title)
		s.Wide = true
		return s, officePrefix
	}
	return d.shell(r, "evidence", title), "/desk"
}

// evidenceView are the logs of the communities.
type evidenceView struct {
	Table ui.Table
}

func (d *Desk) evidence(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := d.mine(ctx, "evidence.read")
	if err != nil {
		return err
	}
	s, root := d.frame(r, i18n.T(ctx, "存证记录"))
	v := evidenceView{Table: ui.Table{
		ID: "logs", Caption: i18n.T(ctx, "各社区的存证"), Path: root + "/evidence", Total: len(mine), Ask: ui.TableAsk{Page: 1, Size: len(mine)},
		Columns: []ui.Column{{Text: i18n.T(ctx, "社区"), Title: true}, {Text: i18n.T(ctx, "现在")}, {Text: i18n.T(ctx, "账目条数"), Num: true}, {Text: i18n.T(ctx, "已公开"), Num: true},
			{Text: i18n.T(ctx, "签名点盖到"), Rare: true}, {Text: i18n.T(ctx, "第几代"), Num: true, Rare: true}, {Text: i18n.T(ctx, "公开的文件"), Num: true, Rare: true}},
		Empty: ui.EmptyView{Icon: "proof", Title: i18n.T(ctx, "还没有社区"), Text: i18n.T(ctx, "在“地方”里建好街道和社区，这里就有了。")},
	}}
	for _, p := range mine {
		l, err := d.House.Log(ctx, p.ID)
		if err != nil {
			return err
		}
		word, tone := d.logState(ctx, &l)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: root + "/evidence/" + url.PathEscape(p.Ref), Cells: []ui.Cell{
			{Text: named(p)}, {Text: word, Tone: tone}, {Text: count(l.Size)}, {Text: count(max(0, l.Published))}, {Text: d.moment(ctx, l.SignedAt)},
			{Text: count(len(l.Generations))}, {Text: size(l.Bytes)},
		}})
	}
	return d.Portal.Show(w, r, s, evidencePage(v))
}

func (d *Desk) logState(ctx context.Context, l *Log) (string, ui.Tone) {
	switch {
	case l.Fault != "":
		return i18n.T(ctx, "没在签名"), ui.Bad
	case l.Building:
		return i18n.T(ctx, "正在重建"), ui.Tell
	case l.Late(d.now()):
		return i18n.T(ctx, "没有跟上"), ui.Bad
	case l.Published < l.Size:
		return i18n.T(ctx, "正在公开"), ui.Tell
	}
	return i18n.T(ctx, "全部公开"), ui.OK
}

// logView is the log of one community.
type logView struct {
	Log
	Place  community.Place
	Root   string
	State  string
	Tone   ui.Tone
	Facts  []ui.Fact
	Lives  []ui.TableRow
	Checks []ui.TableRow
	May    bool // have it verified
	Busy   bool // it is being verified
	Wrong  string
}

func (d *Desk) log(w http.ResponseWriter, r *http.Request) error {
	return d.showLog(w, r, http.StatusOK, "")
}

func (d *Desk) showLog(w http.ResponseWriter, r *http.Request, code int, wrong string) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	v := logView{Place: p, Wrong: wrong, May: d.may(ctx, "evidence.check", p.ID)}
	if v.Log, err = d.House.Log(ctx, p.ID); err != nil {
		return err
	}
	s, root := d.frame(r, i18n.T(ctx, "存证 · %s", named(p)))
	v.Root = root
	v.State, v.Tone = d.logState(ctx, &v.Log)
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "名字"), Text: v.Origin}, {Name: i18n.T(ctx, "公钥"), Text: v.Verifier},
		{Name: i18n.T(ctx, "签名点盖到"), Text: d.moment(ctx, v.SignedAt)}, {Name: i18n.T(ctx, "最新一条"), Text: d.moment(ctx, v.LastEntry)},
		{Name: i18n.T(ctx, "公开的文件"), Text: size(v.Bytes)},
	}
	if v.Fault != "" {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "原因"), Text: v.Fault})
	}
	for _, g := range v.Generations {
		v.Lives = append(v.Lives, ui.TableRow{Cells: ui.Cells(i18n.T(ctx, "第 %d 代", g.Number), g.Origin, d.moment(ctx, g.BegunAt))})
	}
	if err := d.lastChecks(ctx, &v); err != nil {
		return err
	}
	return d.Portal.ShowAs(w, r, code, httpkit.Never, s, logPage(v))
}

// lastChecks are the latest verifications of a community.
func (d *Desk) lastChecks(ctx context.Context, v *logView) error {
	return d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := d.Flows.Chores.List(ctx, r, chore.Verify, 100)
		names := make(map[string]string)
		for _, c := range all {
			if c.Subject != v.Place.ID {
				continue
			}
			who, err := d.who(ctx, r, names, c.AskedBy)
			if err != nil {
				return err
			}
			v.Busy = v.Busy || c.Ended() == nil
			word, tone := checkState(ctx, c)
			v.Checks = append(v.Checks, ui.TableRow{Href: v.Root + "/evidence/checks/" + c.ID.String(), Cells: []ui.Cell{
				{Text: d.moment(ctx, c.AskedAt)}, {Text: word, Tone: tone}, {Text: count(verifiedOf(c).Entries)}, {Text: who},
			}})
		}
		return err
	})
}

func checkState(ctx context.Context, c *chore.Chore) (string, ui.Tone) {
	v := verifiedOf(c)
	switch end := c.Ended(); {
	case end == nil:
		return i18n.T(ctx, "正在核验"), ui.Tell
	case end.Stage != chore.Finished:
		return i18n.T(ctx, "没做成"), ui.Bad
	case v.Findings > 0 || v.Tiles != "" || v.Broken:
		return i18n.T(ctx, "查出 %d 处", max(1, v.Findings)), ui.Bad
	}
	return i18n.T(ctx, "全部对得上"), ui.OK
}

// check has a community verified.
func (d *Desk) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	c, err := d.Flows.AskVerify(ctx, authz.Of(ctx).Actor(), p.ID)
	if f := fault.Of(err); f != nil && f.Kind == fault.Conflict {
		text, _ := i18n.Refusal(ctx, f)
		return d.showLog(w, r, http.StatusConflict, text)
	}
	if err != nil {
		return err
	}
	_, root := d.frame(r, "")
	http.Redirect(w, r, root+"/evidence/checks/"+c.ID.String(), http.StatusSeeOther)
	return nil
}

// checkIn is the verification in a page's address.
func (d *Desk) checkIn(r *http.Request) (c *chore.Chore, err error) {
	key, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return nil, chore.ErrNotFound
	}
	err = d.Flows.DB.View(r.Context(), id.Tilde, func(rd db.Reader) error {
		if c, err = d.Flows.Chores.ByID(r.Context(), rd, key); err == nil && c.Kind != chore.Verify {
			err = chore.ErrNotFound
		}
		return err
	})
	return c, err
}

func (d *Desk) ofCheck(r *http.Request) (authz.Resource, error) {
	c, err := d.checkIn(r)
	if err != nil {
		return authz.Resource{}, err
	}
	return authz.Resource{Kind: "community", Place: c.Subject}, nil
}

// checkView is what a verification came to, or how far it is.
type checkView struct {
	*chore.Chore
	flow.Verified
	Place    community.Place
	Root     string
	State    string
	Tone     ui.Tone
	Percent  int
	Findings []ui.TableRow
	Past     []ui.Event
}

func (d *Desk) checked(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.checkIn(r)
	if err != nil {
		return err
	}
	v := checkView{Chore: c, Verified: verifiedOf(c)}
	if v.Place, err = d.Flows.Communities.ByID(ctx, d.Flows.DB, c.Subject); err != nil {
		return err
	}
	var found []chore.Finding
	if err := d.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		found, err = d.Flows.Chores.Findings(ctx, rd, c.ID, "books", 200)
		return err
	}); err != nil {
		return err
	}
	for _, f := range found {
		var x flow.Finding
		text := f.Code
		if json.Unmarshal([]byte(f.Detail), &x) == nil {
			if words, ok := i18n.Refusal(ctx, x.Fault()); ok {
				text = words
			}
		}
		v.Findings = append(v.Findings, ui.TableRow{Cells: ui.Cells(placeOf(ctx, f.Place), text, f.Code)})
	}
	v.State, v.Tone = checkState(ctx, c)
	v.Past = d.stagesOf(ctx, c)
	if p := c.Progress; p.Total > 0 {
		v.Percent = int(min(100, p.Position*100/p.Total))
	}
	s, root := d.frame(r, i18n.T(ctx, "核验 · %s", named(v.Place)))
	v.Root = root
	return d.Portal.ShowAs(w, r, http.StatusOK, httpkit.Never, s, checkPage(v))
}

func placeOf(ctx context.Context, entry int64) string {
	if entry < 0 {
		return i18n.T(ctx, "整本账")
	}
	return i18n.T(ctx, "第 %s 条", count(entry))
}

func (d *Desk) attendCheck(w http.ResponseWriter, r *http.Request) error {
	c, err := d.checkIn(r)
	if err == nil {
		err = d.attend(r.Context(), authz.Of(r.Context()).Actor(), c.ID)
	}
	if err == nil {
		_, root := d.frame(r, "")
		http.Redirect(w, r, root+"/evidence/checks/"+c.ID.String(), http.StatusSeeOther)
	}
	return err
}
