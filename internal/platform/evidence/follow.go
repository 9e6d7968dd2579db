package evidence

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// follow feeds a log's leaves from position next on, until the log has been idle
// or the publisher closes and everything is under a checkpoint.
func (p *Publisher) follow(ctx context.Context, pub *publication, a *appender, signer *outletSigner, next int64) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	fed, closing := time.Now(), false
	var looked time.Time // for leaves; for the checkpoint it looks at every tick
	for {
		if !closing && (p.isClosing() || time.Since(looked) > feedEvery-watchEvery/2) {
			closing, looked = p.isClosing(), time.Now() // what comes after Close waits for the next start
			size, err := p.feed(ctx, pub, a, next)
			if err != nil {
				return err
			}
			if size > next {
				next, fed = size, time.Now()
			}
		}
		// A smaller tree than was signed before is no fault while it grows again.
		if err := signer.refusal(); err != nil && !errors.Is(err, ErrBackwards) {
			return err
		}
		done, err := publishedSize(pub.dir)
		if err != nil {
			return err
		}
		switch since := time.Since(fed); {
		case done != next && since > stallAfter:
			return ErrStalled.With("size", next).With("published", done)
		case done == next:
			p.note(pub, done)
			if closing || since > p.idle {
				return nil
			}
		}
		p.pause(tick, closing)
	}
}

func (p *Publisher) isClosing() bool {
	select {
	case <-p.closing:
		return true
	default:
		return false
	}
}

// pause waits for the next look, which is now when the publisher closes.
func (p *Publisher) pause(tick *time.Ticker, closing bool) {
	if closing {
		<-tick.C
		return
	}
	select {
	case <-p.closing:
	case <-tick.C:
	}
}

// feed gives Tessera the leaves from next to the log's size, and takes as long
// a rest after each chunk as it took: tills matter more than a rebuild.
func (p *Publisher) feed(ctx context.Context, pub *publication, a *appender, next int64) (int64, error) {
	for {
		tree, err := p.authority.Tree(pub.origin) // a new one after a lost connection
		if err != nil {
			return next, err
		}
		size := tree.Size()
		if size < next {
			return next, errMoved.With("size", next).With("want", size)
		}
		if size == next {
			return next, nil
		}
		began, to := time.Now(), min(size, next+feedChunk)
		leaves, err := tree.Leaves(ctx, next, to)
		if err != nil {
			return next, err
		}
		if err := a.feed(ctx, next, leaves); err != nil {
			return next, err
		}
		if next = to; next == size {
			return next, nil
		}
		select {
		case <-p.closing:
			return next, nil // the rest comes after the next start
		case <-time.After(time.Since(began)):
		}
	}
}

// publishedSize is what the checkpoint in dir claims, 0 if there is none yet.
func publishedSize(dir string) (int64, error) {
	signed, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	c, err := readCheckpoint(signed)
	return c.Size, err
}
