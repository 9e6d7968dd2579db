package pointsweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func (p *Pages) thanksRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /me/points/rules", Action: "points.read", On: httpkit.Mine, Do: p.rules},
		httpkit.Route{Pattern: "GET /desk/thanks", Action: "thanks.read", On: p.Somewhere("thanks.read"), Do: p.Choose("thanks.read", "thanks", i18n.M("发放积分"))},
		httpkit.Route{Pattern: "GET /desk/thanks/{community}", Action: "thanks.read", On: p.InCommunity, Do: p.thanks},
		httpkit.Route{Pattern: "POST /desk/thanks/{community}/rules", Action: "thanks.publish", On: p.InCommunity, Do: p.publish},
		httpkit.Route{Pattern: "POST /desk/thanks/{community}/rules/{rule}/end", Action: "thanks.publish", On: p.InCommunity, Do: p.endRule},
		httpkit.Route{Pattern: "POST /desk/thanks/{community}/grants", Action: "thanks.give", On: p.InCommunity, Do: p.thank},
		httpkit.Route{Pattern: "POST /desk/thanks/{community}/grants/{thanks}/undo", Action: "thanks.give", On: p.InCommunity, Do: p.undo},
		httpkit.Route{Pattern: "POST /desk/thanks/{community}/lists", Action: "thanks.give", On: p.InCommunity, Do: p.handIn, Upload: maxList + 1<<16},
		httpkit.Route{Pattern: "GET /desk/thanks/{community}/lists/{list}", Action: "thanks.read", On: p.InCommunity, Do: p.list},
	)
}

// maxList bounds a list of names.
const (
	maxList  = 1 << 20
	maxNames = 1_000
)

// sortName is what people call a sort of taking part.
func sortName(ctx context.Context, s points.Sort) string {
	switch s {
	case points.Event:
		return i18n.T(ctx, "参加活动")
	case points.Sharing:
		return i18n.T(ctx, "分享")
	case points.Operations:
		return i18n.T(ctx, "参与运营")
	}
	return i18n.T(ctx, "志愿服务")
}

func sortOptions(ctx context.Context) (options []ui.Option) {
	for _, s := range points.Sorts {
		options = append(options, ui.Option{Value: string(s), Text: sortName(ctx, s)})
	}
	return options
}

// ruleView is a rule in words.
type ruleView struct {
	points.Rule
	Worth, Cap string
	Sort       string
}

func ruleWords(ctx context.Context, r points.Rule, factor int) ruleView {
	worth := r.Worth(factor)
	return ruleView{Rule: r, Sort: sortName(ctx, r.Sort), Worth: ui.Points(worth), Cap: ui.Points(r.Monthly * (worth / r.Points))}
}

// rulesView is for what a resident gets points, beside buying.
type rulesView struct {
	Place      string
	Buying     string
	Taking     []ruleView
	Volunteers []ruleView // apart: it has nothing to do with what anybody buys (F12)
	Got        []ui.Row
}

