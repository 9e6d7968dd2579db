package operatorweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func (d *Desk) deskRoutes(t *httpkit.Router) {
	t.Add(httpkit.Route{Pattern: "GET /desk", Action: "desk.read", On: d.somewhere("desk.read"), Do: d.desk})
}

// deskView is what waits, of one queue or of all.
type deskView struct {
	Chips   []ui.Tab
	Active  string
	Matters []Matter
	Open    *Matter
	Queue   map[string]Source
	Late    int
	desk    *Desk
}

// href opens a matter beside the list it stands in.
func (v deskView) href(m Matter) string {
	q := url.Values{"open": {m.Key}}
	if v.Active != "all" {
		q.Set("queue", v.Active)
	}
	return "/desk?" + q.Encode()
}

// back leads from a matter to the list.
func (v deskView) back() string {
	if v.Active == "all" {
		return "/desk"
	}
	return "/desk?" + url.Values{"queue": {v.Active}}.Encode()
}

func (d *Desk) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := d.matters(ctx, authz.Of(ctx))
	if err != nil {
		return err
	}
	v := deskView{Active: "all", Queue: make(map[string]Source), desk: d}
	v.Chips = []ui.Tab{{Key: "all", Href: "/desk", Text: i18n.T(ctx, "快到时限在前"), Icon: "clock", Count: len(all)}}
	for _, q := range d.queues() {
		v.Queue[q.Key] = q
		n := 0
		for _, m := range all {
			if m.Queue == q.Key {
				n++
			}
		}
		if n == 0 {
			continue
		}
		v.Chips = append(v.Chips, ui.Tab{Key: q.Key, Href: "/desk?" + url.Values{"queue": {q.Key}}.Encode(), Text: q.Name.In(ctx), Icon: q.Icon, Count: n})
		if r.FormValue("queue") == q.Key {
			v.Active = q.Key
		}
	}
	for _, m := range all {
		if m.Due.Before(d.now()) {
			v.Late++
		}
		if v.Active == "all" || m.Queue == v.Active {
			v.Matters = append(v.Matters, m)
		}
		if m.Key == r.FormValue("open") {
			v.Open = &m
		}
	}
	s := d.shell(r, "desk", i18n.T(ctx, "全部待办"))
	s.Class = "queuepage"
	if v.Open != nil {
		s.Class += " opened"
		s.Aside = matterAside(v)
	}
	return d.Portal.Show(w, r, s, deskPage(v))
}

// queue are the matters as the list shows them.
func (v deskView) queue(ctx context.Context) (rows []ui.Matter) {
	for _, m := range v.Matters {
		rows = append(rows, ui.Matter{
			Href: v.href(m), Left: m.Due.Sub(v.desk.now()), Limit: m.Limit, Kind: v.Queue[m.Queue].Tag.In(ctx),
			Title: m.Title, Text: m.Note, Stage: m.Stage, Next: m.Do.Text, Open: v.Open != nil && v.Open.Key == m.Key,
		})
	}
	return rows
}
