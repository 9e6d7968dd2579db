package membershipweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// living are the people of a household, for whom the desk may order; they see that it
// was looked at.
func (h *Pages) living(ctx context.Context, p community.Place, ref string) (options []ui.Option, err error) {
	var who []id.ID
	var people map[id.ID]*person.Person
	err = h.view(ctx, id.Tilde, func(r db.Reader) error {
		house, err := h.Flows.Households.ByRef(ctx, r, p.ID, ref)
		if err != nil {
			return err
		}
		lived, err := h.Flows.Households.Members(ctx, r, []id.ID{house.ID})
		for _, x := range lived[house.ID] {
			if x.Current() {
				who = append(who, x.Person)
			}
		}
		if err == nil {
			people, err = h.Flows.People.ByIDs(ctx, r, who)
		}
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err == nil {
		err = h.Looked(ctx, who, privacy.Household, i18n.M("柜台帮人办会员").Key)
	}
	for _, w := range who {
		if x := people[w]; x != nil && x.Name != "" {
			options = append(options, ui.Option{Value: w.String(), Text: portal.Called(ctx, x)})
		}
	}
	return options, err
}

// orderFor orders a term for somebody at the desk, who may have no telephone.
func (h *Pages) orderFor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	who, err := id.Parse(r.FormValue("person"))
	if err != nil {
		return person.ErrNotFound
	}
	m, err := h.Flows.MembershipOf(ctx, who)
	if err != nil {
		return err
	}
	if m.Community.ID != p.ID {
		return person.ErrNotFound
	}
	wish := flow.MembershipWish{Person: who, Community: p.ID, Code: strings.TrimSpace(r.FormValue("code")), How: membership.AtDesk}
	if last := m.Terms.Latest(); last != nil {
		wish.After = last.Until
	}
	o, err := h.Flows.OrderMembership(ctx, authz.Of(ctx).Actor(), wish)
	to := deskPath("memberships", p)
	if err == nil && o.Charge != nil {
		to = deskPath("counter", p, o.Charge.Code)
	}
	return back(w, r, err, to, func(status int, wrong []ui.Wrong) error { return h.showMembers(w, r, status, wrong) })
}

// memberView is one membership at the desk.
type memberView struct {
	flow.MyMembership
	Ref     string
	Name    string
	Person  id.ID // zero if nobody signed up behind the reference
	Tag     string
	Tone    ui.Tone
	Terms   []ui.Row
	Uses    []membership.Use
	Going   flow.Partings
	Lines   []ui.Line
	Left    int
	Serve   bool
	End     bool
	Carry   ui.Form
	Use     ui.Form
	Typed   map[string]string
	Leaving ui.Form
	Order   ui.Form
	Path    string
}

func (h *Pages) member(w http.ResponseWriter, r *http.Request) error {
	return h.showMember(w, r, http.StatusOK, "", nil)
}

// memberOf finds the membership that an address names.
func (h *Pages) memberOf(r *http.Request) (v memberView, err error) {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return v, err
	}
	v.Ref = r.PathValue("ref")
	if v.MyMembership, err = h.Flows.MembershipByRef(ctx, p.ID, v.Ref); err != nil {
		return v, err
	}
	v.MyMembership.Community = p
	err = h.view(ctx, id.Tilde, func(rd db.Reader) error {
		behind, err := h.Flows.People.BehindRef(ctx, rd, v.Ref)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		x, err := h.Flows.People.ByID(ctx, rd, behind.Person)
		v.Person = behind.Person
		if err == nil {
			v.Name = portal.Called(ctx, x)
		}
		return err
	})
	return v, err
}

// showMember shows it; wrong belongs to the form that in names.
func (h *Pages) showMember(w http.ResponseWriter, r *http.Request, status int, in string, wrong []ui.Wrong) error {
	ctx := r.Context()
	v, err := h.memberOf(r)
	if err != nil {
		return err
	}
	if !v.Person.IsZero() {
		if err := h.Looked(ctx, []id.ID{v.Person}, privacy.Purse, i18n.M("柜台看会员期和用过的服务").Key); err != nil {
			return err
		}
	}
	p := v.Community
	v.Path = deskPath("memberships", p, "members", v.Ref)
	v.Tag, v.Tone = phaseTag(ctx, v.Phase())
	v.Serve, v.End = h.MayIn(ctx, "member.serve", p.ID), h.MayIn(ctx, "member.end", p.ID)
	v.Carry, v.Use, v.Leaving = ui.Form{Action: v.Path + "/terms", In: "carry"}, ui.Form{Action: v.Path + "/uses", In: "use"}, ui.Form{Action: v.Path + "/leaving", In: "leaving"}
	v.Order = ui.Form{Action: deskPath("memberships", p, "orders"), In: "order"}
	for _, f := range []*ui.Form{&v.Carry, &v.Use, &v.Leaving} {
		if f.In == in {
			f.Wrong = wrong
		}
	}
	v.Typed = make(map[string]string)
	for _, name := range []string{"from", "last", "reason", "kind", "served_by", "day"} {
		v.Typed[name] = r.PostFormValue(name)
	}
	if t := v.Serving(); t != nil {
		v.Left = max(0, t.FreeServices-membership.Counted(v.MyMembership.Uses))
	}
	v.Uses = v.MyMembership.Uses
	for i := len(v.MyMembership.Terms) - 1; i >= 0; i-- {
		v.Terms = append(v.Terms, termRow(ctx, &v.MyMembership.Terms[i]))
	}
	if v.Going, err = h.Flows.Farewell(ctx, &v.MyMembership, v.Today, flow.LeaveAll); err != nil {
		return err
	}
	for i := range v.Going {
		v.Lines = append(v.Lines, parting(ctx, &v.Going[i]))
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "memberships", v.Ref), memberPage(v))
}

