package assistweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/module/household/householdweb"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// todayView is a grid worker's day: who waits for help, and which consents run out.
type todayView struct {
	Hello   string
	Matters []ui.Matter
	Late    int
	Due     []ui.Row
	Served  int
}

// lately is how far back a list of requests looks; soon is when a consent is due to
// be given again.
const (
	lately = 30 * 24 * time.Hour
	soon   = 14 * 24 * time.Hour
)

func (h *Pages) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, viewer := todayView{}, authz.Of(ctx)
	err := h.view(ctx, func(rd db.Reader) error {
		me, err := h.Flows.People.ByID(ctx, rd, viewer.Person)
		if err != nil {
			return err
		}
		v.Hello = portal.Greeting(ctx, portal.Local(h.Flows.DB.Clock().Now()), me)
		if err := h.matters(ctx, rd, &v); err != nil {
			return err
		}
		served, err := h.Flows.ServedBy(ctx, rd, viewer.Person, h.Flows.DB.Clock().Now())
		v.Served = len(served)
		if err != nil {
			return err
		}
		v.Due, err = h.runningOut(ctx, rd, viewer.Person)
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.Shell(ctx, ui.FieldFrame, "today", i18n.T(ctx, "今天")), todayPage(v))
}

// matters are the requests that wait, by their clock.
func (h *Pages) matters(ctx context.Context, rd db.Reader, v *todayView) error {
	now, me := h.Flows.DB.Clock().Now(), authz.Of(ctx).Person
	all, err := h.Flows.HelpFor(ctx, rd, me, now.Add(-lately))
	if err != nil {
		return err
	}
	var who, where []id.ID
	for _, q := range all {
		who, where = append(who, q.Subject), append(where, q.Household)
	}
	people, err := h.Flows.People.ByIDs(ctx, rd, who)
	if err != nil {
		return err
	}
	doors, err := h.Flows.Households.ByIDs(ctx, rd, where)
	if err != nil {
		return err
	}
	for _, q := range all {
		if q.Settled() || people[q.Subject] == nil {
			continue
		}
		m := ui.Matter{
			Href: "/field/help/" + q.ID.String(), Left: q.Due.Sub(now), Limit: assist.AnswerWithin, Kind: i18n.T(ctx, "求助"),
			Title: i18n.T(ctx, "%s · %s", portal.Called(ctx, people[q.Subject]), doors[q.Household].Door), Text: q.Wish, Stage: assist.StepName(q.State()).In(ctx), Next: i18n.T(ctx, "去看"),
		}
		if q.Late(now) {
			v.Late++
		}
		v.Matters = append(v.Matters, m)
	}
	return nil
}

// waiting is what the tab counts: requests that nobody has answered.
func (h *Pages) waiting(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	var v todayView
	err = h.view(ctx, func(rd db.Reader) error { return h.matters(ctx, rd, &v) })
	return len(v.Matters), v.Late > 0, err
}

// runningOut are the consents that will have to be given again soon.
func (h *Pages) runningOut(ctx context.Context, rd db.Reader, helper id.ID) (rows []ui.Row, err error) {
	now := h.Flows.DB.Clock().Now()
	all, err := h.Flows.Helpers.ConsentsTo(ctx, rd, helper)
	if err != nil {
		return nil, err
	}
	var who []id.ID
	for _, c := range all {
		who = append(who, c.Subject)
	}
	names, err := h.Names(ctx, rd, who...)
	for _, c := range all {
		if c.Holds(now) == nil && c.Until.Sub(now) < soon {
			rows = append(rows, ui.Row{Icon: "calendar", Title: names[c.Subject], Text: i18n.T(ctx, "授权到 %s 为止，请上门时问问要不要续。", dayOf(ctx, c.Until)), Href: "/field/consents"})
		}
	}
	return rows, err
}

// householdsView is a worker's households, as far as a search leaves them.
type householdsView struct {
	Text string
	Rows []ui.Row
	All  int
}

// shown is how many households a page lists.
const shown = 100

