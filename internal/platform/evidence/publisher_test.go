package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
)

// house is one process: its keys, its signer, its publisher and one log.
type house struct {
	t         testing.TB
	keys, dir string
	authority *Authority
	publisher *Publisher
	tree      *Tree
	verifier  string
}

// open starts a process on a tree, with the files of the one before.
func (h *house) open(t testing.TB, tree *Tree) {
	t.Helper()
	if h.keys == "" {
		h.keys, h.dir = t.TempDir(), t.TempDir()
	}
	h.t, h.authority, h.tree = t, newAuthority(t, h.keys), tree
	verifier, err := h.authority.Resume(t.Context(), origin, h.verifier, tree)
	if err != nil {
		t.Fatal(err)
	}
	h.verifier = verifier
	if h.publisher, err = NewPublisher(h.dir, h.authority, slog.New(slog.NewTextHandler(t.Output(), nil))); err != nil {
		t.Fatal(err)
	}
	h.publisher.Publish(origin)
}

func (h *house) log() string { return filepath.Join(h.dir, origin.Dir()) }

// wait waits for the publisher's status.
func (h *house) wait(what string, ok func(Status) bool) Status {
	h.t.Helper()
	return waitFor(h.t, h.publisher, origin, what, ok)
}

func waitFor(t testing.TB, p *Publisher, o Origin, what string, ok func(Status) bool) Status {
	t.Helper()
	limit := time.After(30 * time.Second)
	for tick := time.Tick(5 * time.Millisecond); ; {
		got, _ := p.Status(o)
		if ok(got) {
			return got
		}
		select {
		case <-limit:
			t.Fatalf("%s: not %s in time: %+v", o, what, got)
		case <-tick:
		}
	}
}

func (h *house) published(size int64) {
	h.t.Helper()
	h.wait(fmt.Sprintf("published up to %d", size), func(s Status) bool { return s.Published == size && s.Err == nil })
}

func (h *house) close() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := errors.Join(h.publisher.Close(ctx), h.authority.Close()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) check() (Checked, error) {
	return CheckTiles(context.Background(), h.log(), h.verifier, func(context.Context) (*Tree, error) { return h.tree, nil })
}

// intact fails unless size entries are published and every file is right.
func (h *house) intact(size int64) {
	h.t.Helper()
	if got, err := h.check(); err != nil || got.Checkpoint.Size != size {
		h.t.Fatalf("published %d, want %d: %v", got.Checkpoint.Size, size, err)
	}
}

func TestPublishingGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	var h house
	size := int64(0)
	for _, more := range []int64{1, 254, 2, 500, 0, 5000} {
		size += more
		h.open(t, treeOf(t, size-more, nil))
		grow(h.tree, size-more/2, 97)
		h.published(size - more/2)
		grow(h.tree, size, 97)
		h.published(size)
		h.close()
		h.intact(size)
	}
}

func TestClosePublishesWhatIsCommitted(t *testing.T) {
	t.Parallel()
	var h house
	h.open(t, treeOf(t, 0, nil))
	grow(h.tree, 700, 100)
	h.close()
	h.intact(700)
}

// edit changes a published file, or removes it if f returns nil; undo puts it
// back.
func (h *house) edit(file string, f func([]byte) []byte) (undo func()) {
	h.t.Helper()
	path := filepath.Join(h.log(), file)
	was, err := os.ReadFile(path)
	if err != nil {
		h.t.Fatal(err)
	}
	if b := f(bytes.Clone(was)); b == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, b, 0o644)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return func() { os.WriteFile(path, was, 0o644) }
}

func flip(b []byte) []byte { b[len(b)-5] ^= 1; return b }
func empty0([]byte) []byte { return []byte{} }
func remove([]byte) []byte { return nil }
func setSize(n int64) func([]byte) []byte {
	return func(b []byte) []byte {
		var state map[string]any
		if json.Unmarshal(b, &state) != nil {
			return nil
		}
		state["size"] = n
		b, _ = json.Marshal(state)
		return b
	}
}

