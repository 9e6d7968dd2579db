package ledgerweb

import (
	"bytes"
	"context"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/httpkit"
)

// ErrBadMonth refuses an address whose month is none, ErrBadDay a text that is no
// day.
var (
	ErrBadMonth = fault.New(fault.NotFound, "books.no_such_month")
	ErrBadDay   = fault.New(fault.Invalid, "books.no_such_day")
)

// Books is what the pages ask for. An unknown community is a refusal of kind
// NotFound; a month without entries is not, it comes back empty.
type Books interface {
	// Street is the page that lists the communities.
	Street(ctx context.Context) (StreetView, error)
	// Latest is the month to show when none is named.
	Latest(ctx context.Context, community string) (period.Month, error)
	// Month is one month of a community's books.
	Month(ctx context.Context, ask Ask) (BooksView, error)
}

// Ask says which month, and how it is to be grouped.
type Ask struct {
	Community string
	Month     period.Month
	Via       Way  // only the entries of one band
	Export    bool // for a file, whose groups must be larger
}

// Routes adds the pages of the open books.
func Routes(t *httpkit.Router, books Books) {
	h := handlers{t.Kit(), books}
	t.Add(
		httpkit.Route{Pattern: "GET /books", Action: "books.read", Do: h.street},
		httpkit.Route{Pattern: "GET /c/{community}/books", Action: "books.read", Do: h.latest},
		httpkit.Route{Pattern: "GET /c/{community}/books/{month}", Action: "books.read", Do: h.month},
		httpkit.Route{Pattern: "GET /c/{community}/books/{month}/entries.csv", Action: "books.read", Do: h.export},
	)
}

type handlers struct {
	kit   *httpkit.Kit
	books Books
}

func (h handlers) street(w http.ResponseWriter, r *http.Request) error {
	v, err := h.books.Street(r.Context())
	if err != nil {
		return err
	}
	return h.kit.Render(w, r, http.StatusOK, httpkit.Public, StreetPage(v))
}

// latest leads to the newest month; a form may name another one.
func (h handlers) latest(w http.ResponseWriter, r *http.Request) error {
	community := r.PathValue("community")
	month, err := period.ParseMonth(r.FormValue("month"))
	if err != nil {
		if month, err = h.books.Latest(r.Context(), community); err != nil {
			return err
		}
	}
	http.Redirect(w, r, monthHref(Place{Href: "/c/" + community}, month), http.StatusFound)
	return nil
}

func (h handlers) ask(r *http.Request, export bool) (BooksView, error) {
	month, err := period.ParseMonth(r.PathValue("month"))
	if err != nil {
		return BooksView{}, ErrBadMonth
	}
	return h.books.Month(r.Context(), Ask{
		Community: r.PathValue("community"), Month: month, Via: ParseWay(r.FormValue("via")), Export: export,
	})
}

func (h handlers) month(w http.ResponseWriter, r *http.Request) error {
	v, err := h.ask(r, false)
	if err != nil {
		return err
	}
	page := BooksPage(v)
	if r.FormValue("poster") != "" {
		page = PosterPage(v)
	}
	return h.kit.Render(w, r, http.StatusOK, httpkit.Public, page)
}

func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	v, err := h.ask(r, true)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := writeCSV(r.Context(), &b, v); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="gongyi-`+v.Month.String()+`.csv"`)
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, "text/csv; charset=utf-8", b.Bytes())
}
