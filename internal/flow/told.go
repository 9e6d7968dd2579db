package flow

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/module/access"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Chapter is one part of what the house knows of a person: Data for programs, rows
// for people (A7).
type Chapter struct {
	File    string // "purchases.json"
	Title   string // in the language of the request, as everything that people read
	Columns []string
	Num     []int // columns that hold figures
	Rows    [][]string
	Data    any
}

// teller collects the chapters of one person.
type teller struct {
	flows      *Flows
	person     id.ID
	now        time.Time
	belongings []Belonging
	chapters   []Chapter
}

// Told is everything the house knows of a person, in the words of the request.
func (f *Flows) Told(ctx context.Context, who id.ID) (_ []Chapter, err error) {
	defer fault.Wrap(&err, "told of %s", who)
	t := &teller{flows: f, person: who, now: f.DB.Clock().Now()}
	var memberships []person.Membership
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		if memberships, err = f.People.Memberships(ctx, r, who); err != nil {
			return err
		}
		return t.common(ctx, r)
	})
	if err != nil {
		return nil, err
	}
	if t.belongings, err = f.Belongings(ctx, memberships); err != nil {
		return nil, err
	}
	t.memberships(ctx)
	for _, tell := range []func(context.Context) error{t.purchases, t.movements, t.vouchers} {
		if err := tell(ctx); err != nil {
			return nil, err
		}
	}
	return t.chapters, nil
}

func (t *teller) add(c Chapter) { t.chapters = append(t.chapters, c) }

// common tells what is kept of people wherever they live.
func (t *teller) common(ctx context.Context, r db.Reader) error {
	p, err := t.flows.People.ByID(ctx, r, t.person)
	if err != nil {
		return err
	}
	born := ""
	if p.BirthYear != 0 {
		born = strconv.Itoa(p.BirthYear)
	}
	t.add(Chapter{
		File: "profile.json", Title: i18n.T(ctx, "我的资料"), Columns: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "内容")},
		Rows: [][]string{
			{i18n.T(ctx, "名字"), p.Name}, {i18n.T(ctx, "手机号"), p.Phone}, {i18n.T(ctx, "出生年份"), born}, {i18n.T(ctx, "注册时间"), t.stamp(p.CreatedAt)},
		},
		Data: map[string]any{"id": p.ID, "name": p.Name, "address_form": p.Form, "phone": p.Phone, "birth_year": p.BirthYear, "lang": p.Lang, "theme": p.Theme, "created_at": p.CreatedAt},
	})
	if err := t.grants(ctx, r); err != nil {
		return err
	}
	if err := t.devices(ctx, r); err != nil {
		return err
	}
	return t.privacy(ctx, r)
}

func (t *teller) grants(ctx context.Context, r db.Reader) error {
	all, err := t.flows.Access.Of(ctx, r, t.person)
	if err != nil {
		return err
	}
	type grant struct {
		Role    authz.Role     `json:"role"`
		From    time.Time      `json:"from"`
		Until   time.Time      `json:"until,omitzero"`
		Grantor string         `json:"grantor"`
		Reason  string         `json:"reason"`
		Ended   *access.Ending `json:"ended,omitempty"`
	}
	c := Chapter{File: "roles.json", Title: i18n.T(ctx, "我的身份"), Columns: []string{i18n.T(ctx, "身份"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "理由")}}
	data := make([]grant, 0, len(all))
	for _, g := range all {
		data = append(data, grant{g.Role, g.From, g.Until, g.Grantor, g.Reason, g.Ended})
		c.Rows = append(c.Rows, []string{access.Name(g.Role).In(ctx), t.stamp(g.From), t.stamp(g.Until), g.Reason})
	}
	c.Data = data
	t.add(c)
	return nil
}

