package settlementweb

import (
	"log/slog"
	"net/http"
	"testing"

	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

func server(h *fakeHouse) http.Handler {
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	engine, err := authz.New(access.Policies, nil)
	if err != nil {
		panic(err)
	}
	Routes(httpkit.NewRouter(kit, mux, engine), h, h)
	mux.Handle("GET /assets/", ui.Assets())
	mux.Handle("GET /checked/{file}", kit.Handle(func(w http.ResponseWriter, r *http.Request) error { // what POST /verify answers
		o, err := h.Verify(r.Context(), []byte(r.PathValue("file")))
		if err != nil {
			return err
		}
		return kit.Render(w, r, http.StatusOK, httpkit.Never, VerifyPage(VerifyView{Outcome: &o, Offline: sampleOffline}))
	}))
	mux.Handle("/", kit.NotFound())
	return kit.Wrap(mux)
}

func TestBrowser(t *testing.T) {
	phone := func(name, path, lang, theme string) uitest.Shot {
		return uitest.Shot{Name: name, Path: path, Width: 390, Height: 844, Lang: lang, Theme: theme}
	}
	desk := phone("receipt-1440-zh", "/r/sample", "zh", "")
	desk.Width, desk.Height = 1440, 900
	paper := phone("receipt-paper", "/r/refunded", "zh", "dark")
	paper.Paper, paper.Width = true, 800
	uitest.Browse(t, server(&fakeHouse{}), []uitest.Shot{
		phone("receipt-390-zh", "/r/sample", "zh", ""), phone("receipt-390-en", "/r/sample", "en", ""),
		phone("receipt-390-dark", "/r/refunded", "zh", "dark"), phone("receipt-390-elder", "/r/sample", "zh", "elder"),
		phone("receipt-fresh", "/r/fresh", "zh", ""), phone("receipt-plain", "/r/plain", "en", "dark"),
		desk, paper,
		phone("verify-true", "/checked/true", "zh", ""), phone("verify-wrong", "/checked/wrong", "en", ""),
		phone("verify-390-zh", "/verify", "zh", ""), phone("verify-390-en-elder", "/verify", "en", "elder"),
	})
}
