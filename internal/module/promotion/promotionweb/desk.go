package promotionweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is a community's series for the desk, and the platform's budget by month.
type deskView struct {
	portal.Room
	Asked, Running, Past []ui.Row
	Budget               money.Amount
	Promised             money.Amount
	Months               []ui.Line
	Keep                 bool
}

// monthsShown is how many months of the budget are told.
const monthsShown = 6

// all are the series of a community with what came of each.
func (h *Pages) all(ctx context.Context, room *portal.Room) (all []*promotion.Series, effects map[id.ID]*promotion.Effect, months map[period.Month]money.Amount, err error) {
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		if all, err = h.svc().AllSeries(ctx, rd, room.ID); err != nil {
			return err
		}
		if months, err = h.svc().Months(ctx, rd, room.ID); err != nil {
			return err
		}
		effects, err = h.svc().Effects(ctx, rd, room.ID, all)
		return err
	})
	return all, effects, months, err
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	all, effects, months, err := h.all(ctx, &room)
	if err != nil {
		return err
	}
	now := room.Today.Month()
	v := deskView{Room: room, Budget: room.Rules.PromotionBudget, Promised: months[now], Keep: h.MayIn(ctx, "promotion_desk.keep", room.ID)}
	for _, s := range all {
		line := row(ctx, &room, s, effects[s.ID], room.Desk("promotions", "/"+s.ID.String()), room.Today)
		switch state := s.State(room.Today); {
		case state == pact.Waiting && slices.Contains(s.Missing(), id.ID{}):
			v.Asked = append(v.Asked, line)
		case state == pact.Waiting || state == pact.Running || state == pact.Coming:
			v.Running = append(v.Running, line)
		default:
			v.Past = append(v.Past, line)
		}
	}
	for m := now; m > now-monthsShown; m-- {
		v.Months = append(v.Months, ui.Line{Text: ui.Month(ctx, m), Num: ui.Yuan(months[m])})
	}
	return h.Show(w, r, h.DeskShell(ctx, "promotions", i18n.T(ctx, "优惠和券")), deskPage(v))
}

// exportAll takes the series of a community along.
func (h *Pages) exportAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	all, effects, _, err := h.all(ctx, &room)
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "券"), cmp.Or(r.FormValue("format"), "csv"), table(ctx, &room, all, effects))
}

// table is a list of series to be taken along.
func table(ctx context.Context, room *portal.Room, all []*promotion.Series, effects map[id.ID]*promotion.Effect) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "券"), Head: []string{i18n.T(ctx, "名字"), i18n.T(ctx, "谁发"), i18n.T(ctx, "抵多少"), i18n.T(ctx, "怎么得"), i18n.T(ctx, "状态"), i18n.T(ctx, "从"), i18n.T(ctx, "到"),
		i18n.T(ctx, "一共几张"), i18n.T(ctx, "发了几张"), i18n.T(ctx, "用了几张"), i18n.T(ctx, "到期没用"), i18n.T(ctx, "花了（元）"), i18n.T(ctx, "其中平台（元）"), i18n.T(ctx, "用券的单（元）")}}
	for _, s := range all {
		e := effects[s.ID]
		line := sheet.Texts(s.Name, issuer(ctx, room, &s.Terms), says(ctx, room, &s.Terms), got(ctx, room, &s.Terms), stateNames[s.State(room.Today)].name.In(ctx), s.Opens.String(), s.Closes.String())
		for _, n := range []int64{int64(s.Total), e.Granted - e.Revoked, e.Used, e.Lapsed} {
			line = append(line, sheet.Figure(strconv.FormatInt(n, 10)))
		}
		sales := sheet.Value{}
		if e.Told(room.Rules.PortraitK) {
			sales = sheet.Figure(e.Sales.Decimal(money.CNY))
		}
		t.Rows = append(t.Rows, append(line, sheet.Figure(e.Paid.Decimal(money.CNY)), sheet.Figure(e.Platform.Decimal(money.CNY)), sales))
	}
	return t
}

