package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// server is the program, serving in a process of its own.
type server struct {
	cmd    *exec.Cmd
	url    string
	log    *logged
	exited chan struct{} // closed when the process is gone
	err    error         // how it went, after exited
}

// startServer starts `gongyi serve` on a free port and waits until it is ready.
func startServer(dir string, env []string, args ...string) (*server, error) {
	return startProgram(dir, env, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
}

func startProgram(dir string, env []string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command("gongyi", args...), log: &logged{}, exited: make(chan struct{})}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stderr = dir, env, s.log
	// Ctrl-C is for the test, and when the test is gone so is this.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		defer close(s.exited)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		s.err = s.cmd.Wait()
	}()
	select {
	case s.url = <-ready:
		return s, nil
	case <-s.exited:
		return nil, fmt.Errorf("did not get ready: %v\n%s", s.err, s.log)
	}
}

// stop ends the server as an operator would, and waits.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have gone already
	<-s.exited
	if s.err != nil {
		return fmt.Errorf("%w\n%s", s.err, s.log)
	}
	return nil
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	<-s.exited
}

// environment is what the program sees of the world: nothing of the person's who
// runs the tests.
func environment(more ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=/no-home", "TMPDIR=" + os.TempDir(), "GORACE=" + os.Getenv("GORACE")}, more...)
}

// gongyi runs a command to its end and returns what it says and its exit code.
func gongyi(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command("gongyi", args...)
	var out, complaints bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = environment(), &out, &complaints
	err := cmd.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return out.String(), complaints.String(), cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func must(t testing.TB, args ...string) string {
	t.Helper()
	out, complaints, code := gongyi(t, args...)
	if code != 0 {
		t.Fatalf("gongyi %s: exit %d\n%s%s", strings.Join(args, " "), code, out, complaints)
	}
	return out
}

// logged is what a process writes, to be read while it writes on.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// String is all of it so far.
func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
