package evidence

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"k8s.io/klog/v2"

	"gongyi/internal/kernel/fault"
)

// errMoved says that a directory is not where the publisher left it; it is
// looked at anew.
var errMoved = fault.New(fault.Conflict, "evidence.tiles_moved")

const (
	// A growing log is fed twice a second, all that has come at once: files are
	// what costs, and the incomplete tiles are written again with every batch.
	// Tessera publishes as soon as a batch is in, if the last checkpoint is older
	// than its interval; so each batch gets its checkpoint, under 0.7 s after the
	// commit at worst.
	feedEvery       = 500 * time.Millisecond
	checkpointEvery = 400 * time.Millisecond
	feedChunk       = 8192
	batchAge        = 50 * time.Millisecond
	tidyEvery       = 2 * time.Second // old partial tiles, a hundred bundles a time
)

// appender is one log's open Tessera storage. While it is open Tessera wakes
// several times a second, so that idle logs have none.
type appender struct {
	dir   string
	add   tessera.AddFn
	close context.CancelFunc // after everything fed is placed
}

// appendDriver is what tessera.NewAppender itself asks of a driver. Going round
// it saves half of the processor time a leaf (the files aside) and a goroutine
// that reads the state file twenty times a second for statistics. Its ordered
// shutdown is not missed, because feed waits until its leaves are in the tiles.
type appendDriver interface {
	Appender(context.Context, *tessera.AppendOptions) (*tessera.Appender, tessera.LogReader, error)
}

// openAppender continues, or begins, the tiles in dir.
func openAppender(dir string, signer *outletSigner) (*appender, error) {
	// Not the caller's context: a batch that was begun is finished.
	ctx, cancel := context.WithCancel(context.Background())
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		cancel()
		return nil, err
	}
	opener, ok := driver.(appendDriver)
	if !ok {
		cancel()
		return nil, fmt.Errorf("evidence: %T cannot append", driver)
	}
	a, _, err := opener.Appender(ctx, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(checkpointEvery).
		WithCheckpointRepublishInterval(0).
		WithBatching(feedChunk, batchAge).
		WithGarbageCollectionInterval(tidyEvery))
	if err != nil {
		cancel()
		return nil, err
	}
	return &appender{dir: dir, add: a.Add, close: cancel}, nil
}

// feed appends leaves and checks that each got the place it has in the database.
func (a *appender) feed(ctx context.Context, from int64, leaves []Leaf) error {
	// Tessera panics if its state cannot be opened while a batch is written.
	if at, err := integratedSize(a.dir); err != nil || at != from {
		return errMoved.With("directory", a.dir).With("size", at).With("want", from)
	}
	placed := make([]tessera.IndexFuture, len(leaves))
	for i := range leaves {
		placed[i] = a.add(ctx, tessera.NewEntry(leaves[i][:]))
	}
	var first error
	for i, wait := range placed { // all of them: nothing may be under way afterwards
		at, err := wait()
		switch {
		case first != nil:
		case err != nil:
			first = fmt.Errorf("leaf %d: %w", from+int64(i), err)
		case at.Index != uint64(from)+uint64(i):
			first = errMoved.With("directory", a.dir).With("size", at.Index).With("want", from+int64(i))
		}
	}
	return first
}

// integratedSize is how many leaves Tessera has put into the tiles in dir. Its
// state file is read here because Tessera tells only whoever opens the log.
func integratedSize(dir string) (int64, error) {
	b, err := os.ReadFile(filepath.Join(dir, ".state", "treeState"))
	if err != nil {
		return 0, err
	}
	var state struct{ Size *int64 }
	if err := json.Unmarshal(b, &state); err != nil || state.Size == nil || *state.Size < 0 {
		return 0, fmt.Errorf("evidence: %s: Tessera's state is not readable", dir)
	}
	return *state.Size, nil
}

// outletSigner is what Tessera takes for a signer: it puts every checkpoint to
// the Authority. It remembers the last refusal, which Tessera only logs.
type outletSigner struct {
	authority *Authority
	origin    Origin
	hash      uint32

	mu      sync.Mutex
	refused error
}

func (s *outletSigner) Name() string    { return s.origin.String() }
func (s *outletSigner) KeyHash() uint32 { return s.hash }

// Sign implements note.Signer.
func (s *outletSigner) Sign(text []byte) ([]byte, error) {
	sig, err := s.sign(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = err
	return sig, err
}

func (s *outletSigner) sign(text []byte) ([]byte, error) {
	c, err := parseCheckpoint(string(text))
	if err != nil {
		return nil, err
	}
	if c.Origin != s.origin.String() {
		return nil, ErrOriginDiffers.With("origin", c.Origin)
	}
	c, err = s.authority.Checkpoint(context.Background(), Publication, s.origin, c.Size, c.Root)
	if err != nil {
		return nil, err
	}
	// The note ends in "— name base64(key hash ‖ signature)\n".
	line := strings.TrimSuffix(string(c.Note), "\n")
	b, err := base64.StdEncoding.DecodeString(line[strings.LastIndexByte(line, ' ')+1:])
	if err != nil || len(b) < 4 {
		return nil, ErrCheckpointMalformed
	}
	return b[4:], nil
}

// refusal is why the last checkpoint was not signed, nil if it was.
func (s *outletSigner) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

var klogOnce sync.Once

// quietTessera sends what Tessera logs, on standard error by default and also
// in the course of duty, to the program's log as debugging matter.
func quietTessera(log *slog.Logger) {
	klogOnce.Do(func() { klog.SetSlogLogger(slog.New(debugHandler{log.Handler()})) })
}

type debugHandler struct{ slog.Handler }

func (h debugHandler) Enabled(ctx context.Context, _ slog.Level) bool {
	return h.Handler.Enabled(ctx, slog.LevelDebug)
}

func (h debugHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelDebug
	return h.Handler.Handle(ctx, r)
}

func (h debugHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return debugHandler{h.Handler.WithAttrs(a)}
}
func (h debugHandler) WithGroup(name string) slog.Handler {
	return debugHandler{h.Handler.WithGroup(name)}
}
