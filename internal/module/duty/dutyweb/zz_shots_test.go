package dutyweb

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"gongyi/internal/platform/ui/uitest"
)

func TestZZShots(t *testing.T) {
	spec := os.Getenv("ZZ")
	if spec == "" {
		t.Skip()
	}
	to, _ := url.Parse("http://127.0.0.1:18461")
	p := httputil.NewSingleHostReverseProxy(to)
	cookie := os.Getenv("ZZC")
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Add("Cookie", cookie)
		r.Host = "127.0.0.1:18461"
		p.ServeHTTP(w, r)
	})
	var shots []uitest.Shot
	for _, line := range strings.Split(spec, "\n") {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		wide, _ := strconv.Atoi(f[2])
		s := uitest.Shot{Lang: "zh", Name: f[0], Path: f[1], Width: int64(wide), Height: 844}
		for _, x := range f[3:] {
			switch x {
			case "en":
				s.Lang = "en"
			case "elder":
				s.Theme = "elder"
			case "dark":
				s.Dark = true
			}
		}
		shots = append(shots, s)
	}
	uitest.Browse(t, h, shots)
}
