package timebankweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// tabView is the tab of residents: what waits for her word, what is on today, what she
// can ask for, what she could do for others.
type tabView struct {
	Known     bool
	Sent      bool // a request was just made by somebody who may ask and not look on
	Off       bool // the community has not switched the time bank on
	SignIn    string
	Wait      []ui.Row // that want her word
	Today     []ui.Row
	Kinds     []kindCard
	Elder     []kindCard // the five of the elder mode
	Open      []ui.Row   // that look for somebody
	Calls     []ui.Row   // for people, where hands lack
	Market    []ui.Row   // the market day that is near
	Hours     string
	Volunteer bool
	Public    string
	May       may
}

// kindCard is a kind to tap on.
type kindCard struct {
	Href, Icon, Name, Note string
}

func (h *Pages) tab(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "互助"))
	s.Private = false
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	v := tabView{Known: known, Sent: r.URL.Query().Has("sent"), SignIn: httpkit.SignInPath + "?" + url.Values{"to": {"/help"}}.Encode()}
	if !known {
		for _, k := range timebank.Catalogue {
			v.Kinds = append(v.Kinds, cardOf(ctx, &k))
		}
		return h.Show(w, r, s, tabPage(v))
	}
	s.Private = true
	if h.Opens("/me/help") {
		s.Help.Href = "/me/help"
	}
	if err := h.fillTab(ctx, &at, &v); err != nil {
		return err
	}
	return h.Show(w, r, s, tabPage(v))
}

func (h *Pages) fillTab(ctx context.Context, at *spot, v *tabView) error {
	v.May = h.mayOpen(ctx)
	v.Public = "/c/" + url.PathEscape(at.Ref) + "/help"
	own, err := h.Flows.VolunteerOf(ctx, at.ID, at.Me.ID)
	if err != nil {
		return err
	}
	v.Volunteer = own != nil
	err = h.view(ctx, at.ID, func(rd db.Reader) error {
		on, err := h.Flows.Communities.Enabled(ctx, rd, at.ID, community.TimeBank, at.Now)
		if err != nil {
			return err
		}
		v.Off = !on
		if v.May.Volunteer {
			calls, err := h.Flows.CallsIn(ctx, rd, at.ID, at.Now)
			if err != nil {
				return err
			}
			v.Calls = rowsOfCalls(ctx, calls, "/me/volunteer")
		}
		if v.May.Market {
			near, err := h.Flows.MarketNear(ctx, rd, at.ID, at.Now)
			if err != nil {
				return err
			}
			if near != nil {
				v.Market = []ui.Row{{Href: "/market", Icon: "store", Title: near.Title, Text: ui.Moment(ctx, near.Begins.In(at.Now.Location())), Notes: []string{near.Place}}}
			}
		}
		all, err := h.svc().Kinds(ctx, rd, at.ID)
		for _, k := range all {
			if !k.Off {
				v.Kinds = append(v.Kinds, cardOf(ctx, &k))
			}
		}
		if err != nil || !v.May.Hours {
			return err
		}
		held, err := h.Flows.Ledger.Holding(ctx, rd, at.ID, ledger.Of(party.Owner{Kind: party.Member, ID: at.Me.ID}, ledger.Coins))
		v.Hours = ui.ServiceTime(ctx, held.Balance, at.Rules.CoinsPerHour)
		return err
	})
	if err != nil {
		return err
	}
	v.Elder = elderCards(v.Kinds)
	if v.Wait, err = h.waitRows(ctx, at); err != nil {
		return err
	}
	if v.Today, err = h.todayRows(ctx, at); err != nil {
		return err
	}
	wait, today, err := h.abroad(ctx, at)
	v.Wait, v.Today = append(v.Wait, wait...), append(v.Today, today...)
	if err != nil || own == nil || v.Off || !v.May.Give {
		return err
	}
	open, err := h.Flows.OpenFor(ctx, at.ID, own)
	for _, q := range open {
		v.Open = append(v.Open, openRow(ctx, at, q))
	}
	return err
}

// elderOnes are the kinds of the elder mode's five buttons.
var elderOnes = []string{"parcel", "meal", "medicine", "hospital", "repair"}

func elderCards(all []kindCard) (some []kindCard) {
	for _, key := range elderOnes {
		for _, c := range all {
			if c.Href == "/help/ask?kind="+key {
				some = append(some, c)
			}
		}
	}
	return some
}

