package db

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gongyi/internal/kernel/fault"
)

// ErrLocked refuses a data directory that another process writes; the detail
// "holder" names it.
var ErrLocked = fault.New(fault.Conflict, "db.directory_in_use")

// dirLock is an advisory lock that dies with its process.
type dirLock struct{ file *os.File }

func lockDir(dir string) (*dirLock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		f.Close()
		return nil, ErrLocked.With("directory", dir).With("holder", strings.TrimSpace(string(holder)))
	}
	name := "gongyi"
	if len(os.Args) > 1 {
		name += " " + os.Args[1]
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "%s (pid %d)\n", name, os.Getpid())
	}
	return &dirLock{f}, nil
}

func (l *dirLock) release() error { return l.file.Close() }
