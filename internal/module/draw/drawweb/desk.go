package drawweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// bagsOffered is how many kinds of bags the form offers.
const bagsOffered = 4

// deskView are a community's draws for the office.
type deskView struct {
	portal.Room
	Sent   portal.Sent
	May    bool
	Shops  []ui.Option
	Levels []ui.Option
	Kinds  []ui.Option
	Table  ui.Table
}

func (g *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return g.showDesk(w, r, portal.Sent{})
}

func (g *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: g.MayIn(ctx, "draw.keep", room.ID)}
	v.Shops = append([]ui.Option{{Text: i18n.T(ctx, "没有东西要领")}}, room.ShopOptions()...)
	for _, l := range []policy.Level{policy.Silver, policy.Gold, policy.Diamond} {
		v.Levels = append(v.Levels, ui.Option{Value: strconv.Itoa(int(l)), Text: i18n.T(ctx, growth.LevelName(l))})
	}
	for _, k := range draw.BagKinds {
		v.Kinds = append(v.Kinds, ui.Option{Value: string(k), Text: draw.BagName(k).In(ctx)})
	}
	v.Table = ui.Table{ID: "draws", Caption: i18n.T(ctx, "抽福袋"), Path: room.Desk("draws", ""), Ask: ui.AskTable(r.URL.Query(), nil),
		Columns: []ui.Column{{Text: i18n.T(ctx, "名称"), Title: true}, {Text: i18n.T(ctx, "截止")}, {Text: i18n.T(ctx, "福袋"), Num: true}, {Text: i18n.T(ctx, "报名"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "gift", Title: i18n.T(ctx, "还没有办过"), Text: i18n.T(ctx, "填好下面的表就开始报名，到点自动开奖。")}}
	err = g.view(ctx, room.ID, func(rd db.Reader) error {
		if v.Table.Total, err = g.Flows.Draws.Count(ctx, rd, room.ID); err != nil {
			return err
		}
		all, err := g.Flows.Draws.Draws(ctx, rd, room.ID, v.Table.Ask.Size, v.Table.Ask.Offset())
		for _, d := range all {
			v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: room.Desk("draws", "/"+d.ID.String()), Cells: []ui.Cell{{Text: d.Title}, {Text: ui.Moment(ctx, room.Local(d.ClosesAt))},
				{Text: strconv.Itoa(d.Count())}, {Text: strconv.Itoa(d.Entries)}, {Text: d.StateName().In(ctx), Tone: tone(d)}}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "draws", i18n.T(ctx, "抽福袋")), deskPage(v))
}

func (g *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	to := room.Desk("draws", "")
	d, err := typedDraw(r, &room)
	if err == nil {
		var opened *draw.Draw
		if opened, err = g.Flows.OpenDraw(ctx, room.ID, authz.Of(ctx).Actor(), d, r.FormValue(ui.TokenName)); opened != nil {
			to = room.Desk("draws", "/"+opened.ID.String())
		}
	}
	return portal.Done(w, r, err, to, "open", func(s portal.Sent) error { return g.showDesk(w, r, s) })
}

// typedDraw reads the form of a draw.
func typedDraw(r *http.Request, room *portal.Room) (d draw.Draw, err error) {
	d = draw.Draw{Title: strings.TrimSpace(r.FormValue("title")), Words: portal.Prose(r, "words")}
	if d.ClosesAt, err = portal.MomentIn(r, "closes", "clock", room.Now.Location()); err != nil {
		return d, err
	}
	level, err := strconv.Atoi(r.FormValue("least"))
	if err != nil || level < int(policy.Silver) || level > int(policy.Diamond) {
		level = int(policy.Silver)
	}
	d.Least = policy.Level(level)
	if shop := r.FormValue("shop"); shop != "" {
		if d.Shop, err = id.Parse(shop); err != nil {
			return d, draw.ErrNoCounter.On("shop")
		}
	}
	for i := range bagsOffered {
		b, used, err := typedBag(r, i)
		if err != nil {
			return d, err
		}
		if used {
			d.Bags = append(d.Bags, b)
		}
	}
	return d, nil
}

// bagField names a field of one of the form's bags.
func bagField(name string, i int) string {
	if i == 0 && name == "name" {
		return "bags" // what is wrong with the bags is said there
	}
	return fmt.Sprint("bag", i+1, "_", name)
}

// typedBag reads one of the form's bags; one without a name is not used.
func typedBag(r *http.Request, i int) (b draw.Bag, used bool, err error) {
	value := func(name string) string { return strings.TrimSpace(r.FormValue(bagField(name, i))) }
	b.Name, b.Kind = value("name"), draw.BagKind(value("kind"))
	if b.Name == "" {
		return b, false, nil
	}
	if b.Count, err = strconv.Atoi(value("count")); err != nil {
		return b, true, draw.ErrBadBag.On(bagField("count", i))
	}
	for name, into := range map[string]*money.Amount{"worth": &b.Worth, "cost": &b.Cost} {
		if value(name) == "" {
			continue
		}
		if *into, err = portal.Yuan(r, bagField(name, i)); err != nil {
			return b, true, err
		}
	}
	if v := value("points"); v != "" {
		n, err := strconv.ParseUint(v, 10, 31)
		if err != nil {
			return b, true, draw.ErrBadBag.On(bagField("points", i))
		}
		b.Points = money.Amount(n)
	}
	return b, true, nil
}

// followView is one draw for the office.
type followView struct {
	portal.Room
	*draw.Draw
	Base, Open string
	State      string
	Tone       ui.Tone
	Facts      []ui.Fact
	Bags       []ui.Row
	Wins       ui.Table
	May        bool
	Sent       portal.Sent
}

func (g *Pages) follow(w http.ResponseWriter, r *http.Request) error {
	return g.showFollow(w, r, portal.Sent{})
}

func (g *Pages) showFollow(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), nil)
	if ask.Format != "" && d.Outcome != nil {
		return portal.Take(w, r, d.Title, ask.Format, winSheet(ctx, &room, d))
	}
	v := followView{Room: room, Draw: d, Base: room.Desk("draws", "/"+d.ID.String()), Open: room.Path("/draws/" + d.ID.String()), State: d.StateName().In(ctx), Tone: tone(d),
		Facts: drawFacts(ctx, &room, d), Bags: bagRows(ctx, d), May: d.End == nil && g.MayIn(ctx, "draw.keep", room.ID), Sent: sent}
	v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "开始报名"), Text: i18n.T(ctx, "%s，账本第 %d 条", ui.Moment(ctx, room.Local(d.At)), d.Seq)})
	if d.Outcome != nil {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "开奖"), Text: i18n.T(ctx, "%s，账本第 %d 条", ui.Moment(ctx, room.Local(d.Outcome.At)), d.Outcome.Seq)})
		v.Wins = winTable(ctx, &room, d, v.Base, ask)
		v.Wins.Export = true
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "draws", d.Title), followPage(v))
}

