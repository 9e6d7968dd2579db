package authz

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// n is an id of a test.
func n(b byte) (v id.ID) {
	v[15] = b
	return v
}

// tree is child → parent.
type tree map[id.ID]id.ID

// Covers implements Tree.
func (t tree) Covers(_ context.Context, outer, inner id.ID) (bool, error) {
	for at := inner; !at.IsZero(); at = t[at] {
		if at == outer {
			return true, nil
		}
	}
	return false, nil
}

// small is a street (1) with two communities (2, 3) and a grid (4) in the first.
var small = tree{n(2): n(1), n(3): n(1), n(4): n(2)}

const house = `// Anybody reads the books.
// 中文：账本谁都可以看。
permit (principal, action == Action::"book.read", resource);

// A keeper keeps, and
// strikes out.
// 中文：管账的人
// 可以记账。
permit (principal is Person, action in [Action::"book.keep", Action::"book.strike"], resource)
when { context.roles.contains("keeper") };

// Her own page anybody keeps herself.
permit (principal is Person, action == Action::"page.keep", resource)
when { context.own };

// Programs keep too.
permit (principal is Key, action == Action::"book.keep", resource)
when { context.roles.contains("key:keep") };

// Nobody strikes out while she helps.
@refusal("test.not_while_helping")
forbid (principal, action == Action::"book.strike", resource)
when { context.assisting };

// Staff come with a passkey.
@refusal("test.passkey")
forbid (principal is Person, action, resource)
when { context.passkeys && context.changes && !context.strong && context.roles.contains("keeper") };
`

func engine(t testing.TB, text string) *Engine {
	t.Helper()
	e, err := New(fstest.MapFS{"house.cedar": {Data: []byte(text)}}, small)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhoMayDoWhat(t *testing.T) {
	keeper := func(place, subject byte) Viewer {
		g := Grant{Role: "keeper"}
		if place > 0 {
			g.Place = n(place)
		}
		if subject > 0 {
			g.Subject = n(subject)
		}
		return Viewer{Person: n(100), Grants: []Grant{g}}
	}
	helping := keeper(0, 0)
	helping.For, helping.Assist = n(101), n(102)
	at := func(place byte) Resource { return Resource{Place: n(place)} }
	for name, c := range map[string]struct {
		v    Viewer
		a    Action
		on   Resource
		want error
	}{
		"nobody reads":                         {Viewer{}, "book.read", at(2), nil},
		"nobody keeps":                         {Viewer{}, "book.keep", at(2), ErrSignIn},
		"somebody keeps":                       {Viewer{Person: n(100)}, "book.keep", at(2), ErrDenied},
		"an action that nobody named":          {keeper(0, 0), "book.burn", at(2), ErrDenied},
		"an action that nobody named, unknown": {Viewer{}, "book.burn", at(2), ErrSignIn},
		"everywhere covers a place":            {keeper(0, 0), "book.keep", at(4), nil},
		"everywhere covers the installation":   {keeper(0, 0), "book.keep", Resource{}, nil},
		"the place itself":                     {keeper(2, 0), "book.keep", at(2), nil},
		"above covers below":                   {keeper(1, 0), "book.keep", at(4), nil},
		"below does not cover above":           {keeper(4, 0), "book.keep", at(2), ErrDenied},
		"beside":                               {keeper(2, 0), "book.keep", at(3), ErrDenied},
		"a place is not the installation":      {keeper(1, 0), "book.keep", Resource{}, ErrDenied},
		"a shop of hers":                       {keeper(2, 50), "book.keep", Resource{Place: n(2), Subject: n(50)}, nil},
		"a shop beside hers":                   {keeper(2, 50), "book.keep", Resource{Place: n(2), Subject: n(51)}, ErrDenied},
		"a shop does not open the place":       {keeper(2, 50), "book.keep", at(2), ErrDenied},
		"the place opens its shops":            {keeper(2, 0), "book.keep", Resource{Place: n(4), Subject: n(50)}, nil},
		"her shop's number in another place":   {keeper(2, 50), "book.keep", Resource{Place: n(3), Subject: n(50)}, ErrDenied},
		"her own":                              {Viewer{Person: n(100)}, "page.keep", Resource{Owner: n(100)}, nil},
		"another's":                            {Viewer{Person: n(100)}, "page.keep", Resource{Owner: n(101)}, ErrDenied},
		"nobody's":                             {Viewer{Person: n(100)}, "page.keep", Resource{}, ErrDenied},
		"nobody's, and nobody asks":            {Viewer{}, "page.keep", Resource{}, ErrSignIn},
		"whom she helps":                       {helping, "page.keep", Resource{Owner: n(101)}, nil},
		"her own while she helps":              {helping, "page.keep", Resource{Owner: n(100)}, ErrDenied},
		"strikes out":                          {keeper(2, 0), "book.strike", at(2), nil},
		"strikes out while she helps":          {helping, "book.strike", at(2), fault.New(fault.Forbidden, "test.not_while_helping")},
		"a stranger who helps learns no more":  {Viewer{Person: n(100), For: n(101)}, "book.strike", at(2), ErrDenied},
		"a key keeps":                          {Viewer{Key: n(9), Grants: []Grant{{Role: "key:keep", Place: n(2)}}}, "book.keep", at(2), nil},
		"a key keeps elsewhere":                {Viewer{Key: n(9), Grants: []Grant{{Role: "key:keep", Place: n(2)}}}, "book.keep", at(3), ErrDenied},
		"a key with a person's role":           {Viewer{Key: n(9), Grants: []Grant{{Role: "keeper"}}}, "book.keep", at(2), ErrDenied},
		"a person with a key's right":          {Viewer{Person: n(100), Grants: []Grant{{Role: "key:keep"}}}, "book.keep", at(2), ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, house)
			for range 2 { // the second answer is the remembered one
				if err := e.May(t.Context(), c.v, c.a, c.on); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
					t.Errorf("%v, want %v", err, c.want)
				}
			}
		})
	}
}

