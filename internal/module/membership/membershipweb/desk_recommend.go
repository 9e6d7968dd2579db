package membershipweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// recommendedView is one recommendation at the desk.
type recommendedView struct {
	membership.Recommendation
	Newcomer, By string
	When         string
	State        string
	Tone         ui.Tone
	Guard        *membership.Guard
	Reward       string
	Held         bool
	May          bool // it may be taken back
}

// recommendationsView are the held ones, and all of them.
type recommendationsView struct {
	Place  community.Place
	Held   []recommendedView
	All    []recommendedView
	Table  ui.Table
	Decide bool
	Wrong  []ui.Wrong
	Guards []ui.Option
}

// held is what the door counts: recommendations that wait for a look.
func (h *Pages) held(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	mine, err := h.Mine(ctx, "recommendation.read")
	for _, p := range mine {
		if err == nil {
			err = h.view(ctx, p.ID, func(r db.Reader) error {
				all, err := h.Flows.Memberships.Waiting(ctx, r, p.ID)
				n += len(all)
				return err
			})
		}
	}
	return n, false, err
}

func (h *Pages) recommendations(w http.ResponseWriter, r *http.Request) error {
	return h.showRecommendations(w, r, http.StatusOK, nil)
}

func recommendationColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "入会"), Title: true}, {Text: i18n.T(ctx, "推荐人")}, {Text: i18n.T(ctx, "进展")}, {Text: i18n.T(ctx, "规则"), Rare: true}, {Text: i18n.T(ctx, "奖励，元"), Num: true}}
}

func (h *Pages) showRecommendations(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), recommendationColumns(ctx))
	v := recommendationsView{Place: p, Decide: h.MayIn(ctx, "recommendation.decide", p.ID), Wrong: wrong, Guards: guardOptions(ctx)}
	var held, some []membership.Recommendation
	var total int
	err = h.view(ctx, p.ID, func(rd db.Reader) error {
		if held, err = h.Flows.Memberships.Waiting(ctx, rd, p.ID); err != nil {
			return err
		}
		if total, err = h.Flows.Memberships.CountRecommendations(ctx, rd, p.ID); err != nil {
			return err
		}
		some, err = h.Flows.Memberships.AllRecommendations(ctx, rd, p.ID, ask.Size, ask.Offset())
		return err
	})
	if err != nil {
		return err
	}
	if v.Held, err = h.drawn(ctx, p, held, true); err != nil {
		return err
	}
	if v.All, err = h.drawn(ctx, p, some, false); err != nil {
		return err
	}
	v.Table = ui.Table{ID: "recommendations", Caption: i18n.T(ctx, "全部推荐"), Path: deskPath("recommendations", p), Ask: ask, Columns: recommendationColumns(ctx), Total: total,
		Empty: ui.EmptyView{Icon: "send", Title: i18n.T(ctx, "还没有推荐"), Text: i18n.T(ctx, "有人用推荐码入会，付了费，就出现在这里。")}}
	for _, x := range v.All {
		guard := ""
		if x.Guard != nil {
			guard = x.Guard.ID
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: []ui.Cell{{Text: x.When, Sub: x.Newcomer}, {Text: x.By}, {Text: x.State, Tone: x.Tone}, {Text: guard}, {Text: x.Reward}}})
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "recommendations", i18n.T(ctx, "推荐核对")), recommendationsPage(v))
}

// drawn puts recommendations into words. Of the held ones both people are named, who
// see that it was looked at; of the others the references stand for them.
func (h *Pages) drawn(ctx context.Context, p community.Place, all []membership.Recommendation, named bool) (out []recommendedView, err error) {
	members := make(map[id.ID]bool)
	var both []id.ID
	for _, n := range all {
		members[n.Member], both = true, append(both, n.Member)
		if n.Kind == membership.ByMember {
			members[n.ID], both = true, append(both, n.ID)
		}
	}
	called := make(map[id.ID]string)
	shops := make(map[id.ID]string)
	err = h.view(ctx, p.ID, func(r db.Reader) error {
		if called, err = h.Flows.Members.RefsOf(ctx, r, p.ID, members); err != nil {
			return err
		}
		list, err := h.Flows.Merchants.List(ctx, r, p.ID)
		for _, m := range list {
			shops[m.ID] = shopName(m)
		}
		return err
	})
	if err == nil && named && len(both) > 0 {
		err = h.nameBoth(ctx, p.ID, both, called)
	}
	for _, n := range all {
		x := recommendedView{Recommendation: n, Newcomer: called[n.Member], By: called[n.ID], When: ui.Moment(ctx, portal.Local(n.At)), State: membership.StateName(n.State()).In(ctx), Tone: stateTone(n.State()),
			Guard: membership.GuardOf(n.Guard()), Held: n.State() == membership.Held, May: n.State() == membership.Counts}
		if n.Kind == membership.ByMerchant {
			x.By = shops[n.ID]
		}
		if n.Outcome != nil && n.Outcome.Seq >= 0 {
			x.Reward = ui.Yuan(n.Kept())
		}
		out = append(out, x)
	}
	return out, err
}

// nameBoth replaces references by names, where somebody stands behind them.
func (h *Pages) nameBoth(ctx context.Context, at id.ID, both []id.ID, called map[id.ID]string) error {
	behind, err := h.Flows.PersonsBehind(ctx, at, both)
	if err != nil {
		return err
	}
	var people []id.ID
	for _, who := range behind {
		people = append(people, who)
	}
	if err := h.Looked(ctx, people, privacy.Profile, i18n.M("核对推荐是不是两个人").Key); err != nil {
		return err
	}
	return h.view(ctx, id.Tilde, func(r db.Reader) error {
		names, err := h.Names(ctx, r, people...)
		for m, who := range behind {
			called[m] = i18n.T(ctx, "%s（%s）", names[who], called[m])
		}
		return err
	})
}

// onRecommendation runs a form about one recommendation.
func (h *Pages) onRecommendation(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, at, newcomer id.ID) error) error {
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	newcomer, err := id.Parse(r.PathValue("member"))
	if err != nil {
		return membership.ErrNotHeld
	}
	err = do(r.Context(), p.ID, newcomer)
	return back(w, r, err, deskPath("recommendations", p), func(status int, wrong []ui.Wrong) error { return h.showRecommendations(w, r, status, wrong) })
}

// decide notes what somebody found who looked at a held recommendation.
func (h *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	return h.onRecommendation(w, r, func(ctx context.Context, at, newcomer id.ID) error {
		return h.Flows.DecideRecommendation(ctx, at, authz.Of(ctx).Actor(), newcomer, r.FormValue("verdict"), r.FormValue("reason"))
	})
}

// revoke takes a counted one back.
func (h *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	return h.onRecommendation(w, r, func(ctx context.Context, at, newcomer id.ID) error {
		return h.Flows.RevokeRecommendation(ctx, at, authz.Of(ctx).Actor(), newcomer, r.FormValue("guard"), r.FormValue("reason"))
	})
}

// guardOptions are the guards that can come out later.
func guardOptions(ctx context.Context) (options []ui.Option) {
	for _, g := range []string{membership.Oneself, membership.SecondPhone, membership.Household, membership.FirstOnly} {
		options = append(options, ui.Option{Value: g, Text: g + " " + membership.GuardOf(g).Says.In(ctx)})
	}
	return options
}
