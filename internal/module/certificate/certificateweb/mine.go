package certificateweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// papersView are the papers of one holder.
type papersView struct {
	holder
	May   bool // she may have one made
	Rows  []ui.Row
	given []flow.CertificateCheck
	Years []ui.Link
	Form  ui.Form
	Sent  portal.Sent
}

// mineView are the papers of a person, a part a community.
type mineView struct {
	Parts []papersView
	Made  bool
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return h.showMine(w, r, "", portal.Sent{})
}

// showMine shows her papers; at names the community whose form was sent.
func (h *Pages) showMine(w http.ResponseWriter, r *http.Request, at string, sent portal.Sent) error {
	ctx := r.Context()
	all, err := h.holders(ctx)
	if err != nil {
		return err
	}
	v := mineView{Made: r.FormValue("made") != ""}
	for _, x := range all {
		p := papersView{holder: x, May: true}
		if x.Place.Ref == at {
			p.Sent = sent
		}
		if err := h.fill(ctx, &p); err != nil {
			return err
		}
		v.Parts = append(v.Parts, p)
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的证明和年度对账"))
	s.Back = ui.Link{Href: "/me/hours", Text: i18n.T(ctx, "我的服务时")}
	return h.ShowSent(w, r, sent, s, minePage(v))
}

// holders are the communities that know who is acted for.
func (h *Pages) holders(ctx context.Context) (all []holder, err error) {
	_, memberships, err := h.Me(ctx)
	if err != nil {
		return nil, err
	}
	known, err := h.Flows.Belongings(ctx, memberships)
	for i := range known {
		all = append(all, h.holderOf(&known[i], len(known) > 1))
	}
	return all, err
}

func (h *Pages) holderOf(b *flow.Belonging, among bool) holder {
	base := "/me/hours/" + b.Community.Ref
	return holder{Place: b.Community, Member: b.Member.ID, Now: h.Flows.DB.Clock().Now().In(b.Zone), Since: b.Member.JoinedAt, Base: base, Print: base + "/certificates/", Among: among}
}

// here is who is acted for in the community of an address.
func (h *Pages) here(r *http.Request) (holder, error) {
	all, err := h.holders(r.Context())
	if err != nil {
		return holder{}, err
	}
	for _, x := range all {
		if x.Place.Ref == r.PathValue("at") {
			return x, nil
		}
	}
	return holder{}, certificate.ErrNotFound
}

// fill reads what a holder was given, and of which years there is a statement.
func (h *Pages) fill(ctx context.Context, p *papersView) error {
	p.Form = p.Sent.Once("certify-"+p.Place.Ref, p.Base+"/certificates")
	today := period.DayOf(p.Now, p.Now.Location())
	for _, y := range flow.YearsOf(period.DayOf(p.Since, p.Now.Location()), today) {
		p.Years = append(p.Years, ui.Link{Href: p.year(y), Text: i18n.T(ctx, "%s 年", strconv.Itoa(y))})
	}
	var err error
	if p.given, err = h.Flows.CertificatesOf(ctx, p.Place.ID, p.Member); err != nil {
		return err
	}
	for i := range p.given {
		p.Rows = append(p.Rows, row(ctx, &p.holder, &p.given[i]))
	}
	return nil
}

// row is a certificate in its holder's list.
func row(ctx context.Context, x *holder, c *flow.CertificateCheck) ui.Row {
	state, tone := stateOf(ctx, c)
	return ui.Row{Icon: "proof", Href: checkPath(x.Place, c.ID), Title: i18n.T(ctx, "第 %s 号", c.Serial(x.Place.Ref)), Text: days(ctx, c.Certificate),
		Notes: []string{i18n.T(ctx, "%d 次服务，共 %s", len(c.Lines), lasting(ctx, c.Minutes()))}, Tag: state, Tone: tone}
}

// stateOf says whether a certificate counts.
func stateOf(ctx context.Context, c *flow.CertificateCheck) (string, ui.Tone) {
	switch {
	case c.Revoked != nil:
		return i18n.T(ctx, "已经作废"), ui.Bad
	case !c.Good():
		return i18n.T(ctx, "不再有效"), ui.Bad
	}
	return i18n.T(ctx, "有效"), ui.OK
}

// lasting is a time in hours and minutes.
func lasting(ctx context.Context, minutes int) string {
	switch hours, rest := minutes/60, minutes%60; {
	case hours == 0:
		return i18n.T(ctx, "%d 分钟", rest)
	case rest == 0:
		return i18n.T(ctx, "%d 小时", hours)
	default:
		return i18n.T(ctx, "%d 小时 %d 分", hours, rest)
	}
}

// namingOptions are the ways in which the holder may be called.
func namingOptions(ctx context.Context) (options []ui.Option) {
	for _, n := range certificate.Namings {
		options = append(options, ui.Option{Value: string(n), Text: namings[n].In(ctx)})
	}
	return options
}

var namings = map[certificate.Naming]i18n.Message{
	certificate.Masked:    i18n.M("只写姓，名用＊代替"),
	certificate.InFull:    i18n.M("写全名"),
	certificate.Anonymous: i18n.M("不写姓名"),
}

// firstDay is the day that the form offers as the first: that of the year.
func firstDay(now time.Time) string { return period.Date(now.Year(), time.January, 1).String() }

func (h *Pages) issueMine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := h.here(r)
	if err != nil {
		return err
	}
	wish, err := wishIn(r, x.Member)
	if err == nil {
		_, err = h.Flows.IssueCertificate(ctx, x.Place.ID, actor(ctx), wish, r.FormValue(ui.TokenName))
	}
	return portal.Done(w, r, err, "/me/hours/papers?made=1", "certify-"+x.Place.Ref, func(s portal.Sent) error { return h.showMine(w, r, x.Place.Ref, s) })
}

// printMine is the paper of a certificate, for its holder.
func (h *Pages) printMine(w http.ResponseWriter, r *http.Request) error {
	x, err := h.here(r)
	if err != nil {
		return err
	}
	return h.print(w, r, &x, func(member id.ID) bool { return member == x.Member })
}

// yearMine is her statement of a year.
func (h *Pages) yearMine(w http.ResponseWriter, r *http.Request) error {
	x, err := h.here(r)
	if err != nil {
		return err
	}
	s := h.Shell(r.Context(), ui.ResidentFrame, "me", i18n.T(r.Context(), "年度对账"))
	s.Back = ui.Link{Href: "/me/hours/papers", Text: i18n.T(r.Context(), "证明")}
	return h.year(w, r, &x, s, nil)
}

// prints are the ways to the papers of what was given.
func (p *papersView) prints(ctx context.Context) (links []ui.Link) {
	for _, c := range p.given {
		links = append(links, ui.Link{Href: p.Print + c.ID.String(), Text: i18n.T(ctx, "打印第 %s 号", c.Serial(p.Place.Ref))})
	}
	return links
}