func cardOf(ctx context.Context, k *timebank.Kind) kindCard {
	return kindCard{Href: "/help/ask?kind=" + url.QueryEscape(k.Key), Icon: iconOf(k.Key), Name: kindName(ctx, k.Name), Note: priceNote(ctx, k)}
}

// waitRows are offers that want an answer, services that want a word.
func (h *Pages) waitRows(ctx context.Context, at *spot) (rows []ui.Row, err error) {
	may := h.mayOpen(ctx)
	return rows, h.view(ctx, at.ID, func(rd db.Reader) error {
		offers, err := h.svc().OffersTo(ctx, rd, at.ID, at.Me.ID, at.Now.AddDate(0, 0, -7))
		if err != nil {
			return err
		}
		requests, err := h.svc().ByIDs(ctx, rd, at.ID, requestsOf(offers))
		if err != nil {
			return err
		}
		for _, o := range offers {
			q := requests[o.Request]
			if q == nil || !may.Give {
				continue
			}
			if o.Willing() && q.End == nil {
				rows = append(rows, ui.Row{Href: offerHref(at.ID, o.ID), Icon: iconOf(q.Kind), Title: i18n.T(ctx, "您答应了：%s", kindName(ctx, q.Name)), Text: span(ctx, at.Now, q),
					Notes: []string{i18n.T(ctx, "最晚 %s 告诉您去不去", ui.Clock(ctx, o.Ready.Add(settles(&at.Rules, q.Urgent)).In(at.Now.Location())))}, Tag: i18n.T(ctx, "等结果")})
			}
			if !o.Stands(at.Now) {
				continue
			}
			rows = append(rows, ui.Row{Href: offerHref(at.ID, o.ID), Icon: iconOf(q.Kind), Title: i18n.T(ctx, "想请您：%s", kindName(ctx, q.Name)), Text: span(ctx, at.Now, q),
				Notes: []string{i18n.T(ctx, "请在 %s 前说一声", ui.Clock(ctx, o.Until.In(at.Now.Location())))}, Tag: i18n.T(ctx, "等您回话"), Tone: ui.Act})
		}
		mine, err := h.svc().OpenOf(ctx, rd, at.ID, at.Me.ID)
		if err != nil || !may.Mine {
			return err
		}
		for _, q := range mine {
			all, err := h.svc().AssignmentsFor(ctx, rd, at.ID, q.ID)
			if err != nil {
				return err
			}
			for _, a := range all {
				if a.State() == timebank.Finished {
					rows = append(rows, ui.Row{Href: askedHref(at.ID, q.ID), Icon: "checked", Title: i18n.T(ctx, "%s做完了，请您看看", kindName(ctx, q.Name)), Text: span(ctx, at.Now, q), Tag: i18n.T(ctx, "等您验收"), Tone: ui.Act})
				}
			}
		}
		return nil
	})
}

