package live_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/live"
)

const never = time.Hour

// TestEverybodyIsWoken: whoever waits sees what happened before or after she began.
func TestEverybodyIsWoken(t *testing.T) {
	h := live.New()
	thing := id.ID{1}
	var news atomic.Bool
	look := func(context.Context) (bool, error) { return news.Load(), nil }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if is, err := h.Until(t.Context(), thing, never, never, look); !is || err != nil {
				t.Error(is, err)
			}
		})
	}
	for h.Waiting() < 25 {
		runtime.Gosched()
	}
	h.Wake(id.ID{2})
	news.Store(true)
	h.Wake(thing)
	all.Wait()
	if h.Waiting() != 0 {
		t.Errorf("%d still wait", h.Waiting())
	}
}

func TestWaitingEnds(t *testing.T) {
	h := live.New()
	nothing := func(context.Context) (bool, error) { return false, nil }
	if is, err := h.Until(t.Context(), id.ID{1}, 1, never, nothing); is || err != nil {
		t.Error("its time is over", is, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Until(ctx, id.ID{1}, never, never, nothing); !errors.Is(err, context.Canceled) {
		t.Error("nobody listens any more", err)
	}
	h.Close()
	h.Close()
	if is, err := h.Until(t.Context(), id.ID{1}, never, never, nothing); is || err != nil {
		t.Error("the program ends", is, err)
	}
	h = live.New()
	broken := errors.New("broken")
	if _, err := h.Until(t.Context(), id.ID{1}, never, never, func(context.Context) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	looks := 0
	if is, _ := h.Until(t.Context(), id.ID{1}, never, time.Millisecond, func(context.Context) (bool, error) { looks++; return looks == 3, nil }); !is {
		t.Error("what another instance did is not seen")
	}
}
