package portal_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/attachment"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/portal"
)

const pdf = "%PDF-1.7\nscan\n%%EOF\n"

// carrying is a form with words and a file, as a browser sends it.
func carrying(t *testing.T, name string, content []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	err := m.WriteField("words", "瓶口漏油")
	if err == nil && name != "" {
		f, failed := m.CreateFormFile("file", name)
		if err = failed; err == nil {
			_, err = f.Write(content)
		}
	}
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

// TestAFormWithAFile: the file and the other fields are read; what is wrong is said
// beside the field, and a form without a file is a form.
func TestAFormWithAFile(t *testing.T) {
	var shot bytes.Buffer
	if err := png.Encode(&shot, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("words=瓶口漏油"))
	plain.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	long := carrying(t, "a.pdf", bytes.Repeat([]byte("x"), 2_000))
	long.Body = http.MaxBytesReader(nil, long.Body, 1_000)
	cut := carrying(t, "a.pdf", []byte(pdf))
	cut.Body = http.NoBody
	for _, c := range []struct {
		says string
		r    *http.Request
		in   func(*http.Request, string) (*attachment.File, error)
		kind attachment.Kind
		want *fault.Fault
	}{
		{"a picture", carrying(t, "a.png", shot.Bytes()), portal.PictureIn, attachment.JPEG, nil},
		{"a document", carrying(t, "a.pdf", []byte(pdf)), portal.DocumentIn, attachment.PDF, nil},
		{"a paper", carrying(t, "a.png", []byte(pdf)), portal.PaperIn, attachment.PDF, nil},
		{"a picture for a document", carrying(t, "a.pdf", shot.Bytes()), portal.DocumentIn, "", attachment.ErrNoDocument},
		{"nothing chosen", carrying(t, "", nil), portal.PaperIn, "", nil},
		{"an empty file", carrying(t, "a.png", nil), portal.PaperIn, "", attachment.ErrNoFile},
		{"no files at all", plain, portal.PaperIn, "", nil},
		{"more than the door takes", long, portal.PaperIn, "", attachment.ErrTooLarge},
		{"cut off on its way", cut, portal.PaperIn, "", portal.ErrUpload},
	} {
		f, err := c.in(c.r, "file")
		refused := fault.Of(err)
		switch {
		case c.want != nil && (refused == nil || !refused.Is(c.want) || refused.Field != "file"):
			t.Errorf("%s: %v, want %v beside the field", c.says, err, c.want)
		case c.want == nil && (err != nil || (f != nil) != (c.kind != "") || f != nil && f.Kind != c.kind):
			t.Errorf("%s: %+v, %v", c.says, f, err)
		case c.want == nil && (c.r.FormValue("words") != "瓶口漏油" || c.r.PostForm.Get("words") != "瓶口漏油"):
			t.Errorf("%s: the words are lost", c.says)
		}
	}
}

// TestAFileRunsNothing: a document is taken along under its name, a picture is seen and
// says nothing of who took it.
func TestAFileRunsNothing(t *testing.T) {
	for _, c := range []struct {
		f   attachment.File
		how string
	}{
		{attachment.File{Kind: attachment.JPEG, Name: "陈秀英.jpg", Content: []byte("\xff\xd8\xff")}, "inline"},
		{attachment.File{Kind: attachment.PDF, Name: "章程\".pdf", Content: []byte(pdf)}, `attachment; filename="gongyi.pdf"; filename*=UTF-8''%E7%AB%A0%E7%A8%8B%22.pdf`},
	} {
		w := httptest.NewRecorder()
		err := portal.SendFile(w, httptest.NewRequest(http.MethodGet, "/", nil), &c.f, httpkit.Private)
		h := w.Header()
		if err != nil || h.Get("Content-Type") != string(c.f.Kind) || h.Get("Content-Disposition") != c.how || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || !bytes.Equal(w.Body.Bytes(), c.f.Content) {
			t.Errorf("%s: %v, %v", c.f.Name, h, err)
		}
	}
}
