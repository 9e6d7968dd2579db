package bundleweb

import (
	"context"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

var icons = map[bundle.Kind]string{bundle.Scene: "basket", bundle.Pack: "gift"}

var kindNames = map[bundle.Kind]i18n.Message{bundle.Scene: i18n.M("套餐，几家店一起"), bundle.Pack: i18n.M("礼包，到店领")}

var sponsorNames = map[bundle.Sponsor]i18n.Message{bundle.ByShops: i18n.M("领的那家店自己出"), bundle.ByPlatform: i18n.M("平台补给店家")}

var stateNames = map[pact.State]struct {
	name i18n.Message
	tone ui.Tone
}{
	pact.Waiting: {i18n.M("等人同意"), ui.Act}, pact.Coming: {i18n.M("还没开始卖"), ui.Tell}, pact.Running: {i18n.M("在卖"), ui.OK},
	pact.Over: {i18n.M("卖完日子"), ui.Tell}, pact.Ended: {i18n.M("停卖了"), ui.Bad}, pact.Refused: {i18n.M("没同意"), ui.Bad}, pact.Back: {i18n.M("收回了"), ui.Tell},
}

var stepNames = map[pact.What]i18n.Message{
	pact.Agreed: i18n.M("%s同意了"), pact.Declined: i18n.M("%s没同意"), pact.Withdrawn: i18n.M("%s收回了"), pact.Stopped: i18n.M("%s停卖了"),
}

// holds names the parts in a line.
func holds(ctx context.Context, t *bundle.Terms) string {
	names := make([]string, len(t.Parts))
	for i, p := range t.Parts {
		names[i] = times(ctx, p)
	}
	return strings.Join(names, i18n.T(ctx, "、"))
}

func times(ctx context.Context, p bundle.Part) string {
	if p.Times == 1 {
		return p.What
	}
	return i18n.T(ctx, "%s %d 次", p.What, p.Times)
}

// instead says what the parts cost by themselves.
func instead(ctx context.Context, t *bundle.Terms) string {
	return i18n.T(ctx, "单买 %s 元，省 %s 元", ui.Yuan(t.Sum()), ui.Yuan(t.Sum()-t.Price))
}

// partRows are the parts with their shops and what goes back of what is not used.
func partRows(ctx context.Context, room *portal.Room, t *bundle.Terms) (rows []ui.Row) {
	for i, shares := range t.Shares() {
		p := t.Parts[i]
		rows = append(rows, ui.Row{Icon: "store", Title: times(ctx, p), Text: i18n.T(ctx, "在%s", room.ShopNames(ctx, p.Shops)),
			Notes: []string{i18n.T(ctx, "单买一次 %s 元，现在合一次 %s 元", ui.Yuan(p.Price), each(shares))}, End: "¥ " + ui.Yuan(sum(shares)), EndNote: i18n.T(ctx, "没用就退")})
	}
	return rows
}

// each is what one use is; the last of a part may be a fen less than the first.
func each(shares []money.Amount) string {
	first, last := shares[0], shares[len(shares)-1]
	if first == last {
		return ui.Yuan(first)
	}
	return ui.Yuan(last) + "–" + ui.Yuan(first)
}

func sum(shares []money.Amount) (sum money.Amount) {
	for _, v := range shares {
		sum += v
	}
	return sum
}

// priceLines go from what the parts cost by themselves to the price.
func priceLines(ctx context.Context, t *bundle.Terms) []ui.Line {
	return []ui.Line{{Text: i18n.T(ctx, "单买一共"), Num: ui.Yuan(t.Sum())}, {Text: i18n.T(ctx, "一起买省"), Num: "−" + ui.Yuan(t.Sum()-t.Price)}, {Text: i18n.T(ctx, "付"), Num: ui.Yuan(t.Price), Total: true}}
}

// shareLines are what each shop gets of one, by part.
func shareLines(ctx context.Context, room *portal.Room, t *bundle.Terms) (lines []ui.Line) {
	for i, shares := range t.Shares() {
		p := t.Parts[i]
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "%s：%s", room.ShopNames(ctx, p.Shops), times(ctx, p)), Note: i18n.T(ctx, "单买一共 %s 元", ui.Yuan(p.Price*money.Amount(p.Times))), Num: ui.Yuan(sum(shares))})
	}
	if t.Gift > 0 {
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "平台补给店家"), Note: i18n.T(ctx, "领走一份补一份"), Num: ui.Yuan(t.Gift)})
	}
	return append(lines, ui.Line{Text: i18n.T(ctx, "顾客付"), Num: ui.Yuan(t.Price), Total: true})
}

