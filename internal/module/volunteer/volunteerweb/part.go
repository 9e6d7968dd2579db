package volunteerweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// The parts of a profile, each with a page of its own.
const (
	partSkills = "skills"
	partHours  = "hours"
	partPlace  = "place"
	partWords  = "words"
)

var partNames = map[string]i18n.Message{
	partSkills: i18n.M("我会什么"), partHours: i18n.M("我哪天有空"), partPlace: i18n.M("我从哪里出发"), partWords: i18n.M("说说我自己"),
}

// partView is the form of one part, for the volunteer herself or for the desk.
type partView struct {
	portal.Room
	Of     *volunteer.Volunteer
	Part   string
	Title  string
	Form   ui.Form
	Seen   string // the version that was seen when the form was opened
	Places []ui.Option
	Crumbs []ui.Link // of the desk
	Sent   portal.Sent
}

func (h *Pages) part(w http.ResponseWriter, r *http.Request) error {
	return h.showPart(w, r, portal.Sent{})
}

func (h *Pages) showPart(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, of, err := h.own(ctx)
	if err != nil {
		return err
	}
	v, err := h.partView(r, room, of, self, sent)
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.TaskFrame, "", v.Title)
	s.Back = ui.Link{Href: self, Text: i18n.T(ctx, "我来帮忙")}
	return h.ShowSent(w, r, sent, s, partPage(v))
}

// partView is the form of the part in an address; base is the profile's page.
func (h *Pages) partView(r *http.Request, room portal.Room, of *volunteer.Volunteer, base string, sent portal.Sent) (v partView, err error) {
	ctx, part := r.Context(), r.PathValue("part")
	name, ok := partNames[part]
	if !ok {
		return v, httpkit.ErrNoSuchPage
	}
	v = partView{Room: room, Of: of, Part: part, Title: name.In(ctx), Form: sent.Ask(part, base+"/parts/"+part), Sent: sent}
	v.Seen = sent.Typed(part, "version", strconv.FormatInt(of.Version, 10))
	v.Form.Busy = i18n.T(ctx, "正在保存，请等一下")
	if part == partPlace {
		v.Places, _, err = h.placeOptions(ctx, room.ID)
	}
	return v, err
}

func (h *Pages) changePart(w http.ResponseWriter, r *http.Request) error {
	room, of, err := h.own(r.Context())
	if err != nil {
		return err
	}
	return h.savePart(w, r, &room, of, self, func(s portal.Sent) error { return h.showPart(w, r, s) })
}

// savePart writes the part in an address and goes back to the profile.
func (h *Pages) savePart(w http.ResponseWriter, r *http.Request, room *portal.Room, of *volunteer.Volunteer, to string, again func(s portal.Sent) error) error {
	ctx, part := r.Context(), r.PathValue("part")
	if _, ok := partNames[part]; !ok {
		return httpkit.ErrNoSuchPage
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.FormValue("version"), 10, 64)
	if err != nil {
		seen = -1 // no form of ours: it has moved on
	}
	actor := authz.Of(ctx).Actor()
	if part == partSkills {
		err = h.update(ctx, room.ID, func(tx *db.Tx) error {
			_, err := h.svc().Skill(ctx, tx, of.Person, seen, ticked[volunteer.Skill](r, "skills"))
			return err
		})
	} else {
		var edit func(p *volunteer.Profile)
		if edit, err = readPart(ctx, r, part); err == nil {
			err = h.Flows.ChangeVolunteer(ctx, actor, room.ID, of.Person, seen, edit)
		}
	}
	return portal.Done(w, r, err, to, part, again)
}

// readPart reads what a part's form says.
func readPart(ctx context.Context, r *http.Request, part string) (func(p *volunteer.Profile), error) {
	switch part {
	case partHours:
		windows, err := readWindows(r)
		if err != nil {
			return nil, err
		}
		t := portal.Type(r)
		limits := volunteer.Limits{DayMinutes: t.Number("day_minutes"), WeekMinutes: t.Number("week_minutes")}
		return func(p *volunteer.Profile) {
			p.Windows, p.Limits.DayMinutes, p.Limits.WeekMinutes = windows, limits.DayMinutes, limits.WeekMinutes
		}, t.Err
	case partPlace:
		place, err := readPlace(r)
		if err != nil {
			return nil, err
		}
		radius, err := readRadius(r)
		not := r.Form["not"]
		return func(p *volunteer.Profile) {
			p.Place, p.Radius = place, radius
			p.Limits.NoLifting, p.Limits.NoPets, p.Limits.NoStairs = slices.Contains(not, "lifting"), slices.Contains(not, "pets"), slices.Contains(not, "stairs")
		}, err
	}
	languages, about, likes := ticked[volunteer.Language](r, "languages"), portal.Prose(r, "about"), portal.Prose(r, "likes")
	return func(p *volunteer.Profile) { p.Languages, p.About, p.Likes = languages, about, likes }, nil
}

// readWindows reads the windows that are kept, and the ones that are added: on some
// weekdays, from one time of day to another.
func readWindows(r *http.Request) (all []volunteer.Window, err error) {
	for _, s := range r.Form["windows"] {
		w, ok := readWindow(s)
		if !ok {
			return nil, volunteer.ErrBadWindow.On("weekdays")
		}
		all = append(all, w)
	}
	days := r.Form["weekdays"]
	if len(days) == 0 {
		return all, nil
	}
	t := portal.Type(r)
	times := t.Times()
	if t.Err != nil {
		return nil, t.Err
	}
	if times.To == 0 {
		times.To = period.Midnight
	}
	if times.To <= times.From {
		return nil, volunteer.ErrBadWindow.On("to_hour")
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if times.Weekdays.Has(d) {
			all = append(all, volunteer.Window{Weekday: d, From: times.From, To: times.To})
		}
	}
	return all, nil
}

func notValues(l volunteer.Limits) (values []string) {
	for _, x := range []struct {
		set   bool
		value string
	}{{l.NoLifting, "lifting"}, {l.NoPets, "pets"}, {l.NoStairs, "stairs"}} {
		if x.set {
			values = append(values, x.value)
		}
	}
	return values
}

func notOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "lifting", Text: i18n.T(ctx, "搬重物")}, {Value: "pets", Text: i18n.T(ctx, "去有猫狗的人家")}, {Value: "stairs", Text: i18n.T(ctx, "爬楼梯")}}
}

// windows are those of the profile to keep or to untick.
func (v *partView) windows(ctx context.Context) ([]ui.Option, []string) {
	options, values := windowOptions(ctx, v.Of.Windows)
	return options, v.Sent.Ticked(v.Part, "windows", values)
}

// minutes writes a limit for a field, "" for none.
func minutes(n int) string { return portal.Whole(n) }

// heldValues are the skills of somebody as fields carry them.
func heldValues(v *volunteer.Volunteer) (values []string) {
	for _, s := range v.Skills {
		values = append(values, string(s.Skill))
	}
	return values
}

func languageValues(v *volunteer.Volunteer) (values []string) {
	for _, l := range v.Languages {
		values = append(values, string(l))
	}
	return values
}

func placeValue(v *volunteer.Volunteer, field, first string) string {
	switch field {
	case "place":
		return v.Place.String()
	case "radius":
		return strconv.Itoa(v.Radius)
	}
	return first
}

func wordValue(v *volunteer.Volunteer, field string) string {
	if field == "about" {
		return v.About
	}
	return v.Likes
}
