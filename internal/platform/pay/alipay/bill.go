package alipay

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
)

// Limits of a bill.
const (
	maxFile  = 4 << 30  // packed, on the disk
	maxLine  = 64 << 10 // of its text
	billHour = 12       // a day without a bill by then had no trade
)

// ErrBill says that a file is no bill of Alipay, or one that was cut or changed.
var ErrBill = errors.New("alipay: not a whole bill")

// Bill implements pay.Provider. The file is packed in a way that is read from its end, so
// it goes to the disk first; it is read line by line from there.
func (c *Client) Bill(ctx context.Context, day period.Day) (pay.Bill, error) {
	now := c.clock.Now()
	if !now.After((day + 1).Start(china)) {
		return nil, fmt.Errorf("%w: %s is not over", pay.ErrNotYet, day)
	}
	var x struct {
		URL string `json:"bill_download_url"`
	}
	err := c.call(ctx, "alipay.data.dataservice.bill.downloadurl.query", "", false, map[string]any{"bill_type": "trade", "bill_date": day.String()}, &x)
	if r := (*pay.Refused)(nil); errors.As(err, &r) && (r.Code == "ISP.BILL_NOT_EXIST" || r.Code == "BILL_NOT_EXIST") {
		if now.In(china).Before((day + 1).Start(china).Add(billHour * 3600e9)) {
			return nil, fmt.Errorf("%w: %w", pay.ErrNotYet, err)
		}
		return nothing{}, nil
	}
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(x.URL)
	if err != nil || !strings.HasSuffix(at.Host, c.bills) {
		return nil, fmt.Errorf("%w: a bill that lies elsewhere", pay.ErrUnknown)
	}
	return c.download(ctx, at.String())
}

// download brings a bill to the disk and opens it.
func (c *Client) download(ctx context.Context, at string) (_ pay.Bill, err error) {
	ctx, cancel := context.WithTimeout(ctx, billPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: a bill: %w", pay.ErrUnknown, errors.Unwrap(err)) // the address is a key
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: a bill: HTTP %d", pay.ErrUnknown, res.StatusCode)
	}
	f, err := os.CreateTemp("", "bill-*.zip")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // it lives while it is open
	n, err := io.Copy(f, io.LimitReader(res.Body, maxFile+1))
	if err == nil && n > maxFile {
		err = fmt.Errorf("%w: it is too long", ErrBill)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: a bill: %w", pay.ErrUnknown, err), f.Close())
	}
	b, err := ReadBill(f, n)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b.file = f
	return b, nil
}

// ReadBill opens a bill as Alipay hands it out: a ZIP file with the details of trades.
func ReadBill(r io.ReaderAt, size int64) (*Bill, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBill, err)
	}
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for _, f := range z.File {
		name := f.Name
		if f.NonUTF8 {
			if text, err := decoder.String(name); err == nil {
				name = text
			}
		}
		if !strings.HasSuffix(name, ".csv") || strings.Contains(name, "汇总") {
			continue
		}
		text, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBill, err)
		}
		lines := bufio.NewScanner(simplifiedchinese.GB18030.NewDecoder().Reader(text))
		lines.Buffer(nil, maxLine)
		return &Bill{text: text, lines: lines}, nil
	}
	return nil, fmt.Errorf("%w: no details in it", ErrBill)
}

// Bill is a bill of Alipay's.
type Bill struct {
	text  io.Closer
	file  io.Closer // on the disk, if it was downloaded
	lines *bufio.Scanner
	line  int
	where map[string]int
	ended bool

	count [2]int64 // payments, refunds
	sum   [2]money.Amount
	told  [2]bool
	err   error
}

// Close implements pay.Bill.
func (b *Bill) Close() error {
	err := b.text.Close()
	if b.file != nil {
		err = errors.Join(err, b.file.Close())
	}
	return err
}

func (b *Bill) bad(format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrBill, b.line, fmt.Sprintf(format, args...))
}

