package operatorweb_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui/uitest"
	"gongyi/internal/portal"
	"gongyi/internal/portal/operatorweb"
)

var bg = context.Background()

// program is a running program that does nothing by itself.
type program struct {
	flows   *flow.Flows
	dropped []string
}

func (p *program) Jobs() (jobs.Status, bool) {
	return jobs.Status{Failing: []jobs.Failure{{Community: id.Tilde, Note: id.ID{9}, Kind: "member.changed", Times: 4, Last: "<script>alert(1)</script>", GivenUp: true}}}, true
}
func (p *program) Retry(context.Context, id.ID, id.ID) error { return nil }
func (p *program) Drop(_ context.Context, _ db.Actor, _, _ id.ID, reason string) error {
	p.dropped = append(p.dropped, reason)
	return nil
}
func (p *program) Log(ctx context.Context, at id.ID) (l operatorweb.Log, err error) {
	err = p.flows.DB.View(ctx, at, func(r db.Reader) error {
		l.Size, err = p.flows.Ledger.Size(ctx, r, at)
		return err
	})
	l.Published, l.LastEntry = l.Size, p.flows.DB.Clock().Now()
	return l, err
}

// house is a desk over two communities with a shop each.
type house struct {
	t       *testing.T
	env     dbtest.Env
	flows   *flow.Flows
	desk    *operatorweb.Desk
	program *program
	handler http.Handler
	places  map[string]id.ID
	viewer  authz.Viewer
}

const nasty = `"><script>alert(1)</script>=cmd`

func open(t *testing.T) *house {
	env := dbtest.SQLite(t, flow.Schemas)
	f := flow.New(env.DB)
	h := &house{t: t, env: env, flows: f, program: &program{flows: f}, places: make(map[string]id.ID)}
	for _, ref := range []string{"C1", "C2"} {
		p, _, err := f.Found(bg, db.System, community.Place{Kind: community.Community, Ref: ref, Name: "社区" + ref}, flow.Trial())
		h.must(err)
		h.places[ref] = p.ID
		h.must(env.Update(bg, p.ID, db.System, func(tx *db.Tx) error {
			_, _, err := f.Merchants.Admit(bg, tx, merchant.Merchant{Ref: "shop-" + ref, Name: "店" + ref, Industry: "food", IndustryZH: nasty, Tier: policy.Standard})
			return err
		}))
	}
	engine, err := authz.New(access.Policies, community.Tree{Places: f.Communities, DB: env.DB})
	h.must(err)
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}
	kit.Recognise = func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
		return authz.With(r.Context(), h.viewer), nil
	}
	mux := http.NewServeMux()
	router := httpkit.NewRouter(kit, mux, engine)
	limits := sheet.DefaultLimits
	limits.File = 3 << 20
	h.desk = &operatorweb.Desk{
		Portal: portal.New(f, router), Flows: f, House: h.program, Zone: time.FixedZone("Asia/Shanghai", 8*3600),
		Imports: &importing.Desk{Flows: f, Dir: t.TempDir(), Limit: limits, Zone: time.UTC},
	}
	h.desk.Routes(router)
	h.handler = kit.Wrap(mux)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// as makes somebody look who holds a role in a place, "" for the whole installation.
func (h *house) as(role authz.Role, place string) {
	h.t.Helper()
	var who *person.Person
	h.must(h.env.Update(bg, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		who, err = h.flows.People.Register(bg, tx, person.Person{Name: "沈立新", Form: person.Mr})
		return err
	}))
	h.viewer = authz.Viewer{Person: who.ID, Strong: true}
	if role != "" {
		h.viewer.Grants = []authz.Grant{{Role: role, Place: h.places[place]}}
	}
}

func (h *house) ask(r *http.Request) *httptest.ResponseRecorder {
	h.t.Helper()
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *house) get(path string) *httptest.ResponseRecorder {
	return h.ask(httptest.NewRequest("GET", path, nil))
}

func (h *house) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return h.ask(r)
}

