package app

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// ErrNotSigned says that no signed checkpoint covers an entry yet.
var ErrNotSigned = fault.New(fault.Busy, "app.not_signed_yet")

// Proof signs and publishes the evidence logs of the communities that this
// process writes (L7). A process that only looks has the public keys and what is
// published.
type Proof struct {
	app       *App
	keys      *evidence.Keyring
	authority *evidence.Authority // nil while the process does not sign
	publisher *evidence.Publisher
	wake      chan struct{}
	done      sync.WaitGroup

	mu     sync.Mutex
	trees  map[id.ID]*evidence.Tree // to be resumed
	logs   map[id.ID]signed
	faults map[id.ID]error

	closed   bool
	resuming id.ID         // the log that is being taken over
	turn     chan struct{} // closed, and made anew, when one was
}

// signed is a community's log in its present generation.
type signed struct {
	origin   evidence.Origin
	verifier string
}

// KeyDir and TileDir are where keys and published tiles lie.
func (c *Config) KeyDir() string { return filepath.Join(c.State, "keys") }

// TileDir is where the logs are published, one folder each.
func (c *Config) TileDir() string { return filepath.Join(c.State, "tiles") }

func openProof(_ context.Context, a *App) (*Proof, error) {
	keys, err := evidence.OpenKeyring(a.KeyDir(), rand.Reader)
	if err != nil && !a.ReadOnly {
		return nil, err
	}
	return &Proof{app: a, keys: keys, wake: make(chan struct{}, 1), trees: make(map[id.ID]*evidence.Tree),
		logs: make(map[id.ID]signed), faults: make(map[id.ID]error), turn: make(chan struct{})}, nil
}

// Start begins to sign and publish; serve and demo call it.
func (p *Proof) Start(ctx context.Context) error {
	p.authority = evidence.NewAuthority(p.keys)
	var err error
	if p.publisher, err = evidence.NewPublisher(p.app.TileDir(), p.authority, p.app.Log); err != nil {
		return err
	}
	// Writers call this from their own goroutine: only note it down.
	p.app.Flows.Ledger.OnTree(func(community id.ID, t *evidence.Tree) {
		if community != id.Tilde {
			p.queue(community, t)
		}
	})
	p.done.Go(p.resumeAll)
	return nil
}

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

// present is the community's log as the database knows it; a community that
// never signed gets the first generation's name.
func (p *Proof) present(ctx context.Context, community id.ID) (s signed, err error) {
	err = p.app.DB.View(ctx, community, func(r db.Reader) error {
		all, err := p.app.Flows.Ledger.Generations(ctx, r, community)
		if err != nil || len(all) == 0 {
			s.origin = evidence.Origin{Installation: p.app.Installation, Community: community, Generation: 1}
			return err
		}
		last := all[len(all)-1]
		s.verifier = last.Verifier
		s.origin, err = evidence.ParseOrigin(last.Origin)
		return err
	})
	return s, err
}

// Origin is the name and public key of the community's log.
func (p *Proof) Origin(ctx context.Context, community id.ID) (evidence.Origin, string, error) {
	p.mu.Lock()
	s, ok := p.logs[community]
	p.mu.Unlock()
	if ok {
		return s.origin, s.verifier, nil
	}
	s, err := p.present(ctx, community)
	return s.origin, s.verifier, err
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

// Fault is why a community's log is not signed, nil if it is.
func (p *Proof) Fault(community id.ID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults[community]
}

// Faults are all communities whose log this process took over, and why one is not
// signed.
func (p *Proof) Faults() map[id.ID]error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.faults)
}

// Published tells how far a log is published.
func (p *Proof) Published(community id.ID) (evidence.Status, bool) {
	p.mu.Lock()
	s, ok := p.logs[community]
	p.mu.Unlock()
	if !ok || p.publisher == nil {
		return evidence.Status{}, false
	}
	return p.publisher.Status(s.origin)
}

// Checkpoint is a signed checkpoint over at least the entries up to seq: signed
// now by the process that writes the community, else the published one.
func (p *Proof) Checkpoint(ctx context.Context, community id.ID, seq int64) (evidence.Checkpoint, error) {
	o, verifier, err := p.Origin(ctx, community)
	if err != nil {
		return evidence.Checkpoint{}, err
	}
	if p.authority != nil {
		c, err := p.authority.Receipt(ctx, o, seq)
		if errors.Is(err, evidence.ErrNotSigningHere) || errors.Is(err, evidence.ErrBeyondLog) {
			// The writer has just read its log anew: signing follows in a moment.
			if p.waitForTurn(ctx, community) {
				c, err = p.authority.Receipt(ctx, o, seq)
			}
		}
		if !errors.Is(err, evidence.ErrNotSigningHere) {
			return c, err
		} // another instance signs it, or this one has not taken it over yet
	}
	note, err := os.ReadFile(filepath.Join(p.app.TileDir(), o.Dir(), "checkpoint"))
	if errors.Is(err, os.ErrNotExist) || verifier == "" {
		return evidence.Checkpoint{}, ErrNotSigned
	}
	if err != nil {
		return evidence.Checkpoint{}, err
	}
	c, err := evidence.OpenCheckpoint(note, verifier)
	if err == nil && c.Size <= seq {
		err = ErrNotSigned
	}
	return c, err
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

// stop publishes what is committed and signs no more; writers may still run.
func (p *Proof) stop() error {
	if p.publisher == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return p.publisher.Close(ctx)
}

// close ends after the writers have.
func (p *Proof) close() error {
	if p.authority == nil {
		return nil
	}
	p.mu.Lock()
	p.closed = true
	close(p.wake)
	p.mu.Unlock()
	p.done.Wait()
	return p.authority.Close()
}

// leave gives up a community that another instance writes now.
func (p *Proof) leave(community id.ID) {
	p.app.Flows.Ledger.Leave(community)
	p.mu.Lock()
	s, ok := p.logs[community]
	delete(p.logs, community)
	p.mu.Unlock()
	if ok && p.authority != nil {
		if err := p.authority.Release(s.origin); err != nil {
			p.app.Log.Error("evidence: release", "community", community, "err", err)
		}
	}
}
