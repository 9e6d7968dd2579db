package demo

import (
	"fmt"
	"net/http"
	"testing"

	"gongyi/internal/platform/ui/uitest"
)

// as answers every request as if somebody had sent it; nobody if the token is "".
func as(h http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token != "" {
			r.AddCookie(&http.Cookie{Name: "gongyi", Value: token})
		}
		h.ServeHTTP(w, r)
	})
}

// TestEveryPageInABrowser opens one page of each kind that TestEveryLinkOfEveryRole
// met, at phone and desktop width, in both languages and in large type: none is
// wider than its window or breaks the content policy, and axe-core finds nothing
// serious.
func TestEveryPageInABrowser(t *testing.T) {
	if testing.Short() || tour == nil {
		t.Skip("it opens what TestEveryLinkOfEveryRole met")
	}
	d, err := street()
	if err != nil {
		t.Fatal(err)
	}
	h, err := d.Handler(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	byWho := make(map[*mask][]string)
	var order []*mask
	for _, s := range tour {
		if byWho[s.who] == nil {
			order = append(order, s.who)
		}
		byWho[s.who] = append(byWho[s.who], s.path)
	}
	for _, who := range order {
		token := ""
		if who != nil {
			if token, err = d.open(t.Context(), who.phone); err != nil {
				t.Fatal(err)
			}
		}
		shots, checks := shotsOf(who, byWho[who])
		uitest.Browse(t, as(h, token), shots)
		uitest.Axe(t, as(h, token), checks)
	}
}

// shotsOf are the looks at pages, and the one of each that axe-core checks.
func shotsOf(who *mask, paths []string) (shots, checks []uitest.Shot) {
	name := "nobody"
	if who != nil {
		name = who.phone[len(who.phone)-4:]
	}
	for i, path := range paths {
		shot := func(what string, width, height int64, lang, theme string) uitest.Shot {
			return uitest.Shot{Name: fmt.Sprintf("%s-%02d-%s", name, i, what), Path: path, Width: width, Height: height, Lang: lang, Theme: theme}
		}
		phone := shot("phone", 390, 844, "zh", "")
		shots = append(shots, phone, shot("desk", 1440, 900, "zh", ""), shot("english", 390, 844, "en", ""), shot("elder", 390, 844, "zh", "elder"))
		checks = append(checks, phone)
	}
	return shots, checks
}
