package shortageweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/shortage"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// historyMonths is how far back the history goes, historyMost how many warnings a file
// takes along.
const historyMonths, historyMost = 12, 10_000

// historyView are the warnings of the last year and the calls.
type historyView struct {
	portal.Room
	Base  string
	Table ui.Table
	Calls []ui.Row
}

func (h *Pages) history(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := historyView{Room: room, Base: room.Desk("gaps", "")}
	begin, end := room.Today.Plus(-historyMonths).Start(room.Now.Location()), room.Now.AddDate(0, 2, 0)
	ask := ui.AskTable(r.URL.Query(), nil)
	limit, past := ask.Size, ask.Offset()
	if ask.Format != "" {
		limit, past = historyMost, 0
	}
	var all []*shortage.Warning
	var calls []*shortage.Call
	var names map[string]string
	total := 0
	if err := h.view(ctx, room.ID, func(rd db.Reader) (err error) {
		if total, err = h.svc().Count(ctx, rd, room.ID, begin, end); err != nil {
			return err
		}
		if all, err = h.svc().History(ctx, rd, room.ID, begin, end, past, limit); err != nil {
			return err
		}
		if calls, err = h.svc().PastCalls(ctx, rd, room.ID, ask.Size); err != nil {
			return err
		}
		names, err = h.names(ctx, rd, room.ID)
		return err
	}); err != nil {
		return err
	}
	if ask.Format != "" {
		return portal.Take(w, r, i18n.T(ctx, "人手预警记录"), ask.Format, historySheet(ctx, &room, all, names))
	}
	v.Table = historyTable(ctx, v.Base, ask, total)
	for _, x := range all {
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: v.Base + "/warnings/" + x.ID.String(), Cells: []ui.Cell{{Text: names[x.Kind]}, {Text: hourName(ctx, room.Local(x.Hour))},
			{Text: percent(x.Last.Ratio)}, {Text: strconv.Itoa(x.Orders)}, {Text: endName(ctx, x), Tone: endTone(x)}}})
	}
	for _, c := range calls {
		v.Calls = append(v.Calls, pastCall(ctx, &room, c, names[c.Kind]))
	}
	return h.Show(w, r, h.DeskShell(ctx, "gaps", i18n.T(ctx, "人手预警记录")), historyPage(v))
}

func historyTable(ctx context.Context, base string, ask ui.TableAsk, total int) ui.Table {
	return ui.Table{ID: "warnings", Caption: i18n.T(ctx, "人手预警记录"), Path: base + "/history", Ask: ask, Total: total, Export: true,
		Columns: []ui.Column{{Text: i18n.T(ctx, "什么事"), Title: true}, {Text: i18n.T(ctx, "哪个钟头")}, {Text: i18n.T(ctx, "约的比能帮的"), Num: true}, {Text: i18n.T(ctx, "店里接了"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "checked", Title: i18n.T(ctx, "还没有预警过"), Text: i18n.T(ctx, "每小时看一次往后的人手，不够了就记在这里。")}}
}

// names are what the kinds of a community are called, those that are off too.
func (h *Pages) names(ctx context.Context, rd db.Reader, community id.ID) (map[string]string, error) {
	all, err := h.Flows.TimeBank.Kinds(ctx, rd, community)
	names := make(map[string]string, len(all))
	for _, k := range all {
		names[k.Key] = kindName(ctx, k.Name)
	}
	return names, err
}

func endName(ctx context.Context, w *shortage.Warning) string {
	if w.End == nil {
		return i18n.T(ctx, "还在预警")
	}
	return whyNames[w.End.Why].In(ctx)
}

func endTone(w *shortage.Warning) ui.Tone {
	switch {
	case w.End == nil:
		return ui.Bad
	case w.End.Why == shortage.Eased:
		return ui.OK
	}
	return ui.Tell
}

func pastCall(ctx context.Context, room *portal.Room, c *shortage.Call, name string) ui.Row {
	row := ui.Row{Icon: "bell", Title: name, Text: c.Words, EndNote: i18n.T(ctx, "通知了 %d 位", c.Asked),
		Notes: []string{i18n.T(ctx, "%s 发出，缺 %s", ui.Moment(ctx, room.Local(c.At)), minutes(ctx, c.Missing))}}
	switch {
	case c.End != nil:
		row.Tag, row.Tone = i18n.T(ctx, "不招了"), ui.Tell
	case c.Open(room.Now):
		row.Tag, row.Tone = i18n.T(ctx, "正在招"), ui.Act
	default:
		row.Tag, row.Tone = i18n.T(ctx, "时间过了"), ui.Tell
	}
	return row
}

func historySheet(ctx context.Context, room *portal.Room, all []*shortage.Warning, names map[string]string) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "人手预警记录"), Head: []string{i18n.T(ctx, "什么事"), i18n.T(ctx, "钟头开始"), i18n.T(ctx, "开始预警"), i18n.T(ctx, "最后一次看"), i18n.T(ctx, "约了，分钟"), i18n.T(ctx, "邻居能帮，分钟"), i18n.T(ctx, "几位邻居"),
		i18n.T(ctx, "店里能出，分钟"), i18n.T(ctx, "约的比能帮的，百万分之"), i18n.T(ctx, "店里接了，件"), i18n.T(ctx, "权益池出了，抵扣权益"), i18n.T(ctx, "状态"), i18n.T(ctx, "结束时间")}}
	for _, w := range all {
		ended := ""
		if w.End != nil {
			ended = ui.Exact(ctx, room.Local(w.End.At))
		}
		row := sheet.Texts(names[w.Kind], ui.Exact(ctx, room.Local(w.Hour)), ui.Exact(ctx, room.Local(w.First)), ui.Exact(ctx, room.Local(w.Last.At)))
		for _, n := range []int{w.Last.Booked, w.Last.Able, w.Last.Helpers, w.Last.Reserve, int(w.Last.Ratio), w.Orders} {
			row = append(row, sheet.Figure(strconv.Itoa(n)))
		}
		row = append(row, sheet.Figure(w.Pool.Decimal(money.Coin)))
		t.Rows = append(t.Rows, append(row, sheet.Texts(endName(ctx, w), ended)...))
	}
	return t
}

