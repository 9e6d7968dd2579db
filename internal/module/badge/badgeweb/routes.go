// Package badgeweb are the pages of badge coins (B9): the office mints, gives out and
// reconciles, a shop takes them, a holder reports a lost one, and anybody asks whether
// a coin is real.
package badgeweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of badge coins.
type Pages struct {
	*portal.Portal

	// Base is the address of the house, for codes that a telephone's camera opens.
	Base func(ctx context.Context) string
}

// Routes adds the pages and their doors.
func (p *Pages) Routes(t *httpkit.Router) {
	p.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "badges", Href: "/desk/badges", Icon: "star", Text: i18n.M("同壹币"), Group: i18n.M("积分和同壹币"), Action: "badge.read"},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /b/{community}", Action: "badge.open", Do: p.real},
		httpkit.Route{Pattern: "GET /b/{community}/{badge}", Action: "badge.open", Do: p.real},
		httpkit.Route{Pattern: "GET /me/badges", Action: "points.read", On: httpkit.Mine, Do: p.mine},
		httpkit.Route{Pattern: "POST /me/badges/{community}/{coin}/loss", Action: "points.redeem", On: httpkit.Mine, Do: p.lose},
		httpkit.Route{Pattern: "GET /shop/{shop}/badges", Action: "badge.take", On: shopOf, Do: p.till},
		httpkit.Route{Pattern: "POST /shop/{shop}/badges", Action: "badge.take", On: shopOf, Do: p.take},
	)
	t.Add(
		httpkit.Route{Pattern: "GET /desk/badges", Action: "badge.read", On: p.Somewhere("badge.read"), Do: p.home},
		httpkit.Route{Pattern: "GET /desk/badges/{community}", Action: "badge.read", On: p.InCommunity, Do: p.batches},
		httpkit.Route{Pattern: "POST /desk/badges/{community}", Action: "badge.mint", On: p.InCommunity, Do: p.mint},
		httpkit.Route{Pattern: "POST /desk/badges/{community}/loss", Action: "badge.give", On: p.InCommunity, Do: p.replace},
		httpkit.Route{Pattern: "GET /desk/badges/{community}/{batch}", Action: "badge.read", On: p.InCommunity, Do: p.batch},
		httpkit.Route{Pattern: "POST /desk/badges/{community}/{batch}/given", Action: "badge.give", On: p.InCommunity, Do: p.give},
		httpkit.Route{Pattern: "POST /desk/badges/{community}/{batch}/void", Action: "badge.mint", On: p.InCommunity, Do: p.spoil},
		httpkit.Route{Pattern: "GET /desk/badges/{community}/{batch}/sheet", Action: "badge.mint", On: p.InCommunity, Do: p.sheet},
	)
}

// shopOf is the shop that an address names; where it lies is known from the viewer's
// own role there.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	on := authz.Resource{Kind: "shop", Subject: shop}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == shop && slices.Contains([]authz.Role{access.Owner, access.Staff}, g.Role) {
			on.Place = g.Place
		}
	}
	return on, nil
}

func (p *Pages) view(ctx context.Context, at id.ID, fn func(r db.Reader) error) error {
	return p.Flows.DB.View(ctx, at, fn)
}

func see(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// realView says of a coin whether it is real, and of nobody anything.
type realView struct {
	At    community.Place
	Code  string
	Asked bool
	Bad   string // why it cannot be said
	Tone  ui.Tone
	Title string
	Text  string
	Facts []ui.Fact
}

// real is the page on which anybody asks whether a coin is real.
func (p *Pages) real(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	code := r.PathValue("badge")
	if code == "" {
		code = strings.TrimSpace(r.FormValue("code"))
	}
	v := realView{At: at, Code: code, Asked: code != ""}
	if v.Asked {
		if err := p.tell(ctx, &v); err != nil {
			return err
		}
	}
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "这枚同壹币是真的吗"), Private: true}
	return p.ShowAs(w, r, http.StatusOK, httpkit.Never, s, realPage(v))
}

