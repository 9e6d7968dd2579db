package httpkit

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

var packers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

// compress packs text answers for browsers that can unpack them: a page of the
// books is a fifth of its size then, which a weak network feels.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		p := &packedWriter{ResponseWriter: w, head: r.Method == http.MethodHead}
		defer p.close()
		next.ServeHTTP(p, r)
	})
}

// packedWriter decides with the first byte whether the answer is packed.
type packedWriter struct {
	http.ResponseWriter
	gz      *gzip.Writer
	decided bool
	head    bool
}

// WriteHeader decides.
func (p *packedWriter) WriteHeader(status int) {
	if !p.decided && status >= 200 {
		p.decided = true
		h := p.Header()
		if !p.head && status != http.StatusNoContent && status != http.StatusNotModified && h.Get("Content-Encoding") == "" && packable(h.Get("Content-Type")) {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			p.gz = packers.Get().(*gzip.Writer)
			p.gz.Reset(p.ResponseWriter)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

// Write packs if that was decided. Without a content type the answer goes out
// as it is: net/http would have to sniff it.
func (p *packedWriter) Write(b []byte) (int, error) {
	if !p.decided {
		p.WriteHeader(http.StatusOK)
	}
	if p.gz != nil {
		return p.gz.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// Flush sends what is packed so far.
func (p *packedWriter) Flush() {
	if p.gz != nil {
		_ = p.gz.Flush()
	}
	_ = http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (p *packedWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *packedWriter) close() {
	if p.gz != nil {
		_ = p.gz.Close()
		packers.Put(p.gz)
	}
}

func packable(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind {
	case "text/event-stream":
		return false
	case "application/json", "application/problem+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}
