package alipay_test

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay/alipay"
)

// standIn is a small Alipay: trades, refunds, shares, transfers and one bill, each by
// its key, signed both ways.
type standIn struct {
	*testing.T
	*alipay.Client
	server *httptest.Server
	clock  *clock.Manual
	app    *rsa.PrivateKey // the house's
	own    *rsa.PrivateKey // Alipay's
	sign   *rsa.PrivateKey // by which it signs answers

	mu        sync.Mutex // what follows, while a request is answered
	trades    map[string]map[string]any
	refunds   map[string]map[string]any
	settled   map[string][]any
	transfers map[string]map[string]any
	asked     []url.Values
	moved     atomic.Int64 // instructions that moved money
	lose      atomic.Int64 // answers to be lost
	refuse    string       // sub code
	bill      []byte
}

var appKey, ownKey = newKey(), newKey()

func newKey() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

func newStandIn(t *testing.T, change func(s *alipay.Settings)) *standIn {
	a := &standIn{T: t, app: appKey, own: ownKey, sign: ownKey, clock: clock.NewManual(time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)),
		trades: map[string]map[string]any{}, refunds: map[string]map[string]any{}, settled: map[string][]any{}, transfers: map[string]map[string]any{}}
	a.server = httptest.NewServer(a)
	t.Cleanup(a.server.Close)
	s := alipay.Settings{App: "2021001", Seller: "2088001", Key: a.app, Alipay: &a.own.PublicKey, Notify: "https://house.example/told", AppCert: "aa", RootCert: "bb"}
	if change != nil {
		change(&s)
	}
	var err error
	if a.Client, err = alipay.New(s, alipay.Options{Gateway: a.server.URL + "/gateway.do", Clock: a.clock}); err != nil {
		t.Fatal(err)
	}
	return a
}

// text is what a signature stands under, written anew.
func text(q url.Values, but ...string) string {
	var names []string
	for name := range q {
		if q.Get(name) != "" && !strings.Contains(strings.Join(but, " ")+" ", name+" ") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + q.Get(name))
	}
	return b.String()
}

func signature(k *rsa.PrivateKey, text string) string {
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

func (a *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/bill" {
		_, _ = w.Write(a.bill)
		return
	}
	_ = r.ParseForm()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.PostForm)
	sig, _ := base64.StdEncoding.DecodeString(r.PostForm.Get("sign"))
	sum := sha256.Sum256([]byte(text(r.PostForm, "sign")))
	if rsa.VerifyPKCS1v15(&a.app.PublicKey, crypto.SHA256, sum[:], sig) != nil || r.PostForm.Get("sign_type") != "RSA2" || r.PostForm.Get("charset") != "utf-8" {
		a.Errorf("a request that is not signed: %v", r.PostForm)
	}
	var content map[string]any
	if err := json.Unmarshal([]byte(r.PostForm.Get("biz_content")), &content); err != nil {
		a.Errorf("content: %v", err)
	}
	method := r.PostForm.Get("method")
	told := map[string]any{"code": "40004", "msg": "Business Failed", "sub_code": a.refuse, "sub_msg": "refused"}
	if a.refuse == "" {
		told = a.carryOut(method, content)
	}
	if told["code"] == nil {
		told["code"], told["msg"] = "10000", "Success"
	}
	if a.lose.Add(-1) >= 0 {
		panic(http.ErrAbortHandler)
	}
	node, _ := json.Marshal(told)
	fmt.Fprintf(w, `{"%s_response":%s,"sign":"%s"}`, strings.ReplaceAll(method, ".", "_"), node, signature(a.sign, string(node)))
}

func refused(code string) map[string]any {
	return map[string]any{"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": code}
}

