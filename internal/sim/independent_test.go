package sim

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The auditor and the stream share no code with what they check: none of their
// files imports anything of the program.
func TestAuditorIsIndependent(t *testing.T) {
	checked := 0
	for _, pattern := range []string{"audit*.go", "books.go", "arithmetic.go", "policy.go", "neighbourhood.go", "step.go", "stream*.go", "sim.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			checked++
			for _, imp := range f.Imports {
				if path, _ := strconv.Unquote(imp.Path.Value); strings.HasPrefix(path, "gongyi/") {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
	if checked < 13 {
		t.Errorf("only %d files were checked", checked)
	}
}
