package sandbox

import (
	"bufio"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
)

// heads of a bill, as WeChat writes them.
const (
	billHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"
	sumsHead = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
)

// BillWriter writes a bill as WeChat does, line by line.
type BillWriter struct {
	w                *bufio.Writer
	b                []byte
	n                int64
	paid, back, kept money.Amount
	rate             string
}

// NewBillWriter begins a bill; rate is printed on each line.
func NewBillWriter(w io.Writer, rate money.Rate) *BillWriter {
	x := &BillWriter{w: bufio.NewWriterSize(w, 64<<10), rate: fmt.Sprintf("%d.%02d%%", rate/10_000, rate%10_000/100)}
	_, _ = x.w.WriteString(billHead) // an error of the writer below comes out of Close
	return x
}

// Line writes a payment or a refund. Title is what the payer saw.
func (x *BillWriter) Line(l pay.BillLine, title string) {
	paid, back, status, kind, refundID := l.Amount, money.Amount(0), "SUCCESS", "", "0"
	refundKey, ended := "0", ""
	if l.Kind == pay.RefundLine {
		paid, back, status, kind = 0, l.Amount, "REFUND", "ORIGINAL"
		refundID, refundKey, ended = "5030"+l.Refund, l.Refund, "SUCCESS"
	}
	shop := l.Account
	if shop == "" {
		shop = "0"
	}
	b := append(x.b[:0], '`')
	b = l.At.In(china).AppendFormat(b, time.DateTime)
	for _, text := range []string{App, Merchant, shop, "", l.ID, l.Key, "oPractice", "JSAPI", status, "OTHERS", "CNY"} {
		b = append(append(b, ",`"...), text...)
	}
	b = paid.AppendDecimal(append(b, ",`"...), money.CNY)
	b = append(b, ",`0.00"...)
	for _, text := range []string{refundID, refundKey} {
		b = append(append(b, ",`"...), text...)
	}
	b = back.AppendDecimal(append(b, ",`"...), money.CNY)
	b = append(b, ",`0.00"...)
	for _, text := range []string{kind, ended, title, l.Attach} {
		b = append(append(b, ",`"...), text...)
	}
	b = append(l.Fee.AppendDecimal(append(b, ",`"...), money.CNY), "000,`"...)
	b = append(append(b, x.rate...), ",`"...)
	b = paid.AppendDecimal(b, money.CNY)
	b = back.AppendDecimal(append(b, ",`"...), money.CNY)
	b = append(b, ",`\r\n"...)
	_, _ = x.w.Write(b)
	x.b = b
	x.n++
	x.paid += paid
	x.back += back
	x.kept += l.Fee
}

// Close writes the sums.
func (x *BillWriter) Close() error {
	_, _ = x.w.WriteString(sumsHead)
	b := strconv.AppendInt(append(x.b[:0], '`'), x.n, 10)
	for _, v := range []money.Amount{x.paid, x.back, 0} {
		b = v.AppendDecimal(append(b, ",`"...), money.CNY)
	}
	b = append(x.kept.AppendDecimal(append(b, ",`"...), money.CNY), "000,`"...)
	b = x.paid.AppendDecimal(b, money.CNY)
	b = x.back.AppendDecimal(append(b, ",`"...), money.CNY)
	_, _ = x.w.Write(append(b, "\r\n"...))
	return x.w.Flush()
}

// billed is a line of a bill with the title beside it.
type billed struct {
	pay.BillLine
	title string
}

