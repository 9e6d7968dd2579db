package dutyweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is how the shops of a community stand, and what waits.
type deskView struct {
	portal.Room
	Sent     portal.Sent
	Table    ui.Table
	Behind   int
	Queue    []ui.Matter
	Services []serviceView
	Confirms bool
	Takes    bool
	Month    period.Month
}

// serviceView is a free service that waits at the desk.
type serviceView struct {
	duty.Given
	Shop string
	Form string // its name
	Base string
}

// deskColumns are those of the shops' table. Who is no more than a competitor sees no
// figures in money.
func deskColumns(ctx context.Context, figures bool) []ui.Column {
	columns := []ui.Column{{Text: i18n.T(ctx, "店铺"), Title: true}}
	if figures {
		columns = append(columns, ui.Column{Text: i18n.T(ctx, "营业额，元"), Num: true, Rare: true}, ui.Column{Text: i18n.T(ctx, "优惠，元"), Num: true}, ui.Column{Text: i18n.T(ctx, "至少，元"), Num: true})
	}
	return append(columns, ui.Column{Text: i18n.T(ctx, "优惠占营业额"), Num: true}, ui.Column{Text: i18n.T(ctx, "新会员"), Num: true}, ui.Column{Text: i18n.T(ctx, "照这样到月底")}, ui.Column{Text: i18n.T(ctx, "三公开"), Num: true})
}

