package db_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// pause gives the callers a moment.
func pause() { time.Sleep(time.Millisecond) }

func openPostgres(t *testing.T, url, address string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Options{URL: url, Address: address, Lease: time.Second, Budget: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func migrated(t *testing.T, address string) (*db.DB, string) {
	t.Helper()
	url := dbtest.PostgresURL(t)
	d := openPostgres(t, url, address)
	if _, err := d.Migrate(context.Background(), schemas); err != nil {
		t.Fatal(err)
	}
	return d, url
}

// The server is stopped, twice at once and once in good order, and comes back:
// callers wait a little or are told to come again; nothing that was acknowledged
// is lost and nothing is done twice.
func TestTheServerRestartsUnderLoad(t *testing.T) {
	d, _ := migrated(t, "")
	l := newLoad(t)
	l.run("a", 16, d)
	for _, mode := range []string{"immediate", "fast", "immediate"} {
		l.until(200)
		dbtest.RestartPostgres(t, mode)
	}
	l.until(200)
	l.end(d)
}

// Connections are cut again and again, some in the middle of a COMMIT.
func TestConnectionsAreCutUnderLoad(t *testing.T) {
	d, url := migrated(t, "")
	l := newLoad(t)
	l.run("a", 16, d)
	killed := 0
	for range 40 {
		l.until(30)
		killed += dbtest.KillBackends(t, url)
	}
	l.until(200)
	l.end(d)
	if killed < 40 {
		t.Errorf("only %d connections were cut", killed)
	}
}

// Two instances, callers at both: one of them writes, the other says where; when
// the writer leaves, the other takes over.
func TestTwoInstancesUnderLoad(t *testing.T) {
	first, url := migrated(t, "first:1")
	if err := first.Update(context.Background(), home, db.System, func(tx *db.Tx) error { return put(context.Background(), tx, "n", 0) }); err != nil {
		t.Fatal(err)
	}
	second := openPostgres(t, url, "second:1")
	l := newLoad(t)
	l.run("a", 16, first, second)
	l.until(500)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	l.until(500)
	l.end(second)
	if l.refused["db.owned_elsewhere"] == 0 {
		t.Error("nobody was sent to the owner")
	}
}

// The process that writes is killed outright while it is busy; another takes its
// place within the time of a lease, and finds everything that was acknowledged.
func TestTheOwnerIsKilled(t *testing.T) {
	if url := os.Getenv("GONGYI_TEST_OWNER"); url != "" {
		ownUntilKilled(t, url)
		return
	}
	second, url := migrated(t, "second:1")
	child := exec.Command(os.Args[0], "-test.run=^TestTheOwnerIsKilled$", "-test.v")
	child.Env = append(os.Environ(), "GONGYI_TEST_OWNER="+url)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	l := newLoad(t)
	lines := bufio.NewScanner(out)
	for lines.Scan() { // the child's acknowledgements are as good as ours
		if key, ok := strings.CutPrefix(lines.Text(), "acknowledged "); ok {
			l.acknowledged = append(l.acknowledged, key)
		}
		if len(l.acknowledged) == 400 {
			child.Process.Kill()
		}
	}
	child.Wait()
	if len(l.acknowledged) < 400 {
		t.Fatalf("the child acknowledged %d", len(l.acknowledged))
	}
	gone := time.Now()
	l.run("second", 8, second)
	l.until(1)
	t.Logf("taken over %s after the kill was noticed", time.Since(gone).Round(time.Millisecond))
	if took := time.Since(gone); took > 10*time.Second {
		t.Errorf("it took %s to take over", took)
	}
	l.until(200)
	l.end(second)
}

// ownUntilKilled writes and tells its parent what was acknowledged.
func ownUntilKilled(t *testing.T, url string) {
	d := openPostgres(t, url, "child:1")
	l := newLoad(t)
	l.run("child", 8, d)
	told := 0
	for {
		l.mu.Lock()
		fresh := l.acknowledged[told:]
		told = len(l.acknowledged)
		os.Stdout.WriteString(lines("acknowledged ", fresh))
		l.mu.Unlock()
		pause()
	}
}

func lines(prefix string, all []string) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(prefix + s + "\n")
	}
	return b.String()
}
