package app

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gongyi/internal/module/signin/signinweb"
)

// BenchmarkRecognise is what it costs to find out who asks, when she asked within
// moments: at most 20 µs, and no read.
func BenchmarkRecognise(b *testing.B) {
	d := newDoorway(b, Config{Data: b.TempDir()})
	x := d.browser()
	x.signIn("13800138000", "陈秀英")
	recognise := signinweb.Recognise(d.Flows)
	req := httptest.NewRequest(http.MethodGet, "/me/devices", nil)
	req.AddCookie(x.cookies["gongyi"])
	w := httptest.NewRecorder()
	for b.Loop() {
		if ctx, err := recognise(w, req); err != nil || signinweb.KnownOf(ctx) == nil {
			b.Fatal("not recognised", err)
		}
	}
}
