package arch

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongyi/internal/app"
	"gongyi/internal/platform/db"
)

// schemas is every schema of the program.
var schemas = app.Schemas

// owners maps each table to the folder of the package that may name it in SQL.
func owners(all []db.Schema) map[string]string {
	of := make(map[string]string)
	for _, s := range all {
		for _, t := range s.Tables {
			of[t.Name] = "internal/" + s.Owner
		}
	}
	return of
}

var (
	// named finds the tables of a statement.
	named = regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON)\s+([a-z][a-z0-9_]*)`)
	// small letters would hide a statement from named, and from its reader.
	smallSQL = regexp.MustCompile(`^\s*(?:select\s[^;]+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s)`)
	// moved finds a statement that gives a row to another community (rule 1).
	moved = regexp.MustCompile(`\bSET\s(?:[^']*,)?\s*community_id\s*=`)
)

// trespass complains about SQL that names a table of another package.
func trespass(all []*source, of map[string]string) (found []complaint) {
	for _, s := range all {
		if s.pkg == "internal/arch" || s.pkg == "internal/platform/dbtest" && s.test {
			continue // their bad examples
		}
		s.stringsIn(func(text string, pos token.Pos) {
			place, line := s.path(), s.at(pos)+": "
			if smallSQL.MatchString(text) {
				found = append(found, complaint{place, line + "write SQL keywords in capitals"})
			}
			if moved.MatchString(strings.SplitN(text, "WHERE", 2)[0]) {
				found = append(found, complaint{place, line + "a row never changes its community"})
			}
			for _, m := range named.FindAllStringSubmatch(text, -1) {
				if owner := of[m[1]]; owner != "" && owner != s.pkg {
					found = append(found, complaint{place, line + "table " + m[1] + " belongs to " + owner})
				}
			}
		})
		ast.Inspect(s.ast, func(n ast.Node) bool { // db.Bulk{Table: "ledger_entry"}
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok || !isName(kv.Key, "Table") {
				return true
			}
			if table, ok := textOf(kv.Value); ok && of[table] != "" && of[table] != s.pkg {
				found = append(found, complaint{s.path(), s.at(n.Pos()) + ": table " + table + " belongs to " + of[table]})
			}
			return true
		})
	}
	return found
}

func TestTablesAreNamedByTheirOwnerOnly(t *testing.T) {
	report(t, exceptions{
		"internal/flow/verify_*test.go": "damage the books on purpose, to see verify find it",
	}.spare(trespass(project(t), owners(schemas))))
	of := map[string]string{"ledger_entry": "internal/module/ledger", "member": "internal/module/member"}
	expect(t, trespass(small(t, map[string]string{
		"internal/module/ledger/a.go":    "package ledger\nvar Q = `SELECT 1 FROM ledger_entry e JOIN other o ON o.x = e.x`",
		"internal/module/member/b.go":    "package member\nvar Q = \"SELECT 1 FROM member \" +\n\"JOIN ledger_entry e\"",
		"internal/flow/c.go":             "package flow\n// FROM member\nvar Q = db.Bulk{Table: \"member\"}\nvar R = \"a letter from member to member\"",
		"internal/flow/d.go":             "package flow\nvar Q = \"delete from member where x = 1\"",
		"internal/module/member/e.go":    "package member\nvar Q = \"UPDATE member SET a = ?, community_id = ? WHERE community_id = ?\"",
		"internal/module/member/good.go": "package member\nvar Q = \"UPDATE member SET a = ? WHERE community_id = ?\"",
	}), of), "c.go:3: table member belongs", "d.go:2: write SQL keywords", "b.go:3: table ledger_entry belongs", "e.go:2: a row never changes")
}

// forgotten complains about migrations that no schema of the program carries,
// and schemas whose owner is no package.
func forgotten(project fs.FS, all []db.Schema) (found []complaint) {
	var carried []string
	for _, s := range all {
		folder := "internal/" + s.Owner
		if info, err := fs.Stat(project, folder); err != nil || !info.IsDir() {
			found = append(found, complaint{s.Owner, "owns tables and is no package"})
		}
		names, _ := fs.Glob(s.FS, "*.sql")
		for _, n := range names {
			carried = append(carried, path.Join(folder, "schema", n))
		}
	}
	_ = fs.WalkDir(project, "internal", func(file string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".sql") && path.Base(path.Dir(file)) == "schema" && !slices.Contains(carried, file) {
			found = append(found, complaint{file, "is in no schema that the program migrates"})
		}
		return nil
	})
	return found
}

func TestEveryMigrationIsCarried(t *testing.T) {
	report(t, forgotten(os.DirFS("../.."), schemas))
	bad := append(slices.Clone(schemas[1:]), db.Schema{Owner: "module/nobody", FS: os.DirFS("../platform/db/schema")})
	expect(t, forgotten(os.DirFS("../.."), bad), "00001_writer.sql: is in no schema", "module/nobody: owns tables and is no package")
}