func (t *teller) devices(ctx context.Context, r db.Reader) error {
	all, err := t.flows.SignIn.Devices(ctx, r, t.person, t.now)
	if err != nil {
		return err
	}
	type device struct {
		Browser string    `json:"browser"`
		System  string    `json:"system"`
		Network string    `json:"network"`
		MadeAt  time.Time `json:"signed_in_at"`
		UsedAt  time.Time `json:"used_at"`
	}
	c := Chapter{File: "devices.json", Title: i18n.T(ctx, "登录着的设备"),
		Columns: []string{i18n.T(ctx, "浏览器"), i18n.T(ctx, "系统"), i18n.T(ctx, "网络"), i18n.T(ctx, "登录时间"), i18n.T(ctx, "最近使用")}}
	data := make([]device, 0, len(all))
	for _, s := range all {
		data = append(data, device{s.Browser, s.System, s.Network, s.MadeAt, s.UsedAt})
		c.Rows = append(c.Rows, []string{s.Browser, s.System, s.Network, t.stamp(s.MadeAt), t.stamp(s.UsedAt)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// told is how many looks at her data a person is told of.
const told = 1000

func (t *teller) privacy(ctx context.Context, r db.Reader) error {
	consents, err := t.flows.Privacy.Consents(ctx, r, t.person)
	if err != nil {
		return err
	}
	c := Chapter{File: "consents.json", Title: i18n.T(ctx, "我同意过的用途"), Data: consents, Columns: []string{i18n.T(ctx, "用途"), i18n.T(ctx, "同意时间"), i18n.T(ctx, "撤回时间")}}
	for _, x := range consents {
		c.Rows = append(c.Rows, []string{privacy.PurposeName(x.Purpose).In(ctx), t.stamp(x.GivenAt), t.stamp(x.WithdrawnAt)})
	}
	t.add(c)
	reads, err := t.flows.Privacy.Reads(ctx, r, t.person, id.ID{}, told)
	if err != nil {
		return err
	}
	c = Chapter{File: "reads.json", Title: i18n.T(ctx, "谁看过我的资料"), Data: reads, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "身份"), i18n.T(ctx, "看了什么"), i18n.T(ctx, "理由")}}
	for _, x := range reads {
		c.Rows = append(c.Rows, []string{t.stamp(x.At), access.Name(authz.Role(x.Role)).In(ctx), privacy.LookName(x.What).In(ctx), x.Why})
	}
	t.add(c)
	return nil
}

func (t *teller) memberships(ctx context.Context) {
	type membership struct {
		Community string    `json:"community"`
		Ref       string    `json:"ref"`
		Home      bool      `json:"home"`
		Standing  string    `json:"standing"`
		Level     int       `json:"level"`
		JoinedAt  time.Time `json:"joined_at"`
		AgeBand   string    `json:"age_band"`
		Household string    `json:"household_size"`
		Kids      string    `json:"kids"`
	}
	c := Chapter{File: "memberships.json", Title: i18n.T(ctx, "我在哪些社区是会员"), Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "编号"), i18n.T(ctx, "加入时间")}}
	var data []membership
	for i := range t.belongings {
		b := &t.belongings[i]
		m := b.Member
		data = append(data, membership{b.Community.Name, m.Ref, b.Home, string(m.Standing), int(m.Level), m.JoinedAt, m.Profile.AgeBand, m.Profile.HouseholdSize, m.Profile.Kids})
		c.Rows = append(c.Rows, []string{b.Community.Name, m.Ref, t.stamp(m.JoinedAt)})
	}
	c.Data = data
	t.add(c)
}

