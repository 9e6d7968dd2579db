package operatorweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (d *Desk) auditRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/audit", Action: "audit.read", On: d.somewhere("audit.read"), Do: d.audit},
		httpkit.Route{Pattern: "GET /desk/audit/export", Action: "audit.export", On: d.somewhere("audit.export"), Do: d.exportAudit},
	)
}

// change is one thing that somebody changed.
type change struct {
	At     time.Time
	Kind   string // key of auditKinds
	Place  id.ID  // where; zero: the whole installation
	By     string // kind and id of who did it; or a name
	Named  bool   // By is a name
	What   string
	Reason string
	Href   string
}

// auditKinds are what a change can be about.
var auditKinds = []struct {
	key  string
	name i18n.Message
}{
	{"grants", i18n.M("身份")}, {"policies", i18n.M("规则")}, {"merchants", i18n.M("店铺")}, {"imports", i18n.M("导入")},
	{"checks", i18n.M("核验")}, {"jobs", i18n.M("后台任务")}, {"keys", i18n.M("接口密钥")}, {"closes", i18n.M("结账")},
}

func auditKind(ctx context.Context, key string) string {
	for _, k := range auditKinds {
		if k.key == key {
			return k.name.In(ctx)
		}
	}
	return key
}

// auditDays are the choices of how far back one looks.
var auditDays = []int{30, 90, 365}

func auditColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "什么时候")}, {Text: i18n.T(ctx, "谁")}, {Text: i18n.T(ctx, "改了什么"), Title: true}, {Text: i18n.T(ctx, "哪里"), Rare: true}, {Text: i18n.T(ctx, "为什么"), Rare: true}}
}

// askAudit are the changes that an address asks for, the newest first.
func (d *Desk) askAudit(r *http.Request) (ask ui.TableAsk, mine []community.Place, found []change, names map[string]string, err error) {
	ctx := r.Context()
	ask = ui.AskTable(r.URL.Query(), auditColumns(ctx), "kind", "community", "days")
	ask.Size = 50
	if mine, err = d.mine(ctx, "audit.read"); err != nil {
		return ask, nil, nil, nil, err
	}
	days, err := strconv.Atoi(cmp.Or(ask.Filters["days"], "90"))
	if err != nil || !slices.Contains(auditDays, days) {
		days = 90
	}
	to := d.now().Add(time.Minute)
	all, err := d.changes(ctx, chosen(mine, ask.Filters["community"]), to.AddDate(0, 0, -days), to)
	if err != nil {
		return ask, nil, nil, nil, err
	}
	house := d.may(ctx, "audit.read", id.ID{})
	var by []string
	for _, c := range all {
		switch {
		case c.Place.IsZero() && (!house || ask.Filters["community"] != ""):
		case !c.Place.IsZero() && nameIn(chosen(mine, ask.Filters["community"]), c.Place) == "":
		case ask.Filters["kind"] != "" && ask.Filters["kind"] != c.Kind:
		case ask.Filters["kind"] == "" && c.Kind == "closes" && c.By == "job": // every night; asked for they are shown
		default:
			found, by = append(found, c), append(by, c.By)
		}
	}
	if names, err = d.names(ctx, by...); err != nil {
		return ask, nil, nil, nil, err
	}
	for i := range found {
		if found[i].Named {
			names[found[i].By] = found[i].By
		}
	}
	found = slices.DeleteFunc(found, func(c change) bool {
		return !strings.Contains(strings.ToLower(names[c.By]+" "+c.What+" "+c.Reason), strings.ToLower(ask.Search))
	})
	slices.SortStableFunc(found, func(a, b change) int { return b.At.Compare(a.At) })
	return ask, mine, found, names, nil
}

