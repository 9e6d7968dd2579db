package sheet_test

import (
	"bytes"
	"errors"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gongyi/internal/platform/sheet"
)

var taken = sheet.Table{Name: "账单：10/2025", Head: []string{"日期", "说明", "元"}, Rows: [][]sheet.Value{
	{{Text: "2025-10-16"}, {Text: `面包 <"好">&, 香`}, sheet.Figure("-1234.50")},
	{{Text: ""}, {Text: "=1+1"}, sheet.Figure("90071992547409.93")},
}}

// What is written is what a spreadsheet reads, digit for digit.
func TestWrittenWorkbook(t *testing.T) {
	var b bytes.Buffer
	if err := taken.Write(&b, "xlsx"); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	names := f.GetSheetList()
	rows, err := f.GetRows(names[0], excelize.Options{RawCellValue: true})
	want := [][]string{{"日期", "说明", "元"}, {"2025-10-16", `面包 <"好">&, 香`, "-1234.50"}, {"", "=1+1", "90071992547409.93"}}
	if diff := gocmp.Diff(want, rows); diff != "" || err != nil || names[0] != "账单：10 2025" {
		t.Errorf("%s %v %v", diff, names, err)
	}
	if kind, err := f.GetCellType(names[0], "C2"); err != nil || kind == excelize.CellTypeInlineString {
		t.Errorf("an amount is %v, %v", kind, err)
	}
	if formula, err := f.GetCellFormula(names[0], "B3"); formula != "" || err != nil {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}

func TestWrittenText(t *testing.T) {
	var b bytes.Buffer
	if err := taken.Write(&b, "csv"); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff日期,说明,元\r\n2025-10-16,\"面包 <\"\"好\"\">&, 香\",-1234.50\r\n,'=1+1,90071992547409.93\r\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	if err := taken.Write(&b, "pdf"); !errors.Is(err, sheet.ErrBadFormat) {
		t.Errorf("an unknown format: %v", err)
	}
}
