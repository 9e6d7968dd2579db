package projectweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// plans are the plans of the time bank that serve a contract, or could, or did.
type plans struct {
	Free    []ui.Option // of its kinds, that serve no contract
	Serving []ui.Option
	Gone    []ui.Row // taken out of it again
	Bind    ui.Form
	Release ui.Form
}

// fillPlans lists the plans of a contract, by their member's number: whose they are is seen
// where help is given.
func (h *Pages) fillPlans(ctx context.Context, v *oneView) error {
	if v.Office || v.C.State() != project.Agreed {
		return nil
	}
	return h.view(ctx, v.ID, func(rd db.Reader) error {
		all, err := h.Flows.Projects.All(ctx, rd, v.ID)
		if err != nil {
			return err
		}
		running, err := h.Flows.TimeBank.Plans(ctx, rd, v.ID, v.Today)
		if err != nil {
			return err
		}
		running = slices.DeleteFunc(running, func(p *timebank.Plan) bool { return v.kindOf(p) == "" })
		var which []id.ID
		for i := range v.C.Spells {
			which = append(which, v.C.Spells[i].Plan)
		}
		known, err := h.Flows.TimeBank.PlansByIDs(ctx, rd, v.ID, which)
		if err != nil {
			return err
		}
		who := make(map[id.ID]bool)
		for _, p := range running {
			who[p.Asker] = true
		}
		for _, p := range known {
			who[p.Asker] = true
		}
		refs, err := h.Flows.Members.RefsOf(ctx, rd, v.ID, who)
		name := func(p *timebank.Plan) string {
			return i18n.T(ctx, "会员 %s，%s，%s", refs[p.Asker], kindName(ctx, v.kindOf(p)), ui.Days(ctx, p.First, p.Last))
		}
		v.listPlans(ctx, all, running, known, name)
		return err
	})
}

// listPlans puts the plans of a contract into words.
func (v *oneView) listPlans(ctx context.Context, all []*project.Contract, running []*timebank.Plan, known map[id.ID]*timebank.Plan, name func(*timebank.Plan) string) {
	for _, p := range running {
		if _, _, ok := v.C.Free(all, p.ID, v.Today, v.Now.Location()); ok {
			v.Free = append(v.Free, ui.Option{Value: p.ID.String(), Text: name(p)})
		}
	}
	for i := range v.C.Spells {
		x := &v.C.Spells[i]
		p := known[x.Plan]
		switch {
		case p == nil: // forgotten with its member
		case x.Left == nil:
			v.Serving = append(v.Serving, ui.Option{Value: p.ID.String(), Text: name(p)})
		case x.Left.Last < x.First:
			v.Gone = append(v.Gone, ui.Row{Title: name(p), Text: i18n.T(ctx, "一次也不算"), Notes: []string{x.Left.Words, ui.Moment(ctx, v.Local(x.Left.At))}})
		default:
			v.Gone = append(v.Gone, ui.Row{Title: name(p), Text: i18n.T(ctx, "算到 %s", ui.FullDay(ctx, x.Left.Last)), Notes: []string{x.Left.Words, ui.Moment(ctx, v.Local(x.Left.At))}})
		}
	}
}

// kindOf is the name of the contract's kind that a plan asks for, "" for another's.
func (v *oneView) kindOf(p *timebank.Plan) string {
	for _, l := range v.C.Lines {
		if l.Kind == p.Kind {
			return l.Name
		}
	}
	return ""
}

func (h *Pages) bind(w http.ResponseWriter, r *http.Request) error {
	return h.on(w, r, false, "bind", func(ctx context.Context, place, at id.ID) error {
		f := portal.Type(r)
		plans := f.IDs("plans")
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.BindPlans(ctx, place, actor(ctx), at, plans)
	})
}

func (h *Pages) release(w http.ResponseWriter, r *http.Request) error {
	return h.on(w, r, false, "release", func(ctx context.Context, place, at id.ID) error {
		f := portal.Type(r)
		plans, last := f.IDs("plans"), f.Day("until")
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.ReleasePlans(ctx, place, actor(ctx), at, plans, last, portal.Prose(r, "words"))
	})
}
