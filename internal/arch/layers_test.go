package arch

import (
	"slices"
	"strings"
	"testing"
)

// layer is the height of a room; arrows point down only.
type layer int

// The layers of docs/ARCHITECTURE.md. A module's pages stand above the flows,
// because a page may start one; the simulator calls flows too. Benchmarks load the
// whole program.
const (
	nowhere layer = iota
	kernelLayer
	platformLayer
	moduleLayer
	flowLayer
	webLayer
	simLayer
	appLayer
	benchLayer
	cmdLayer
)

var layerNames = [...]string{"nowhere", "kernel", "platform", "module", "flow", "web", "sim", "app", "bench", "cmd"}

func (l layer) String() string { return layerNames[l] }

// layerOf is the layer of a package by its path below the module.
func layerOf(pkg string) layer {
	top, rest, _ := strings.Cut(strings.TrimPrefix(pkg, "internal/"), "/")
	switch {
	case strings.HasPrefix(pkg, "cmd/"):
		return cmdLayer
	case !strings.HasPrefix(pkg, "internal/"):
		return nowhere
	}
	switch top {
	case "kernel", "witness": // a witness needs nobody, so that anybody may ask it
		return kernelLayer
	case "platform":
		return platformLayer
	case "module":
		if parts := strings.Split(rest, "/"); len(parts) > 1 && parts[1] == parts[0]+"web" {
			return webLayer
		}
		return moduleLayer
	case "flow":
		return flowLayer
	case "portal": // pages that span modules, one folder a kind of person
		return webLayer
	case "sim":
		return simLayer
	case "bench", "demo": // both load the whole program
		return benchLayer
	case "app":
		return appLayer
	case "arch":
		return cmdLayer // looks at everything, and nobody looks at it
	}
	return nowhere
}

// moduleOf is the module a package belongs to, "" if none.
func moduleOf(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, "internal/module/")
	name, _, _ := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return name
}

// arrows complains about imports that point up or sideways.
func arrows(all []*source) (found []complaint) {
	for _, s := range all {
		from := layerOf(s.pkg)
		if from == nowhere {
			found = append(found, complaint{s.pkg, "is in no layer of docs/ARCHITECTURE.md"})
			continue
		}
		s.imports(func(path, place string) {
			to, own := strings.CutPrefix(path, module)
			if !own || to == s.pkg {
				return
			}
			target := layerOf(to)
			pages := from == simLayer && target == webLayer // a simulator sees no pages
			if target > from || pages || from == cmdLayer && target == cmdLayer {
				found = append(found, complaint{s.path(), from.String() + " must not import " + target.String() + ": " + to + " at " + place})
			}
		})
	}
	return found
}

// doors are packages with narrower gates than their layer: what they may import
// of the project, everything else refused. "/..." covers what lies below.
var doors = map[string][]string{
	// A witness must believe nothing of ours: it checks published formats only.
	"internal/witness/...": {"internal/witness/"},
	// The auditor in it computes the books a second time, so it shares no rule and
	// no rounding with the first; what drives the real system lies below.
	"internal/sim": {"internal/sim/"},
}

// narrow complains about imports that a package's own door refuses. Tests may
// compare with the real thing.
func narrow(all []*source) (found []complaint) {
	for _, s := range all {
		for pkg, may := range doors {
			folder, below := strings.CutSuffix(pkg, "/...")
			if s.test || s.pkg != folder && !(below && strings.HasPrefix(s.pkg, folder+"/")) {
				continue
			}
			s.imports(func(path, place string) {
				to, own := strings.CutPrefix(path, module)
				if own && !slices.ContainsFunc(may, func(m string) bool { return strings.HasPrefix(to+"/", m) }) {
					found = append(found, complaint{place, folder + " must not import " + to})
				}
			})
		}
	}
	return found
}

// outside are imports that only some packages may have, and why.
var outside = []struct {
	path string // itself and what lies below
	only []string
	why  string
}{
	{"github.com/jackc/pgx", []string{"internal/platform/db", "internal/platform/dbtest", "internal/arch"}, "there is one way to the database"},
	{"modernc.org/sqlite", []string{"internal/platform/db"}, "there is one way to the database"},
	{"github.com/pressly/goose", []string{"internal/platform/db"}, "migrations belong to db"},
	{"github.com/a-h/templ", []string{"internal/platform/ui", "internal/platform/httpkit", "internal/module", "internal/portal", "internal/app"}, "pages are made by ui, *web and portal"},
	{"github.com/transparency-dev", []string{"internal/platform/evidence"}, "evidence alone publishes"},
	{"testing", []string{"internal/platform/dbtest", "internal/platform/ui/uitest", "internal/platform/pay/paytest"}, "a program does not carry its tests"},
	{"gongyi/internal/platform/dbtest", nil, "only tests use it"},
	{"gongyi/internal/platform/ui/uitest", nil, "only tests use it"},
	{"gongyi/internal/platform/pay/paytest", nil, "only tests use it"},
}

