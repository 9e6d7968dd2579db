package db_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Every id stands in one list, after what comes first; an error ends it; none ask nothing.
func TestEachSome(t *testing.T) {
	for _, n := range []int{0, 1, 400, 401, 1000} {
		ids := make([]id.ID, n)
		for i := range ids {
			ids[i] = id.ID{byte(i), byte(i >> 8)}
		}
		seen, lists := make(map[string]bool), 0
		if err := db.EachSome(ids, func(in string, args []any) error {
			lists++
			if marks := strings.Count(in, "?"); marks != len(args)-1 || args[0] != "first" {
				t.Errorf("%d marks for %d arguments", marks, len(args))
			}
			for _, a := range args[1:] {
				seen[string(a.([]byte))] = true
			}
			return nil
		}, "first"); err != nil {
			t.Fatal(err)
		}
		if len(seen) != n || lists != (n+399)/400 {
			t.Errorf("of %d ids %d were asked for in %d lists", n, len(seen), lists)
		}
	}
	var words []any
	if err := db.EachSomeOf([]string{"a", "b"}, func(s string) any { return s + s }, func(in string, args []any) error {
		words = append(append(words, in), args...)
		return nil
	}, 1); err != nil || !slices.Equal(words, []any{"(?, ?)", 1, "aa", "bb"}) {
		t.Errorf("words are asked for as %v, %v", words, err)
	}
	stop := errors.New("stop")
	if err := db.EachSome(make([]id.ID, 900), func(string, []any) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("ended with %v", err)
	}
}
