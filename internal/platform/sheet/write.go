package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gongyi/internal/kernel/fault"
)

// Value is one cell of a table that people take away. A number is written as its
// plain decimal, "-1234.50", so that no digit is lost on the way.
type Value struct {
	Text   string
	Number bool
}

// Texts makes cells of texts.
func Texts(texts ...string) []Value {
	row := make([]Value, len(texts))
	for i, t := range texts {
		row[i].Text = t
	}
	return row
}

// Figure is a cell with a plain decimal.
func Figure(decimal string) Value { return Value{decimal, true} }

// Table is what is written: a head and rows.
type Table struct {
	Name string // of the sheet
	Head []string
	Rows [][]Value
}

// ErrBadFormat refuses a format that nobody writes.
var ErrBadFormat = fault.New(fault.Invalid, "sheet.bad_format")

// Formats are the formats of Write and their content types.
var Formats = map[string]string{
	"csv":  "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// Write writes the table in a format.
func (t Table) Write(w io.Writer, format string) error {
	switch format {
	case "csv":
		return t.csv(w)
	case "xlsx":
		return t.xlsx(w)
	}
	return ErrBadFormat
}

// csv writes text with commas, and in front the mark by which spreadsheets know
// that it is UTF-8.
func (t Table) csv(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(t.Head); err != nil {
		return err
	}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = v.Text
			if !v.Number {
				line[i] = harmless(v.Text)
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking words for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// parts are the files of a workbook that are always the same. Style 1 is the head.
var parts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>`},
}

// xlsx writes a workbook with one sheet, whose head stays in sight.
func (t Table) xlsx(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range parts {
		if err := addPart(z, p.name, func(w *bufio.Writer) { _, _ = w.WriteString(p.text) }); err != nil {
			return err
		}
	}
	err := addPart(z, "xl/workbook.xml", func(w *bufio.Writer) {
		_, _ = w.WriteString(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="`)
		_ = xml.EscapeText(w, []byte(sheetName(t.Name)))
		_, _ = w.WriteString(`" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	})
	if err == nil {
		err = addPart(z, "xl/worksheets/sheet1.xml", t.sheet)
	}
	return errors.Join(err, z.Close())
}

// addPart writes a file of the workbook. Errors of writing show when it is flushed.
func addPart(z *zip.Writer, name string, fill func(w *bufio.Writer)) error {
	f, err := z.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	fill(w)
	return w.Flush()
}

// sheetName is a name as a workbook allows it: 31 signs, some not.
func sheetName(name string) string {
	clean := []rune(strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) {
			return ' '
		}
		return r
	}, name), " '"))
	if len(clean) == 0 {
		return "1"
	}
	return string(clean[:min(len(clean), 31)])
}

func (t Table) sheet(w *bufio.Writer) {
	_, _ = w.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	writeRow(w, 1, Texts(t.Head...), 1)
	for i, row := range t.Rows {
		writeRow(w, i+2, row, 0)
	}
	_, _ = w.WriteString(`</sheetData></worksheet>`)
}

func writeRow(w *bufio.Writer, number int, row []Value, style int) {
	_, _ = fmt.Fprintf(w, `<row r="%d">`, number)
	for i, v := range row {
		at := columnName(i) + strconv.Itoa(number)
		switch {
		case v.Text == "":
		case v.Number:
			_, _ = fmt.Fprintf(w, `<c r="%s"><v>`, at)
			_ = xml.EscapeText(w, []byte(v.Text))
			_, _ = w.WriteString(`</v></c>`)
		default:
			_, _ = fmt.Fprintf(w, `<c r="%s" s="%d" t="inlineStr"><is><t xml:space="preserve">`, at, style)
			_ = xml.EscapeText(w, []byte(v.Text))
			_, _ = w.WriteString(`</t></is></c>`)
		}
	}
	_, _ = w.WriteString(`</row>`)
}

// columnName is a column as workbooks name it: A, B … Z, AA.
func columnName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return columnName(i/26-1) + columnName(i%26)
}
