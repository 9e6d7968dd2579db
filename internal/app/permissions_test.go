package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/module/access"
	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/authz"
)

var (
	update = flag.Bool("update", false, "write the table of permissions and docs/permissions.md anew")
	into   = flag.String("into", "../..", "the project, or a copy of it, in which -update writes")
)

// column is one kind of caller in the table.
type column struct {
	short string
	role  authz.Role // "" for the first four
	who   string
	ask   authz.Question
}

// columns are everybody who can stand before a door: nobody, a person without a
// role before what is another's and what is her own, somebody who helps, each role
// of A2 where it was granted, and a key with each right.
var columns = func() []column {
	all := []column{
		{short: "any", who: "nobody signed in"},
		{short: "in", who: "a person without a role, before what is nobody's or another's", ask: authz.Question{SignedIn: true}},
		{short: "own", who: "a person without a role, before what is her own", ask: authz.Question{SignedIn: true, Own: true}},
		{short: "help", who: "who helps somebody in an assisted session, before what is that person's", ask: authz.Question{SignedIn: true, Own: true, Assisting: true}},
	}
	short := map[authz.Role]string{
		access.Resident: "res", access.Member: "mem", access.Volunteer: "vol", access.TeamLeader: "ldr", access.Director: "dir", access.Owner: "shp", access.Staff: "stf",
		access.GridWorker: "grd", access.Specialist: "spc", access.PointKeeper: "pnt", access.Partner: "par", access.Supplier: "sup", access.Operator: "opr", access.Finance: "fin",
		access.Committee: "com", access.Chair: "chr", access.Mediator: "med", access.Advisor: "adv", access.Officer: "gov", access.Inspector: "ins", access.Supervisor: "dat",
		access.Donor: "don", access.Property: "prp", access.Residents: "rco", access.Owners: "oco", access.Organisation: "org", access.TaskForce: "tsk",
	}
	for _, r := range access.Roles {
		all = append(all, column{short[r], r, string(r) + " " + access.Name(r).Key, authz.Question{SignedIn: true, Strong: true, Roles: string(r)}})
	}
	for _, r := range apikey.Rights {
		all = append(all, column{"k:" + string(r)[:3], r.Role(), "a key with the right " + string(r), authz.Question{Key: true, Roles: string(r.Role())}})
	}
	return all
}()

// judge answers for whole installations with and without the passkeys of staff.
type judge struct {
	testing.TB
	strict *authz.Engine
}

func newJudge(t testing.TB) judge {
	strict, err := authz.New(access.Policies, nil)
	if err != nil {
		t.Fatal(err)
	}
	strict.Passkeys = true
	return judge{t, strict}
}

func (j judge) yes(a authz.Action, q authz.Question, change func(q *authz.Question)) bool {
	q.Action = a
	if change != nil {
		change(&q)
	}
	d, err := j.strict.Decide(q)
	if err != nil {
		j.Fatal(err)
	}
	return d.Allowed
}

// cell is what stands in the table: the column's name if the answer is yes, a dot
// if it is no.
func (j judge) cell(a authz.Action, c column) string {
	own := func(q *authz.Question) { q.Own = true }
	if c.role == "" || c.ask.Key {
		if j.yes(a, c.ask, nil) {
			return c.short
		}
		return "·"
	}
	text := c.short
	plainOwn := authz.Question{SignedIn: true, Own: true}
	switch {
	case j.yes(a, c.ask, nil):
	case j.yes(a, c.ask, own) && !j.yes(a, plainOwn, nil):
		return "(" + text + ")"
	case !j.yes(a, c.ask, own) && j.yes(a, plainOwn, nil):
		return "not " + text
	default:
		return "·"
	}
	if !j.yes(a, c.ask, func(q *authz.Question) { q.Strong = false }) {
		text += "*"
	}
	if !j.yes(a, c.ask, func(q *authz.Question) { q.Assisting = true }) {
		text += "^"
	}
	return text
}

// row is one action's cells.
func (j judge) row(a authz.Action) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = j.cell(a, c)
	}
	return cells
}

const tableHead = `# Who opens which door

<!-- Written by: go test ./internal/app -run TestPermissions -update. Read the difference before you commit it. -->

A row is a page, form or operation and the action that the policies are asked; a column is who stands before it, and her short name in a cell means yes. A role counts where it was
granted and below. ` + "`(x)`" + ` only before what is her own · ` + "`x*`" + ` only when signed in with a passkey, where the installation asks for it · ` + "`x^`" + ` not while she helps somebody ·
` + "`not x`" + ` refused to her although it is her own.

`

