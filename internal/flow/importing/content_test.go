package importing_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/sheet"
)

// The content is what the standard library writes for the same fields with
// sorted keys; only U+2028 and U+2029, which it escapes for browsers, are left out.
func TestContentIsCanonicalJSON(t *testing.T) {
	text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != '\u2028' && r != '\u2029' }))
	rapid.Check(t, func(t *rapid.T) {
		p := importing.PurchaseRow{
			Ref: text.Draw(t, "ref"), Member: text.Draw(t, "member"), Merchant: text.Draw(t, "merchant"),
			At:   time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at")).UTC(),
			List: money.Amount(rapid.Int64Range(0, 1e12).Draw(t, "list")), Paid: money.Amount(rapid.Int64Range(1, 1e12).Draw(t, "paid")),
			Coupon: money.Amount(rapid.Int64Range(0, 1e12).Draw(t, "coupon")), Items: rapid.IntRange(0, 999_999).Draw(t, "items"),
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(map[string]any{
			"purchase_ref": p.Ref, "member_ref": p.Member, "merchant_ref": p.Merchant, "purchased_at": p.At,
			"list_amount": decimal(p.List), "paid_amount": decimal(p.Paid), "coupon_amount": decimal(p.Coupon), "items": p.Items,
		}); err != nil {
			t.Fatal(err)
		}
		if got := string(p.Content()) + "\n"; got != want.String() {
			t.Fatalf("\n got %s\nwant %s", got, want.String())
		}
	})
}

func decimal(v money.Amount) string { return fmt.Sprintf("%d.%02d", v/100, v%100) }

// However a purchase is written down, its content is the same.
func TestSameMeaningSameContent(t *testing.T) {
	var first []byte
	for _, text := range []string{
		header + "P1,2017-01-01T07:30:27Z,H1,M1,2.00,1.50,0.00,1\n",
		"\ufeff" + strings.ReplaceAll(header, ",", ";") + "P1;2017-01-01 15:30:27;H1;M1;2;1.5;;01\r\n",
		"items\tmember_ref\tmerchant_ref\tpurchase_ref\tpurchased_at\tpaid_amount\tlist_amount\n1\tH1\t\"M1\"\t P1 \t2017-01-01T08:30:27+01:00\t1.50\t2.00\n",
	} {
		rows, rejected := all(t, open(t, text).NextPurchase)
		if len(rows) != 1 {
			t.Fatalf("%q: %v", text, rejected)
		}
		got := rows[0].Content()
		if first == nil {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Errorf("%q has other content:\n%s\n%s", text, got, first)
		}
	}
}

// FuzzPurchaseRow hands arbitrary cells in: a row is either rejected with a
// column that exists, or typed such that it reads back the same.
func FuzzPurchaseRow(f *testing.F) {
	f.Add("P1", "2017-01-01T07:30:27Z", "H1", "M1", "2.00", "1.50", "0.00", "1")
	f.Add(" 订单 ", "2017/1/1 7:30", "H\u200b", "=1+1", "", "-0", "1e9", "00")
	f.Add("\"", "2017-01-01 24:00:00", ",", "\n", "1.", ".5", "+1", "999999")
	f.Fuzz(func(t *testing.T, ref, at, member, merchant, list, paid, coupon, items string) {
		var b strings.Builder
		b.WriteString(header)
		for i, c := range []string{ref, at, member, merchant, list, paid, coupon, items} {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
		}
		tab, err := importing.Open("f", strings.NewReader(b.String()), sheet.DefaultLimits, shanghai)
		if err != nil {
			return // a file that is no text
		}
		p, rejected, err := tab.NextPurchase()
		if errors.Is(err, io.EOF) || err != nil && tab.Format() != "csv utf-8" {
			return // all cells blank
		}
		if err != nil {
			t.Fatal(err)
		}
		if rejected != nil {
			if rejected.Why == nil || rejected.Code() == "" || rejected.Line < 2 || len([]rune(rejected.Value)) > 41 {
				t.Fatalf("%+v", rejected)
			}
			return
		}
		if p.Paid <= 0 || p.List < 0 || p.Coupon < 0 || p.Items < 0 || p.Ref == "" || p.Member == "" || p.Merchant == "" {
			t.Fatalf("%+v", p)
		}
		var back map[string]any
		if err := json.Unmarshal(p.Content(), &back); err != nil || len(back) != 8 {
			t.Fatalf("%s: %v", p.Content(), err)
		}
		if back["purchase_ref"] != p.Ref || back["member_ref"] != p.Member || back["paid_amount"] != decimal(p.Paid) {
			t.Fatalf("%s is not %+v", p.Content(), p)
		}
	})
}

func BenchmarkPurchases(b *testing.B) {
	const rows = 1_000_000
	var src bytes.Buffer
	src.WriteString(header)
	for i := range rows {
		fmt.Fprintf(&src, "%d-supermarket,2017-01-01T07:30:27Z,H%d,M8-supermarket,%d.79,%d.50,0.00,1\r\n", 31198705046+i, i%2377, i%90+2, i%90+1)
	}
	b.ReportAllocs()
	b.SetBytes(int64(src.Len()))
	b.ResetTimer()
	var content []byte
	for range b.N {
		tab, err := importing.Open("f", bytes.NewReader(src.Bytes()), sheet.DefaultLimits, time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for ; ; n++ {
			p, rejected, err := tab.NextPurchase()
			if err != nil {
				break
			}
			if rejected != nil {
				b.Fatal(rejected)
			}
			content = p.AppendContent(content[:0])
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
