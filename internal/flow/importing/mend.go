package importing

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
)

// Reason says in the language of ctx why a row was not taken, from what is kept of
// it.
func Reason(ctx context.Context, f chore.Finding) string { return again(f).Reason(ctx) }

// Mend writes the rows of an import that were not taken as a table of the same
// columns, with line, column and reason behind them: put right, it can be handed
// in as it is. part says of which look at the file.
func (d *Desk) Mend(ctx context.Context, out io.Writer, c id.ID, part string) error {
	var found *chore.Chore
	why := make(map[int][]chore.Finding)
	err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		if found, err = d.find(ctx, r, c); err != nil {
			return err
		}
		all, err := d.Flows.Chores.Findings(ctx, r, c, part, chore.MostFindings)
		for _, f := range all {
			why[int(f.Place)] = append(why[int(f.Place)], f)
		}
		return err
	})
	if err != nil {
		return err
	}
	f, t, err := d.open(found)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	head := append([]string(nil), t.sheet.Header()...)
	if err := w.Write(append(head, i18n.T(ctx, "原来在第几行"), i18n.T(ctx, "哪一列"), i18n.T(ctx, "为什么没收"))); err != nil {
		return err
	}
	for left := len(why); left > 0; {
		row, err := t.sheet.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		reasons := why[row.Line]
		if len(reasons) == 0 {
			continue
		}
		left--
		if err := w.Write(mended(ctx, row, len(head), reasons)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// mended is a rejected row as it was, and why it was not taken.
func mended(ctx context.Context, row sheet.Row, columns int, reasons []chore.Finding) []string {
	line := make([]string, columns, columns+3)
	for i := range line {
		line[i] = plain(string(row.Cell(i)))
	}
	var fields, words []string
	for _, f := range reasons {
		if f.Field != "" {
			fields = append(fields, f.Field)
		}
		words = append(words, Reason(ctx, f))
	}
	return append(line, strconv.Itoa(row.Line), strings.Join(fields, "、"), harmless(strings.Join(words, " ")))
}

// plain is harmless for everything but a number: a minus sign before a sum runs
// nothing.
func plain(s string) string {
	if _, err := money.Parse(s, money.CNY); err == nil {
		return s
	}
	return harmless(s)
}
