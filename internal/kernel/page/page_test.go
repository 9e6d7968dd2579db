package page_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/page"
)

func TestCursorComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		got, given, err := page.Request{Cursor: page.After(n)}.Number()
		if err != nil || !given || got != n {
			t.Fatalf("%d came back as %d, %v, %v", n, got, given, err)
		}
	})
}

func TestForeignCursorsAreRefused(t *testing.T) {
	for _, c := range []string{"!", "====", "gICAgICAgICAgICA", "AAA"} {
		if _, _, err := (page.Request{Cursor: c}).Number(); !errors.Is(err, page.ErrCursor) {
			t.Errorf("%q: %v", c, err)
		}
	}
}

func TestLimitsAreClamped(t *testing.T) {
	for in, want := range map[int]int{0: page.DefaultLimit, -5: page.DefaultLimit, 7: 7, 10_000: page.MaxLimit} {
		if got := (page.Request{Limit: in}).Clamp(); got != want {
			t.Errorf("%d became %d, want %d", in, got, want)
		}
	}
}
