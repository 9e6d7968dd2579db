package evidence

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestGrowUntilKilled is the process that TestKilledWhilePublishing kills.
func TestGrowUntilKilled(t *testing.T) {
	var h house
	var size int64
	if _, err := fmt.Sscanf(os.Getenv("EVIDENCE_TO_KILL"), "%s %s %d", &h.keys, &h.dir, &size); err != nil {
		t.Skip("only as a child of TestKilledWhilePublishing")
	}
	h.open(t, treeOf(t, size, nil))
	fmt.Println("grows")
	for range time.Tick(time.Millisecond) {
		size += 40
		grow(h.tree, size, 40)
		if _, err := h.authority.Receipt(t.Context(), origin, size-1); err != nil {
			t.Fatal(err)
		}
	}
}

// A process that is killed at any moment leaves files that the next one goes on
// with, and never a signature that the database cannot answer for.
func TestKilledWhilePublishing(t *testing.T) {
	t.Parallel()
	h := house{keys: t.TempDir(), dir: t.TempDir()}
	size := int64(0)
	for round := range 6 {
		child := exec.Command(os.Args[0], "-test.run=^TestGrowUntilKilled$")
		child.Env = append(os.Environ(), fmt.Sprintf("EVIDENCE_TO_KILL=%s %s %d", h.keys, h.dir, size))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if line, _ := bufio.NewReader(out).ReadString('\n'); line != "grows\n" {
			t.Fatalf("the child says %q", line)
		}
		timer := time.AfterFunc(time.Duration(300+round*171)*time.Millisecond, func() { child.Process.Kill() })
		_ = child.Wait()
		timer.Stop()
		// What the child's database had committed at least: what it signed or fed.
		mark, err := readMark(h.keys)
		if err != nil {
			t.Fatal(err)
		}
		fed, _ := integratedSize(h.log())
		if size = max(mark, fed); size == 0 {
			t.Fatal("the child did nothing")
		}
	}
	size += 10
	h.open(t, treeOf(t, size, nil))
	h.published(size)
	h.close()
	h.intact(size)
	if _, err := os.Stat(h.log() + ".damaged"); err == nil {
		t.Error("a kill damaged the tiles")
	}
}

func readMark(dir string) (int64, error) {
	b, err := os.ReadFile((&Keyring{dir: dir}).path(origin, ".mark"))
	if err != nil {
		return 0, err
	}
	c, err := readCheckpoint(b)
	return c.Size, err
}
