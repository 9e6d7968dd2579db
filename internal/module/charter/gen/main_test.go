package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPagesAreFresh fails when the charter has changed and a page has not: run go
// generate in the charter package.
func TestPagesAreFresh(t *testing.T) {
	for _, p := range pages {
		made, err := p.render(filepath.Join("..", words))
		if err != nil {
			t.Fatal(err)
		}
		if made == nil {
			continue
		}
		stands, err := os.ReadFile(filepath.Join("..", p.path))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(stands), string(made)); diff != "" {
			t.Errorf("%s is stale (−page +charter):\n%s", p.path, diff)
		}
	}
}
