package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// chance are the ways in which time and randomness enter a program.
var chance = map[string][]string{
	"time":        {"Now", "Since", "Until"},
	"math/rand":   nil, // anything
	"crypto/rand": nil,
}

// seeded is what a test may take of math/rand: dice that fall alike every time.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "NewSource", "NewZipf", "Rand", "PCG", "ChaCha8", "Source", "Zipf"}

// clocks are places outside of platform that may look at the machine's clock or
// roll dice: a folder with everything below it, or files.
var clocks = map[string]string{
	"cmd":            "tells people how long something took",
	"internal/bench": "measures how long things take; what it buys is drawn at random",
	"internal/sim":   "draws from a seed that is printed with every failure",
	"internal/demo":  "draws its neighbours from seeds; who shops while somebody looks is chance",
	"internal/app":   "starts and stops servers; hands the clock and the entropy down",
}

// unstable complains about code whose result is another one tomorrow. Everything
// else gets a clock.Clock or its transaction's Now, and ids from its transaction.
// A test may watch the clock to give up waiting; what it tests may not.
func unstable(all []*source) (found []complaint) {
	for _, s := range all {
		if layerOf(s.pkg) == platformLayer {
			continue
		}
		place := s.path()
		for folder := range clocks {
			if s.pkg == folder || strings.HasPrefix(s.pkg, folder+"/") {
				place = folder
			}
		}
		complain := func(pos token.Pos, what string) {
			c := complaint{place, s.at(pos) + ": " + what + " outside platform"}
			found = append(found, c)
		}
		for path, names := range chance {
			for _, p := range []string{path, path + "/v2"} {
				if s.importName(p) == "" || s.test && path == "time" {
					continue
				}
				if names == nil && (!s.test || path == "crypto/rand") {
					complain(s.ast.Name.Pos(), p)
					continue
				}
				ast.Inspect(s.ast, func(n ast.Node) bool {
					sel, ok := n.(*ast.SelectorExpr)
					if !ok || !isName(sel.X, s.importName(p)) {
						return true
					}
					if slices.Contains(names, sel.Sel.Name) || names == nil && !slices.Contains(seeded, sel.Sel.Name) {
						complain(sel.Pos(), p+"."+sel.Sel.Name)
					}
					return true
				})
			}
		}
	}
	return found
}

func isName(e ast.Expr, name string) bool {
	x, ok := e.(*ast.Ident)
	return ok && x.Name == name
}

func TestTimeAndChanceComeFromPlatform(t *testing.T) {
	report(t, exceptions(clocks).spare(unstable(project(t))))
	bad := small(t, map[string]string{
		"internal/flow/a.go":          "package flow\nimport \"time\"\nvar A, B = time.Now(), time.Second",
		"internal/flow/c.go":          "package flow\nimport clock \"time\"\nvar A = clock.Since",
		"internal/flow/a_test.go":     "package flow\nimport \"time\"\nvar A = time.Now()",
		"internal/module/b/b.go":      "package b\nimport _ \"math/rand/v2\"",
		"internal/module/b/b_test.go": "package b\nimport \"math/rand/v2\"\nvar R = rand.New(rand.NewPCG(1, 2))\nvar N = rand.IntN(3)",
		"internal/platform/c/c.go":    "package c\nimport \"time\"\nvar A = time.Now()",
		"internal/bench/d.go":         "package bench\nimport \"time\"\nvar A = time.Now()",
	})
	expect(t, exceptions{"internal/bench": "measures", "internal/moon": "gone"}.spare(unstable(bad)),
		"a.go:3: time.Now", "c.go:3: time.Since", "b.go:1: math/rand/v2", "b_test.go:4: math/rand/v2.IntN", "internal/moon: is excepted, and nothing needs that")
}

// exact are the folders in which money is counted; their pages may measure
// widths, so *web is not among them.
var exact = []string{
	"internal/kernel/money", "internal/module/ledger", "internal/module/settlement", "internal/module/policy",
	"internal/module/promotion", "internal/flow",
}

// inexact complains about floating point near money: types, literals, and the
// functions of strconv and math that make one.
func inexact(all []*source) (found []complaint) {
	for _, s := range all {
		near := func(folder string) bool { return s.pkg == folder || strings.HasPrefix(s.pkg, folder+"/") }
		if s.test || layerOf(s.pkg) == webLayer || !slices.ContainsFunc(exact, near) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains([]string{"float32", "float64", "complex64", "complex128", "ParseFloat", "FormatFloat", "AppendFloat"}, n.Name) {
					found = append(found, complaint{s.at(n.Pos()), n.Name + " near money"})
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					found = append(found, complaint{s.at(n.Pos()), "the literal " + n.Value + " near money"})
				}
			case *ast.SelectorExpr:
				if isName(n.X, "big") && (n.Sel.Name == "Float" || n.Sel.Name == "Rat") || isName(n.X, "math") && n.Sel.Name == "Round" {
					found = append(found, complaint{s.at(n.Pos()), n.Sel.Name + " near money"})
				}
			}
			return true
		})
	}
	return found
}

func TestMoneyIsWhole(t *testing.T) {
	report(t, inexact(project(t)))
	expect(t, inexact(small(t, map[string]string{
		"internal/kernel/money/a.go":            "package money\nfunc Half(v float64) float64 { return v * 0.5 }",
		"internal/flow/importing/b.go":          "package importing\nvar x, _ = strconv.ParseFloat(s, 64)",
		"internal/module/ledger/ledgerweb/c.go": "package ledgerweb\nvar Width = 0.5",
		"internal/platform/ui/d.go":             "package ui\nvar Width = 0.5",
		"internal/module/ledger/e.go":           "package ledger\n// 0.5 in a comment\nvar Name = \"0.5\"",
	})), "b.go:2: ParseFloat", "a.go:2: float64", "a.go:2: float64", "a.go:2: the literal 0.5")
}
