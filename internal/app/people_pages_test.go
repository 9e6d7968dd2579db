package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// looker is somebody who is signed in and looks at pages.
type looker struct {
	*house
	who    id.ID
	cookie string
}

// signedIn registers a person who holds roles and has signed in.
func (h *house) signedIn(name, phone string, way signin.Way, roles ...access.Grant) looker {
	h.Helper()
	ctx, b := context.Background(), looker{house: h}
	h.must(h.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		p, err := h.Flows.People.ByPhone(ctx, tx, phone)
		if err != nil {
			p, err = h.Flows.People.Register(ctx, tx, person.Person{Name: name, Form: person.Ms, Phone: phone})
		}
		if err != nil {
			return err
		}
		for _, g := range roles {
			g.Person, g.Reason = p.ID, "a test"
			if _, err := h.Flows.Access.Give(ctx, tx, g); err != nil {
				return err
			}
		}
		b.who = p.ID
		_, b.cookie, err = h.Flows.SignIn.Start(ctx, tx, p.ID, way, signin.Device{Agent: "test"})
		return err
	}))
	return b
}

// open gets a page, or sends a form to it; what comes back is a page.
func (b looker) open(path string, form ...string) answer {
	b.Helper()
	method, values := http.MethodGet, url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		method = http.MethodPost
		values.Set(form[i], form[i+1])
	}
	r := httptest.NewRequest(method, path, strings.NewReader(values.Encode()))
	r.RemoteAddr = "203.0.113.7:4711"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "gongyi", Value: b.cookie})
	return b.send(r)
}

func (b looker) expect(path string, status int, says ...string) answer {
	b.Helper()
	a := b.open(path)
	b.sees(a, path, status, says...)
	return a
}

func (b looker) sees(a answer, what string, status int, says ...string) {
	b.Helper()
	if a.Code != status {
		b.Errorf("%s: %d, want %d: %.400s", what, a.Code, status, a.Body)
	}
	for _, text := range says {
		if not, ok := strings.CutPrefix(text, "!"); ok == strings.Contains(a.Body.String(), strings.TrimPrefix(text, "!")) {
			b.Errorf("%s: says %q: %v", what, not, ok)
		}
	}
}

// A role is given to a number that nobody had, checked once more, seen by its
// holder, told to her who looked, and ended with a reason; the trail keeps it all.
func TestTheLifeOfARole(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		op := h.signedIn("沈立新", "+8613800000001", signin.ByCode, access.Grant{Role: access.Operator})
		form := []string{"phone", "139 0000 0001", "name", "<b>周</b>师傅", "address_form", "master", "role", "grid_worker", "place", "C1", "until", "2026-12-31", "reason", "<script>alert(1)</script>"}
		op.sees(op.open("/desk/roles/new", form...), "the check", 200, "&lt;b&gt;周&lt;/b&gt;师傅", "还没有登记", "!<script>alert", "2026 年 12 月 31 日")
		if held, err := h.Flows.Access.Held(t.Context(), op.who, h.clock.Now()); err != nil || len(held) != 1 {
			t.Errorf("the check gave something: %v, %v", held, err)
		}
		given := op.open("/desk/roles", form...)
		where, _, _ := strings.Cut(given.Header().Get("Location"), "?")
		if given.Code != http.StatusSeeOther || !strings.HasPrefix(where, "/desk/people/") {
			t.Fatalf("given: %d %s", given.Code, given.Body)
		}
		op.sees(op.open("/desk/roles", form...), "given twice", 409, "已经有这个身份了")
		page := op.expect(where, 200, "网格员", "C1", "!<script>alert", "/end")
		op.expect("/desk/roles", 200, "尾号 0001", "网格员")
		op.expect("/desk/people?q=0001", 200, "周")
		worker := h.signedIn("", "+8613900000001", signin.ByCode)
		if worker.who.String() != strings.TrimPrefix(where, "/desk/people/") {
			t.Fatal("the number became two people")
		}
		worker.expect("/me/roles", 200, "网格员", "沈女士 授予", "辞去")
		var looks int
		h.must(h.DB.View(t.Context(), id.Tilde, func(r db.Reader) error {
			all, err := h.Flows.Privacy.Reads(t.Context(), r, worker.who, id.ID{}, 50)
			looks = len(all)
			return err
		}))
		if looks < 3 {
			t.Errorf("%d looks at her were noted, want those of her page, the list and the search", looks)
		}
		end := regexp.MustCompile(`/desk/roles/[0-9a-f]{32}/end`).FindString(page.Body.String())
		op.sees(op.open(end, "reason", " "), "no reason", 422, "请写明理由")
		if a := op.open(end, "reason", "调岗"); a.Code != http.StatusSeeOther {
			t.Errorf("ended: %d %s", a.Code, a.Body)
		}
		op.sees(op.open(end, "reason", "调岗"), "ended twice", 409)
		op.expect("/desk/roles/trail", 200, "结束了", "调岗", "授予")
		worker.expect("/me/roles", 200, "以前的身份", "现在没有身份")
	})
}

