package volunteerweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// mineView is what somebody sees of herself as a volunteer; Of is nil for who is none.
type mineView struct {
	portal.Room
	Member   bool
	Of       *volunteer.Volunteer
	PlaceAt  string
	Skills   []ui.Row
	Ahead    []exceptionView
	Papers   []ui.Row
	Waits    bool // a certificate waits for the desk
	Reserves []reserveView
	Deeds    *flow.Deeds
	Deed     string   // hours and times in words
	Herself  bool     // nobody acts for her
	Word     string   // where neighbours vouch for her
	Next     []string // communities that hers is paired with
	Sent     portal.Sent
}

// exceptionView is a time that is other than usual.
type exceptionView struct {
	volunteer.Exception
	When string
}

// reserveView is an offer of a shop about her, or one of its offers.
type reserveView struct {
	*volunteer.Reserve
	Title  string // the shop, or the person
	Skills string
	When   string
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return h.showMine(w, r, portal.Sent{})
}

func (h *Pages) showMine(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, who, ok, err := h.home(ctx)
	if err != nil {
		return err
	}
	v := mineView{Room: room, Member: ok, Herself: authz.Of(ctx).For.IsZero(), Sent: sent}
	if ok {
		err = h.view(ctx, room.ID, func(rd db.Reader) error {
			if v.Of, err = h.svc().ByPerson(ctx, rd, room.ID, who); fault.KindOf(err) == fault.NotFound {
				v.Of, err = nil, nil
			}
			if err != nil {
				return err
			}
			return h.fillMine(ctx, rd, &v, who)
		})
	}
	if err == nil && v.Of != nil {
		err = h.fillWords(ctx, &v)
	}
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我来帮忙"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowSent(w, r, sent, s, minePage(v))
}

// fillMine reads what belongs to her in the community.
func (h *Pages) fillMine(ctx context.Context, rd db.Reader, v *mineView, who id.ID) error {
	all, err := h.svc().ReservesOf(ctx, rd, v.ID, who)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Open() {
			v.Reserves = append(v.Reserves, h.reserveView(ctx, x, v.ShopName(ctx, x.Shop)))
		}
	}
	if v.Of == nil {
		return nil
	}
	papers, err := h.svc().CertificatesOf(ctx, rd, v.ID, who)
	for _, c := range papers {
		row := paperRow(ctx, &v.Room, c)
		row.Href = self + "/certificates/" + c.ID.String()
		v.Papers = append(v.Papers, row)
		v.Waits = v.Waits || c.Verdict == nil
	}
	return err
}

func (h *Pages) fillWords(ctx context.Context, v *mineView) error {
	_, names, err := h.placeOptions(ctx, v.ID)
	if err != nil {
		return err
	}
	v.PlaceAt = names[v.Of.Place]
	v.Skills = skillRows(ctx, v.Of, v.Today)
	partners, err := h.Flows.Partners(ctx, v.ID, &v.Rules)
	if err != nil {
		return err
	}
	for _, p := range partners {
		v.Next = append(v.Next, portal.PlaceName(p.Place))
	}
	v.Word = v.Path("/vouch/" + v.Of.ID.String())
	for _, e := range v.Of.Exceptions {
		if e.To.After(v.Now) {
			v.Ahead = append(v.Ahead, exceptionView{e, spanName(ctx, &v.Room, e.Span)})
		}
	}
	if h.Flows.Deeds == nil {
		return nil
	}
	deeds, err := h.Flows.Deeds(ctx, v.ID, v.Of.Person)
	v.Deeds, v.Deed = &deeds, i18n.T(ctx, "%d 次，一共 %d 小时 %d 分", deeds.Times, deeds.Minutes/60, deeds.Minutes%60)
	return err
}

func (h *Pages) reserveView(ctx context.Context, x *volunteer.Reserve, title string) reserveView {
	when := make([]string, len(x.Windows))
	for i, w := range x.Windows {
		when[i] = windowName(ctx, w)
	}
	return reserveView{x, title, skillNames(ctx, x.Skills, itself), strings.Join(when, i18n.T(ctx, "、"))}
}

