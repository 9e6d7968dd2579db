package ui

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named finds icons where pages and frames name them.
var named = regexp.MustCompile(`(?:Icon\(|Icon: *|Empty\(|Big\()"([a-z-]+)"`)

// A name without a drawing would leave a hole beside its word.
func TestEveryIconThatIsNamedIsDrawn(t *testing.T) {
	seen := make(map[string]bool)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") ||
			!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			seen[m[1]] = true
			if icons[m[1]] == "" {
				t.Errorf("%s names the icon %q: add it to web/icons.json", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 20 {
		t.Errorf("this test saw %d icons only", len(seen))
	}
}
