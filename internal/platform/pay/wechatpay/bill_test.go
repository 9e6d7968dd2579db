package wechatpay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

// published is a bill as WeChat shows it in its documentation.
const published = "\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n" +
	"`2022-03-21 13:51:31,`wxfdc955f7104ad557,`180023671,`176531292,`,`420000612032130748613220688,`2021WERUN1647840687637,`oZWaCKXip5njeEiloC4oeOV1TTsk,`JSAPI,`SUCCESS,`OTHERS,`CNY,`0.01,`0.00,`0,`0,`0.00,`0.00,`,`,`微信云托管,`测试,`,`0.00000,`0.90%,`0.01,`0.00,`\r\n" +
	"`2022-03-21 14:00:00,`wxfdc955f7104ad557,`180023671,`176531292,`,`420000612032130748613220688,`2021WERUN1647840687637,`oZWaCKXip5njeEiloC4oeOV1TTsk,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`503001,`R1,`0.01,`0.00,`ORIGINAL,`PROCESSING,`微信云托管,`测试,`till,`-0.01000,`0.90%,`0.00,`0.01,`\r\n" +
	"总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n" +
	"`2,`0.01,`0.01,`0.00,`-0.01000,`0.01,`0.01\r\n"

// early is a bill in the form of years ago.
const early = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率\n" +
	"`2014-11-10 16:33:45,`wx2421b1c4370ec43b,`10000100,`0,`1000,`1001690740201411100005734289,`1415640626,`085e9858e3ba5186aafcbaed1,`MICROPAY,`SUCCESS,`OTHERS,`CNY,`0.01,`0.0,`0,`0,`0,`0,`,`,`被扫支付测试,`订单额外描述,`0,`0.60%\n" +
	"总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额\n`1,`0.01,`0.0,`0.0,`0\n"

func linesOf(t testing.TB, text string) (all []pay.BillLine, err error) {
	b, err := wechatpay.ReadBill(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for {
		l, err := b.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, l)
	}
}

