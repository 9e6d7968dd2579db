package dbtest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

var cluster struct {
	once sync.Once
	url  string
	err  error
	held io.Closer // our end of the keeper's pipe: the collector must not close it

	ctl func(args ...string) error // pg_ctl on this cluster
}

var databases atomic.Int64

// PostgresURL is a fresh database of a server that this test binary starts once,
// or of the one that GONGYI_TEST_POSTGRES_URL names.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return freshDatabase(t, server(t))
}

// server is the address of the server that this test binary works with.
func server(t testing.TB) string {
	t.Helper()
	if base := os.Getenv("GONGYI_TEST_POSTGRES_URL"); base != "" {
		return base
	}
	cluster.once.Do(func() { cluster.url, cluster.err = startCluster() })
	if cluster.err != nil {
		t.Fatalf("PostgreSQL cannot start (make test installs it): %v", cluster.err)
	}
	return cluster.url
}

// freshDatabase is an empty database of a server, dropped after the test.
func freshDatabase(t testing.TB, base string) string {
	t.Helper()
	name := newDatabase(t, base)
	t.Cleanup(func() { dropDatabase(context.Background(), base, name) })
	return named(base, name)
}

func newDatabase(t testing.TB, base string) string {
	t.Helper()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	name := fmt.Sprintf("t%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return name
}

func dropDatabase(ctx context.Context, base, name string) {
	if admin, err := pgx.Connect(ctx, base); err == nil {
		defer admin.Close(ctx)
		_, _ = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}
}

// startCluster makes a cluster in a temporary folder that listens on a socket
// only. It ends with this process: the postmaster's standard input is our pipe,
// and a shell beside it stops it when the pipe breaks.
func startCluster() (string, error) {
	bin, err := serverBin()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "gongyi-pg-")
	if err != nil {
		return "", err
	}
	cred, err := otherUser(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	if out, err := as(cred, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "gongyi", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	cluster.ctl = func(args ...string) error {
		cmd := as(cred, filepath.Join(bin, "pg_ctl"), append([]string{"-D", data, "-w", "-t", "60", "-l", filepath.Join(dir, "log")}, args...)...)
		cmd.Stdin, cmd.Stdout = nil, nil // the server would inherit a pipe and hold it open
		return cmd.Run()
	}
	script := fmt.Sprintf(`'%s/pg_ctl' -D '%s' -w -t 60 -l '%s/log' -o "-k '%s' -c listen_addresses= -c fsync=off -c max_connections=200 -c shared_buffers=64MB" start && echo up; cat >/dev/null; '%s/pg_ctl' -D '%s' -m immediate stop; rm -rf '%s'`,
		bin, data, dir, dir, bin, data, dir)
	keeper := as(cred, "sh", "-c", script)
	if cluster.held, err = keeper.StdinPipe(); err != nil { // never written: it breaks when we end
		return "", err
	}
	out, err := keeper.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := keeper.Start(); err != nil {
		return "", err
	}
	var seen strings.Builder
	buf := make([]byte, 256)
	for !strings.Contains(seen.String(), "up\n") {
		n, err := out.Read(buf)
		if err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return "", fmt.Errorf("pg_ctl: %s%s", seen.String(), log)
		}
		seen.Write(buf[:n])
	}
	return "postgres://gongyi@/postgres?host=" + url.QueryEscape(dir), nil
}

// serverBin finds the newest server: Debian keeps it out of the PATH.
func serverBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}

// otherUser is who runs the server when we are root, which initdb refuses.
func otherUser(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
	}
	return nil, fmt.Errorf("no user but root to run PostgreSQL as")
}

func as(cred *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	// A group of its own: Ctrl-C in the terminal must not stop it before us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Setpgid: true}
	return cmd
}

// RestartPostgres stops this test binary's server, at once and without a word
// ("immediate") or in good order ("fast"), and starts it again. A test that uses
// a server of somebody else's is skipped.
func RestartPostgres(t testing.TB, mode string) {
	t.Helper()
	if cluster.ctl == nil {
		t.Skip("the PostgreSQL server is not ours to restart")
	}
	if err := cluster.ctl("-m", mode, "restart"); err != nil {
		t.Fatalf("restart PostgreSQL: %v", err)
	}
}

// KillBackends ends every connection that a program holds to a database.
func KillBackends(t testing.TB, url string) (killed int) {
	t.Helper()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	const query = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'gongyi' AND pid <> pg_backend_pid()`
	if err := admin.QueryRow(ctx, query).Scan(&killed); err != nil {
		t.Fatal(err)
	}
	return killed
}
