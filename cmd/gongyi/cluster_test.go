package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/dbtest"
)

// Two instances on one database: each answers everything, one of them by passing
// it on; when the owner dies the other takes its communities over.
func TestTwoInstances(t *testing.T) {
	t.Parallel()
	flags := []string{"--database-url", dbtest.PostgresURL(t), "--state", t.TempDir()}
	furnish(t, flags...)
	owner, other := start(t, flags...), start(t, flags...)
	l := newLoad(t, filepath.Join(flags[3], "keys", "admin.key"))
	l.sell(owner.url, 2)
	l.sell(other.url, 6)
	l.await(200)
	if n := l.statuses[200]; len(l.statuses) != 1 || n < 200 {
		t.Errorf("answered %v: %v", l.statuses, l.answers)
	}
	owner.kill()
	before := clock.System{}.Now()
	l.await(200)
	t.Logf("the other sold 200 more after %s", clock.System{}.Now().Sub(before).Round(10*time.Millisecond))
	l.end()
	for status := range l.statuses {
		if status != 200 && status != 503 {
			t.Errorf("answered %d: %s", status, l.answers[status])
		}
	}
	if refusal, refused := l.answers[503]; refused && strings.HasPrefix(refusal, " ") {
		t.Errorf("refused without a time to come again: %s", refusal)
	}
	l.settleAll(other.url)
	var head struct{ Size int64 }
	if status, body := fetch(t, other.url+"/api/v1/communities/C1/checkpoint"); status != 200 || json.Unmarshal(body, &head) != nil || head.Size < 400 {
		t.Errorf("the heir signs nothing: %d %s", status, body)
	}
	l.rightBooks(flags...)
}

// What another instance has passed on is believed only with the secret that the
// instances share: a forged mark changes nothing, and nothing goes in circles.
func TestForgedForwarding(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	first := []string{"--database-url", url, "--state", t.TempDir()}
	furnish(t, first...)
	owner := start(t, first...)
	other := start(t, "--database-url", url, "--state", t.TempDir()) // with nothing in common but the database
	l := newLoad(t, filepath.Join(first[3], "keys", "admin.key"))
	now := strconv.FormatInt(clock.System{}.Now().Unix(), 10)
	for i, mark := range []string{"", "1", now, now + ".", now + "." + strings.Repeat("00", 32), now + ".zz", "." + now, strings.Repeat("9", 300)} {
		ref := "forged-" + strconv.Itoa(i)
		body := `{"purchase_ref":"` + ref + `","purchased_at":"` + clock.System{}.Now().Format(time.RFC3339) + `","member_ref":"person-1","merchant_ref":"shop-1","price":"12.34","cash_held":"12.34"}`
		l.bodies[ref] = body
		for _, s := range []*server{other, owner} {
			status, entry, err := l.send(s.url, ref, body, "Gongyi-Forwarded", mark)
			if first, sent := l.acked[ref]; err != nil || status != 200 || sent && first != entry {
				t.Errorf("with the mark %q: %d, entry %d, %v: %s", mark, status, entry, err, l.answers[status])
			}
			l.acked[ref] = entry
		}
	}
	status, body := fetch(t, other.url+"/api/v1/communities/C1/checkpoint")
	if status != 200 && status != 503 {
		t.Errorf("checkpoint of a log that another signs: %d %s", status, body)
	}
	l.rightBooks(first...)
}

// The database goes away under load and comes back, politely and not: callers wait
// or are told to come again, and the books are right.
func TestPostgresRestarted(t *testing.T) { // not parallel: others use the same server
	url := dbtest.PostgresURL(t)
	flags := []string{"--database-url", url, "--state", t.TempDir()}
	furnish(t, flags...)
	s := start(t, flags...)
	l := newLoad(t, filepath.Join(flags[3], "keys", "admin.key"))
	l.sell(s.url, 8)
	l.await(100)
	for _, mode := range []string{"fast", "immediate"} {
		restart(t, url, mode)
		l.await(100)
	}
	l.end()
	for status := range l.statuses {
		if status != 200 && status != 503 {
			t.Errorf("answered %d: %s", status, l.answers[status])
		}
	}
	l.settleAll(s.url)
	l.rightBooks(flags...)
}

// restart restarts the server of a database, as the one who owns its files.
func restart(t *testing.T, url, mode string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	var data string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	conn.Close(ctx)
	var owner syscall.Stat_t
	if err := syscall.Stat(data, &owner); err != nil {
		t.Skipf("the server is not on this machine: %v", err)
	}
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		programs = append(programs, path)
	}
	if len(programs) == 0 {
		t.Skip("no pg_ctl here")
	}
	cmd := exec.Command(programs[0], "-D", data, "-m", mode, "-w", "-l", filepath.Join(filepath.Dir(data), "log"), "restart")
	cmd.Dir = "/"
	if syscall.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("pg_ctl restart: %v", err)
	}
}