func (h *house) upload(name, content string) *httptest.ResponseRecorder {
	h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	h.must(err)
	_, err = part.Write([]byte(content))
	h.must(err)
	h.must(m.Close())
	r := httptest.NewRequest("POST", "/desk/imports", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return h.ask(r)
}

// Every page is well formed in both languages, and what people have typed stays
// text.
func TestPagesAreWellFormed(t *testing.T) {
	h := open(t)
	h.as(access.Operator, "")
	h.upload("<img src=x>.csv", "member_ref,community_ref\nm1,C1\nm2,C9\n")
	check, err := h.flows.AskVerify(bg, db.System, h.places["C1"])
	h.must(err)
	var imports string
	for _, l := range regexp.MustCompile(`/desk/imports/[0-9a-f]{32}`).FindAllString(h.get("/desk/imports").Body.String(), 1) {
		imports = l
	}
	for _, path := range []string{
		"/desk", "/desk?open=job-09000000000000000000000000000000", "/desk/communities", "/desk/communities/C1", "/desk/merchants", "/desk/merchants?q=" + url.QueryEscape(nasty), "/desk/merchants/C1/shop-C1",
		"/desk/imports", imports, "/desk/accounts", "/desk/accounts/C1", "/desk/accounts/C1?kind=member", "/desk/accounts/C1/entries/0", "/desk/accounts/C1/days",
		"/desk/accounts/C1/statement?account=fund/welfare", "/desk/policies", "/desk/policies/C1", "/desk/policies/C1/versions/1", "/desk/policies/C1/proposal",
		"/desk/evidence", "/desk/evidence/C1", "/desk/evidence/checks/" + check.ID.String(), "/office/evidence", "/desk/jobs", "/desk/audit", "/desk/keys",
	} {
		for _, lang := range i18n.Langs {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w := h.get(path + sep + "lang=" + lang.String())
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
				continue
			}
			for _, c := range uitest.Complaints(w.Body.String(), i18n.Zh) { // names of places and people are Chinese in both
				t.Errorf("%s in %s: %s", path, lang, c)
			}
			if strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "<img src=x>") {
				t.Errorf("%s: what was typed became markup", path)
			}
		}
	}
}

// Who may see what: by role, and only in the part of the tree where it holds.
func TestWhoSeesWhat(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		role  authz.Role
		place string
		opens string
		shut  string
	}{
		{"", "", "", "/desk /desk/merchants /desk/accounts/C1 /desk/audit /desk/keys /desk/evidence"},
		{access.Operator, "", "/desk /desk/imports /desk/keys /desk/jobs /desk/accounts/C2 /desk/audit /desk/evidence/C1", ""},
		{access.Operator, "C1", "/desk /desk/imports /desk/accounts/C1 /desk/merchants/C1/shop-C1", "/desk/accounts/C2 /desk/merchants/C2/shop-C2 /desk/evidence/C2"},
		{access.Finance, "", "/desk /desk/accounts/C1 /desk/audit", "/desk/imports /desk/keys /desk/jobs /desk/evidence"},
		{access.Specialist, "C1", "/desk /desk/merchants /desk/communities/C1", "/desk/communities/C2 /desk/accounts/C1 /desk/audit /desk/keys"},
		{access.Inspector, "", "/desk/accounts/C1 /desk/audit /office/evidence/C1", "/desk /desk/merchants /desk/imports /desk/keys"},
		{access.Supervisor, "", "/desk/audit /office/evidence", "/desk/accounts/C1 /desk/merchants"},
		{access.Chair, "C2", "/desk/policies/C2 /desk/policies/C2/proposal", "/desk/policies/C1 /desk /desk/audit"},
	} {
		h.as(c.role, c.place)
		for _, path := range strings.Fields(c.opens) {
			if w := h.get(path); w.Code != http.StatusOK && w.Code != http.StatusSeeOther {
				t.Errorf("%s in %q: %s is shut: %d", c.role, c.place, path, w.Code)
			}
		}
		for _, path := range strings.Fields(c.shut) {
			if w := h.get(path); w.Code != http.StatusForbidden {
				t.Errorf("%s in %q: %s answers %d", c.role, c.place, path, w.Code)
			}
		}
	}
	h.as(access.Specialist, "C1")
	if page := h.get("/desk/merchants").Body.String(); !strings.Contains(page, "店C1") || strings.Contains(page, "店C2") {
		t.Error("a specialist sees the shops of another community, or not her own")
	}
	if file := h.get("/desk/merchants/export?community=C2").Body.String(); strings.Contains(file, "店C2") {
		t.Error("a file holds the shops of another community")
	}
}