// buyerFacts are what a buyer should know.
func buyerFacts(ctx context.Context, t *bundle.Terms) []ui.Fact {
	all := []ui.Fact{
		{Name: i18n.T(ctx, "哪些天卖"), Text: ui.Days(ctx, t.Opens, t.Closes)},
		{Name: i18n.T(ctx, "用到哪天"), Text: i18n.T(ctx, "买的那天起再过 %d 天", t.Days)},
		{Name: i18n.T(ctx, "每人"), Text: i18n.T(ctx, "%d 份", t.PerPerson)},
	}
	if t.New {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "给谁"), Text: i18n.T(ctx, "刚入会的新会员")})
	}
	return all
}

// facts are the terms, for who agrees to them.
func facts(ctx context.Context, room *portal.Room, b *bundle.Bundle) []ui.Fact {
	all := append([]ui.Fact{{Name: i18n.T(ctx, "谁提的"), Text: party(ctx, room, b.Shop)}, {Name: i18n.T(ctx, "哪一种"), Text: kindNames[b.Kind].In(ctx)}}, buyerFacts(ctx, &b.Terms)...)
	if b.Kind == bundle.Pack {
		all = append(all, ui.Fact{Name: i18n.T(ctx, "不够的谁出"), Text: sponsorNames[b.Sponsor].In(ctx)})
	}
	return append(all, ui.Fact{Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%d 份", b.Total)})
}

// party names who agrees; zero is the platform.
func party(ctx context.Context, room *portal.Room, shop id.ID) string {
	if shop.IsZero() {
		return i18n.T(ctx, "平台")
	}
	return room.ShopName(ctx, shop)
}

// row is a bundle in a list of shops or of the desk.
func row(ctx context.Context, room *portal.Room, b *bundle.Bundle, t *bundle.Tally, href string) ui.Row {
	state := b.State(room.Today)
	r := ui.Row{Href: href, Icon: icons[b.Kind], Title: b.Name, Text: holds(ctx, &b.Terms), End: "¥ " + ui.Yuan(b.Price), Tag: stateNames[state].name.In(ctx), Tone: stateNames[state].tone}
	if state == pact.Waiting {
		var names []string
		for _, p := range b.Missing() {
			names = append(names, party(ctx, room, p))
		}
		r.Notes = append(r.Notes, i18n.T(ctx, "还等：%s", strings.Join(names, i18n.T(ctx, "、"))))
	}
	if t != nil && t.Sold > 0 {
		r.Notes = append(r.Notes, i18n.T(ctx, "卖了 %d / %d 份，用了 %d 次", t.Sold, b.Total, t.Uses))
	}
	return r
}

// events are the steps of a bundle.
func events(ctx context.Context, room *portal.Room, b *bundle.Bundle) (all []ui.Event) {
	all = append(all, ui.Event{State: ui.Done, Title: i18n.T(ctx, "%s提出", party(ctx, room, b.Shop)), When: ui.Moment(ctx, room.Local(b.MadeAt))})
	for _, st := range b.Steps {
		e := ui.Event{State: ui.Done, Text: st.Words, When: ui.Moment(ctx, room.Local(st.At)), Title: i18n.T(ctx, "各方都同意，公布了")}
		if st.What != pact.Published {
			e.Title = i18n.T(ctx, stepNames[st.What].Key, party(ctx, room, st.Party))
		}
		all = append(all, e)
	}
	if b.State(room.Today) == pact.Waiting {
		for _, p := range b.Missing() {
			all = append(all, ui.Event{State: ui.Now, Title: i18n.T(ctx, "等%s同意", party(ctx, room, p))})
		}
	}
	return all
}

// goneEvents are what became of the parts of a sale.
func goneEvents(ctx context.Context, room *portal.Room, s *bundle.Sale) (all []ui.Event) {
	all = append(all, ui.Event{State: ui.Done, Title: i18n.T(ctx, "付了 %s 元", ui.Yuan(s.Price)), When: ui.Moment(ctx, room.Local(s.Begun.At))})
	for _, g := range s.Gone {
		e := ui.Event{State: ui.Done, When: ui.Moment(ctx, room.Local(g.At)), Title: i18n.T(ctx, "在%s用了：%s", room.ShopName(ctx, g.Shop), s.Of.Parts[g.Part].What), Text: i18n.T(ctx, "%s 元付给店家", ui.Yuan(g.Share))}
		if g.What == bundle.Back {
			e.Title, e.Text = i18n.T(ctx, "退了：%s", s.Of.Parts[g.Part].What), i18n.T(ctx, "%s 元原路退回", ui.Yuan(g.Share))
		}
		all = append(all, e)
	}
	return all
}

// moneyLines are where what she paid is.
func moneyLines(ctx context.Context, s *bundle.Sale) []ui.Line {
	return []ui.Line{{Text: i18n.T(ctx, "用掉，付给店家"), Num: ui.Yuan(s.Went(bundle.Used))}, {Text: i18n.T(ctx, "退给您"), Num: ui.Yuan(s.Went(bundle.Back))},
		{Text: i18n.T(ctx, "还没用，替您留着"), Num: ui.Yuan(s.Held())}, {Text: i18n.T(ctx, "一共付了"), Num: ui.Yuan(s.Price), Total: true}}
}

// stats are how far a bundle is sold and used.
func stats(ctx context.Context, b *bundle.Bundle, t *bundle.Tally) []ui.Stat {
	return []ui.Stat{
		{Name: i18n.T(ctx, "卖出"), Number: strconv.Itoa(t.Sold), Unit: i18n.T(ctx, "份"), Note: i18n.T(ctx, "一共 %d 份", b.Total)},
		{Name: i18n.T(ctx, "用掉"), Number: strconv.Itoa(t.Uses), Unit: i18n.T(ctx, "次"), Note: i18n.T(ctx, "付给店家 %s 元", ui.Yuan(t.Used))},
		{Name: i18n.T(ctx, "还没用"), Number: ui.Yuan(t.Held()), Unit: i18n.T(ctx, "元"), Note: i18n.T(ctx, "退了 %s 元", ui.Yuan(t.Back))},
	}
}

// table is a list of bundles to be taken along.
func table(ctx context.Context, room *portal.Room, all []*bundle.Bundle, tallies map[id.ID]*bundle.Tally) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "套餐"), Head: []string{i18n.T(ctx, "名字"), i18n.T(ctx, "哪一种"), i18n.T(ctx, "谁提的"), i18n.T(ctx, "里面有"), i18n.T(ctx, "状态"), i18n.T(ctx, "从"), i18n.T(ctx, "到"),
		i18n.T(ctx, "价格（元）"), i18n.T(ctx, "单买（元）"), i18n.T(ctx, "一共几份"), i18n.T(ctx, "卖了几份"), i18n.T(ctx, "用了几次"), i18n.T(ctx, "用掉（元）"), i18n.T(ctx, "退回（元）"), i18n.T(ctx, "还没用（元）")}}
	for _, b := range all {
		n := tallies[b.ID]
		if n == nil {
			n = &bundle.Tally{}
		}
		line := sheet.Texts(b.Name, kindNames[b.Kind].In(ctx), party(ctx, room, b.Shop), holds(ctx, &b.Terms), stateNames[b.State(room.Today)].name.In(ctx), b.Opens.String(), b.Closes.String())
		line = append(line, yuan(b.Price), yuan(b.Sum()), whole(b.Total), whole(n.Sold), whole(n.Uses), yuan(n.Used), yuan(n.Back), yuan(n.Held()))
		t.Rows = append(t.Rows, line)
	}
	return t
}

func yuan(v money.Amount) sheet.Value { return sheet.Figure(v.Decimal(money.CNY)) }

func whole(n int) sheet.Value { return sheet.Figure(strconv.Itoa(n)) }

// sold names the day after so many days, for a form's first value.
func sold(today period.Day, days int) string { return (today + period.Day(days)).String() }
