package coinweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// takenMost bounds the movements that are taken along at once.
const takenMost = 20_000

// onPaper is the format of what is printed; any other is one of a table.
const onPaper = "pdf"

// take hands a resident her hours in one community over: a table, or paper to print.
func (h *Pages) take(w http.ResponseWriter, r *http.Request, format string) error {
	ctx := r.Context()
	b, err := h.belongingIn(r, r.FormValue("at"))
	if err != nil {
		return err
	}
	moves, err := h.movements(ctx, &b)
	if err != nil {
		return err
	}
	name := i18n.T(ctx, "我的服务时")
	if format != onPaper {
		t := sheet.Table{Name: name, Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "缘由"), i18n.T(ctx, "变动"), i18n.T(ctx, "结余")}}
		for i := range moves {
			m := &moves[i]
			t.Rows = append(t.Rows, append(sheet.Texts(m.At.Format("2006-01-02 15:04:05"), strings.Join(reasons(ctx, m), "; ")), sheet.Figure(m.Change.Decimal(money.Coin)), sheet.Figure(m.Balance.Decimal(money.Coin))))
		}
		return portal.Take(w, r, name, format, t)
	}
	p := purseView{Belonging: b, Key: b.Community.Ref, Place: portal.PlaceName(b.Community)}
	if err := h.fill(ctx, &p); err != nil {
		return err
	}
	content, err := minePaper(ctx, name, &p, moves)
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
}

// movements are what moved her hours, the latest first.
func (h *Pages) movements(ctx context.Context, b *flow.Belonging) (all []flow.Movement, err error) {
	for cursor := ""; len(all) < takenMost; {
		some, next, err := h.Flows.Movements(ctx, b, ledger.Coins, page.Request{Cursor: cursor, Limit: page.MaxLimit})
		if err != nil {
			return nil, err
		}
		all = slices.Concat(all, some)
		if cursor = next; next == "" {
			break
		}
	}
	return all, nil
}

// minePaper is what she has and what moved it, to print and keep.
func minePaper(ctx context.Context, title string, p *purseView, moves []flow.Movement) ([]byte, error) {
	d := paper.New(title, p.Place)
	for _, s := range p.Stats {
		d.Text(strings.TrimSuffix(s.Name+" "+s.Number+" · "+s.Note, " · "))
	}
	d.Heading(i18n.T(ctx, "怎么来的，怎么去的"))
	var rows [][]string
	for i := range moves {
		m := &moves[i]
		rows = append(rows, []string{ui.Moment(ctx, m.At), strings.Join(reasons(ctx, m), " · "), ui.Signed(m.Change, money.Coin), ui.Coins(m.Balance)})
	}
	if len(rows) == 0 {
		d.Text(i18n.T(ctx, "还没有进出"))
		return d.Bytes()
	}
	d.Table([]paper.Column{{Text: i18n.T(ctx, "时间"), Share: 24}, {Text: i18n.T(ctx, "缘由"), Share: 40}, {Text: i18n.T(ctx, "变动"), Share: 18, Num: true}, {Text: i18n.T(ctx, "结余"), Share: 18, Num: true}}, rows)
	return d.Bytes()
}