func TestPasskeysAreAskedWhereTheInstallationAsks(t *testing.T) {
	v := Viewer{Person: n(1), Grants: []Grant{{Role: "keeper"}}}
	e := engine(t, house)
	e.Passkeys = true
	if err := e.May(t.Context(), v, "book.keep", Resource{}); fault.Of(err) == nil || fault.Of(err).Code != "test.passkey" {
		t.Errorf("without a passkey: %v", err)
	}
	if err := e.May(t.Context(), v, "book.read", Resource{}); err != nil {
		t.Errorf("to look needs none: %v", err)
	}
	v.Strong = true
	if err := e.May(t.Context(), v, "book.keep", Resource{}); err != nil {
		t.Errorf("with one: %v", err)
	}
}

func TestADecisionSaysWhy(t *testing.T) {
	e := engine(t, house)
	v := Viewer{Person: n(1), For: n(2), Grants: []Grant{{Role: "keeper"}}}
	d, err := e.Explain(t.Context(), v, "book.strike", Resource{})
	if err != nil || d.Allowed || len(d.Permits) != 1 || len(d.Forbids) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	p, f := d.Permits[0], d.Forbids[0]
	if p.ID() != "house.cedar:9" || p.English != "A keeper keeps, and strikes out." || p.Chinese != "管账的人可以记账。" || !strings.HasPrefix(p.Text, "permit (") || strings.Contains(p.Text, "//") {
		t.Errorf("%s %q %q %q", p.ID(), p.English, p.Chinese, p.Text)
	}
	if f.Refusal == nil || f.Refusal.Code != "test.not_while_helping" || !f.Forbids {
		t.Errorf("%+v", f)
	}
	if got := e.Actions(); len(got) != 4 || got[0] != "book.keep" {
		t.Errorf("actions %v", got)
	}
}

