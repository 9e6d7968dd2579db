package accessweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// most bounds what is taken along at a time.
const most = 100_000

// listed is a page of the list of who holds which role.
type listed struct {
	ask    ui.TableAsk
	grants []*access.Grant
	people cast
	total  int
	places []ui.Option
	soon   int // roles that lapse soon, wherever the viewer looks
}

// all is the filter for grants of every state; without a filter those in force are
// shown.
const all = "all"

func (p *Pages) list(r *http.Request, action authz.Action, limit int) (l listed, err error) {
	ctx := r.Context()
	l.ask = ui.AskTable(r.URL.Query(), nil, "role", "place", "state")
	reach, err := p.engine.Reach(ctx, authz.Of(ctx), action)
	if err != nil {
		return l, err
	}
	err = p.view(ctx, func(rd db.Reader) error {
		if l.places, err = p.placeOptions(ctx, rd, reach); err != nil {
			return err
		}
		mine, err := p.granted(ctx, rd, reach, "")
		if err != nil {
			return err
		}
		if _, l.soon, err = p.Flows.Access.List(ctx, rd, access.Ask{Places: mine, State: access.Soon, Limit: 1}, p.now()); err != nil {
			return err
		}
		ask := access.Ask{Role: authz.Role(l.ask.Filters["role"]), State: stateAsked(l.ask.Filters["state"]), Offset: l.ask.Offset(), Limit: limit}
		if ask.Places, err = p.granted(ctx, rd, reach, l.ask.Filters["place"]); err != nil {
			return err
		}
		if l.grants, l.total, err = p.Flows.Access.List(ctx, rd, ask, p.now()); err != nil {
			return err
		}
		l.people, err = p.castOf(ctx, rd, l.grants)
		return err
	})
	if err != nil {
		return l, err
	}
	holders := make([]id.ID, len(l.grants))
	for i, g := range l.grants {
		holders[i] = g.Person
	}
	return l, p.noted(ctx, holders, i18n.M("看身份名单").Key)
}

func stateAsked(text string) access.State {
	switch s := access.State(text); s {
	case access.Soon, access.Over:
		return s
	case all:
		return access.Any
	}
	return access.Now
}

func roleColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "姓名"), Title: true}, {Text: i18n.T(ctx, "身份")}, {Text: i18n.T(ctx, "地方")}, {Text: i18n.T(ctx, "期限")}, {Text: i18n.T(ctx, "状态")}, {Text: i18n.T(ctx, "由谁授予"), Rare: true}}
}

// roles is the list of who holds which role where.
func (p *Pages) roles(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if f := r.FormValue("format"); f != "" {
		http.Redirect(w, r, "/desk/roles/export?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	l, err := p.list(r, "grant.read", ui.AskTable(r.URL.Query(), nil).Size)
	if err != nil {
		return err
	}
	t := ui.Table{
		ID: "roles", Caption: i18n.T(ctx, "谁是什么身份"), Path: "/desk/roles", Ask: l.ask, Columns: roleColumns(ctx), Total: l.total,
		Filters: []ui.Field{roleField(ctx), {Name: "place", Label: i18n.T(ctx, "地方"), Options: append([]ui.Option{{Text: i18n.T(ctx, "我负责的地方")}}, l.places...)}, stateField(ctx)},
		Export:  p.engine.Can(ctx, authz.Of(ctx), "grant.export", authz.Resource{}),
		Empty:   ui.EmptyView{Icon: "person-check", Title: i18n.T(ctx, "还没有人有身份"), Text: i18n.T(ctx, "授予第一个身份，写明在哪里、到哪天、为什么。"), Action: ui.Link{Href: "/desk/roles/new", Text: i18n.T(ctx, "授予身份")}},
	}
	for _, g := range l.grants {
		place, err := p.placeOf(ctx, g)
		if err != nil {
			return err
		}
		state, tone := p.state(ctx, g)
		sub := ""
		if who := l.people[g.Person]; who != nil {
			sub = tail(ctx, who)
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: "/desk/people/" + g.Person.String(), Cells: []ui.Cell{
			{Text: l.people.name(ctx, g.Person), Sub: sub}, {Text: access.Name(g.Role).In(ctx)}, {Text: place}, {Text: p.shortTerm(ctx, g)},
			{Text: state, Tone: tone}, {Text: l.people.by(ctx, g.Grantor), Sub: g.Reason},
		}})
	}
	return p.Portal.Show(w, r, p.shell(r, "roles", i18n.T(ctx, "谁是什么身份")), rolesPage(rolesView{Table: t, Soon: l.soon, State: l.ask.Filters["state"], Demo: p.Demo}))
}

// rolesView is the page of the list.
type rolesView struct {
	Table ui.Table
	Soon  int
	State string
	Demo  bool
}

func roleField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "role", Label: i18n.T(ctx, "身份"), Options: []ui.Option{{Text: i18n.T(ctx, "全部身份")}}}
	for _, role := range access.Roles {
		f.Options = append(f.Options, ui.Option{Value: string(role), Text: access.Name(role).In(ctx)})
	}
	return f
}

func stateField(ctx context.Context) ui.Field {
	return ui.Field{Name: "state", Label: i18n.T(ctx, "状态"), Options: []ui.Option{{Text: i18n.T(ctx, "在任")}, {Value: string(access.Soon), Text: i18n.T(ctx, "30 天内到期")},
		{Value: string(access.Over), Text: i18n.T(ctx, "已结束")}, {Value: all, Text: i18n.T(ctx, "全部")}}}
}

// shortTerm is the end of a term, for a column.
func (p *Pages) shortTerm(ctx context.Context, g *access.Grant) string {
	if g.Until.IsZero() {
		return i18n.T(ctx, "没有期限")
	}
	return i18n.T(ctx, "到 %s", p.day(ctx, g.Until.Add(-1)))
}

// exportRoles takes the list along that the address asks for.
func (p *Pages) exportRoles(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	q.Del("page") // all pages
	again := *r
	again.URL = &url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	l, err := p.list(&again, "grant.export", most)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "身份名单"), Head: []string{i18n.T(ctx, "姓名"), i18n.T(ctx, "手机尾号"), i18n.T(ctx, "身份"), i18n.T(ctx, "地方"),
		i18n.T(ctx, "从哪天起"), i18n.T(ctx, "到哪天"), i18n.T(ctx, "状态"), i18n.T(ctx, "由谁授予"), i18n.T(ctx, "理由")}}
	for _, g := range l.grants {
		place, err := p.placeOf(ctx, g)
		if err != nil {
			return err
		}
		digits, until := "", ""
		if who := l.people[g.Person]; who != nil {
			digits = who.Tail()
		}
		if !g.Until.IsZero() {
			until = p.date(g.Until.Add(-1)).String()
		}
		state, _ := p.state(ctx, g)
		t.Rows = append(t.Rows, sheet.Texts(l.people.name(ctx, g.Person), digits, access.Name(g.Role).In(ctx), place, p.date(g.From).String(), until, state, l.people.by(ctx, g.Grantor), g.Reason))
	}
	return portal.Take(w, r, i18n.T(ctx, "身份名单"), formatAsked(r), t)
}

func formatAsked(r *http.Request) string {
	if f := r.FormValue("format"); sheet.Formats[f] != "" {
		return f
	}
	return "xlsx"
}
