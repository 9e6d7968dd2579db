package httpkit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/a-h/templ"
)

// Caching is how long an answer may be kept, and by whom.
type Caching string

// The ways of caching. Both kinds are asked for again each time and answered
// 304 when nothing changed: open books must not look older than they are.
const (
	Public  Caching = "public, no-cache"
	Private Caching = "private, no-cache"
	Never   Caching = "no-store"
)

// Render answers with a page. It is made in memory first, so that a failure
// half way still becomes an honest answer, and carries a fingerprint.
func (k *Kit) Render(w http.ResponseWriter, r *http.Request, status int, c Caching, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return err
	}
	return Send(w, r, status, c, "text/html; charset=utf-8", b.Bytes())
}

// Send answers with bytes of a content type; it knows If-None-Match.
func Send(w http.ResponseWriter, r *http.Request, status int, c Caching, kind string, body []byte) error {
	h := w.Header()
	h.Set("Cache-Control", string(c))
	h.Set("Content-Type", kind)
	if status == http.StatusOK && c != Never {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:12]) + `"` // weak: packed or not, it is the same page
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader may have gone
	return nil
}
