package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "gongyi/"

// source is one Go file of the project.
type source struct {
	pkg   string // its folder: "internal/kernel/money"
	name  string // "money.go"
	test  bool
	made  bool // by a generator
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// at says where something stands, as an editor wants it.
func (s *source) at(pos token.Pos) string {
	return fmt.Sprintf("%s/%s:%d", s.pkg, s.name, s.fset.Position(pos).Line)
}

func (s *source) path() string { return s.pkg + "/" + s.name }

// imports calls fn with each imported path.
func (s *source) imports(fn func(path, place string)) {
	for _, spec := range s.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		fn(p, s.at(spec.Pos()))
	}
}

// importName is the name under which the file uses an import, "" if it does not.
func (s *source) importName(wanted string) string {
	for _, spec := range s.ast.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p != wanted {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(strings.TrimSuffix(wanted, "/v2"))
	}
	return ""
}

// stringsIn calls fn with every string literal of the file.
func (s *source) stringsIn(fn func(text string, pos token.Pos)) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				fn(text, lit.Pos())
			}
		}
		return true
	})
}

// read parses every Go file below cmd and internal.
func read(t *testing.T, project fs.FS) []*source {
	t.Helper()
	var all []*source
	for _, top := range []string{"cmd", "internal"} {
		err := fs.WalkDir(project, top, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				if d != nil && d.IsDir() && d.Name() == "testdata" {
					return fs.SkipDir
				}
				return nil // a missing top folder has nothing to say
			}
			if !strings.HasSuffix(file, ".go") {
				return nil
			}
			s, err := parse(project, file)
			all = append(all, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func parse(project fs.FS, file string) (*source, error) {
	text, err := fs.ReadFile(project, file)
	if err != nil {
		return nil, err
	}
	s := &source{
		pkg: path.Dir(file), name: path.Base(file), test: strings.HasSuffix(file, "_test.go"),
		lines: strings.Count(string(text), "\n"), fset: token.NewFileSet(),
	}
	s.ast, err = parser.ParseFile(s.fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err == nil {
		s.made = ast.IsGenerated(s.ast)
	}
	return s, err
}

// project is the whole of it, read once.
func project(t *testing.T) []*source {
	t.Helper()
	if houseSources == nil {
		houseSources = read(t, os.DirFS("../.."))
	}
	return houseSources
}

var houseSources []*source

// small makes sources of a few lines: "internal/kernel/money/x.go" → text.
func small(t *testing.T, files map[string]string) []*source {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return read(t, m)
}

// exceptions are places that a rule spares, each with its reason. A place is a
// path, or a path and a name; "*" stands for any part of a file's name.
type exceptions map[string]string

// spare leaves out the complaints whose place is excepted and complains about
// exceptions that nothing needs.
func (e exceptions) spare(found []complaint) []complaint {
	used := make(map[string]bool)
	var left []complaint
	for _, c := range found {
		spared := false
		for pattern := range e {
			if ok, err := path.Match(pattern, c.place); ok && err == nil {
				used[pattern], spared = true, true
			}
		}
		if !spared {
			left = append(left, c)
		}
	}
	for _, place := range slices.Sorted(maps.Keys(e)) {
		if !used[place] {
			left = append(left, complaint{place, "is excepted, and nothing needs that any more: " + e[place]})
		}
	}
	return left
}

// complaint says what breaks a rule, and where.
type complaint struct {
	place string // what an exception would name
	says  string
}

func report(t *testing.T, found []complaint) {
	t.Helper()
	for _, c := range found {
		t.Errorf("%s: %s", c.place, c.says)
	}
}

// expect compares complaints about small sources with what they should be: the
// parts, in order, one for each complaint.
func expect(t *testing.T, found []complaint, parts ...string) {
	t.Helper()
	var got []string
	for _, c := range found {
		got = append(got, c.place+": "+c.says)
	}
	slices.Sort(got)
	if len(got) != len(parts) {
		t.Fatalf("%d complaints, want %d:\n%s", len(got), len(parts), strings.Join(got, "\n"))
	}
	for i, part := range parts {
		if !strings.Contains(got[i], part) {
			t.Errorf("complaint %d:\n%s\nwant it to hold %q", i, got[i], part)
		}
	}
}
