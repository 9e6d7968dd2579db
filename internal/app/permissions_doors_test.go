package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
)

// askedInside are actions that no door asks by itself: a page asks them to decide
// what it shows, or a flow before it acts.
var askedInside = map[authz.Action]string{
	"demo.enter":    "the demo alone has these doors",
	"practice.pay":  "doors of a house that practises payments alone",
	"passkey.forgo": "asked before somebody's last passkey is taken away",
}

// mayBeSent are the verbs of forms that everybody may use as she is, or that keep
// nothing.
var mayBeSent = []string{".use", ".verify"}

// Every door asks an action that a policy knows, and every action of a policy is
// asked somewhere: a wrong letter on either side would shut a door for ever.
func TestPermissionsAndDoorsNameTheSameActions(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	engine := newJudge(t).strict
	known := engine.Actions()
	asked := make(map[authz.Action]bool)
	for _, d := range h.Doors() {
		asked[d.Action] = true
		if !slices.Contains(known, d.Action) {
			t.Errorf("%s %s asks %q, which no policy knows", d.Method, d.Path, d.Action)
		}
		harmless := slices.ContainsFunc(mayBeSent, func(verb string) bool { return strings.HasSuffix(string(d.Action), verb) })
		if d.Method != http.MethodGet && !d.Action.Changes() && !harmless {
			t.Errorf("%s %s asks %s, whose verb only looks", d.Method, d.Path, d.Action)
		}
	}
	for _, a := range known {
		if !asked[a] && askedInside[a] == "" && !strings.HasPrefix(string(a), "appoint.") { // asked by flow.Appoint for the role that is to be given
			t.Errorf("a policy names %s, and no door asks it", a)
		}
	}
	for a := range askedInside {
		if asked[a] || !slices.Contains(known, a) {
			t.Errorf("%s is listed as asked inside, and need not be", a)
		}
	}
}

// Every policy says in both languages what it does, every role in it is one of
// A2's or a key's right, and a refusal of its own has words.
func TestPermissionsReadLikeACharter(t *testing.T) {
	for _, p := range newJudge(t).strict.Policies() {
		if len(p.English) < 20 || len(p.Chinese) < 20 {
			t.Errorf("%s says too little above it: %q, %q", p.ID(), p.English, p.Chinese)
		}
		if p.Forbids && p.Refusal == nil {
			t.Errorf("%s forbids without a @refusal: whom it stops learns nothing", p.ID())
		}
		for role := range rolesIn(p.Text) {
			if !slices.ContainsFunc(columns, func(c column) bool { return c.role == role }) {
				t.Errorf("%s names the role %q, which nobody can hold", p.ID(), role)
			}
		}
	}
	for _, r := range access.Roles {
		if access.Name(r).Key == "" {
			t.Errorf("%s has no name", r)
		}
	}
}

// rolesIn are the texts in quotes after "when" or "unless": roles are all that
// policies compare with.
func rolesIn(text string) map[authz.Role]bool {
	_, conditions, _ := strings.Cut(text, "resource\n)")
	found := make(map[authz.Role]bool)
	parts := strings.Split(conditions, `"`)
	for i, part := range parts {
		if i%2 == 1 && !strings.HasSuffix(parts[i-1], "context.scopes.contains(") { // what a person agreed to is no role
			found[authz.Role(part)] = true
		}
	}
	return found
}

// unguarded are the handlers that stand outside the router, and why nobody is
// asked before they answer.
var unguarded = map[string]string{
	"internal/app/server.go /api/":                           "the frame of the API: the guard asks before each operation",
	"internal/app/server.go /openapi.json":                   "the API's description, the same for everybody",
	"internal/app/server.go /openapi.yaml":                   "the API's description, the same for everybody",
	"internal/app/server.go /log/":                           "the published log: anybody must be able to check it",
	"internal/app/server.go GET /healthz":                    "for the machine that watches; says nothing but ok",
	"internal/app/server.go GET /readyz":                     "for the machine that watches; says nothing but ready",
	"internal/app/server.go GET /metrics":                    "numbers of operation, on this machine only",
	"internal/app/server.go GET /debug/pprof/profile":        "on this machine only",
	"internal/app/server.go GET /debug/pprof/":               "on this machine only",
	"internal/app/server.go GET /assets/":                    "style and script, the same for everybody",
	"internal/app/server.go /":                               "everything else: the pages and their 404, the API's 404",
	"internal/app/server.go POST + heardPath":                "payment providers, by their signature",
	"internal/app/server.go POST + heardPath + {provider}":   "the same",
	"internal/app/server.go POST + noticePath":               "other instances of this installation, by their secret",
	"internal/app/server.go POST + peerPath":                 "other instances of this installation, by their secret",
	"internal/app/server.go POST + pairingPath":              "other instances of this installation, by their secret",
	"internal/app/server.go POST + hoursPath":                "other instances of this installation, by their secret",
	"internal/platform/apikit/describe.go GET /openapi.json": "the API's description, the same for everybody",
	"internal/platform/apikit/describe.go GET /openapi.yaml": "the API's description, the same for everybody",
	"internal/platform/httpkit/router.go route.Pattern":      "the router itself, which asks first",
}

// noDoors are files where something else is called Handle.
var noDoors = map[string]string{
	"internal/app/jobs.go":                  "work that follows a note of the outbox",
	"internal/platform/jobs/jobs.go":        "work that follows a note of the outbox",
	"internal/platform/pay/sandbox/http.go": "the practice provider's own protocol, within the process; it asks for signatures",
	"internal/platform/evidence/tessera.go": "a handler of log lines",
	"internal/platform/httpkit/number.go":   "a handler of log lines",
}

// No handler is put into a mux beside the router, but those above.
func TestPermissionsGuardEveryHandler(t *testing.T) {
	seen := make(map[string]bool)
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			place := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
			ast.Inspect(file, func(n ast.Node) bool {
				if pattern, ok := mounted(n); ok && noDoors[place] == "" {
					seen[place+" "+pattern] = true
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for mount := range seen {
		if unguarded[mount] == "" {
			t.Errorf("%s is mounted outside the router, where nobody is asked: give httpkit.Router a Route with an action", mount)
		}
	}
	for mount := range unguarded {
		if !seen[mount] {
			t.Errorf("%s is listed as unguarded, and is not there", mount)
		}
	}
}

// mounted is the pattern of a call like mux.Handle("GET /x", …) with two arguments.
func mounted(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return "", false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Handle" && f.Sel.Name != "HandleFunc" {
		return "", false
	}
	return written(call.Args[0]), true
}

// written is an expression as the list above writes it.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err == nil {
			return strings.TrimSpace(text)
		}
	case *ast.BinaryExpr:
		return written(e.X) + " + " + written(e.Y)
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return written(e.X) + "." + e.Sel.Name
	}
	return "?"
}
