package app

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// deriving keeps the derived tables up, by position and after the commit. It
// yields to the till: while purchases pour in it waits, unless it is far behind.
type deriving struct {
	app    *App
	cancel context.CancelFunc
	done   sync.WaitGroup
}

const (
	deriveEvery = 500 * time.Millisecond
	deriveStep  = 4096             // entries a transaction
	crowded     = 1000             // closures a second from which the till counts as busy
	patience    = 30 * time.Second // how long a busy till is let go before
)

func startDeriving(a *App) *deriving {
	ctx, cancel := context.WithCancel(context.Background())
	d := &deriving{app: a, cancel: cancel}
	d.done.Go(func() { d.run(ctx) })
	return d
}

func (d *deriving) stop() {
	d.cancel()
	d.done.Wait()
}

func (d *deriving) run(ctx context.Context) {
	tick := time.NewTicker(deriveEvery)
	defer tick.Stop()
	stats := d.app.DB.Stats()
	before, idle := stats.Closures.Load(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := stats.Closures.Load()
		busy := now-before > crowded*int64(deriveEvery)/int64(time.Second)
		before = now
		if busy && time.Since(idle) < patience {
			continue
		}
		idle = time.Now()
		if err := d.round(ctx, busy); err != nil && ctx.Err() == nil {
			d.app.Log.Error("deriving", "err", err)
		}
		before = stats.Closures.Load() // our own do not count
	}
}

// round takes steps in every community; a busy till gets one small step.
func (d *deriving) round(ctx context.Context, busy bool) error {
	places, err := d.app.Flows.Communities.List(ctx, d.app.DB, community.Community)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range places {
		errs = append(errs, d.steps(ctx, p.ID, busy))
	}
	return errors.Join(errs...)
}

// steps takes the steps of one community.
func (d *deriving) steps(ctx context.Context, at id.ID, busy bool) error {
	var errs []error
	for _, step := range d.app.derivations() {
		for {
			n, err := step(ctx, at, deriveStep)
			if err != nil {
				if !errors.Is(err, db.ErrElsewhere) {
					errs = append(errs, err)
				}
				break
			}
			if n < deriveStep || busy || ctx.Err() != nil {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// Derive brings every derived table of the communities up to date: it is waited for, so
// it works at several at once.
func (a *App) Derive(ctx context.Context) error {
	places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
	if err != nil {
		return err
	}
	d := &deriving{app: a}
	errs := make([]error, len(places))
	var all sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, p := range places {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			errs[i] = d.steps(ctx, p.ID, false)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// derivation takes one step of a derived table and tells how many entries it saw.
type derivation func(ctx context.Context, community id.ID, limit int) (int, error)
