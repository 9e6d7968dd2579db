package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"gongyi/internal/app/demodata"
	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
)

// ErrNotDemo refuses to play in a directory that holds real books.
var ErrNotDemo = fault.New(fault.Conflict, "demo.not_a_demo_directory")

// demoStart is the morning after the last purchase of the demo's data.
var demoStart = time.Date(2017, 7, 1, 1, 0, 0, 0, time.UTC)

// demoMark is the file that says that a directory holds a demo.
const demoMark = "DEMO"

// Demo is the program with a neighbourhood that lives: real purchases of half a
// year, and neighbours who go on shopping while somebody looks.
type Demo struct {
	*App
	rows     []importing.PurchaseRow // the pattern of what people buy
	shop     map[string]string       // shop → community
	vouchers []voucher               // given and not yet used
}

// OpenDemo opens the demo, filling it at the first start. Its clock stands on the
// morning after the data ends, or where the last start left it.
func OpenDemo(ctx context.Context, c Config) (_ *Demo, err error) {
	c.Create, c.Installation = true, "demo"
	if err := markDemo(c); err != nil {
		return nil, err
	}
	c.Clock = clock.StartingAt(demoStart)
	a, err := Open(ctx, c)
	if err != nil {
		return nil, err
	}
	d := &Demo{App: a, shop: make(map[string]string)}
	if err := d.fill(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if at, err := d.latest(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	} else if at.After(a.DB.Clock().Now()) { // it has lived before: go on from there
		if err := a.Close(); err != nil {
			return nil, err
		}
		c.Clock = clock.StartingAt(at.Add(time.Second))
		if d.App, err = Open(ctx, c); err != nil {
			return nil, err
		}
	}
	if err := d.settleDays(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// settleDays closes the days that are over and makes the open books, so that the
// first look finds them ready.
func (d *Demo) settleDays(ctx context.Context) error {
	places, err := d.Flows.Communities.List(ctx, d.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := d.Flows.CloseDue(ctx, p.ID); err != nil {
			return err
		}
	}
	return d.Derive(ctx)
}

// markDemo keeps the demo out of real books.
func markDemo(c Config) error {
	if c.DatabaseURL != "" {
		return nil // the import refuses nothing, but the operator has named a database for a demo
	}
	mark := c.Data + "/" + demoMark
	if _, err := os.Stat(c.Data + "/" + db.FileName); err == nil {
		if _, err := os.Stat(mark); err != nil {
			return ErrNotDemo.With("directory", c.Data)
		}
		return nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte("This directory holds the demo neighbourhood of gongyi.\n"), 0o600)
}

// names are what the demo calls its communities.
var names = map[string]string{"C1": "竹溪社区", "C2": "桥头社区", "C3": "东门社区", "C4": "南塘社区", "C5": "柳园社区", "C6": "梅苑社区", "C7": "北湖社区", "C8": "西井社区"}

// fill imports the data; what is there already stays.
func (d *Demo) fill(ctx context.Context) error {
	for ref, name := range names {
		if _, _, err := d.Flows.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: ref, Name: name}, flow.Trial()); err != nil {
			return err
		}
	}
	settled, err := d.latest(ctx)
	if err != nil {
		return err
	}
	var tables []*importing.Table
	for _, name := range demodata.Names {
		text, err := demodata.Read(name)
		if err != nil {
			return err
		}
		t, err := importing.Open(name, text, sheet.DefaultLimits, time.UTC)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	}
	if settled.IsZero() {
		run := &importing.Run{Flows: d.Flows, Actor: db.System, Progress: func(*importing.Table) {}, Reject: func(j importing.Rejection) error {
			return fmt.Errorf("demo: %s:%d: %w", j.File, j.Line, j.Why)
		}}
		if _, err := run.Import(ctx, tables); err != nil {
			return err
		}
		if err := d.learn(); err != nil {
			return err
		}
		return d.settleIn(ctx)
	}
	return d.learn()
}

// learn reads the pattern of what people buy.
func (d *Demo) learn() error {
	shops, err := demodata.Read("merchants.csv")
	if err != nil {
		return err
	}
	lines, err := csv.NewReader(bufio.NewReader(shops)).ReadAll()
	if err != nil {
		return err
	}
	for _, l := range lines[1:] {
		d.shop[l[0]] = strings.TrimSpace(l[1])
	}
	text, err := demodata.Read("purchases-2017h1.csv")
	if err != nil {
		return err
	}
	t, err := importing.Open("purchases", text, sheet.DefaultLimits, time.UTC)
	if err != nil {
		return err
	}
	for len(d.rows) < 4000 {
		row, _, err := t.NextPurchase()
		if err != nil {
			return err
		}
		d.rows = append(d.rows, row)
	}
	return nil
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

// Run serves the demo while its neighbours live on.
func (d *Demo) Run(ctx context.Context, s Serve) error {
	ready := s.Ready
	s.Ready = func(url string) {
		ready(url)
		go d.live(ctx, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	}
	return d.App.Run(ctx, s)
}

// Welcome tells where to look first.
func (d *Demo) Welcome(url string) {
	fmt.Println("\nGongyi 共益 demo: 8 communities, 2,377 households, 112 shops, half a year of real purchases.")
	fmt.Println("  open books   ", url+"/")
	fmt.Println("  a receipt    ", url+d.receipt())
	fmt.Println("  check one    ", url+"/verify")
	fmt.Println("  API          ", url+"/docs")
	fmt.Println("  admin's key  ", d.AdminKeyFile())
	fmt.Println("Nobody needs to sign in to read open books and receipts. Ctrl-C stops.")
}

// receipt is the path of a recent receipt that shows many rules.
func (d *Demo) receipt() string {
	ctx := context.Background()
	path, most := "/", 0
	places, err := d.Flows.Communities.List(ctx, d.DB, community.Community)
	if err != nil {
		return path
	}
	for _, p := range places {
		var size int64
		if err := d.DB.View(ctx, p.ID, func(r db.Reader) (err error) { size, err = d.Flows.Ledger.Size(ctx, r, p.ID); return err }); err != nil {
			return path
		}
		for seq := size - 1; seq >= max(0, size-60); seq-- {
			if r, err := d.Flows.Receipt(ctx, p.ID, seq); err == nil && len(r.Entry.Legs) > most {
				path, most = "/r/"+r.Token, len(r.Entry.Legs)
			}
		}
	}
	return path
}
