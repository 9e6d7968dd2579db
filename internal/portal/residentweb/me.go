package residentweb

import (
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// meView is a person's own page.
type meView struct {
	Name    string
	Facts   []ui.Fact
	Belongs []ui.Row
	Rows    []ui.Row // what else is hers
	SignOut string
	Saved   bool
	Edit    bool
}

// way is a page that may be there or not.
type way struct {
	path, icon  string
	title, text i18n.Message
}

// ways are the other pages about her; those that the house has are offered.
var ways = []way{
	{"/me/membership", "card", i18n.M("我的会员"), i18n.M("会员期、免费服务、权益包、推荐，退多少")},
	{"/me/wallet", "wallet", i18n.M("我手里有"), i18n.M("服务时、积分、券，每一笔怎么来的")},
	{"/me/points", "gift", i18n.M("积分能换什么"), i18n.M("兑换、领取码、抵物业费")},
	{"/me/purchases", "slip", i18n.M("我买过的"), i18n.M("每张小票，都能验")},
	{"/me/bill", "chart", i18n.M("消费账单"), i18n.M("花了、省了、得了多少，还能省在哪里")},
	{"/me/team", "people", i18n.M("我的团队"), i18n.M("级别、团队，随时可以退出")},
	{"/me/rewards", "cash", i18n.M("我的奖励"), i18n.M("哪条规则给的，为什么")},
	{"/me/hours", "hands", i18n.M("我的服务时"), i18n.M("服务时、抵扣权益，怎么来的，怎么送")},
	{"/me/bundles", "basket", i18n.M("我的套餐"), i18n.M("每一样的码，没用的怎么退")},
	{"/me/volunteer", "hands", i18n.M("我来帮忙"), i18n.M("会什么、哪天有空，由您定")},
	{"/me/draws", "gift", i18n.M("我的福袋"), i18n.M("报了哪些，抽中了怎么领")},
	{"/me/honours", "star", i18n.M("评选和荣誉"), i18n.M("提名邻居，一人一票")},
	{"/me/household", "home", i18n.M("我家"), i18n.M("住在一起的人，谁照看谁")},
	{"/me/helpers", "hands", i18n.M("谁能替我办事"), i18n.M("您同意过的人，随时可以收回")},
	{"/me/caring", "heart", i18n.M("我照看的人"), i18n.M("谁请您替他看着，能看到什么")},
	{"/me/roles", "flag", i18n.M("我的身份"), i18n.M("您担着哪些事，到什么时候")},
	{"/inbox", "bell", i18n.M("通知"), i18n.M("发给您的消息，几点不打扰")},
	{"/me/notices", "bell", i18n.M("通知"), i18n.M("发给您的消息，几点不打扰")},
	{"/me/devices", "smartphone", i18n.M("登录过的设备"), i18n.M("不认得的，一点就退出")},
	{"/me/passkeys", "fingerprint", i18n.M("指纹和面容登录"), i18n.M("不用验证码，更安全")},
	{"/me/data", "shield", i18n.M("我的数据"), i18n.M("谁看过，带走一份，或者删掉")},
}

func (p *Pages) me(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	v := meView{Name: portal.Called(ctx, m.who), SignOut: p.SignOut, Saved: r.FormValue("saved") != "", Edit: !helping(ctx)}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "姓名"), Text: m.who.Name}, {Name: i18n.T(ctx, "怎么称呼"), Text: portal.FormName(ctx, m.who.Form)}}
	if tail := m.who.Tail(); tail != "" {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "手机"), Text: i18n.T(ctx, "尾号 %s", tail)})
	}
	if m.who.BirthYear != 0 {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "出生年份"), Text: itoa(m.who.BirthYear)})
	}
	for i := range m.all {
		b := &m.all[i]
		row := ui.Row{Icon: "building", Title: portal.PlaceName(b.Community), Text: i18n.T(ctx, "%s · %s", levelName(ctx, b.Member.Level), standingName(ctx, b.Member.Standing)),
			EndNote: i18n.T(ctx, "会员号 %s", b.Member.Ref)}
		if !b.Home {
			row.Text = i18n.T(ctx, "在那里买过东西，资料跟着您家所在的社区走")
		}
		v.Belongs = append(v.Belongs, row)
	}
	for _, o := range ways {
		if p.Opens(o.path) {
			v.Rows = append(v.Rows, ui.Row{Href: o.path, Icon: o.icon, Title: o.title.In(ctx), Text: o.text.In(ctx)})
		}
	}
	if helping(ctx) {
		v.SignOut = ""
	}
	return p.Show(w, r, p.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的")), mePage(v))
}

// editView is the form of her own data, with what was typed.
type editView struct {
	Form                 ui.Form
	Name, Address, Birth ui.Field
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	m, err := p.mine(r.Context())
	if err != nil {
		return err
	}
	birth := ""
	if m.who.BirthYear != 0 {
		birth = itoa(m.who.BirthYear)
	}
	return p.showEdit(w, r, http.StatusOK, m.who.Name, string(m.who.Form), birth, nil)
}

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, status int, name, form, birth string, wrong []ui.Wrong) error {
	ctx := r.Context()
	f := ui.Form{Action: "/me/edit", Wrong: wrong, Busy: i18n.T(ctx, "正在保存，请等一下")}
	v := editView{
		Form:    f,
		Name:    ui.Field{Name: "name", Label: i18n.T(ctx, "姓名"), Value: name, Error: f.Of("name"), Auto: "name", MaxLen: 40},
		Address: ui.Field{Name: "address_form", Label: i18n.T(ctx, "怎么称呼您"), Value: form, Error: f.Of("address_form"), Optional: true},
		Birth: ui.Field{Name: "birth_year", Label: i18n.T(ctx, "出生年份"), Value: birth, Error: f.Of("birth_year"), Optional: true, Hint: "1955", MaxLen: 4,
			Help: i18n.T(ctx, "满 60 岁，基础服务不收费；不填也行，不填就不按年龄算。")},
	}
	for _, form := range person.Forms {
		v.Address.Options = append(v.Address.Options, ui.Option{Value: string(form), Text: portal.FormName(ctx, form)})
	}
	s := p.Shell(ctx, ui.TaskFrame, "", i18n.T(ctx, "改我的资料"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return p.ShowAs(w, r, status, httpkit.Never, s, editPage(v))
}

// change saves her data; what cannot be saved comes back with what was typed.
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	name, form, birth := r.PostFormValue("name"), r.PostFormValue("address_form"), strings.TrimSpace(r.PostFormValue("birth_year"))
	year, err := 0, error(nil)
	if birth != "" {
		if year, err = strconv.Atoi(birth); err != nil {
			err = person.ErrBadYear.On("birth_year")
		}
	}
	v := authz.Of(ctx)
	if err == nil {
		err = p.Flows.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
			return p.Flows.People.Change(ctx, tx, v.Acting(), func(who *person.Person) error {
				who.Name, who.Form, who.BirthYear = name, person.Form(form), year
				return nil
			})
		})
	}
	if f := fault.Of(err); f != nil && f.Field != "" {
		words, _ := i18n.Refusal(ctx, f)
		return p.showEdit(w, r, http.StatusUnprocessableEntity, name, form, birth, []ui.Wrong{{Field: f.Field, Text: words}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/me?saved=1", http.StatusSeeOther)
	return nil
}
