package membershipweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (h *Pages) deskRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/memberships", Action: "member.read", On: h.Somewhere("member.read"), Do: h.Choose("member.read", "memberships", i18n.M("会员名单"))},
		httpkit.Route{Pattern: "GET /desk/memberships/{community}", Action: "member.read", On: h.InCommunity, Do: h.members},
		httpkit.Route{Pattern: "GET /desk/memberships/{community}/export", Action: "member.export", On: h.InCommunity, Do: h.exportMembers},
		httpkit.Route{Pattern: "POST /desk/memberships/{community}/orders", Action: "member.serve", On: h.InCommunity, Do: h.orderFor},
		httpkit.Route{Pattern: "GET /desk/memberships/{community}/members/{ref}", Action: "member.read", On: h.InCommunity, Do: h.member},
		httpkit.Route{Pattern: "POST /desk/memberships/{community}/members/{ref}/terms", Action: "member.serve", On: h.InCommunity, Do: h.carry},
		httpkit.Route{Pattern: "POST /desk/memberships/{community}/members/{ref}/uses", Action: "member.serve", On: h.InCommunity, Do: h.use},
		httpkit.Route{Pattern: "POST /desk/memberships/{community}/members/{ref}/uses/{use}/end", Action: "member.serve", On: h.InCommunity, Do: h.takeBackUse},
		httpkit.Route{Pattern: "POST /desk/memberships/{community}/members/{ref}/leaving", Action: "member.end", On: h.InCommunity, Do: h.leaveFor},
		httpkit.Route{Pattern: "GET /desk/recommendations", Action: "recommendation.read", On: h.Somewhere("recommendation.read"), Do: h.Choose("recommendation.read", "recommendations", i18n.M("推荐核对"))},
		httpkit.Route{Pattern: "GET /desk/recommendations/{community}", Action: "recommendation.read", On: h.InCommunity, Do: h.recommendations},
		httpkit.Route{Pattern: "POST /desk/recommendations/{community}/{member}/verdict", Action: "recommendation.decide", On: h.InCommunity, Do: h.decide},
		httpkit.Route{Pattern: "POST /desk/recommendations/{community}/{member}/revocation", Action: "recommendation.decide", On: h.InCommunity, Do: h.revoke},
		httpkit.Route{Pattern: "GET /desk/packs", Action: "pack.read", On: h.Somewhere("pack.read"), Do: h.Choose("pack.read", "packs", i18n.M("权益包"))},
		httpkit.Route{Pattern: "GET /desk/packs/{community}", Action: "pack.read", On: h.InCommunity, Do: h.deskPacks},
		httpkit.Route{Pattern: "POST /desk/packs/{community}", Action: "pack.make", On: h.InCommunity, Do: h.makePack},
		httpkit.Route{Pattern: "POST /desk/packs/{community}/{pack}/end", Action: "pack.make", On: h.InCommunity, Do: h.closePack},
	)
}

func deskPath(key string, p community.Place, rest ...string) string {
	s := "/desk/" + key + "/" + url.PathEscape(p.Ref)
	for _, x := range rest {
		s += "/" + url.PathEscape(x)
	}
	return s
}

// memberRow is a member with her terms.
type memberRow struct {
	*member.Member
	Terms membership.Terms
	Phase membership.Phase
	Until period.Day // of the last term, 0 for none
	Soon  bool
}

// membersView are the memberships of a community.
type membersView struct {
	Place  community.Place
	Table  ui.Table
	Stats  []ui.Stat
	May    bool // order for somebody
	Find   ui.Form
	House  string
	Living []ui.Option
	Form   ui.Form
	Code   string
	Person string
}

func memberColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Key: "ref", Text: i18n.T(ctx, "会员号"), Title: true, Sort: true}, {Key: "phase", Text: i18n.T(ctx, "会员期")}, {Key: "until", Text: i18n.T(ctx, "到"), Sort: true},
		{Key: "origin", Text: i18n.T(ctx, "怎么来的"), Rare: true}, {Key: "joined", Text: i18n.T(ctx, "入会"), Sort: true, Rare: true}}
}

