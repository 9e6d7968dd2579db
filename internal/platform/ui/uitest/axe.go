package uitest

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe-core (MPL-2.0) as npm has it; web/axe.mjs keeps it current.
//
//go:embed testdata/axe.min.js.gz
var axePacked []byte

var axeSource = sync.OnceValues(func() (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
})

// Finding is one rule that a page breaks.
type Finding struct {
	Rule   string `json:"id"`
	Impact string `json:"impact"` // minor, moderate, serious, critical
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Grave reports whether a finding keeps somebody from using the page.
func (f Finding) Grave() bool { return f.Impact == "serious" || f.Impact == "critical" }

// String says what is wrong and where.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", f.Rule, f.Impact, f.Help)
	for i, n := range f.Nodes {
		if i == 3 {
			fmt.Fprintf(&b, "\n  … and %d more", len(f.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s\n    %s", n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

// AxeIn checks the page that is open in a chromedp session.
func AxeIn(ctx context.Context) ([]Finding, error) {
	source, err := axeSource()
	if err != nil {
		return nil, err
	}
	const run = `axe.run({exclude: [".maplibregl-marker"]}, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(({html, failureSummary}) => ({html: html.slice(0, 300), failureSummary}))}))))`
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](source+";"+run, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	var all []Finding
	return all, json.Unmarshal([]byte(said), &all)
}

// accessible fails on what axe-core finds serious or critical on the page that is open.
func accessible(ctx context.Context, t *testing.T, s Shot) {
	t.Helper()
	all, err := AxeIn(ctx)
	if err != nil {
		t.Fatalf("%s (%s): %v", s.Name, s.Path, err)
	}
	for _, f := range all {
		if f.Grave() {
			t.Errorf("%s (%s): %s", s.Name, s.Path, f)
		} else {
			t.Logf("%s (%s): %s", s.Name, s.Path, f)
		}
	}
}
