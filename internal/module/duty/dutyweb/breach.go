package dutyweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// breachView is one breach, from one side or the other.
type breachView struct {
	portal.Room
	*duty.Breach
	Sent     portal.Sent
	Base     string // its address for this side
	Desk     bool
	Events   []ui.Event
	Evidence []evidenceView
	Due      string // until when something is to happen
	Usual    money.Amount
	CanState, CanAppeal, CanShow,
	CanWithdraw, CanVote, CanVoteAgain, CanConfirm, CanRule, CanCorrect bool
	Ballots []ui.Row
}

// evidenceView is a piece of evidence with where its photo is.
type evidenceView struct {
	duty.Evidence
	Photo string
	When  string
}

// lost is what was wrong with a form that is on the page no more: somebody was quicker.
func (v *breachView) lost() []ui.Wrong {
	if there := map[string]bool{"": true, "statement": v.CanState, "appeal": v.CanAppeal, "evidence": v.CanShow, "withdraw": v.CanWithdraw, "ballot": v.CanVote, "again": v.CanVoteAgain,
		"confirm": v.CanConfirm, "rule": v.CanRule || v.CanCorrect}; there[v.Sent.Form] {
		return nil
	}
	return v.Sent.Wrong
}

// fill reads what both sides see.
func (h *Pages) fill(ctx context.Context, v *breachView) error {
	v.Usual, v.Due = v.Rules.PenaltyCoins, ""
	if last := v.Last(); !last.Due.IsZero() {
		v.Due = lastMinute(ctx, &v.Room, last.Due)
	}
	v.Events = v.events(ctx)
	return h.view(ctx, v.Place.ID, func(rd db.Reader) error {
		all, err := h.Flows.Duties.EvidenceOf(ctx, rd, v.Place.ID, v.Breach.ID)
		v.Evidence = nil
		for _, e := range all {
			x := evidenceView{Evidence: e, When: ui.Moment(ctx, v.Local(e.At))}
			if !e.File.IsZero() {
				x.Photo = v.Base + "/photos/" + e.ID.String()
			}
			v.Evidence = append(v.Evidence, x)
		}
		if err != nil || !v.Desk {
			return err
		}
		v.Ballots = nil
		for _, s := range v.Steps {
			if s.State != duty.Balloted && s.State != duty.Reballoted {
				continue
			}
			b, err := h.Flows.Committee.BallotByID(ctx, rd, v.Place.ID, s.Ballot)
			if err != nil {
				return err
			}
			v.Ballots = append(v.Ballots, h.ballotRow(ctx, &v.Room, b))
		}
		return nil
	})
}

func (h *Pages) ballotRow(ctx context.Context, room *portal.Room, b *committee.Ballot) ui.Row {
	row := ui.Row{Icon: "vote", Title: i18n.T(ctx, b.Question, b.About)}
	if h.MayIn(ctx, "committee.read", room.Place.ID) { // others are told of it on this page
		row.Href = "/committee/" + room.Place.ID.String() + "/ballots/" + b.ID.String()
	}
	if b.Tally == nil {
		row.Text = i18n.T(ctx, "最晚 %s", lastMinute(ctx, room, b.To))
	}
	return row
}

// events are the steps so far, and the one that is waited for.
func (v *breachView) events(ctx context.Context) (events []ui.Event) {
	for i := range v.Steps {
		s := &v.Steps[i]
		e := ui.Event{When: ui.Moment(ctx, v.Local(s.At)), Title: duty.StateName(s.State).In(ctx), Text: s.Words, State: ui.Done}
		switch s.State {
		case duty.Opened:
			e.Title, e.Text = duty.SourceName(v.Source).In(ctx), v.About
		case duty.Stated:
			e.Title = i18n.T(ctx, "店家说明")
		case duty.Appealed:
			e.Title = i18n.T(ctx, "店家申诉")
		case duty.Found, duty.Stands, duty.Reduced:
			e.Title = i18n.T(ctx, "%s：%s", e.Title, verdictText(ctx, s.Verdict))
		}
		events = append(events, e)
	}
	if !v.State().AtRest() {
		next := map[duty.State]string{
			duty.Opened: i18n.T(ctx, "等店家说明"), duty.Stated: i18n.T(ctx, "等委员会决定"), duty.Unanswered: i18n.T(ctx, "等委员会决定"), duty.Balloted: i18n.T(ctx, "等表决结果"),
			duty.Found: i18n.T(ctx, "申诉期"), duty.Appealed: i18n.T(ctx, "等没有经手过的人裁决"), duty.Reballoted: i18n.T(ctx, "等表决结果"),
		}[v.State()]
		events = append(events, ui.Event{Title: next, Text: i18n.T(ctx, "最晚 %s；%s", v.Due, overdueText(ctx, v.State())), State: ui.Now})
	}
	return events
}

