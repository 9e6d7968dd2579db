package jobs

import (
	"time"

	"github.com/riverqueue/river/rivertype"
)

// Quick makes everything happen soon; bound is how many jobs may be under way.
func Quick(o Options, bound int) Options {
	o.pace = pace{
		poll: 20 * time.Millisecond, linger: time.Millisecond, look: 50 * time.Millisecond,
		all: 100 * time.Millisecond, trust: time.Second, bound: bound, retry: soon{},
	}
	return o
}

// soon tries again at once.
type soon struct{}

// NextRetry implements river.ClientRetryPolicy.
func (soon) NextRetry(*rivertype.JobRow) time.Time { return time.Now().UTC().Add(5 * time.Millisecond) }

// Schema is where PostgreSQL keeps the job store.
const Schema = schema