// shareOf is what was given of the sales.
func shareOf(p *duty.Progress) string {
	if p.Sales <= 0 || p.Worth() <= 0 {
		return "–"
	}
	return money.Rate(money.MulDiv(min(p.Worth(), p.Sales), money.Amount(money.One), p.Sales) / 1000 * 1000).Percent()
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	figures := h.MayIn(ctx, "duty_desk.export", room.ID)
	ask := ui.AskTable(r.URL.Query(), deskColumns(ctx, figures), "state")
	v := deskView{Room: room, Sent: sent, Takes: figures, Month: room.Today.Month(), Confirms: h.MayIn(ctx, "service.confirm", room.ID)}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		if v.Table, v.Behind, err = h.deskTable(ctx, rd, &room, ask, figures); err != nil {
			return err
		}
		waiting, err := h.Flows.Duties.Waiting(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		v.Queue = queue(ctx, &room, waiting)
		given, err := h.Flows.Duties.GivenWaiting(ctx, rd, room.ID)
		v.Services = nil
		for _, g := range given {
			v.Services = append(v.Services, serviceView{g, room.ShopName(ctx, g.Merchant), "s-" + g.ID.String(), room.Desk("duty", "/services/"+g.ID.String())})
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.deskFrame(ctx, i18n.T(ctx, "责任和违约")), deskPage(v))
}

// standings are the seated shops of a community, those that are behind first.
func (h *Pages) standings(ctx context.Context, rd db.Reader, at id.ID) (all []flow.Duties, disclosed map[id.ID]int, err error) {
	o, err := h.Flows.Obligations(ctx, rd, at)
	if err != nil {
		return nil, nil, err
	}
	seats := o.Seated()
	if all, err = h.Flows.DutiesOf(ctx, rd, at, o, seats...); err != nil {
		return nil, nil, err
	}
	made, err := h.Flows.Duties.Disclosures(ctx, rd, at, o.Today.Plus(-36))
	disclosed = make(map[id.ID]int)
	for _, s := range seats {
		disclosed[s.Merchant] = duty.Standing(duty.Owed(&o.Alliance, &s, made[s.Merchant], o.Today), o.Today)
	}
	slices.SortStableFunc(all, func(a, b flow.Duties) int {
		switch {
		case a.Behind == b.Behind:
			return 0
		case a.Behind:
			return -1
		}
		return 1
	})
	return all, disclosed, err
}

func (h *Pages) deskTable(ctx context.Context, rd db.Reader, room *portal.Room, ask ui.TableAsk, figures bool) (t ui.Table, behind int, err error) {
	all, disclosed, err := h.standings(ctx, rd, room.ID)
	if err != nil {
		return t, 0, err
	}
	t = ui.Table{ID: "shops", Caption: i18n.T(ctx, "各店这个月的责任"), Path: room.Desk("duty", ""), Ask: ask, Columns: deskColumns(ctx, figures), Search: i18n.T(ctx, "找店"),
		Filters: []ui.Field{{Name: "state", Label: i18n.T(ctx, "进度"), Options: []ui.Option{{Text: i18n.T(ctx, "全部店铺")}, {Value: "behind", Text: i18n.T(ctx, "落后的")}}}},
		Empty:   ui.EmptyView{Icon: "clipboard", Title: i18n.T(ctx, "没有这样的店"), Text: i18n.T(ctx, "有席位的店才有每月的责任。")}}
	var rows []ui.TableRow
	for i := range all {
		d := &all[i]
		name := room.ShopName(ctx, d.Seat.Merchant)
		if d.Behind {
			behind++
		}
		if ask.Filters["state"] == "behind" && !d.Behind || ask.Search != "" && !strings.Contains(strings.ToLower(name), strings.ToLower(ask.Search)) {
			continue
		}
		end := ui.Cell{Text: i18n.T(ctx, "能做到"), Tone: ui.OK}
		switch {
		case !d.Counts:
			end = ui.Cell{Text: i18n.T(ctx, "新店，不评"), Tone: ui.Tell}
		case d.Behind:
			end = ui.Cell{Text: i18n.T(ctx, "落后"), Tone: ui.Soon}
		}
		members := i18n.T(ctx, "%d / %d", d.Done.Members, d.Asked.Members)
		cells := []ui.Cell{{Text: name}}
		if figures {
			cells = append(cells, ui.Cells(ui.Yuan(d.Sales), ui.Yuan(d.Worth()), ui.Yuan(d.Offer))...)
		}
		cells = append(cells, ui.Cell{Text: shareOf(&d.Progress)}, ui.Cell{Text: members, Sub: waitingText(ctx, d.Pending)}, end, ui.Cell{Text: i18n.T(ctx, "%d / 3", disclosed[d.Seat.Merchant])})
		rows = append(rows, ui.TableRow{Href: room.Path("/shops/" + d.Seat.Merchant.String() + "/disclosures"), Cells: cells})
	}
	t.Total = len(rows)
	from := min(ask.Offset(), len(rows))
	t.Rows, t.Export = rows[from:min(from+ask.Size, len(rows))], false
	return t, behind, nil
}

func waitingText(ctx context.Context, n int) string {
	if n == 0 {
		return ""
	}
	return i18n.T(ctx, "另有 %d 位待算", n)
}

// exportDesk takes the results of all shops along: of the last twelve months that were
// judged.
func (h *Pages) exportDesk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	t := resultSheet(ctx)
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Duties.Results(ctx, rd, room.ID, room.Today.Month()-12, room.Today.Month())
		t.Rows = nil
		for i := range all {
			t.Rows = append(t.Rows, resultCells(ctx, room.ShopName(ctx, all[i].Merchant), &all[i]))
		}
		return err
	}); err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "每月责任"), formatOf(r), t)
}

// answerService notes what the desk found of a free service.
func (h *Pages) answerService(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	n, err := id.Parse(r.PathValue("service"))
	if err != nil {
		return duty.ErrNoService
	}
	a := duty.Answer{Confirmed: r.FormValue("found") == "confirmed", Slip: strings.TrimSpace(r.FormValue("slip")), Note: strings.TrimSpace(r.FormValue("note"))}
	switch {
	case a.Confirmed:
		a.Worth, err = portal.Yuan(r, "worth")
	case r.FormValue("found") != "refused":
		err = duty.ErrBadFinding.On("found")
	}
	if err == nil {
		err = h.Flows.AnswerService(ctx, at.ID, authz.Of(ctx).Actor(), n, a)
	}
	return portal.Done(w, r, err, "/desk/duty/"+at.Ref, "s-"+n.String(), func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
