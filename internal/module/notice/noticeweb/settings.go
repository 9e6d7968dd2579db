package noticeweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// settingsView is what a person wishes to be told, and how.
type settingsView struct {
	groups   []settingsGroup
	quiet    notice.Quiet
	none     bool // no quiet hours
	key      string
	devices  int
	wrong    ui.Form
	saved    bool
	from, to string
}

type settingsGroup struct {
	name  string
	kinds []settingsKind
	quiet []string // kinds that lie in the inbox and go nowhere
}

type settingsKind struct {
	kind   *notice.Kind
	name   string
	wishes []wish
}

// wish is one box: a kind by a way.
type wish struct {
	way            notice.Way
	name, label    string
	wanted, locked bool
}

func (p *Pages) settings(w http.ResponseWriter, r *http.Request) error {
	v, err := p.settingsView(r.Context())
	if err != nil {
		return err
	}
	v.saved = r.URL.Query().Get("saved") != ""
	return p.showSettings(w, r, http.StatusOK, v)
}

func (p *Pages) showSettings(w http.ResponseWriter, r *http.Request, status int, v settingsView) error {
	ctx := r.Context()
	s := p.shell(ctx, i18n.T(ctx, "通知设置"), ui.Link{Href: InboxPath, Text: i18n.T(ctx, "通知")})
	return p.Portal.ShowAs(w, r, status, httpkit.Private, s, settingsPage(v))
}

func (p *Pages) settingsView(ctx context.Context) (v settingsView, err error) {
	who := authz.Of(ctx).Person
	var c notice.Choices
	err = p.view(ctx, func(r db.Reader) error {
		if c, err = p.service().Choices(ctx, r, who); err != nil {
			return err
		}
		devices, err := p.service().Devices(ctx, r, who)
		v.devices = len(devices)
		return err
	})
	if err != nil {
		return v, err
	}
	v.quiet, v.none = c.Quiet, c.Quiet.From == c.Quiet.Until
	v.from, v.to = minutes(c.Quiet.From), minutes(c.Quiet.Until)
	if p.Flows.Carriers.Push != nil {
		v.key = p.Flows.Carriers.Push.PublicKey()
	}
	for _, g := range notice.Groups {
		group := settingsGroup{name: i18n.T(ctx, g.Name)}
		for i := range notice.Kinds {
			k := &notice.Kinds[i]
			if row := p.settingsKind(ctx, k, c); k.Group == g.Group && len(row.wishes) > 0 {
				group.kinds = append(group.kinds, row)
			} else if k.Group == g.Group {
				group.quiet = append(group.quiet, row.name)
			}
		}
		v.groups = append(v.groups, group)
	}
	return v, nil
}

func (p *Pages) settingsKind(ctx context.Context, k *notice.Kind, c notice.Choices) settingsKind {
	row := settingsKind{kind: k, name: i18n.T(ctx, k.Name)}
	ways := append([]notice.Way{notice.Inbox}, k.Offers()...)
	for _, way := range ways {
		if !p.service().Offered(way) || way == notice.Inbox && k.Fixed(way) {
			continue // everything lies in the inbox: there is nothing to choose
		}
		row.wishes = append(row.wishes, wish{way: way, name: k.ID + "/" + string(way), label: notice.WayName(way).In(ctx), wanted: c.Wants(k, way), locked: k.Fixed(way)})
	}
	return row
}

// wish saves every box of the page: what stands in "shown" and is not ticked is not
// wanted.
func (p *Pages) wish(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), authz.Of(r.Context()).Person
	if err := r.ParseForm(); err != nil {
		return err
	}
	ticked := make(map[string]bool)
	for _, name := range r.PostForm["wish"] {
		ticked[name] = true
	}
	err := p.update(r, func(tx *db.Tx) error {
		for _, name := range r.PostForm["shown"] {
			kind, way, _ := strings.Cut(name, "/")
			if err := p.service().Wish(ctx, tx, who, kind, notice.Way(way), ticked[name]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return see(w, r, settingsPath+"?saved=1")
}

// quiet saves the quiet hours.
func (p *Pages) quiet(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), authz.Of(r.Context()).Person
	from, okFrom := parseMinutes(r.FormValue("quiet_from"))
	until, okUntil := parseMinutes(r.FormValue("quiet_until"))
	if r.FormValue("quiet_none") == "yes" {
		from, until, okFrom, okUntil = 0, 0, true, true
	}
	err := error(notice.ErrBadQuiet.On("quiet_from"))
	if !okUntil {
		err = notice.ErrBadQuiet.On("quiet_until")
	}
	if okFrom && okUntil {
		err = p.update(r, func(tx *db.Tx) error {
			return p.service().SetQuiet(ctx, tx, who, notice.Quiet{From: from, Until: until})
		})
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		v, e := p.settingsView(ctx)
		if e != nil {
			return e
		}
		v.from, v.to = r.FormValue("quiet_from"), r.FormValue("quiet_until")
		problem := httpkit.ProblemOf(ctx, err, false)
		v.wrong = ui.Form{Wrong: []ui.Wrong{{Field: f.Field, Text: problem.Detail}}}
		return p.showSettings(w, r, problem.Status, v)
	}
	if err != nil {
		return err
	}
	return see(w, r, settingsPath+"?saved=1")
}

func minutes(m int) string { return two(m/60) + ":" + two(m%60) }

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func parseMinutes(s string) (int, bool) {
	h, m, ok := strings.Cut(s, ":")
	hours, err := strconv.Atoi(h)
	mins, err2 := strconv.Atoi(m)
	return hours*60 + mins, ok && err == nil && err2 == nil && hours >= 0 && hours < 24 && mins >= 0 && mins < 60
}

// subscribe notes a browser that takes push messages. A script calls it.
func (p *Pages) subscribe(w http.ResponseWriter, r *http.Request) error {
	v := authz.Of(r.Context())
	d := notice.Device{Person: v.Person, Session: v.Session, Endpoint: r.FormValue("endpoint"), P256dh: r.FormValue("p256dh"), Auth: r.FormValue("auth")}
	if err := p.update(r, func(tx *db.Tx) error { return p.service().Subscribe(r.Context(), tx, d) }); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// unsubscribe ends what a browser takes.
func (p *Pages) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	who := authz.Of(r.Context()).Person
	if err := p.update(r, func(tx *db.Tx) error { return p.service().Unsubscribe(r.Context(), tx, who, r.FormValue("endpoint")) }); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