// What lies beside one's own reach is neither shown nor given nor taken.
func TestADeskEndsWhereItsRoleEnds(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	c1, err := h.Flows.Communities.ByRef(t.Context(), h.DB, "C1")
	h.must(err)
	c2, err := h.Flows.Communities.ByRef(t.Context(), h.DB, "C2")
	h.must(err)
	spec := h.signedIn("吴红梅", "+8613800000003", signin.ByCode, access.Grant{Role: access.Specialist, Place: c1.ID})
	near := h.signedIn("近邻", "+8613900000011", signin.ByCode, access.Grant{Role: access.Volunteer, Place: c1.ID})
	far := h.signedIn("远客", "+8613900000012", signin.ByCode, access.Grant{Role: access.Volunteer, Place: c2.ID})
	spec.expect("/desk/roles", 200, "近邻", "!远客")
	spec.expect("/desk/roles?place=C2", 200, "!远客")
	spec.expect("/desk/roles?place=~", 200, "!近邻", "!远客")
	spec.expect("/desk/roles/export?format=csv", 403)
	spec.expect("/desk/roles/trail", 200, "近邻", "!远客")
	spec.expect("/desk/people/"+near.who.String(), 200, "近邻")
	spec.expect("/desk/people/"+far.who.String(), 403, "!远客")
	spec.expect("/desk/people/nonsense", 404)
	spec.expect("/desk/people/"+strings.Repeat("0", 31)+"1", 403)
	give := func(role, place string) answer {
		return spec.open("/desk/roles", "person", far.who.String(), "role", role, "place", place, "reason", "a test")
	}
	spec.sees(give("volunteer", "C2"), "beside", 403, "不归您的身份")
	spec.sees(give("platform_operator", "C1"), "more than her own", 403)
	spec.sees(give("volunteer", "~"), "everywhere", 403)
	spec.sees(give("volunteer", "C9"), "nowhere", 422, "请选择在哪里有效")
	spec.sees(give("emperor", "C1"), "no role", 422)
	spec.sees(spec.open("/desk/roles", "person", spec.who.String(), "role", "volunteer", "place", "C1", "reason", "a test"), "to herself", 403, "不能给自己授予身份")
	if a := give("volunteer", "C1"); a.Code != http.StatusSeeOther {
		t.Errorf("her own community: %d %s", a.Code, a.Body)
	}
	for _, path := range []string{"/desk/people", "/desk/roles", "/desk/roles/new", "/desk/roles/trail", "/desk/roles/export"} {
		near.expect(path, 403)
	}
	var theirs id.ID
	h.must(h.DB.View(t.Context(), id.Tilde, func(r db.Reader) error {
		all, err := h.Flows.Access.Of(t.Context(), r, far.who)
		for _, g := range all {
			if g.Place == c2.ID {
				theirs = g.ID
			}
		}
		return err
	}))
	near.sees(near.open("/me/roles/"+theirs.String()+"/end", "reason", "x"), "another's role", 403)
	spec.sees(spec.open("/desk/roles/"+theirs.String()+"/end", "reason", "x"), "a role beside", 403)
	if a := far.open("/me/roles/"+theirs.String()+"/end", "reason", "搬家"); a.Code != http.StatusSeeOther {
		t.Errorf("laid down: %d %s", a.Code, a.Body)
	}
	for _, path := range []string{"/charter", "/charter/appoint.volunteer", "/charter/me.read"} {
		near.expect(path, 200, "可以")
	}
	near.expect("/charter/nothing", 404)
	near.expect("/charter/appoint.volunteer", 200, "社区专员、平台运营", "没有一条章程允许")
}

// Where the installation asks its staff for passkeys, a code is not enough to
// change anything, and enough to look.
func TestStaffComeWithAPasskey(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir(), Passkeys: true})
	code := h.signedIn("沈立新", "+8613800000001", signin.ByCode, access.Grant{Role: access.Operator})
	key := h.signedIn("沈立新", "+8613800000001", signin.ByPasskey)
	form := []string{"phone", "13900000001", "name", "周师傅", "role", "volunteer", "place", "C1", "reason", "a test"}
	code.expect("/desk/roles", 200, "!演示")
	code.sees(code.open("/desk/roles", form...), "with a code", 403, "通行密钥")
	code.expect("/me/roles", 200)
	if a := key.open("/desk/roles", form...); a.Code != http.StatusSeeOther {
		t.Errorf("with a passkey: %d %s", a.Code, a.Body)
	}
	if !strings.Contains(h.log.String(), "msg=denied") || strings.Contains(h.log.String(), "周师傅") {
		t.Error("a denial is not in the log, or a name is")
	}
}