// tell asks the books of coins.
func (p *Pages) tell(ctx context.Context, v *realView) error {
	c, signature, err := badge.ParseCode(v.Code)
	if err != nil {
		v.Bad, _ = i18n.Refusal(ctx, fault.Of(err))
		return nil
	}
	zone, err := p.Zone(ctx, v.At.ID)
	if err != nil {
		return err
	}
	return p.view(ctx, v.At.ID, func(rd db.Reader) error {
		var b badge.Batch
		var rec badge.Record
		if signature == "" { // a number alone: what is known of it, not whether this piece is ours
			if b, err = p.Flows.Badges.Batch(ctx, rd, v.At.ID, c.Batch); err == nil && c.Number > b.Count {
				err = badge.ErrNoCoin
			}
			if err == nil {
				rec, err = p.Flows.Badges.Record(ctx, rd, v.At.ID, c)
			}
		} else {
			b, rec, err = p.Flows.Badges.Genuine(ctx, rd, v.At.ID, c, signature)
		}
		if f := fault.Of(err); f != nil {
			v.Tone, v.Title = ui.Bad, i18n.T(ctx, "这枚不是真的")
			v.Text, _ = i18n.Refusal(ctx, f)
			return nil
		}
		if err != nil {
			return err
		}
		v.Tone, v.Title, v.Text = verdict(ctx, &rec, signature != "")
		v.Facts = []ui.Fact{{Name: i18n.T(ctx, "号码"), Text: c.String()}, {Name: i18n.T(ctx, "样式"), Text: b.Design}, {Name: i18n.T(ctx, "能换"), Text: b.Goods}, {Name: i18n.T(ctx, "铸造日期"), Text: ui.FullDay(ctx, b.MintedOn)}}
		if n := len(rec.Events); n > 0 && rec.State() != badge.Given {
			v.Facts = append(v.Facts, ui.Fact{Name: stateName(ctx, rec.State()), Text: ui.FullDay(ctx, period.DayOf(rec.Events[n-1].At, zone))})
		}
		return nil
	})
}

func verdict(ctx context.Context, rec *badge.Record, signed bool) (ui.Tone, string, string) {
	switch rec.State() {
	case badge.Given:
		if !signed {
			return ui.Tell, i18n.T(ctx, "有这个号，还能换"), i18n.T(ctx, "只看号不够，请连后面的验真码一起输。")
		}
		return ui.OK, i18n.T(ctx, "是真的，还能换"), i18n.T(ctx, "拿到联盟店换一次，换完就收回。")
	case badge.Stock:
		return ui.Soon, i18n.T(ctx, "这个号还没有发出去"), i18n.T(ctx, "有人给您这一枚，请告诉社区。")
	case badge.Redeemed:
		return ui.Soon, i18n.T(ctx, "已经换过了"), i18n.T(ctx, "一枚只能换一次。")
	case badge.Lost:
		return ui.Soon, i18n.T(ctx, "报过遗失，不能再换"), i18n.T(ctx, "已经补了新的号。")
	}
	return ui.Soon, i18n.T(ctx, "已经作废，不能再换"), ""
}

// stateName is what people call a state.
func stateName(ctx context.Context, s badge.State) string {
	switch s {
	case badge.Stock:
		return i18n.T(ctx, "在库")
	case badge.Given:
		return i18n.T(ctx, "在外面")
	case badge.Redeemed:
		return i18n.T(ctx, "换过了")
	case badge.Lost:
		return i18n.T(ctx, "报失补发")
	}
	return i18n.T(ctx, "作废")
}

// heldView is a coin that was given to the viewer.
type heldView struct {
	At    community.Place
	Coin  badge.Coin
	Row   ui.Row
	Given bool
}

