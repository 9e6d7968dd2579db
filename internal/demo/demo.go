// Package demo is the program with a street that lives: eight communities, their
// households, shops and grid workers, a year of what they bought, and neighbours
// who go on shopping while somebody looks. It lives in a directory that is marked
// as a demo's; real books are never touched.
package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// ErrNotDemo refuses to play in a directory that holds real books.
var ErrNotDemo = fault.New(fault.Conflict, "demo.not_a_demo_directory")

// mark is the file that says that a directory holds a demo.
const mark = "DEMO"

// lived is how many days lie behind the demo when it is opened first.
const lived = 364

// Demo is the program with its made-up street.
type Demo struct {
	*app.App
	clock    *clock.Staged
	zone     *time.Location
	first    period.Day // of the year that lies behind it
	last     period.Day // up to which it is lived now
	town     *town
	cast     *cast
	places   map[string]id.ID // community → id
	vouchers []voucher        // given and not yet used
	masked   []mask           // as whom a visitor may look around
	begun    period.Day       // on which the past began to be lived
	end      period.Day       // on which somebody first looks
	heard    *heard           // what those are told of, while the past is lived
	today    period.Day       // the day to which the past is lived
}

// Open opens the demo, filling it at the first start. Whatever happened since it
// was looked at last is lived through before it returns; then its clock shows in the
// street what the machine's shows on the wall, so that noon is noon.
func Open(ctx context.Context, c app.Config) (*Demo, error) {
	return open(ctx, c, clock.System{}.Now())
}

// open opens the demo on the day of now.
func open(ctx context.Context, c app.Config, now time.Time) (_ *Demo, err error) {
	c.Create, c.Installation = true, "demo"
	c.Budget = max(c.Budget, time.Second) // it may be looked at on a laptop that has other things to do
	if err := keepOut(c); err != nil {
		return nil, err
	}
	d := &Demo{places: make(map[string]id.ID)}
	if d.zone, err = time.LoadLocation("Asia/Shanghai"); err != nil {
		return nil, err
	}
	by := clock.SameWall(d.zone)
	now = now.Add(by)
	d.first, d.last = period.DayOf(now, d.zone)-lived, period.DayOf(now, d.zone)
	d.clock = clock.NewStaged(d.first.Start(d.zone).Add(5 * time.Hour))
	c.Clock = d.clock
	if d.town, err = readTown(); err != nil {
		return nil, err
	}
	d.cast = castFor(d.town, now.Year())
	if d.App, err = app.Open(ctx, c); err != nil {
		return nil, err
	}
	if err := d.Flows.MarkDemo(ctx); err != nil { // while it is empty
		return nil, errors.Join(err, d.Close())
	}
	if err := d.quickly(ctx, func() error { return d.live(ctx, now) }); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.Masquerade(ctx, guises(d.masked)); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.clock.Go(by)
	return d, nil
}

// quickly does something without waiting for the disk with every commit: of a past that was
// cut short by a power cut, the rest is lived at the next start.
func (d *Demo) quickly(ctx context.Context, do func() error) error {
	if err := d.DB.SyncEach(ctx, false); err != nil {
		return err
	}
	return errors.Join(do(), d.DB.SyncEach(ctx, true))
}