// What is exported runs nothing in a spreadsheet.
func TestAnExportRunsNothing(t *testing.T) {
	h := open(t)
	h.must(h.env.Update(bg, h.places["C1"], db.System, func(tx *db.Tx) error {
		_, _, err := h.flows.Merchants.Admit(bg, tx, merchant.Merchant{Ref: "evil", Name: "=HYPERLINK(1)", Industry: "+x", IndustryZH: "@y", Tier: policy.Standard})
		return err
	}))
	h.as(access.Operator, "")
	file := h.get("/desk/merchants/export").Body.String()
	for _, bad := range []string{",=HYPERLINK", ",@y", ",+x"} {
		if strings.Contains(file, bad) {
			t.Errorf("the file holds %q:\n%s", bad, file)
		}
	}
}

func TestATermsFormKeepsWhatWasTyped(t *testing.T) {
	h := open(t)
	h.as(access.Specialist, "C1")
	form := url.Values{"seen_tier": {"standard"}, "seen_pledge": {"0"}, "seen_status": {"active"}, "tier": {"committee"}, "care_pledge": {"1.5"}, "status": {"active"}, "reason": {" "}}
	const path = "/desk/merchants/C1/shop-C1/terms"
	w := h.post(path, form)
	if page := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, `value="1.5"`) || !strings.Contains(page, `id="f-reason-bad"`) {
		t.Errorf("without a reason: %d\n%s", w.Code, uitest.Text(page))
	}
	form.Set("reason", "进了商家委员会")
	form.Set("care_pledge", "7")
	if w = h.post(path, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "5%") {
		t.Errorf("a pledge of 7%%: %d", w.Code)
	}
	form.Set("care_pledge", "1.5")
	if w = h.post(path, form); w.Code != http.StatusSeeOther {
		t.Fatalf("a good form: %d", w.Code)
	}
	if w = h.post(path, form); w.Code != http.StatusConflict { // the form was opened before
		t.Errorf("the same form again: %d", w.Code)
	}
	if page := uitest.Text(h.get("/desk/merchants/C1/shop-C1").Body.String()); !strings.Contains(page, "进了商家委员会") || !strings.Contains(page, "沈立新") {
		t.Error("the page does not tell who changed it and why")
	}
	if w = h.post("/desk/merchants/C2/shop-C2/terms", form); w.Code != http.StatusForbidden {
		t.Errorf("a shop of another community: %d", w.Code)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	h := open(t)
	h.as(access.Operator, "")
	for name, content := range map[string]string{"large.csv": "member_ref,community_ref\n" + strings.Repeat("x", 6<<20), "a.pdf": "%PDF-1.7", "b.csv": "a,b\n1,2\n", "none.csv": ""} {
		w := h.upload(name, content)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `class="help bad"`) {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	r := httptest.NewRequest("POST", "/desk/imports", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nmember_ref"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := h.ask(r); w.Code < 400 { // it broke off
		t.Errorf("half an upload: %d", w.Code)
	}
	if w := h.upload("good.csv", "member_ref,community_ref\nm1,C1\n"); w.Code != http.StatusSeeOther {
		t.Errorf("a good one: %d", w.Code)
	}
	r = httptest.NewRequest("POST", "/desk/imports", strings.NewReader("file=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := h.ask(r); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}
