package timebankweb

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// askedListView are a person's requests.
type askedListView struct {
	Open, Past []ui.Row
	Plans      []planRow
	Sent       portal.Sent
	More       string // page of earlier ones
}

// planRow is a plan with the way to end it.
type planRow struct {
	Name, Days string
	End        ui.Confirm
}

// listed is how many requests a page shows.
const listed = 50

func (h *Pages) askedList(w http.ResponseWriter, r *http.Request) error {
	return h.showAskedList(w, r, portal.Sent{})
}

func (h *Pages) showAskedList(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	v := askedListView{Sent: sent}
	if known {
		before := at.Now.Add(time.Second)
		if n, err := strconv.ParseInt(r.FormValue("before"), 10, 64); err == nil {
			before = time.UnixMicro(n)
		}
		if err := h.view(ctx, at.ID, func(rd db.Reader) error { return h.fillAskedList(ctx, rd, &at, before, &v) }); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "我请的人"))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, askedListPage(v))
}

func (h *Pages) fillAskedList(ctx context.Context, rd db.Reader, at *spot, before time.Time, v *askedListView) error {
	all, err := h.svc().Of(ctx, rd, at.ID, at.Me.ID, before, listed+1)
	if err != nil {
		return err
	}
	if len(all) > listed {
		all = all[:listed]
		v.More = "/help/asked?before=" + strconv.FormatInt(all[listed-1].At.UnixMicro(), 10)
	}
	for _, q := range all {
		row, err := h.askedRow(ctx, rd, at, q)
		if err != nil {
			return err
		}
		if q.End == nil {
			v.Open = append(v.Open, row)
		} else {
			v.Past = append(v.Past, row)
		}
	}
	plans, err := h.svc().PlansOf(ctx, rd, at.ID, at.Me.ID)
	for _, p := range plans {
		if p.End != nil || p.Last < at.Today {
			continue
		}
		k, err := h.svc().KindByKey(ctx, rd, at.ID, p.Kind)
		if err != nil {
			return err
		}
		v.Plans = append(v.Plans, planRow{kindName(ctx, k.Name), planDays(ctx, p), ui.Confirm{ID: "end-" + p.ID.String(), Open: i18n.T(ctx, "不再定期"), Class: "sm", Title: i18n.T(ctx, "不再定期请人？"),
			Text: i18n.T(ctx, "已经发出的几件照旧，不要的可以一件件撤回。"), Action: "/help/plans/" + at.ID.String() + "/" + p.ID.String() + "/end", Do: i18n.T(ctx, "不再定期")}})
	}
	return err
}

// askedView is one request for who asked.
type askedView struct {
	spot
	Q        *timebank.Request
	Base     string
	Status   string
	Tone     ui.Tone
	When     string
	Helpers  []helperView
	Events   []ui.Event
	Lines    []ui.Line
	Paid     []ui.Row // at a shop's till
	Door     timebank.Door
	Sent     portal.Sent
	Withdraw *ui.Confirm
	State    string // what the page has seen, for one that waits
	Again    string // form to ask for the same
	Insured  bool
}

// helperView is who comes, to who asked.
type helperView struct {
	*timebank.Assignment
	Name     string
	From     string // her community, if it is another
	Skilled  string // how her skill is known
	Phone    string
	Warm     string // what she says of herself
	State    string
	Tone     ui.Tone
	Reasons  []string
	Base     string
	Proofs   []string // addresses of pictures
	Thanked  string
	CanMiss  bool
	CanJudge bool
	Until    string // silence accepts then
	Minutes  int
}

func (h *Pages) asked(w http.ResponseWriter, r *http.Request) error {
	return h.showAsked(w, r, portal.Sent{})
}

// askedIn is the viewer's request in an address.
func (h *Pages) askedIn(r *http.Request) (at spot, q *timebank.Request, err error) {
	if at, err = h.here(r); err != nil {
		return at, nil, err
	}
	which, err := idIn(r, "request")
	if err != nil {
		return at, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		q, err = h.svc().ByID(r.Context(), rd, at.ID, which)
		return err
	})
	if err == nil && q.Asker != at.Me.ID {
		err = timebank.ErrNotFound
	}
	return at, q, err
}

func (h *Pages) showAsked(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	v := askedView{spot: at, Q: q, Base: askedHref(at.ID, q.ID), When: span(ctx, at.Now, q), Sent: sent, Insured: q.Pay != timebank.AtTill}
	if err := h.fillAsked(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, q.Name))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, askedPage(v))
}

// stateText changes whenever something of a request has: what a page that waits has seen.
func stateText(q *timebank.Request, all []*timebank.Assignment, offers []*timebank.Offer) string {
	text := strconv.Itoa(len(offers))
	for _, o := range offers {
		if o.Willing() {
			text += "+"
		}
	}
	for _, a := range all {
		text += "/" + string(a.State())
	}
	if q.End != nil {
		text += "." + string(q.End.How)
	}
	return text
}

// How long a page waits for news in one request, and how often it looks for what another
// instance did.
const (
	waitMost  = 20 * time.Second
	waitOften = 2 * time.Second
)

func (h *Pages) askedState(w http.ResponseWriter, r *http.Request) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	seen, now := r.URL.Query().Get("seen"), ""
	if _, err := h.Flows.Live.Until(r.Context(), at.ID, waitMost, waitOften, func(ctx context.Context) (bool, error) {
		err := h.view(ctx, at.ID, func(rd db.Reader) error {
			again, err := h.svc().ByID(ctx, rd, at.ID, q.ID)
			if err != nil {
				return err
			}
			all, err := h.svc().AssignmentsFor(ctx, rd, at.ID, q.ID)
			if err != nil {
				return err
			}
			offers, err := h.svc().OffersFor(ctx, rd, at.ID, q.ID)
			now = stateText(again, all, offers)
			return err
		})
		return now != seen, err
	}); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"state": now})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", body)
}
