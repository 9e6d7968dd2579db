package wechatpay

import (
	"compress/gzip"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/pay"
)

// Bill implements pay.Provider: the trade bill of a day, of all shops, downloaded while
// it is read. At its end its sums and its hash must agree.
func (c *Client) Bill(ctx context.Context, day period.Day) (pay.Bill, error) {
	if !c.clock.Now().After((day + 1).Start(china)) {
		return nil, fmt.Errorf("%w: %s is not over", pay.ErrNotYet, day)
	}
	var told struct {
		Kind string `json:"hash_type"`
		Hash string `json:"hash_value"`
		URL  string `json:"download_url"`
	}
	err := c.call(ctx, request{method: http.MethodGet, path: "/v3/bill/tradebill?bill_date=" + day.String() + "&bill_type=ALL&tar_type=GZIP"}, &told)
	switch code(err) {
	case "":
	case "NO_STATEMENT_EXIST":
		return &none{}, nil
	case "STATEMENT_CREATING":
		return nil, fmt.Errorf("%w: %w", pay.ErrNotYet, err)
	}
	if err != nil {
		return nil, err
	}
	if told.Kind != "SHA1" {
		return nil, fmt.Errorf("%w: a bill with a hash of the kind %q", pay.ErrUnknown, told.Kind)
	}
	at, err := url.Parse(told.URL)
	if err != nil || at.Scheme+"://"+at.Host != c.base {
		return nil, fmt.Errorf("%w: a bill that lies elsewhere", pay.ErrUnknown)
	}
	return c.download(ctx, at.RequestURI(), told.Hash)
}

// download begins to read a bill. The answer is not signed; its hash was.
func (c *Client) download(ctx context.Context, path, sum string) (pay.Bill, error) {
	ctx, cancel := context.WithTimeout(ctx, billPatience)
	res, err := c.send(ctx, c.base, request{method: http.MethodGet, path: path})
	if err != nil {
		cancel()
		return nil, err
	}
	d := &downloaded{body: res.Body, cancel: cancel, sum: strings.ToLower(sum), hash: sha1.New()}
	if res.StatusCode != http.StatusOK {
		_ = d.Close()
		return nil, fmt.Errorf("%w: a bill: HTTP %d", pay.ErrUnknown, res.StatusCode)
	}
	if d.clear, err = gzip.NewReader(res.Body); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("%w: a bill: %w", pay.ErrUnknown, err)
	}
	d.lines = newLines(io.TeeReader(d.clear, d.hash))
	return d, nil
}

// downloaded is a bill that comes from WeChat.
type downloaded struct {
	body   io.Closer
	cancel context.CancelFunc
	clear  *gzip.Reader
	lines  *lines
	hash   hash.Hash
	sum    string
}

// Next implements pay.Bill.
func (d *downloaded) Next() (pay.BillLine, error) {
	l, err := d.lines.next()
	if err == io.EOF {
		if got := hex.EncodeToString(d.hash.Sum(nil)); got != d.sum {
			return l, fmt.Errorf("%w: a bill whose hash is %s instead of %s", pay.ErrUnknown, got, d.sum)
		}
	}
	if u := (*unread)(nil); errors.As(err, &u) { // on the way, not in the bill: it may be fetched again
		err = fmt.Errorf("%w: %w", pay.ErrUnknown, err)
	}
	return l, err
}

// Close implements pay.Bill.
func (d *downloaded) Close() error {
	d.cancel()
	return d.body.Close()
}

// none is the bill of a day on which nothing was paid.
type none struct{}

func (none) Next() (l pay.BillLine, err error) { return l, io.EOF }
func (none) Close() error                      { return nil }

// ReadBill reads a bill that somebody downloaded by hand, packed by gzip or not.
func ReadBill(r io.Reader) (pay.Bill, error) {
	clear, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	return &file{newLines(clear)}, nil
}

type file struct{ lines *lines }

func (f *file) Next() (pay.BillLine, error) { return f.lines.next() }
func (f *file) Close() error                { return nil }
