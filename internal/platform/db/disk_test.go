package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// A disk that is full, again and again and at every place where a file may stop
// growing: requests are refused with a time, reading goes on, and when there is
// room again so does writing; nothing that was acknowledged is lost. A process of
// its own meets it, for the limit on files holds for all of a process.
func TestTheDiskIsFull(t *testing.T) {
	if dir := os.Getenv("GONGYI_TEST_FULL_DISK"); dir != "" {
		writeUntilFull(t, dir)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestTheDiskIsFull$", "-test.v")
	child.Env = append(os.Environ(), "GONGYI_TEST_FULL_DISK="+t.TempDir())
	out, err := child.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Log(string(out))
}

func writeUntilFull(t *testing.T, dir string) {
	ctx := context.Background()
	signal.Ignore(syscall.SIGXFSZ)
	handles(t, 64)
	env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Dir, o.NoSync, o.Rehearse = dir, false, false })
	stored := 0
	write := func() error {
		key := fmt.Sprintf("%06d-%s", stored, strings.Repeat("x", 3000))
		err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return put(ctx, tx, key, 1) })
		if err == nil {
			stored++
		}
		return err
	}
	check := func(when string) {
		t.Helper()
		if got := len(strings.Fields(keys(t, env.DB, home))); got != stored {
			t.Fatalf("%s: %d rows can be read, %d were acknowledged", when, got, stored)
		}
	}
	full := 0
	for round := range 40 {
		for range 5 {
			if err := write(); err != nil {
				t.Fatalf("round %d, with room: %v", round, err)
			}
		}
		check("with room")
		limit(t, largest(t, dir)+int64(round)*1111)
		full += refusedWhileFull(t, write, func() { check("on a full disk") })
		limit(t, -1)
	}
	withoutHandles(t, env, write)
	check("after a time without file handles")
	if full < 40 {
		t.Fatalf("the disk was full only %d times", full)
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if err := env.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := db.Open(ctx, env.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	env.DB = again
	check("opened again")
	t.Logf("%d rows, full %d times", stored, full)
}

// refusedWhileFull writes on a full disk and counts the refusals.
func refusedWhileFull(t *testing.T, write func() error, check func()) (full int) {
	t.Helper()
	for range 60 {
		err := write()
		if f := fault.Of(err); err != nil && (!errors.Is(err, db.ErrDiskFull) || f == nil || f.Retry <= 0) {
			t.Fatalf("%v, want disk full with a time", err)
		}
		if err != nil {
			full++
		}
		check()
	}
	return full
}

// withoutHandles breaks the writer's connection at a moment when no other can be
// opened, and wants it back when one can.
func withoutHandles(t *testing.T, env dbtest.Env, write func() error) {
	t.Helper()
	var taken []*os.File
	takeAll := func() {
		for {
			f, err := os.Open(os.DevNull)
			if err != nil {
				return
			}
			taken = append(taken, f)
		}
	}
	takeAll()
	env.BreakWriter()
	takeAll() // also those of the connection that was given up
	if err := write(); !errors.Is(err, db.ErrBusy) {
		t.Errorf("without a connection: %v, want busy", err)
	}
	for _, f := range taken {
		f.Close()
	}
	if err := write(); err != nil {
		t.Errorf("with handles again: %v", err)
	}
}

// handles lets the process open so many files.
func handles(t *testing.T, most uint64) {
	t.Helper()
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		t.Fatal(err)
	}
	r.Cur = most
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		t.Fatal(err)
	}
}

// limit says how large a file may become; −1 lifts it.
func limit(t *testing.T, size int64) {
	t.Helper()
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		t.Fatal(err)
	}
	if r.Cur = r.Max; size >= 0 {
		r.Cur = uint64(size)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		t.Fatal(err)
	}
}

// largest is the size of the largest file in a directory.
func largest(t *testing.T, dir string) (size int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			size = max(size, info.Size())
		}
	}
	return size
}
