package sheet_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongyi/internal/platform/sheet"
)

const million = 1_000_000

func purchases(rows int, shop string) []byte {
	var b bytes.Buffer
	b.WriteString("purchase_ref,purchased_at,member_ref,merchant_ref,list_amount,paid_amount,coupon_amount,items\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d-%s,2017-01-01T07:30:27Z,H%d,M8-%s,%d.79,%d.50,0.00,1\r\n", 31198705046+i, shop, i%2377, shop, i%90+2, i%90+1)
	}
	return b.Bytes()
}

func readAll(b *testing.B, src []byte, rows int) {
	b.ReportAllocs()
	b.ResetTimer()
	b.SetBytes(int64(len(src)))
	for range b.N {
		r, err := sheet.Open(bytes.NewReader(src), sheet.DefaultLimits)
		must(b, err)
		n := 0
		for ; ; n++ {
			row, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil || row.Err != nil {
				b.Fatal(err, row.Err)
			}
		}
		if n != rows {
			b.Fatalf("%d rows, want %d", n, rows)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) { readAll(b, purchases(million, "supermarket"), million) }

func BenchmarkCSVGBK(b *testing.B) {
	src, err := simplifiedchinese.GBK.NewEncoder().Bytes(purchases(million, "超市"))
	must(b, err)
	readAll(b, src, million)
}

func BenchmarkCSVQuoted(b *testing.B) {
	src := bytes.ReplaceAll(purchases(million, "supermarket"), []byte(","), []byte(`","`))
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\"\r\n\""))
	readAll(b, append([]byte{'"'}, src[:len(src)-1]...), million)
}

func BenchmarkXLSX(b *testing.B) {
	const rows = 100_000
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	must(b, err)
	must(b, w.SetRow("A1", []any{"purchase_ref", "purchased_at", "member_ref", "merchant_ref", "list_amount", "paid_amount", "coupon_amount", "items"}))
	for i := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+2)
		must(b, w.SetRow(cell, []any{fmt.Sprint(31198705046 + i), 42736.3128125, fmt.Sprintf("H%d", i%2377), "M8-supermarket", 12.5, 11.25, 0, 1}))
	}
	must(b, w.Flush())
	var out bytes.Buffer
	must(b, f.Write(&out))
	readAll(b, out.Bytes(), rows)
}

// A million rows need no more memory than one.
func TestMemoryIsBounded(t *testing.T) {
	src := purchases(million, "supermarket")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	must(t, func() error {
		err := drain(bytes.NewReader(src), sheet.DefaultLimits)
		if err == io.EOF {
			return nil
		}
		return err
	}())
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes were allocated for %d bytes of rows", used, len(src))
	}
}