func TestPublishedBillsAreRead(t *testing.T) {
	all, err := linesOf(t, published)
	want := []pay.BillLine{
		{Line: 2, Kind: pay.PaymentLine, At: time.Date(2022, 3, 21, 5, 51, 31, 0, time.UTC), Key: "2021WERUN1647840687637", ID: "420000612032130748613220688", Account: "176531292", Amount: 1, Status: "SUCCESS"},
		{Line: 3, Kind: pay.RefundLine, At: time.Date(2022, 3, 21, 6, 0, 0, 0, time.UTC), Key: "2021WERUN1647840687637", ID: "420000612032130748613220688", Refund: "R1", Account: "176531292", Amount: 1, Fee: -1, Status: "REFUND", Attach: "till"},
	}
	if err != nil || fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := linesOf(t, early); err != nil || len(all) != 1 || all[0].Account != "" || all[0].Amount != 1 || all[0].Attach != "订单额外描述" {
		t.Errorf("%+v, %v", all, err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, published)
	_ = z.Close()
	if all, err := linesOf(t, packed.String()); err != nil || len(all) != 2 {
		t.Errorf("packed: %+v, %v", all, err)
	}
}

// TestADamagedBillIsNotRead: not one line of it counts when its end is not right.
func TestADamagedBillIsNotRead(t *testing.T) {
	for says, c := range map[string][2]string{
		"an amount changed":       {"CNY,`0.01", "CNY,`0.02"},
		"a fee changed":           {"-0.01000,`0.90%", "-0.02000,`0.90%"},
		"half a fen":              {"CNY,`0.01,", "CNY,`0.015,"},
		"dollars":                 {"CNY", "USD"},
		"an unknown state":        {"`SUCCESS", "`DANCING"},
		"no such day":             {"2022-03-21 13", "2022-02-31 13"},
		"no such hour":            {"13:51:31", "25:51:31"},
		"a sum changed":           {"`2,`0.01", "`3,`0.01"},
		"a line lost":             {published[strings.Index(published, "`2022-03-21 14"):strings.Index(published, "总交易单数")], ""},
		"no sums":                 {published[strings.Index(published, "总交易单数"):], ""},
		"something behind":        {"`0.01,`0.01\r\n", "`0.01,`0.01\r\nmore\r\n"},
		"a column missing":        {"微信订单号,", ""},
		"nothing":                 {published, ""},
		"an amount with a letter": {"CNY,`0.01", "CNY,`0.0l"},
	} {
		text := strings.Replace(published, c[0], c[1], 1)
		if text == published {
			t.Fatalf("%s changes nothing", says)
		}
		if all, err := linesOf(t, text); !errors.Is(err, wechatpay.ErrBill) {
			t.Errorf("%s: %+v, %v", says, all, err)
		}
	}
	if _, err := linesOf(t, strings.Repeat("x", 1<<20)); !errors.Is(err, wechatpay.ErrBill) {
		t.Errorf("a line without an end: %v", err)
	}
	if _, err := linesOf(t, "\x1f\x8bnot packed"); !errors.Is(err, wechatpay.ErrBill) {
		t.Errorf("not packed: %v", err)
	}
}

// TestABillThatBreaksOffIsNotWhole: over the network, in the middle.
func TestABillThatBreaksOffIsNotWhole(t *testing.T) {
	w := open(t, sandbox.Options{})
	for range 50 {
		w.Paid(w.Order())
	}
	monday := period.Date(2026, 3, 2)
	w.Clock.Advance(36 * time.Hour)
	w.Next(sandbox.Normal, sandbox.Lost)
	if all, err := w.Lines(monday); !errors.Is(err, pay.ErrUnknown) {
		t.Errorf("%d lines of a bill that broke off: %v", len(all), err)
	}
	if all, err := w.Lines(monday); err != nil || len(all) != 50 {
		t.Errorf("%d lines, %v", len(all), err)
	}
}

// TestABillIsReadInLittleMemory: 200,000 lines never lie in memory together.
func TestABillIsReadInLittleMemory(t *testing.T) {
	const n = 200_000
	r, w := io.Pipe()
	go func() {
		x := sandbox.NewBillWriter(w, 6_000)
		for i := range n {
			x.Line(pay.BillLine{Kind: pay.PaymentLine, At: time.Unix(1772416800+int64(i%80_000), 0), Key: fmt.Sprintf("%032x", i), ID: fmt.Sprintf("42%026d", i), Account: "1600000001", Amount: money.Amount(i%10_000 + 1), Fee: 1}, "面包")
		}
		_ = w.CloseWithError(x.Close())
	}()
	b, err := wechatpay.ReadBill(r)
	if err != nil {
		t.Fatal(err)
	}
	var most, count uint64
	for {
		_, err := b.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if count++; count%20_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if count != n || most > 32<<20 {
		t.Errorf("%d lines, %d bytes", count, most)
	}
}

func BenchmarkBill(b *testing.B) {
	var text bytes.Buffer
	x := sandbox.NewBillWriter(&text, 6_000)
	for i := range 10_000 {
		x.Line(pay.BillLine{Kind: pay.PaymentLine, At: time.Unix(1772416800, 0), Key: fmt.Sprintf("%032x", i), ID: fmt.Sprintf("42%026d", i), Account: "1600000001", Amount: 12_80, Fee: 8}, "面包")
	}
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if all, err := linesOf(b, text.String()); err != nil || len(all) != 10_000 {
			b.Fatal(err)
		}
	}
}

// FuzzBill: no file makes the reader fall, and what it takes adds up.
func FuzzBill(f *testing.F) {
	f.Add(published)
	f.Add(early)
	f.Add("`")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := linesOf(t, text)
		if err == nil {
			for _, l := range all {
				if l.Amount < 0 || l.Kind != pay.PaymentLine && l.Kind != pay.RefundLine {
					t.Errorf("%+v", l)
				}
			}
		}
	})
}
