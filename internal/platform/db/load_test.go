package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
)

// load is callers that write while something bad happens. Each request adds a row
// of its own and one to a counter that lives in the writer's memory; the row holds
// what the counter was. So whatever is lost, doubled or written by somebody whose
// memory was old leaves a trace.
type load struct {
	t       *testing.T
	counter *db.Memo[string, int]
	stop    chan struct{}
	wg      sync.WaitGroup

	mu           sync.Mutex
	acknowledged []string
	refused      map[string]int // codes of refusals
}

func newLoad(t *testing.T) *load {
	return &load{t: t, stop: make(chan struct{}), refused: make(map[string]int),
		counter: db.NewMemo(10, func(ctx context.Context, tx *db.Tx, k string) (int, error) {
			var v []int
			err := db.All(ctx, tx, &v, "SELECT v FROM pad WHERE community_id = ? AND k = ?", tx.Community[:], k)
			if len(v) == 0 {
				return 0, err
			}
			return v[0], err
		})}
}

// add is one request; it is not idempotent.
func (l *load) add(ctx context.Context, key string) func(tx *db.Tx) error {
	return func(tx *db.Tx) error {
		n, err := l.counter.Get(ctx, tx, "n")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO pad (community_id, k, v) VALUES (?, ?, ?)", tx.Community[:], "row-"+key, n); err != nil {
			return err
		}
		if err := put(ctx, tx, "n", n+1); err != nil {
			return err
		}
		return l.counter.Put(ctx, tx, "n", n+1)
	}
}

// run starts callers. Each asks one of the databases, by turns; a refusal is
// counted, and the caller goes on with a new request at the next database.
func (l *load) run(name string, callers int, dbs ...*db.DB) {
	ctx := context.Background()
	for c := range callers {
		l.wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-l.stop:
					return
				default:
				}
				key := fmt.Sprintf("%s-%03d-%06d", name, c, i)
				err := dbs[(c+i)%len(dbs)].Update(ctx, home, db.System, l.add(ctx, key))
				l.note(key, err)
			}
		})
	}
}

func (l *load) note(key string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.acknowledged = append(l.acknowledged, key)
		return
	}
	f := fault.Of(err)
	if f == nil || !errors.Is(err, db.ErrBusy) && !errors.Is(err, db.ErrUnknown) && !errors.Is(err, db.ErrElsewhere) && !errors.Is(err, db.ErrClosed) {
		if l.refused["internal"]++; l.refused["internal"] < 4 {
			l.t.Errorf("an error that tells the caller nothing: %v", err)
		}
		return
	}
	l.refused[f.Code]++
}

// count is how many requests were acknowledged so far.
func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

// until waits for more acknowledged requests.
func (l *load) until(more int) {
	l.t.Helper()
	for want := l.count() + more; l.count() < want; {
		if l.t.Failed() {
			break
		}
		pause()
	}
}

// end stops the callers and checks the books: every acknowledged request is in,
// none twice, and nobody wrote from an old memory.
func (l *load) end(d *db.DB) {
	l.t.Helper()
	close(l.stop)
	l.wg.Wait()
	ctx := context.Background()
	var rows []struct {
		K string `db:"k"`
		V int    `db:"v"`
	}
	if err := d.View(ctx, home, func(r db.Reader) error {
		return db.All(ctx, r, &rows, "SELECT k, v FROM pad WHERE community_id = ? ORDER BY k", home[:])
	}); err != nil {
		l.t.Fatal(err)
	}
	stored, numbers, counter := make(map[string]bool), make(map[int]string), 0
	for _, r := range rows {
		if r.K == "n" {
			counter = r.V
			continue
		}
		stored[r.K] = true
		if other, twice := numbers[r.V]; twice {
			l.t.Errorf("%s and %s were both number %d: one writer's memory was old", other, r.K, r.V)
		}
		numbers[r.V] = r.K
	}
	for _, key := range l.acknowledged {
		if !stored["row-"+key] {
			l.t.Errorf("%s was acknowledged and is not there", key)
		}
	}
	if counter != len(stored) {
		l.t.Errorf("the counter is %d for %d rows: something was lost or done twice", counter, len(stored))
	}
	l.t.Logf("%d acknowledged, %d stored, refused %v", len(l.acknowledged), len(stored), l.refused)
}
