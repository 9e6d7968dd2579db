package app

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/portal/demoweb"
)

// A house with real people has no door to the demo, and cannot be given one.
func TestARealHouseIsNoDemo(t *testing.T) {
	atDoor(t, func(t *testing.T, d *doorway) {
		b := d.browser()
		b.signIn("13800138000", "陈秀英")
		who := d.who("+8613800138000").ID
		for _, path := range []string{"/demo", "/demo/as", "/demo/inbox", "/demo/as?demo=1", "/demo/as/" + who.String()} {
			if p := b.get(path); p.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, p.Code)
			}
		}
		if p := b.post("/demo/as/" + who.String()); p.Code != http.StatusNotFound && p.Code != http.StatusMethodNotAllowed {
			t.Errorf("as somebody: %d", p.Code)
		}
		if err := d.Masquerade(t.Context(), []demoweb.Guise{{Person: who}}); !errors.Is(err, signin.ErrNotADemo) || d.demo != nil {
			t.Errorf("made a demo: %v", err)
		}
	})
}

// A database with one person and nothing else is real already; and without the mark
// no code of ours can open a guise.
func TestOnePersonIsEnoughToBeReal(t *testing.T) {
	dbtest.Each(t, Schemas, func(t *testing.T, env dbtest.Env) {
		b := flow.New(env.DB)
		var who *person.Person
		err := env.Update(t.Context(), id.Tilde, db.System, func(tx *db.Tx) (err error) {
			who, err = b.People.Register(t.Context(), tx, person.Person{Name: "陈秀英", Phone: "+8613800138000"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.MarkDemo(t.Context()); !errors.Is(err, signin.ErrNotADemo) {
			t.Errorf("marked: %v", err)
		}
		if _, err := b.LookAs(t.Context(), who.ID, flow.Door{}); !errors.Is(err, signin.ErrNotADemo) {
			t.Errorf("looked as somebody: %v", err)
		}
	})
}

// In a demo a visitor is whom she chooses, among those who may be chosen, and finds
// her codes on a page.
func TestLookingAroundInADemo(t *testing.T) {
	c := Config{Data: t.TempDir(), Create: true, NoSync: true}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(a.stop(), a.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := a.Flows.MarkDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	var anna, ben *person.Person
	err = a.DB.Update(t.Context(), id.Tilde, db.System, func(tx *db.Tx) (err error) {
		if anna, err = a.Flows.People.Register(t.Context(), tx, person.Person{Name: "陈秀英", Phone: "+8613800138000"}); err != nil {
			return err
		}
		ben, err = a.Flows.People.Register(t.Context(), tx, person.Person{Name: "刘建国", Phone: "+8613900139000"})
		return err
	})
	if err == nil {
		err = a.Masquerade(t.Context(), []demoweb.Guise{{Person: anna.ID, Name: anna.Name, Start: "/me/devices"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	web, err := a.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := (&doorway{house: &house{App: a, TB: t, web: web}}).browser()
	if p := b.get("/demo/as"); p.Code != http.StatusOK || !strings.Contains(p.body, anna.ID.String()) || strings.Contains(p.body, ben.ID.String()) {
		t.Errorf("the list: %d", p.Code)
	}
	if p := b.post("/demo/as/" + ben.ID.String()); p.Code != http.StatusNotFound || b.in() {
		t.Errorf("somebody who may not be chosen: %d", p.Code)
	}
	if p := b.post("/demo/as/" + anna.ID.String()); p.to() != "/me/devices" || !b.in() || !b.strong() {
		t.Errorf("somebody who may: %d %s", p.Code, p.to())
	}
	x := b.browser()
	x.header["Sec-Fetch-Site"] = "cross-site"
	if p := x.post("/demo/as/" + anna.ID.String()); p.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", p.Code)
	}
	b.post("/sign-in", "phone", "13900139000")
	if p := b.get("/demo/inbox"); !strings.Contains(p.body, "+8613900139000") {
		t.Errorf("the inbox: %d", p.Code)
	}
}

// Only the demo calls what opens its doors, and only the web of the program mounts
// them: no flag, no variable and no address can.
func TestNothingElseOpensTheDemo(t *testing.T) {
	calls := map[string][]string{"Masquerade(": nil, "demoweb.Routes(": nil, "MarkDemo(": nil}
	root := os.DirFS("../..")
	for _, top := range []string{"cmd", "internal"} {
		err := fs.WalkDir(root, top, func(file string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, file)
			for call := range calls {
				for _, line := range strings.Split(string(text), "\n") {
					if strings.Contains(line, call) && !strings.HasPrefix(line, "func ") && !strings.HasPrefix(line, "//") {
						calls[call] = append(calls[call], file)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for call, want := range map[string]string{
		"Masquerade(": "internal/demo/demo.go", "demoweb.Routes(": "internal/app/signin.go",
		"MarkDemo(": "internal/app/signin.go internal/demo/demo.go internal/flow/guise.go",
	} {
		if got := strings.Join(calls[call], " "); got != want {
			t.Errorf("%s is called in %s, want %s", call, got, want)
		}
	}
}
