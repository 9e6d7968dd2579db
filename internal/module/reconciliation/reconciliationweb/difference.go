package reconciliationweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// differView is one difference.
type differView struct {
	Place      community.Place
	Day        string
	DayHref    string
	Title      string
	State      string
	Tone       ui.Tone
	Facts      []ui.Fact
	Past       []ui.Event
	Open       bool
	Left       time.Duration
	Limit      time.Duration
	Due        string
	Mine       bool
	Work       bool // she may look into it
	Decide     bool // and she may decide on the write-off
	Own        bool // it is her own proposal
	Search     bool
	Return     ui.Confirm
	Returns    bool
	Ways       []ui.Option
	Settle     ui.Form
	Way        string
	Words      string
	Reference  string
	Propose    ui.Form
	Proposes   bool
	Agree      ui.Confirm
	Refuse     ui.Form
	Note       ui.Form
	NoteWords  string
	OwnForm    ui.Form
	SearchForm ui.Form
}

func (h *Pages) placeAnd(r *http.Request) (community.Place, id.ID, error) {
	p, err := h.place(r)
	if err != nil {
		return p, id.ID{}, err
	}
	at, err := id.Parse(r.PathValue("difference"))
	if err != nil {
		err = reconciliation.ErrNotFound
	}
	return p, at, err
}

func (h *Pages) difference(w http.ResponseWriter, r *http.Request) error {
	return h.showDifference(w, r, portal.Sent{})
}

func (h *Pages) showDifference(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, at, err := h.placeAnd(r)
	if err != nil {
		return err
	}
	var d *reconciliation.Difference
	if err := h.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		d, err = h.svc().ByID(ctx, rd, p.ID, at)
		return err
	}); err != nil {
		return err
	}
	self := href(p, "/differences/"+d.ID.String())
	v := differView{Place: p, Day: ui.FullDay(ctx, d.Day), DayHref: href(p, "/days/"+d.Day.String()), Title: Title(ctx, d), Open: d.Settlement() == nil,
		Left: d.DueAt.Sub(h.now()), Limit: d.DueAt.Sub(d.FoundAt), Due: i18n.T(ctx, "%s 前查清", ui.Moment(ctx, portal.Local(d.DueAt.Add(-time.Minute)))),
		Mine: d.Owner() == authz.Of(ctx).Person, Work: h.may(ctx, "reconciliation.work", p.ID), Decide: h.may(ctx, "reconciliation.decide", p.ID)}
	v.State, v.Tone = state(ctx, d)
	v.Facts = facts(ctx, p, d)
	h.forms(ctx, &v, d, self, sent)
	if v.Past, err = h.past(ctx, p, d); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.shell(ctx, v.Title), differencePage(v))
}

func facts(ctx context.Context, p community.Place, d *reconciliation.Difference) []ui.Fact {
	all := []ui.Fact{
		{Name: i18n.T(ctx, "支付机构"), Text: providerNames[d.Provider].In(ctx)}, {Name: i18n.T(ctx, "账上"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Ours))}, {Name: i18n.T(ctx, "他们"), Text: i18n.T(ctx, "%s 元", ui.Yuan(d.Theirs))},
	}
	if d.Thing == reconciliation.Fees {
		return append(all, ui.Fact{Name: i18n.T(ctx, "不一样的有"), Text: i18n.T(ctx, "%d 笔", d.Line)})
	}
	for _, f := range []ui.Fact{
		{Name: i18n.T(ctx, "订单号"), Text: d.Payment}, {Name: i18n.T(ctx, "退款单号"), Text: d.Refund}, {Name: i18n.T(ctx, "支付机构的单号"), Text: d.Number}, {Name: i18n.T(ctx, "商户号"), Text: d.Account},
	} {
		if f.Text != "" {
			all = append(all, f)
		}
	}
	all = append(all, ui.Fact{Name: i18n.T(ctx, "时间"), Text: ui.Exact(ctx, portal.Local(d.At))})
	if d.Line > 0 {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "账单第几行"), Text: strconv.Itoa(d.Line)})
	}
	if s := d.Settlement(); s != nil && s.Seq >= 0 {
		seq := strconv.FormatInt(s.Seq, 10)
		all = append(all, ui.Fact{Name: i18n.T(ctx, "账上第几条"), Text: seq, Why: "/desk/accounts/" + p.Ref + "/entries/" + seq})
	}
	return all
}

