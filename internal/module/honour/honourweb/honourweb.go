// Package honourweb are the pages of honours (B8): the wall and the calls for
// everybody, what a member nominated and was nominated for, and the office's work with
// calls.
package honourweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of honours.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their door to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/honours", Action: "honour.read", Do: h.wall},
		httpkit.Route{Pattern: "GET /c/{community}/honours/{call}", Action: "honour.read", Do: h.call},
		httpkit.Route{Pattern: "GET /c/{community}/ceremony/{year}", Action: "honour.read", Do: h.ceremony},
		httpkit.Route{Pattern: "GET /me/honours", Action: "me.read", On: httpkit.Mine, Do: h.mine},
		httpkit.Route{Pattern: "GET /me/honours/{call}/certificate", Action: "me.read", On: httpkit.Mine, Do: h.certificate},
		httpkit.Route{Pattern: "POST /me/honours/{call}/nominations", Action: "me.change", On: httpkit.Mine, Do: h.nominate},
		httpkit.Route{Pattern: "POST /me/honours/nominations/{nomination}/end", Action: "me.change", On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "POST /me/honours/{call}/answer", Action: "me.change", On: httpkit.Mine, Do: h.answer},
		httpkit.Route{Pattern: "POST /me/honours/{call}/vote", Action: "me.change", On: httpkit.Mine, Do: h.vote},

		httpkit.Route{Pattern: "GET /desk/honours", Action: "award.read", On: h.Somewhere("award.read"), Do: h.Choose("award.read", "honours", i18n.M("评选和荣誉"))},
		httpkit.Route{Pattern: "GET /desk/honours/{community}", Action: "award.read", On: h.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/honours/{community}", Action: "award.make", On: h.InCommunity, Do: h.open},
		httpkit.Route{Pattern: "POST /desk/honours/{community}/ceremony", Action: "award.make", On: h.InCommunity, Do: h.announce},
		httpkit.Route{Pattern: "GET /desk/honours/{community}/{call}", Action: "award.read", On: h.InCommunity, Do: h.deskCall},
		httpkit.Route{Pattern: "POST /desk/honours/{community}/{call}/cancellation", Action: "award.make", On: h.InCommunity, Do: h.cancel},
		httpkit.Route{Pattern: "POST /desk/honours/{community}/{call}/nominees/{nominee}/screening", Action: "award.screen", On: h.InCommunity, Do: h.screen},
		httpkit.Route{Pattern: "POST /desk/honours/{community}/{call}/nominees/{nominee}/award", Action: "award.give", On: h.InCommunity, Do: h.give},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "honours", Href: "/desk/honours", Icon: "star", Text: i18n.M("评选和荣誉"), Group: i18n.M("会员和联盟"), Action: "award.read"})
}

// placeAnd is the community in an address, and an id in it.
func (h *Pages) placeAnd(r *http.Request, name string) (community.Place, id.ID, error) {
	p, err := h.CommunityIn(r)
	if err != nil {
		return p, id.ID{}, err
	}
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		err = honour.ErrNotFound
	}
	return p, at, err
}

func (h *Pages) now() time.Time { return h.Flows.DB.Clock().Now() }

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

func itoa(n int) string { return strconv.Itoa(n) }

// home is who looks, or whom she helps, where she is at home; nil if nowhere.
func (h *Pages) home(ctx context.Context) (*flow.Belonging, error) {
	_, memberships, err := h.Me(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Flows.Belongings(ctx, memberships)
	for i := range all {
		if all[i].Home {
			return &all[i], err
		}
	}
	return nil, err
}

// voter is the viewer as a member at home in a community; nil for everybody else, and
// for who is not signed in.
func (h *Pages) voter(ctx context.Context, p community.Place) (*flow.Belonging, error) {
	if !authz.Of(ctx).SignedIn() {
		return nil, nil
	}
	b, err := h.home(ctx)
	if err != nil || b == nil || b.Community.ID != p.ID {
		return nil, err
	}
	return b, nil
}

func wallHref(p community.Place) string { return "/c/" + url.PathEscape(p.Ref) + "/honours" }

func callHref(p community.Place, call id.ID) string { return wallHref(p) + "/" + call.String() }

// phaseName says where a call is.
func phaseName(ctx context.Context, c *honour.Call, now time.Time) (string, ui.Tone) {
	switch c.Phase(now) {
	case honour.Nominating:
		return i18n.T(ctx, "提名到 %s", ui.Moment(ctx, portal.Local(c.NominateUntil))), ui.Tell
	case honour.Voting:
		return i18n.T(ctx, "投票到 %s", ui.Moment(ctx, portal.Local(c.VoteUntil))), ui.Act
	case honour.Counting:
		return i18n.T(ctx, "正在计票"), ui.Tell
	case honour.Off:
		return i18n.T(ctx, "取消了"), ui.Bad
	}
	return i18n.T(ctx, "有结果了"), ui.OK
}

// phaseTag is where a call is, in a word.
func phaseTag(ctx context.Context, c *honour.Call, now time.Time) string {
	if c.Phase(now) == honour.Voting {
		return i18n.T(ctx, "投票")
	}
	if c.Phase(now) == honour.Nominating {
		return i18n.T(ctx, "提名")
	}
	return i18n.T(ctx, "计票")
}

// carries says what an honour brings.
func carries(ctx context.Context, c *honour.Call) string {
	text := ""
	add := func(s string) {
		if text != "" {
			text += i18n.T(ctx, "，")
		}
		text += s
	}
	if c.Cash > 0 {
		add(i18n.T(ctx, "奖金 %s 元", ui.Yuan(c.Cash)))
	}
	if c.Points > 0 {
		add(i18n.T(ctx, "积分 %s 分", ui.Points(c.Points)))
	}
	if c.Goods != "" {
		add(c.Goods)
	}
	if text == "" {
		return i18n.T(ctx, "证书")
	}
	return text
}

// nomineeName is how a nominee is shown: by name if she wants that, else by number.
func nomineeName(ctx context.Context, n *honour.Nominee, names map[id.ID]string) string {
	if name := names[n.ID]; name != "" {
		return name
	}
	return i18n.T(ctx, "%d 号候选人", n.No)
}

// voteShare writes how many votes somebody got.
func voteShare(ctx context.Context, r *honour.Result) string {
	if r.Jury > 0 {
		return i18n.T(ctx, "%d 票，评委 %d 票", r.Votes, r.Jury)
	}
	return i18n.T(ctx, "%d 票", r.Votes)
}

func yuan(text string) (money.Amount, error) {
	if text == "" {
		return 0, nil
	}
	return money.Parse(text, money.CNY)
}
