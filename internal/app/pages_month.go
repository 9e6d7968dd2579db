package app

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
	"gongyi/internal/platform/i18n"
)

// monthBooks is a month put together. It begins behind the last group that ended
// before the month and ends with the last group that ends in it; what is bought
// after that waits for the next month. Sums, funds and groups all keep to these
// two days: any sum that did not would show the few who wait.
type monthBooks struct {
	counted
	page, file           []booksGroup
	pageWaits, fileWaits *ledgerweb.Span
	flow                 ledgerweb.Flow
	funds                []ledgerweb.Fund
	moved                []openbooks.Movement
	last                 int64 // number of the last entry that is counted
}

// readMonth puts a month together from the days that count.
func (a *App) readMonth(ctx context.Context, r db.Reader, at id.ID, month period.Month, c counted) (*monthBooks, error) {
	m := &monthBooks{counted: c}
	first, last := month.First(), min(month.Last(), c.through)
	before, ok, err := a.Flows.OpenBooks.Crowded(ctx, r, at, min(first, c.through+1), booksExportK)
	if err != nil {
		return nil, err
	}
	if !ok {
		before = derived.NeverClosed
	}
	days, err := a.Flows.OpenBooks.Days(ctx, r, at, before+1, last)
	if err != nil {
		return nil, err
	}
	visits, err := a.Flows.OpenBooks.Visits(ctx, r, at, before+1, last)
	if err != nil {
		return nil, err
	}
	s := newShopping(days, visits)
	page, file, pageWaits, fileWaits := s.fold()
	m.page, before = since(page, first, before)
	m.file, _ = since(file, first, before)
	m.pageWaits, m.fileWaits = ifIn(pageWaits, first), ifIn(fileWaits, first)
	until := before
	if n := len(m.page); n > 0 {
		until, m.last = m.page[n-1].To, m.page[n-1].Last
	}
	var came openbooks.Funds
	m.flow, came = s.between(before, until)
	if len(m.page) == 0 { // for the page to tell "nothing" from "too few"
		few, _ := s.between(max(before, first-1), last)
		m.flow = ledgerweb.Flow{Purchases: few.Purchases, Buyers: few.Buyers}
	}
	return m, a.readFunds(ctx, r, at, m, before, came, first, last)
}

// since are the groups that end on a day or later, and the last day of those that
// do not.
func since(groups []booksGroup, first, before period.Day) ([]booksGroup, period.Day) {
	n := 0
	for n < len(groups) && groups[n].To < first {
		before = groups[n].To
		n++
	}
	return groups[n:], before
}

// ifIn is a waiting span if it reaches into the month.
func ifIn(s *ledgerweb.Span, first period.Day) *ledgerweb.Span {
	if s == nil || s.To < first {
		return nil
	}
	return s
}

// readFunds adds the accounts of the funds: what came from purchases counts with
// their groups, everything else with its day.
func (a *App) readFunds(ctx context.Context, r db.Reader, at id.ID, m *monthBooks, before period.Day, came openbooks.Funds, first, last period.Day) (err error) {
	if m.moved, err = a.Flows.OpenBooks.Movements(ctx, r, at, first, last); err != nil {
		return err
	}
	earlier, err := a.Flows.OpenBooks.Before(ctx, r, at, before+1)
	if err != nil {
		return err
	}
	moved, err := a.Flows.OpenBooks.MovedBefore(ctx, r, at, min(first, m.through+1))
	if err != nil {
		return err
	}
	for _, of := range []struct {
		name          i18n.Message
		account       ledger.Account
		earlier, came money.Amount
	}{
		{i18n.M("社区共益基金"), ledger.FundWelfare, earlier.Welfare, came.Welfare},
		{i18n.M("社区关爱基金"), ledger.FundCare, earlier.Care, came.Care},
	} {
		f := ledgerweb.Fund{Name: of.name, Account: of.account.String(), Opening: of.earlier + moved[of.account.String()], In: of.came}
		for _, mv := range m.moved {
			switch {
			case mv.Fund != f.Account:
			case mv.Amount > 0:
				f.In += mv.Amount
			default:
				f.Out -= mv.Amount
			}
		}
		f.Closing = f.Opening + f.In - f.Out
		if f.Opening != 0 || f.In != 0 || f.Out != 0 {
			m.funds = append(m.funds, f)
		}
	}
	return nil
}

// entries are the rows of the daily book, newest first.
func (m *monthBooks) entries(groups []booksGroup, via ledgerweb.Way) (rows []ledgerweb.Entry) {
	for _, g := range groups {
		row := g.Entry()
		if row.Spent = wayOf(&g.flow, via); via != "" && row.Spent == 0 {
			continue
		}
		rows = append(rows, row)
	}
	if via == "" {
		for _, mv := range m.moved {
			rows = append(rows, movementRow(mv))
		}
	}
	slices.SortStableFunc(rows, func(x, y ledgerweb.Entry) int { return int(y.To) - int(x.To) })
	return rows
}

// movementRow is a movement of a fund as a row of the daily book.
func movementRow(m openbooks.Movement) ledgerweb.Entry {
	row := ledgerweb.Entry{From: m.Day, To: m.Day, Rule: m.Rule, Fund: m.Amount, Proof: i18n.M("第 %d 条", m.Seq)}
	switch {
	case m.Kind == ledger.Reversal.String():
		row.What = i18n.M("更正了一笔基金的账")
	case m.Amount < 0:
		row.What = i18n.M("基金花出")
	default:
		row.What = i18n.M("基金收到")
	}
	row.Note = i18n.M("社区共益基金")
	if m.Fund == ledger.FundCare.String() {
		row.Note = i18n.M("社区关爱基金")
	}
	return row
}
