package i18n

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// silent are files and folders whose Chinese is no sentence to people, and why.
var silent = map[string]string{
	"cmd":                                    "the command line speaks English",
	"internal/demo":                          "makes up names for the demo",
	"internal/bench":                         "makes up names for its load",
	"internal/flow/importing/rows_tree.go":   "words that tables hold",
	"internal/module/adslot/banned.go":       "words that advertisements are searched for",
	"internal/module/person/surname.go":      "surnames of two characters",
	"internal/platform/apikit":               "the API describes itself in English",
	"internal/sim":                           "makes up names for its world",
	"internal/platform/authz/policy.go":      "the mark of the Chinese line above a policy",
	"internal/platform/pay":                  "columns and words of payment providers",
	"internal/platform/ui/date.go":           "formats of dates, both languages side by side",
	"internal/module/alliance/trade_seed.go": "names of trades, both languages side by side",
}

func isSilent(place string) bool {
	for ; place != "."; place = path.Dir(place) {
		if silent[place] != "" {
			return true
		}
	}
	return false
}

// ofOperators are families of refusals that a person who runs the house meets,
// on the command line or in a log. On a page the words of the kind stand in.
var ofOperators = []string{"app", "db", "demo", "evidence", "openbooks"}

var (
	han   = regexp.MustCompile(`\p{Han}`)
	wide  = regexp.MustCompile(`[\p{Han}\x{3001}-\x{303f}\x{ff01}-\x{ff60}]`) // with its full-width points
	verbs = regexp.MustCompile(`%(?:\[\d+\])?[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]`)
)

// said is what the sources say: sentences used as values, markup that would
// reach the page untranslated, and codes of refusals; each with one place.
type said struct {
	sentences, raw, codes map[string]string
}

// TestEverySentenceHasEnglish fails on a Chinese sentence in the sources that
// has no English, on Chinese markup in a page, and on English for a sentence
// that nobody says any more.
func TestEverySentenceHasEnglish(t *testing.T) {
	found := extract(t, "../../..")
	for text, place := range found.raw {
		t.Errorf("%s: Chinese stands in the markup, say it with i18n.T: %s", place, text)
	}
	for _, sentence := range refusals {
		found.sentences[sentence] = "locales/zh"
	}
	var missing []string
	for key, place := range found.sentences {
		if _, ok := english[key]; !ok {
			missing = append(missing, place+"\n  "+quote(key)+": \"\",")
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("%d sentences without English; add them to locales/en:\n%s", len(missing), strings.Join(missing, "\n"))
	}
	for _, key := range slices.Sorted(maps.Keys(english)) {
		if _, ok := found.sentences[key]; !ok && han.MatchString(key) {
			t.Errorf("locales/en translates a sentence that nobody says: %s", quote(key))
		}
	}
}

func TestNothingIsSaidInTwoWays(t *testing.T) {
	for _, c := range conflicts {
		t.Error(c)
	}
}

// TestEveryRefusalHasWords fails on a fault.New whose code has no sentence, and
// on a sentence whose code is gone.
func TestEveryRefusalHasWords(t *testing.T) {
	found := extract(t, "../../..")
	for code, place := range found.codes {
		family, _, _ := strings.Cut(code, ".")
		if _, ok := refusals[code]; !ok && !slices.Contains(ofOperators, family) {
			t.Errorf("%s: refusal %q has no sentence in locales/zh", place, code)
		}
	}
	for code := range refusals {
		if _, ok := found.codes[code]; !ok {
			t.Errorf("locales/zh has a sentence for %q, which nothing refuses with", code)
		}
	}
}

// TestEnglishTakesTheSameArguments compares the verbs of each key with those of
// its English, in every plural form.
func TestEnglishTakesTheSameArguments(t *testing.T) {
	for key, tr := range english {
		want := verbsOf(key)
		for _, form := range []string{tr.Other, tr.One} {
			if form == "" && tr.Arg == 0 {
				continue
			}
			if got := verbsOf(form); !slices.Equal(got, want) {
				t.Errorf("%s takes %v, its English takes %v: %s", quote(key), want, got, quote(form))
			}
			if wide.MatchString(form) {
				t.Errorf("the English of %s is Chinese: %s", quote(key), quote(form))
			}
		}
		if tr.Other == "" {
			t.Errorf("%s has empty English", quote(key))
		}
	}
}

// verbsOf lists the arguments a format takes, sorted, with their positions made
// explicit, so that a translation may say them in another order.
func verbsOf(format string) []string {
	var out []string
	next := 1
	for _, v := range verbs.FindAllString(format, -1) {
		if v == "%%" {
			continue
		}
		if i := strings.IndexByte(v, ']'); i > 0 {
			next, _ = strconv.Atoi(v[2:i])
			v = "%" + v[i+1:]
		}
		out = append(out, strconv.Itoa(next)+v)
		next++
	}
	slices.Sort(out)
	return out
}

// extract reads every Go source below root that is no test. Pages are read in
// their generated form, where markup is a string given to WriteString.
func extract(t *testing.T, root string) said {
	t.Helper()
	found := said{map[string]string{}, map[string]string{}, map[string]string{}}
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil // a missing top folder is no fault
			}
			place, _ := filepath.Rel(root, name)
			place = filepath.ToSlash(place)
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Logf("not read: %v", err)
				return nil
			}
			found.read(place, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func (s said) read(place string, file *ast.File) {
	markup := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if name(n.Key) == "Source" { // cites a clause of the plan by its own title
				return false
			}
		case *ast.CallExpr:
			if code, ok := refusalCode(n); ok {
				s.codes[code] = place
			}
			for _, arg := range n.Args {
				if text, ok := literal(arg); ok && name(n.Fun) == "WriteString" && han.MatchString(text) {
					s.raw[text] = place
					markup[arg] = true
				}
			}
		case *ast.BasicLit:
			if text, ok := literal(n); ok && !markup[n] && !isSilent(place) && han.MatchString(n.Value) {
				s.sentences[text] = place
			}
		}
		return true
	})
}

// refusalCode is the code of a fault.New(kind, "code").
func refusalCode(call *ast.CallExpr) (string, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "New" || name(sel.X) != "fault" || len(call.Args) != 2 {
		return "", false
	}
	return literal(call.Args[1])
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
