package honourweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
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

func (h *Pages) deskShell(ctx context.Context, title string) ui.Shell {
	s := h.Shell(ctx, ui.OperatorFrame, "honours", title)
	s.Wide = true
	return s
}

func (h *Pages) may(ctx context.Context, a authz.Action, place id.ID) bool {
	return h.Engine.May(ctx, authz.Of(ctx), a, authz.Resource{Kind: "community", Place: place}) == nil
}

func (h *Pages) places(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	mine, err := h.Mine(ctx, "award.read")
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		http.Redirect(w, r, deskHref(mine[0]), http.StatusSeeOther)
		return nil
	}
	var rows []ui.Row
	for _, p := range mine {
		rows = append(rows, ui.Row{Href: deskHref(p), Icon: "building", Title: portal.PlaceName(p), Text: p.Ref})
	}
	return h.Show(w, r, h.deskShell(ctx, i18n.T(ctx, "评选和荣誉")), choosePage(i18n.T(ctx, "评选和荣誉"), rows))
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, http.StatusOK, "", nil)
}

var typedFields = []string{"kind", "title", "criteria", "winners", "cash", "points", "goods", "jury", "jurors", "nominate_until", "vote_until", "year", "place", "at", "programme"}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := h.place(r)
	if err != nil {
		return err
	}
	v := deskView{Place: p, May: h.may(ctx, "award.make", p.ID), Typed: make(map[string]string), Done: r.FormValue("done") != "",
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
	return h.ShowAs(w, r, status, httpkit.Private, h.deskShell(ctx, i18n.T(ctx, "评选和荣誉")), deskPage(v))
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
	p, err := h.place(r)
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
	p, err := h.place(r)
	if err != nil {
		return err
	}
	at, _ := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("at"), portal.Zone)
	year, _ := strconv.Atoi(r.PostFormValue("year"))
	c := honour.Ceremony{Year: year, Title: strings.TrimSpace(r.PostFormValue("title")), Place: strings.TrimSpace(r.PostFormValue("place")), At: at, Programme: r.PostFormValue("programme")}
	if year < 2000 || year > 2999 {
		err = honour.ErrBadTimes.On("year")
	} else {
		err = h.Flows.AnnounceCeremony(r.Context(), p.ID, actor(r.Context()), c)
	}
	return h.answered(w, r, err, deskHref(p)+"?done=1", func(status int, wrong []ui.Wrong) error { return h.showDesk(w, r, status, "ceremony", wrong) })
}

// deskCallView is one call at the desk.
type deskCallView struct {
	Place     community.Place
	Call      *honour.Call
	State     string
	Tone      ui.Tone
	Facts     []ui.Fact
	Nominees  []deskNominee
	MayScreen bool
	MayGive   bool
	MayCancel bool
	Wrong     string
	Cancel    ui.Form
	Done      bool
}

// deskNominee is a nominee with what the office knows and may do.
type deskNominee struct {
	ID      id.ID
	Name    string
	Answer  string
	Verdict string
	Words   string
	Reasons []string
	Result  string
	Won     bool
	Given   bool
	Screen  bool // it can be screened now
}

func (h *Pages) deskCall(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskCall(w, r, http.StatusOK, nil)
}

func (h *Pages) showDeskCall(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, at, err := h.placeAnd(r, "call")
	if err != nil {
		return err
	}
	v := deskCallView{Place: p, Done: r.FormValue("done") != ""}
	var nominees []*honour.Nominee
	var results []honour.Result
	var awards map[id.ID]honour.Award
	voters := 0
	err = h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if v.Call, err = h.Flows.Honours.Call(ctx, rd, p.ID, at); err != nil {
			return err
		}
		if nominees, err = h.Flows.Honours.Nominees(ctx, rd, p.ID, at); err != nil {
			return err
		}
		if results, err = h.Flows.Honours.Results(ctx, rd, p.ID, at); err != nil {
			return err
		}
		votes, err := h.Flows.Honours.Votes(ctx, rd, p.ID, at)
		if err != nil {
			return err
		}
		voters = len(votes)
		awards, err = h.Flows.Honours.Awards(ctx, rd, p.ID, at)
		return err
	})
	if err != nil {
		return err
	}
	phase := v.Call.Phase(h.now())
	v.State, v.Tone = phaseName(ctx, v.Call, h.now())
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "评什么"), Text: v.Call.Criteria}, {Name: i18n.T(ctx, "名额"), Text: i18n.T(ctx, "%d 个", v.Call.Winners)}, {Name: i18n.T(ctx, "得到"), Text: carries(ctx, v.Call)},
		{Name: i18n.T(ctx, "投票的人"), Text: i18n.T(ctx, "%d 位", voters)}, {Name: i18n.T(ctx, "怎么计票"), Text: counting(ctx, v.Call)}}
	v.MayScreen = (phase == honour.Nominating || phase == honour.Voting) && h.may(ctx, "award.screen", p.ID)
	v.MayGive = phase == honour.Over && h.may(ctx, "award.give", p.ID)
	v.MayCancel = v.Call.End == nil && h.may(ctx, "award.make", p.ID)
	v.Cancel = ui.Form{Action: deskHref(p) + "/" + at.String() + "/cancellation", In: "cancel"}
	if len(wrong) > 0 {
		v.Wrong = wrong[0].Text
	}
	names, err := h.knownNames(ctx, p, nominees)
	if err != nil {
		return err
	}
	for _, n := range nominees {
		v.Nominees = append(v.Nominees, drawNominee(ctx, &v, n, names[n.ID], results, awards))
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.deskShell(ctx, v.Call.Title), deskCallPage(v))
}

