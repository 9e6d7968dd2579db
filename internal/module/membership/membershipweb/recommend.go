package membershipweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// recommendView is somebody's link, and how those she recommended stand.
type recommendView struct {
	flow.MyMembership
	Code string
	URL  string
	May  bool // she is a member, with a link
	Rows []ui.Row
	Used ui.Culm // towards the next waiver
}

func (h *Pages) recommend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	v := recommendView{MyMembership: m, May: m.Member != nil}
	if v.May {
		if v.Code, v.URL, err = h.link(ctx, m.Community, membership.By{Kind: membership.ByMember, ID: m.Member.ID}); err != nil {
			return err
		}
		if v.Rows, err = h.standings(ctx, m.Community.ID, m.Recommended); err != nil {
			return err
		}
		if n := m.Rules.WaiverCount; n > 0 && m.Rules.RewardDepth > 0 {
			v.Used = ui.CulmOf(i18n.T(ctx, "这一期算数 %d 位，要 %d 位", min(m.Counted, n), n), min(m.Counted, n), n)
		}
	}
	return h.Show(w, r, h.shell(ctx, i18n.T(ctx, "推荐给邻居")), recommendPage(v))
}

// link is a recommender's code and the page to which it leads; both are empty until
// it was made.
func (h *Pages) link(ctx context.Context, at community.Place, by membership.By) (code, url string, err error) {
	if code, err = h.Flows.RecommendationCode(ctx, at, by); code == "" {
		return "", "", err
	}
	return code, h.Base(ctx) + "/join/" + code, err
}

// makeLink makes a member's code, and notes on which device: who recommends from one
// and joins on it under another number is looked at first (G-04).
func (h *Pages) makeLink(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Member == nil {
		return membership.ErrNotGood
	}
	viewer := authz.Of(ctx)
	if viewer.For.IsZero() {
		if err := h.Flows.NoteMembershipDevice(ctx, viewer.Actor(), viewer.Person, device(w, r)); err != nil {
			return err
		}
	}
	if _, err := h.Flows.MakeCode(ctx, viewer.Actor(), m.Community, membership.By{Kind: membership.ByMember, ID: m.Member.ID}); err != nil {
		return err
	}
	http.Redirect(w, r, self+"/recommend", http.StatusSeeOther)
	return nil
}

// standings are recommendations in a line each: when, how they stand, and why. The
// newcomer is not named; a shop sees the end of her number.
func (h *Pages) standings(ctx context.Context, at id.ID, all []membership.Recommendation) (rows []ui.Row, err error) {
	for i := range all {
		n := &all[i]
		row := ui.Row{Icon: "person", Title: i18n.T(ctx, "一位邻居"), Text: ui.Moment(ctx, portal.Local(n.At)), Tag: membership.StateName(n.State()).In(ctx), Tone: stateTone(n.State())}
		guard := n.Guard()
		if n.State() == membership.Pending {
			if guard, err = h.Flows.Waits(ctx, at, n); err != nil {
				return nil, err
			}
		}
		if why := whyNot(ctx, guard, n.State()); why != "" {
			row.Notes = append(row.Notes, why)
		}
		if kept := n.Kept(); kept > 0 {
			row.End, row.In = i18n.T(ctx, "+%s", ui.Yuan(kept)), true
		}
		for _, t := range n.Taken {
			if t.Amount > 0 {
				row.Notes = append(row.Notes, i18n.T(ctx, "收回 %s 元：%s", ui.Yuan(t.Amount), privacy.Reason(ctx, t.Reason)))
			}
		}
		if !n.Waived.IsZero() {
			row.Notes = append(row.Notes, i18n.T(ctx, "用来免过一期会费"))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// whyNot says which guard a recommendation waits for, or was stopped by.
func whyNot(ctx context.Context, guard string, state membership.State) string {
	g := membership.GuardOf(guard)
	switch {
	case g == nil:
		return ""
	case guard == membership.Cooled && state == membership.Pending:
		return i18n.T(ctx, "%s：还在可以全额退会费的日子里。", g.ID)
	case guard == membership.Cooled:
		return i18n.T(ctx, "%s：那位已经退会了。", g.ID)
	}
	return i18n.T(ctx, "%s：%s", g.ID, g.Why)
}

func stateTone(s membership.State) ui.Tone {
	switch s {
	case membership.Counts:
		return ui.OK
	case membership.Blocked:
		return ui.Bad
	case membership.Held:
		return ui.Soon
	}
	return ui.Tell
}

// cardView is a recommendation card for paper.
type cardView struct {
	Place, Name, Code, URL string
}

// card is somebody's recommendation card, to be printed.
func (h *Pages) card(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.me(ctx)
	if err != nil {
		return err
	}
	if m.Member == nil {
		http.Redirect(w, r, self+"/recommend", http.StatusSeeOther)
		return nil
	}
	v := cardView{Place: portal.PlaceName(m.Community), Name: i18n.T(ctx, "一位邻居推荐您入会")}
	if v.Code, v.URL, err = h.link(ctx, m.Community, membership.By{Kind: membership.ByMember, ID: m.Member.ID}); err != nil {
		return err
	}
	if v.Code == "" {
		http.Redirect(w, r, self+"/recommend", http.StatusSeeOther)
		return nil
	}
	s := h.shell(ctx, i18n.T(ctx, "推荐卡"))
	s.Back = ui.Link{Href: self + "/recommend", Text: i18n.T(ctx, "推荐给邻居")}
	return h.Show(w, r, s, cardPage(v))
}
