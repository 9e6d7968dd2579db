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
	since     time.Time // when the process began to sign
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
	p.authority, p.since = evidence.NewAuthority(p.keys), p.app.DB.Clock().Now()
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
	if p.authority != nil {
		p.waitForTurn(ctx, community)
		o, _, err := p.Origin(ctx, community)
		if err != nil {
			return evidence.Checkpoint{}, err
		}
		c, err := p.authority.Receipt(ctx, o, seq)
		if errors.Is(err, evidence.ErrBeyondLog) && p.waitForTurn(ctx, community) {
			c, err = p.authority.Receipt(ctx, o, seq) // the writer had just read its log anew
		}
		if !errors.Is(err, evidence.ErrNotSigningHere) {
			return c, err
		} // another instance signs it
	}
	return p.publishedCheckpoint(ctx, community, seq)
}

// publishedCheckpoint is what another process has signed and published here.
func (p *Proof) publishedCheckpoint(ctx context.Context, community id.ID, seq int64) (evidence.Checkpoint, error) {
	o, verifier, err := p.Origin(ctx, community)
	if err != nil {
		return evidence.Checkpoint{}, err
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