// Next implements pay.Bill.
func (b *Bill) Next() (x pay.BillLine, err error) {
	for b.err == nil {
		if !b.lines.Scan() {
			b.err = b.end()
			break
		}
		b.line++
		text := strings.TrimSpace(b.lines.Text())
		switch {
		case text == "":
		case strings.HasPrefix(text, "#"):
			b.err = b.comment(text)
		case b.where == nil:
			b.err = b.head(text)
		default:
			x, b.err = b.parse(strings.Split(text, ","))
			return x, b.err
		}
	}
	return x, b.err
}

// end is io.EOF if the bill was whole.
func (b *Bill) end() error {
	if err := b.lines.Err(); err != nil {
		return b.bad("%v", err)
	}
	if !b.ended || !b.told[0] || !b.told[1] {
		return b.bad("it ends before its sums")
	}
	return io.EOF
}

// sums matches the last lines: 交易合计 and 退款合计, how many, and how much was received.
var sums = regexp.MustCompile(`^#(交易|退款)合计[：:]\s*(\d+)笔[，,]\s*商家实收(?:退款)?共(-?[\d.]+)元`)

func (b *Bill) comment(text string) error {
	if strings.Contains(text, "列表结束") {
		b.ended = true
	}
	m := sums.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	i, sum := 0, fen(strings.TrimPrefix(m[3], "-"))
	if m[1] == "退款" {
		i = 1
	}
	if m[2] != strconv.FormatInt(b.count[i], 10) || sum != b.sum[i] {
		return b.bad("it says %s, and the lines make %d and %s", text, b.count[i], yuan(b.sum[i]))
	}
	b.told[i] = true
	return nil
}

// The columns that are read; brackets are of either width.
const (
	colNumber, colKey, colKind, colAt = "支付宝交易号", "商户订单号", "业务类型", "完成时间"
	colAmount, colRefund, colFee      = "商家实收(元)", "退款批次号/请求号", "服务费(元)"
)

var narrow = strings.NewReplacer("（", "(", "）", ")")

func (b *Bill) head(text string) error {
	b.where = make(map[string]int)
	for i, name := range strings.Split(text, ",") {
		b.where[narrow.Replace(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{colNumber, colKey, colKind, colAt, colAmount, colRefund, colFee} {
		if _, ok := b.where[name]; !ok {
			return b.bad("no column %s", name)
		}
	}
	return nil
}

// parse reads a line. Titles hold no comma: Alipay writes another one for it.
func (b *Bill) parse(fields []string) (x pay.BillLine, err error) {
	if len(fields) < len(b.where) || b.ended {
		return x, b.bad("%d fields instead of %d", len(fields), len(b.where))
	}
	f := func(name string) string { return strings.TrimSpace(fields[b.where[name]]) }
	amount, minus := strings.CutPrefix(f(colAmount), "-")
	fee, kept := strings.CutPrefix(f(colFee), "-")
	x = pay.BillLine{Line: b.line, Kind: pay.PaymentLine, Key: f(colKey), ID: f(colNumber), Amount: fen(amount), Fee: fen(fee), Status: f(colKind)}
	if x.At, err = moment(f(colAt)); err != nil {
		return x, b.bad("the time %q", f(colAt))
	}
	i := 0
	switch x.Status {
	case "交易":
	case "退款":
		x.Kind, x.Refund, i = pay.RefundLine, f(colRefund), 1
	default:
		return x, b.bad("the kind %q", x.Status)
	}
	if x.Amount < 0 || x.Fee < 0 || minus != (i == 1) && x.Amount != 0 {
		return x, b.bad("the amount %q or the fee %q", f(colAmount), f(colFee))
	}
	if !kept {
		x.Fee = -x.Fee // it came back
	}
	b.count[i]++
	b.sum[i] += x.Amount
	return x, nil
}

// nothing is the bill of a day without trade.
type nothing struct{}

func (nothing) Next() (x pay.BillLine, err error) { return x, io.EOF }
func (nothing) Close() error                      { return nil }
