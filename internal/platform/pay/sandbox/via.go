package sandbox

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Via answers requests within the process, so that a demo needs no second address. A
// handler that breaks off breaks the connection off.
func Via(h http.Handler) http.RoundTripper { return via{h} }

type via struct{ http.Handler }

// errBroken is a connection that ended before its answer.
var errBroken = errors.New("sandbox: the connection broke")

// RoundTrip implements http.RoundTripper.
func (v via) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out, body := io.Pipe()
	w := &answering{header: make(http.Header), body: body, begun: make(chan struct{})}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				_ = body.CloseWithError(errBroken)
			} else {
				w.WriteHeader(http.StatusOK)
				_ = body.Close()
			}
			w.begin()
		}()
		v.ServeHTTP(w, in)
	}()
	select {
	case <-w.begun:
	case <-r.Context().Done():
		_ = out.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
	if w.status == 0 {
		return nil, errBroken
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: out, ContentLength: -1, Request: r,
	}, nil
}

// answering is a response that is read while it is written.
type answering struct {
	header, sent http.Header
	body         *io.PipeWriter
	status       int
	begun        chan struct{}
	once         sync.Once
}

func (w *answering) begin() { w.once.Do(func() { close(w.begun) }) }

// Header implements http.ResponseWriter.
func (w *answering) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *answering) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
		w.begin()
	}
}

// Write implements http.ResponseWriter.
func (w *answering) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// cut ends a connection after some bytes.
type cut struct {
	w    http.ResponseWriter
	left int
}

// Write implements io.Writer.
func (c *cut) Write(b []byte) (int, error) {
	if len(b) >= c.left {
		_, _ = c.w.Write(b[:c.left])
		_ = http.NewResponseController(c.w).Flush() // lest nothing of it leaves
		panic(http.ErrAbortHandler)
	}
	c.left -= len(b)
	return c.w.Write(b)
}

// splitToken reads the token of a bill: day, shop, packing.
func splitToken(token string) [3]string {
	var parts [3]string
	copy(parts[:], strings.SplitN(token, ".", 3))
	return parts
}
