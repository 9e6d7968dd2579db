package accessweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// found bounds the people of one search.
const found = 50

// peopleView is a search for people.
type peopleView struct {
	Text string
	Rows []ui.Row
	Full bool // there may be more
}

// people finds people by number or name.
func (p *Pages) people(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := peopleView{Text: strings.TrimSpace(r.FormValue("q"))}
	reach, err := p.engine.Reach(ctx, authz.Of(ctx), "person.search")
	if err != nil {
		return err
	}
	homes, err := p.homes(ctx, reach)
	if err != nil {
		return err
	}
	var all []*person.Person
	held := make(map[id.ID][]*access.Grant)
	err = p.view(ctx, func(rd db.Reader) error {
		if all, err = p.Flows.People.Search(ctx, rd, person.Query{Text: v.Text, Homes: homes, Limit: found}); err != nil || len(all) == 0 {
			return err
		}
		grants, _, err := p.Flows.Access.List(ctx, rd, access.Ask{People: idsOf(all), State: access.Now}, p.now())
		for _, g := range grants {
			held[g.Person] = append(held[g.Person], g)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := p.noted(ctx, idsOf(all), i18n.M("按号码或姓名查找").Key); err != nil {
		return err
	}
	for _, who := range all {
		v.Rows = append(v.Rows, ui.Row{Href: "/desk/people/" + who.ID.String(), Icon: "person", Title: cmp.Or(who.Name, portal.Called(ctx, who)), Text: tail(ctx, who), EndNote: rolesIn(ctx, held[who.ID])})
	}
	v.Full = len(all) == found
	return p.Portal.Show(w, r, p.shell(r, "people", i18n.T(ctx, "找人")), peoplePage(v))
}

func idsOf(all []*person.Person) []id.ID {
	ids := make([]id.ID, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	return ids
}

// tail is how a person's number is shown: its end.
func tail(ctx context.Context, who *person.Person) string {
	if who.Tail() == "" {
		return i18n.T(ctx, "没有留号码")
	}
	return i18n.T(ctx, "尾号 %s", who.Tail())
}

// rolesIn names the roles of grants, each once.
func rolesIn(ctx context.Context, grants []*access.Grant) string {
	var names []string
	for _, g := range grants {
		if name := access.Name(g.Role).In(ctx); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

// personView is a person with her roles.
type personView struct {
	Name   string
	Facts  []ui.Fact
	Held   []held
	Before []ui.Event
	Give   string // where a role is given to her
	Done   string // what was just done: "given", "ended"
	Demo   bool
}

// held is a role that somebody holds, and how it is ended.
type held struct {
	Row   ui.Row
	End   string // "" where the viewer may not
	Renew string // the form for what follows its term, "" without one
}

// person is a person's page: who she is, which roles she holds and held.
func (p *Pages) person(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, err := personIn(r)
	if err != nil {
		return err
	}
	if err := p.noted(ctx, []id.ID{who}, i18n.M("查看身份").Key); err != nil {
		return err
	}
	v := personView{Give: "/desk/roles/new?person=" + who.String(), Done: r.FormValue("done"), Demo: p.Demo}
	var grants []*access.Grant
	var people cast
	err = p.view(ctx, func(rd db.Reader) error {
		someone, err := p.Flows.People.ByID(ctx, rd, who)
		if err != nil {
			return err
		}
		v.Name = cmp.Or(someone.Name, portal.Called(ctx, someone))
		v.Facts = []ui.Fact{{Name: i18n.T(ctx, "称呼"), Text: portal.Called(ctx, someone)}, {Name: i18n.T(ctx, "手机"), Text: tail(ctx, someone)}}
		members, err := p.Flows.People.Memberships(ctx, rd, who)
		if err != nil {
			return err
		}
		for _, m := range members {
			name, err := p.placeName(ctx, m.Home)
			if err != nil {
				return err
			}
			v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "会员"), Text: name + " · " + m.Ref})
		}
		if grants, err = p.Flows.Access.Of(ctx, rd, who); err != nil {
			return err
		}
		people, err = p.castOf(ctx, rd, grants)
		return err
	})
	if err != nil {
		return err
	}
	if v.Held, v.Before, err = p.told(ctx, grants, people, "/desk/roles/"); err != nil {
		return err
	}
	return p.Portal.Show(w, r, p.shell(r, "people", v.Name), personPage(v))
}