func (t *teller) purchases(ctx context.Context) error {
	s, err := t.flows.ShoppingOf(ctx, t.belongings, 0, 0)
	if err != nil {
		return err
	}
	type purchase struct {
		Community string       `json:"community"`
		Entry     int64        `json:"entry"`
		At        time.Time    `json:"at"`
		Shop      string       `json:"shop"`
		Price     money.Amount `json:"price_fen"`
		Coins     money.Amount `json:"entitlement_used"`
		Vouchers  money.Amount `json:"vouchers_fen"`
		Earned    money.Amount `json:"entitlement_earned"`
		Points    money.Amount `json:"points"`
		Refunded  money.Amount `json:"refunded_fen"`
	}
	c := Chapter{File: "purchases.json", Title: i18n.T(ctx, "我的消费"), Num: []int{3, 4, 5},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "价格（元）"), i18n.T(ctx, "退款（元）"), i18n.T(ctx, "得到的权益")}}
	data := make([]purchase, 0, len(s.Bought))
	for _, b := range s.Bought {
		data = append(data, purchase{b.Place, b.Seq, b.At, b.ShopName, b.Price, b.Coins, b.Vouchers, b.Earned, b.Points, b.Refunded})
		c.Rows = append(c.Rows, []string{t.stamp(b.At), b.Place, b.ShopName, b.Price.Grouped(money.CNY), b.Refunded.Grouped(money.CNY), b.Earned.Grouped(money.Coin)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// movements tells every entry on her accounts of entitlement, points and rewards.
func (t *teller) movements(ctx context.Context) error {
	type movement struct {
		Community string       `json:"community"`
		Account   string       `json:"account"`
		Entry     int64        `json:"entry"`
		At        time.Time    `json:"at"`
		Change    money.Amount `json:"change"`
		Balance   money.Amount `json:"balance"`
	}
	c := Chapter{File: "movements.json", Title: i18n.T(ctx, "权益、积分和奖励的每一笔"), Num: []int{3, 4},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "账户"), i18n.T(ctx, "变动"), i18n.T(ctx, "之后")}}
	data := make([]movement, 0, 64)
	accounts := []struct {
		purpose ledger.Purpose
		asset   money.Asset
		title   string
		name    string
	}{
		{ledger.Coins, money.Coin, i18n.T(ctx, "抵扣权益"), "entitlement"},
		{ledger.PointsHeld, money.Point, i18n.T(ctx, "消费积分"), "points"},
		{ledger.Rewards, money.CNY, i18n.T(ctx, "奖励"), "rewards"},
	}
	for i := range t.belongings {
		b := &t.belongings[i]
		for _, a := range accounts {
			for after := ""; ; {
				all, next, err := t.flows.Movements(ctx, b, a.purpose, page.Request{Cursor: after, Limit: page.MaxLimit})
				if err != nil {
					return err
				}
				for _, m := range all {
					data = append(data, movement{b.Community.Name, a.name, m.Seq, m.At, m.Change, m.Balance})
					c.Rows = append(c.Rows, []string{t.stamp(m.At), b.Community.Name, a.title, m.Change.Grouped(a.asset), m.Balance.Grouped(a.asset)})
				}
				if after = next; next == "" {
					break
				}
			}
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

func (t *teller) vouchers(ctx context.Context) error {
	type voucher struct {
		Community string       `json:"community"`
		Ref       string       `json:"ref"`
		From      string       `json:"from"`
		At        string       `json:"at"`
		Amount    money.Amount `json:"amount_fen"`
		IssuedAt  time.Time    `json:"issued_at"`
		ExpiresAt time.Time    `json:"expires_at"`
		Used      bool         `json:"used"`
	}
	c := Chapter{File: "vouchers.json", Title: i18n.T(ctx, "我的券"), Num: []int{3}, Columns: []string{i18n.T(ctx, "券号"), i18n.T(ctx, "发券的店"), i18n.T(ctx, "用在"), i18n.T(ctx, "金额（元）"), i18n.T(ctx, "到期")}}
	data := make([]voucher, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		all, err := t.flows.VouchersOf(ctx, b)
		if err != nil {
			return err
		}
		for _, v := range all {
			data = append(data, voucher{b.Community.Name, v.Ref, v.From, v.At, v.Amount, v.IssuedAt, v.ExpiresAt, v.Used})
			c.Rows = append(c.Rows, []string{v.Ref, v.From, v.At, v.Amount.Grouped(money.CNY), t.stamp(v.ExpiresAt)})
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

// stamp writes a moment for paper, in the zone in which people live; "" for none.
func (t *teller) stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	zone := DefaultZone
	if len(t.belongings) > 0 {
		zone = t.belongings[0].Zone
	}
	return at.In(zone).Format("2006-01-02 15:04")
}