func termRow(ctx context.Context, t *membership.Term) ui.Row {
	row := ui.Row{Icon: "calendar", Title: i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, t.From), ui.FullDay(ctx, t.Last())), Text: membership.OriginName(t.Origin).In(ctx), End: ui.Yuan(t.Fee)}
	if t.Reason != "" {
		row.Notes = append(row.Notes, t.Reason)
	}
	if t.End != nil {
		row.Tag, row.Tone = i18n.T(ctx, "退了 %s", ui.Yuan(t.End.Refunded)), ui.Tell
		row.Notes = append(row.Notes, i18n.T(ctx, "%s退：%s", ui.FullDay(ctx, t.End.Day), privacy.Reason(ctx, t.End.Reason)))
	}
	return row
}

// onMember runs a form of a member's page.
func (h *Pages) onMember(w http.ResponseWriter, r *http.Request, in string, do func(ctx context.Context, at id.ID, ref string) error) error {
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	ref := r.PathValue("ref")
	err = do(r.Context(), p.ID, ref)
	return back(w, r, err, deskPath("memberships", p, "members", ref), func(status int, wrong []ui.Wrong) error { return h.showMember(w, r, status, in, wrong) })
}

// carry notes a term from before these books.
func (h *Pages) carry(w http.ResponseWriter, r *http.Request) error {
	return h.onMember(w, r, "carry", func(ctx context.Context, at id.ID, ref string) error {
		from, err := period.ParseDay(r.FormValue("from"))
		if err != nil {
			return membership.ErrBadDays.On("from")
		}
		last, err := period.ParseDay(r.FormValue("last"))
		if err != nil {
			return membership.ErrBadDays.On("last")
		}
		_, err = h.Flows.CarryOver(ctx, at, authz.Of(ctx).Actor(), ref, from, last, r.FormValue("reason"))
		return err
	})
}

// use notes a free service.
func (h *Pages) use(w http.ResponseWriter, r *http.Request) error {
	return h.onMember(w, r, "use", func(ctx context.Context, at id.ID, ref string) error {
		u := membership.Use{Kind: r.FormValue("kind"), ServedBy: r.FormValue("served_by"), How: membership.ByDesk}
		if text := r.FormValue("day"); text != "" {
			day, err := period.ParseDay(text)
			if err != nil {
				return membership.ErrBadDay.On("day")
			}
			u.Day = day
		}
		_, _, err := h.Flows.UseService(ctx, at, authz.Of(ctx).Actor(), ref, u)
		return err
	})
}

// takeBackUse undoes one that was noted by mistake.
func (h *Pages) takeBackUse(w http.ResponseWriter, r *http.Request) error {
	return h.onMember(w, r, "", func(ctx context.Context, at id.ID, _ string) error {
		use, err := id.Parse(r.PathValue("use"))
		if err != nil {
			return membership.ErrNoUse
		}
		return h.Flows.TakeBackUse(ctx, at, authz.Of(ctx).Actor(), use, r.FormValue("reason"))
	})
}

// leaveFor gives a membership up for somebody who asked for it at the desk, in writing.
func (h *Pages) leaveFor(w http.ResponseWriter, r *http.Request) error {
	return h.onMember(w, r, "leaving", func(ctx context.Context, at id.ID, ref string) error {
		reason, err := membership.Reason(r.FormValue("reason"))
		if err == nil {
			_, err = h.Flows.GiveUp(ctx, at, authz.Of(ctx).Actor(), ref, flow.LeaveAll, reason)
		}
		return err
	})
}

func kindOptions(ctx context.Context) (options []ui.Option) {
	for _, k := range membership.Kinds {
		options = append(options, ui.Option{Value: k, Text: membership.KindName(k).In(ctx)})
	}
	return options
}
