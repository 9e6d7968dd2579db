package portal

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/attachment"
	"gongyi/internal/platform/httpkit"
)

// UploadMost is what a form with a file may have: the file and its fields, in bytes.
const UploadMost = attachment.Most + 64<<10

// UploadMB is what a file may have, as its field says.
const UploadMB = attachment.Most >> 20

// ErrUpload refuses a form with a file that did not arrive whole.
var ErrUpload = fault.New(fault.Invalid, "portal.bad_upload")

// PictureIn reads the picture of a form's field, nil if none was chosen.
func PictureIn(r *http.Request, field string) (*attachment.File, error) {
	return fileIn(r, field, attachment.Picture)
}

// DocumentIn reads the PDF of a form's field, nil if none was chosen.
func DocumentIn(r *http.Request, field string) (*attachment.File, error) {
	return fileIn(r, field, attachment.Document)
}

// PaperIn reads the paper of a form's field, photographed or as a PDF; nil if none was
// chosen.
func PaperIn(r *http.Request, field string) (*attachment.File, error) {
	return fileIn(r, field, attachment.Paper)
}

// fileIn reads a form that may carry a file: its fields as r.FormValue gives them, and
// the file of one field. What is wrong with it is refused on that field. Nothing is
// left on the disk.
func fileIn(r *http.Request, field string, take func(name string, content []byte) (*attachment.File, error)) (*attachment.File, error) {
	err := r.ParseForm() // says what is wrong with a form that carries no files
	if err == nil {
		err = r.ParseMultipartForm(UploadMost)
	}
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		return nil, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, attachment.ErrTooLarge.With("most_mb", UploadMB).On(field)
	case err != nil:
		return nil, ErrUpload.On(field)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	in, head, err := r.FormFile(field)
	if err != nil {
		return nil, nil //nolint:nilerr // none was chosen
	}
	defer in.Close()
	content, err := io.ReadAll(in)
	if err != nil {
		return nil, ErrUpload.On(field)
	}
	f, err := take(head.Filename, content)
	if refusal := fault.Of(err); refusal != nil {
		return nil, refusal.On(field)
	}
	return f, err
}

// SendFile answers with a file: a picture to be seen, a document to be taken along. It
// runs nothing, whatever is in it. A picture goes without its name: what a telephone
// calls it may say whose it is.
func SendFile(w http.ResponseWriter, r *http.Request, f *attachment.File, c httpkit.Caching) error {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Disposition", "inline")
	if f.Kind == attachment.PDF {
		w.Header().Set("Content-Disposition", "attachment; filename=\"gongyi.pdf\"; filename*=UTF-8''"+url.PathEscape(f.Name))
	}
	return httpkit.Send(w, r, http.StatusOK, c, string(f.Kind), f.Content)
}