func TestReachIsWhereOneMay(t *testing.T) {
	e := engine(t, house)
	v := Viewer{Person: n(100), Grants: []Grant{{Role: "keeper", Place: n(2)}, {Role: "guest", Place: n(3)}, {Role: "keeper", Place: n(1), Subject: n(50)}, {Role: "keeper", Place: n(2), Subject: n(51)}}}
	r, err := e.Reach(t.Context(), v, "book.keep")
	if err != nil || r.Whole || len(r.Places) != 1 || r.Places[0] != n(2) {
		t.Fatalf("%+v, %v", r, err)
	}
	for place, want := range map[byte]bool{1: false, 2: true, 3: false, 4: true} {
		if got, err := e.Covers(t.Context(), r, n(place)); got != want || err != nil {
			t.Errorf("covers %d: %v, %v", place, got, err)
		}
	}
	v.Grants = append(v.Grants, Grant{Role: "keeper"})
	if r, err := e.Reach(t.Context(), v, "book.keep"); err != nil || !r.Whole {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := e.Reach(t.Context(), Viewer{}, "book.keep"); err != nil || r.Whole || len(r.Places) > 0 {
		t.Errorf("nobody: %+v, %v", r, err)
	}
}

// What a policy file may not say: Cedar leaves a policy aside that fails while it
// is evaluated, and one that forbids must never be left aside.
func TestPoliciesThatCannotBeRead(t *testing.T) {
	for text, says := range map[string]string{
		`permit (principal, action, resource);`:                                                          "name its actions",
		`permit (principal, action == Action::"a.read", resource) when { context.rolls.contains("x") };`: "rolls",
		`forbid (principal, action == Action::"a.read", resource) when { context.roles > 3 };`:           "house.cedar:1",
		`permit (principal is Robot, action == Action::"a.read", resource);`:                             "Robot",
		`permit (principal, action == Action::"a.read", resource) when { resource.owner == principal };`: "house.cedar:1",
		`permit (`: "house.cedar",
	} {
		_, err := New(fstest.MapFS{"house.cedar": {Data: []byte(text)}}, small)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A group stands for every action of its noun that is named anywhere.
func TestAGroupOfActions(t *testing.T) {
	e := engine(t, house+`forbid (principal, action in Action::"book.*", resource) when { context.roles.contains("banned") };
permit (principal, action in [Action::"page.*", Action::"leaf.turn"], resource) when { context.roles.contains("reader") };`)
	may := func(a Action, roles ...Role) bool {
		v := Viewer{Person: n(1)}
		for _, r := range roles {
			v.Grants = append(v.Grants, Grant{Role: r})
		}
		return e.May(t.Context(), v, a, Resource{}) == nil
	}
	if may("book.read", "banned") || may("book.keep", "keeper", "banned") || !may("book.keep", "keeper") || !may("page.keep", "reader") || !may("leaf.turn", "reader", "banned") {
		t.Error("a group does not cover its actions, or covers others")
	}
	if got := e.Actions(); len(got) != 5 {
		t.Errorf("a group counts as an action: %v", got)
	}
}

func TestVerbsThatOnlyLook(t *testing.T) {
	for a, want := range map[Action]bool{"book.read": false, "book.export": false, "person.search": false, "book.keep": true, "book": true, "read.book": true, "": true} {
		if a.Changes() != want {
			t.Errorf("%q changes: %v", a, a.Changes())
		}
	}
}

// BenchmarkMay asks as a page does: a person with five grants, four levels deep.
// The goal is 15 µs a question, remembered or not.
func BenchmarkMay(b *testing.B) {
	e := engine(b, house)
	v := Viewer{Person: n(1), Grants: []Grant{{Role: "resident", Place: n(2)}, {Role: "member", Place: n(2)}, {Role: "volunteer", Place: n(4)}, {Role: "owner", Place: n(2), Subject: n(50)}, {Role: "keeper", Place: n(1)}}}
	on := Resource{Place: n(4)}
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = e.May(b.Context(), v, "book.keep", on)
		}
	})
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			clear(e.answered)
			_ = e.May(b.Context(), v, "book.keep", on)
		}
	})
}

// People are told the role that let somebody in, not any role of hers.
func TestInWhichRole(t *testing.T) {
	e := engine(t, house)
	guest, keeper := Grant{Role: "guest", Place: n(1)}, Grant{Role: "keeper", Place: n(2)}
	for name, c := range map[string]struct {
		grants []Grant
		asked  Asked
		want   Role
	}{
		"the one that permits":               {[]Grant{guest, keeper}, Asked{"book.keep", Resource{Place: n(4)}}, "keeper"},
		"open to everybody: her first there": {[]Grant{keeper, guest}, Asked{"book.read", Resource{Place: n(3)}}, "guest"},
		"none permits: her first there":      {[]Grant{guest, keeper}, Asked{"page.keep", Resource{Place: n(3), Owner: n(100)}}, "guest"},
		"a grant for another shop is none":   {[]Grant{{Role: "keeper", Place: n(2), Subject: n(50)}, guest}, Asked{"book.keep", Resource{Place: n(2)}}, "guest"},
		"none holds there":                   {[]Grant{keeper}, Asked{"page.keep", Resource{Place: n(3)}}, ""},
		"nothing was asked":                  {nil, Asked{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := LetIn(With(t.Context(), Viewer{Person: n(100), Grants: c.grants}), c.asked)
			if got, err := e.InRole(ctx); err != nil || got != c.want {
				t.Errorf("%q (%v), want %q", got, err, c.want)
			}
		})
	}
}