// table is the golden table of these doors.
func (j judge) table(doors []Door) string {
	var b strings.Builder
	b.WriteString(tableHead)
	for _, c := range columns {
		fmt.Fprintf(&b, "- `%s` %s\n", c.short, c.who)
	}
	b.WriteString("\n| door | action |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.short)
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(columns)+2) + "\n")
	for _, d := range doors {
		key := ""
		if d.Key {
			key = " (key)"
		}
		fmt.Fprintf(&b, "| %s %s%s | %s | %s |\n", d.Method, d.Path, key, d.Action, strings.Join(j.row(d.Action), " | "))
	}
	return b.String()
}

// TestPermissionsAreTheGoldenOnes compares what every role may open with the
// committed table (A2): a door that the table does not know, and an answer that
// changed, fail until somebody has read the difference.
func TestPermissionsAreTheGoldenOnes(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	j := newJudge(t)
	golden, article := filepath.Join(*into, "internal/app/testdata/permissions.golden.md"), filepath.Join(*into, "docs/permissions.md")
	made := j.table(h.Doors())
	pages := j.page(h.Doors())
	if *update {
		h.must(os.WriteFile(golden, []byte(made), 0o644))
		h.must(os.WriteFile(article, []byte(pages), 0o644))
	}
	want, err := os.ReadFile(golden)
	h.must(err)
	again := "read the difference, then: go test ./internal/app -run TestPermissions -update"
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(made, "\n")); diff != "" {
		t.Errorf("who may open what has changed (-committed +now); %s\n%s", again, diff)
	}
	page, err := os.ReadFile(article)
	h.must(err)
	if diff := cmp.Diff(strings.Split(string(page), "\n"), strings.Split(pages, "\n")); diff != "" {
		t.Errorf("docs/permissions.md is not what the policies say (-committed +now); %s\n%s", again, diff)
	}
}

const pageHead = `# Who may do what

<!-- Generated from internal/module/access/policies by make generate. Edit the policies, not this page. -->

Default deny (A2): what no article below permits is refused, and one that forbids wins over all that permit. A role counts in the place for which it was granted and below it; one that
was granted for a shop, a household or a pickup point counts for that one only. Programs come with keys, whose rights are roles of their own. Every page, form and operation asks exactly
one action; the whole table, door by door and role by role, stands in internal/app/testdata/permissions.golden.md, and a test keeps it true.

`

// page is docs/permissions.md: the policies as people read them, each with whom it
// lets in and the doors it opens.
func (j judge) page(doors []Door) string {
	var b strings.Builder
	b.WriteString(pageHead)
	file := ""
	for _, p := range j.strict.Policies() {
		if p.File != file {
			file = p.File
			fmt.Fprintf(&b, "## %s\n\n", strings.TrimSuffix(file, ".cedar"))
		}
		effect := "Permits"
		if p.Forbids {
			effect = "Forbids"
		}
		fmt.Fprintf(&b, "**%s.** %s\n%s\n\n", effect, p.English, p.Chinese)
		for _, a := range p.Actions {
			fmt.Fprintf(&b, "- `%s`: %s%s\n", a, j.letIn(a), opened(a, doors))
		}
		if len(p.Actions) == 0 {
			b.WriteString("- every action\n")
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// letIn names who may do something, all policies taken together.
func (j judge) letIn(a authz.Action) string {
	var cells []string
	for i, text := range j.row(a) {
		if c := columns[i]; text != "·" && c.role != "" {
			cells = append(cells, strings.Replace(text, c.short, string(c.role), 1))
		} else if text != "·" {
			cells = append(cells, text)
		}
	}
	switch {
	case slices.Contains(cells, "any"):
		return "everybody"
	case slices.Contains(cells, "in"):
		return "everybody who is signed in"
	case len(cells) == 0:
		return "nobody"
	}
	return strings.Join(cells, ", ")
}

// opened lists the doors that ask an action.
func opened(a authz.Action, doors []Door) string {
	var all []string
	for _, d := range doors {
		if d.Action == a {
			all = append(all, d.Method+" "+d.Path)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " · `" + strings.Join(all, "`, `") + "`"
}