func TestDamagedTilesAreBuiltAgain(t *testing.T) {
	t.Parallel()
	const state = ".state/treeState"
	for name, c := range map[string]struct {
		spoil func(h *house)
		aside bool
	}{
		"the directory is gone":        {func(h *house) { os.RemoveAll(h.log()) }, false},
		"a tile of the edge":           {func(h *house) { h.edit("tile/0/003.p/232", flip) }, true},
		"the last bundle is gone":      {func(h *house) { h.edit("tile/entries/003.p/232", remove) }, true},
		"an empty upper tile":          {func(h *house) { h.edit("tile/1/000.p/3", empty0) }, true},
		"the state is gone":            {func(h *house) { h.edit(state, remove) }, true},
		"the state is torn":            {func(h *house) { h.edit(state, func(b []byte) []byte { return b[:5] }) }, true},
		"the state is behind":          {func(h *house) { h.edit(state, setSize(900)) }, true},
		"the state is at a tile's end": {func(h *house) { h.edit(state, setSize(768)) }, true},
		"the state is ahead":           {func(h *house) { h.edit(state, setSize(5000)) }, true},
		"the checkpoint is torn":       {func(h *house) { h.edit("checkpoint", func(b []byte) []byte { return b[:60] }) }, true},
		"only the checkpoint is":       {func(h *house) { h.edit("checkpoint", remove) }, false},
		"nothing is wrong after it":    {func(h *house) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h house
			h.open(t, treeOf(t, 1000, nil))
			h.published(1000)
			h.close()
			c.spoil(&h)
			h.open(t, treeOf(t, 1001, nil))
			h.published(1001)
			h.close()
			h.intact(1001)
			if _, err := os.Stat(h.log() + ".damaged"); (err == nil) != c.aside {
				t.Errorf("the damaged directory is kept: %v", err)
			}
		})
	}
}

func TestDirectoryRemovedWhilePublishing(t *testing.T) {
	t.Parallel()
	var h house
	h.open(t, treeOf(t, 1000, nil))
	h.published(1000)
	if err := os.Rename(h.log(), h.log()+".gone"); err != nil {
		t.Fatal(err)
	}
	grow(h.tree, 1300, 300)
	h.published(1300)
	h.close()
	h.intact(1300)
}

// What another process published, or this one before a restore, is never
// overwritten if the database contradicts it.
func TestContradictedTilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	var before house
	before.open(t, treeOf(t, 600, nil))
	before.published(600)
	older := t.TempDir() // keys and marks as of here
	for _, suffix := range []string{".key", ".mark"} {
		b, err := os.ReadFile(filepath.Join(before.keys, origin.file()+suffix))
		if err := errors.Join(err, os.WriteFile(filepath.Join(older, origin.file()+suffix), b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	grow(before.tree, 1000, 400)
	before.published(1000)
	before.close()

	foreign := t.TempDir()
	for name, c := range map[string]struct {
		keys string
		tree *Tree
		want error
	}{
		"the database is behind":   {older, treeOf(t, 800, nil), ErrPublishedAhead},
		"the database differs":     {older, treeOf(t, 2000, map[int64]Leaf{700: leafAt(-1)}), ErrPublishedDiffers},
		"another key signed it":    {foreign, treeOf(t, 2000, nil), ErrPublishedForeign},
		"the mark knows it better": {before.keys, treeOf(t, 800, nil), ErrLogBehind},
	} {
		t.Run(name, func(t *testing.T) {
			h := house{t: t, keys: c.keys, dir: before.dir, verifier: before.verifier}
			if c.want == ErrPublishedForeign {
				keys, _ := OpenKeyring(foreign, letters('f'))
				if _, err := keys.open(origin, ""); err != nil {
					t.Fatal(err)
				}
				h.verifier = ""
			}
			was := files(t, h.log())
			if c.want == ErrLogBehind {
				h.authority = newAuthority(t, c.keys)
				h.authority.Resume(t.Context(), origin, h.verifier, c.tree)
				h.publisher, _ = NewPublisher(h.dir, h.authority, slog.New(slog.DiscardHandler))
				h.publisher.Publish(origin)
			} else {
				h.open(t, c.tree)
			}
			h.wait("refused", func(s Status) bool { return errors.Is(s.Err, c.want) })
			h.close()
			if is := files(t, h.log()); !bytes.Equal(is, was) {
				t.Error("files were changed")
			}
		})
	}
}

// files is every byte below a directory.
func files(t *testing.T, dir string) []byte {
	var all []byte
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) == ".state" {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(fmt.Appendf(all, "%s %d ", path, len(b)), b...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Many logs grow at once; when they rest, nothing runs any more.
func TestManyLogsAndNoneWhenIdle(t *testing.T) {
	const logs = 24
	a := newAuthority(t, t.TempDir())
	p, err := NewPublisher(t.TempDir(), a, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.idle = 0
	before := runtime.NumGoroutine()
	var origins []Origin
	for n := range byte(logs) {
		o := Origin{Installation: "test.example", Community: id.ID{n, 1}, Generation: 1}
		if _, err := a.Resume(t.Context(), o, "", treeOf(t, int64(n)*100, nil)); err != nil {
			t.Fatal(err)
		}
		p.Publish(o)
		origins = append(origins, o)
	}
	for n, o := range origins {
		waitFor(t, p, o, "published", func(s Status) bool { return s.Published == int64(n)*100 })
	}
	limit := time.After(20 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); runtime.NumGoroutine() > before; {
		select {
		case <-limit:
			t.Fatalf("%d goroutines for %d idle logs", runtime.NumGoroutine()-before, logs)
		case <-tick:
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
