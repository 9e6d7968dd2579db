package evidence

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
)

// ErrStalled says that leaves are in the tiles but no checkpoint over them comes.
var ErrStalled = fault.New(fault.Conflict, "evidence.publishing_stalled")

const (
	watchEvery = 100 * time.Millisecond // how often idle logs are looked at
	stallAfter = 10 * time.Second
	maxBackoff = time.Minute
)

// Publisher writes logs as C2SP tlog-tiles, each into its directory, by
// position: the next leaf is the one at the published size, read from the
// database, so that nothing is published twice or left out whatever happens in
// between. A new entry is public within a second.
//
// One goroutine looks at all logs; a log has goroutines of its own only while
// it grows. Directories that are missing or damaged are built again from the
// database; during that time the log has no checkpoint, and none smaller than
// it had is signed.
type Publisher struct {
	dir       string
	authority *Authority
	log       *slog.Logger
	idle      time.Duration // after this long without new leaves, a log is closed

	closing chan struct{} // closed by Close
	workers sync.WaitGroup

	mu   sync.Mutex
	logs map[Origin]*publication
}

// publication is one log's state; the fields are the Publisher's mutex's.
type publication struct {
	origin  Origin
	dir     string
	running bool
	retryAt time.Time
	backoff time.Duration
	status  Status
}

// Status says how far a log's publication is.
type Status struct {
	Published int64 // leaves under the published checkpoint, −1 before the first look
	Building  bool  // the tiles are being built again from the database
	Err       error // why nothing is published at present
}

// NewPublisher publishes into the directories of dir what authority signs. Give
// it logs with Publish and end it with Close.
func NewPublisher(dir string, authority *Authority, log *slog.Logger) (*Publisher, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	quietTessera(log)
	p := &Publisher{dir: dir, authority: authority, log: log, idle: 5 * time.Second,
		closing: make(chan struct{}), logs: make(map[Origin]*publication)}
	p.workers.Go(p.watch)
	return p, nil
}

// Publish keeps a log published from now on, as long as the Authority signs it.
func (p *Publisher) Publish(o Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.logs[o] == nil {
		p.logs[o] = &publication{origin: o, dir: filepath.Join(p.dir, o.Dir()), status: Status{Published: -1}}
	}
}

// Status is how far a log is; false if it was never given to Publish.
func (p *Publisher) Status(o Origin) (Status, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pub := p.logs[o]; pub != nil {
		return pub.status, true
	}
	return Status{}, false
}

// Close publishes what is committed, as far as ctx allows, and ends.
func (p *Publisher) Close(ctx context.Context) error {
	close(p.closing)
	done := make(chan struct{})
	go func() {
		p.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch wakes the logs that have grown.
func (p *Publisher) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.closing:
			p.wake(time.Now())
			return
		case <-tick.C:
			p.wake(time.Now())
		}
	}
}

func (p *Publisher) wake(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pub := range p.logs {
		if pub.running || now.Before(pub.retryAt) {
			continue
		}
		tree, err := p.authority.Tree(pub.origin)
		if err != nil {
			pub.status.Err = err
			continue
		}
		if tree.Size() != pub.status.Published {
			pub.running = true
			p.workers.Go(func() { p.work(pub) })
		}
	}
}

// work publishes a log until it is idle, and notes how that ended.
func (p *Publisher) work(pub *publication) {
	err := p.publish(context.Background(), pub)
	p.mu.Lock()
	defer p.mu.Unlock()
	pub.running, pub.status.Building, pub.status.Err = false, false, err
	if err == nil || errors.Is(err, ErrNotSigningHere) { // the log went to another process
		return
	}
	pub.backoff = min(max(2*pub.backoff, time.Second), maxBackoff)
	pub.retryAt = time.Now().Add(pub.backoff)
	p.log.Error("evidence: nothing is published", "origin", pub.origin, "err", err, "retry", pub.backoff)
}

// publish opens a log's directory and follows the log.
func (p *Publisher) publish(ctx context.Context, pub *publication) error {
	tree, key, err := p.authority.held(pub.origin)
	if err != nil {
		return err
	}
	at, err := p.prepare(ctx, pub, key.verifier, tree)
	if err != nil {
		return err
	}
	if at.integrated == tree.Size() && at.checkpoint.Size == at.integrated {
		p.note(pub, at.checkpoint.Size)
		return nil
	}
	signer := &outletSigner{authority: p.authority, origin: pub.origin, hash: key.signer.KeyHash()}
	a, err := openAppender(pub.dir, signer)
	if err != nil {
		return err
	}
	defer a.close()
	return p.follow(ctx, pub, a, signer, at.integrated)
}

// prepare makes the directory fit to be continued.
func (p *Publisher) prepare(ctx context.Context, pub *publication, verifier string, tree *Tree) (published, error) {
	at, err := inspect(ctx, pub.dir, verifier, tree)
	if err != nil {
		return at, err
	}
	size, why := tree.Size(), "tiles are older than the database, continuing them"
	if at.damage != nil {
		aside, err := setAside(pub.dir)
		if err != nil {
			return at, err
		}
		p.log.Warn("evidence: tiles are damaged", "origin", pub.origin, "err", at.damage, "kept", aside)
		at = published{}
	}
	if at.integrated == 0 {
		why = "no tiles, building them from the database"
	}
	if size-at.integrated >= feedChunk { // less is everyday work
		p.log.Warn("evidence: "+why, "origin", pub.origin, "from", at.integrated, "size", size)
		p.mu.Lock()
		pub.status.Building = true
		p.mu.Unlock()
	}
	return at, nil
}

// note records that everything up to size is published.
func (p *Publisher) note(pub *publication, size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pub.status, pub.backoff = Status{Published: size}, 0
}