// imported complains about outside packages that come in through a wrong door,
// and about a kernel that needs more than the standard library.
func imported(all []*source) (found []complaint) {
	for _, s := range all {
		s.imports(func(path, place string) {
			if layerOf(s.pkg) == kernelLayer && !s.test && !kernelMay(path) {
				found = append(found, complaint{place, "the kernel has no I/O and no parts from outside: " + path})
			}
			for _, o := range outside {
				if s.test || path != o.path && !strings.HasPrefix(path, o.path+"/") {
					continue
				}
				if !slices.ContainsFunc(o.only, func(p string) bool { return s.pkg == p || strings.HasPrefix(s.pkg, p+"/") }) {
					found = append(found, complaint{place, path + " does not belong here: " + o.why})
				}
			}
		})
	}
	return found
}

// kernelMay says whether the kernel may import a package: the standard library
// without I/O. database/sql/driver is two interfaces that let an id be a column.
func kernelMay(path string) bool {
	if path == "database/sql/driver" {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	if strings.HasPrefix(path, module) {
		return layerOf(strings.TrimPrefix(path, module)) == kernelLayer
	}
	io := []string{"os", "net", "log", "syscall", "database", "embed", "testing"}
	return !strings.Contains(first, ".") && !slices.Contains(io, first)
}

func TestArrowsPointDown(t *testing.T) {
	report(t, exceptions{
		"internal/witness/witness_test.go": "lets a witness read what the program really publishes",
		"internal/witness/draw_test.go":    "the same, of draws: what the program draws, the witness must draw",
		"internal/witness/hours_test.go":   "the same, of certificates: what the program seals, the witness must read",
	}.spare(arrows(project(t))))
	bad := small(t, map[string]string{
		"internal/kernel/a/a.go":                   `package a; import _ "gongyi/internal/platform/db"`,
		"internal/platform/b/b.go":                 `package b; import _ "gongyi/internal/module/ledger"`,
		"internal/module/c/c.go":                   `package c; import _ "gongyi/internal/flow"`,
		"internal/module/ledger/d.go":              `package d; import _ "gongyi/internal/module/ledger/ledgerweb"`,
		"internal/module/ledger/ledgerweb/good.go": `package d; import (_ "gongyi/internal/flow"; _ "gongyi/internal/module/ledger")`,
		"internal/flow/e.go":                       `package flow; import _ "gongyi/internal/module/ledger/ledgerweb"`,
		"internal/sim/f.go":                        `package sim; import (_ "gongyi/internal/flow"; _ "gongyi/internal/module/ledger/ledgerweb")`,
		"internal/lost/g.go":                       `package lost`,
	})
	expect(t, arrows(bad),
		"flow/e.go: flow must not import web",
		"kernel must not import platform",
		"lost: is in no layer",
		"module must not import flow",
		"module must not import web",
		"platform must not import module",
		"sim must not import web")
}

func TestNarrowDoors(t *testing.T) {
	report(t, narrow(project(t)))
	bad := small(t, map[string]string{
		"internal/sim/a.go":           `package sim; import _ "gongyi/internal/module/policy"`,
		"internal/sim/b.go":           `package sim; import _ "gongyi/internal/kernel/money"`,
		"internal/sim/real/c.go":      `package real; import _ "gongyi/internal/flow"`,
		"internal/witness/w.go":       `package witness; import _ "gongyi/internal/kernel/id"`,
		"internal/witness/deep/w.go":  `package deep; import _ "gongyi/internal/witness"`,
		"internal/witness/is_test.go": `package witness; import _ "gongyi/internal/platform/evidence"`,
	})
	expect(t, narrow(bad), "must not import internal/module/policy", "must not import internal/kernel/money", "must not import internal/kernel/id")
}

func TestOutsidePartsComeInByOneDoor(t *testing.T) {
	report(t, imported(project(t)))
	bad := small(t, map[string]string{
		"internal/kernel/a/a.go":      `package a; import (_ "os"; _ "database/sql/driver"; _ "golang.org/x/text/language")`,
		"internal/module/b/b.go":      `package b; import (_ "github.com/jackc/pgx/v5"; _ "gongyi/internal/platform/dbtest")`,
		"internal/module/b/b_test.go": `package b; import (_ "testing"; _ "gongyi/internal/platform/dbtest")`,
		"internal/platform/db/c.go":   `package db; import _ "github.com/jackc/pgx/v5/pgconn"`,
	})
	expect(t, imported(bad), "kernel has no I/O", "kernel has no I/O", "one way to the database", "only tests use it")
}