func (p *Pages) rules(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.here(ctx, r.FormValue("at"))
	if err != nil {
		return err
	}
	var v rulesView
	if h.Belonging != nil {
		v.Place, v.Buying = portal.PlaceName(h.Community), ui.Points(h.Rules.Params.PointsPerYuan)
		err = p.view(ctx, h.Community.ID, func(rd db.Reader) error {
			all, err := p.Flows.Points.Rules(ctx, rd, h.Community.ID)
			if err != nil {
				return err
			}
			names := make(map[id.ID]string)
			for _, x := range all {
				names[x.ID] = x.Name
				switch {
				case x.Ended || x.Until != 0 && h.day > x.Until:
				case x.Sort == points.Volunteering:
					v.Volunteers = append(v.Volunteers, ruleWords(ctx, x, h.Rules.Params.OperationsFactor))
				default:
					v.Taking = append(v.Taking, ruleWords(ctx, x, h.Rules.Params.OperationsFactor))
				}
			}
			mine, err := p.Flows.Points.GrantsOf(ctx, rd, h.Community.ID, h.Member.ID)
			for _, g := range mine[:min(len(mine), 30)] {
				row := ui.Row{Title: names[g.Rule], Text: moment(ctx, g.At, h.Zone), End: ui.Signed(g.Points, money.Point), In: true}
				if g.Undone != nil {
					row.Tag, row.Tone = i18n.T(ctx, "当天撤回了"), ui.Tell
				}
				v.Got = append(v.Got, row)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	s := p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "做什么能得积分"))
	s.Back = ui.Link{Href: Path, Text: i18n.T(ctx, "积分")}
	return p.Show(w, r, s, rulesPage(v))
}

// thanksView is the page of rules and of what was given by them.
type thanksView struct {
	At         community.Place
	Rules      []ruleView
	Options    []ui.Option
	Given      []grantView
	Lists      []ui.Row
	Give, Hand ui.Form
	Publish    ui.Form
	Typed      map[string]string
	May        bool
	Publishes  bool
}

// grantView is points that were given.
type grantView struct {
	points.Grant
	Rule, Ref, By, When string
	Undo                bool
}

func (p *Pages) thanks(w http.ResponseWriter, r *http.Request) error {
	return p.showThanks(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showThanks(w http.ResponseWriter, r *http.Request, status int, which string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	base := "/desk/thanks/" + at.Ref
	v := thanksView{At: at, Typed: typed(r, wrong, "rule", "member_ref", "note", "sort", "name", "words", "points", "monthly", "from", "until"),
		Give: ui.Form{In: "give", Action: base + "/grants"}, Hand: ui.Form{In: "hand", Action: base + "/lists", Upload: true, Busy: i18n.T(ctx, "正在看名单，请等一下")}, Publish: ui.Form{In: "publish", Action: base + "/rules"}}
	for name, f := range map[string]*ui.Form{"give": &v.Give, "hand": &v.Hand, "publish": &v.Publish} {
		if name == which {
			f.Wrong = wrong
		}
	}
	may := func(a authz.Action) bool {
		return p.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Place: at.ID}) == nil
	}
	v.May, v.Publishes = may("thanks.give"), may("thanks.publish")
	if err := p.fillThanks(ctx, &v); err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.desk(ctx, "thanks", i18n.T(ctx, "发放积分")), thanksPage(v))
}

func (p *Pages) fillThanks(ctx context.Context, v *thanksView) error {
	today, zone, err := p.today(ctx, v.At.ID)
	if err != nil {
		return err
	}
	if v.Typed["from"] == "" {
		v.Typed["from"] = today.String()
	}
	var given []points.Grant
	var by []string
	err = p.view(ctx, v.At.ID, func(rd db.Reader) error {
		rules, err := p.Flows.Points.Rules(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		factor, err := p.factor(ctx, rd, v.At.ID)
		if err != nil {
			return err
		}
		names := make(map[id.ID]string)
		for _, x := range rules {
			names[x.ID] = x.Name
			if !x.Ended {
				w := ruleWords(ctx, x, factor)
				v.Rules = append(v.Rules, w)
				v.Options = append(v.Options, ui.Option{Value: x.ID.String(), Text: i18n.T(ctx, "%s，%s 分", x.Name, w.Worth)})
			}
		}
		if given, err = p.Flows.Points.LatestGrants(ctx, rd, v.At.ID, 50); err != nil {
			return err
		}
		refs, err := p.memberRefs(ctx, rd, v.At.ID, given)
		if err != nil {
			return err
		}
		for _, g := range given {
			by = append(by, g.By)
			v.Given = append(v.Given, grantView{Grant: g, Rule: names[g.Rule], Ref: refs[g.Member], When: moment(ctx, g.At, zone), Undo: v.May && g.Undone == nil && g.Day == today})
		}
		lists, err := p.Flows.Points.Lists(ctx, rd, v.At.ID, 10)
		for _, l := range lists {
			v.Lists = append(v.Lists, ui.Row{Href: "/desk/thanks/" + v.At.Ref + "/lists/" + l.ID.String(), Icon: "table", Title: l.File, Text: names[l.Rule], EndNote: moment(ctx, l.At, zone)})
		}
		return err
	})
	if err != nil {
		return err
	}
	called, err := p.names(ctx, by...)
	for i := range v.Given {
		v.Given[i].By = called[given[i].By]
	}
	v.Give.Token = form("give", len(given)) + lastOf(given)
	v.Hand.Token = form("list", len(v.Lists)) + lastOf(given)
	return err
}

// lastOf tells one state of a page from another by the latest thing on it.
func lastOf(given []points.Grant) string {
	if len(given) == 0 {
		return ""
	}
	return given[0].ID.String()
}

func (p *Pages) memberRefs(ctx context.Context, rd db.Reader, at id.ID, given []points.Grant) (map[id.ID]string, error) {
	who := make(map[id.ID]bool, len(given))
	for _, g := range given {
		who[g.Member] = true
	}
	return p.Flows.Members.RefsOf(ctx, rd, at, who)
}

// factor is how often taking part in operations counts.
func (p *Pages) factor(ctx context.Context, rd db.Reader, at id.ID) (int, error) {
	v, err := p.Flows.RulesNow(ctx, rd, at)
	if err != nil {
		return 1, err
	}
	return v.Params.OperationsFactor, nil
}

func (p *Pages) publish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	x := points.Rule{Sort: points.Sort(r.FormValue("sort")), Name: strings.TrimSpace(r.FormValue("name")), Words: strings.TrimSpace(r.FormValue("words"))}
	var n, most int64
	if n, err = number(r, "points", points.ErrBadRule); err == nil {
		if most, err = number(r, "monthly", points.ErrBadRule); err == nil {
			if x.From, err = day(r, "from", points.ErrBadRule); err == nil {
				x.Until, err = day(r, "until", points.ErrBadRule)
			}
		}
	}
	if err == nil {
		x.Points, x.Monthly = money.Amount(n), money.Amount(most)
		err = p.update(ctx, at.ID, func(tx *db.Tx) error { _, err := p.Flows.Points.Publish(ctx, tx, x); return err })
	}
	return p.thanksDone(w, r, at, "publish", err)
}

func (p *Pages) thanksDone(w http.ResponseWriter, r *http.Request, at community.Place, which string, err error) error {
	if err != nil {
		return again(r.Context(), err, func(status int, wrong []ui.Wrong) error { return p.showThanks(w, r, status, which, wrong) })
	}
	return see(w, r, "/desk/thanks/"+at.Ref)
}

func (p *Pages) endRule(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	rule, err := key(r, "rule", points.ErrNoRule)
	if err != nil {
		return err
	}
	err = p.update(ctx, at.ID, func(tx *db.Tx) error {
		return p.Flows.Points.EndRule(ctx, tx, rule, strings.TrimSpace(r.FormValue("reason")))
	})
	return p.thanksDone(w, r, at, "", err)
}

func (p *Pages) thank(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	rule, err := id.Parse(r.FormValue("rule"))
	if err != nil {
		return p.thanksDone(w, r, at, "give", points.ErrNoRule.On("rule"))
	}
	v := authz.Of(ctx)
	_, err = p.Flows.Thank(ctx, at.ID, v.Actor(), flow.Thanks{Rule: rule, Ref: r.FormValue("member_ref"), Words: r.FormValue("note"), Form: r.FormValue(ui.TokenName), Self: v.Person})
	if f := fault.Of(err); f != nil && f.Kind == fault.NotFound {
		err = errNoMember.On("member_ref")
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.Forbidden && f.Is(points.ErrOneself) {
		return p.showThanks(w, r, http.StatusForbidden, "give", wrongOf(ctx, f))
	}
	return p.thanksDone(w, r, at, "give", err)
}

// errNoMember refuses a reference that is no member's.
var errNoMember = fault.New(fault.Invalid, "points.no_member")

func wrongOf(ctx context.Context, f *fault.Fault) []ui.Wrong {
	text, _ := i18n.Refusal(ctx, f)
	return []ui.Wrong{{Field: f.Field, Text: text}}
}

func (p *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	grant, err := key(r, "thanks", points.ErrNoGrant)
	if err != nil {
		return err
	}
	return p.thanksDone(w, r, at, "", p.Flows.UndoThanks(ctx, at.ID, authz.Of(ctx).Actor(), grant, strings.TrimSpace(r.FormValue("reason"))))
}
