package portal_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// A form inside a confirmation that was refused comes back open, with its refusal beside its
// field and not above the page.
func TestAConfirmationComesBackOpen(t *testing.T) {
	h := inHouse(t)
	page := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		field := ui.Field{In: "back", Name: "words", Label: "为什么"}.Text()
		return ui.Confirm{ID: "back", Open: "我来不了", Title: "来不了？", Action: "/given/1/giving-back", Do: "退回去"}.Both().Render(templ.WithChildren(ctx, field), w)
	})
	ctx := authz.With(ui.WithLook(bg, ui.Look{Path: "/given/1"}), authz.Viewer{})
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, "POST", "/given/1/giving-back", strings.NewReader(url.Values{"words": {"临时有事"}, "_asked": {"back"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.must(r.ParseForm())
	refused := fault.New(fault.Invalid, "timebank.no_reason").On("words")
	h.must(portal.Done(w, r, refused, "/given/1", "back", func(s portal.Sent) error { return h.ShowSent(w, r, s, resident(h.Portal)(ctx), page) }))
	body := w.Body.String()
	if w.Code != 422 || !strings.Contains(body, `<details open id="back"`) || !strings.Contains(body, `value="临时有事"`) || !strings.Contains(body, `id="f-back-words-bad"`) {
		t.Errorf("%d %s", w.Code, body)
	}
	if at := strings.Index(body, `class="notice bad"`); at < strings.Index(body, "<details open") {
		t.Error("the refusal stands above the page")
	}
	if err := portal.Done(w, r, errors.New("broken"), "/given/1", "back", nil); err == nil {
		t.Error("what nobody can mend there was shown as a form")
	}
}