// mine are the coins that were given to the viewer by name.
func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return err
	}
	all, err := p.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	var held []heldView
	for i := range all {
		b := &all[i]
		err := p.view(ctx, b.Community.ID, func(rd db.Reader) error {
			coins, err := p.Flows.Badges.HeldBy(ctx, rd, b.Community.ID, b.Member.ID)
			if err != nil {
				return err
			}
			for _, rec := range coins {
				batch, err := p.Flows.Badges.Batch(ctx, rd, b.Community.ID, rec.Coin.Batch)
				if err != nil {
					return err
				}
				row := ui.Row{Icon: "star", Title: batch.Design, Text: i18n.T(ctx, "%s 号，能换%s", rec.Coin, batch.Goods), Tag: stateName(ctx, rec.State()), Tone: stateTone(rec.State())}
				if rec.State() == badge.Given {
					row.Tag, row.Tone = i18n.T(ctx, "还能换"), ui.OK
				}
				held = append(held, heldView{At: b.Community, Coin: rec.Coin, Row: row, Given: rec.State() == badge.Given})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的同壹币"))
	s.Back = ui.Link{Href: "/me/points", Text: i18n.T(ctx, "积分")}
	return p.Show(w, r, s, minePage(held))
}

func stateTone(s badge.State) ui.Tone {
	switch s {
	case badge.Given:
		return ui.OK
	case badge.Lost, badge.Void:
		return ui.Soon
	}
	return ui.Tell
}

// lose reports a coin of the viewer's as lost.
func (p *Pages) lose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	c, _, err := badge.ParseCode(r.PathValue("coin"))
	if err != nil {
		return badge.ErrNoCoin
	}
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return err
	}
	all, err := p.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Community.ID == at.ID {
			if _, err := p.Flows.LoseBadge(ctx, at.ID, authz.Of(ctx).Actor(), all[i].Member.ID, c, i18n.M("本人报失").Key); err != nil {
				return err
			}
			return see(w, r, "/me/badges")
		}
	}
	return badge.ErrNotHers
}

// tillView is where a shop takes coins.
type tillView struct {
	Path  string
	Form  ui.Form
	Code  string
	Taken *takenView
	Today []ui.Row
}

// takenView is the coin that was taken just now.
type takenView struct{ Coin, Goods string }

func (p *Pages) till(w http.ResponseWriter, r *http.Request) error {
	return p.showTill(w, r, http.StatusOK, nil)
}

func (p *Pages) showTill(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	zone, err := p.Zone(ctx, on.Place)
	if err != nil {
		return err
	}
	v := tillView{Path: r.URL.Path, Code: r.FormValue("code"), Form: ui.Form{Action: r.URL.Path, Wrong: wrong, Queue: i18n.T(ctx, "同壹币兑换"), Busy: i18n.T(ctx, "正在验，请等一下")}}
	now := p.Flows.DB.Clock().Now()
	err = p.view(ctx, on.Place, func(rd db.Reader) error {
		taken, err := p.Flows.Badges.TakenBy(ctx, rd, on.Place, on.Subject, period.DayOf(now, zone).Start(zone))
		if err != nil {
			return err
		}
		v.Form.Token = "badge/" + strconv.Itoa(len(taken)) + "/" + period.DayOf(now, zone).String()
		for _, e := range taken {
			b, err := p.Flows.Badges.Batch(ctx, rd, on.Place, e.Coin.Batch)
			if err != nil {
				return err
			}
			v.Today = append(v.Today, ui.Row{Icon: "star", Title: b.Goods, Text: i18n.T(ctx, "%s 号", e.Coin), End: ui.Yuan(b.Cost), EndNote: ui.Clock(ctx, e.At.In(zone))})
			if wrong == nil && r.FormValue("taken") == e.Coin.String() {
				v.Taken = &takenView{e.Coin.String(), b.Goods}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if wrong == nil {
		v.Code = ""
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.tillShell(ctx, on), tillPage(v))
}

// tillShell is the frame of the shop; the way here is on its counter.
func (p *Pages) tillShell(ctx context.Context, on authz.Resource) ui.Shell {
	s := p.ShopShell(ctx, on.Place, on.Subject, "counter", i18n.T(ctx, "同壹币"))
	s.Back = ui.Link{Href: "/shop/" + on.Subject.String() + "/counter", Text: i18n.T(ctx, "领取柜台")}
	return s
}

// moment writes an instant where a community is.
func moment(ctx context.Context, at time.Time, zone *time.Location) string {
	return ui.Moment(ctx, at.In(zone))
}
