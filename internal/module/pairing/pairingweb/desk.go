package pairingweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's agreements.
type deskView struct {
	portal.Room
	Rows   []ui.Row
	Others []ui.Option // to propose one to
	Keep   bool
	Sent   portal.Sent
	Form   ui.Form
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
	v := deskView{Room: room, Keep: h.MayIn(ctx, "pairing_desk.keep", room.ID), Sent: sent, Form: sent.Once("propose", room.Desk("neighbours", ""))}
	var all []*pairing.Pairing
	var cleared map[id.ID]coin.Cleared
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		if all, err = h.Flows.Pairings.All(ctx, rd, room.ID); err == nil {
			cleared, err = h.Flows.Coins.Clearings(ctx, rd, room.ID)
		}
		return err
	}); err != nil {
		return err
	}
	for _, p := range all {
		at, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, p.Other)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, ui.Row{Href: room.Desk("neighbours", "/"+p.ID.String()), Icon: "building", Title: portal.PlaceName(at), Text: balance(ctx, cleared[p.Other]),
			Notes: []string{ui.Moment(ctx, room.Local(p.Last().At))}, Tag: pairing.Name(p.State()).In(ctx), Tone: tones[p.State()]})
	}
	if v.Others, err = h.others(ctx, &room, all); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "neighbours", i18n.T(ctx, "邻近社区")), deskPage(v))
}

// balance says who served whom more.
func balance(ctx context.Context, c coin.Cleared) string {
	switch net := c.Net(); {
	case net > 0:
		return i18n.T(ctx, "净带出 %s：对方帮我们多", ui.Coins(net))
	case net < 0:
		return i18n.T(ctx, "净带进 %s：我们帮对方多", ui.Coins(-net))
	}
	return i18n.T(ctx, "来往持平")
}

// oneView is one agreement.
type oneView struct {
	portal.Room
	P       *pairing.Pairing
	Other   string
	Terms   pairing.Terms // in force here: the stricter of the agreement and of the community's numbers
	Ours    coin.Cleared
	Theirs  coin.Cleared
	Facts   []ui.Fact
	History []ui.Event
	Table   ui.Table
	Keep    bool
	Mine    bool // this community proposed it
	Base    string
	Sent    portal.Sent
}

// way is what has left one side and not arrived at the other yet.
func (v *oneView) way() (out, in money.Amount) {
	return v.Ours.Sent - v.Theirs.Arrived, v.Theirs.Sent - v.Ours.Arrived
}

// used and room are how much of the limit is used and how much there is, in whole coins.
func (v *oneView) used() int { return int(max(0, v.Ours.Net()) / 100) }
func (v *oneView) room() int { return max(1, v.used(), int(v.Terms.Limit/100)) }

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, portal.Sent{})
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	which, bad := id.Parse(r.PathValue("pairing"))
	if bad != nil {
		return pairing.ErrNotFound
	}
	v := oneView{Room: room, Keep: h.MayIn(ctx, "pairing_desk.keep", room.ID), Sent: sent, Base: room.Desk("neighbours", "/"+which.String())}
	ask := ui.AskTable(r.URL.Query(), nil)
	var moves []*coin.Transfer
	var total int
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		if v.P, err = h.Flows.Pairings.ByID(ctx, rd, room.ID, which); err != nil {
			return err
		}
		if v.Ours, err = h.Flows.Coins.ClearedWith(ctx, rd, room.ID, v.P.Other); err != nil {
			return err
		}
		if ask.Format != "" {
			return h.Flows.Coins.EachTransfer(ctx, rd, room.ID, v.P.Other, func(t *coin.Transfer) { moves = append(moves, t) })
		}
		if total, err = h.Flows.Coins.CountTransfers(ctx, rd, room.ID, v.P.Other); err == nil {
			moves, err = h.Flows.Coins.Transfers(ctx, rd, room.ID, v.P.Other, ask.Offset(), ask.Size)
		}
		return err
	}); err != nil {
		return err
	}
	other, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, v.P.Other)
	if err != nil {
		return err
	}
	if err := h.Flows.DB.View(ctx, other.ID, func(rd db.Reader) error {
		v.Theirs, err = h.Flows.Coins.ClearedWith(ctx, rd, other.ID, room.ID)
		return err
	}); err != nil {
		return err
	}
	v.Other, v.Mine = portal.PlaceName(other), v.P.Proposer == room.ID
	v.Terms = v.P.Terms.Within(pairing.Terms{Limit: room.Rules.ClearingLimit, Month: room.Rules.ClearingMonth})
	if ask.Format != "" {
		return portal.Take(w, r, v.Other, ask.Format, movesSheet(ctx, &room, moves))
	}
	v.fill(ctx, moves, total, ask)
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "neighbours", v.Other), onePage(v))
}

