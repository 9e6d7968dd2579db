package flow_test

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// TestVerifyATown measures verify on a data directory or database that holds a
// benchmark's town: GONGYI_VERIFY_DIR or GONGYI_VERIFY_URL. A million entries
// are to take no more than 20 s on two cores, and less than 300 MB.
func TestVerifyATown(t *testing.T) {
	opt := db.Options{Dir: os.Getenv("GONGYI_VERIFY_DIR"), URL: os.Getenv("GONGYI_VERIFY_URL"), ReadOnly: true}
	if opt.Dir == "" && opt.URL == "" {
		t.Skip("GONGYI_VERIFY_DIR and GONGYI_VERIFY_URL are not set")
	}
	d, err := db.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f := flow.New(d)
	places, err := f.Communities.List(ctx, d, community.Community)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		measure(t, p.Ref, func() int64 { return verified(t, f, p.ID) })
	}
	measure(t, "file", func() int64 {
		damage, err := f.VerifyFile(ctx)
		if err != nil || len(damage) > 0 {
			t.Errorf("%v %v", damage, err)
		}
		return 1
	})
}

func verified(t *testing.T, f *flow.Flows, home id.ID) int64 {
	r, err := f.Verify(ctx, home, flow.VerifyOptions{})
	if err != nil || !r.Whole() {
		t.Errorf("%d findings (%v): %+v", r.Total, err, r.Findings[:min(3, len(r.Findings))])
	}
	return r.Entries
}

func measure(t *testing.T, what string, work func() int64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, busy := time.Now(), processor()
	n := work()
	took, cpu := time.Since(began), processor()-busy
	runtime.ReadMemStats(&after)
	status, _ := os.ReadFile("/proc/self/status")
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "\n")
	t.Logf("%s: %d in %.2f s, processor %.2f s, %d allocations each, peak %s", what, n, took.Seconds(), cpu.Seconds(),
		(after.Mallocs-before.Mallocs)/uint64(n), strings.TrimSpace(peak))
}

// processor is the time that this process has used, which does not depend on
// what else the machine does.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