// todayRows are what she asked for and what she promised, until tomorrow night.
func (h *Pages) todayRows(ctx context.Context, at *spot) (rows []ui.Row, err error) {
	until, may := (at.Today + 2).Start(at.Now.Location()), h.mayOpen(ctx)
	return rows, h.view(ctx, at.ID, func(rd db.Reader) error {
		running, err := h.svc().RunningOf(ctx, rd, at.ID, at.Me.ID)
		if err != nil {
			return err
		}
		requests, err := h.svc().ByIDs(ctx, rd, at.ID, promisedIn(running))
		if err != nil {
			return err
		}
		for _, a := range running {
			if q := requests[a.Request]; may.Give && q != nil && q.From.Before(until) && (a.State() == timebank.Promised || a.State() == timebank.Begun) {
				rows = append(rows, givenRow(ctx, at, q, a))
			}
		}
		mine, err := h.svc().OpenOf(ctx, rd, at.ID, at.Me.ID)
		for _, q := range mine {
			if !may.Mine || !q.From.Before(until) {
				continue
			}
			row, err := h.askedRow(ctx, rd, at, q)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return err
	})
}

func requestsOf(offers []*timebank.Offer) (which []id.ID) {
	for _, o := range offers {
		which = append(which, o.Request)
	}
	return which
}

func promisedIn(all []*timebank.Assignment) (which []id.ID) {
	for _, a := range all {
		which = append(which, a.Request)
	}
	return which
}

func askedHref(at, request id.ID) string {
	return "/help/asked/" + at.String() + "/" + request.String()
}

func givenHref(at, assignment id.ID) string {
	return "/help/given/" + at.String() + "/" + assignment.String()
}

func openHref(at, request id.ID) string { return "/help/open/" + at.String() + "/" + request.String() }

// openRow is a request that looks for somebody, for who could do it.
func openRow(ctx context.Context, at *spot, q *timebank.Request) ui.Row {
	row := ui.Row{Href: openHref(at.ID, q.ID), Icon: iconOf(q.Kind), Title: kindName(ctx, q.Name), Text: span(ctx, at.Now, q), End: earns(ctx, q, at.Rules.CoinsPerHour), Notes: nil}
	if q.Urgent {
		row.Tag, row.Tone = i18n.T(ctx, "急"), ui.Act
	}
	if q.Words != "" {
		row.Notes = []string{q.Words}
	}
	return row
}

// givenRow is a promise of a helper.
func givenRow(ctx context.Context, at *spot, q *timebank.Request, a *timebank.Assignment) ui.Row {
	state := stateNames[a.State()]
	return ui.Row{Href: givenHref(at.ID, a.ID), Icon: iconOf(q.Kind), Title: i18n.T(ctx, "我去：%s", kindName(ctx, q.Name)), Text: span(ctx, at.Now, q), Tag: state.name.In(ctx), Tone: state.tone}
}

// askedRow is a request of who asked.
func (h *Pages) askedRow(ctx context.Context, rd db.Reader, at *spot, q *timebank.Request) (ui.Row, error) {
	all, err := h.svc().AssignmentsFor(ctx, rd, at.ID, q.ID)
	name, tone := standing(ctx, q, all, at.Now)
	return ui.Row{Href: askedHref(at.ID, q.ID), Icon: iconOf(q.Kind), Title: kindName(ctx, q.Name), Text: span(ctx, at.Now, q), Tag: name, Tone: tone}, err
}

// near are requests nobody has taken yet, for the first page of who could help.
func (h *Pages) near(ctx context.Context, place id.ID) (rows []ui.Row, err error) {
	at, known, err := h.home(ctx)
	if err != nil || !known || at.ID != place {
		return nil, err
	}
	return h.waitRows(ctx, &at)
}

// can is what a resident could do for a neighbour, for her first page.
func (h *Pages) can(ctx context.Context, place id.ID) (rows []ui.Row, err error) {
	at, known, err := h.home(ctx)
	if err != nil || !known || at.ID != place {
		return nil, err
	}
	if err := h.Flows.Communities.RequireOn(ctx, h.Flows.DB, at.ID, community.TimeBank); fault.Of(err) != nil {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	may := h.mayOpen(ctx)
	if !may.Give || !may.Volunteer {
		return nil, nil
	}
	own, err := h.Flows.VolunteerOf(ctx, at.ID, at.Me.ID)
	if err != nil {
		return nil, err
	}
	if own == nil {
		return []ui.Row{{Href: "/me/volunteer", Icon: "hands", Title: i18n.T(ctx, "说说我能帮什么"), Text: i18n.T(ctx, "三步就好，什么时候有空自己说了算")}}, nil
	}
	open, err := h.Flows.OpenFor(ctx, at.ID, own)
	for _, q := range open[:min(len(open), shownHome)] {
		rows = append(rows, openRow(ctx, &at, q))
	}
	if len(rows) == 0 {
		rows = []ui.Row{{Href: "/help", Icon: "hands", Title: i18n.T(ctx, "眼下没有邻居在找人"), Text: i18n.T(ctx, "有合适的会告诉您")}}
	}
	return rows, err
}

// shownHome is how many open requests the first page shows.
const shownHome = 3

// earns is what a helper gets for a request.
func earns(ctx context.Context, q *timebank.Request, perHour money.Amount) string {
	switch q.Pay {
	case timebank.OnRecord:
		return i18n.T(ctx, "记志愿时长")
	case timebank.AtTill:
		return i18n.T(ctx, "%s 元", ui.Yuan(q.Fen))
	}
	return ui.ServiceTime(ctx, q.Coins, perHour)
}
