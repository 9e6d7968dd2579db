package drawweb

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/growth"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listed is how many draws a list has.
const listed = 50

// listView are a community's draws.
type listView struct {
	Place      string
	Open, Past []ui.Row
}

func (g *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	v := listView{Place: portal.PlaceName(room.Place)}
	err = g.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := g.Flows.Draws.Draws(ctx, rd, room.ID, listed, 0)
		for _, d := range all {
			row := ui.Row{Href: room.Path("/draws/" + d.ID.String()), Icon: "gift", Title: d.Title, Tag: d.StateName().In(ctx), Tone: tone(d),
				Text: i18n.T(ctx, "%d 份福袋，%s截止报名", d.Count(), ui.Moment(ctx, room.Local(d.ClosesAt)))}
			if d.Open(room.Now) {
				v.Open = append(v.Open, row)
			} else {
				v.Past = append(v.Past, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return g.Show(w, r, g.OpenShell(ctx, &room, i18n.T(ctx, "抽福袋"), ""), listPage(v))
}

// drawView is one draw for everybody.
type drawView struct {
	portal.Room
	*draw.Draw
	Base, When string
	Facts      []ui.Fact
	Bags       []ui.Row
	Sent       portal.Sent
	SignIn     bool
	CanEnter   bool
	Mine       *draw.Entry
	Won        string // what the viewer drew, "" if nothing
	Hash       string // of the seed
	Wins       ui.Table
}

func (g *Pages) draw(w http.ResponseWriter, r *http.Request) error {
	return g.showDraw(w, r, portal.Sent{})
}

func (g *Pages) showDraw(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	v := drawView{Room: room, Draw: d, Base: room.Path("/draws/" + d.ID.String()), When: ui.Moment(ctx, room.Local(d.ClosesAt)), Sent: sent, Hash: hex.EncodeToString(d.SeedHash[:])}
	v.Facts, v.Bags = drawFacts(ctx, &room, d), bagRows(ctx, d)
	open := d.Open(room.Now)
	me, err := g.me(ctx, room.ID)
	if err != nil {
		return err
	}
	v.SignIn = open && !authz.Of(ctx).SignedIn()
	if me != nil {
		if err := g.myPart(ctx, &v, me.ID); err != nil {
			return err
		}
		v.CanEnter = open && v.Mine == nil && authz.Of(ctx).For.IsZero()
	}
	if d.Outcome != nil {
		v.Wins = winTable(ctx, &room, d, v.Base, ui.AskTable(r.URL.Query(), nil))
	}
	s := g.OpenShell(ctx, &room, d.Title, v.Base)
	s.Back = ui.Link{Href: room.Path("/draws"), Text: i18n.T(ctx, "抽福袋")}
	return g.ShowSent(w, r, sent, s, drawPage(v))
}

// myPart reads a member's entry, and what she drew.
func (g *Pages) myPart(ctx context.Context, v *drawView, me id.ID) error {
	return g.view(ctx, v.Room.ID, func(r db.Reader) (err error) {
		if v.Mine, err = g.Flows.Draws.EntryOf(ctx, r, v.Room.ID, v.Draw.ID, me); err != nil || v.Mine == nil {
			return err
		}
		won, err := g.Flows.Draws.WinOf(ctx, r, v.Room.ID, v.Draw.ID, v.Mine.Ticket)
		if won != nil {
			v.Won = v.Draw.Bags[won.Bag].Name
		}
		return err
	})
}

// drawFacts are what everybody may know who thinks of entering.
func drawFacts(ctx context.Context, room *portal.Room, d *draw.Draw) []ui.Fact {
	facts := []ui.Fact{
		{Name: i18n.T(ctx, "要花什么"), Text: i18n.T(ctx, "不用买东西，不花钱，不扣积分")},
		{Name: i18n.T(ctx, "谁能报名"), Text: i18n.T(ctx, "%s以上的会员，一人一次", i18n.T(ctx, growth.LevelName(d.Least)))},
		{Name: i18n.T(ctx, "谁不能"), Text: i18n.T(ctx, "办这次抽福袋的人、送福袋的店，和他们的家人")},
		{Name: i18n.T(ctx, "抽中的机会"), Text: odds(ctx, d)},
		{Name: i18n.T(ctx, "截止"), Text: ui.Moment(ctx, room.Local(d.ClosesAt))},
	}
	if d.Shop.IsZero() {
		return facts
	}
	where := i18n.T(ctx, "%s，开奖后 %d 天内报领取码，过期不补", room.ShopName(ctx, d.Shop), d.CollectDays)
	return append(facts, ui.Fact{Name: i18n.T(ctx, "在哪里领"), Text: where})
}

// winTable are the winners in the order in which they were drawn, a page of them.
func winTable(ctx context.Context, room *portal.Room, d *draw.Draw, path string, ask ui.TableAsk) ui.Table {
	t := ui.Table{ID: "tickets", Caption: i18n.T(ctx, "抽中的号码"), Path: path, Ask: ask, Total: len(d.Outcome.Wins),
		Columns: []ui.Column{{Text: i18n.T(ctx, "第几个")}, {Text: i18n.T(ctx, "号码"), Title: true}, {Text: i18n.T(ctx, "福袋")}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "gift", Title: i18n.T(ctx, "没有人报名"), Text: i18n.T(ctx, "福袋没有送出去。")}}
	for _, x := range d.Outcome.Wins[min(ask.Offset(), t.Total):min(ask.Offset()+ask.Size, t.Total)] {
		state := ui.Cell{Text: draw.GivenName(x.Given).In(ctx)}
		if x.Given != nil {
			state.Sub = ui.Moment(ctx, room.Local(x.Given.At))
		}
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: strconv.Itoa(x.Place + 1)}, {Text: x.Ticket}, {Text: d.Bags[x.Bag].Name}, state}})
	}
	return t
}

