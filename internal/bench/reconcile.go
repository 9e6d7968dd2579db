package bench

import (
	"compress/gzip"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/pay/wechatpay"
)

//go:embed books/*.sql
var bookFiles embed.FS

// ReconcileSettings are the flags of `gongyi bench reconcile`.
type ReconcileSettings struct {
	Lines  int
	Differ int // of those, how many the books do not know; as many are missing in the bill
}

// ReconcileResult is how long a bill took.
type ReconcileResult struct {
	Engine      string  `json:"engine"`
	Lines       int     `json:"lines"`
	Packed      int64   `json:"bill_bytes"`
	Matched     int64   `json:"matched"`
	Differences int     `json:"differences"`
	Seconds     float64 `json:"seconds"`
	MB          float64 `json:"resident_mb"`
	CPU         float64 `json:"cpu_cores"`
}

// Table prints the figures for people.
func (r ReconcileResult) Table(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: a bill of %d lines (%.1f MB packed): %d matched, %d differences; %.1f s, %.0f MB resident, %.1f cores\n",
		r.Engine, r.Lines, float64(r.Packed)/1e6, r.Matched, r.Differences, r.Seconds, r.MB, r.CPU)
	return err
}

// table is the books of payments of the benchmark: a table as large as the bill.
type table struct {
	*db.DB
	community id.ID
}

// EachCame implements flow.PaidBooks.
func (t *table) EachCame(ctx context.Context, _ db.Reader, community id.ID, _ pay.Kind, from, to time.Time, fn func(reconciliation.Ours) error) error {
	return t.View(ctx, community, func(r db.Reader) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			o := reconciliation.Ours{Community: community}
			var at int64
			if err := rows.Scan(&o.Payment, &o.Amount, &at); err != nil {
				return err
			}
			o.At = time.UnixMicro(at)
			return fn(o)
		}, "SELECT id, amount, paid_at FROM bench_payment WHERE community_id = ? AND paid_at >= ? AND paid_at < ?", community[:], from.UnixMicro(), to.UnixMicro())
	})
}

// Known implements flow.PaidBooks.
func (t *table) Known(context.Context, db.Reader, id.ID, pay.Kind, id.ID, id.ID) (flow.Paid, error) {
	return flow.Paid{}, nil
}

// ToldPayment implements flow.PaidBooks.
func (t *table) ToldPayment(context.Context, pay.Payment) error { return nil }

// ToldRefund implements flow.PaidBooks.
func (t *table) ToldRefund(context.Context, pay.RefundResult) error { return nil }

// Reconcile measures a bill of a day (issue 5: 1,000,000 lines in 30 s and 300 MB).
func Reconcile(ctx context.Context, cfg app.Config, s ReconcileSettings) (r ReconcileResult, err error) {
	a, town, err := prepare(ctx, cfg, Settings{Keys: "ordered"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Proof.Start(ctx); err != nil {
		return r, err
	}
	dir, err := os.MkdirTemp("", "gongyi-bill-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	day := period.DayOf(a.DB.Clock().Now(), flow.DefaultZone) - 1
	at := town.Communities[0]
	books, err := openTable(ctx, filepath.Join(dir, "books"), at)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, books.Close()) }()
	file := filepath.Join(dir, "bill.csv.gz")
	if err := write(ctx, books, file, day, s); err != nil {
		return r, err
	}
	if err := a.DB.Update(ctx, at, db.System, func(tx *db.Tx) error { // what the provider holds, of which it keeps its fee
		_, err := a.Flows.Move(ctx, tx, "~bench", charter.MembershipFee{Charge: id.ID{1}, Term: id.ID{2}, Fee: money.Amount(s.Lines) * 100, Means: charter.Provider})
		return err
	}); err != nil {
		return r, err
	}
	a.Flows.Reconciling = flow.NewReconciling(books)
	r = ReconcileResult{Engine: string(a.DB.Engine()), Lines: s.Lines}
	if info, err := os.Stat(file); err == nil {
		r.Packed = info.Size()
	}
	debug.FreeOSMemory() // what the preparation took is none of the bill's
	most, stop := watchMemory()
	meter, began := startMeter(a.DB), time.Now()
	if err := readBill(ctx, a.Flows, file, day, at); err != nil {
		return r, err
	}
	r.Seconds, r.CPU = time.Since(began).Seconds(), (processorTime()-meter.cpu).Seconds()/time.Since(began).Seconds()
	stop()
	r.MB = float64(most.Load()) / 10
	return r, a.DB.View(ctx, at, func(rd db.Reader) error {
		b, err := a.Flows.Reconciliations.Latest(ctx, rd, at, pay.WeChat, day)
		if err != nil {
			return err
		}
		r.Matched = b.Matched
		all, err := a.Flows.Reconciliations.Of(ctx, rd, at, day, day)
		r.Differences = len(all)
		return err
	})
}

func readBill(ctx context.Context, f *flow.Flows, file string, day period.Day, at id.ID) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	bill, err := wechatpay.ReadBill(in)
	if err != nil {
		return err
	}
	return f.ReadBillFile(ctx, db.System, pay.WeChat, day, at, bill)
}

// watchMemory looks at the resident memory, in tenths of a megabyte, until it is stopped.
func watchMemory() (most *atomic.Int64, stop func()) {
	most = new(atomic.Int64)
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				most.Store(max(most.Load(), int64(residentMB()*10)))
			}
		}
	}()
	return most, func() { close(done) }
}

// openTable opens the books of payments, in a file of their own.
func openTable(ctx context.Context, dir string, community id.ID) (*table, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Options{Dir: dir, NoSync: true, Budget: time.Minute})
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(bookFiles, "books")
	if err == nil {
		_, err = d.Migrate(ctx, []db.Schema{db.Own, {Owner: "bench", Tables: []db.Table{{Name: "bench_payment", Placement: db.Distributed}}, FS: files}})
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return &table{d, community}, nil
}

// rowsAtOnce is how many rows one statement brings.
const rowsAtOnce = 500

// write makes the books and the bill that belongs to them.
func write(ctx context.Context, books *table, file string, day period.Day, s ReconcileSettings) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	z := gzip.NewWriter(out)
	bill := sandbox.NewBillWriter(z, sandbox.DefaultFee)
	dice := rand.New(rand.NewPCG(1, 2))
	start := day.Start(flow.DefaultZone)
	var rows []any
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(rows)/4), ", ")
		err := books.Update(ctx, books.community, db.System, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO bench_payment (community_id, id, amount, paid_at) VALUES "+values, rows...)
			return err
		})
		rows = rows[:0]
		return err
	}
	for n := range s.Lines + s.Differ { // the last ones are missing in the bill, the first ones in the books
		at := start.Add(time.Duration(n) * (24 * time.Hour / time.Duration(s.Lines+s.Differ+1)))
		var key id.ID
		for i := range key {
			key[i] = byte(dice.Uint32())
		}
		v := money.Amount(dice.Int64N(200_00) + 1)
		if n < s.Lines {
			bill.Line(pay.BillLine{Kind: pay.PaymentLine, At: at, Key: key.String(), ID: fmt.Sprintf("4200%024d", n), Account: "1600000001", Amount: v, Fee: sandbox.DefaultFee.Of(v), Attach: books.community.String()}, "街坊面包房")
		}
		if n >= s.Differ {
			rows = append(rows, books.community[:], key[:], int64(v), at.UnixMicro())
		}
		if len(rows) == 4*rowsAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), bill.Close(), z.Close())
}
