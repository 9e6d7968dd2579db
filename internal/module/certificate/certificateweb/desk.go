package certificateweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/member"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are the papers of a community for the desk.
type deskView struct {
	portal.Room
	Asked  string
	Wrong  string
	Latest []ui.Row
	Open   []revocable
	Keep   bool
}

// revocable is a certificate that can be revoked.
type revocable struct {
	Title, Text string
	Form        ui.Form
	Sent        portal.Sent
}

// shownLatest is how many certificates the desk sees.
const shownLatest = 20

// desk lists the newest certificates and finds a member by her number: who is found is
// shown on a page of her own.
func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Asked: strings.TrimSpace(r.FormValue("member")), Keep: h.MayIn(ctx, "papers_desk.keep", room.ID)}
	if v.Asked != "" {
		m, err := h.lookup(ctx, room.ID, v.Asked)
		if err == nil {
			http.Redirect(w, r, room.Desk("papers", "/members/"+m.ID.String()), http.StatusSeeOther)
			return nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		v.Wrong = i18n.T(ctx, "没有这个会员号，请再核对")
	}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Certificates.Latest(ctx, rd, room.ID, shownLatest)
		for _, c := range all {
			h.addLatest(ctx, &v, c, sent)
		}
		return err
	}); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "papers", i18n.T(ctx, "服务时长证明")), deskPage(v))
}

func (h *Pages) lookup(ctx context.Context, community id.ID, ref string) (m *member.Member, err error) {
	err = h.view(ctx, community, func(r db.Reader) error {
		m, err = h.Flows.Members.Lookup(ctx, r, community, ref)
		return err
	})
	return m, err
}

// addLatest lists a certificate by its number, without a name: the page of its holder, which
// is noted as a look, has that.
func (h *Pages) addLatest(ctx context.Context, v *deskView, c *certificate.Certificate, sent portal.Sent) {
	title := i18n.T(ctx, "第 %s 号", c.Serial(v.Ref))
	row := ui.Row{Icon: "proof", Href: checkPath(v.Place, c.ID), Title: title, Text: ui.Moment(ctx, v.Local(c.At)), Notes: []string{days(ctx, c)}}
	if c.Revoked != nil {
		row.Tag, row.Tone, row.Notes = i18n.T(ctx, "已经作废"), ui.Bad, append(row.Notes, c.Revoked.Words)
	} else if v.Keep {
		form := sent.Ask("revoke-"+c.ID.String(), v.Desk("papers", "/certificates/"+c.ID.String()+"/revocation"))
		v.Open = append(v.Open, revocable{Title: title, Text: days(ctx, c), Form: form, Sent: sent})
	}
	v.Latest = append(v.Latest, row)
}

// deskPapers are the papers of a member, for the desk.
type deskPapers struct {
	papersView
	Crumbs []ui.Link
	Ref    string
	Who    string
}

// memberIn is whose papers the desk looks at; that it does is noted for her to see (A7).
func (h *Pages) memberIn(r *http.Request) (p deskPapers, room portal.Room, err error) {
	ctx := r.Context()
	if room, err = h.Room(r); err != nil {
		return p, room, err
	}
	at, err := id.Parse(r.PathValue("member"))
	if err != nil {
		return p, room, certificate.ErrNotFound
	}
	who, err := h.Flows.Householder(ctx, room.ID, at)
	if err == nil && (who.Member == nil || who.Member.Ref == "") {
		err = certificate.ErrNotFound
	}
	if err != nil {
		return p, room, err
	}
	base := room.Desk("papers", "/members/"+at.String())
	p.holder = holder{Place: room.Place, Member: at, Now: room.Now, Since: who.Member.JoinedAt, Base: base, Print: room.Desk("papers", "/certificates/")}
	p.Ref, p.Who, p.Crumbs = who.Member.Ref, who.Member.Ref, []ui.Link{{Href: room.Desk("papers", ""), Text: i18n.T(ctx, "服务时长证明")}}
	if who.Person == nil {
		return p, room, nil
	}
	p.Who = portal.Called(ctx, who.Person)
	return p, room, h.Looked(ctx, []id.ID{who.Person.ID}, privacy.Purse, i18n.M("打印服务时长证明和年度对账").Key)
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, room, err := h.memberIn(r)
	if err != nil {
		return err
	}
	p.Sent, p.May = sent, h.MayIn(ctx, "papers_desk.keep", room.ID)
	if err := h.fill(ctx, &p.papersView); err != nil {
		return err
	}
	p.Crumbs = append(p.Crumbs, ui.Link{Text: p.Who})
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "papers", i18n.T(ctx, "服务时长证明")), deskOnePage(p))
}

func (h *Pages) issueDesk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, room, err := h.memberIn(r)
	if err != nil {
		return err
	}
	wish, err := wishIn(r, p.Member)
	if err == nil {
		_, err = h.Flows.IssueCertificate(ctx, room.ID, actor(ctx), wish, r.FormValue(ui.TokenName))
	}
	return portal.Done(w, r, err, p.Base, "certify-"+room.Ref, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

// yearDesk is a member's year at the desk.
func (h *Pages) yearDesk(w http.ResponseWriter, r *http.Request) error {
	p, _, err := h.memberIn(r)
	if err != nil {
		return err
	}
	crumbs := append(p.Crumbs, ui.Link{Href: p.Base, Text: p.Who}, ui.Link{Text: r.PathValue("year")})
	return h.year(w, r, &p.holder, h.DeskShell(r.Context(), "papers", i18n.T(r.Context(), "年度对账")), crumbs)
}

// printDesk prints a certificate at the desk; it is a look at its holder's data.
func (h *Pages) printDesk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	x := holder{Place: room.Place, Now: room.Now}
	return h.print(w, r, &x, func(member id.ID) bool {
		people, err := h.Flows.NeighboursBehind(ctx, room.ID, []id.ID{member})
		if err != nil {
			return false
		}
		var who []id.ID
		for _, p := range people {
			who = append(who, p.ID)
		}
		return h.Looked(ctx, who, privacy.Purse, i18n.M("打印服务时长证明和年度对账").Key) == nil
	})
}

func (h *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	at, err := idIn(r)
	if err != nil {
		return err
	}
	err = h.Flows.RevokeCertificate(ctx, room.ID, actor(ctx), at, portal.Prose(r, "words"))
	return portal.Done(w, r, err, room.Desk("papers", ""), "revoke-"+at.String(), func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