func (g *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	me, err := g.me(ctx, room.ID)
	if err != nil {
		return err
	}
	if me == nil {
		err = draw.ErrNotYet
	} else {
		v := authz.Of(ctx)
		_, err = g.Flows.EnterDraw(ctx, room.ID, v.Actor(), v.Person, me.ID, d.ID, strings.TrimSpace(r.FormValue("nonce")))
	}
	return portal.Done(w, r, err, room.Path("/draws/"+d.ID.String()), "entry", func(s portal.Sent) error { return g.showDraw(w, r, s) })
}

// checkView is a draw that was held again.
type checkView struct {
	Title, Place    string
	Steps           []ui.Row
	Base            string
	Promise, Opened string
	List, Closed    string
	Seed, Root      string
	Drawn, Command  string
	Signed          bool // there is a file of it
}

// check holds the draw again before everybody's eyes, and says how to do it without the
// house.
func (g *Pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	rec, holds, err := g.Flows.DrawAgain(ctx, room.ID, d.ID)
	if err != nil {
		return err
	}
	o := rec.Draw.Outcome
	v := checkView{Title: d.Title, Place: portal.PlaceName(room.Place), Base: room.Path("/draws/" + d.ID.String()),
		Promise: hex.EncodeToString(d.SeedHash[:]), Opened: entryNumber(ctx, d.Seq), List: hex.EncodeToString(d.End.List[:]), Closed: entryNumber(ctx, d.End.Seq),
		Seed: hex.EncodeToString(o.Seed[:]), Root: hex.EncodeToString(o.Root[:]), Drawn: entryNumber(ctx, o.Seq)}
	v.Steps = []ui.Row{
		step(ctx, holds.Seed, i18n.T(ctx, "种子没换过"), i18n.T(ctx, "报名开始前公布的指纹，正是它的。")),
		step(ctx, holds.List, i18n.T(ctx, "名单没动过"), i18n.T(ctx, "截止时公布的指纹，正是这张名单的；上面只有号码，没有名字。")),
		step(ctx, holds.Root, i18n.T(ctx, "账本的指纹没挑过"), i18n.T(ctx, "用的是名单记进账本那一刻的总指纹，事先谁也不知道。")),
		step(ctx, holds.Winners, i18n.T(ctx, "号码是算出来的"), i18n.T(ctx, "三样合在一起，再抽一遍，还是这 %d 个号码。", len(o.Wins))),
	}
	key, err := g.files.LogKey(ctx, room.ID)
	if err != nil {
		return err
	}
	if v.Signed, err = g.files.Signed(ctx, room.ID, o.Seq); err != nil {
		return err
	}
	v.Command = "gongyi draw verify " + fileName(d.ID) + " --key " + key
	s := g.OpenShell(ctx, &room, i18n.T(ctx, "再抽一遍"), "")
	s.Back = ui.Link{Href: v.Base, Text: d.Title}
	return g.Show(w, r, s, checkPage(v))
}

func entryNumber(ctx context.Context, seq int64) string { return i18n.T(ctx, "账本第 %d 条", seq) }

func step(ctx context.Context, holds bool, title, text string) ui.Row {
	row := ui.Row{Icon: "check", Title: title, Text: text, Tag: i18n.T(ctx, "对得上"), Tone: ui.OK}
	if !holds {
		row.Icon, row.Tag, row.Tone = "alert", i18n.T(ctx, "对不上"), ui.Bad
	}
	return row
}

// fileName is what the file of a draw is called.
func fileName(d id.ID) string { return "gongyi-draw-" + d.String() + ".json" }

// text answers with the published list, to be hashed by whoever wants to.
func (g *Pages) text(w http.ResponseWriter, r *http.Request) error {
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	if d.End == nil || d.End.Kind != draw.Closed {
		return draw.ErrNotDrawn
	}
	var list []byte
	if err := g.view(r.Context(), room.ID, func(rd db.Reader) error {
		entries, err := g.Flows.Draws.Entries(r.Context(), rd, room.ID, d.ID)
		list = draw.ListText(draw.Lines(entries))
		return err
	}); err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Private, "text/plain; charset=utf-8", list)
}

// file answers with what anybody needs who holds the draw again at home.
func (g *Pages) file(w http.ResponseWriter, r *http.Request) error {
	room, d, err := g.drawIn(r)
	if err != nil {
		return err
	}
	_, file, err := g.files.DrawFile(r.Context(), room.ID, d.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(d.ID)+`"`)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Private, "application/json", file)
}
