package dutyweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// queue are the breaches that wait, the one with the least time first.
func queue(ctx context.Context, room *portal.Room, all []*duty.Breach) (matters []ui.Matter) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *duty.Breach) int { return a.Last().Due.Compare(b.Last().Due) })
	for _, b := range all {
		last := b.Last()
		matters = append(matters, ui.Matter{
			Href: room.Desk("duty", "/breaches/"+b.ID.String()), Left: last.Due.Sub(room.Now), Limit: last.Due.Sub(last.At), Kind: duty.KindName(b.Kind).In(ctx),
			Title: room.ShopName(ctx, b.Merchant), Text: duty.SourceName(b.Source).In(ctx), Stage: duty.StateName(b.State()).In(ctx), Next: i18n.T(ctx, "看"),
		})
	}
	return matters
}

// breachesView are the breaches of a community, and the form to open one.
type breachesView struct {
	portal.Room
	Sent  portal.Sent
	Table ui.Table
	Opens bool
	Takes bool // the table, with figures
}

func breachColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Text: i18n.T(ctx, "店铺"), Title: true}, {Text: i18n.T(ctx, "什么事")}, {Text: i18n.T(ctx, "谁立的"), Rare: true}, {Text: i18n.T(ctx, "哪天立的")}, {Text: i18n.T(ctx, "到哪一步")}, {Text: i18n.T(ctx, "处理")}}
}

// breachYears is how far back breaches are listed.
const breachYears = 3

func (h *Pages) allBreaches(w http.ResponseWriter, r *http.Request) error {
	return h.showBreaches(w, r, portal.Sent{})
}

func (h *Pages) showBreaches(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), breachColumns(ctx), "kind")
	v := breachesView{Room: room, Sent: sent, Opens: h.MayIn(ctx, "breach.handle", room.ID), Takes: h.MayIn(ctx, "duty_desk.export", room.ID)}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Duties.Breaches(ctx, rd, room.ID, room.Now.AddDate(-breachYears, 0, 0))
		v.Table = breachTable(ctx, &room, all, ask)
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, sent.StatusOf(), httpkit.Private, h.deskFrame(ctx, i18n.T(ctx, "违约")), breachesPage(v))
}

func breachTable(ctx context.Context, room *portal.Room, all []*duty.Breach, ask ui.TableAsk) ui.Table {
	kinds := []ui.Option{{Text: i18n.T(ctx, "全部")}}
	for _, k := range append(slices.Clone(duty.Kinds), duty.LastPlace) {
		kinds = append(kinds, ui.Option{Value: string(k), Text: duty.KindName(k).In(ctx)})
	}
	t := ui.Table{ID: "breaches", Caption: i18n.T(ctx, "违约"), Path: room.Desk("duty", "/breaches"), Ask: ask, Columns: breachColumns(ctx), Search: i18n.T(ctx, "找店"),
		Filters: []ui.Field{{Name: "kind", Label: i18n.T(ctx, "什么事"), Options: kinds}},
		Empty:   ui.EmptyView{Icon: "flag", Title: i18n.T(ctx, "没有违约"), Text: i18n.T(ctx, "店家都做到了，或者还没有人立案。")}}
	var rows []ui.TableRow
	for _, b := range slices.Backward(all) {
		name := room.ShopName(ctx, b.Merchant)
		if k := ask.Filters["kind"]; k != "" && k != string(b.Kind) || ask.Search != "" && !strings.Contains(strings.ToLower(name), strings.ToLower(ask.Search)) {
			continue
		}
		verdict := ""
		if x := b.Verdict(); x.Outcome != duty.None {
			verdict = verdictText(ctx, x)
		}
		rows = append(rows, ui.TableRow{Href: room.Desk("duty", "/breaches/"+b.ID.String()), Cells: []ui.Cell{{Text: name}, {Text: duty.KindName(b.Kind).In(ctx)}, {Text: duty.SourceName(b.Source).In(ctx)},
			{Text: ui.ShortDay(ctx, period.DayOf(b.At, room.Now.Location()))}, {Text: duty.StateName(b.State()).In(ctx), Tone: toneOf(b.State())}, {Text: verdict}}})
	}
	t.Total = len(rows)
	from := min(ask.Offset(), len(rows))
	t.Rows = rows[from:min(from+ask.Size, len(rows))]
	return t
}

func (h *Pages) exportBreaches(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "违约"), Head: []string{i18n.T(ctx, "店铺"), i18n.T(ctx, "什么事"), i18n.T(ctx, "谁立的"), i18n.T(ctx, "立案日"), i18n.T(ctx, "到哪一步"), i18n.T(ctx, "处理"), i18n.T(ctx, "扣的抵扣权益"), i18n.T(ctx, "退回的抵扣权益")}}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Duties.Breaches(ctx, rd, room.ID, time.Time{})
		t.Rows = nil
		for _, b := range all {
			var taken, back money.Amount
			for _, p := range b.Postings {
				if p.Number == 1 {
					taken += p.Coins
				} else {
					back += p.Coins
				}
			}
			t.Rows = append(t.Rows, append(sheet.Texts(room.ShopName(ctx, b.Merchant), duty.KindName(b.Kind).In(ctx), duty.SourceName(b.Source).In(ctx), period.DayOf(b.At, room.Now.Location()).String(),
				duty.StateName(b.State()).In(ctx), duty.OutcomeName(b.Verdict().Outcome).In(ctx)), sheet.Figure(taken.Decimal(money.Coin)), sheet.Figure(back.Decimal(money.Coin))))
		}
		return err
	}); err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "违约"), formatOf(r), t)
}

// openBreach opens a breach with a first piece of evidence.
func (h *Pages) openBreach(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	a := flow.Accusation{Kind: duty.Kind(r.FormValue("kind")), About: portal.Prose(r, "about"), Source: duty.ByCommittee}
	if h.MayIn(ctx, "service.confirm", at.ID) {
		a.Source = duty.ByOfficer
	}
	if text := portal.Prose(r, "evidence"); text != "" {
		a.Evidence = []duty.Evidence{{Kind: duty.Text, Words: text}}
	}
	to := "/desk/duty/" + at.Ref + "/breaches"
	if a.Shop, err = id.Parse(r.FormValue("shop")); err != nil {
		err = flow.ErrNotSeated.On("shop")
	} else {
		var b *duty.Breach
		if b, err = h.Flows.OpenBreach(ctx, at.ID, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), a); err == nil && b != nil {
			to += "/" + b.ID.String()
		}
	}
	return portal.Done(w, r, err, to, "open", func(s portal.Sent) error { return h.showBreaches(w, r, s) })
}
