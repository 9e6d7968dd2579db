package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/sheet"
)

// built makes a workbook with the usual library, so that reading is checked
// against somebody else's writing.
func built(t testing.TB, fill func(f *excelize.File, sheet string)) *bytes.Reader {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f, "Sheet1")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWorkbook(t *testing.T) {
	src := built(t, func(f *excelize.File, s string) {
		must(t, f.SetSheetRow(s, "A2", &[]any{"订单", "金额", "备注"}))
		must(t, f.SetSheetRow(s, "A3", &[]any{"A-1", 128.4, " 好 "}))
		must(t, f.SetSheetRow(s, "A5", &[]any{"1E5", 100000, nil}))
		must(t, f.SetSheetRow(s, "A6", &[]any{12345678901234567, 0.1, "x\ry"}))
		must(t, f.SetCellBool(s, "C7", true))
		must(t, f.SetCellRichText(s, "A8", []excelize.RichTextRun{{Text: "甲"}, {Text: "乙"}}))
		must(t, f.SetCellValue(s, "B8", time.Date(2017, 1, 1, 12, 0, 0, 0, time.UTC)))
		_, err := f.NewSheet("第二")
		must(t, err)
	})
	r, err := sheet.Open(src, sheet.DefaultLimits)
	must(t, err)
	want := []line{
		{At: "3", Cells: []string{"A-1", "128.4", " 好 "}},
		{At: "5", Cells: []string{"1E5", "100000"}},
		{At: "6", Cells: []string{"12345678901234567", "0.1", "x\ry"}},
		{At: "7", Cells: []string{"", "", "TRUE"}},
		{At: "8", Cells: []string{"甲乙", "42736.5"}},
	}
	if diff := cmp.Diff(want, lines(t, r)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if r.HeaderLine() != 2 || !cmp.Equal(r.OtherSheets(), []string{"第二"}) {
		t.Errorf("header on %d, other sheets %v", r.HeaderLine(), r.OtherSheets())
	}
}

func TestKindsOfCells(t *testing.T) {
	r, err := sheet.Open(packed(t, nil, `<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c><c t="inlineStr"><is><t>c</t></is></c><c t="inlineStr"><is><t>d</t></is></c></row>
		<row r="7"><c r="A7"><f>1/3</f><v>0.33333333333333331</v></c><c r="B7" t="e"><v>#REF!</v></c><c t="str"><f>A1</f><v>7</v></c><c t="inlineStr"><is><r><t>東_x005F_x000D_</t></r><rPh><t>ひがし</t></rPh></is></c></row>`), sheet.DefaultLimits)
	must(t, err)
	row, err := r.Next()
	must(t, err)
	var got []string
	for i := range row.Cells {
		got = append(got, string(row.Cell(i)))
	}
	if !cmp.Equal(got, []string{"0.333333333333333", "#REF!", "7", "東_x000D_"}) || row.Line != 7 {
		t.Errorf("row %d: %q", row.Line, got)
	}
	if !cmp.Equal(row.Kinds, []sheet.Kind{sheet.Number, sheet.Broken, sheet.Text, sheet.Text}) {
		t.Errorf("kinds %v", row.Kinds)
	}
	if row.Cell(9) != nil || row.Cell(-1) != nil || row.Kind(9) != sheet.Text {
		t.Error("a cell beyond the row is not empty")
	}
}

// packed makes a workbook by hand. replace overwrites parts or, with "", drops them.
func packed(t testing.TB, replace map[string]string, rows string) *bytes.Reader {
	t.Helper()
	parts := map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="h" state="hidden" r:id="rId2"/><sheet name="s" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/s.xml"/><Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/worksheets/h.xml"/><Relationship Id="rId3" Type="http://x/sharedStrings" Target="/xl/strings.xml"/></Relationships>`,
		"xl/strings.xml":             `<sst><si><t>a</t></si><si><t>b</t></si></sst>`,
		"xl/worksheets/s.xml":        `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/strings.xml", "xl/worksheets/s.xml"} {
		text, replaced := replace[name]
		if !replaced {
			text = parts[name]
		}
		if text == "" {
			continue
		}
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	return bytes.NewReader(b.Bytes())
}

const head = `<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>`

func TestRefusedWorkbooks(t *testing.T) {
	tight := sheet.DefaultLimits
	tight.Unpack = 1 << 20
	texts := sheet.DefaultLimits
	texts.Strings = 1 << 10
	part := func(name, text string) map[string]string { return map[string]string{name: text} }
	many := "<sst>" + strings.Repeat("<si><t>abcdefgh</t></si>", 200) + "</sst>"
	for _, c := range []struct {
		name    string
		replace map[string]string
		rows    string
		limits  sheet.Limits
		want    *fault.Fault
	}{
		{"a bomb", nil, strings.Repeat(" ", 2<<20), tight, sheet.ErrUnpacks},
		{"too many texts", part("xl/strings.xml", many), head, texts, sheet.ErrUnpacks},
		{"one endless text", nil, head + `<row><c t="inlineStr"><is><t>` + strings.Repeat("x", 3<<20), sheet.DefaultLimits, sheet.ErrFieldTooLong},
		{"another kind of archive", part("_rels/.rels", ""), head, sheet.DefaultLimits, sheet.ErrNotTable},
		{"no sheet that can be seen", part("xl/workbook.xml", "<workbook/>"), head, sheet.DefaultLimits, sheet.ErrNotTable},
		{"a sheet that is named but missing", part("xl/worksheets/s.xml", ""), head, sheet.DefaultLimits, sheet.ErrBroken},
		{"a sheet that breaks off", part("xl/worksheets/s.xml", "<worksheet><sheetData>"+head+"<row><c><v>1"), "", sheet.DefaultLimits, sheet.ErrBroken},
		{"a text that is not there", nil, head + `<row><c t="s"><v>9</v></c></row>`, sheet.DefaultLimits, sheet.ErrBroken},
		{"rows out of order", nil, head + `<row r="5"/><row r="4"/>`, sheet.DefaultLimits, sheet.ErrBroken},
		{"cells out of order", nil, head + `<row><c r="B2"/><c r="A2"/></row>`, sheet.DefaultLimits, sheet.ErrBroken},
		{"an entity", nil, head + `<row><c t="str"><v>&bomb;</v></c></row>`, sheet.DefaultLimits, sheet.ErrBroken},
		{"no rows", nil, "", sheet.DefaultLimits, sheet.ErrEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := drain(packed(t, c.replace, c.rows), c.limits)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func drain(src sheet.Source, limits sheet.Limits) error {
	r, err := sheet.Open(src, limits)
	for err == nil {
		_, err = r.Next()
	}
	return err
}

// A flipped byte in the middle is found before the first row is given out.
func TestDamagedWorkbook(t *testing.T) {
	src := built(t, func(f *excelize.File, s string) {
		for i := range 2000 {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			must(t, f.SetSheetRow(s, cell, &[]any{"text", i, i * i}))
		}
	})
	good, _ := io.ReadAll(src)
	z, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	must(t, err)
	for _, f := range z.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			continue
		}
		at, err := f.DataOffset()
		must(t, err)
		bad := bytes.Clone(good)
		bad[at+int64(f.CompressedSize64)/2] ^= 0x10
		if _, err := sheet.Open(bytes.NewReader(bad), sheet.DefaultLimits); !errors.Is(err, sheet.ErrBroken) {
			t.Errorf("Open = %v, want %v", err, sheet.ErrBroken)
		}
		return
	}
	t.Fatal("no sheet in the workbook")
}

// An archive whose table of contents alone would fill the memory is refused.
func TestHugeDirectory(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 60_000 {
		_, err := z.CreateHeader(&zip.FileHeader{Name: strings.Repeat("n", 64)})
		must(t, err)
	}
	must(t, z.Close())
	if err := drain(bytes.NewReader(b.Bytes()), sheet.DefaultLimits); !errors.Is(err, sheet.ErrUnpacks) {
		t.Errorf("%v, want %v", err, sheet.ErrUnpacks)
	}
}

func TestBadCellsOfWorkbook(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	for _, c := range []struct{ name, row, code string }{
		{"a long cell", `<row><c t="str"><v>` + long + `</v></c><c><v>1</v></c></row>`, "sheet.field_too_long"},
		{"a long cell in pieces", `<row><c t="str"><v>` + strings.Repeat("x<!-- -->", 200<<10) + `</v></c></row>`, "sheet.field_too_long"},
		{"a far column", `<row><c r="ZZZ2"><v>1</v></c></row>`, "sheet.too_many_columns"},
		{"NUL", `<row><c t="str"><v>a_x0000_</v></c></row>`, "sheet.nul"},
		{"a cell beyond the header", `<row><c r="C2"><v>1</v></c></row>`, "sheet.ragged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := sheet.Open(packed(t, nil, head+c.row+`<row><c><v>3</v></c></row>`), sheet.DefaultLimits)
			must(t, err)
			got := lines(t, r)
			if diff := cmp.Diff([]line{{At: "2", Code: c.code}, {At: "3", Cells: []string{"3"}}}, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}
