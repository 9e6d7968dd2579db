package jobs

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Notes of one millisecond have no order: one that is left later may stand before
// one that was looked at.
func TestALaterNoteOfTheSameMomentIsFound(t *testing.T) {
	at := time.UnixMilli(1_760_523_840_123)
	late, early := id.V7(at, [10]byte{9}), id.V7(at, [10]byte{1})
	before := id.V7(at.Add(-time.Millisecond), [10]byte{255, 255, 255})
	handlers := map[string]Handler{"test": func(context.Context, id.ID, string) error { return nil }}
	b := newBox()
	s := b.begin(false)
	if due := b.sort(s, []db.Note{{ID: late, Kind: "test"}}, handlers, &usual); len(due) != 1 {
		t.Fatalf("due: %v", due)
	}
	b.end(s)
	s = b.begin(false)
	behind := func(v id.ID) bool { return string(v[:]) > string(s.after[:]) }
	if !behind(early) || !behind(late) || behind(before) {
		t.Errorf("the next look begins behind %s", s.after)
	}
	due := b.sort(s, []db.Note{{ID: early, Kind: "test"}, {ID: late, Kind: "test"}}, handlers, &usual)
	if diff := cmp.Diff([]db.Note{{ID: early, Kind: "test"}}, due); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
}

// A look from the first note on forgets what the outbox does not hold any more, but
// only if it saw everything.
func TestWhatIsGoneIsForgotten(t *testing.T) {
	handlers := map[string]Handler{"test": func(context.Context, id.ID, string) error { return nil }}
	note := func(n byte) db.Note { return db.Note{ID: id.ID{0, 0, 0, 0, 0, n}, Kind: "test"} }
	tight := usual
	tight.bound = 3
	b := newBox()
	s := b.begin(true)
	b.sort(s, []db.Note{note(1), note(2), note(5)}, handlers, &tight)
	b.end(s)
	s = b.begin(true)
	b.sort(s, []db.Note{note(2), note(3), note(5)}, handlers, &tight) // no room for 3
	b.end(s)
	if len(b.handed) != 3 {
		t.Errorf("%d under way, want still 3", len(b.handed))
	}
	s = b.begin(true)
	b.sort(s, []db.Note{note(2), note(5)}, handlers, &tight)
	b.end(s)
	if b.handed[note(1).ID] != nil || len(b.handed) != 2 {
		t.Errorf("under way: %v", b.handed)
	}
}
