package settlementweb

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func post(t *testing.T, h http.Handler, kind string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("POST", "/verify", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func upload(t *testing.T, file, text string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(file))
	_ = w.WriteField("text", text)
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func TestCheckingAFile(t *testing.T) {
	house := &fakeHouse{}
	h := server(house)
	kind, body := upload(t, "true", "")
	if w := post(t, h, kind, body); w.Code != 200 || !strings.Contains(w.Body.String(), "这张小票是真的") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("uploaded: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
	pasted := url.Values{"text": {"false"}}.Encode()
	if w := post(t, h, "application/x-www-form-urlencoded", []byte(pasted)); w.Code != 200 || !strings.Contains(w.Body.String(), "这张小票不对") || !strings.Contains(w.Body.String(), ">false</textarea>") {
		t.Errorf("pasted: %d", w.Code)
	}
	if got := [2]string{string(house.checked[0]), string(house.checked[1])}; got != [2]string{"true", "false"} {
		t.Errorf("checked %q", got)
	}
	kind, body = upload(t, "", "")
	if w := post(t, h, kind, body); w.Code != 422 || !strings.Contains(w.Body.String(), "请选一个文件") {
		t.Errorf("nothing: %d", w.Code)
	}
	kind, body = upload(t, strings.Repeat("x", maxFile+1), "")
	if w := post(t, h, kind, body); w.Code != 413 || !strings.Contains(w.Body.String(), "文件太大") {
		t.Errorf("too long: %d", w.Code)
	}
	kind, body = upload(t, strings.Repeat("x", 2<<20), "")
	if w := post(t, h, kind, body); w.Code != 413 {
		t.Errorf("far too long: %d", w.Code)
	}
	if len(house.checked) != 2 {
		t.Errorf("checked %d files", len(house.checked))
	}
}

func TestReceiptRoutes(t *testing.T) {
	h := server(&fakeHouse{})
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := get("/r/sample")
	if w.Code != 200 || w.Header().Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "private") || !strings.Contains(w.Body.String(), "noindex") {
		t.Errorf("a receipt's address is its key: %d %v", w.Code, w.Header())
	}
	w = get("/r/sample/file")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Content-Disposition") != "attachment; filename="+sampleOffline.FileName {
		t.Errorf("the file: %d %v", w.Code, w.Header())
	}
	for path, want := range map[string]int{"/r/nobody": 404, "/r/fresh/file": 404, "/r/broken": 500, "/verify": 200} {
		if w := get(path); w.Code != want || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s answers %d, want %d", path, w.Code, want)
		}
	}
}
