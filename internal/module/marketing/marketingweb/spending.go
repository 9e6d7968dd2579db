package marketingweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/community"
	"gongyi/internal/module/marketing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// spendingView is one spending.
type spendingView struct {
	Place   community.Place
	Title   string
	State   string
	Tone    ui.Tone
	Facts   []ui.Fact
	Picture string
	Image   bool
	Past    []ui.Event
	May     bool
	Open    bool
	Mine    bool
	Approve ui.Confirm
	Drop    ui.Form
	Wrong   string
	Words   string
}

func (m *Pages) placeAnd(r *http.Request) (community.Place, id.ID, error) {
	p, err := m.CommunityIn(r)
	if err != nil {
		return p, id.ID{}, err
	}
	at, err := id.Parse(r.PathValue("spending"))
	if err != nil {
		err = marketing.ErrNotFound
	}
	return p, at, err
}

func (m *Pages) spending(w http.ResponseWriter, r *http.Request) error {
	return m.showSpending(w, r, http.StatusOK, nil)
}

func (m *Pages) showSpending(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := m.placeAnd(r)
	if err != nil {
		return err
	}
	var x *marketing.Spending
	var pic *attachment.File
	if err := m.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if x, err = m.Flows.Marketing.Spending(ctx, rd, p.ID, at); err != nil {
			return err
		}
		pic, err = m.Flows.Files.Facts(ctx, rd, p.ID, x.Picture)
		return err
	}); err != nil {
		return err
	}
	self := deskHref(p) + "/" + x.ID.String()
	v := spendingView{Place: p, Title: x.Title, Open: x.End == nil, Mine: x.By == actor(ctx).ID, May: x.End == nil && m.MayIn(ctx, "marketing.decide", p.ID), Words: r.FormValue("reason"), Picture: self + "/picture",
		Image: pic.Kind != attachment.PDF, Drop: ui.Form{Action: self + "/refusal", Wrong: wrong}}
	for _, x := range wrong {
		if x.Field == "" {
			v.Wrong = x.Text
		}
	}
	v.State, v.Tone = state(ctx, x)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "金额"), Text: i18n.T(ctx, "%s 元", ui.Yuan(x.Amount))}, {Name: i18n.T(ctx, "付给谁"), Text: x.Supplier}, {Name: i18n.T(ctx, "发票"), Text: x.Invoice}, {Name: i18n.T(ctx, "日期"), Text: ui.FullDay(ctx, x.Day)},
		{Name: i18n.T(ctx, "大家得到什么"), Text: x.Words}, {Name: i18n.T(ctx, "规则"), Text: "M-16"}}
	if x.End != nil && x.End.Seq >= 0 {
		seq := strconv.FormatInt(x.End.Seq, 10)
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "账上第几条"), Text: seq, Why: "/desk/accounts/" + p.Ref + "/entries/" + seq})
	}
	v.Approve = ui.Confirm{ID: "approve", Open: i18n.T(ctx, "批准付款"), Class: "call", Title: i18n.T(ctx, "付 %s 元给%s？", ui.Yuan(x.Amount), x.Supplier), Text: i18n.T(ctx, "从各店的联合营销款里出，每家店都看得到。"),
		Action: self + "/approval", Do: i18n.T(ctx, "付 %s 元", ui.Yuan(x.Amount)), Busy: i18n.T(ctx, "正在记账")}
	if err := m.story(ctx, &v, x); err != nil {
		return err
	}
	return m.ShowAs(w, r, status, httpkit.Private, m.DeskShell(ctx, "marketing", x.Title), spendingPage(v))
}

