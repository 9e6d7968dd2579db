package honourweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is the office's page of calls.
type deskView struct {
	Place    community.Place
	Table    ui.Table
	May      bool
	Open     ui.Form
	Ceremony ui.Form
	Typed    map[string]string
	Done     bool
}

func deskHref(p community.Place) string { return "/desk/honours/" + p.Ref }

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, http.StatusOK, "", nil)
}

var typedFields = []string{"kind", "title", "criteria", "winners", "cash", "points", "goods", "jury", "jurors", "nominate_until", "vote_until", "year", "place", "day", "time", "programme"}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	v := deskView{Place: p, May: h.MayIn(ctx, "award.make", p.ID), Typed: make(map[string]string), Done: r.FormValue("done") != "",
		Open: ui.Form{Action: deskHref(p), In: "open", Busy: i18n.T(ctx, "正在发起")}, Ceremony: ui.Form{Action: deskHref(p) + "/ceremony", In: "ceremony"}}
	for _, f := range typedFields {
		v.Typed[f] = r.PostFormValue(f)
	}
	if form == "ceremony" {
		v.Ceremony.Wrong = wrong
	} else {
		v.Open.Wrong = wrong
	}
	var calls []*honour.Call
	if err := h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		calls, err = h.Flows.Honours.Calls(ctx, rd, p.ID, 0)
		return err
	}); err != nil {
		return err
	}
	v.Table = ui.Table{ID: "calls", Caption: i18n.T(ctx, "评选"), Path: deskHref(p), Total: len(calls),
		Columns: []ui.Column{{Text: i18n.T(ctx, "名称"), Title: true}, {Text: i18n.T(ctx, "哪一种"), Rare: true}, {Text: i18n.T(ctx, "年份"), Num: true}, {Text: i18n.T(ctx, "得到")}, {Text: i18n.T(ctx, "到哪一步")}},
		Empty:   ui.EmptyView{Icon: "star", Title: i18n.T(ctx, "还没有评选"), Text: i18n.T(ctx, "发起第一次评选，邻居就可以提名。")}}
	for _, c := range calls {
		text, tone := phaseName(ctx, c, h.now())
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: deskHref(p) + "/" + c.ID.String(), Cells: []ui.Cell{
			{Text: c.Title}, {Text: honour.KindName(c.Kind).In(ctx)}, {Text: itoa(c.Year)}, {Text: carries(ctx, c)}, {Text: text, Tone: tone}}})
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "honours", i18n.T(ctx, "评选和荣誉")), deskPage(v))
}

// moment reads a day of a form: its end on the clock of the people.
func moment(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02", text, portal.Zone)
	if err != nil {
		return time.Time{}
	}
	return at.Add(24 * time.Hour)
}

// parseCall reads a call from its form.
func parseCall(r *http.Request) (c honour.Call, err error) {
	f := r.PostFormValue
	c = honour.Call{Kind: honour.Kind(f("kind")), Title: strings.TrimSpace(f("title")), Criteria: strings.TrimSpace(f("criteria")), Goods: strings.TrimSpace(f("goods")),
		NominateUntil: moment(f("nominate_until")), VoteUntil: moment(f("vote_until"))}
	if c.Winners, err = strconv.Atoi(f("winners")); err != nil {
		return c, honour.ErrBadWinners.On("winners").With("most", honour.MostWinners)
	}
	if c.Year, err = strconv.Atoi(f("year")); err != nil || c.Year < 2000 || c.Year > 2999 {
		return c, honour.ErrBadTimes.On("year")
	}
	if c.Cash, err = yuan(f("cash")); err != nil {
		return c, honour.ErrBadReward.On("cash")
	}
	if text := f("points"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return c, honour.ErrBadReward.On("points")
		}
		c.Points = money.Amount(n)
	}
	if text := f("jury"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return c, honour.ErrBadJury.On("jury")
		}
		c.JuryRate = money.Rate(n) * 10_000
	}
	return c, nil
}

// jurorsOf finds the people of a list of phone numbers.
func (h *Pages) jurorsOf(ctx context.Context, text string) (all []id.ID, err error) {
	err = h.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		for _, number := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、\n\r ", r) }) {
			phone, err := person.ParsePhone(number)
			if err != nil {
				return honour.ErrBadJury.On("jurors")
			}
			p, err := h.Flows.People.ByPhone(ctx, rd, phone)
			if err != nil {
				return honour.ErrBadJury.On("jurors")
			}
			all = append(all, p.ID)
		}
		return nil
	})
	return all, err
}

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	c, err := parseCall(r)
	var jurors []id.ID
	if err == nil {
		jurors, err = h.jurorsOf(ctx, r.PostFormValue("jurors"))
	}
	to := ""
	if err == nil {
		var opened *honour.Call
		if opened, err = h.Flows.OpenCall(ctx, p.ID, actor(ctx), c, jurors); err == nil {
			to = deskHref(p) + "/" + opened.ID.String()
		}
	}
	return h.answered(w, r, err, to, func(status int, wrong []ui.Wrong) error { return h.showDesk(w, r, status, "open", wrong) })
}

func (h *Pages) answered(w http.ResponseWriter, r *http.Request, err error, to string, again func(status int, wrong []ui.Wrong) error) error {
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return again(status, wrong)
}

func (h *Pages) announce(w http.ResponseWriter, r *http.Request) error {
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	at, _ := time.ParseInLocation("2006-01-02 15:04", r.PostFormValue("day")+" "+r.PostFormValue("time"), portal.Zone)
	year, _ := strconv.Atoi(r.PostFormValue("year"))
	c := honour.Ceremony{Year: year, Title: strings.TrimSpace(r.PostFormValue("title")), Place: strings.TrimSpace(r.PostFormValue("place")), At: at, Programme: r.PostFormValue("programme")}
	if year < 2000 || year > 2999 {
		err = honour.ErrBadTimes.On("year")
	} else {
		err = h.Flows.AnnounceCeremony(r.Context(), p.ID, actor(r.Context()), c)
	}
	return h.answered(w, r, err, deskHref(p)+"?done=1", func(status int, wrong []ui.Wrong) error { return h.showDesk(w, r, status, "ceremony", wrong) })
}

// kindOptions are the kinds to choose from.
func kindOptions(ctx context.Context) (all []ui.Option) {
	for _, k := range honour.Kinds {
		all = append(all, ui.Option{Value: string(k), Text: honour.KindName(k).In(ctx)})
	}
	return all
}
