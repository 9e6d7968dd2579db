package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A power cut under load, three times over: every purchase that was acknowledged
// is there, none twice, and the books are whole (D2, L7).
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	furnish(t, "--data", dir)
	s := start(t, "--data", dir)
	l := newLoad(t, filepath.Join(dir, "keys", "admin.key"))
	for range 3 {
		l.sell(s.url, 16)
		l.await(300)
		s.kill()
		l.end()
		s = start(t, "--data", dir)
	}
	if len(l.bodies) == len(l.acked) {
		t.Log("every purchase that was on its way was acknowledged: nothing was learnt of those that were not")
	}
	l.settleAll(s.url)
	l.rightBooks("--data", dir)
}

// An operator stops the program under load: it answers who waits, and ends well.
func TestStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	furnish(t, "--data", dir)
	s := start(t, "--data", dir)
	l := newLoad(t, filepath.Join(dir, "keys", "admin.key"))
	l.sell(s.url, 16)
	l.await(300)
	if err := s.stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	l.end()
	for status := range l.statuses {
		if status != 200 && status != 503 {
			t.Errorf("answered %d: %s", status, l.answers[status])
		}
	}
	s = start(t, "--data", dir)
	for ref := range l.bodies { // nothing was settled without an answer
		if _, acked := l.acked[ref]; !acked && l.settled(s.url, ref) {
			t.Errorf("%s is in the books, and nobody was told", ref)
		}
	}
	l.settleAll(s.url)
	l.rightBooks("--data", dir)
}

// When files cannot grow any more, purchases are refused with a time to come
// again, reading goes on, and with room everything does.
func TestAFullDisk(t *testing.T) {
	for name, place := range map[string]func(t *testing.T) (dir string, fill func(s *server), free func(s *server)){"limit": limited, "tmpfs": small} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, fill, free := place(t)
			furnish(t, "--data", dir)
			s := start(t, "--data", dir)
			l := newLoad(t, filepath.Join(dir, "keys", "admin.key"))
			l.sell(s.url, 8)
			l.await(100)
			fill(s)
			l.until("a refusal", func(_, _ int) bool { return l.seen(503) > 20 })
			if status, body := fetch(t, s.url+"/readyz"); status != 200 {
				t.Errorf("reading stopped too: %d %s", status, body)
			}
			l.mu.Lock()
			refusal := l.answers[503]
			l.mu.Unlock()
			if !strings.HasPrefix(refusal, "5 ") || !strings.Contains(refusal, `"code":"db.disk_full"`) {
				t.Errorf("refused with %s", refusal)
			}
			free(s)
			l.await(100)
			l.end()
			for status := range l.statuses {
				if status != 200 && status != 503 {
					t.Errorf("answered %d: %s", status, l.answers[status])
				}
			}
			l.settleAll(s.url)
			if err := s.stop(); err != nil {
				t.Errorf("stopped: %v", err)
			}
			l.rightBooks("--data", dir)
		})
	}
}

// limited is a place where the size of files is limited while the server runs.
func limited(t *testing.T) (string, func(*server), func(*server)) {
	dir := t.TempDir()
	limit := func(s *server, size uint64) {
		if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(s *server) { limit(s, 4096) }, func(s *server) { limit(s, unix.RLIM_INFINITY) }
}

// small is a disk of its own, of a few megabytes.
func small(t *testing.T) (string, func(*server), func(*server)) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no disk of its own here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	return dir, func(*server) {
			f, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for err == nil {
				_, err = f.Write(make([]byte, 4096))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
		}, func(*server) {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}
}

// One byte that somebody, or a disk, has changed is found and named.
func TestCorruption(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	furnish(t, "--data", dir)
	s := start(t, "--data", dir)
	l := newLoad(t, filepath.Join(dir, "keys", "admin.key"))
	l.sell(s.url, 8)
	l.await(400)
	l.end()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", dir, "verify")
	flip := func(t *testing.T, file string, at int) (back func()) {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		if err := os.WriteFile(file, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(file, whole, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	found := func(t *testing.T, names ...string) {
		out, complaints, code := gongyi(t, "--data", dir, "verify")
		if code == 0 {
			t.Errorf("not found:\n%s", out)
		}
		for _, name := range names {
			if !strings.Contains(out+complaints, name) {
				t.Errorf("does not name %s: exit %d\n%s%s", name, code, out, complaints)
			}
		}
	}
	tiles, err := filepath.Glob(filepath.Join(dir, "tiles", "*", "tile", "0", "*"))
	if err != nil || len(tiles) == 0 {
		t.Fatalf("no tiles: %v", err)
	}
	t.Run("tile", func(t *testing.T) {
		defer flip(t, tiles[0], 40)()
		found(t, "C1", "tile/0/")
	})
	t.Run("checkpoint", func(t *testing.T) {
		defer flip(t, filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(tiles[0]))), "checkpoint"), 60)()
		found(t, "C1", "checkpoint")
	})
	t.Run("database", func(t *testing.T) {
		file := filepath.Join(dir, "gongyi.db")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.LastIndex(b, []byte("till-1-3")) // a reference, in an entry's row or an index
		if at < 0 {
			t.Fatal("no entry is found in the file")
		}
		defer flip(t, file, at+5)()
		found(t, "C1")
	})
	must(t, "--data", dir, "verify")
}