// live settles in, lives until now and makes the open books, so that the first
// look finds them ready.
func (d *Demo) live(ctx context.Context, now time.Time) error {
	if err := d.found(ctx); err != nil {
		return err
	}
	latest, err := d.latest(ctx)
	if err != nil {
		return err
	}
	begins := latest.IsZero()
	if begins {
		latest = d.clock.Now()
	}
	if err := d.settleIn(ctx); err != nil {
		return err
	}
	if d.masked, err = d.masks(ctx); err != nil {
		return err
	}
	if err := d.listen(ctx, begins); err != nil {
		return err
	}
	d.end = period.DayOf(now, d.zone)
	if err := d.liveUntil(ctx, latest, now); err != nil {
		return err
	}
	if err := d.enrol(ctx); err != nil {
		return err
	}
	if err := d.helpNow(ctx); err != nil {
		return err
	}
	if err := d.marketNow(ctx); err != nil {
		return err
	}
	if err := d.learnNow(ctx); err != nil {
		return err
	}
	if err := d.readBills(ctx); err != nil {
		return err
	}
	if err := d.tell(ctx); err != nil {
		return err
	}
	if err := d.Derive(ctx); err != nil {
		return err
	}
	if err := d.share(ctx); err != nil {
		return err
	}
	if err := d.Derive(ctx); err != nil {
		return err
	}
	return d.leaf(ctx)
}

// keepOut keeps the demo out of real books.
func keepOut(c app.Config) error {
	if c.DatabaseURL != "" {
		return nil // MarkDemo refuses one that is not empty
	}
	file := filepath.Join(c.Data, mark)
	if _, err := os.Stat(filepath.Join(c.Data, db.FileName)); err == nil {
		if _, err := os.Stat(file); err != nil {
			return ErrNotDemo.With("directory", c.Data)
		}
		return nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte("This directory holds the demo neighbourhood of gongyi.\n"), 0o600)
}

// latest is when the last entry of any community was posted, zero if none holds a
// purchase.
func (d *Demo) latest(ctx context.Context) (latest time.Time, err error) {
	places, err := d.Flows.Communities.List(ctx, d.DB, community.Community)
	if err != nil {
		return latest, err
	}
	for _, p := range places {
		err := d.DB.View(ctx, p.ID, func(r db.Reader) error {
			size, err := d.Flows.Ledger.Size(ctx, r, p.ID)
			if err != nil || size < 2 { // the first entry is the policy
				return err
			}
			e, err := d.Flows.Ledger.Entry(ctx, r, p.ID, size-1)
			if err == nil && e.PostedAt.After(latest) {
				latest = e.PostedAt
			}
			return err
		})
		if err != nil {
			return latest, err
		}
	}
	return latest, nil
}

// Welcome tells where to look first.
func (d *Demo) Welcome(url string) {
	fmt.Printf("\nGongyi 共益 demo: a street of %d communities, %d grid workers, %d households, %d shops, a year of life.\n",
		len(communities), len(communities)*gridsEach, len(d.town.members), len(d.town.shops))
	fmt.Println("  home         ", url+"/")
	fmt.Println("  look around  ", url+"/demo/as   as anybody below")
	fmt.Println("  sign in      ", url+"/sign-in   codes arrive at "+url+"/demo/inbox")
	fmt.Println("  a receipt    ", url+d.receipt())
	fmt.Println("  API, gallery ", url+"/docs", url+"/ui")
	fmt.Println("  admin's key  ", d.AdminKeyFile())
	fmt.Println()
	ctx := i18n.With(context.Background(), i18n.Zh)
	for _, m := range d.masked {
		fmt.Printf("  %s  %s · %s · %s\n", strings.TrimPrefix(m.phone, "+86"), m.Role.In(ctx), m.Name, m.Where)
	}
	fmt.Println("\nNobody needs to sign in to read open books and receipts. Ctrl-C stops.")
}

// receipt is the path of a recent receipt that shows many rules.
func (d *Demo) receipt() string {
	ctx := context.Background()
	path, most := "/", 0
	for _, at := range d.places {
		var size int64
		if err := d.DB.View(ctx, at, func(r db.Reader) (err error) { size, err = d.Flows.Ledger.Size(ctx, r, at); return err }); err != nil {
			return path
		}
		for seq := size - 1; seq >= max(0, size-60); seq-- {
			if r, err := d.Flows.Receipt(ctx, at, seq); err == nil && len(r.Entry.Legs) > most {
				path, most = "/r/"+r.Token, len(r.Entry.Legs)
			}
		}
	}
	return path
}
