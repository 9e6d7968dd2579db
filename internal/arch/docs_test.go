package arch

import (
	"go/ast"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// unlearnt complains about exported types of the kernel and of modules whose
// name the glossary does not explain. A Service is every module's door, and a
// type of scratch memory is nobody's word.
func unlearnt(all []*source, glossary string) (found []complaint) {
	for _, s := range all {
		if s.test || s.pkg == "internal/witness" || layerOf(s.pkg) != kernelLayer && layerOf(s.pkg) != moduleLayer {
			continue
		}
		for _, d := range s.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				t, ok := spec.(*ast.TypeSpec)
				if !ok || !t.Name.IsExported() || t.Name.Name == "Service" || t.Name.Name == "Scratch" {
					continue
				}
				if word := path.Base(s.pkg) + "." + t.Name.Name; !strings.Contains(glossary, "`"+word+"`") {
					found = append(found, complaint{s.at(t.Pos()), "docs/glossary.md lacks " + word})
				}
			}
		}
	}
	return found
}

func TestTheGlossaryKnowsEveryWord(t *testing.T) {
	glossary, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	report(t, unlearnt(project(t), string(glossary)))
	expect(t, unlearnt(small(t, map[string]string{
		"internal/module/a/a.go": "package a\ntype Known int\ntype Lost int\ntype hidden int\ntype Service int",
		"internal/flow/b.go":     "package flow\ntype Free int",
	}), "| x | `a.Known` |"), "lacks a.Lost")
}

var (
	page = regexp.MustCompile(`[A-Za-z0-9_./-]*[A-Za-z0-9_-]+\.md\b`)
	adr  = regexp.MustCompile(`docs/adr/(\d{4})`)
	link = regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
)

// deadEnds complains about comments and pages that lead to a page that is not
// there.
func deadEnds(all []*source, project fs.FS) (found []complaint) {
	exists := func(candidates ...string) bool {
		for _, c := range candidates {
			if matches, _ := fs.Glob(project, path.Clean(c)); len(matches) > 0 {
				return true
			}
		}
		return false
	}
	for _, s := range all {
		if s.pkg == "internal/arch" && s.test {
			continue
		}
		for _, group := range s.ast.Comments {
			text := group.Text()
			for _, p := range page.FindAllString(text, -1) {
				if !exists(p, "docs/"+p, s.pkg+"/"+p) {
					found = append(found, complaint{s.at(group.Pos()), "names a page that is not there: " + p})
				}
			}
			for _, m := range adr.FindAllStringSubmatch(text, -1) {
				if !exists("docs/adr/" + m[1] + "-*.md") {
					found = append(found, complaint{s.at(group.Pos()), "names a decision that is not there: " + m[0]})
				}
			}
		}
	}
	_ = fs.WalkDir(project, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".md") {
			return nil
		}
		text, _ := fs.ReadFile(project, file)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if !exists(path.Join(path.Dir(file), m[1])) {
				found = append(found, complaint{file, "links to what is not there: " + m[1]})
			}
		}
		return nil
	})
	return found
}

func TestEveryPageThatIsNamedIsThere(t *testing.T) {
	report(t, deadEnds(project(t), os.DirFS("../..")))
	files := map[string]string{
		"internal/flow/a.go": "// Package flow, see docs/adr/0001 and docs/adr/0009, good.md, none.md.\npackage flow",
	}
	pages := fstest.MapFS{"docs/good.md": {Data: []byte("[a](adr/0001-x.md) [b](lost.md#x) [c](https://example.org/x.md)")}, "docs/adr/0001-x.md": {}}
	expect(t, deadEnds(small(t, files), pages), "good.md: links to what is not there: lost.md", "names a decision that is not there: docs/adr/0009", "names a page that is not there: none.md")
}

var (
	asked   = regexp.MustCompile(`(?m)^- ([A-Z]\d+) `)
	claimed = regexp.MustCompile(`\b[A-Z]\d+\b`)
)

// unclaimed complains about requirements of which the README says nothing, and
// about claims of requirements that nobody asked for.
func unclaimed(requirements, readme string) (found []complaint) {
	_, table, _ := strings.Cut(readme, "|---|---|---|---|")
	said := make(map[string]bool)
	for _, id := range claimed.FindAllString(table, -1) {
		said[id] = true
	}
	wanted := make(map[string]bool)
	for _, m := range asked.FindAllStringSubmatch(requirements, -1) {
		wanted[m[1]] = true
		if !said[m[1]] {
			found = append(found, complaint{"README", "says nothing of " + m[1]})
		}
	}
	for id := range said {
		if !wanted[id] {
			found = append(found, complaint{"README", "claims " + id + ", which nobody asked for"})
		}
	}
	return found
}

func TestTheReadmeSpeaksOfEveryRequirement(t *testing.T) {
	requirements, err := os.ReadFile("../../docs/requirements.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		report(t, unclaimed(string(requirements), string(readme)))
	}
	expect(t, unclaimed("- A1 this\n- A2 that\n", "A2\n|---|---|---|---|\n| A1 | B9 |"), "claims B9", "says nothing of A2")
}
