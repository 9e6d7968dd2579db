package volunteerweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// joinView is one of the three steps in which somebody becomes a volunteer. What was
// said in the steps before travels along in hidden fields, so that nothing is kept of
// who stops half way.
type joinView struct {
	portal.Room
	Step   int // 1 to 3
	Places []ui.Option
	Carry  []carried
	Form   ui.Form
	Typed  func(field, first string) string
	Ticked func(field string) []string
}

// carried is an answer of an earlier step.
type carried struct{ Name, Value string }

// asked are the fields of each step.
var asked = [][]string{{"skills"}, {"weekdays", "parts", "place", "radius"}, {"languages", "about", "likes", "consent"}}

func (h *Pages) join(w http.ResponseWriter, r *http.Request) error {
	step, err := strconv.Atoi(r.FormValue("step"))
	if err != nil || step < 1 || step > len(asked) {
		step = 1
	}
	bad := error(nil)
	if _, err := readJoin(r); step == len(asked) && err != nil {
		step, bad = 2, err
	}
	if step > 1 && len(r.Form["skills"]) == 0 {
		step, bad = 1, volunteer.ErrBadSkill.On("skills")
	}
	if bad == nil {
		return h.showJoin(w, r, step, http.StatusOK, nil)
	}
	wrong, status, err := portal.Wrong(r.Context(), bad)
	if err != nil {
		return err
	}
	return h.showJoin(w, r, step, status, wrong)
}

func (h *Pages) showJoin(w http.ResponseWriter, r *http.Request, step, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	room, who, ok, err := h.home(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		return flow.ErrNoMember
	}
	v := joinView{Room: room, Step: step, Form: ui.Form{Wrong: wrong, Action: self + "/join", Get: true}}
	if step == len(asked) {
		v.Form.Action, v.Form.Get, v.Form.Busy = self, false, i18n.T(ctx, "正在登记，请等一下")
	}
	v.Typed = func(field, first string) string {
		if !r.Form.Has(field) {
			return first
		}
		return r.Form.Get(field)
	}
	v.Ticked = func(field string) []string { return r.Form[field] }
	for _, fields := range asked[:step-1] {
		for _, f := range fields {
			for _, value := range r.Form[f] {
				v.Carry = append(v.Carry, carried{f, value})
			}
		}
	}
	if step == 2 {
		if v.Places, _, err = h.placeOptions(ctx, room.ID); err != nil {
			return err
		}
		if !r.Form.Has("place") {
			if err := h.livesAt(ctx, who, &v); err != nil {
				return err
			}
		}
	}
	s := h.Shell(ctx, ui.TaskFrame, "", i18n.T(ctx, "我来当志愿者"))
	s.Back = ui.Link{Href: self, Text: i18n.T(ctx, "我来帮忙")}
	return h.ShowAs(w, r, status, httpkit.Never, s, joinPage(v))
}

// livesAt proposes the building in which somebody lives as the one she sets out from.
func (h *Pages) livesAt(ctx context.Context, who id.ID, v *joinView) error {
	return h.view(ctx, id.Tilde, func(rd db.Reader) error {
		home, known, err := h.Flows.Households.HomeOf(ctx, rd, who)
		typed := v.Typed
		v.Typed = func(field, first string) string {
			if field == "place" && known {
				return home.Place.String()
			}
			return typed(field, first)
		}
		return err
	})
}

// become makes a volunteer of the viewer. What is wrong is mended in the step that asked
// for it.
func (h *Pages) become(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, who, ok, err := h.home(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		return flow.ErrNoMember
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	b, err := readJoin(r)
	if err == nil && r.FormValue("consent") != "yes" {
		err = ErrNoConsent.On("consent")
	}
	if err == nil {
		b.Person, b.Community, b.How = who, room.ID, "page"
		_, err = h.Flows.BecomeVolunteer(ctx, authz.Of(ctx).Actor(), b)
	}
	return portal.Done(w, r, err, self, "join", func(s portal.Sent) error {
		step := len(asked)
		for i, fields := range asked {
			if len(s.Wrong) > 0 && slices.Contains(fields, s.Wrong[0].Field) {
				step = i + 1
			}
		}
		return h.showJoin(w, r, step, s.StatusOf(), s.Wrong)
	})
}

// ErrNoConsent refuses to keep what somebody says of herself without her word.
var ErrNoConsent = fault.New(fault.Invalid, "volunteer.no_consent")

// readJoin reads what somebody says of herself: on some days of the week, in some parts
// of the day.
func readJoin(r *http.Request) (b flow.Becoming, err error) {
	b.Skills = ticked[volunteer.Skill](r, "skills")
	b.Languages = ticked[volunteer.Language](r, "languages")
	b.About, b.Likes = portal.Prose(r, "about"), portal.Prose(r, "likes")
	if b.Place, err = readPlace(r); err != nil {
		return b, err
	}
	if b.Radius, err = readRadius(r); err != nil {
		return b, err
	}
	for _, day := range r.Form["weekdays"] {
		d, err := strconv.Atoi(day)
		if err != nil || d < 0 || d > 6 {
			return b, volunteer.ErrBadWindow.On("weekdays")
		}
		for _, p := range partsOfDay {
			if slices.Contains(r.Form["parts"], p.key) {
				b.Windows = append(b.Windows, volunteer.Window{Weekday: time.Weekday(d), From: p.from, To: p.to})
			}
		}
	}
	return b, nil
}

func ticked[T ~string](r *http.Request, field string) (all []T) {
	for _, s := range r.Form[field] {
		if !slices.Contains(all, T(s)) {
			all = append(all, T(s))
		}
	}
	return all
}

func readPlace(r *http.Request) (at id.ID, err error) {
	if at, err = id.Parse(r.FormValue("place")); err != nil {
		return at, volunteer.ErrBadPlace.On("place")
	}
	return at, nil
}

func readRadius(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.FormValue("radius"))
	if err != nil || n < volunteer.RadiusLeast || n > volunteer.RadiusMost {
		return 0, volunteer.ErrBadRadius.On("radius").With("least", volunteer.RadiusLeast).With("most", volunteer.RadiusMost)
	}
	return n, nil
}