// paperRow is a certificate in a list.
func paperRow(ctx context.Context, room *portal.Room, c *volunteer.Certificate) ui.Row {
	row := ui.Row{Icon: "file", Title: c.Name, Text: volunteer.SkillName(c.Skill).In(ctx), Tag: i18n.T(ctx, "等社区看"), Tone: ui.Soon}
	switch {
	case c.Verdict == nil:
	case !c.Verdict.Accepted:
		row.Tag, row.Tone, row.Notes = i18n.T(ctx, "没通过"), ui.Bad, []string{c.Verdict.Words}
	case c.Verdict.Until < room.Today:
		row.Tag, row.Tone = i18n.T(ctx, "到期了"), ui.Tell
	default:
		row.Tag, row.Tone, row.Notes = i18n.T(ctx, "通过了"), ui.OK, []string{i18n.T(ctx, "到 %s", ui.FullDay(ctx, c.Verdict.Until))}
	}
	return row
}

// act does something with the viewer's own profile.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error) error {
	room, v, err := h.own(r.Context())
	if err == nil {
		err = do(r.Context(), &room, v)
	}
	return portal.Done(w, r, err, self, form, func(s portal.Sent) error { return h.showMine(w, r, s) })
}

// beyond says whether she also helps in the communities that hers is paired with.
func (h *Pages) beyond(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "beyond", func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error {
		helps, home := r.FormValue("helps") == "yes", r.FormValue("hours_home") == "yes"
		return h.update(ctx, room.ID, func(tx *db.Tx) error { return h.svc().Beyond(ctx, tx, v.Person, helps, home) })
	})
}

// nextDoor names the communities next door.
func (v *mineView) nextDoor(ctx context.Context) string {
	return strings.Join(v.Next, i18n.T(ctx, "、"))
}

// yes is a tick as its field carries it.
func yes(set bool) string {
	if set {
		return "yes"
	}
	return ""
}

// hand keeps a certificate for the desk to look at.
func (h *Pages) hand(w http.ResponseWriter, r *http.Request) error {
	file, bad := portal.PaperIn(r, "file")
	return h.act(w, r, "paper", func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error {
		if bad != nil {
			return bad
		}
		c := volunteer.Certificate{Person: v.Person, Skill: volunteer.Skill(r.FormValue("skill")), Name: strings.TrimSpace(r.FormValue("name"))}
		return h.Flows.HandCertificate(ctx, authz.Of(ctx).Actor(), room.ID, c, file)
	})
}

func (h *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	room, v, err := h.own(r.Context())
	if err != nil {
		return err
	}
	return h.sendPaper(w, r, room.ID, v.Person)
}

// sendPaper answers with a certificate of somebody.
func (h *Pages) sendPaper(w http.ResponseWriter, r *http.Request, at, who id.ID) error {
	ctx := r.Context()
	paper, err := id.Parse(r.PathValue("certificate"))
	if err != nil {
		return volunteer.ErrNoCertificate
	}
	return h.view(ctx, at, func(rd db.Reader) error {
		c, err := h.svc().CertificateByID(ctx, rd, at, paper)
		if err == nil && c.Person != who {
			err = volunteer.ErrNoCertificate
		}
		if err != nil {
			return err
		}
		f, err := h.Flows.Files.ByID(ctx, rd, at, c.File)
		if err != nil {
			return err
		}
		return portal.SendFile(w, r, f, httpkit.Private)
	})
}

// answer says yes or no to a shop that wants to keep her in reserve.
func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	return h.aboutReserve(w, r, func(ctx context.Context, at, reserve id.ID) error {
		return h.Flows.AnswerReserve(ctx, authz.Of(ctx).Actor(), at, reserve, r.FormValue("answer") == string(volunteer.Agreed), strings.TrimSpace(r.FormValue("words")))
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.aboutReserve(w, r, func(ctx context.Context, at, reserve id.ID) error {
		return h.Flows.LeaveReserve(ctx, authz.Of(ctx).Actor(), at, reserve, "")
	})
}

func (h *Pages) aboutReserve(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, at, reserve id.ID) error) error {
	ctx := r.Context()
	room, _, ok, err := h.home(ctx)
	reserve, bad := id.Parse(r.PathValue("reserve"))
	switch {
	case err != nil:
		return err
	case !ok || bad != nil:
		return volunteer.ErrNoReserve
	}
	return portal.Done(w, r, do(ctx, room.ID, reserve), self, "reserve", func(s portal.Sent) error { return h.showMine(w, r, s) })
}

// change leads to the form of a part, for who may.
func change(ctx context.Context, v mineView, part string) ui.Link {
	if !v.Herself || v.Of.State == volunteer.Stopped {
		return ui.Link{}
	}
	return ui.Link{Href: self + "/parts/" + part, Text: i18n.T(ctx, "改一改")}
}
