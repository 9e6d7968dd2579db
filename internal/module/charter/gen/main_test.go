package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCharterPageIsFresh fails when the charter has changed and its page has not: run
// go generate in the charter package.
func TestCharterPageIsFresh(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	made, err := render(filepath.Join("..", words))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page), string(made)); diff != "" {
		t.Errorf("docs/rules-charter.md is stale (−page +charter):\n%s", diff)
	}
}
