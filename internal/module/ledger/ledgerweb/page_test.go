package ledgerweb

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

func server(books Books) http.Handler {
	kit := &httpkit.Kit{Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	engine, err := authz.New(access.Policies, nil)
	if err != nil {
		panic(err)
	}
	Routes(httpkit.NewRouter(kit, mux, engine), books)
	mux.Handle("GET /assets/", ui.Assets())
	mux.Handle("/", kit.NotFound())
	return kit.Wrap(mux)
}

func TestBrowser(t *testing.T) {
	phone := func(name, path, lang, theme string) uitest.Shot {
		return uitest.Shot{Name: name, Path: path, Width: 390, Height: 844, Lang: lang, Theme: theme}
	}
	desk := func(name, path, lang, theme string) uitest.Shot {
		return uitest.Shot{Name: name, Path: path, Width: 1440, Height: 900, Lang: lang, Theme: theme}
	}
	books := "/c/C1/books/2017-01"
	dark := desk("books-1440-zh-dark", books, "zh", "")
	dark.Dark = true
	paper := desk("books-paper", books, "zh", "dark")
	paper.Paper, paper.Width = true, 800
	board := desk("poster-paper", books+"?poster=1", "zh", "") // A4 less its margins
	board.Paper, board.Width, board.Height = true, 688, 1017
	uitest.Browse(t, server(&fakeBooks{}), []uitest.Shot{
		phone("books-390-zh", books, "zh", ""), phone("books-390-en", books, "en", ""),
		phone("books-390-zh-elder", books, "zh", "elder"), phone("books-390-dark", books, "zh", "dark"),
		desk("books-1440-zh", books, "zh", ""), desk("books-1440-en", books, "en", ""), desk("books-1440-elder", books, "zh", "elder"),
		dark, paper, board,
		desk("books-via", books+"?via=welfare#entries", "zh", ""), desk("poster", books+"?poster=1", "zh", ""),
		phone("street-390-zh", "/", "zh", ""), desk("street-1440-zh", "/", "zh", ""), desk("street-1440-en", "/", "en", "dark"),
		phone("street-390-elder", "/", "zh", "elder"),
		phone("empty-none", "/c/none/books/2017-01", "zh", ""), phone("empty-quiet", "/c/quiet/books/2017-01", "zh", ""), phone("empty-few", "/c/few/books/2017-01", "en", ""),
		phone("fault-404", "/nowhere", "zh", ""), phone("fault-busy", "/c/busy/books/2017-01", "zh", ""),
		phone("fault-internal", "/c/broken/books/2017-01", "en", "dark"),
		phone("imported-390", "/c/imported/books/2017-01", "zh", ""), desk("imported-1440", "/c/imported/books/2017-01", "zh", ""),
		phone("unproven", "/c/unproven/books/2017-01", "zh", ""),
	})
}
