package accessweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// areas are what the policy files are about. One that is not here goes by its name.
var areas = map[string]i18n.Message{
	"app.cedar": i18n.M("装到手机上"), "appoint.cedar": i18n.M("谁能任命谁"), "assist.cedar": i18n.M("协助办事"), "keys.cedar": i18n.M("接口密钥"), "merchant.cedar": i18n.M("店铺"),
	"notice.cedar": i18n.M("通知"), "officer.cedar": i18n.M("政府和监督"), "operator.cedar": i18n.M("运营台"), "people.cedar": i18n.M("人和身份"), "person.cedar": i18n.M("自己的事"),
	"places.cedar": i18n.M("地方和住户"), "privacy.cedar": i18n.M("个人信息"), "public.cedar": i18n.M("谁都可以看的"), "resident.cedar": i18n.M("居民"), "sign_in.cedar": i18n.M("登录"),
	"staff.cedar": i18n.M("工作人员的通行密钥"),
}

// article is one policy as people read it.
type article struct {
	Text    string // the comment above it, in the reader's language
	Forbids bool
	Who     string // whom it lets in, with all other policies taken together
	Actions []ui.Link
	Cedar   string
	File    string
}

// chapter is the articles of one file.
type chapter struct {
	ID       string
	Title    string
	Articles []article
}

// articleView is one action: who may do it, and whether the reader may.
type articleView struct {
	Action   string
	Who      []string
	Articles []article
	Doors    []string
	Mine     []ui.Row // the reader's own answer, at each place where she holds a role
}

// charter shows what each role may do, in words.
func (p *Pages) charter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var chapters []chapter
	for _, policy := range p.engine.Policies() {
		if len(chapters) == 0 || chapters[len(chapters)-1].ID != policy.File {
			chapters = append(chapters, chapter{ID: policy.File, Title: areaOf(ctx, policy.File)})
		}
		last := &chapters[len(chapters)-1]
		a, err := p.articleOf(ctx, policy)
		if err != nil {
			return err
		}
		last.Articles = append(last.Articles, a)
	}
	back := ui.Link{Href: "/me/roles", Text: i18n.T(ctx, "我的身份")}
	return p.Portal.Show(w, r, p.task(i18n.T(ctx, "权限章程"), back), charterPage(chapters))
}

func areaOf(ctx context.Context, file string) string {
	if m, ok := areas[file]; ok {
		return m.In(ctx)
	}
	return strings.TrimSuffix(file, ".cedar")
}

func (p *Pages) articleOf(ctx context.Context, policy *authz.Policy) (a article, err error) {
	a = article{Text: policy.English, Forbids: policy.Forbids, Cedar: policy.Text, File: policy.ID()}
	if i18n.Of(ctx) != i18n.En && policy.Chinese != "" {
		a.Text = policy.Chinese
	}
	for _, action := range policy.Actions {
		a.Actions = append(a.Actions, ui.Link{Href: "/charter/" + url.PathEscape(string(action)), Text: string(action)})
	}
	return a, nil
}

// whoMay names who may do something: everybody, whose it is, and the roles.
func (p *Pages) whoMay(ctx context.Context, a authz.Action) (who []string, err error) {
	yes := func(q authz.Question) bool {
		q.Action = a
		d, failed := p.engine.Decide(q)
		if failed != nil {
			err = errors.Join(err, failed)
			return false
		}
		return d.Allowed
	}
	switch {
	case yes(authz.Question{}):
		return []string{i18n.T(ctx, "谁都可以，不用登录")}, err
	case yes(authz.Question{SignedIn: true}):
		return []string{i18n.T(ctx, "登录了的人都可以")}, err
	}
	if yes(authz.Question{SignedIn: true, Own: true}) {
		who = append(who, i18n.T(ctx, "本人"))
	}
	if yes(authz.Question{SignedIn: true, Own: true, Assisting: true}) {
		who = append(who, i18n.T(ctx, "经同意协助的人"))
	}
	for _, role := range access.Roles {
		if yes(authz.Question{SignedIn: true, Strong: true, Roles: string(role)}) {
			who = append(who, access.Name(role).In(ctx))
		}
	}
	if slices.ContainsFunc([]string{"key:settle", "key:refund", "key:read", "key:admin"}, func(r string) bool { return yes(authz.Question{Key: true, Roles: r}) }) {
		who = append(who, i18n.T(ctx, "有相应权限的接口密钥"))
	}
	return who, err
}

// article shows one action: who may, by which article, and whether the reader may
// and why.
func (p *Pages) article(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	action := authz.Action(r.PathValue("action"))
	if !slices.Contains(p.engine.Actions(), action) {
		return httpkit.ErrNoSuchPage
	}
	v := articleView{Action: string(action)}
	var err error
	if v.Who, err = p.whoMay(ctx, action); err != nil {
		return err
	}
	for _, policy := range p.engine.Policies() {
		if slices.Contains(policy.Actions, action) || policy.Forbids && len(policy.Actions) == 0 {
			a, err := p.articleOf(ctx, policy)
			if err != nil {
				return err
			}
			v.Articles = append(v.Articles, a)
		}
	}
	if p.Doors != nil {
		v.Doors = p.Doors(action)
	}
	if v.Mine, err = p.answers(ctx, action); err != nil {
		return err
	}
	back := ui.Link{Href: "/charter", Text: i18n.T(ctx, "权限章程")}
	return p.Portal.Show(w, r, p.task(i18n.T(ctx, "谁能做这件事"), back), actionPage(v))
}

// answers are the engine's to the reader: before what is her own, and at each place
// where she holds a role.
func (p *Pages) answers(ctx context.Context, action authz.Action) (rows []ui.Row, err error) {
	v := authz.Of(ctx)
	row, err := p.answer(ctx, action, authz.Resource{Owner: v.Acting()}, i18n.T(ctx, "自己的"))
	if err != nil {
		return nil, err
	}
	rows = append(rows, row)
	seen := map[authz.Resource]bool{}
	for _, g := range v.Grants {
		on := authz.Resource{Place: g.Place, Subject: g.Subject}
		if seen[on] {
			continue
		}
		seen[on] = true
		name, err := p.placeOf(ctx, &access.Grant{Place: g.Place, Subject: g.Subject})
		if err != nil {
			return nil, err
		}
		row, err := p.answer(ctx, action, on, name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// answer is one of them, with the article that decided.
func (p *Pages) answer(ctx context.Context, action authz.Action, on authz.Resource, where string) (row ui.Row, err error) {
	d, err := p.engine.Explain(ctx, authz.Of(ctx), action, on)
	if err != nil {
		return row, err
	}
	row = ui.Row{Title: where, Tag: i18n.T(ctx, "可以"), Tone: ui.OK}
	decided := d.Permits
	if !d.Allowed {
		row.Tag, row.Tone, decided = i18n.T(ctx, "不可以"), ui.Bad, d.Forbids
		if row.Text = i18n.T(ctx, "没有一条章程允许，所以不行。"); len(decided) > 0 {
			row.Text, _ = i18n.Refusal(ctx, fault.Of(d.Refusal()))
		}
	}
	for _, policy := range decided {
		a, err := p.articleOf(ctx, policy)
		if err != nil {
			return row, err
		}
		row.Notes = append(row.Notes, i18n.T(ctx, "依据 %s：%s", a.File, a.Text))
	}
	return row, nil
}