func (m *Pages) story(ctx context.Context, v *spendingView, x *marketing.Spending) error {
	by := []id.ID{x.By}
	if x.End != nil {
		by = append(by, x.End.By)
	}
	var names map[id.ID]string
	err := m.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		names, err = m.Names(ctx, r, by...)
		return err
	})
	v.Past = []ui.Event{{Title: i18n.T(ctx, "记下来"), Text: names[x.By], When: ui.Moment(ctx, portal.Local(x.At)), State: ui.Done}}
	if x.End == nil {
		v.Past = append(v.Past, ui.Event{Title: v.State, State: ui.Now})
		return err
	}
	text := names[x.End.By]
	if x.End.Words != "" {
		text = i18n.T(ctx, "%s：%s", text, x.End.Words)
	}
	v.Past = append(v.Past, ui.Event{Title: v.State, Text: text, When: ui.Moment(ctx, portal.Local(x.End.At)), State: ui.Done})
	return err
}

func (m *Pages) answered(w http.ResponseWriter, r *http.Request, p community.Place, at id.ID, err error) error {
	if err == nil {
		http.Redirect(w, r, deskHref(p)+"/"+at.String(), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return m.showSpending(w, r, status, wrong)
}

func (m *Pages) approve(w http.ResponseWriter, r *http.Request) error {
	p, at, err := m.placeAnd(r)
	if err != nil {
		return err
	}
	return m.answered(w, r, p, at, m.Flows.ApproveSpending(r.Context(), p.ID, actor(r.Context()), at))
}

func (m *Pages) drop(w http.ResponseWriter, r *http.Request) error {
	p, at, err := m.placeAnd(r)
	if err != nil {
		return err
	}
	return m.answered(w, r, p, at, m.Flows.DropSpending(r.Context(), p.ID, actor(r.Context()), at, r.PostFormValue("reason")))
}

func (m *Pages) picture(w http.ResponseWriter, r *http.Request) error {
	p, at, err := m.placeAnd(r)
	if err != nil {
		return err
	}
	return m.sendPicture(w, r, p.ID, at, false)
}

// sendPicture answers with an invoice; a shop sees those that were paid.
func (m *Pages) sendPicture(w http.ResponseWriter, r *http.Request, community, at id.ID, paid bool) error {
	ctx := r.Context()
	var file *attachment.File
	err := m.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		x, err := m.Flows.Marketing.Spending(ctx, rd, community, at)
		if err != nil {
			return err
		}
		if paid && (x.End == nil || x.End.Kind != marketing.Approved) {
			return marketing.ErrNotFound
		}
		if file, err = m.Flows.Files.ByID(ctx, rd, community, x.Picture); err == nil {
			file.Name = x.Invoice + ".pdf" // what the office calls it is its own
		}
		return err
	})
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, file, httpkit.Private)
}

// shop is what a shop of the alliance sees: in, out, left, and each invoice that was
// paid.
func (m *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	p, err := m.Flows.Communities.ByID(ctx, m.Flows.DB, on.Place)
	if err != nil {
		return err
	}
	b, err := m.books(ctx, on.Place)
	if err != nil {
		return err
	}
	self := "/shop/" + on.Subject.String() + "/marketing"
	v := booksView{Place: p, Stats: stats(ctx, b)}
	for _, x := range b.Spendings {
		if x.End == nil || x.End.Kind != marketing.Approved {
			continue
		}
		v.Rows = append(v.Rows, ui.Row{Icon: "tag", Title: x.Title, Text: x.Words, Notes: []string{i18n.T(ctx, "%s，付给%s，发票 %s", ui.Day(ctx, x.Day), x.Supplier, x.Invoice)}, End: ui.Signed(-x.Amount, money.CNY),
			Do: ui.Link{Href: self + "/" + x.ID.String() + "/picture", Text: i18n.T(ctx, "看发票")}})
	}
	s := m.ShopShell(ctx, on.Place, on.Subject, "shop", i18n.T(ctx, "联合营销款"))
	s.Back = ui.Link{Href: "/shop/" + on.Subject.String() + "/about", Text: i18n.T(ctx, "店铺")}
	return m.Show(w, r, s, shopPage(v))
}

func (m *Pages) shopPicture(w http.ResponseWriter, r *http.Request) error {
	on, err := shopOf(r)
	if err != nil {
		return err
	}
	at, err := id.Parse(r.PathValue("spending"))
	if err != nil {
		return marketing.ErrNotFound
	}
	return m.sendPicture(w, r, on.Place, at, true)
}
