package portal

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/ui"
)

// Sent is a form of a page that was refused: which of its forms, what was typed and
// what is to mend. The zero value is a page that nobody has sent anything to.
type Sent struct {
	Form   string // name of the form, "" for none
	Status int    // of the answer
	Wrong  []ui.Wrong
	typed  url.Values
}

// Ask is one of the page's forms, with what is to mend if it was the one that was sent.
// Its fields are named apart from those of the page's other forms.
func (s Sent) Ask(form, action string) ui.Form {
	f := ui.Form{In: form, Action: action}
	if s.Form == form {
		f.Wrong = s.Wrong
	}
	return f
}

// Once is Ask for a form that makes something: sent twice, it counts once. A form that
// is mended keeps its token.
func (s Sent) Once(form, action string) ui.Form {
	f := s.Ask(form, action)
	if f.Token = s.Typed(form, ui.TokenName, ""); f.Token == "" {
		f.Token = httpkit.Nonce()
	}
	return f
}

// Typed is what was typed into a field of a form, else what stands there by itself.
func (s Sent) Typed(form, field, first string) string {
	if s.Form != form || !s.typed.Has(field) {
		return first
	}
	return s.typed.Get(field)
}

// Ticked is Typed for a field with several answers.
func (s Sent) Ticked(form, field string, first []string) []string {
	if s.Form != form {
		return first
	}
	return s.typed[field]
}

// Done answers a form: it leads on if all went well, shows the page again with what is
// to mend, or fails where nobody can mend it there.
func Done(w http.ResponseWriter, r *http.Request, err error, to, form string, again func(s Sent) error) error {
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return again(Sent{Form: form, Status: status, Wrong: wrong, typed: r.PostForm})
}

// StatusOf is the status of the page's answer.
func (s Sent) StatusOf() int {
	if s.Status == 0 {
		return http.StatusOK
	}
	return s.Status
}

// ShowSent shows a page with a form that was refused. What it was refused for stands
// above the page where none of its forms says so: what the form was about has moved on
// meanwhile, and its form is gone.
func (p *Portal) ShowSent(w http.ResponseWriter, r *http.Request, s Sent, shell ui.Shell, page templ.Component) error {
	if s.Form != "" {
		r = r.WithContext(ui.WithRefused(r.Context(), ui.Refused{Path: r.URL.Path, Wrong: s.Wrong, Typed: s.typed}))
	}
	return p.ShowAs(w, r, s.StatusOf(), httpkit.Private, shell, s.above(page))
}

func (s Sent) above(page templ.Component) templ.Component {
	if len(s.Wrong) == 0 {
		return page
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b bytes.Buffer
		if err := page.Render(ctx, &b); err != nil {
			return err
		}
		for _, x := range s.Wrong {
			if bytes.Contains(b.Bytes(), []byte(templ.EscapeString(x.Text))) {
				continue
			}
			if err := ui.Notice(ui.Bad, x.Text).Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		_, err := b.WriteTo(w)
		return err
	})
}

// Again is a form that is asked once more with what was typed, to be told something
// before it counts.
func Again(r *http.Request, form string) Sent {
	return Sent{Form: form, Status: http.StatusUnprocessableEntity, typed: r.PostForm}
}