// memberRows reads the members of a community that an address asks for.
func (h *Pages) memberRows(ctx context.Context, at id.ID, ask ui.TableAsk) (found []memberRow, count map[string]int, err error) {
	var all []*member.Member
	var terms map[id.ID]membership.Terms
	var rules policy.Params
	if err := h.rulesOf(ctx, at, &rules); err != nil {
		return nil, nil, err
	}
	zone, err := h.Zone(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	if err = h.view(ctx, at, func(r db.Reader) error {
		if all, err = h.Flows.Members.AtHome(ctx, r, at); err != nil {
			return err
		}
		terms, err = h.Flows.Memberships.TermsOfMany(ctx, r, at, nil)
		return err
	}); err != nil {
		return nil, nil, err
	}
	search, err := h.refOf(ctx, ask.Search)
	if err != nil {
		return nil, nil, err
	}
	today := period.DayOf(h.Flows.DB.Clock().Now(), zone)
	count = make(map[string]int)
	for _, m := range all {
		if m.Forgotten() {
			continue
		}
		x := memberRow{Member: m, Terms: terms[m.ID]}
		x.Phase = x.Terms.Phase(today, rules.GraceDays)
		if last := x.Terms.Latest(); last != nil {
			x.Until = last.Until
			x.Soon = x.Phase == membership.Running && int(last.Until-today) <= rules.ReminderDays
		}
		count[string(x.Phase)]++
		if x.Soon {
			count["soon"]++
		}
		want := ask.Filters["phase"]
		if (want == "" || want == string(x.Phase) || want == "soon" && x.Soon) && strings.Contains(strings.ToLower(m.Ref), strings.ToLower(search)) {
			found = append(found, x)
		}
	}
	slices.SortStableFunc(found, func(a, b memberRow) int {
		n := 0
		switch ask.Sort {
		case "until":
			n = cmp.Compare(a.Until, b.Until)
		case "joined":
			n = a.JoinedAt.Compare(b.JoinedAt)
		}
		if n = cmp.Or(n, cmp.Compare(a.Ref, b.Ref)); ask.Desc {
			n = -n
		}
		return n
	})
	return found, count, nil
}

// refOf is what a search looks for: a whole phone number finds the member whose it is.
func (h *Pages) refOf(ctx context.Context, text string) (string, error) {
	phone, err := person.ParsePhone(text)
	if err != nil {
		return text, nil
	}
	err = h.view(ctx, id.Tilde, func(r db.Reader) error {
		p, err := h.Flows.People.ByPhone(ctx, r, phone)
		if err != nil {
			return err
		}
		all, err := h.Flows.People.Memberships(ctx, r, p.ID)
		if len(all) > 0 {
			text = all[0].Ref
		}
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	return text, err
}

func (h *Pages) members(w http.ResponseWriter, r *http.Request) error {
	return h.showMembers(w, r, http.StatusOK, nil)
}

func (h *Pages) showMembers(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), memberColumns(ctx), "phase")
	if ask.Format != "" {
		http.Redirect(w, r, deskPath("memberships", p, "export")+"?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	found, count, err := h.memberRows(ctx, p.ID, ask)
	if err != nil {
		return err
	}
	path := deskPath("memberships", p)
	v := membersView{Place: p, May: h.MayIn(ctx, "member.serve", p.ID), Find: ui.Form{Action: path, Get: true, Class: "inline", In: "find"}, House: strings.TrimSpace(r.FormValue("household")),
		Form: ui.Form{Action: path + "/orders", In: "order", Wrong: wrong}, Code: r.FormValue("code"), Person: r.FormValue("person")}
	for _, s := range []struct{ key, name string }{
		{string(membership.Running), i18n.T(ctx, "有效")}, {"soon", i18n.T(ctx, "快到期")}, {string(membership.Grace), i18n.T(ctx, "到期了，还能接着续")}, {string(membership.NoTerm), i18n.T(ctx, "老会员，没登记")},
	} {
		v.Stats = append(v.Stats, ui.Stat{Name: s.name, Number: strconv.Itoa(count[s.key]), Unit: i18n.T(ctx, "位"), Href: path + "?phase=" + s.key})
	}
	v.Table = ui.Table{ID: "members", Caption: i18n.T(ctx, "会员名单"), Path: path, Ask: ask, Columns: memberColumns(ctx), Total: len(found), Search: i18n.T(ctx, "会员号，或完整手机号"),
		Export: h.MayIn(ctx, "member.export", p.ID), Filters: []ui.Field{phaseField(ctx)},
		Empty: ui.EmptyView{Icon: "card", Title: i18n.T(ctx, "没有合适的会员"), Text: i18n.T(ctx, "换个条件找，或从下面给人入会。")}}
	for _, x := range found[min(ask.Offset(), len(found)):min(ask.Offset()+ask.Size, len(found))] {
		v.Table.Rows = append(v.Table.Rows, x.row(ctx, p))
	}
	if v.May && v.House != "" {
		if v.Living, err = h.living(ctx, p, v.House); err != nil {
			return err
		}
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "memberships", i18n.T(ctx, "会员")), membersPage(v))
}

func (x *memberRow) row(ctx context.Context, p community.Place) ui.TableRow {
	text, tone := phaseTag(ctx, x.Phase)
	until, origin := "", ""
	if last := x.Terms.Latest(); last != nil {
		until, origin = ui.FullDay(ctx, last.Last()), membership.OriginName(last.Origin).In(ctx)
	}
	if x.Soon {
		text, tone = i18n.T(ctx, "快到期"), ui.Soon
	}
	return ui.TableRow{Href: deskPath("memberships", p, "members", x.Ref), Cells: []ui.Cell{{Text: x.Ref}, {Text: text, Tone: tone}, {Text: until}, {Text: origin}, {Text: ui.FullDay(ctx, period.DayOf(x.JoinedAt, portal.Zone))}}}
}

func phaseField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "phase", Label: i18n.T(ctx, "会员期"), Options: []ui.Option{{Text: i18n.T(ctx, "全部会员")}}}
	for _, p := range []membership.Phase{membership.Running, membership.Grace, membership.Over, membership.GivenUp, membership.NoTerm} {
		text, _ := phaseTag(ctx, p)
		f.Options = append(f.Options, ui.Option{Value: string(p), Text: text})
	}
	f.Options = slices.Insert(f.Options, 2, ui.Option{Value: "soon", Text: i18n.T(ctx, "快到期")})
	return f
}

// exportMembers takes the members along that the address asks for: references and
// days, no names.
func (h *Pages) exportMembers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), memberColumns(ctx), "phase")
	found, _, err := h.memberRows(ctx, p.ID, ask)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "会员"), Head: []string{i18n.T(ctx, "会员号"), i18n.T(ctx, "会员期"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "怎么来的")}}
	for _, x := range found {
		text, _ := phaseTag(ctx, x.Phase)
		row := sheet.Texts(x.Ref, text, "", "", "")
		if last := x.Terms.Latest(); last != nil {
			row = sheet.Texts(x.Ref, text, last.From.String(), last.Last().String(), membership.OriginName(last.Origin).In(ctx))
		}
		t.Rows = append(t.Rows, row)
	}
	return portal.Take(w, r, portal.PlaceName(p)+" "+t.Name, cmp.Or(ask.Format, "csv"), t)
}
