package volunteerweb

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's volunteers for the office.
type deskView struct {
	portal.Room
	Table   ui.Table
	Waiting []ui.Row // certificates to look at
	Stats   []ui.Stat
	Export  string // "" for who may not
	May     bool
	Sent    portal.Sent
}

// listed is one volunteer of a list, with the name of who she is.
type listed struct {
	*volunteer.Volunteer
	Name string
}

// pageSize is how many volunteers a page of the desk has.
const pageSize = 50

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: h.MayIn(ctx, "volunteer_desk.keep", room.ID)}
	all, err := h.listed(ctx, room.ID)
	if err != nil {
		return err
	}
	if err := h.fillWaiting(ctx, &v, all); err != nil {
		return err
	}
	v.Stats = h.stats(ctx, &v, all)
	ask := ui.AskTable(r.URL.Query(), nil, "skill", "level", "state")
	found := filter(all, ask, &room)
	v.Table = table(ctx, &room, ask, found)
	if h.MayIn(ctx, "volunteer_desk.export", room.ID) {
		v.Export = room.Desk("volunteers", "/export?") + r.URL.Query().Encode()
	}
	if err := h.Looked(ctx, shown(found, ask), privacy.Profile, i18n.M("看志愿者名单").Key); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "volunteers", i18n.T(ctx, "志愿者")), deskPage(v))
}

// listed are all volunteers of a community by name.
func (h *Pages) listed(ctx context.Context, at id.ID) (all []listed, err error) {
	var everybody []*volunteer.Volunteer
	if err := h.view(ctx, at, func(rd db.Reader) error {
		everybody, err = h.svc().Everybody(ctx, rd, at)
		return err
	}); err != nil {
		return nil, err
	}
	who := make([]id.ID, len(everybody))
	for i, v := range everybody {
		who[i] = v.Person
	}
	err = h.view(ctx, id.Tilde, func(rd db.Reader) error {
		people, err := h.Flows.People.ByIDs(ctx, rd, who)
		all = nil
		for _, v := range everybody {
			one := listed{Volunteer: v}
			if p := people[v.Person]; p != nil {
				one.Name = p.Name
			}
			all = append(all, one)
		}
		return err
	})
	slices.SortFunc(all, func(a, b listed) int { return cmp.Or(cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:])) })
	return all, err
}

func (h *Pages) fillWaiting(ctx context.Context, v *deskView, all []listed) error {
	var waiting []*volunteer.Certificate
	if err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		waiting, err = h.svc().Waiting(ctx, rd, v.ID)
		return err
	}); err != nil {
		return err
	}
	for _, c := range waiting {
		at := slices.IndexFunc(all, func(l listed) bool { return l.Person == c.Person })
		if at < 0 {
			continue
		}
		v.Waiting = append(v.Waiting, ui.Row{Href: v.Desk("volunteers", "/"+all[at].ID.String()), Icon: "file", Title: all[at].Name, Text: volunteer.SkillName(c.Skill).In(ctx), EndNote: ui.Moment(ctx, v.Local(c.At))})
	}
	return nil
}

// stats are how many there are, and how many could help this very hour.
func (h *Pages) stats(ctx context.Context, v *deskView, all []listed) []ui.Stat {
	active, free := 0, 0
	for _, l := range all {
		if l.State == volunteer.Active {
			active++
		}
		if freeNow(l.Volunteer, v.Now) {
			free++
		}
	}
	return []ui.Stat{{Name: i18n.T(ctx, "可以帮忙的"), Number: itoa(active), Unit: i18n.T(ctx, "人")}, {Name: i18n.T(ctx, "现在有空的"), Number: itoa(free), Unit: i18n.T(ctx, "人")},
		{Name: i18n.T(ctx, "证书等着看"), Number: itoa(len(v.Waiting)), Unit: i18n.T(ctx, "份")}}
}

// freeNow reports whether somebody is free at a moment.
func freeNow(v *volunteer.Volunteer, now time.Time) bool {
	return volunteer.FreeAt(v, volunteer.Span{From: now, To: now.Add(time.Minute)}, now.Location())
}

// filter leaves those that a table asks for.
func filter(all []listed, ask ui.TableAsk, room *portal.Room) []listed {
	text, skill, state := strings.TrimSpace(ask.Search), volunteer.Skill(ask.Filters["skill"]), ask.Filters["state"]
	least, _ := volunteer.ParseLevel(ask.Filters["level"])
	return slices.DeleteFunc(slices.Clone(all), func(l listed) bool {
		fits := slices.ContainsFunc(l.Skills, func(h volunteer.Held) bool {
			return (skill == "" || h.Skill.Within(skill)) && h.On(room.Today) >= least
		})
		switch {
		case text != "" && !strings.Contains(l.Name, text):
			return true
		case (skill != "" || least > volunteer.Declared) && !fits:
			return true
		case state == "free":
			return !freeNow(l.Volunteer, room.Now)
		case state != "":
			return string(l.State) != state
		}
		return false
	})
}

