package importing

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// Report writes the rejected rows as a table that people open in Excel, one line
// each, so that they can be put right and handed in again.
type Report struct {
	ctx   context.Context
	out   io.Writer
	lines *csv.Writer
	count int
}

// NewReport makes a report in the language of ctx. Nothing is written before the
// first rejection or Close.
func NewReport(ctx context.Context, out io.Writer) *Report {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return &Report{ctx: ctx, out: out, lines: w}
}

// begin writes the byte order mark, without which Excel takes the Chinese for
// another encoding, and the header.
func (r *Report) begin() error {
	if r.count > 0 {
		return nil
	}
	if _, err := io.WriteString(r.out, "\ufeff"); err != nil {
		return err
	}
	return r.lines.Write([]string{"file", "line", "column", "value", "code", "reason"})
}

// Add writes one rejection.
func (r *Report) Add(j Rejection) error {
	if err := r.begin(); err != nil {
		return err
	}
	r.count++
	return r.lines.Write([]string{
		harmless(j.File), strconv.Itoa(j.Line), harmless(j.Column), harmless(j.Value), j.Code(), harmless(j.Reason(r.ctx)),
	})
}

// Count is how many rejections were written.
func (r *Report) Count() int { return r.count }

// Close writes what is left. A report without rejections is a header alone.
func (r *Report) Close() error {
	if err := r.begin(); err != nil {
		return err
	}
	r.lines.Flush()
	return r.lines.Error()
}

// harmless keeps a text from being run as a formula by the program that opens
// the report: the values come from anybody.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
