package officerweb_test

import (
	"context"
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
	"gongyi/internal/portal"
	"gongyi/internal/portal/officerweb"
)

var (
	bg    = context.Background()
	month = period.Date(2025, 10, 1).Month()
)

// books are made up: a row a community.
type books struct{ rows map[string]officerweb.Row }

func (b *books) Statistics(_ context.Context, places []community.Place, months []period.Month) (all [][]officerweb.Row, err error) {
	for range months {
		var rows []officerweb.Row
		for _, p := range places {
			row := b.rows[p.Ref]
			row.Place = p
			rows = append(rows, row)
		}
		all = append(all, rows)
	}
	return all, nil
}

func (b *books) Months(context.Context, []community.Place) ([]period.Month, error) {
	return []period.Month{month, month - 1}, nil
}

// house is an office over three communities.
type house struct {
	t       *testing.T
	env     dbtest.Env
	flows   *flow.Flows
	books   *books
	handler http.Handler
	places  map[string]id.ID
	viewer  authz.Viewer
}

func open(t *testing.T) *house {
	env := dbtest.SQLite(t, flow.Schemas)
	f := flow.New(env.DB)
	h := &house{t: t, env: env, flows: f, places: make(map[string]id.ID), books: &books{rows: map[string]officerweb.Row{
		"C1": {Members: 300, Shops: 5, Purchases: 900, Buyers: 120, Given: 10_000_00, Net: 9_600_00, Platform: 200_00, Welfare: 60_00, Care: 140_00, Fund: 800_00},
		"C2": {Members: 200, Shops: 3, Purchases: 31, Buyers: 7, Given: 777_77, Net: 700_00, Platform: 10_00},
		"C3": {Members: 100, Shops: 1, Purchases: 4, Buyers: 3, Given: 333_33, Net: 300_00, Platform: 5_00},
	}}}
	for _, ref := range []string{"C1", "C2", "C3"} {
		p, _, err := f.Found(bg, db.System, community.Place{Kind: community.Community, Ref: ref, Name: "社区" + ref}, flow.Trial())
		if err != nil {
			t.Fatal(err)
		}
		h.places[ref] = p.ID
	}
	engine, err := authz.New(access.Policies, community.Tree{Places: f.Communities, DB: env.DB})
	if err != nil {
		t.Fatal(err)
	}
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}
	kit.Recognise = func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
		return authz.With(r.Context(), h.viewer), nil
	}
	mux := http.NewServeMux()
	router := httpkit.NewRouter(kit, mux, engine)
	(&officerweb.Office{Portal: portal.New(f, router), Flows: f, Books: h.books, Zone: time.UTC}).Routes(router)
	h.handler = kit.Wrap(mux)
	return h
}

// as makes somebody look who holds a role in a place, "" for the whole installation.
func (h *house) as(role authz.Role, place string) {
	h.t.Helper()
	err := h.env.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error {
		who, err := h.flows.People.Register(bg, tx, person.Person{Name: "郑文华", Form: person.Ms})
		if err == nil {
			h.viewer = authz.Viewer{Person: who.ID, Strong: true, Grants: []authz.Grant{{Role: role, Place: h.places[place]}}}
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// A group under five is on no page and one under ten in no file; nor can it be found
// as the rest of a total.
func TestSmallGroupsAreNotShown(t *testing.T) {
	h := open(t)
	h.as(access.Officer, "")
	page := uitest.Text(h.get("/office").Body.String())
	for text, want := range map[string]bool{"777.77": true, "333.33": false, "不到 5 人，不显示": true, "10,777.77": true, "11,111.10": false} {
		if strings.Contains(page, text) != want {
			t.Errorf("the page and %q: %v wanted", text, want)
		}
	}
	for _, path := range []string{"/office/export", "/office/trends/export", "/office/sheets/2025-10"} {
		file := h.get(path).Body.String()
		for text, want := range map[string]bool{"777.77": false, "333.33": false, "不到 10 人": true} {
			if strings.Contains(file, text) != want {
				t.Errorf("%s and %q: %v wanted\n%s", path, text, want, file)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(h.get("/office/export").Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 4 || rows[2][0] != "社区C2" || rows[2][1] != "C2" || rows[1][6] != "10000.00" {
		t.Errorf("the file: %v, %v", rows, err)
	}
}

func TestPagesAreWellFormed(t *testing.T) {
	h := open(t)
	h.as(access.Inspector, "")
	for _, path := range []string{"/office", "/office?month=2025-09", "/office/trends", "/office/reads", "/office/sheets/2025-10"} {
		for _, lang := range i18n.Langs {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			w := h.get(path + sep + "lang=" + lang.String())
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
			for _, c := range uitest.Complaints(w.Body.String(), i18n.Zh) { // names of places are Chinese in both
				t.Errorf("%s in %s: %s", path, lang, c)
			}
		}
	}
	if w := h.get("/office?month=2025-13"); w.Code != http.StatusNotFound {
		t.Errorf("a month that is none: %d", w.Code)
	}
}

func TestWhoReadsTheStreetsBook(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		role  authz.Role
		place string
		opens string
		shut  string
	}{
		{access.Officer, "", "/office /office/trends /office/export", "/office/reads"},
		{access.Supervisor, "", "/office /office/reads", ""},
		{access.Officer, "C1", "/office", ""},
		{access.Resident, "", "", "/office /office/trends /office/export /office/reads"},
		{access.Finance, "", "", "/office"},
	} {
		h.as(c.role, c.place)
		for _, path := range strings.Fields(c.opens) {
			if w := h.get(path); w.Code != http.StatusOK {
				t.Errorf("%s: %s answers %d", c.role, path, w.Code)
			}
		}
		for _, path := range strings.Fields(c.shut) {
			if w := h.get(path); w.Code != http.StatusForbidden {
				t.Errorf("%s: %s answers %d", c.role, path, w.Code)
			}
		}
	}
	h.as(access.Officer, "C1")
	if page := h.get("/office").Body.String(); !strings.Contains(page, "社区C1") || strings.Contains(page, "社区C2") {
		t.Error("an officer of one community sees another one")
	}
}