// overdueText says what happens when the time of a state is over.
func overdueText(ctx context.Context, s duty.State) string {
	switch s.Overdue() {
	case duty.Unanswered:
		return i18n.T(ctx, "不说明也照样决定，不当作承认")
	case duty.Dropped:
		return i18n.T(ctx, "过期没有决定，就不再追究")
	case duty.Stands:
		return i18n.T(ctx, "没有申诉，决定就生效")
	case duty.Lifted:
		return i18n.T(ctx, "过期没有裁决，处理就撤销")
	}
	return ""
}

// ofShop reads the breach in an address of a shop.
func (h *Pages) ofShop(r *http.Request) (portal.Counter, *duty.Breach, error) {
	c, err := h.Counter(r)
	if err != nil {
		return c, nil, err
	}
	b, err := h.breachIn(r, c.ID)
	if err == nil && b.Merchant != c.Shop.ID {
		err = duty.ErrNoBreach
	}
	return c, b, err
}

func (h *Pages) shopBreach(w http.ResponseWriter, r *http.Request) error {
	return h.showShopBreach(w, r, portal.Sent{})
}

func (h *Pages) showShopBreach(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, b, err := h.ofShop(r)
	if err != nil {
		return err
	}
	v := breachView{Room: c.Room, Breach: b, Sent: sent, Base: c.Href("/duty/breaches/" + b.ID.String()), CanState: b.State() == duty.Opened, CanAppeal: b.State() == duty.Found, CanShow: !b.State().AtRest()}
	if err := h.fill(ctx, &v); err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "duty", duty.KindName(b.Kind).In(ctx))
	s.Back = ui.Link{Href: c.Href("/duty"), Text: i18n.T(ctx, "责任")}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Never, s, breachPage(v))
}

func (h *Pages) shopPhoto(w http.ResponseWriter, r *http.Request) error {
	c, b, err := h.ofShop(r)
	if err != nil {
		return err
	}
	return h.photo(w, r, c.ID, b)
}

// state notes what the shop has to say.
func (h *Pages) state(w http.ResponseWriter, r *http.Request) error {
	return h.speak(w, r, "statement", duty.Stated)
}

// appeal notes that the shop does not agree.
func (h *Pages) appeal(w http.ResponseWriter, r *http.Request) error {
	return h.speak(w, r, "appeal", duty.Appealed)
}

func (h *Pages) speak(w http.ResponseWriter, r *http.Request, form string, to duty.State) error {
	ctx := r.Context()
	c, b, err := h.ofShop(r)
	if err != nil {
		return err
	}
	_, err = h.Flows.StepBreach(ctx, c.ID, authz.Of(ctx).Actor(), b.ID, duty.Step{State: to, Words: portal.Prose(r, "words")})
	return portal.Done(w, r, err, c.Href("/duty/breaches/"+b.ID.String()), form, func(s portal.Sent) error { return h.showShopBreach(w, r, s) })
}

func (h *Pages) shopEvidence(w http.ResponseWriter, r *http.Request) error {
	c, b, err := h.ofShop(r)
	if err != nil {
		return err
	}
	err = h.show(r, c.ID, b, duty.For)
	return portal.Done(w, r, err, c.Href("/duty/breaches/"+b.ID.String()), "evidence", func(s portal.Sent) error { return h.showShopBreach(w, r, s) })
}

// deskView is what the desk shows of one breach.
func (h *Pages) deskBreach(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskBreach(w, r, portal.Sent{})
}

func (h *Pages) showDeskBreach(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	b, err := h.breachIn(r, room.Place.ID)
	if err != nil {
		return err
	}
	at, state := room.Place.ID, b.State()
	v := breachView{Room: room, Breach: b, Sent: sent, Desk: true, Base: room.Desk("duty", "/breaches/"+b.ID.String())}
	handles := h.MayIn(ctx, "breach.handle", at)
	heard := state == duty.Stated || state == duty.Unanswered
	v.CanShow = handles && !state.AtRest()
	v.CanWithdraw = handles && (state == duty.Opened || heard) && !b.By.IsZero() && b.By == authz.Of(ctx).Person
	v.CanVote, v.CanVoteAgain = handles && heard, handles && state == duty.Appealed
	v.CanConfirm = heard && b.Source == duty.ByRule && h.MayIn(ctx, "breach.confirm", at)
	mediates := h.MayIn(ctx, "breach.mediate", at)
	v.CanRule, v.CanCorrect = mediates && state == duty.Appealed, mediates && (state == duty.Stands || state == duty.Reduced)
	if err := h.fill(ctx, &v); err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Never, h.deskFrame(ctx, duty.KindName(b.Kind).In(ctx)), deskBreachPage(v))
}

func (h *Pages) deskPhoto(w http.ResponseWriter, r *http.Request) error {
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := h.breachIn(r, at.ID)
	if err != nil {
		return err
	}
	return h.photo(w, r, at.ID, b)
}

// handle does something with the breach in an address of the desk.
func (h *Pages) handle(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at id.ID, b *duty.Breach) error) error {
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := h.breachIn(r, at.ID)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(r.Context(), at.ID, b), "/desk/duty/"+url.PathEscape(at.Ref)+"/breaches/"+b.ID.String(), form, func(s portal.Sent) error { return h.showDeskBreach(w, r, s) })
}