// households are those that the worker serves, searched by door, reference or the
// name of who lives there.
func (h *Pages) households(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := householdsView{Text: strings.TrimSpace(r.FormValue("q"))}
	err := h.view(ctx, func(rd db.Reader) error {
		served, err := h.Flows.ServedBy(ctx, rd, authz.Of(ctx).Person, h.Flows.DB.Clock().Now())
		if err != nil {
			return err
		}
		v.All = len(served)
		v.Rows, err = h.mine(ctx, rd, served, v.Text)
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.Shell(ctx, ui.FieldFrame, "households", i18n.T(ctx, "我的住户")), householdsPage(v))
}

func (h *Pages) mine(ctx context.Context, rd db.Reader, served []household.Household, text string) (rows []ui.Row, err error) {
	ids := make([]id.ID, len(served))
	for i := range served {
		ids[i] = served[i].ID
	}
	members, err := h.Flows.Households.Members(ctx, rd, ids)
	if err != nil {
		return nil, err
	}
	var who []id.ID
	for _, all := range members {
		for _, m := range all {
			if m.Current() {
				who = append(who, m.Person)
			}
		}
	}
	people, err := h.Flows.People.ByIDs(ctx, rd, who)
	if err != nil {
		return nil, err
	}
	for _, x := range served {
		match := text == "" || strings.Contains(x.Door, text) || strings.HasPrefix(x.Ref, text)
		var names []string
		for _, m := range members[x.ID] {
			if p := people[m.Person]; m.Current() && p != nil {
				names = append(names, portal.Called(ctx, p))
				match = match || strings.Contains(p.Name, text)
			}
		}
		if !match || len(rows) == shown {
			continue
		}
		at, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, x.Place)
		if err != nil {
			return nil, err
		}
		rows = append(rows, ui.Row{Href: "/field/households/" + x.ID.String(), Icon: "home", Title: x.Door, Text: strings.Join(names, i18n.T(ctx, "、")), Notes: []string{portal.PlaceName(at)}})
	}
	return rows, nil
}

// dwellingView is one household for its grid worker.
type dwellingView struct {
	flow.Dwelling
	Living   []ui.Row
	Trail    string
	Consents []consentView
}

// household is opened by its own grid worker only; who lives there sees that it was.
func (h *Pages) household(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return household.ErrNotFound
	}
	viewer := authz.Of(ctx)
	if err := h.serving(ctx, at); err != nil {
		return err
	}
	v := dwellingView{}
	look, err := h.Look(ctx, privacy.Household, i18n.M("打开住户页").Key)
	if err != nil {
		return err
	}
	if v.Dwelling, err = h.Flows.Dwelling(ctx, viewer.Actor(), at, look); err != nil {
		return err
	}
	v.Living = householdweb.Living(ctx, v.Dwelling, true)
	path, err := h.Flows.Communities.Path(ctx, h.Flows.DB, v.Place)
	if err != nil {
		return err
	}
	for i, p := range path {
		if i > 0 {
			v.Trail += " › "
		}
		v.Trail += portal.PlaceName(p)
	}
	if v.Consents, err = h.consentsOf(ctx, viewer.Person, func(c *assist.Consent) bool {
		for _, m := range v.Members {
			if m.Current() && m.Person == c.Subject {
				return true
			}
		}
		return false
	}); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.FieldFrame, "households", v.Door)
	s.Back = ui.Link{Href: "/field/households", Text: i18n.T(ctx, "我的住户")}
	return h.Show(w, r, s, dwellingPage(v))
}

// serving refuses a household that is in somebody else's care.
func (h *Pages) serving(ctx context.Context, at id.ID) error {
	return h.view(ctx, func(rd db.Reader) error {
		x, err := h.Flows.Households.ByID(ctx, rd, at)
		if err != nil {
			return err
		}
		serves, err := h.Flows.Serves(ctx, rd, authz.Of(ctx).Person, x, h.Flows.DB.Clock().Now())
		if err == nil && !serves {
			err = flow.ErrNotServed
		}
		return err
	})
}

// consents is for whom the worker may act.
func (h *Pages) consents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := h.consentsOf(ctx, authz.Of(ctx).Person, func(*assist.Consent) bool { return true })
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, h.Shell(ctx, ui.FieldFrame, "consents", i18n.T(ctx, "代办")), caringPage(all, i18n.T(ctx, "我可以替谁办事")))
}