// linesOf are the lines of a day's bill, of one shop or ("") of all, with the faults
// that were set. They are in order of time.
func (s *Server) linesOf(day period.Day, account string) (all []billed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &s.bank
	b.advance(s.clock.Now())
	from, to := day.Start(china), (day + 1).Start(china)
	add := func(l pay.BillLine, key, title string) {
		f := &s.faults.Bill
		if l.At.Before(from) || !l.At.Before(to) || account != "" && l.Account != account || slices.Contains(f.Omit, key) {
			return
		}
		if v, ok := f.Change[key]; ok {
			l.Amount = v
		}
		all = append(all, billed{l, title})
	}
	for _, o := range b.paid {
		add(pay.BillLine{Kind: pay.PaymentLine, At: o.at, Key: o.Key, ID: o.id, Account: o.Account, Amount: o.Amount, Fee: o.fee, Attach: o.Attach}, o.Key, o.Title)
	}
	for _, r := range b.backs {
		add(pay.BillLine{Kind: pay.RefundLine, At: r.made, Key: r.Payment, ID: r.order.id, Refund: r.Key, Account: r.Account, Amount: r.Amount, Fee: -r.fee, Attach: r.order.Attach}, r.Key, r.order.Title)
	}
	for _, l := range s.faults.Bill.Add {
		add(l, "", "")
	}
	slices.SortStableFunc(all, func(x, y billed) int { return x.At.Compare(y.At) })
	return all
}

// WriteBill writes the bill of a day.
func (s *Server) WriteBill(w io.Writer, day period.Day, account string) error {
	x := NewBillWriter(w, s.fee)
	for _, l := range s.linesOf(day, account) {
		x.Line(l.BillLine, l.title)
	}
	return x.Close()
}

// bill says where the bill of a day lies.
func (a *asking) bill() (int, any, error) {
	q := a.URL.Query()
	day, err := period.ParseDay(q.Get("bill_date"))
	if err != nil || q.Get("bill_type") != "ALL" || q.Get("tar_type") != "GZIP" && q.Get("tar_type") != "" {
		return 0, nil, badParam("bill_date, bill_type or tar_type")
	}
	switch now := a.s.clock.Now(); {
	case now.Before((day + 1).Start(china)):
		return 0, nil, refused(http.StatusBadRequest, "NO_STATEMENT_EXIST", "the day is not over")
	case now.Before((day + 1).Start(china).Add(billsFrom)):
		return 0, nil, refused(http.StatusBadRequest, "STATEMENT_CREATING", "the bill is being made")
	case len(a.s.linesOf(day, a.account())) == 0:
		return 0, nil, refused(http.StatusBadRequest, "NO_STATEMENT_EXIST", "nothing was paid")
	}
	sum := sha1.New()
	if err := a.s.WriteBill(sum, day, a.account()); err != nil {
		return 0, nil, err
	}
	scheme := "http"
	if a.TLS != nil || a.URL.Scheme == "https" {
		scheme = "https"
	}
	return http.StatusOK, map[string]string{
		"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum.Sum(nil)),
		"download_url": scheme + "://" + a.Host + "/v3/billdownload/file?token=" + day.String() + "." + a.account() + "." + q.Get("tar_type"),
	}, nil
}

// billFile hands a bill over: signed for by who asks, not by the provider.
func (s *Server) billFile(w http.ResponseWriter, r *http.Request) {
	if err := s.authorize(r, nil); err != nil {
		answer(w, http.StatusUnauthorized, nil, refusal("SIGN_ERROR", err.Error()))
		return
	}
	fate, _ := s.fate()
	if fate == Failed || fate == TooOften {
		answer(w, http.StatusInternalServerError, nil, refusal("SYSTEM_ERROR", "practice"))
		return
	}
	parts := splitToken(r.URL.Query().Get("token"))
	day, err := period.ParseDay(parts[0])
	if err != nil {
		answer(w, http.StatusBadRequest, nil, refusal("PARAM_ERROR", "token"))
		return
	}
	out := io.Writer(w)
	if fate == Lost {
		out = &cut{w, 100}
	}
	if parts[2] != "GZIP" {
		_ = s.WriteBill(out, day, parts[1])
		return
	}
	z := gzip.NewWriter(out)
	_ = s.WriteBill(z, day, parts[1])
	_ = z.Close()
}