func (a *standIn) carryOut(method string, c map[string]any) map[string]any {
	key, _ := c["out_trade_no"].(string)
	trade := a.trades[key]
	switch method {
	case "alipay.trade.precreate", "alipay.trade.create":
		if trade == nil {
			trade = map[string]any{"out_trade_no": key, "trade_no": "2026" + key, "total_amount": c["total_amount"], "trade_status": "WAIT_BUYER_PAY", "back": c["passback_params"]}
			a.trades[key] = trade
		}
		return map[string]any{"out_trade_no": key, "qr_code": "https://qr.alipay.com/" + key, "trade_no": trade["trade_no"]}
	case "alipay.trade.query":
		if trade == nil {
			return refused("ACQ.TRADE_NOT_EXIST")
		}
		return trade
	case "alipay.trade.close":
		switch {
		case trade == nil:
			return refused("ACQ.TRADE_NOT_EXIST")
		case trade["trade_status"] != "WAIT_BUYER_PAY":
			return refused("ACQ.TRADE_STATUS_ERROR")
		}
		trade["trade_status"] = "TRADE_CLOSED"
		return map[string]any{"out_trade_no": key}
	case "alipay.trade.refund":
		request := c["out_request_no"].(string)
		change := "N"
		if a.refunds[request] == nil {
			a.refunds[request], change = map[string]any{"out_trade_no": key, "out_request_no": request, "refund_amount": c["refund_amount"], "refund_status": "REFUND_SUCCESS", "gmt_refund_pay": "2026-03-03 14:00:00"}, "Y"
			a.moved.Add(1)
		}
		return map[string]any{"out_trade_no": key, "fund_change": change}
	case "alipay.trade.fastpay.refund.query":
		if x := a.refunds[c["out_request_no"].(string)]; x != nil {
			return x
		}
		return map[string]any{}
	case "alipay.trade.royalty.relation.bind":
		return map[string]any{"result_code": "SUCCESS"}
	case "alipay.trade.order.settle":
		request := c["out_request_no"].(string)
		if _, ok := a.settled[request]; !ok {
			a.settled[request] = c["royalty_parameters"].([]any)
			a.moved.Add(1)
		}
		return map[string]any{"trade_no": c["trade_no"], "settle_no": "S" + request}
	case "alipay.trade.order.settle.query":
		all, ok := a.settled[c["out_request_no"].(string)]
		if !ok {
			return refused("ACQ.TRADE_SETTLE_NOT_EXIST")
		}
		var list []any
		for _, x := range all {
			m := x.(map[string]any)
			list = append(list, map[string]any{"operation_type": "transfer", "state": "SUCCESS", "trans_in": m["trans_in"], "trans_in_type": m["trans_in_type"], "amount": m["amount"], "execute_dt": "2026-03-03 14:00:00"})
		}
		return map[string]any{"out_request_no": c["out_request_no"], "royalty_detail_list": list}
	case "alipay.fund.trans.uni.transfer":
		key := c["out_biz_no"].(string)
		if a.transfers[key] == nil {
			a.transfers[key] = map[string]any{"out_biz_no": key, "order_id": "T" + key, "status": "SUCCESS", "trans_date": "2026-03-03 14:00:00"}
			a.moved.Add(1)
		}
		return a.transfers[key]
	case "alipay.fund.trans.common.query":
		if x := a.transfers[c["out_biz_no"].(string)]; x != nil {
			return x
		}
		return refused("ORDER_NOT_EXIST")
	case "alipay.data.dataservice.bill.downloadurl.query":
		if a.bill == nil {
			return refused("isp.bill_not_exist")
		}
		return map[string]any{"bill_download_url": a.server.URL + "/bill"}
	}
	return map[string]any{"code": "20000", "sub_code": "isp.unknow-error"}
}

// pays is a payer who pays a trade.
func (a *standIn) pays(key string) {
	t := a.trades[key]
	t["trade_status"], t["send_pay_date"], t["buyer_open_id"] = "TRADE_SUCCESS", "2026-03-03 14:00:00", "oAnna"
}

// message is a call-back, signed.
func (a *standIn) message(q url.Values) *http.Request {
	q.Set("sign", signature(a.own, text(q, "sign", "sign_type")))
	r := httptest.NewRequest(http.MethodPost, "/told", strings.NewReader(q.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// packed is a bill as Alipay packs it.
func packed(t *testing.T, details string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	encoder := simplifiedchinese.GB18030.NewEncoder()
	for name, content := range map[string]string{"20880010_20260302_业务明细(汇总).csv": "#汇总\n", "20880010_20260302_业务明细.csv": details} {
		gbk, err := encoder.String(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: gbk, NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		body, err := encoder.String(content)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(body))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
