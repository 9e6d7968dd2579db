package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gongyi/internal/platform/sheet"
)

// FuzzCSV reads arbitrary bytes: it must end, count lines without going back,
// and read what encoding/csv reads wherever that accepts the whole.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n\"x\"\"y\",\"p\nq\"\r\n", "\"\n\"\n", "a;b\n\"1;2\n", "sep=;\na;b\n", "\xef\xbb\xbfa\n1", "\xff\xfea\x00\n\x00", "a\r1\r", "a,\"b\"c\n\x00,\xff\n", ",,\n\n\"\",\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.HasPrefix(b, []byte("PK")) {
			t.Skip("a workbook")
		}
		r, err := sheet.Open(bytes.NewReader(b), sheet.DefaultLimits)
		if err != nil {
			return
		}
		var got [][]string
		clean := true
		for last := r.HeaderLine(); ; {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("Next: %v", err)
			}
			if row.Line <= last || row.Last < row.Line {
				t.Fatalf("row on %d–%d behind line %d", row.Line, row.Last, last)
			}
			last = row.Last
			clean = clean && row.Err == nil
			var cells []string
			for _, c := range row.Cells {
				cells = append(cells, string(c))
			}
			got = append(got, cells)
		}
		if want, ok := standard(b); ok && clean && r.Format() == "csv utf-8" {
			if diff := cmp.Diff(want[1:], got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("not as encoding/csv reads %q (-want +got):\n%s", b, diff)
			}
		}
	})
}

// standard reads b with the standard library where the two mean the same:
// commas, no mark, no CR except before LF and outside quotes. It leaves out
// blank rows, as the package under test does.
func standard(b []byte) ([][]string, bool) {
	s := string(b)
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\r;\t\ufeff") || strings.HasPrefix(strings.ToLower(s), "sep=") {
		return nil, false
	}
	c := csv.NewReader(strings.NewReader(s))
	c.FieldsPerRecord = -1
	all, err := c.ReadAll()
	if err != nil {
		return nil, false
	}
	var full [][]string
	for _, row := range all {
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			full = append(full, row)
		}
	}
	return full, len(full) > 0
}
