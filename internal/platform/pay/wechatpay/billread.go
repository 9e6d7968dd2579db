package wechatpay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// maxLine bounds a line of a bill, in bytes: a file without line ends is no bill.
const maxLine = 32 << 10

// ErrBill says that a file is no bill of WeChat Pay, or one that was cut or changed.
var ErrBill = errors.New("wechatpay: not a whole bill")

// unpacked looks whether a file is packed, and unpacks it.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBill, err)
		}
		return z, nil
	}
	return b, nil
}

// The columns that are read. Old bills call the first amount otherwise.
var columnNames = [...][]string{
	at: {"交易时间"}, shop: {"特约商户号", "子商户号"}, number: {"微信订单号"}, ours: {"商户订单号"}, status: {"交易状态"}, currency: {"货币种类"},
	settled: {"应结订单金额", "总金额"}, refundKey: {"商户退款单号"}, refunded: {"退款金额"}, fee: {"手续费"}, attach: {"商户数据包"},
}

const (
	at = iota
	shop
	number
	ours
	status
	currency
	settled
	refundKey
	refunded
	fee
	attach
	columns
)

// lines reads a bill line by line: a head, the lines, the head of the sums, the sums.
type lines struct {
	r    *bufio.Reader
	line int

	where [columns]int // from the left; what stands behind the title from the right, as a title may hold anything
	width int          // columns of the head

	count            int64
	paid, back, kept money.Amount // in the units of the bill: fen

	fields [][]byte
	err    error
}

// unread is a bill that broke off while it was read, whatever stands in it.
type unread struct{ error }

// Unwrap gives the cause.
func (u *unread) Unwrap() error { return u.error }

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, maxLine)} }

func (l *lines) bad(format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrBill, l.line, fmt.Sprintf(format, args...))
}

// read is the next line without its end; io.EOF after the last.
func (l *lines) read() ([]byte, error) {
	for {
		l.line++
		b, err := l.r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, l.bad("more than %d bytes", maxLine)
		case err != nil && err != io.EOF:
			return nil, fmt.Errorf("%w: line %d: %w", ErrBill, l.line, &unread{err})
		case len(b) == 0:
			return nil, io.EOF
		}
		if b = bytes.TrimRight(b, "\r\n"); len(b) > 0 {
			return b, nil
		}
	}
}

// head finds the columns.
func (l *lines) head() error {
	b, err := l.read()
	if err == io.EOF {
		return l.bad("nothing in it")
	}
	if err != nil {
		return err
	}
	names := strings.Split(strings.TrimPrefix(string(b), "\ufeff"), ",")
	l.width = len(names)
	for c, any := range columnNames {
		l.where[c] = -1
		for i, name := range names {
			for _, wanted := range any {
				if strings.TrimSpace(name) == wanted && l.where[c] < 0 {
					l.where[c] = i
				}
			}
		}
		if l.where[c] < 0 {
			return l.bad("no column %s", any[0])
		}
	}
	l.where[fee] -= l.width
	l.where[attach] -= l.width
	return nil
}

// next is the next payment or refund; io.EOF when the sums were read and agree.
func (l *lines) next() (x pay.BillLine, err error) {
	if l.err != nil {
		return x, l.err
	}
	if l.width == 0 {
		if l.err = l.head(); l.err != nil {
			return x, l.err
		}
	}
	b, err := l.read()
	switch {
	case err == io.EOF:
		err = l.bad("it ends without its sums")
	case err != nil:
	case b[0] != '`':
		err = l.sums(string(b))
	default:
		x, err = l.parse(b)
	}
	l.err = err
	return x, err
}

// split cuts a line at each comma with a back-quote behind it. What a shop wrote may
// hold the same, so that a line may have more fields than its head.
func (l *lines) split(b []byte) {
	l.fields = l.fields[:0]
	b = b[1:]
	for {
		i := bytes.Index(b, []byte(",`"))
		if i < 0 {
			l.fields = append(l.fields, b)
			return
		}
		l.fields = append(l.fields, b[:i])
		b = b[i+2:]
	}
}

func (l *lines) field(c int) []byte {
	i := l.where[c]
	if i < 0 {
		i += len(l.fields)
	}
	return l.fields[i]
}

