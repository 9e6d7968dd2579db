package importing_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gongyi/internal/flow/importing"
	"gongyi/internal/platform/sheet"
)

const header = "purchase_ref,purchased_at,member_ref,merchant_ref,list_amount,paid_amount,coupon_amount,items\n"

// row is a good purchase with one column replaced.
func row(column, value string) string {
	names := strings.Split(strings.TrimSpace(header), ",")
	values := []string{"P1", "2017-01-01T07:30:27Z", "H1", "M1", "2.00", "1.50", "0.00", "1"}
	for i, n := range names {
		if n == column {
			values[i] = value
		}
	}
	return strings.Join(values, ",") + "\n"
}

// A bad cell rejects its row, says where and why, and spares the next row.
func TestBadCells(t *testing.T) {
	for _, c := range []struct{ column, value, code string }{
		{"purchase_ref", "", "importing.blank"},
		{"purchase_ref", "   ", "importing.blank"},
		{"purchase_ref", strings.Repeat("单", 65), "importing.too_long"},
		{"purchase_ref", "a\tb", "importing.invisible"},
		{"purchase_ref", "a\u200bb", "importing.invisible"},
		{"purchase_ref", "a\u202eb", "importing.invisible"},
		{"member_ref", "", "importing.blank"},
		{"merchant_ref", "M\x7f1", "importing.invisible"},
		{"purchased_at", "", "importing.blank"},
		{"purchased_at", "2017-01-01", "importing.time"},
		{"purchased_at", "2017-02-29 10:00:00", "importing.time"},
		{"purchased_at", "2017-01-01T25:00:00Z", "importing.time"},
		{"purchased_at", "01/02/2017 10:00", "importing.time"},
		{"purchased_at", "42736.5", "importing.time"}, // a serial date only counts in a workbook
		{"purchased_at", "0001-01-01T00:00:00Z", "importing.time"},
		{"paid_amount", "", "importing.blank"},
		{"paid_amount", "0.00", "importing.not_positive"},
		{"paid_amount", "-1.00", "importing.negative"},
		{"paid_amount", "1.234", "importing.amount"},
		{"paid_amount", "1e3", "importing.amount"},
		{"paid_amount", "\"1,234.00\"", "importing.amount"},
		{"paid_amount", "¥12", "importing.amount"},
		{"paid_amount", "NaN", "importing.amount"},
		{"paid_amount", "0x10", "importing.amount"},
		{"paid_amount", "１２", "importing.amount"},
		{"paid_amount", "99999999999999999999", "importing.amount"},
		{"paid_amount", "10000000000.01", "importing.amount"},
		{"list_amount", "-0.01", "importing.negative"},
		{"coupon_amount", "x", "importing.amount"},
		{"items", "1.5", "importing.count"},
		{"items", "-1", "importing.count"},
		{"items", "1000000", "importing.count"},
	} {
		rows, rejected := all(t, open(t, header+row(c.column, c.value)+row("", "")).NextPurchase)
		if len(rows) != 1 || len(rejected) != 1 {
			t.Errorf("%s %q: %d rows, %d rejected", c.column, c.value, len(rows), len(rejected))
			continue
		}
		r := rejected[0]
		if r.Code() != c.code || r.Column != c.column || r.Line != 2 || r.File != "shop.csv" {
			t.Errorf("%s %q: %s in %q on %s:%d, want %s", c.column, c.value, r.Code(), r.Column, r.File, r.Line, c.code)
		}
	}
}

func TestGoodCells(t *testing.T) {
	at := time.Date(2017, 1, 1, 7, 30, 27, 0, time.UTC)
	want := importing.PurchaseRow{Line: 2, Ref: "P1", At: at, Member: "H1", Merchant: "M1", List: 200, Paid: 150, Items: 1}
	for _, c := range []struct {
		column, value string
		change        func(*importing.PurchaseRow)
	}{
		{"", "", func(*importing.PurchaseRow) {}},
		{"purchase_ref", "  P1\u3000", func(*importing.PurchaseRow) {}},
		{"purchase_ref", "订单-№7 é 🍜", func(p *importing.PurchaseRow) { p.Ref = "订单-№7 é 🍜" }},
		{"purchase_ref", strings.Repeat("单", 64), func(p *importing.PurchaseRow) { p.Ref = strings.Repeat("单", 64) }},
		{"purchased_at", "2017-01-01T15:30:27+08:00", func(*importing.PurchaseRow) {}},
		{"purchased_at", "2017-01-01 15:30:27", func(*importing.PurchaseRow) {}},
		{"purchased_at", "2017/1/1 15:30:27", func(*importing.PurchaseRow) {}},
		{"purchased_at", "2017-01-01 15:30", func(p *importing.PurchaseRow) { p.At = at.Add(-27 * time.Second) }},
		{"purchased_at", "2017/1/1 7:05", func(p *importing.PurchaseRow) { p.At = time.Date(2016, 12, 31, 23, 5, 0, 0, time.UTC) }},
		{"purchased_at", "2017-01-01T07:30:27.25Z", func(p *importing.PurchaseRow) { p.At = at.Add(250 * time.Millisecond) }},
		{"paid_amount", " 1.5 ", func(*importing.PurchaseRow) {}},
		{"paid_amount", "7", func(p *importing.PurchaseRow) { p.Paid = 700 }},
		{"list_amount", "", func(p *importing.PurchaseRow) { p.List = 0 }},
		{"coupon_amount", "0.55", func(p *importing.PurchaseRow) { p.Coupon = 55 }},
		{"items", "", func(p *importing.PurchaseRow) { p.Items = 0 }},
		{"items", "012", func(p *importing.PurchaseRow) { p.Items = 12 }},
	} {
		w := want
		c.change(&w)
		rows, rejected := all(t, open(t, header+row(c.column, c.value)).NextPurchase)
		if diff := cmp.Diff([]importing.PurchaseRow{w}, rows); diff != "" {
			t.Errorf("%s %q: rejected %v, (-want +got):\n%s", c.column, c.value, rejected, diff)
		}
	}
}