// warningView is one warning from its first reading to its end.
type warningView struct {
	portal.Room
	Base, Name, Hour string
	Status           string
	Tone             ui.Tone
	Facts            []ui.Fact
	Events           []ui.Event
}

func (h *Pages) warning(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "warning")
	if err != nil {
		return err
	}
	var x *shortage.Warning
	var readings []shortage.Reading
	var orders []shortage.Order
	var names map[string]string
	if err := h.view(ctx, room.ID, func(rd db.Reader) (err error) {
		if x, err = h.svc().ByID(ctx, rd, room.ID, which); err != nil {
			return err
		}
		if readings, err = h.svc().Readings(ctx, rd, room.ID, which); err != nil {
			return err
		}
		if orders, err = h.svc().Orders(ctx, rd, room.ID, which); err != nil {
			return err
		}
		names, err = h.names(ctx, rd, room.ID)
		return err
	}); err != nil {
		return err
	}
	v := warningView{Room: room, Base: room.Desk("gaps", ""), Name: names[x.Kind], Hour: hourName(ctx, room.Local(x.Hour)), Status: endName(ctx, x), Tone: endTone(x)}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "约了"), Text: minutes(ctx, x.Last.Booked)}, {Name: i18n.T(ctx, "邻居能帮"), Text: i18n.T(ctx, "%d 分钟，%d 位", x.Last.Able, x.Last.Helpers)},
		{Name: i18n.T(ctx, "店里能出"), Text: minutes(ctx, x.Last.Reserve)}, {Name: i18n.T(ctx, "约的比能帮的"), Text: i18n.T(ctx, "%s，超过 %s 才预警", percent(x.Last.Ratio), (money.One + x.Over).Percent())},
		{Name: i18n.T(ctx, "店里接了"), Text: i18n.T(ctx, "%d 件", x.Orders)}, {Name: i18n.T(ctx, "权益池出了"), Text: ui.ServiceTime(ctx, x.Pool, room.Rules.CoinsPerHour)}}
	v.Events = events(ctx, &room, x, readings, orders)
	return h.Show(w, r, h.DeskShell(ctx, "gaps", v.Name), warningPage(v))
}

// events are what was read, what followed and how it ended, in the order in which it
// happened.
func events(ctx context.Context, room *portal.Room, w *shortage.Warning, readings []shortage.Reading, orders []shortage.Order) (all []ui.Event) {
	for _, x := range readings {
		name := i18n.T(ctx, "又看了一次，有变化")
		if x.N == 1 {
			name = i18n.T(ctx, "开始预警")
		}
		for len(orders) > 0 && orders[0].At.Before(x.At) {
			all, orders = append(all, orderEvent(ctx, room, orders[0])), orders[1:]
		}
		all = append(all, ui.Event{Title: name, When: ui.Moment(ctx, room.Local(x.At)), Text: i18n.T(ctx, "约了 %d 分钟，邻居能帮 %d，店里能出 %d：%s", x.Booked, x.Able, x.Reserve, percent(x.Ratio)), State: ui.Done})
	}
	for _, o := range orders {
		all = append(all, orderEvent(ctx, room, o))
	}
	if w.End != nil {
		all = append(all, ui.Event{Title: whyNames[w.End.Why].In(ctx), When: ui.Moment(ctx, room.Local(w.End.At)), State: ui.Done})
	}
	return all
}

func orderEvent(ctx context.Context, room *portal.Room, o shortage.Order) ui.Event {
	e := ui.Event{Title: i18n.T(ctx, "联盟店接了一件"), When: ui.Moment(ctx, room.Local(o.At)), State: ui.Done, Text: i18n.T(ctx, "这一件不用权益池出。")}
	if s := room.Shops[o.Shop]; s != nil {
		e.Title = i18n.T(ctx, "%s接了一件", s.Name)
	}
	if o.Pool > 0 {
		e.Text = i18n.T(ctx, "权益池出 %s，账本第 %d 条。", ui.ServiceTime(ctx, o.Pool, room.Rules.CoinsPerHour), o.Seq)
	}
	if o.Back > 0 {
		e.Text += i18n.T(ctx, "后来没去成，这一份还给了权益池，账本第 %d 条。", o.Back)
	}
	return e
}
