package notice_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx      = context.Background()
	schemas  = []db.Schema{db.Own, notice.Schema}
	shanghai = time.FixedZone("Asia/Shanghai", 8*3600)
	reach    = notice.Reach{Zone: shanghai, Phone: true}
	books    = id.ID{1, 2, 3}
)

// house is the inboxes of a test. Its clock begins at 18:24 in Shanghai.
type house struct {
	dbtest.Env
	*notice.Service
	t failer
}

// failer is a test, or a round of a property test.
type failer interface {
	Helper()
	Fatal(args ...any)
}

func newHouse(t failer, env dbtest.Env, open ...notice.Way) *house {
	return &house{env, notice.New(open...), t}
}

func (h *house) update(fn func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.Update(ctx, id.Tilde, db.System, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(fn func(r db.Reader) error) {
	h.t.Helper()
	if err := h.View(ctx, id.Tilde, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) deliver(n notice.Notice) {
	h.t.Helper()
	h.update(func(tx *db.Tx) error { return h.Service.Deliver(ctx, tx, n, reach) })
}

func (h *house) inbox(person id.ID, f notice.Filter) (items []notice.Item) {
	h.t.Helper()
	if f.Limit == 0 {
		f.Limit = 1000
	}
	h.view(func(r db.Reader) (err error) { items, err = h.List(ctx, r, person, f); return err })
	return items
}

func (h *house) log() (log []notice.Logged) {
	h.t.Helper()
	h.view(func(r db.Reader) (err error) { log, err = h.Log(ctx, r, id.ID{}, 1000); return err })
	return log
}

func (h *house) due() (due []id.ID) {
	h.t.Helper()
	h.view(func(r db.Reader) (err error) { due, err = h.DueNow(ctx, r, h.Clock.Now(), 1000); return err })
	return due
}

func (h *house) claim(delivery id.ID) (d *notice.Delivery) {
	h.t.Helper()
	h.update(func(tx *db.Tx) (err error) { d, err = h.Claim(ctx, tx, delivery); return err })
	return d
}

func (h *house) settle(delivery id.ID, final bool, failure error) {
	h.t.Helper()
	h.update(func(tx *db.Tx) error { return h.Settle(ctx, tx, delivery, final, failure) })
}

func who(n byte) id.ID { return id.V4([16]byte{n}) }

func device(n byte) notice.Device {
	key, auth := make([]byte, 65), make([]byte, 16)
	key[0], key[1] = 4, n
	return notice.Device{Person: who(n), Session: id.ID{n}, Endpoint: fmt.Sprintf("https://push.example/%d", n),
		P256dh: base64.RawURLEncoding.EncodeToString(key), Auth: base64.RawURLEncoding.EncodeToString(auth)}
}

func refund(person id.ID, n int64) notice.Notice {
	return notice.Notice{Kind: notice.RefundMade, Person: person, Cause: notice.EntryCause(books, n), Place: books, Link: "/me/receipts/x",
		Args: []notice.Arg{notice.Text("云栖面馆", ""), notice.Yuan(12840)}, At: dbtest.Epoch}
}

func role(person id.ID, cause string) notice.Notice {
	return notice.Notice{Kind: notice.SignInNewDevice, Person: person, Cause: cause, Args: []notice.Arg{notice.Text("x", ""), notice.Moment(dbtest.Epoch)}, At: dbtest.Epoch}
}