// A row that cannot be cut into cells is rejected as a whole, with its beginning.
func TestBadRows(t *testing.T) {
	text := header + "P1,2017\n" + "P2,\"2\nP3\",x\n" + row("", "")
	rows, rejected := all(t, open(t, text).NextPurchase)
	if len(rows) != 1 || len(rejected) != 2 {
		t.Fatalf("%d rows, %+v", len(rows), rejected)
	}
	if r := rejected[0]; r.Code() != "sheet.ragged" || r.Column != "" || r.Value != "P1,2017" {
		t.Errorf("%+v", r)
	}
	if r := rejected[1]; r.Line != 3 || r.Last != 4 || r.Value != "P2,2\uFFFDP3,x" {
		t.Errorf("%+v", r)
	}
}

// A file may leave out what is only for information.
func TestColumnsThatMayBeMissing(t *testing.T) {
	rows, rejected := all(t, open(t, "实付金额;订单号;消费时间;商户编号;会员编号\n1.50;P1;2017-01-01T07:30:27Z;M1;H1\n").NextPurchase)
	want := []importing.PurchaseRow{{Line: 2, Ref: "P1", At: time.Date(2017, 1, 1, 7, 30, 27, 0, time.UTC), Member: "H1", Merchant: "M1", Paid: 150}}
	if diff := cmp.Diff(want, rows); diff != "" || rejected != nil {
		t.Errorf("rejected %v, (-want +got):\n%s", rejected, diff)
	}
	members, rejected := all(t, open(t, "member_ref,community_ref\nH1,C1\nH2,\n").NextMember)
	if len(members) != 1 || len(rejected) != 1 || rejected[0].Column != "community_ref" {
		t.Errorf("%v %v", members, rejected)
	}
}

// A workbook's numbers and dates come out as they were typed.
func TestWorkbook(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	set := func(cell string, v any) {
		t.Helper()
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	for i, h := range strings.Split(strings.TrimSpace(header), ",") {
		set(string(rune('A'+i))+"1", h)
	}
	fill := func(line string, values ...any) {
		for i, v := range values {
			set(string(rune('A'+i))+line, v)
		}
	}
	fill("2", 31198705046, time.Date(2017, 1, 1, 15, 30, 27, 0, time.UTC), "H1", "M1", 0.28, 1.1, nil, 3)
	fill("3", 1234567890123456, "2017-01-01 15:30:27", "H1", "M1", 1, 1, 0, 1)
	fill("4", "1234567890123456", "2017-01-01 15:30:27", 7, "M1", 1, 0.1+0.2, 0, 1)
	fill("6", "P", "2017-01-01 15:30:27", 7, "M1", 1, 1.005, 0, 1)
	fill("7", "P", "2017-01-01 15:30:27")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	tab, err := importing.Open("shop.xlsx", bytes.NewReader(b.Bytes()), sheet.DefaultLimits, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	rows, rejected := all(t, tab.NextPurchase)
	at := time.Date(2017, 1, 1, 7, 30, 27, 0, time.UTC)
	want := []importing.PurchaseRow{
		{Line: 2, Ref: "31198705046", At: at, Member: "H1", Merchant: "M1", List: 28, Paid: 110, Items: 3},
		{Line: 4, Ref: "1234567890123456", At: at, Member: "7", Merchant: "M1", List: 100, Paid: 30, Items: 1},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var codes []string
	for _, r := range rejected {
		codes = append(codes, r.Column+" "+r.Code())
	}
	if !cmp.Equal(codes, []string{"purchase_ref importing.long_number", "paid_amount importing.amount", "member_ref importing.blank"}) {
		t.Errorf("rejected %v", codes)
	}
}
