package alipay_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/alipay"
)

var ctx = context.Background()

func anOrder(n int) pay.Order {
	return pay.Order{Key: fmt.Sprintf("%032x", n), Amount: 100_00, Title: "面包", Scene: pay.Native, Attach: "till/1", Expires: time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)}
}

func refuses(t *testing.T, says string, err error, code string) {
	t.Helper()
	if r := (*pay.Refused)(nil); !errors.As(err, &r) || r.Code != code {
		t.Errorf("%s: %v, want %s", says, err, code)
	}
}

func TestATradesLife(t *testing.T) {
	a := newStandIn(t, nil)
	o := anOrder(1)
	p, err := a.Pay(ctx, o)
	if err != nil || p.Code != "https://qr.alipay.com/"+o.Key {
		t.Fatalf("%+v, %v", p, err)
	}
	if got, err := a.Payment(ctx, o.Key, ""); err != nil || got.State != pay.Pending {
		t.Errorf("%+v, %v", got, err)
	}
	a.pays(o.Key)
	got, err := a.Payment(ctx, o.Key, "")
	if err != nil || got.State != pay.Done || got.Amount != 100_00 || got.Payer != "oAnna" || !got.PaidAt.Equal(a.clock.Now()) {
		t.Errorf("%+v, %v", got, err)
	}
	refuses(t, "closed though it was paid", a.Close(ctx, o.Key, ""), "TRADE_STATUS_ERROR")
	in := anOrder(2)
	in.Scene, in.Payer = pay.JSAPI, "oBao"
	if p, err := a.Pay(ctx, in); err != nil || p.Handed["tradeNO"] != p.ID || p.ID == "" {
		t.Errorf("%+v, %v", p, err)
	}
	for range 2 {
		if err := a.Close(ctx, in.Key, ""); err != nil {
			t.Error(err)
		}
	}
	if _, err := a.Payment(ctx, anOrder(9).Key, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Error(err)
	}
	if _, err := a.Pay(ctx, pay.Order{Key: o.Key, Title: "x", Scene: pay.Native}); err == nil {
		t.Error("an order of nothing was taken")
	}
	a.trades[o.Key]["trade_status"] = "TRADE_CLOSED" // after a refund of all
	if got, err := a.Payment(ctx, o.Key, ""); err != nil || got.State != pay.Returned {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestNothingTwice: an answer is lost, the instruction is given again, and money moved once.
func TestNothingTwice(t *testing.T) {
	a := newStandIn(t, nil)
	o := anOrder(1)
	if _, err := a.Pay(ctx, o); err != nil {
		t.Fatal(err)
	}
	a.pays(o.Key)
	paid := a.clock.Now().Add(-time.Hour)
	for says, give := range map[string]func() error{
		"a refund": func() error {
			x, err := a.Refund(ctx, pay.Refund{Key: "refund01", Payment: o.Key, Amount: 5_00, Total: 100_00, Reason: "退"})
			if err == nil && (x.State != pay.Done || x.Amount != 5_00) {
				t.Errorf("%+v", x)
			}
			return err
		},
		"a share": func() error {
			_, err := a.Share(ctx, pay.Share{Key: "share001", Payment: "2026" + o.Key, Total: 100_00, PaidAt: paid, Release: true, Parts: []pay.Part{{Kind: pay.ToPerson, Account: "oBao", Amount: 2_00, Why: "奖励"}}})
			return err
		},
		"a transfer": func() error {
			_, err := a.Transfer(ctx, pay.Transfer{Key: "transfer01", Kind: pay.ToPerson, Account: "oBao", Amount: 1_00, Why: "奖励"})
			return err
		},
	} {
		before := a.moved.Load()
		a.lose.Store(1)
		if err := give(); !errors.Is(err, pay.ErrUnknown) {
			t.Errorf("%s: %v", says, err)
		}
		for range 2 {
			if err := give(); err != nil {
				t.Errorf("%s again: %v", says, err)
			}
		}
		if moved := a.moved.Load() - before; moved != 1 {
			t.Errorf("%s moved money %d times", says, moved)
		}
	}
	if x, err := a.Refunded(ctx, "refund01", o.Key, ""); err != nil || x.State != pay.Done || x.Amount != 5_00 {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := a.Refunded(ctx, "refund99", o.Key, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Error(err)
	}
	if x, err := a.Shared(ctx, "share001", "2026"+o.Key, ""); err != nil || x.State != pay.Done || len(x.Parts) != 1 || x.Parts[0].Kind != pay.ToPerson || x.Parts[0].Amount != 2_00 {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := a.Shared(ctx, "share999", "2026"+o.Key, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Error(err)
	}
	if x, err := a.Transferred(ctx, "transfer01"); err != nil || x.State != pay.Done {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := a.Transferred(ctx, "transfer99"); !errors.Is(err, pay.ErrNotFound) {
		t.Error(err)
	}
}

// TestAnswersThatAreNotAlipays: then nobody knows.
func TestAnswersThatAreNotAlipays(t *testing.T) {
	a := newStandIn(t, nil)
	a.sign = a.app
	if _, err := a.Pay(ctx, anOrder(1)); !errors.Is(err, pay.ErrUnknown) || !errors.Is(err, pay.ErrForged) {
		t.Error(err)
	}
	a.sign = a.own
	a.refuse = "ACQ.SYSTEM_ERROR"
	if _, err := a.Pay(ctx, anOrder(1)); !errors.Is(err, pay.ErrUnknown) {
		t.Error(err)
	}
	a.refuse = "ACQ.TOTAL_FEE_EXCEED"
	_, err := a.Pay(ctx, anOrder(1))
	refuses(t, "refused", err, "TOTAL_FEE_EXCEED")
	a.server.Close()
	if _, err := a.Pay(ctx, anOrder(1)); !errors.Is(err, pay.ErrUnknown) {
		t.Error(err)
	}
}

// TestWhatAlipayLacks is refused, and nothing is sent.
func TestWhatAlipayLacks(t *testing.T) {
	a := newStandIn(t, func(s *alipay.Settings) { s.AppCert, s.RootCert = "", "" })
	shop := anOrder(1)
	shop.Account = "2088002"
	_, err := a.Pay(ctx, shop)
	refuses(t, "a shop without authorisation", err, pay.CodeNotHere)
	_, err = a.Return(ctx, pay.Return{})
	refuses(t, "a return", err, pay.CodeNotHere)
	_, err = a.Transfer(ctx, pay.Transfer{Key: "transfer01", Kind: pay.ToPerson, Account: "o", Amount: 1})
	refuses(t, "a transfer without certificates", err, pay.CodeNotHere)
	refuses(t, "a pickup", a.Pickup(ctx, pay.Pickup{}), pay.CodeNotHere)
	if len(a.asked) > 0 {
		t.Errorf("sent: %v", a.asked)
	}
	b := newStandIn(t, func(s *alipay.Settings) {
		s.Token = func(_ context.Context, account string) (string, error) { return "token-of-" + account, nil }
	})
	if _, err := b.Pay(ctx, shop); err != nil || b.asked[0].Get("app_auth_token") != "token-of-2088002" || b.asked[0].Get("app_cert_sn") != "aa" {
		t.Errorf("%v, %v", b.asked, err)
	}
}

func paidMessage(key string) url.Values {
	return url.Values{"notify_id": {"n1"}, "notify_type": {"trade_status_sync"}, "app_id": {"2021001"}, "seller_id": {"2088001"}, "out_trade_no": {key}, "trade_no": {"2026x"},
		"trade_status": {"TRADE_SUCCESS"}, "total_amount": {"100.00"}, "gmt_payment": {"2026-03-03 14:00:00"}, "buyer_open_id": {"oAnna"}, "passback_params": {"till%2F1"}, "sign_type": {"RSA2"}}
}

func TestMessages(t *testing.T) {
	a := newStandIn(t, nil)
	key := anOrder(1).Key
	m, err := a.Read(a.message(paidMessage(key)))
	if err != nil || m.Kind != pay.PaymentMessage || m.Payment.Key != key || m.Payment.Amount != 100_00 || m.Payment.Attach != "till/1" || m.Payment.State != pay.Done || m.Payment.Account != "" {
		t.Errorf("%+v, %v", m.Payment, err)
	}
	back := paidMessage(key)
	back.Set("out_biz_no", "refund01")
	back.Set("gmt_refund", "2026-03-03 15:00:00.123")
	if m, err := a.Read(a.message(back)); err != nil || m.Kind != pay.RefundMessage || m.Refund.Key != "refund01" || m.Refund.Payment != key {
		t.Errorf("%+v, %v", m, err)
	}
	for says, c := range map[string]struct {
		do   func(q url.Values)
		want error
	}{
		"in no known state":  {func(q url.Values) { q.Set("trade_status", "DANCING") }, pay.ErrUnknown},
		"of nothing":         {func(q url.Values) { q.Set("total_amount", "0.00") }, pay.ErrUnknown},
		"of no number":       {func(q url.Values) { q.Set("total_amount", "1e3") }, pay.ErrUnknown},
		"for another app":    {func(q url.Values) { q.Set("app_id", "2021002") }, pay.ErrForged},
		"signed by RSA":      {func(q url.Values) { q.Set("sign_type", "RSA") }, pay.ErrForged},
		"without its number": {func(q url.Values) { q.Del("trade_no") }, pay.ErrUnknown},
	} {
		q := paidMessage(key)
		c.do(q)
		if m, err := a.Read(a.message(q)); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", says, m.Payment, err)
		}
	}
	for says, do := range map[string]func(b string) string{
		"changed": func(b string) string { return strings.Replace(b, "100.00", "900.00", 1) },
		"twice":   func(b string) string { return b + "&total_amount=900.00" },
		"huge":    func(b string) string { return b + "&x=" + strings.Repeat("x", 1<<20) },
		"nothing": func(string) string { return "" },
	} {
		r := a.message(paidMessage(key))
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(do(string(b))))
		if m, err := a.Read(r); !errors.Is(err, pay.ErrForged) {
			t.Errorf("%s: %+v, %v", says, m, err)
		}
	}
	for err, want := range map[error]string{nil: "success", pay.ErrForged: "fail"} {
		w := httptest.NewRecorder()
		a.Answer(w, err)
		if w.Body.String() != want {
			t.Errorf("%v is answered by %q", err, w.Body)
		}
	}
}

const published = `#支付宝业务明细查询
#账号：[20880010]
#起始日期：[2026年03月02日 00:00:00]   终止日期：[2026年03月03日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2026030222001	,00000000000000000000000000000001	,交易	,面包,2026-03-02 10:00:00,2026-03-02 10:00:05,,,,,*芳(wf***@163.com),100.00,100.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,,-0.60,0.00,
2026030222001	,00000000000000000000000000000001	,退款	,面包,2026-03-02 10:00:00,2026-03-02 11:00:00,,,,,*芳(wf***@163.com),-10.00,-10.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,refund01	,0.06,0.00,
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共100.00元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元
#导出时间：[2026年03月03日 09:00:00]
`

func linesOf(b pay.Bill, err error) (all []pay.BillLine, _ error) {
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

func TestBills(t *testing.T) {
	a := newStandIn(t, nil)
	day := period.Date(2026, 3, 2)
	if _, err := a.Bill(ctx, day+1); !errors.Is(err, pay.ErrNotYet) {
		t.Error(err)
	}
	a.clock.Set(time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC))
	if _, err := a.Bill(ctx, day); !errors.Is(err, pay.ErrNotYet) {
		t.Errorf("at nine: %v", err)
	}
	a.clock.Set(time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC))
	if all, err := linesOf(a.Bill(ctx, day)); err != nil || len(all) != 0 {
		t.Errorf("in the afternoon: %v, %v", all, err)
	}
	a.bill = packed(t, published)
	all, err := linesOf(a.Bill(ctx, day))
	want := []pay.BillLine{
		{Line: 6, Kind: pay.PaymentLine, At: time.Date(2026, 3, 2, 2, 0, 5, 0, time.UTC), Key: "00000000000000000000000000000001", ID: "2026030222001", Amount: 100_00, Fee: 60, Status: "交易"},
		{Line: 7, Kind: pay.RefundLine, At: time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC), Key: "00000000000000000000000000000001", ID: "2026030222001", Refund: "refund01", Amount: 10_00, Fee: -6, Status: "退款"},
	}
	if err != nil || fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", all, err)
	}
	for says, c := range map[string][2]string{
		"an amount changed": {"100.00,100.00,", "100.00,101.00,"}, "a line lost": {published[strings.Index(published, "2026030222001\t,00000000000000000000000000000001\t,退款"):strings.Index(published, "#-----------------------------------------业务明细列表结束")], ""},
		"no sums": {published[strings.Index(published, "#交易合计"):], ""}, "an unknown kind": {",退款\t,", ",跳舞\t,"}, "a column missing": {"服务费（元）", "费"}, "a wrong time": {"2026-03-02 11:00:00", "2026-03-02"},
	} {
		text := strings.Replace(published, c[0], c[1], 1)
		if text == published {
			t.Fatal(says)
		}
		a.bill = packed(t, text)
		if all, err := linesOf(a.Bill(ctx, day)); !errors.Is(err, alipay.ErrBill) {
			t.Errorf("%s: %v, %v", says, all, err)
		}
	}
	a.bill = []byte("no zip")
	if _, err := linesOf(a.Bill(ctx, day)); !errors.Is(err, alipay.ErrBill) {
		t.Error(err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	a := newStandIn(t, nil)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if s := fmt.Sprintf(verb, a.Client); strings.Contains(s, a.app.D.String()) || !strings.Contains(s, "2021001") {
			t.Errorf("%.200s", s)
		}
	}
}

func TestCertificatesAreNumbered(t *testing.T) {
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(77), Issuer: pkix.Name{CommonName: "Ant"}, Subject: pkix.Name{CommonName: "Ant", Organization: []string{"Ant Financial"}, Country: []string{"CN"}}, SignatureAlgorithm: x509.SHA256WithRSA},
		&x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "Ant", Organization: []string{"Ant Financial"}, Country: []string{"CN"}}}, &appKey.PublicKey, appKey)
	if err != nil {
		t.Fatal(err)
	}
	one := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	n, err := alipay.CertNumber(one)
	sum := md5.Sum([]byte("CN=Ant,O=Ant Financial,C=CN77")) // names of the issuer, then the serial number
	if err != nil || n != hex.EncodeToString(sum[:]) {
		t.Errorf("%s, %v", n, err)
	}
	if chain, err := alipay.CertNumber(bytes.Repeat(one, 2)); err != nil || chain != n+"_"+n {
		t.Errorf("%s, %v", chain, err)
	}
	if _, err := alipay.CertNumber([]byte("none")); err == nil {
		t.Error("no certificate has a number")
	}
}

// FuzzBill: no file makes the reader fall.
func FuzzBill(f *testing.F) {
	f.Add([]byte(published))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = linesOf(alipay.Lines(text), nil)
	})
}