// parse reads a line.
func (l *lines) parse(b []byte) (x pay.BillLine, err error) {
	l.split(b)
	if len(l.fields) < l.width {
		return x, l.bad("%d fields instead of %d", len(l.fields), l.width)
	}
	x = pay.BillLine{Line: l.line, Key: string(l.field(ours)), ID: string(l.field(number)), Account: string(l.field(shop)), Status: string(l.field(status)), Attach: string(l.field(attach))}
	if x.Account == "0" {
		x.Account = ""
	}
	if c := l.field(currency); string(c) != yuan {
		return x, l.bad("the currency %q", c)
	}
	if x.At, err = moment(l.field(at)); err != nil {
		return x, l.bad("the time %q", l.field(at))
	}
	amount := settled
	switch x.Status {
	case "SUCCESS":
		x.Kind = pay.PaymentLine
	case "REFUND", "REVOKED":
		x.Kind, amount, x.Refund = pay.RefundLine, refunded, string(l.field(refundKey))
	default:
		return x, l.bad("the state %q", x.Status)
	}
	var ok, okFee bool
	x.Amount, ok = fen(l.field(amount))
	x.Fee, okFee = fen(l.field(fee))
	if !ok || !okFee || x.Amount < 0 {
		return x, l.bad("the amount %q or the fee %q", l.field(amount), l.field(fee))
	}
	l.count++
	l.kept += x.Fee
	if x.Kind == pay.PaymentLine {
		l.paid += x.Amount
	} else {
		l.back += x.Amount
	}
	return x, nil
}

// moment reads a time as a bill writes it, in China's zone: 2006-01-02 15:04:05.
func moment(b []byte) (time.Time, error) {
	if len(b) != len(time.DateTime) || b[4] != '-' || b[7] != '-' || b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, ErrBill
	}
	var n [6]int
	for i, from := range [...]int{0, 5, 8, 11, 14, 17} {
		to := from + 2
		if i == 0 {
			to = 4
		}
		for _, d := range b[from:to] {
			if d < '0' || d > '9' {
				return time.Time{}, ErrBill
			}
			n[i] = n[i]*10 + int(d-'0')
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	if y, m, d := t.Date(); y != n[0] || int(m) != n[1] || d != n[2] || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, ErrBill
	}
	return t.Add(-8 * time.Hour), nil
}

// fen reads yuan with any number of decimals of which only the first two may be
// something: 12.30, 0.02000, -0.01.
func fen(b []byte) (v money.Amount, ok bool) {
	minus := len(b) > 0 && b[0] == '-'
	if minus {
		b = b[1:]
	}
	decimals, digits := -1, 0
	for _, c := range b {
		switch {
		case c == '.' && decimals < 0 && digits > 0:
			decimals = 0
			continue
		case c < '0' || c > '9':
			return 0, false
		case decimals >= 2:
			if c != '0' {
				return 0, false
			}
			continue
		case digits >= 15:
			return 0, false
		}
		v = v*10 + money.Amount(c-'0')
		digits++
		if decimals >= 0 {
			decimals++
		}
	}
	for decimals = max(decimals, 0); decimals < 2; decimals++ {
		v *= 10
	}
	if minus {
		v = -v
	}
	return v, digits > 0
}

// sums reads the last two lines and compares; io.EOF when they agree.
func (l *lines) sums(head string) error {
	names := strings.Split(head, ",")
	b, err := l.read()
	if err != nil || b[0] != '`' {
		return l.bad("no sums behind the head of the sums")
	}
	l.split(b)
	if len(l.fields) != len(names) {
		return l.bad("%d sums instead of %d", len(l.fields), len(names))
	}
	want := map[string]money.Amount{
		"应结订单总金额": l.paid, "总交易额": l.paid, "退款总金额": l.back, "总退款金额": l.back, "手续费总金额": l.kept,
	}
	seen := 0
	for i, name := range names {
		if name == "总交易单数" {
			if string(l.fields[i]) != strconv.FormatInt(l.count, 10) {
				return l.bad("%s lines, and there are %d", l.fields[i], l.count)
			}
			seen++
			continue
		}
		sum, known := want[name]
		if !known {
			continue
		}
		if got, ok := fen(l.fields[i]); !ok || got != sum {
			return l.bad("%s is %s, and the lines make %s", name, l.fields[i], sum.Decimal(money.CNY))
		}
		seen++
	}
	if seen != 4 {
		return l.bad("sums that say too little: %s", head)
	}
	if _, err := l.read(); err != io.EOF {
		return l.bad("something behind the sums")
	}
	return io.EOF
}
