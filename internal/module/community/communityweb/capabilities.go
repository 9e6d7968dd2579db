package communityweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// capabilityView is one capability across the communities (A10).
type capabilityView struct {
	Capability community.Capability
	Name       string
	Rows       []ui.Row
	On, Of     int
	Options    []ui.Option
	Chosen     []string
	State      string // "on" or "off", as the form has it
	From       string
	Reason     string
	Measured   string
	Form       ui.Form
	History    []ui.Event
}

func (h *Pages) capabilities(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := h.decided(ctx)
	if err != nil {
		return err
	}
	now := h.Flows.DB.Clock().Now()
	var rows []ui.Row
	for _, d := range community.Defaults {
		on := 0
		for _, c := range all {
			if community.Switched(c.switches, now)[d.Capability] {
				on++
			}
		}
		row := ui.Row{Href: "/desk/capabilities/" + string(d.Capability), Title: CapabilityName(ctx, d.Capability), Text: i18n.T(ctx, "%d 个社区里，%d 个开通", len(all), on)}
		switch {
		case on == 0:
			row.Tag, row.Tone = i18n.T(ctx, "还没开始"), ui.Tell
		case on == len(all):
			row.Tag, row.Tone = i18n.T(ctx, "全部开通"), ui.OK
		default:
			row.Tag, row.Tone = i18n.T(ctx, "试点中"), ui.Soon
		}
		rows = append(rows, row)
	}
	return h.Show(w, r, h.Shell(ctx, ui.OperatorFrame, "capabilities", i18n.T(ctx, "功能试点")), capabilitiesPage(rows))
}

// decisions are what was decided in one community.
type decisions struct {
	place    community.Place
	switches []community.Switch
}

func (h *Pages) decided(ctx context.Context) (all []decisions, err error) {
	places, err := h.Flows.Communities.List(ctx, h.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		if p.Closed() || !h.MayIn(ctx, "capability.read", p.ID) {
			continue
		}
		d := decisions{place: p}
		err := h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
			d.switches, err = h.Flows.Communities.Switches(ctx, rd, p.ID)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (h *Pages) capability(w http.ResponseWriter, r *http.Request) error {
	return h.showCapability(w, r, http.StatusOK, nil)
}

func (h *Pages) showCapability(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	c := community.Capability(r.PathValue("capability"))
	if !slices.ContainsFunc(community.Defaults, func(d community.Default) bool { return d.Capability == c }) {
		return community.ErrNotFound
	}
	v := capabilityView{Capability: c, Name: CapabilityName(ctx, c), State: "on", Form: ui.Form{Action: "/desk/capabilities/" + string(c), Wrong: wrong}}
	if wrong != nil {
		v.Chosen, v.State, v.From, v.Reason, v.Measured = r.Form["community"], r.FormValue("state"), r.FormValue("from"), r.FormValue("reason"), r.FormValue("measured")
	}
	all, err := h.decided(ctx)
	if err != nil {
		return err
	}
	if err := h.pilot(ctx, &v, all); err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "capabilities", v.Name), capabilityPage(v))
}

// pilot says where a capability stands, and what was decided about it.
func (h *Pages) pilot(ctx context.Context, v *capabilityView, all []decisions) error {
	now := h.Flows.DB.Clock().Now()
	type line struct {
		community.Switch
		place community.Place
	}
	var lines []line
	var by []id.ID
	for _, c := range all {
		on := community.Switched(c.switches, now)[v.Capability]
		row := ui.Row{Title: portal.PlaceName(c.place), Tag: onOff(ctx, on), Tone: ui.Tell, Text: i18n.T(ctx, "一直是默认的样子")}
		if on {
			v.On++
			row.Tone = ui.OK
		}
		for _, s := range c.switches {
			if s.Capability == v.Capability {
				row.Text = i18n.T(ctx, "从 %s 起：%s", ui.Moment(ctx, portal.Local(s.From)), s.Reason)
				lines, by = append(lines, line{s, c.place}), append(by, s.By)
			}
		}
		v.Rows = append(v.Rows, row)
		v.Options = append(v.Options, ui.Option{Value: c.place.Ref, Text: portal.PlaceName(c.place), Note: onOff(ctx, on)})
	}
	v.Of = len(all)
	slices.SortStableFunc(lines, func(a, b line) int { return b.At.Compare(a.At) })
	return h.view(ctx, func(rd db.Reader) error {
		names, err := h.Names(ctx, rd, by...)
		for _, l := range lines {
			e := ui.Event{Title: i18n.T(ctx, "%s：%s", portal.PlaceName(l.place), onOff(ctx, l.On)), When: ui.Moment(ctx, portal.Local(l.At)), State: ui.Done, Text: i18n.T(ctx, "%s：%s", names[l.By], l.Reason)}
			if l.Measured != "" {
				e.Text = i18n.T(ctx, "%s 测到的：%s", e.Text, l.Measured)
			}
			if l.From.After(now) {
				e.State = ui.Later
			}
			v.History = append(v.History, e)
		}
		return err
	})
}

// switchOver switches a capability in the communities that were chosen. To roll it
// out where it is not yet needs a word about what was measured.
func (h *Pages) switchOver(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	err := r.ParseForm()
	if err != nil {
		return err
	}
	s := community.Switch{Capability: community.Capability(r.PathValue("capability")), On: r.FormValue("state") == "on", Reason: r.FormValue("reason"), Measured: strings.TrimSpace(r.FormValue("measured"))}
	if day := r.FormValue("from"); day != "" {
		if s.From, err = time.ParseInLocation("2006-01-02", day, portal.Local(h.Flows.DB.Clock().Now()).Location()); err != nil {
			err = community.ErrBadDay.On("from")
		}
	}
	var places []id.ID
	for _, ref := range r.Form["community"] {
		p, e := h.Flows.Communities.ByRef(ctx, h.Flows.DB, ref)
		if e != nil || p.Kind != community.Community || !h.MayIn(ctx, "capability.switch", p.ID) {
			return community.ErrNotFound
		}
		places = append(places, p.ID)
	}
	if err == nil && len(places) == 0 {
		err = community.ErrNowhere.On("community")
	}
	if err == nil {
		for _, res := range h.Flows.Rollout(ctx, authz.Of(ctx).Actor(), places, s) {
			if res.Err != nil {
				err = res.Err
			}
		}
	}
	if err == nil {
		http.Redirect(w, r, "/desk/capabilities/"+string(s.Capability), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showCapability(w, r, status, wrong)
}
