package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// undocumented complains about packages that do not say what they are.
func undocumented(all []*source) (found []complaint) {
	said := make(map[string]bool)
	for _, s := range all {
		if !s.test {
			said[s.pkg] = said[s.pkg] || s.ast.Doc != nil && len(s.ast.Doc.Text()) > 40
		}
	}
	for pkg, ok := range said {
		if !ok {
			found = append(found, complaint{pkg, "has no package doc of a sentence or more"})
		}
	}
	return found
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	report(t, undocumented(project(t)))
	expect(t, undocumented(small(t, map[string]string{
		"internal/flow/a/a.go":      "// Package a is a door that stands open all day, for everybody.\npackage a",
		"internal/flow/a/b.go":      "package a",
		"internal/flow/c/c.go":      "// Package c is.\npackage c",
		"internal/flow/d/d.go":      "package d",
		"internal/flow/e/e_test.go": "package e",
	})), "flow/c: has no package doc", "flow/d: has no package doc")
}

// codeForm is "module.what_is_wrong".
var codeForm = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// codes complains about refusals whose code is not a literal, is not written as
// one, or stands for two refusals. That each has its sentence in Chinese and in
// English is tested by platform/i18n, which holds them.
func codes(all []*source) (found []complaint) {
	first := make(map[string]string)
	for _, s := range all {
		name := s.importName(module + "internal/kernel/fault")
		if s.test || name == "" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !isCall(call, name, "New") || len(call.Args) != 2 {
				return true
			}
			code, ok := textOf(call.Args[1])
			at := s.at(call.Pos())
			switch {
			case !ok:
				found = append(found, complaint{s.path(), "the code of a refusal must be a literal: " + at})
			case !codeForm.MatchString(code):
				found = append(found, complaint{s.path(), "is no code: " + code + " at " + at})
			case first[code] != "":
				found = append(found, complaint{s.path(), code + " stands for another refusal too: " + at + " and " + first[code]})
			default:
				first[code] = at
			}
			return true
		})
	}
	return found
}

func isCall(call *ast.CallExpr, pkg, function string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != function {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}

func textOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func TestACodeStandsForOneRefusal(t *testing.T) {
	report(t, exceptions{
		"internal/flow/verify.go": "a finding's code is one of the list in verify_words.go",
	}.spare(codes(project(t))))
	const head = "package a\nimport \"gongyi/internal/kernel/fault\"\n"
	expect(t, codes(small(t, map[string]string{
		"internal/flow/a/a.go": head + `var (
			A = fault.New(fault.Busy, "a.busy")
			B = fault.New(fault.Busy, "a.late")
			C = fault.New(fault.Busy, "Not A Code")
			D = fault.New(fault.Busy, word))`,
		"internal/flow/b/b.go": head + `var A = fault.New(fault.Busy, "a.busy")`,
	})), "a.go: is no code", "a.go: the code of a refusal must be a literal", "b.go: a.busy stands for another")
}

// inits complains about work that is done before main: wiring is explicit.
func inits(all []*source) (found []complaint) {
	for _, s := range all {
		if s.test {
			continue
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				found = append(found, complaint{s.at(f.Pos()), "wiring is explicit in internal/app: no init()"})
			}
		}
	}
	return found
}

func TestNothingHappensBeforeMain(t *testing.T) {
	report(t, inits(project(t)))
	expect(t, inits(small(t, map[string]string{"internal/app/a.go": "package app\nfunc init() {}\nfunc (T) init() {}"})), "no init()")
}

// writers complains about a Service that opens a transaction: a flow or a
// handler does, so that several modules can take part in one.
func writers(all []*source) (found []complaint) {
	for _, s := range all {
		if s.test || layerOf(s.pkg) != moduleLayer {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if ok && (sel.Sel.Name == "Update" || sel.Sel.Name == "Submit") && slices.ContainsFunc(call.Args, takesTx) {
				found = append(found, complaint{s.path(), "a module takes part in a transaction and never opens one: " + s.at(call.Pos())})
			}
			return true
		})
	}
	return found
}

// takesTx reports whether an argument is a closure of a transaction.
func takesTx(e ast.Expr) bool {
	f, ok := e.(*ast.FuncLit)
	if !ok || len(f.Type.Params.List) != 1 {
		return false
	}
	star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && strings.HasSuffix(sel.Sel.Name, "Tx")
}

func TestModulesOpenNoTransactions(t *testing.T) {
	report(t, exceptions{
		"internal/module/apikey/apikey.go":     "the secret that instances share is made at first need, alone in its transaction",
		"internal/module/ledger/follow.go":     "derived tables follow the entries by position, in transactions of their own",
		"internal/module/ledger/generation.go": "Warm reads the books into the writer's memory and changes nothing",
	}.spare(writers(project(t))))
	const call = "package a\nfunc f() { d.Update(ctx, c, actor, func(tx *db.Tx) error { return nil }) }"
	expect(t, writers(small(t, map[string]string{
		"internal/module/a/a.go":      call,
		"internal/module/a/a_test.go": call,
		"internal/module/a/aweb/a.go": call,
		"internal/flow/a.go":          call,
	})), "internal/module/a/a.go: a module takes part")
}