func (h *Pages) freshDesk(w http.ResponseWriter, r *http.Request) error {
	return h.showFreshDesk(w, r, portal.Sent{})
}

func (h *Pages) showFreshDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := formView{Room: &room, Form: sent.Once("make", room.Desk("promotions", "")), Sent: sent, Platform: money.One, Face: room.Rules.SeriesFaceMax, Days: room.Rules.SeriesDaysMax}
	v.Crumbs = crumbs(ctx, &room, i18n.T(ctx, "新的一批券"))
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "promotions", i18n.T(ctx, "新的一批券")), freshPage(v))
}

func crumbs(ctx context.Context, room *portal.Room, title string) []ui.Link {
	return []ui.Link{{Href: room.Desk("promotions", ""), Text: i18n.T(ctx, "优惠和券")}, {Text: title}}
}

func (h *Pages) proposeDesk(w http.ResponseWriter, r *http.Request) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	t, err := termsIn(r, id.ID{})
	if err == nil {
		err = h.Flows.ProposeSeries(r.Context(), c.ID, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), t)
	}
	return portal.Done(w, r, err, "/desk/promotions/"+c.Ref, "make", func(s portal.Sent) error { return h.showFreshDesk(w, r, s) })
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v, err := h.series(r, &room)
	if err != nil {
		return err
	}
	s, keep := v.Series, h.MayIn(ctx, "promotion_desk.keep", room.ID)
	state := s.State(room.Today)
	v.Sent, v.Base = sent, room.Desk("promotions", "/"+s.ID.String())
	v.Agree = state == pact.Waiting && slices.Contains(s.Missing(), id.ID{}) && s.By != authz.Of(ctx).Person && h.MayIn(ctx, "promotion_desk.agree", room.ID)
	v.Withdraw = keep && s.Shop.IsZero() && state == pact.Waiting
	v.Stop = keep && (state == pact.Running || state == pact.Coming)
	v.Give = keep && s.Shop.IsZero() && state == pact.Running && s.Way == promotion.Given
	v.Crumbs = crumbs(ctx, &room, s.Name)
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "promotions", s.Name), seriesPage(v))
}

// deskStep does something with the series in an address, for the platform.
func (h *Pages) deskStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, series id.ID, actor db.Actor) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	series, err := id.Parse(r.PathValue("series"))
	if err != nil {
		return promotion.ErrNoSeries
	}
	err = do(r.Context(), c.ID, series, authz.Of(r.Context()).Actor())
	return portal.Done(w, r, err, "/desk/promotions/"+c.Ref+"/"+series.String(), form, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

func (h *Pages) deskAgree(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "agree", func(ctx context.Context, community, series id.ID, actor db.Actor) error {
		return h.Flows.AgreeSeries(ctx, community, actor, series, id.ID{})
	})
}

func (h *Pages) deskDecline(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "decline", func(ctx context.Context, community, series id.ID, actor db.Actor) error {
		return h.Flows.DeclineSeries(ctx, community, actor, series, id.ID{}, words(r))
	})
}

func (h *Pages) deskWithdraw(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "withdraw", func(ctx context.Context, community, series id.ID, actor db.Actor) error {
		return h.Flows.WithdrawSeries(ctx, community, actor, series, id.ID{}, words(r))
	})
}

func (h *Pages) deskStop(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "stop", func(ctx context.Context, community, series id.ID, actor db.Actor) error {
		return h.Flows.StopSeries(ctx, community, actor, series, id.ID{}, words(r))
	})
}

func (h *Pages) deskGive(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "give", func(ctx context.Context, community, series id.ID, actor db.Actor) error {
		_, err := h.Flows.GiveVoucher(ctx, community, actor, r.FormValue(ui.TokenName), flow.GrantAsk{Series: series, Member: portal.Type(r).Line("member_ref")})
		return err
	})
}
