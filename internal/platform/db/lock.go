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
	l := &dirLock{f}
	return l, l.note("")
}

// note writes who holds the lock, for the process that meets it.
func (l *dirLock) note(address string) error {
	name := "gongyi"
	if len(os.Args) > 1 {
		name += " " + os.Args[1]
	}
	text := fmt.Sprintf("%s (pid %d) %s", name, os.Getpid(), address)
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(strings.TrimSpace(text)+"\n"), 0)
	return err
}

// Announce says under which address this process serves: to the one that meets
// its lock, and to the other instances on the same database.
func (d *DB) Announce(address string) error {
	if b, ok := d.backend.(*sqliteBackend); ok && b.lock != nil {
		return b.lock.note(address)
	}
	if d.leases != nil && d.opt.Address == "" {
		d.leases.address.Store(&address)
	}
	return nil
}

// Holder tells who writes a data directory, as far as the lock file says.
func Holder(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "lock"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func (l *dirLock) release() error { return l.file.Close() }