// shown are the people of the page of a table.
func shown(all []listed, ask ui.TableAsk) (who []id.ID) {
	for _, l := range pageOf(all, ask) {
		who = append(who, l.Person)
	}
	return who
}

func pageOf(all []listed, ask ui.TableAsk) []listed {
	from := min((max(ask.Page, 1)-1)*pageSize, len(all))
	return all[from:min(from+pageSize, len(all))]
}

func table(ctx context.Context, room *portal.Room, ask ui.TableAsk, all []listed) ui.Table {
	ask.Size = pageSize
	t := ui.Table{ID: "volunteers", Caption: i18n.T(ctx, "志愿者"), Path: room.Desk("volunteers", ""), Ask: ask, Total: len(all), Search: i18n.T(ctx, "找名字"),
		Columns: []ui.Column{{Text: i18n.T(ctx, "姓名"), Title: true}, {Text: i18n.T(ctx, "会什么")}, {Text: i18n.T(ctx, "身份核对"), Rare: true}, {Text: i18n.T(ctx, "现在")}},
		Filters: []ui.Field{
			{Name: "skill", Label: i18n.T(ctx, "会什么"), Options: skillFilter(ctx)},
			{Name: "level", Label: i18n.T(ctx, "多可靠"), Options: levelFilter(ctx)},
			{Name: "state", Label: i18n.T(ctx, "现在"), Options: stateFilter(ctx)},
		},
		Empty: ui.EmptyView{Icon: "hands", Title: i18n.T(ctx, "没有找到志愿者"), Text: i18n.T(ctx, "换个条件，或者请居民来报名。")}}
	for _, l := range pageOf(all, ask) {
		state := ui.Cell{Text: volunteer.StateName(l.State).In(ctx), Tone: stateTone(l.State)}
		if freeNow(l.Volunteer, room.Now) {
			state.Text = i18n.T(ctx, "现在有空")
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: room.Desk("volunteers", "/"+l.ID.String()), Cells: []ui.Cell{
			{Text: l.Name}, {Text: skillNames(ctx, l.Skills, heldSkill)}, {Text: volunteer.IdentityName(l.Identity(room.Today)).In(ctx)}, state}})
	}
	return t
}

func skillFilter(ctx context.Context) []ui.Option {
	options := []ui.Option{{Text: i18n.T(ctx, "都看")}}
	for _, n := range volunteer.Tree {
		text := n.Name.In(ctx)
		if n.Parent != "" {
			text = i18n.T(ctx, "%s：%s", volunteer.SkillName(n.Parent).In(ctx), text)
		}
		options = append(options, ui.Option{Value: string(n.Key), Text: text})
	}
	return options
}

func levelFilter(ctx context.Context) []ui.Option {
	options := []ui.Option{{Text: i18n.T(ctx, "都看")}}
	for _, l := range volunteer.Levels {
		options = append(options, ui.Option{Value: l.String(), Text: volunteer.LevelName(l).In(ctx)})
	}
	return options
}

func stateFilter(ctx context.Context) []ui.Option {
	options := []ui.Option{{Text: i18n.T(ctx, "都看")}, {Value: "free", Text: i18n.T(ctx, "现在有空")}}
	for _, s := range []volunteer.State{volunteer.Active, volunteer.Paused, volunteer.Stopped} {
		options = append(options, ui.Option{Value: string(s), Text: volunteer.StateName(s).In(ctx)})
	}
	return options
}

// export takes the volunteers that the list shows along; each of them sees it.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	all, err := h.listed(ctx, room.ID)
	if err != nil {
		return err
	}
	all = filter(all, ui.AskTable(r.URL.Query(), nil, "skill", "level", "state"), &room)
	t := sheet.Table{Name: i18n.T(ctx, "志愿者"), Head: []string{i18n.T(ctx, "姓名"), i18n.T(ctx, "会什么"), i18n.T(ctx, "身份核对"), i18n.T(ctx, "状态"), i18n.T(ctx, "哪天有空"), i18n.T(ctx, "走多远（米）")}}
	who := make([]id.ID, len(all))
	for i, l := range all {
		who[i] = l.Person
		when := make([]string, len(l.Windows))
		for j, x := range l.Windows {
			when[j] = windowName(ctx, x)
		}
		t.Rows = append(t.Rows, append(sheet.Texts(l.Name, skillNames(ctx, l.Skills, heldSkill), volunteer.IdentityName(l.Identity(room.Today)).In(ctx), volunteer.StateName(l.State).In(ctx),
			strings.Join(when, i18n.T(ctx, "、"))), sheet.Figure(itoa(l.Radius))))
	}
	if err := h.Looked(ctx, who, privacy.Profile, i18n.M("导出志愿者名单").Key); err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "志愿者"), cmp.Or(r.FormValue("format"), "csv"), t)
}
