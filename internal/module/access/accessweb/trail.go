package accessweb

import (
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// trailPage is how many events of the trail a page has.
const trailPage = 40

// trailView is what was given and ended, the latest first.
type trailView struct {
	Events []ui.Event
	Older  string // the next page, "" if there is none
}

// trail shows who gave and ended which role, when and why.
func (p *Pages) trail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before := p.now().Add(time.Microsecond)
	if at, err := strconv.ParseInt(r.FormValue("before"), 10, 64); err == nil && at > 0 {
		before = time.UnixMicro(at)
	}
	reach, err := p.engine.Reach(ctx, authz.Of(ctx), "grant.read")
	if err != nil {
		return err
	}
	var events []access.Event
	var people cast
	err = p.view(ctx, func(rd db.Reader) error {
		places, err := p.granted(ctx, rd, reach, "")
		if err != nil {
			return err
		}
		if events, err = p.Flows.Access.Events(ctx, rd, places, before, trailPage); err != nil {
			return err
		}
		grants := make([]*access.Grant, len(events))
		for i, e := range events {
			grants[i] = e.Grant
		}
		people, err = p.castOf(ctx, rd, grants)
		return err
	})
	if err != nil {
		return err
	}
	var v trailView
	holders := make([]id.ID, len(events))
	for i, e := range events {
		holders[i] = e.Grant.Person
		place, err := p.placeOf(ctx, e.Grant)
		if err != nil {
			return err
		}
		role := access.Name(e.Grant.Role).In(ctx)
		line := ui.Event{When: i18n.T(ctx, "%s %s", p.day(ctx, e.At), ui.Clock(ctx, e.At.In(p.Zone))), Text: e.Reason, State: ui.Done}
		if who := people.by(ctx, e.By); e.End {
			line.Title = i18n.T(ctx, "%s 结束了 %s 的“%s”（%s）", who, people.name(ctx, e.Grant.Person), role, place)
		} else {
			line.Title = i18n.T(ctx, "%s 授予 %s “%s”（%s）", who, people.name(ctx, e.Grant.Person), role, place)
		}
		v.Events = append(v.Events, line)
	}
	if len(events) == trailPage {
		v.Older = "/desk/roles/trail?before=" + strconv.FormatInt(events[len(events)-1].At.UnixMicro(), 10)
	}
	if err := p.noted(ctx, holders, i18n.M("看任免记录").Key); err != nil {
		return err
	}
	return p.Portal.Show(w, r, p.shell(r, "roles", i18n.T(ctx, "任免记录")), trailSheet(v))
}
