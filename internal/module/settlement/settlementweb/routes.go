package settlementweb

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"gongyi/internal/platform/httpkit"
)

// Receipts is what the pages ask for. An unknown token is a refusal of kind
// NotFound.
type Receipts interface {
	// Receipt is the page of a receipt.
	Receipt(ctx context.Context, token string) (ReceiptView, error)
	// File is the receipt file and its name; NotFound until the proof exists.
	File(ctx context.Context, token string) (name string, file []byte, err error)
}

// Verifier checks a receipt file. What is no receipt at all is an outcome too;
// an error means that it could not be checked.
type Verifier interface {
	Verify(ctx context.Context, file []byte) (Outcome, error)
	// Offline is how to check without this server.
	Offline(ctx context.Context) Offline
}

// Routes adds the receipt and its checking. A receipt's address is its key: who
// holds it may open it.
func Routes(t *httpkit.Router, receipts Receipts, verifier Verifier) {
	h := handlers{t.Kit(), receipts, verifier}
	t.Add(
		httpkit.Route{Pattern: "GET /r/{token}", Action: "receipt.open", Do: h.receipt},
		httpkit.Route{Pattern: "GET /r/{token}/file", Action: "receipt.open", Do: h.file},
		httpkit.Route{Pattern: "GET /verify", Action: "receipt.verify", Do: h.ask},
		httpkit.Route{Pattern: "POST /verify", Action: "receipt.verify", Do: h.verify},
	)
}

type handlers struct {
	kit      *httpkit.Kit
	receipts Receipts
	verifier Verifier
}

func (h handlers) receipt(w http.ResponseWriter, r *http.Request) error {
	v, err := h.receipts.Receipt(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return h.kit.Render(w, r, http.StatusOK, httpkit.Private, ReceiptPage(v))
}

func (h handlers) file(w http.ResponseWriter, r *http.Request) error {
	name, file, err := h.receipts.File(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return httpkit.Send(w, r, http.StatusOK, httpkit.Private, "application/json", file)
}

func (h handlers) ask(w http.ResponseWriter, r *http.Request) error {
	v := VerifyView{Offline: h.verifier.Offline(r.Context())}
	return h.kit.Render(w, r, http.StatusOK, httpkit.Public, VerifyPage(v))
}

// maxFile is the longest receipt file; a real one is a few kilobytes.
const maxFile = 64 << 10

// verify checks what was sent. The answer is a page that is kept nowhere.
func (h handlers) verify(w http.ResponseWriter, r *http.Request) error {
	v := VerifyView{Offline: h.verifier.Offline(r.Context())}
	file, text, err := sent(r)
	v.Text = text
	status := http.StatusOK
	switch {
	case errors.Is(err, errTooLong):
		v.Problem, status = tooLong, http.StatusRequestEntityTooLarge
	case err != nil:
		return err
	case len(file) == 0:
		v.Problem, status = nothingGiven, http.StatusUnprocessableEntity
	default:
		o, err := h.verifier.Verify(r.Context(), file)
		if err != nil {
			return err
		}
		v.Outcome = &o
	}
	return h.kit.Render(w, r, status, httpkit.Never, VerifyPage(v))
}

var errTooLong = errors.New("settlementweb: receipt file too long")

// sent is the uploaded file, else the pasted text.
func sent(r *http.Request) (file []byte, text string, err error) {
	if err := r.ParseMultipartForm(4 * maxFile); errors.As(err, new(*http.MaxBytesError)) {
		return nil, "", err
	} else if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, "", httpkit.ErrNotAForm
	}
	text = r.PostFormValue("text")
	f, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 {
		file = []byte(text)
	} else {
		defer f.Close()
		if file, err = io.ReadAll(io.LimitReader(f, maxFile+1)); err != nil {
			return nil, text, err
		}
	}
	if len(file) > maxFile {
		return nil, "", errTooLong
	}
	return file, text, nil
}
