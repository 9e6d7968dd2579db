package evidence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

func BenchmarkStage(b *testing.B) {
	for _, batch := range []int64{1, 50, 1000} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			tree, leaves := openEmpty(b), leavesFrom(0, batch)
			b.ReportAllocs()
			for b.Loop() {
				tree.Apply(tree.Stage(leaves))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(int64(b.N)*batch), "ns/leaf")
		})
	}
}

func BenchmarkProve(b *testing.B) {
	const size = 1 << 20
	tree := openEmpty(b)
	grow(tree, size+100, 5000)
	for name, span := range map[string]int64{"recent": 1500, "anywhere": size} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tree.Prove(context.Background(), size-1-random.Int64N(span), size+100); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkPublish grows a log by 10,000 leaves a second for three seconds and
// reports what publishing costs a leaf and how long the last one waits.
func BenchmarkPublish(b *testing.B) {
	worst := time.Duration(0)
	for range b.N {
		var h house
		h.open(b, treeOf(b, 0, nil))
		before := cpu()
		size := int64(0)
		for range time.Tick(10 * time.Millisecond) {
			size += 100
			grow(h.tree, size, 100)
			if size == 30_000 {
				break
			}
		}
		last := time.Now()
		for range time.Tick(time.Millisecond) {
			if done, _ := publishedSize(h.log()); done == size {
				break
			}
		}
		worst = max(worst, time.Since(last))
		h.published(size)
		b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(size), "cpu-ns/leaf")
		h.close()
	}
	b.ReportMetric(float64(worst.Milliseconds()), "ms-behind")
}

// BenchmarkSporadic publishes single entries of a log that is idle in between,
// as most logs are.
func BenchmarkSporadic(b *testing.B) {
	var h house
	h.open(b, treeOf(b, 1000, nil))
	h.publisher.idle = 0
	h.published(1000)
	before, n := cpu(), 0
	for b.Loop() {
		n++
		grow(h.tree, 1000+int64(n), 1)
		h.published(1000 + int64(n))
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(n), "cpu-µs/entry")
	h.close()
}

func BenchmarkRebuild(b *testing.B) {
	for range b.N {
		var h house
		tree := treeOf(b, 500_000, nil)
		before := cpu()
		h.open(b, tree)
		h.published(500_000)
		b.ReportMetric(float64((cpu()-before).Nanoseconds())/500_000, "cpu-ns/leaf")
		h.close()
		before = cpu()
		h.intact(500_000)
		b.ReportMetric(float64((cpu()-before).Nanoseconds())/500_000, "check-ns/leaf")
	}
}