// fill puts the agreement into words.
func (v *oneView) fill(ctx context.Context, moves []*coin.Transfer, total int, ask ui.TableAsk) {
	out, in := v.way()
	say := func(c coin.Cleared) string {
		return i18n.T(ctx, "带出 %s，带进 %s", ui.Coins(c.Sent), ui.Coins(c.Arrived))
	}
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "我们的账"), Text: say(v.Ours)}, {Name: i18n.T(ctx, "对方的账"), Text: say(v.Theirs)},
		{Name: i18n.T(ctx, "还在路上"), Text: i18n.T(ctx, "出去的 %s，进来的 %s", ui.Coins(out), ui.Coins(in))},
		{Name: i18n.T(ctx, "净带出最多"), Text: ui.Coins(v.Terms.Limit)}, {Name: i18n.T(ctx, "一个人每月最多带"), Text: ui.Coins(v.Terms.Month)},
	}
	for _, s := range v.P.Steps {
		who := v.Other
		if s.Side == v.ID {
			who = portal.PlaceName(v.Place)
		}
		v.History = append(v.History, ui.Event{Title: who + " " + pairing.Sentence(s.What).In(ctx), Text: s.Words, When: ui.Moment(ctx, v.Local(s.At))})
	}
	v.Table = ui.Table{ID: "crossed", Caption: i18n.T(ctx, "每一笔来往"), Path: v.Base, Ask: ask, Total: total, Export: true,
		Columns: []ui.Column{{Text: i18n.T(ctx, "时间"), Title: true}, {Text: i18n.T(ctx, "方向")}, {Text: i18n.T(ctx, "抵扣权益"), Num: true}, {Text: i18n.T(ctx, "第几条账"), Num: true}},
		Empty:   ui.EmptyView{Icon: "hands", Title: i18n.T(ctx, "还没有来往"), Text: i18n.T(ctx, "居民带出、带进的服务时，一笔一笔列在这里。")}}
	for _, t := range moves {
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: ui.Cells(ui.Moment(ctx, v.Local(t.At)), direction(ctx, t), ui.Coins(t.Coins), portal.Whole(int(t.Seq)))})
	}
}

func direction(ctx context.Context, t *coin.Transfer) string {
	if t.Came && t.Member.IsZero() {
		return i18n.T(ctx, "带进，人已注销，归权益池")
	}
	if t.Came {
		return i18n.T(ctx, "带进")
	}
	return i18n.T(ctx, "带出")
}

// movesSheet is every transfer; whose it was is not told.
func movesSheet(ctx context.Context, room *portal.Room, moves []*coin.Transfer) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "每一笔来往"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "编号"), i18n.T(ctx, "方向"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "第几条账")}}
	for _, m := range moves {
		t.Rows = append(t.Rows, append(sheet.Texts(room.Local(m.At).Format("2006-01-02 15:04:05"), m.ID.String(), direction(ctx, m)), sheet.Figure(m.Coins.Decimal(money.Coin)), sheet.Figure(portal.Whole(int(m.Seq)))))
	}
	return t
}

// proposing are the numbers that a form of a proposal begins with.
func proposing(rules *flow.Standing) (limit, month string) {
	return rules.Rules.ClearingLimit.Decimal(money.Coin), rules.Rules.ClearingMonth.Decimal(money.Coin)
}
