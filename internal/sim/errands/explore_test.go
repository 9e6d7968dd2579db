package errands

import (
	"testing"
)

func TestExplore(t *testing.T) {
	s := Defaults()
	s.Days = 1
	for _, r := range Compare(s, Rules(), Ways) {
		t.Logf("%+v", r)
	}
}
