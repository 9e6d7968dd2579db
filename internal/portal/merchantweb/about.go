package merchantweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// aboutView is a shop and who works there.
type aboutView struct {
	Shop  string
	Facts []ui.Fact
	Owner bool
	Staff []workerView
	Form  ui.Form
	Name  ui.Field
	Phone ui.Field
	Done  string // what was just done
	Money string // page of the shops' common money
}

// workerView is somebody who works in the shop.
type workerView struct {
	Name, Note string
	End        ui.Confirm
}

// ErrNotHere refuses to end a role that is none of this shop's staff.
var ErrNotHere = fault.New(fault.NotFound, "merchantweb.no_such_worker")

func payableFacts(ctx context.Context, v statementView) []ui.Fact {
	facts := []ui.Fact{{Name: i18n.T(ctx, "现在等着付给您"), Text: i18n.T(ctx, "%s 元", v.Payable)}}
	if v.Owed != "" {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "欠着的"), Text: i18n.T(ctx, "%s 元，以后的货款先还", v.Owed)})
	}
	return facts
}

func (p *Pages) about(w http.ResponseWriter, r *http.Request) error {
	return p.showAbout(w, r, http.StatusOK, "", "", nil)
}

func (p *Pages) showAbout(w http.ResponseWriter, r *http.Request, status int, name, phone string, wrong []ui.Wrong) error {
	ctx := r.Context()
	t, err := p.till(r)
	if err != nil {
		return err
	}
	place, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, t.Community)
	if err != nil {
		return err
	}
	rate, _ := t.rules.Commission(t.Shop.Tier)
	v := aboutView{Shop: t.name(), Owner: t.owner, Money: t.href("/marketing"), Facts: []ui.Fact{
		{Name: i18n.T(ctx, "行业"), Text: t.Shop.Trade(ctx)}, {Name: i18n.T(ctx, "社区"), Text: portal.PlaceName(place)},
		{Name: i18n.T(ctx, "店号"), Text: t.Shop.Ref}, {Name: i18n.T(ctx, "状态"), Text: portal.StatusName(ctx, t.Shop.Status)},
		{Name: i18n.T(ctx, "联盟里是"), Text: portal.TierName(ctx, t.Shop.Tier)}, {Name: i18n.T(ctx, "平台服务费"), Text: i18n.T(ctx, "成交价的 %s", rate.Percent())},
		{Name: i18n.T(ctx, "关爱承诺"), Text: pledge(ctx, &t)},
	}}
	if i18n.Of(ctx) == i18n.En {
		v.Facts[0].Text = t.Shop.Industry
	}
	if t.owner {
		if v.Staff, err = p.staff(ctx, &t); err != nil {
			return err
		}
		v.Form = ui.Form{Action: t.href("/staff"), Wrong: wrong, Busy: i18n.T(ctx, "正在加，请等一下")}
		v.Name = ui.Field{Name: "name", Label: i18n.T(ctx, "店员姓名"), Value: name, Error: v.Form.Of("name"), MaxLen: 40}
		v.Phone = ui.Field{Name: "phone", Label: i18n.T(ctx, "店员手机号"), Value: phone, Error: v.Form.Of("phone"), Help: i18n.T(ctx, "店员用这个号登录，只看得到当天，看不到账单。")}
	}
	switch r.FormValue("done") {
	case "hired":
		v.Done = i18n.T(ctx, "店员加好了")
	case "ended":
		v.Done = i18n.T(ctx, "这位店员不再看得到本店")
	}
	s := p.ShopShell(ctx, t.Community, t.Shop.ID, "shop", i18n.T(ctx, "店铺"))
	return p.ShowAs(w, r, status, httpkit.Private, s, aboutPage(v))
}

func pledge(ctx context.Context, t *till) string {
	if t.Shop.CarePledge == 0 {
		return i18n.T(ctx, "还没有承诺")
	}
	return i18n.T(ctx, "成交价的 %s，进社区关爱基金", t.Shop.CarePledge.Percent())
}

// staff are those who work in the shop now.
func (p *Pages) staff(ctx context.Context, t *till) (all []workerView, err error) {
	now := p.Flows.DB.Clock().Now()
	err = p.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		grants, err := p.Flows.Access.In(ctx, r, t.Community)
		if err != nil {
			return err
		}
		var ids []id.ID
		for _, g := range grants {
			ids = append(ids, g.Person)
		}
		people, err := p.Flows.People.ByIDs(ctx, r, ids)
		for _, g := range grants {
			who := people[g.Person]
			if g.Subject != t.Shop.ID || !g.Holds(now) || who == nil || g.Role != access.Owner && g.Role != access.Staff {
				continue
			}
			all = append(all, drawWorker(ctx, t, g, who))
		}
		return err
	})
	return all, err
}

func drawWorker(ctx context.Context, t *till, g *access.Grant, who *person.Person) workerView {
	v := workerView{Name: portal.Called(ctx, who), Note: i18n.T(ctx, "%s，%s起", access.Name(g.Role).In(ctx), ui.FullDay(ctx, period.DayOf(g.From, t.Zone)))}
	if tail := who.Tail(); tail != "" {
		v.Note = i18n.T(ctx, "%s，尾号 %s", v.Note, tail)
	}
	if g.Role == access.Staff {
		v.End = ui.Confirm{ID: "end-" + g.ID.String(), Open: i18n.T(ctx, "请离"), Class: "sm", Title: i18n.T(ctx, "%s不再是本店店员？", v.Name),
			Text: i18n.T(ctx, "马上看不到本店；做过的事都留着记录。"), Action: t.href("/staff/" + g.ID.String() + "/end"), Do: i18n.T(ctx, "不再是店员"), Danger: true}
	}
	return v
}

// hire gives somebody the role of staff by her phone number.
func (p *Pages) hire(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.till(r)
	if err != nil {
		return err
	}
	name, typed := strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("phone")
	phone, err := person.ParsePhone(typed)
	if err == nil {
		_, err = p.Flows.Appoint(ctx, p.Engine, authz.Of(ctx), flow.Appointment{Phone: phone, Name: name, Role: access.Staff, Place: t.Community, Subject: t.Shop.ID,
			Reason: i18n.T(ctx, "店主请来的店员")})
	}
	if f := fault.Of(err); f != nil && f.Kind != fault.Unauthorized {
		words, _ := i18n.Refusal(ctx, f)
		return p.showAbout(w, r, http.StatusUnprocessableEntity, name, typed, []ui.Wrong{{Field: f.Field, Text: words}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, t.href("/about?done=hired"), http.StatusSeeOther)
	return nil
}

// dismiss ends the role of one of the shop's staff.
func (p *Pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.till(r)
	if err != nil {
		return err
	}
	grant, err := id.Parse(r.PathValue("grant"))
	if err != nil {
		return ErrNotHere
	}
	err = p.Flows.DB.View(ctx, id.Tilde, func(reader db.Reader) error {
		g, err := p.Flows.Access.ByID(ctx, reader, grant)
		if err == nil && (g.Subject != t.Shop.ID || g.Role != access.Staff) {
			err = ErrNotHere
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := p.Flows.Dismiss(ctx, p.Engine, authz.Of(ctx), grant, i18n.T(ctx, "店主请离")); err != nil {
		return err
	}
	http.Redirect(w, r, t.href("/about?done=ended"), http.StatusSeeOther)
	return nil
}