// forms are what can be done about it.
func (h *Pages) forms(ctx context.Context, v *differView, d *reconciliation.Difference, self string, sent portal.Sent) {
	v.OwnForm, v.SearchForm, v.Note = sent.Ask("own", self+"/owner"), sent.Ask("search", self+"/search"), sent.Ask("note", self+"/note")
	v.NoteWords = sent.Typed("note", "words", "")
	v.Search = v.Open && d.Kind == reconciliation.MissingHere
	v.SearchForm.Busy = i18n.T(ctx, "正在查")
	v.Settle, v.Propose, v.Refuse = sent.Ask("settle", self+"/settlement"), sent.Ask("propose", self+"/write-off"), sent.Ask("refuse", self+"/refusal")
	v.Way, v.Words, v.Reference = sent.Typed("settle", "way", ""), sent.Typed("settle", "words", ""), sent.Typed("settle", "reference", "")
	for _, way := range d.Ways() {
		switch way {
		case reconciliation.FoundLate: // is seen, not said
		case reconciliation.WrittenOff:
			v.Proposes = d.Proposal() == nil
		default:
			v.Ways = append(v.Ways, ui.Option{Value: string(way), Text: wayNames[way].In(ctx)})
		}
	}
	if v.Returns = v.Open && d.Kind == reconciliation.MissingHere && d.Thing == reconciliation.Payment && d.Asking() == nil; v.Returns {
		sum := ui.Yuan(d.Theirs)
		v.Return = ui.Confirm{ID: "return", Open: i18n.T(ctx, "退给付款的人"), Title: i18n.T(ctx, "把 ¥ %s 退给付款的人？", sum), Text: i18n.T(ctx, "先再查一次：账上认得的会自动入账；谁也不认得的，钱原路退回。"),
			Action: self + "/return", Do: i18n.T(ctx, "退 ¥ %s", sum), Busy: i18n.T(ctx, "正在退款")}
	}
	if x := d.Proposal(); x != nil {
		v.Own = db.ParseActor(x.By).ID == authz.Of(ctx).Person
		sum := ui.Yuan(d.Short())
		v.Agree = ui.Confirm{ID: "agree", Open: i18n.T(ctx, "同意核销"), Class: "call", Title: i18n.T(ctx, "核销 ¥ %s？", sum), Text: i18n.T(ctx, "由平台承担，记在支付机构手续费的账户里，账上写明规则 P-05。以后查到了会记回来。"),
			Action: self + "/agreement", Do: i18n.T(ctx, "核销 ¥ %s", sum), Busy: i18n.T(ctx, "正在记账")}
	}
}

// past is what was done about it.
func (h *Pages) past(ctx context.Context, p community.Place, d *reconciliation.Difference) (all []ui.Event, err error) {
	who := []id.ID{}
	for _, s := range d.Steps {
		who = append(who, db.ParseActor(s.By).ID, s.Person)
	}
	var names map[id.ID]string
	if err := h.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		names, err = h.Names(ctx, rd, who...)
		return err
	}); err != nil {
		return nil, err
	}
	all = []ui.Event{{Title: i18n.T(ctx, "对账时发现"), When: ui.Moment(ctx, portal.Local(d.FoundAt)), State: ui.Done}}
	for _, s := range d.Steps {
		e := ui.Event{Title: stepNames[s.Kind].In(ctx), When: ui.Moment(ctx, portal.Local(s.At)), State: ui.Done}
		if s.Kind == reconciliation.Settled {
			e.Title = wayNames[s.Way].In(ctx)
		}
		by := i18n.T(ctx, "自动")
		if n := db.ParseActor(s.By).ID; !n.IsZero() {
			by = names[n]
		}
		e.Text = by
		for _, more := range []string{s.Words, s.Reference} {
			if more != "" {
				e.Text = i18n.T(ctx, "%s · %s", e.Text, more)
			}
		}
		all = append(all, e)
	}
	if d.Settlement() == nil {
		text, _ := state(ctx, d)
		all = append(all, ui.Event{Title: text, State: ui.Now})
	}
	return all, nil
}

// done answers a form about a difference.
func (h *Pages) done(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, place id.ID, by db.Actor, difference id.ID) error) error {
	p, at, err := h.placeAnd(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), p.ID, actor(r), at)
	return portal.Done(w, r, err, href(p, "/differences/"+at.String()), form, func(s portal.Sent) error { return h.showDifference(w, r, s) })
}

func (h *Pages) own(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "own", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.OwnDifference(ctx, place, by, at, authz.Of(ctx).Person)
	})
}

func (h *Pages) note(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "note", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.NoteDifference(ctx, place, by, at, r.PostFormValue("words"))
	})
}

func (h *Pages) search(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "search", h.Flows.SearchDifference)
}

func (h *Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "return", h.Flows.ReturnDifference)
}

func (h *Pages) settle(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "settle", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.SettleDifference(ctx, place, by, at, reconciliation.Way(r.PostFormValue("way")), r.PostFormValue("words"), r.PostFormValue("reference"))
	})
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "propose", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.ProposeWriteOff(ctx, place, by, at, r.PostFormValue("words"))
	})
}

func (h *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "agree", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.DecideWriteOff(ctx, place, by, at, true, "")
	})
}

func (h *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "refuse", func(ctx context.Context, place id.ID, by db.Actor, at id.ID) error {
		return h.Flows.DecideWriteOff(ctx, place, by, at, false, r.PostFormValue("words"))
	})
}