func drawNominee(ctx context.Context, v *deskCallView, n *honour.Nominee, name string, results []honour.Result, awards map[id.ID]honour.Award) deskNominee {
	x := deskNominee{ID: n.ID, Name: name, Answer: answerName(ctx, n.Answer), Verdict: n.Verdict, Words: n.Words, Screen: v.MayScreen && n.Verdict == ""}
	for _, m := range n.Reasons {
		if !m.Withdrawn {
			x.Reasons = append(x.Reasons, m.Reason)
		}
	}
	for i := range results {
		if results[i].Nominee == n.ID {
			x.Result, x.Won = voteShare(ctx, &results[i]), results[i].Honoured
		}
	}
	_, x.Given = awards[n.ID]
	return x
}

func answerName(ctx context.Context, answer string) string {
	switch answer {
	case honour.Named:
		return i18n.T(ctx, "愿意，写上名字")
	case honour.Unnamed:
		return i18n.T(ctx, "愿意，不写名字")
	case honour.Declined:
		return i18n.T(ctx, "不参加")
	}
	return i18n.T(ctx, "在等本人答复")
}

// knownNames are how the nominees are called at the desk; who looked is noted with
// them (A7).
func (h *Pages) knownNames(ctx context.Context, p community.Place, all []*honour.Nominee) (map[id.ID]string, error) {
	names, err := h.Flows.NomineeNames(ctx, p.ID, all)
	if err != nil {
		return nil, err
	}
	var members, who []id.ID
	for _, n := range all {
		if n.Kind == party.Member {
			members = append(members, n.ID)
		}
	}
	people, err := h.Flows.NeighboursBehind(ctx, p.ID, members)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if x := people[n.ID]; x != nil {
			names[n.ID], who = portal.Called(ctx, x), append(who, x.ID)
		} else if names[n.ID] == "" {
			names[n.ID] = i18n.T(ctx, "%d 号候选人", n.No)
		}
	}
	return names, h.Looked(ctx, who, privacy.Profile, i18n.M("看评选的提名").Key)
}

func (h *Pages) onDeskCall(w http.ResponseWriter, r *http.Request, do func(p community.Place, call id.ID) error) error {
	p, at, err := h.placeAnd(r, "call")
	if err != nil {
		return err
	}
	return h.answered(w, r, do(p, at), deskHref(p)+"/"+at.String()+"?done=1", func(status int, wrong []ui.Wrong) error { return h.showDeskCall(w, r, status, wrong) })
}

func (h *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		return h.Flows.CancelCall(r.Context(), p.ID, actor(r.Context()), call, r.PostFormValue("reason"))
	})
}

func (h *Pages) screen(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		who, err := id.Parse(r.PathValue("nominee"))
		if err != nil {
			return honour.ErrNotFound
		}
		return h.Flows.ScreenNominee(r.Context(), p.ID, actor(r.Context()), call, who, r.PostFormValue("verdict") == honour.Admitted, r.PostFormValue("reason"))
	})
}

func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	return h.onDeskCall(w, r, func(p community.Place, call id.ID) error {
		who, err := id.Parse(r.PathValue("nominee"))
		if err != nil {
			return honour.ErrNotFound
		}
		return h.Flows.GiveHonour(r.Context(), p.ID, actor(r.Context()), call, who)
	})
}

// kindOptions are the kinds to choose from.
func kindOptions(ctx context.Context) (all []ui.Option) {
	for _, k := range honour.Kinds {
		all = append(all, ui.Option{Value: string(k), Text: honour.KindName(k).In(ctx)})
	}
	return all
}
