package ui

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
)

// Names of what a table's address holds besides its filters.
const (
	sortName   = "sort" // "-name" turns the order round
	pageName   = "page" // from 1
	searchName = "q"
	formatName = "format" // "csv" or "xlsx"
)

// Column is one column of a table.
type Column struct {
	Key   string // for sorting
	Text  string
	Num   bool // figures, right-aligned on one edge
	Sort  bool
	Rare  bool // left out where the window is narrow
	Title bool // names the row; on a phone it stands on top of it
}

// Cell is one cell; Text is enough.
type Cell struct {
	Text, Sub string
	Tone      Tone // of a tag around the text, "" for none
	In        bool // money or entitlement that comes in
	View      templ.Component
}

// none reports whether nothing stands in the cell.
func (c Cell) none() bool { return c.Text == "" && c.Sub == "" && c.View == nil }

// Cells makes cells of plain texts.
func Cells(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// TableRow is one row; with Href the whole row leads there.
type TableRow struct {
	Href  string
	Open  bool // it is the one shown beside the table
	Cells []Cell
}

// Table is a list of rows that can be searched, filtered, sorted, paged and taken
// along. All of it stands in the address, so that it works without a script and
// a link shows the same to somebody else.
type Table struct {
	ID      string
	Caption string // what the rows are, for readers that speak
	Path    string // the page of the table
	Ask     TableAsk

	Columns []Column
	Rows    []TableRow
	Foot    []Cell
	Total   int // rows in all pages

	Search  string  // label of the search field, "" for none
	Filters []Field // each drawn as Select, its value comes from Ask
	Export  bool    // offer CSV and XLSX of all pages
	Wide    bool    // more columns than a screen is sure to have room for: it scrolls, by keys too
	Empty   EmptyView
}

// EmptyView says why there is nothing, and what one could do.
type EmptyView struct {
	Icon, Title, Text string
	Action            Link
}

// TableAsk is what somebody wants to see of a table.
type TableAsk struct {
	Sort    string // key of a column, "" for the order of the house
	Desc    bool
	Search  string
	Filters map[string]string
	Page    int    // from 1
	Size    int    // rows a page
	Format  string // "" for the page, else "csv" or "xlsx"
}

// pageSize is how many rows a page has.
const pageSize = 25

// AskTable reads the address of a table. A column that cannot be sorted and a
// filter that is not named are left aside, so that nothing foreign reaches a query.
func AskTable(q url.Values, columns []Column, filters ...string) TableAsk {
	a := TableAsk{Search: strings.TrimSpace(q.Get(searchName)), Page: 1, Size: pageSize, Filters: make(map[string]string)}
	key, desc := strings.CutPrefix(q.Get(sortName), "-")
	if slices.ContainsFunc(columns, func(c Column) bool { return c.Sort && c.Key == key }) {
		a.Sort, a.Desc = key, desc
	}
	if p, err := strconv.Atoi(q.Get(pageName)); err == nil && p > 1 && p < 1_000_000 {
		a.Page = p
	}
	for _, f := range filters {
		if v := q.Get(f); v != "" {
			a.Filters[f] = v
		}
	}
	if f := q.Get(formatName); f == "csv" || f == "xlsx" {
		a.Format = f
	}
	return a
}

// Offset is how many rows come before this page.
func (a TableAsk) Offset() int { return (a.Page - 1) * a.Size }

// values is the ask as an address.
func (a TableAsk) values() url.Values {
	q := url.Values{}
	for k, v := range a.Filters {
		q.Set(k, v)
	}
	if a.Search != "" {
		q.Set(searchName, a.Search)
	}
	if a.Sort != "" {
		q.Set(sortName, a.order())
	}
	if a.Page > 1 {
		q.Set(pageName, strconv.Itoa(a.Page))
	}
	if a.Format != "" {
		q.Set(formatName, a.Format)
	}
	return q
}

func (a TableAsk) order() string {
	if a.Desc {
		return "-" + a.Sort
	}
	return a.Sort
}

// asked reports whether anything was asked for but the first page.
func (a TableAsk) asked() bool { return a.Search != "" || len(a.Filters) > 0 }

func (t Table) href(a TableAsk) templ.SafeURL {
	u := url.URL{Path: t.Path, RawQuery: a.values().Encode()}
	return templ.SafeURL(u.String())
}

// sorted is the address that sorts by a column, or turns its order round.
func (t Table) sorted(c Column) templ.SafeURL {
	a := t.Ask
	a.Desc = a.Sort == c.Key && !a.Desc
	a.Sort, a.Page = c.Key, 1
	return t.href(a)
}

func (t Table) taken(format string) templ.SafeURL {
	a := t.Ask
	a.Page, a.Format = 1, format
	return t.href(a)
}

func (t Table) paged(page int) templ.SafeURL {
	a := t.Ask
	a.Page = page
	return t.href(a)
}

// sortState is aria-sort of a column, "" if the table is not sorted by it.
func (t Table) sortState(c Column) string {
	switch {
	case t.Ask.Sort != c.Key || c.Key == "":
		return ""
	case t.Ask.Desc:
		return "descending"
	}
	return "ascending"
}

func sortIcon(state string) string {
	switch state {
	case "ascending":
		return "sort-up"
	case "descending":
		return "sort-down"
	}
	return "sort"
}

// pages is how many pages there are, at least one.
func (t Table) pages() int {
	if t.Ask.Size <= 0 {
		return 1
	}
	return max(1, (t.Total+t.Ask.Size-1)/t.Ask.Size)
}

// count says which rows are shown, of how many.
func (t Table) count(ctx context.Context) string {
	if t.pages() == 1 || len(t.Rows) == 0 {
		return i18n.T(ctx, "共 %d 条", t.Total)
	}
	first := t.Ask.Offset() + 1
	return i18n.T(ctx, "第 %s 条，共 %d 条", fmt.Sprintf("%d–%d", first, first+len(t.Rows)-1), t.Total)
}

// filter is a filter field with its value in it.
func (t Table) filter(f Field) Field {
	f.Value, f.Optional = t.Ask.Filters[f.Name], true
	return f
}

// swaps lets a script fetch the table alone when it is sorted, filtered or paged;
// the address changes with it, as it would without one.
func (t Table) swaps() templ.Attributes {
	if t.ID == "" {
		return nil
	}
	return templ.Attributes{
		"hx-boost:inherited": "true", "hx-target:inherited": "#" + t.ID, "hx-select:inherited": "#" + t.ID, "hx-swap:inherited": "outerHTML",
	}
}

// cellClass is the class of a cell by its column.
func (t Table) cellClass(i int) string {
	if i >= len(t.Columns) {
		return ""
	}
	var c string
	switch col := t.Columns[i]; {
	case col.Num:
		c = "r num"
	case col.Title:
		c = "t"
	}
	if t.Columns[i].Rare {
		c += " rare"
	}
	return c
}

// title is the column that names a row.
func (t Table) title() int {
	return max(0, slices.IndexFunc(t.Columns, func(c Column) bool { return c.Title }))
}

func (t Table) head(i int) string {
	if i >= len(t.Columns) {
		return ""
	}
	return t.Columns[i].Text
}