// changes are all changes of a time, in some communities and in none of them.
func (d *Desk) changes(ctx context.Context, places []community.Place, from, to time.Time) (all []change, err error) {
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		some, err := d.houseChanges(ctx, r, from, to)
		all = append(all, some...)
		return err
	}); err != nil {
		return nil, err
	}
	for _, p := range places {
		if err := d.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			some, err := d.placeChanges(ctx, r, p, from, to)
			all = append(all, some...)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// houseChanges are the changes that live under "~".
func (d *Desk) houseChanges(ctx context.Context, r db.Reader, from, to time.Time) (all []change, err error) {
	grants, err := d.Flows.Access.Between(ctx, r, from, to)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, g := range grants {
		ids = append(ids, g.Person)
	}
	people, err := d.Flows.People.ByIDs(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	in := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	for _, g := range grants {
		name := i18n.T(ctx, "已不在名册的人")
		if p := people[g.Person]; p != nil {
			name = p.Name
		}
		if in(g.GrantedAt) {
			all = append(all, change{At: g.GrantedAt, Kind: "grants", Place: g.Place, By: g.Grantor, What: i18n.T(ctx, "给了%s“%s”的身份", name, access.Name(g.Role)), Reason: g.Reason})
		}
		if g.Ended != nil && in(g.Ended.At) {
			all = append(all, change{At: g.Ended.At, Kind: "grants", Place: g.Place, By: g.Ended.By, What: i18n.T(ctx, "收回了%s“%s”的身份", name, access.Name(g.Role)), Reason: g.Ended.Reason})
		}
	}
	keys, err := d.Flows.Keys.Hands(ctx, r, from, to)
	if err != nil {
		return nil, err
	}
	for _, h := range keys {
		what := i18n.T(ctx, "发放了接口密钥 %s", short(h.Key))
		if h.Act == apikey.Revoked {
			what = i18n.T(ctx, "收回了接口密钥 %s", short(h.Key))
		}
		all = append(all, change{At: h.At, Kind: "keys", By: h.By, What: what, Href: path("keys")})
	}
	chores, err := d.Flows.Chores.Between(ctx, r, from, to)
	for _, c := range chores {
		all = append(all, choreChange(ctx, c))
		for _, s := range c.Stages {
			if s.Stage == chore.Confirmed || s.Stage == chore.Cancelled {
				x := choreChange(ctx, c)
				x.At, x.By, x.What = s.At, s.By, i18n.T(ctx, "%s：%s", stageName(ctx, s.Stage), c.Title)
				all = append(all, x)
			}
		}
	}
	return all, err
}

func choreChange(ctx context.Context, c *chore.Chore) change {
	x := change{At: c.AskedAt, By: c.AskedBy}
	switch c.Kind {
	case chore.Import:
		x.Kind, x.What, x.Href = "imports", i18n.T(ctx, "交来表格 %s", c.Title), path("imports", c.ID.String())
	case chore.Verify:
		x.Kind, x.Place, x.What, x.Href = "checks", c.Subject, i18n.T(ctx, "要了一次核验"), path("evidence", "checks", c.ID.String())
	default:
		x.Kind, x.What, x.Reason = "jobs", i18n.T(ctx, "决定不做后台任务 %s", c.Title), dropReason(c)
	}
	return x
}

// placeChanges are the changes of one community.
func (d *Desk) placeChanges(ctx context.Context, r db.Reader, p community.Place, from, to time.Time) (all []change, err error) {
	amended, err := d.Flows.Merchants.Amended(ctx, r, p.ID, from, to)
	if err != nil {
		return nil, err
	}
	shops := make(map[id.ID]*merchant.Merchant)
	if len(amended) > 0 {
		list, err := d.Flows.Merchants.List(ctx, r, p.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			shops[m.ID] = m
		}
	}
	for _, a := range amended {
		c := change{At: a.At, Kind: "merchants", Place: p.ID, By: a.By, What: difference(ctx, a.Before, a.After), Reason: a.Reason}
		if m := shops[a.Merchant]; m != nil {
			c.What, c.Href = i18n.T(ctx, "%s：%s", shopRow{m, p}.called(), c.What), shopPath(p, m.Ref)
		}
		all = append(all, c)
	}
	versions, err := d.Flows.Policies.List(ctx, r, p.ID)
	if err != nil {
		return nil, err
	}
	opens := d.Portal.MayIn(ctx, "proposal.read", p.ID)
	for _, v := range versions {
		if !v.ProposedAt.Before(from) && v.ProposedAt.Before(to) {
			c := change{At: v.ProposedAt, Kind: "policies", Place: p.ID, By: v.Author, Named: true, What: i18n.T(ctx, "提出第 %d 版规则", v.Number), Reason: v.Reason}
			if opens {
				c.Href = versionPath(p, v.Number)
			}
			all = append(all, c)
		}
	}
	closings, err := d.Flows.Ledger.Closings(ctx, r, p.ID, from, to)
	for _, c := range closings {
		all = append(all, change{At: c.ClosedAt, Kind: "closes", Place: p.ID, By: c.ClosedBy, What: i18n.T(ctx, "账结到 %s", ui.FullDay(ctx, c.Day)), Href: path("accounts", p.Ref, "days") + "?month=" + c.Day.Month().String()})
	}
	return all, err
}

func (d *Desk) audit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ask, mine, found, names, err := d.askAudit(r)
	if err != nil {
		return err
	}
	if ask.Format != "" {
		http.Redirect(w, r, "/desk/audit/export?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	kind := ui.Field{Name: "kind", Label: i18n.T(ctx, "哪一类"), Options: []ui.Option{{Text: i18n.T(ctx, "全部")}}}
	for _, k := range auditKinds {
		kind.Options = append(kind.Options, ui.Option{Value: k.key, Text: k.name.In(ctx)})
	}
	days := ui.Field{Name: "days", Label: i18n.T(ctx, "多久以来")}
	for _, n := range auditDays {
		days.Options = append(days.Options, ui.Option{Value: strconv.Itoa(n), Text: i18n.T(ctx, "%d 天", n)})
	}
	if ask.Filters["days"] == "" {
		ask.Filters["days"] = "90"
	}
	t := ui.Table{
		ID: "changes", Caption: i18n.T(ctx, "谁改了什么"), Path: "/desk/audit", Ask: ask, Columns: auditColumns(ctx), Total: len(found), Export: true,
		Search: i18n.T(ctx, "找人、事或理由"), Filters: []ui.Field{kind, placeField(ctx, mine), days},
		Empty: ui.EmptyView{Icon: "history", Title: i18n.T(ctx, "这段时间没有人改过什么"), Text: i18n.T(ctx, "每晚自动的结账不在这里，选“结账”可以看。")},
	}
	for _, c := range found[min(ask.Offset(), len(found)):min(ask.Offset()+ask.Size, len(found))] {
		t.Rows = append(t.Rows, ui.TableRow{Href: c.Href, Cells: []ui.Cell{
			{Text: d.moment(ctx, c.At)}, {Text: names[c.By]}, {Text: c.What, Sub: auditKind(ctx, c.Kind)}, {Text: nameIn(mine, c.Place)}, {Text: c.Reason},
		}})
	}
	return d.Portal.Show(w, r, d.shell(r, "audit", i18n.T(ctx, "谁改了什么")), auditPage(t))
}

func (d *Desk) exportAudit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ask, mine, found, names, err := d.askAudit(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "谁改了什么"), Head: []string{i18n.T(ctx, "什么时候"), i18n.T(ctx, "谁"), i18n.T(ctx, "哪一类"), i18n.T(ctx, "改了什么"), i18n.T(ctx, "哪里"), i18n.T(ctx, "为什么")}}
	for _, c := range found {
		t.Rows = append(t.Rows, sheet.Texts(c.At.In(d.Zone).Format("2006-01-02 15:04:05"), names[c.By], auditKind(ctx, c.Kind), c.What, nameIn(mine, c.Place), c.Reason))
	}
	return portal.Take(w, r, t.Name, cmp.Or(ask.Format, "csv"), t)
}
