package evidence

import (
	"context"
	"os"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
)

// Refusals to sign. The first four hold for a log until it is resumed rightly or
// begins a new generation; the others are about one checkpoint.
var (
	ErrLogBehind       = fault.New(fault.Conflict, "evidence.log_behind") // the database lacks signed entries
	ErrLogForked       = fault.New(fault.Conflict, "evidence.log_forked") // the database has other entries than were signed
	ErrGenerationEnded = fault.New(fault.Conflict, "evidence.generation_ended")
	ErrMarkDamaged     = fault.New(fault.Conflict, "evidence.mark_damaged")
	ErrNotSigningHere  = fault.New(fault.Conflict, "evidence.not_signing_here") // another process holds the log, or none

	ErrBackwards   = fault.New(fault.Conflict, "evidence.backwards")
	ErrRootDiffers = fault.New(fault.Conflict, "evidence.root_differs")
)

// Outlet is a way by which signed checkpoints leave. Each outlet only ever
// grows; both show prefixes of one tree.
type Outlet uint8

// The two outlets.
const (
	Receipts    Outlet = iota // in the hands of residents
	Publication               // the public tiles
	outlets
)

// markPace is the least time between two marks that receipts cause. With it a
// shop that opens every receipt at once costs ten marks a second, not one a
// batch; a receipt waits for it only when one was signed a moment before.
const markPace = 100 * time.Millisecond

// Authority is the one component that signs. Its rule is a file: the mark of a
// log is the largest checkpoint that may have left, and it is on disk before
// that checkpoint's signature exists outside. A log is signed only while its
// tree holds the mark. So whatever was lost since, by a crash, by a restored
// backup or by a lagging replica, the tree either still contains everything that
// ever left, or nothing more is signed under this origin.
//
// The mark is exact rather than reserved ahead. A reserve ("up to 1000 more may
// have left") would spare the disk, but after a crash nobody could say whether
// the entries inside the reserve were signed, nor with which root. Instead the
// number of marks is bounded: a size within the mark needs none, all who wait
// for a receipt share one, and markPace spreads them.
type Authority struct {
	keys *Keyring

	mu   sync.Mutex
	logs map[Origin]*signedLog
}

// signedLog is one log that this process signs.
type signedLog struct {
	origin Origin
	keys   *Keyring
	turn   chan struct{} // held by the one receipt that fetches a new head

	mu       sync.Mutex
	lock     *os.File // nil while the log is not held
	key      key
	tree     *Tree
	refused  error
	mark     Checkpoint
	markedAt time.Time
	issued   [outlets]Checkpoint
}

// NewAuthority signs with the keys of a ring.
func NewAuthority(keys *Keyring) *Authority {
	return &Authority{keys: keys, logs: make(map[Origin]*signedLog)}
}

// log is the log's record, made at first need.
func (a *Authority) log(o Origin) *signedLog {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.logs[o]
	if l == nil {
		l = &signedLog{origin: o, keys: a.keys, turn: make(chan struct{}, 1), refused: ErrNotSigningHere.With("origin", o)}
		a.logs[o] = l
	}
	return l
}

// Tree is the tree of a log that may be signed.
func (a *Authority) Tree(o Origin) (*Tree, error) {
	tree, _, err := a.held(o)
	return tree, err
}

func (a *Authority) held(o Origin) (*Tree, key, error) {
	l := a.log(o)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tree, l.key, l.refused
}

// Checkpoint signs the tree of a size for an outlet, if that is what the log's
// own tree says.
func (a *Authority) Checkpoint(ctx context.Context, out Outlet, o Origin, size int64, root Hash) (c Checkpoint, err error) {
	defer fault.Wrap(&err, "evidence: checkpoint of %s at %d", o, size)
	return a.log(o).sign(ctx, out, size, root)
}

// Receipt is a signed checkpoint that covers the entry at index: the last one if
// it does, else the log's head, signed once for all who ask at that moment.
func (a *Authority) Receipt(ctx context.Context, o Origin, index int64) (c Checkpoint, err error) {
	defer fault.Wrap(&err, "evidence: receipt of %s for entry %d", o, index)
	l := a.log(o)
	if c, err := l.covering(index); err != nil || c.Note != nil {
		return c, err
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Checkpoint{}, ctx.Err()
	}
	if c, err := l.covering(index); err != nil || c.Note != nil {
		return c, err
	}
	if err := l.pause(ctx); err != nil {
		return Checkpoint{}, err
	}
	tree, err := a.Tree(o)
	if err != nil {
		return Checkpoint{}, err
	}
	size, root := tree.Head()
	if index < 0 || index >= size {
		return Checkpoint{}, ErrBeyondLog.With("index", index).With("size", size)
	}
	return l.sign(ctx, Receipts, size, root)
}

// covering is the last receipt's checkpoint if it covers index.
func (l *signedLog) covering(index int64) (Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.issued[Receipts]; l.refused == nil && 0 <= index && index < c.Size {
		return c, nil
	}
	return Checkpoint{}, l.refused
}

// pause waits until a mark may be made again.
func (l *signedLog) pause(ctx context.Context) error {
	l.mu.Lock()
	wait := markPace - time.Since(l.markedAt)
	l.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sign decides and signs. Root is asked of the tree again, so that no caller's
// mistake is signed.
func (l *signedLog) sign(ctx context.Context, out Outlet, size int64, root Hash) (Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused != nil {
		return Checkpoint{}, l.refused
	}
	if last := l.issued[out]; size < last.Size {
		return Checkpoint{}, ErrBackwards.With("size", size).With("signed", last.Size)
	}
	want, err := l.tree.Root(ctx, size)
	if err != nil {
		return Checkpoint{}, err
	}
	if root != want {
		return Checkpoint{}, ErrRootDiffers.With("origin", l.origin).With("size", size)
	}
	c, err := l.key.sign(Checkpoint{Origin: l.origin.String(), Size: size, Root: root})
	if err != nil {
		return Checkpoint{}, err
	}
	if size > l.mark.Size {
		if err := replaceFile(l.keys.path(l.origin, ".mark"), c.Note); err != nil {
			return Checkpoint{}, err
		}
		l.mark, l.markedAt = c, time.Now()
	}
	l.issued[out] = c
	return c, nil
}
