package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRulesPageIsFresh fails when the rulebook has changed and docs/rules.md has
// not: run go generate in the settlement package.
func TestRulesPageIsFresh(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page), string(render())); diff != "" {
		t.Errorf("docs/rules.md is stale (−page +rulebook):\n%s", diff)
	}
}
