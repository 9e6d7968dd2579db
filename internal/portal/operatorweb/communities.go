package operatorweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func (d *Desk) communityRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/communities", Action: "community.read", On: d.somewhere("community.read"), Do: d.communities},
		httpkit.Route{Pattern: "GET /desk/communities/{community}", Action: "community.read", On: d.inCommunity, Do: d.community},
	)
}

// standing is how a community stands now.
type standing struct {
	Place     community.Place
	Members   int64
	Shops     int
	Month     period.Month
	Purchases int64 // of the month, days that are not closed included
	Given     money.Amount
	Closed    *ledger.Closing // nil: no day was ever closed
	Size      int64
	Versions  []policy.Version
	InForce   *policy.Version
	Zone      *time.Location
}

func (d *Desk) standing(ctx context.Context, p community.Place) (s standing, err error) {
	s.Place = p
	err = d.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
		f, now := d.Flows, d.Flows.DB.Clock().Now()
		if s.Members, err = f.Members.Count(ctx, r, p.ID); err != nil {
			return err
		}
		if s.Shops, err = f.Merchants.Count(ctx, r, p.ID); err != nil {
			return err
		}
		if s.Versions, err = f.Policies.List(ctx, r, p.ID); err != nil {
			return err
		}
		if s.InForce = policy.InForce(s.Versions, now); s.InForce == nil {
			s.Zone = d.Zone
		} else if s.Zone, err = f.Zone(ctx, r, p.ID, now); err != nil {
			return err
		}
		s.Month = period.DayOf(now, s.Zone).Month()
		var days []openbooks.Day
		if days, err = f.OpenBooks.Days(ctx, r, p.ID, s.Month.First(), s.Month.Last()); err != nil {
			return err
		}
		for i := range days {
			s.Purchases += days[i].Purchases
			s.Given += days[i].Given()
		}
		c, ok, err := f.Ledger.LastClosing(ctx, r, p.ID)
		if ok {
			s.Closed = &c
		}
		if err != nil {
			return err
		}
		s.Size, err = f.Ledger.Size(ctx, r, p.ID)
		return err
	})
	return s, err
}

func (s *standing) closed(ctx context.Context) string {
	if s.Closed == nil {
		return i18n.T(ctx, "还没结过")
	}
	return ui.FullDay(ctx, s.Closed.Day)
}

func (s *standing) inForce(ctx context.Context) string {
	if s.InForce == nil {
		return i18n.T(ctx, "还没有规则")
	}
	return i18n.T(ctx, "第 %d 版 %s", s.InForce.Number, s.InForce.Code)
}

func (d *Desk) communities(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := d.mine(ctx, "community.read")
	if err != nil {
		return err
	}
	t := ui.Table{
		ID: "communities", Caption: i18n.T(ctx, "社区一览"), Path: "/desk/communities", Total: len(mine),
		Columns: []ui.Column{
			{Text: i18n.T(ctx, "社区"), Title: true}, {Text: i18n.T(ctx, "会员数"), Num: true}, {Text: i18n.T(ctx, "店铺数"), Num: true},
			{Text: i18n.T(ctx, "本月消费笔数"), Num: true}, {Text: i18n.T(ctx, "账结到"), Rare: true}, {Text: i18n.T(ctx, "现行规则"), Rare: true}, {Text: i18n.T(ctx, "账目条数"), Num: true, Rare: true},
		},
		Empty: ui.EmptyView{Icon: "building", Title: i18n.T(ctx, "还没有社区"), Text: i18n.T(ctx, "在“地方”里建好街道和社区，这里就有了。")},
	}
	for _, p := range mine {
		s, err := d.standing(ctx, p)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: path("communities", p.Ref), Cells: []ui.Cell{
			{Text: named(p), Sub: p.Ref}, {Text: count(s.Members)}, {Text: count(s.Shops)}, {Text: count(s.Purchases)},
			{Text: s.closed(ctx)}, {Text: s.inForce(ctx)}, {Text: count(s.Size)},
		}})
	}
	return d.Portal.Show(w, r, d.shell(r, "communities", i18n.T(ctx, "社区一览")), communitiesPage(t))
}

// communityView is a community's page.
type communityView struct {
	standing
	Facts []ui.Fact
	Ways  []ui.Row
}

func (d *Desk) community(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	s, err := d.standing(ctx, p)
	if err != nil {
		return err
	}
	v := communityView{standing: s}
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "编号"), Text: p.Ref}, {Name: i18n.T(ctx, "现行规则"), Text: s.inForce(ctx)},
		{Name: i18n.T(ctx, "账结到"), Text: s.closed(ctx)}, {Name: i18n.T(ctx, "时区"), Text: s.Zone.String()},
	}
	for _, way := range []struct {
		action           authz.Action
		href, icon       string
		title, text, end string
	}{
		{"merchant.read", "/desk/merchants?community=" + p.Ref, "store", i18n.T(ctx, "店铺"), i18n.T(ctx, "等级、承诺、状态和货款"), count(s.Shops)},
		{"account.read", path("accounts", p.Ref), "book", i18n.T(ctx, "账目"), i18n.T(ctx, "每个账户的余额和每一条账"), count(s.Size)},
		{"proposal.read", path("policies", p.Ref), "sliders", i18n.T(ctx, "规则版本"), s.inForce(ctx), count(len(s.Versions))},
		{"evidence.read", path("evidence", p.Ref), "proof", i18n.T(ctx, "存证记录"), i18n.T(ctx, "公开到哪一条，谁签的字"), ""},
		{"audit.read", "/desk/audit?community=" + p.Ref, "history", i18n.T(ctx, "谁改了什么"), i18n.T(ctx, "身份、规则、店铺、导入、结账"), ""},
		{"books.read", "/c/" + p.Ref + "/books", "paper", i18n.T(ctx, "公开账本"), i18n.T(ctx, "居民看到的那一页"), ""},
	} {
		if d.may(ctx, way.action, p.ID) {
			v.Ways = append(v.Ways, ui.Row{Href: way.href, Icon: way.icon, Title: way.title, Text: way.text, End: way.end})
		}
	}
	sh := d.shell(r, "communities", named(p))
	return d.Portal.Show(w, r, sh, communityPage(v))
}
