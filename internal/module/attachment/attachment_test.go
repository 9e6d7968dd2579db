package attachment

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func drawn(w, h int, write func(b *bytes.Buffer, m image.Image) error) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		m.Set(x, 0, color.NRGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	if err := write(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, m image.Image) error  { return png.Encode(b, m) }
func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }

func TestAFileIsWhatItsContentSays(t *testing.T) {
	plain := drawn(40, 20, asJPEG)
	// A picture as a telephone makes it: behind the first marker stands where it was taken.
	secret := []byte("GPS 36.812N 118.046E")
	tagged := append(append(append([]byte{}, plain[:2]...), append([]byte{0xff, 0xe1, 0, byte(2 + len(secret))}, secret...)...), plain[2:]...)
	for _, c := range []struct {
		says    string
		make    func(string, []byte) (*File, error)
		content []byte
		want    error
		kind    Kind
	}{
		{"a photograph", Picture, plain, nil, JPEG},
		{"a photograph that says where it was taken", Picture, tagged, nil, JPEG},
		{"a drawing", Picture, drawn(3_000, 10, asPNG), nil, PNG},
		{"a page that calls itself a picture", Picture, []byte("<svg onload=alert(1)>"), ErrNoPicture, ""},
		{"nothing", Picture, nil, ErrNoFile, ""},
		{"half a picture", Picture, plain[:len(plain)/2], ErrNoPicture, ""},
		{"more than a picture may be", Picture, make([]byte, PictureMost+1), ErrTooLarge, ""},
		{"a document", Document, []byte("%PDF-1.7 …"), nil, PDF},
		{"a page that calls itself a document", Document, []byte("<html>"), ErrNoPaper, ""},
		{"more than a document may be", Document, make([]byte, DocumentMost+1), ErrTooLarge, ""},
	} {
		f, err := c.make(`C:\相册\a.jpg`, c.content)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.says, err, c.want)
			continue
		}
		if err != nil {
			continue
		}
		if f.Kind != c.kind || f.Name != "a.jpg" || f.Size != int64(len(f.Content)) {
			t.Errorf("%s: %+v", c.says, f)
		}
		if bytes.Contains(f.Content, secret) {
			t.Errorf("%s: it still says where", c.says)
		}
		if m, _, err := image.DecodeConfig(bytes.NewReader(f.Content)); c.kind != PDF && (err != nil || m.Width > sideMost) {
			t.Errorf("%s: %v, %v", c.says, m, err)
		}
	}
	for name, want := range map[string]string{"../../etc/passwd": "passwd", "": "file", "a\nb": "file", "材料.pdf": "材料.pdf"} {
		if got := tidy(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

func TestAFileIsKept(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, home, s := context.Background(), id.ID{1}, New()
		f, err := Document("章程.pdf", []byte("%PDF-1.7 x"))
		if err != nil {
			t.Fatal(err)
		}
		var kept id.ID
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) (err error) { kept, err = s.Add(ctx, tx, f); return err }); err != nil {
			t.Fatal(err)
		}
		err = env.View(ctx, home, func(r db.Reader) error {
			got, err := s.ByID(ctx, r, home, kept)
			if err != nil || !bytes.Equal(got.Content, f.Content) || got.Sum() != f.Sum() || !got.At.Equal(dbtest.Epoch) {
				t.Errorf("%+v, %v", got, err)
			}
			facts, err := s.Facts(ctx, r, home, kept)
			if err != nil || facts.Content != nil || facts.Name != "章程.pdf" || facts.Size != 10 {
				t.Errorf("%+v, %v", facts, err)
			}
			if _, err := s.ByID(ctx, r, id.ID{2}, kept); !errors.Is(err, ErrNotFound) {
				t.Errorf("in another community: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return s.Drop(ctx, tx, kept) }); err != nil {
			t.Fatal(err)
		}
		if err := env.View(ctx, home, func(r db.Reader) error { _, err := s.Facts(ctx, r, home, kept); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}
	})
}
