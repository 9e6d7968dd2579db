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

// browse opens pages in a browser as whom they were met, in looks that take turns:
// none is wider than its window or breaks the content policy, and axe-core finds
// nothing serious.
func browse(t *testing.T, d *Demo, tour []stop) {
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
		uitest.Browse(t, as(h, token), shotsOf(who, byWho[who]))
	}
}

var turns = []uitest.Shot{
	{Name: "phone", Width: 390, Height: 844, Lang: "zh"},
	{Name: "english", Width: 390, Height: 844, Lang: "en"},
	{Name: "desk", Width: 1440, Height: 900, Lang: "zh"},
	{Name: "elder", Width: 390, Height: 844, Lang: "zh", Theme: "elder"},
	{Name: "desk-dark", Width: 1440, Height: 900, Lang: "en", Theme: "dark"},
}

func shotsOf(who *mask, paths []string) (shots []uitest.Shot) {
	name := "nobody"
	if who != nil {
		name = who.phone[len(who.phone)-4:]
	}
	for i, path := range paths {
		s := turns[i%len(turns)]
		s.Name, s.Path, s.JustTheFirst = fmt.Sprintf("%s-%02d-%s", name, i, s.Name), path, true
		shots = append(shots, s)
	}
	return shots
}
