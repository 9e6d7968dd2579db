package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/sheet"
)

// line is a row as the tests compare it: where it stands, and its cells or the
// code of its refusal.
type line struct {
	At    string
	Cells []string
	Code  string
}

func open(t *testing.T, text string) *sheet.Reader {
	t.Helper()
	r, err := sheet.Open(strings.NewReader(text), sheet.DefaultLimits)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return r
}

func lines(t *testing.T, r *sheet.Reader) []line {
	t.Helper()
	var all []line
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		l := line{At: place(row)}
		if row.Err != nil {
			l.Code = row.Err.Code
		} else {
			for _, c := range row.Cells {
				l.Cells = append(l.Cells, string(c))
			}
		}
		all = append(all, l)
	}
}

func place(r sheet.Row) string {
	at := string(rune('0' + r.Line))
	if r.Last != r.Line {
		at += "-" + string(rune('0'+r.Last))
	}
	return at
}

func encode(t *testing.T, e transform.Transformer, text string) string {
	t.Helper()
	s, _, err := transform.String(e, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestText(t *testing.T) {
	gbk := simplifiedchinese.GBK.NewEncoder()
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	utf16be := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()
	names := []line{{At: "2", Cells: []string{"李雷", "1"}}, {At: "3", Cells: []string{"韩梅梅", "2"}}}
	ab := []line{{At: "2", Cells: []string{"1", "2"}}}
	for _, c := range []struct {
		name, text, format string
		want               []line
	}{
		{"LF", "a,b\n1,2\n", "csv utf-8", ab},
		{"CRLF", "a,b\r\n1,2\r\n", "csv utf-8", ab},
		{"CR alone", "a,b\r1,2\r", "csv utf-8", ab},
		{"no line end at the end", "a,b\n1,2", "csv utf-8", ab},
		{"UTF-8 mark", "\ufeffa,b\n1,2\n", "csv utf-8", ab},
		{"semicolons", "a;b\n1;2\n", "csv utf-8", ab},
		{"tabs", "a\tb\n1\t2\n", "csv utf-8", ab},
		{"Excel says which", "sep=;\r\na,x;b\r\n1;2\r\n", "csv utf-8", []line{{At: "3", Cells: []string{"1", "2"}}}},
		{"commas inside quotes do not count", "\"a,b,c,d\";e\n1;2\n", "csv utf-8", ab},
		{"GBK", encode(t, gbk, "姓名,数\n李雷,1\n韩梅梅,2\n"), "csv gb18030", names},
		{"GB18030 four bytes", encode(t, simplifiedchinese.GB18030.NewEncoder(), "姓名,数\n李雷𠀀,1\n"), "csv gb18030", []line{{At: "2", Cells: []string{"李雷𠀀", "1"}}}},
		{"UTF-16 little", encode(t, utf16, "姓名\t数\r\n李雷\t1\r\n韩梅梅\t2\r\n"), "csv utf-16", names},
		{"UTF-16 big", encode(t, utf16be, "姓名,数\n李雷,1\n韩梅梅,2\n"), "csv utf-16", names},
		{"quotes", "a,b\n\"x \"\"y\"\", z\",\"\"\n", "csv utf-8", []line{{At: "2", Cells: []string{`x "y", z`, ""}}}},
		{"a line end inside quotes", "a,b\n\"x\ny\",2\n3,4\n", "csv utf-8", []line{{At: "2-3", Cells: []string{"x\ny", "2"}}, {At: "4", Cells: []string{"3", "4"}}}},
		{"a quote in the middle is a letter", "a,b\n5\" nail,2\n", "csv utf-8", []line{{At: "2", Cells: []string{`5" nail`, "2"}}}},
		{"CR kept inside quotes", "a,b\n1,\"2\r\"\r\n", "csv utf-8", []line{{At: "2", Cells: []string{"1", "2\r"}}}},
		{"blank lines", "\n,,\na,b\n\n  , \n1,2\n\n", "csv utf-8", []line{{At: "6", Cells: []string{"1", "2"}}}},
		{"padding beyond the header", "a,b,,\n1,2,,\n", "csv utf-8", []line{{At: "2", Cells: []string{"1", "2", "", ""}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.text)
			if r.Format() != c.format {
				t.Errorf("format %q, want %q", r.Format(), c.format)
			}
			if diff := cmp.Diff(c.want, lines(t, r)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if read, total := r.Progress(); read != total || total != int64(len(c.text)) {
				t.Errorf("progress %d of %d at the end of %d bytes", read, total, len(c.text))
			}
		})
	}
}

// Every bad row is given out with its refusal, and the rows behind it are read.
func TestBadRows(t *testing.T) {
	long := strings.Repeat("长", 50_000)
	after := line{At: "3", Cells: []string{"3", "4"}}
	for _, c := range []struct {
		name, text, code string
		then             []line
	}{
		{"too few cells", "a,b\n1\n3,4\n", "sheet.ragged", []line{after}},
		{"too many cells", "a,b\n1,2,3\n3,4\n", "sheet.ragged", []line{after}},
		{"NUL", "a,b\n1,\x00\n3,4\n", "sheet.nul", []line{after}},
		{"NUL in quotes", "a,b\n1,\"\x00\"\n3,4\n", "sheet.nul", []line{after}},
		{"broken UTF-8 in a file of UTF-8", "姓名编号店,数\n\xff,2\n3,4\n", "sheet.encoding", []line{after}},
		{"a cut character in GBK", encode(t, simplifiedchinese.GBK.NewEncoder(), "姓名编号店,数\n") + "\xff,2\n3,4\n", "sheet.encoding", []line{after}},
		{"a long cell", "a,b\n1," + long + "\n3,4\n", "sheet.field_too_long", []line{after}},
		{"a long cell in quotes", "a,b\n1,\"" + long + "\"\n3,4\n", "sheet.field_too_long", []line{after}},
		{"a long row", "a,b\n1," + strings.Repeat(long, 10) + "\n3,4\n", "sheet.row_too_long", []line{after}},
		{"many columns", "a,b\n" + strings.Repeat(",", 2000) + "\n3,4\n", "sheet.too_many_columns", []line{after}},
		{"many columns with quotes", "a,b\n\"\"" + strings.Repeat(",", 2000) + "\n3,4\n", "sheet.too_many_columns", []line{after}},
		{"text behind a closing quote", "a,b\n\"1\"x,2\n3,4\n", "sheet.quote", []line{after}},
		{"a quote that is never closed", "a,b\n\"1,2\n3,4\n", "sheet.quote", []line{after}},
		{"a quote not closed within a row's length", "a,b\n\"1,2\n3,4\n" + strings.Repeat("5,6\n", 400_000), "sheet.quote", nil},
		{"a quote that swallows a line says so", "a,b\n1,\"2\n3,4\n5,6\",7\n8,9\n", "sheet.ragged", []line{{At: "5", Cells: []string{"8", "9"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lines(t, open(t, c.text))
			if got[0].Code != c.code || got[0].At[0] != '2' {
				t.Errorf("first row %v, want the refusal %s on line 2", got[0], c.code)
			}
			if c.then == nil {
				if len(got) != 400_002 {
					t.Errorf("%d rows, want 400002", len(got))
				}
				return
			}
			if diff := cmp.Diff(c.then, got[1:]); diff != "" {
				t.Errorf("rows behind it (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusedFiles(t *testing.T) {
	small := sheet.DefaultLimits
	small.File = 10
	for _, c := range []struct {
		name, text string
		limits     sheet.Limits
		want       *fault.Fault
	}{
		{"nothing", "", sheet.DefaultLimits, sheet.ErrEmpty},
		{"only blank lines", "\n\n ,,\n", sheet.DefaultLimits, sheet.ErrEmpty},
		{"over the size limit", "a,b\n1,2\n3,4\n", small, sheet.ErrTooLarge},
		{"an old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", sheet.DefaultLimits, sheet.ErrOldExcel},
		{"gzip", "\x1f\x8b\x08\x00", sheet.DefaultLimits, sheet.ErrCompressed},
		{"PDF", "%PDF-1.7\n", sheet.DefaultLimits, sheet.ErrNotTable},
		{"UTF-16 without a mark", "a\x00,\x00b\x00\n\x00", sheet.DefaultLimits, sheet.ErrNotTable},
		{"a header that cannot be read", "\"a\"x,b\n1,2\n", sheet.DefaultLimits, sheet.ErrQuote},
		{"an archive that breaks off", "PK\x03\x04abc", sheet.DefaultLimits, sheet.ErrBroken},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sheet.Open(strings.NewReader(c.text), c.limits)
			if !errors.Is(err, c.want) {
				t.Errorf("Open = %v, want %v", err, c.want)
			}
		})
	}
}

// A file that is ASCII for a megabyte and then GBK is read as GBK from the start.
func TestEncodingIsKnownFromTheWholeFile(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 300_000) + encode(t, simplifiedchinese.GBK.NewEncoder(), "李雷,3\n")
	got := lines(t, open(t, text))
	if last := got[len(got)-1].Cells; !cmp.Equal(last, []string{"李雷", "3"}) {
		t.Errorf("last row %q", last)
	}
}

// A character that lies across two blocks of the first look is not damage.
func TestCharacterAcrossBlocks(t *testing.T) {
	for pad := range 4 {
		text := "a,b\n1," + strings.Repeat("x", 100_000) + "\n" + strings.Repeat("y", pad) + ",\n1," + strings.Repeat("中", 40_000) + "\n2," + strings.Repeat("文", 40_000) + "\n"
		if r := open(t, text); r.Format() != "csv utf-8" {
			t.Errorf("pad %d: %s", pad, r.Format())
		}
	}
}

func TestFit(t *testing.T) {
	want := []sheet.Column{
		{Name: "member_ref", Also: []string{"会员编号"}},
		{Name: "paid_amount", Also: []string{"实付金额(元)"}},
		{Name: "items", Optional: true},
	}
	for _, c := range []struct {
		header string
		want   []int
		other  []string
		err    *fault.Fault
		detail string
	}{
		{"member_ref|paid_amount|items", []int{0, 1, 2}, nil, nil, ""},
		{"Paid Amount| MEMBER_REF |note", []int{1, 0, -1}, []string{"note"}, nil, ""},
		{"\ufeff会员编号|实付金额（元）", []int{0, 1, -1}, nil, nil, ""},
		{"ｍｅｍｂｅｒ＿ｒｅｆ|paid-amount", []int{0, 1, -1}, nil, nil, ""},
		{"member_ref|会员编号|paid_amount", nil, nil, sheet.ErrColumnTwice, "second=会员编号"},
		{"items", nil, nil, sheet.ErrColumnsMissing, "member_ref, paid_amount"},
	} {
		l, err := sheet.Fit(strings.Split(c.header, "|"), want)
		if c.err != nil {
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%s: %v, want %v with %q", c.header, err, c.err, c.detail)
			}
			continue
		}
		if err != nil || !cmp.Equal(l.At, c.want) || !cmp.Equal(l.Unknown, c.other) {
			t.Errorf("%s: %v %v, want %v without %v", c.header, l, err, c.want, c.other)
		}
	}
}

// failing breaks off in the middle, as a disk does.
type failing struct{ *bytes.Reader }

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at > 100_000 {
		return 0, errors.New("disk")
	}
	return f.Reader.ReadAt(b, at)
}

func TestReadErrorIsNotTheEnd(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n", 100_000)
	_, err := sheet.Open(failing{bytes.NewReader([]byte(text))}, sheet.DefaultLimits)
	if err == nil || fault.Of(err) != nil {
		t.Errorf("Open = %v, want the disk's error", err)
	}
}
