package app

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// queue notes a log to be taken over.
func (p *Proof) queue(community id.ID, t *evidence.Tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.trees[community] = t
	select {
	case p.wake <- struct{}{}:
	default: // it will look at all of them anyway
	}
}

// next is a log that waits to be taken over.
func (p *Proof) next() (community id.ID, t *evidence.Tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for community, t = range p.trees {
		delete(p.trees, community)
		p.resuming = community
		return community, t
	}
	return id.ID{}, nil
}

// tryAgain is how long a log waits whose taking over failed in passing.
const tryAgain = time.Second

// resumeAll takes over every log whose tree was read.
func (p *Proof) resumeAll() {
	for range p.wake {
		for community, t := p.next(); t != nil; community, t = p.next() {
			err := p.resume(context.Background(), community, t)
			p.mu.Lock()
			p.faults[community], p.resuming = err, id.ID{}
			close(p.turn)
			p.turn = make(chan struct{})
			p.mu.Unlock()
			if err == nil {
				continue
			}
			p.app.Log.Error("evidence: a community's log is not signed", "community", community, "err", err)
			if kind := fault.KindOf(err); kind == fault.Busy || kind == fault.Internal {
				time.AfterFunc(tryAgain, func() { p.again(community, t) })
			}
		}
	}
}

// again queues a log once more, unless a newer tree of it was read meanwhile.
func (p *Proof) again(community id.ID, t *evidence.Tree) {
	if p.app.Flows.Ledger.Keeps(community, t) {
		p.queue(community, t)
	}
}

func (p *Proof) resume(ctx context.Context, community id.ID, t *evidence.Tree) error {
	s, err := p.present(ctx, community)
	if err != nil {
		return err
	}
	verifier, err := p.authority.Resume(ctx, s.origin, s.verifier, t)
	if err != nil {
		return err
	}
	if s.verifier == "" {
		if err := p.app.DB.Update(ctx, community, db.System, func(tx *db.Tx) error {
			return p.app.Flows.Ledger.Begin(ctx, tx, s.origin, verifier)
		}); err != nil {
			return err
		}
	}
	p.mu.Lock()
	p.logs[community] = signed{s.origin, verifier}
	p.mu.Unlock()
	p.publisher.Publish(s.origin)
	return nil
}

// handOver is how long a log that was read anew may take until it is signed.
const handOver = 3 * time.Second

// waitForTurn waits until a log that this process writes is signed by it; false
// if it is not going to be.
func (p *Proof) waitForTurn(ctx context.Context, community id.ID) bool {
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	for {
		p.mu.Lock()
		_, waiting := p.trees[community]
		turn, busy := p.turn, p.resuming == community
		p.mu.Unlock()
		if !waiting && !busy {
			return p.Fault(community) == nil
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return false
		}
	}
}

// NewGeneration ends a community's log, which lost entries that it had signed,
// and begins the next one with a key of its own.
func (p *Proof) NewGeneration(ctx context.Context, community id.ID) (evidence.Origin, string, error) {
	s, err := p.present(ctx, community)
	if err != nil {
		return evidence.Origin{}, "", err
	}
	authority := p.authority
	if authority == nil {
		authority = evidence.NewAuthority(p.keys)
		defer authority.Close()
	}
	next, verifier, err := authority.NewGeneration(s.origin)
	if err != nil {
		return evidence.Origin{}, "", err
	}
	return next, verifier, p.app.DB.Update(ctx, community, db.System, func(tx *db.Tx) error {
		return p.app.Flows.Ledger.Begin(ctx, tx, next, verifier)
	})
}

// AfterRestore looks whether a restored community can go on under its old name:
// only if this machine has its key and what was restored holds everything that
// was signed. Otherwise the log's next generation begins, and its origin is
// returned.
func (p *Proof) AfterRestore(ctx context.Context, community id.ID) (began string, err error) {
	s, err := p.present(ctx, community)
	if err != nil || s.verifier == "" {
		return "", err
	}
	tree, err := p.app.Flows.Ledger.Log(ctx, community)
	if err != nil {
		return "", err
	}
	authority := evidence.NewAuthority(p.keys)
	defer authority.Close()
	_, err = authority.Resume(ctx, s.origin, s.verifier, tree)
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, evidence.ErrKeyMissing), errors.Is(err, evidence.ErrMarkDamaged), errors.Is(err, evidence.ErrLogBehind),
		errors.Is(err, evidence.ErrLogForked), errors.Is(err, evidence.ErrGenerationEnded):
	default:
		return "", err
	}
	if err := authority.Close(); err != nil {
		return "", err
	}
	next, _, err := p.NewGeneration(ctx, community)
	return next.String(), err
}
