package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/authz"
)

var hole = regexp.MustCompile(`\{([a-z_]+)(\.\.\.)?\}`)

// filled is a door's address with something in every hole: what is there, where the
// house has one, else an id that nobody has.
func filled(path string) string {
	path = strings.TrimSuffix(path, "{$}")
	return hole.ReplaceAllStringFunc(path, func(h string) string {
		switch strings.Trim(h, "{}.") {
		case "community":
			return "C1"
		case "ref":
			return "theirs"
		case "month":
			return "2025-10"
		}
		return strings.Repeat("0", 31) + "9"
	})
}

// Whom the table shuts out is shut out over HTTP too: nobody who is not signed in,
// and no key without the right, comes through a door that is not hers. What is not
// there may be said to be not there; nothing else may be told.
func TestPermissionsHoldOverHTTP(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	h.buy("theirs", "anna", "butcher", "10.00")
	j := newJudge(t)
	for _, d := range h.Doors() {
		if j.yes(d.Action, authz.Question{}, nil) {
			continue
		}
		r := h.request(d.Method, filled(d.Path), "", "")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		a := h.send(r)
		if a.Code != http.StatusUnauthorized && a.Code != http.StatusNotFound {
			t.Errorf("%s %s lets nobody in: %d %.200s", d.Method, d.Path, a.Code, a.Body)
		}
		if !d.Key {
			r := h.request(d.Method, filled(d.Path), "", "")
			r.Header.Set("Accept", "text/html")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if a := h.send(r); a.Code == http.StatusOK || d.Method == http.MethodGet && a.Code != http.StatusNotFound && !strings.HasPrefix(a.Header().Get("Location"), "/sign-in?") {
				t.Errorf("%s %s as a page: %d %s", d.Method, d.Path, a.Code, a.Header().Get("Location"))
			}
		}
	}
}

// Each right of a key opens its own operations and no other, and none of another
// community.
func TestPermissionsOfKeysHoldOverHTTP(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	h.buy("theirs", "anna", "butcher", "10.00")
	j := newJudge(t)
	for _, right := range apikey.Rights {
		everywhere, elsewhere := h.key(apikey.Scope{Rights: []apikey.Right{right}}, 0), h.key(apikey.Scope{Rights: []apikey.Right{right}, Community: "C2"}, 0)
		for _, d := range h.Doors() {
			if !d.Key {
				continue
			}
			may := j.yes(d.Action, authz.Question{Key: true, Roles: string(right.Role())}, nil)
			a := h.send(h.request(d.Method, filled(d.Path), everywhere, ""))
			if refused := a.Code == http.StatusForbidden; refused == may {
				t.Errorf("%s with %s: %d %.200s", d.Method+" "+d.Path, right, a.Code, a.Body)
			}
			if a := h.send(h.request(d.Method, filled(d.Path), elsewhere, "")); a.Code != http.StatusForbidden {
				t.Errorf("%s with %s of C2: %d %.200s", d.Method+" "+d.Path, right, a.Code, a.Body)
			}
		}
	}
}

// Separation of duties, whatever else the policies come to say.
func TestPermissionsKeepDutiesApart(t *testing.T) {
	j := newJudge(t)
	rows := []authz.Action{"person.search", "person.read", "grant.read", "grant.export"}
	for _, watcher := range []authz.Role{"government_officer", "inspector", "data_supervisor", "donor", "advisor", "finance"} {
		q := authz.Question{SignedIn: true, Strong: true, Roles: string(watcher)}
		for _, a := range rows {
			if j.yes(a, q, nil) {
				t.Errorf("%s may %s: she must not read a person's row", watcher, a)
			}
		}
		for _, a := range j.strict.Actions() {
			if strings.HasPrefix(string(a), "appoint.") && j.yes(a, q, nil) {
				t.Errorf("%s may %s", watcher, a)
			}
		}
	}
	for _, c := range columns {
		for _, a := range j.strict.Actions() {
			if strings.HasPrefix(string(a), "appoint.") && j.yes(a, c.ask, func(q *authz.Question) { q.Own = true }) {
				t.Errorf("%s may %s herself", c.short, a)
			}
			if strings.HasPrefix(string(a), "appoint.") && j.yes(a, c.ask, func(q *authz.Question) { q.Assisting = true }) {
				t.Errorf("%s may %s while she helps", c.short, a)
			}
		}
	}
	for _, staff := range []authz.Role{"platform_operator", "finance", "community_specialist", "government_officer", "inspector", "data_supervisor"} {
		for _, a := range j.strict.Actions() {
			everybody := j.yes(a, authz.Question{SignedIn: true}, nil)
			if a.Changes() && !everybody && j.yes(a, authz.Question{SignedIn: true, Roles: string(staff)}, nil) {
				t.Errorf("%s may %s without a passkey", staff, a)
			}
		}
	}
}
