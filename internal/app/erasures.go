package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// erasures is the list of who was forgotten, by pseudonym, a line of JSON each. It
// lies with the keys and not in the database: what a backup brings back is
// forgotten again from it (A7, docs/adr/0005).
type erasures struct {
	mu   sync.Mutex
	file string
}

// ErasureFile is where the list lies.
func (c *Config) ErasureFile() string { return filepath.Join(c.KeyDir(), "erasures.list") }

// add writes a line that is on disk when it returns. The same person twice is
// harmless: what is forgotten already is passed over.
func (e *erasures) add(who flow.Forgotten) (err error) {
	line, err := json.Marshal(who)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(e.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(e.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("app: the list of erasures: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

// EraseAgain forgets everybody who is on the list, and tells how many lines it has. A
// restore calls it before anybody looks.
func (a *App) EraseAgain(ctx context.Context) (n int, err error) {
	f, err := os.Open(a.ErasureFile())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var who flow.Forgotten
		if err := json.Unmarshal(lines.Bytes(), &who); err != nil {
			return n, fmt.Errorf("app: %s, line %d: %w", a.ErasureFile(), n+1, err)
		}
		if err := a.Flows.ForgetPerson(ctx, who); err != nil && !errors.Is(err, db.ErrElsewhere) {
			return n, err
		} // what another instance writes, its own restore forgets again
		n++
	}
	return n, lines.Err()
}
