package signin_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var schemas = []db.Schema{db.Own, signin.Schema}

const phone = "+8613800138000"

// desk is sign-in over an empty database, and a browser before it.
type desk struct {
	*testing.T
	dbtest.Env
	*signin.Service
}

func each(t *testing.T, fn func(d desk)) {
	t.Helper()
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(desk{t, env, signin.New(env.DB)}) })
}

// at is a device at an address.
func at(addr string) signin.Device {
	return signin.Device{Agent: "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile", Addr: netip.MustParseAddr(addr)}
}

var here = at("113.87.20.5")

func (d desk) update(fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return d.Env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func (d desk) ask(phone string, from signin.Device) (sent signin.Sent, err error) {
	err = d.update(func(ctx context.Context, tx *db.Tx) (err error) {
		sent, err = d.Ask(ctx, tx, phone, from, "")
		return err
	})
	return sent, err
}

func (d desk) try(visit, digits string, from signin.Device) (next string, err error) {
	var refusal error
	err = d.update(func(ctx context.Context, tx *db.Tx) (err error) {
		next, _, refusal, err = d.Service.Try(ctx, tx, visit, digits, from)
		return err
	})
	return next, errors.Join(err, refusal)
}

// wrong is a code that is not this one.
func wrong(code string, n int) string {
	var v int
	fmt.Sscanf(code, "%d", &v)
	return fmt.Sprintf("%06d", (v+n)%1_000_000)
}

func (d desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d desk) refused(err, want error) {
	d.Helper()
	if !errors.Is(err, want) {
		d.Fatalf("got %v, want %v", err, want)
	}
}

func TestACodeOpensOnce(t *testing.T) {
	each(t, func(d desk) {
		sent, err := d.ask(phone, here)
		d.must(err)
		next, err := d.try(sent.Visit, " "+sent.Code[:3]+" "+sent.Code[3:], here)
		d.must(err)
		if next == "" || next == sent.Visit {
			t := d.T
			t.Fatalf("the next step has the token %q", next)
		}
		_, err = d.try(sent.Visit, sent.Code, here)
		d.refused(err, signin.ErrNoVisit)
		_, err = d.try(next, sent.Code, here)
		d.refused(err, signin.ErrNoVisit)
	})
}

func TestOfAHundredCallersOneWins(t *testing.T) {
	each(t, func(d desk) {
		sent, err := d.ask(phone, here)
		d.must(err)
		var won, lost int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := d.try(sent.Visit, sent.Code, here)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if errors.Is(err, signin.ErrNoVisit) {
					lost++
				}
			})
		}
		wg.Wait()
		if won != 1 || lost != 99 {
			d.Fatalf("%d won and %d came too late", won, lost)
		}
	})
}

func TestACodeOpensInItsOwnBrowserOnly(t *testing.T) {
	each(t, func(d desk) {
		sent, err := d.ask(phone, here)
		d.must(err)
		d.Clock.Advance(time.Minute)
		other, err := d.ask(phone, at("8.8.8.8"))
		d.must(err)
		_, err = d.try(other.Visit, sent.Code, at("8.8.8.8"))
		if sent.Code == other.Code {
			d.Skip("the same code twice")
		}
		d.refused(err, signin.ErrWrong)
		_, err = d.try("", other.Code, here)
		d.refused(err, signin.ErrNoVisit)
	})
}

func TestACodeExpires(t *testing.T) {
	each(t, func(d desk) {
		sent, err := d.ask(phone, here)
		d.must(err)
		d.Clock.Advance(5 * time.Minute)
		_, err = d.try(sent.Visit, sent.Code, here)
		d.refused(err, signin.ErrExpired)
	})
}

func TestACodeIsTriedFiveTimes(t *testing.T) {
	each(t, func(d desk) {
		sent, err := d.ask(phone, here)
		d.must(err)
		for i, want := range []error{signin.ErrWrong, signin.ErrWrong, signin.ErrWrong, signin.ErrWrong, signin.ErrSpent} {
			_, err = d.try(sent.Visit, wrong(sent.Code, i+1), here)
			d.refused(err, want)
		}
		_, err = d.try(sent.Visit, sent.Code, here) // also the right one
		d.refused(err, signin.ErrLocked)
		d.Clock.Advance(signin.DefaultLimits.LockFirst)
		_, err = d.try(sent.Visit, sent.Code, here)
		d.refused(err, signin.ErrExpired)
	})
}