func winSheet(ctx context.Context, room *portal.Room, d *draw.Draw) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "抽中的号码"), Head: []string{i18n.T(ctx, "第几个"), i18n.T(ctx, "号码"), i18n.T(ctx, "福袋"), i18n.T(ctx, "价值，元"), i18n.T(ctx, "状态"), i18n.T(ctx, "时间")}}
	for _, x := range d.Outcome.Wins {
		b, at := &d.Bags[x.Bag], ""
		if x.Given != nil {
			at = ui.Exact(ctx, room.Local(x.Given.At))
		}
		row := append([]sheet.Value{sheet.Figure(strconv.Itoa(x.Place + 1))}, sheet.Texts(x.Ticket, b.Name)...)
		row = append(row, sheet.Figure(b.Worth.Decimal(money.CNY)))
		t.Rows = append(t.Rows, append(row, sheet.Texts(draw.GivenName(x.Given).In(ctx), at)...))
	}
	return t
}

func (g *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	err = g.Flows.CancelDraw(r.Context(), room.ID, authz.Of(r.Context()).Actor(), d.ID, strings.TrimSpace(r.FormValue("reason")))
	return portal.Done(w, r, err, room.Desk("draws", "/"+d.ID.String()), "off", func(s portal.Sent) error { return g.showFollow(w, r, s) })
}
