package attachment

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"gongyi/internal/platform/picture"
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

// scan is a PDF of a few words.
func scan(words string) []byte { return []byte("%PDF-1.7\n" + words + "\n%%EOF\n") }

// secret is what a telephone writes beside a picture.
var secret = []byte("GPS 36.812N 118.046E")

// tagged is a JPEG with it.
func tagged(plain []byte) []byte {
	head := append([]byte{0xff, 0xe1, 0, byte(2 + len(secret))}, secret...)
	return append(append(append([]byte{}, plain[:2]...), head...), plain[2:]...)
}

// field is a PNG of a few bytes that claims to be as wide as a field.
func field() []byte {
	b := drawn(4, 4, asPNG)
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// TestAFileIsWhatItsContentSays: what a file is called says nothing; nothing that
// could run is taken.
func TestAFileIsWhatItsContentSays(t *testing.T) {
	plain := drawn(40, 20, asJPEG)
	webp, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	large := append(drawn(8, 8, asPNG), make([]byte, Most)...)
	long := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte(" "), Most)...)
	for _, c := range []struct {
		says                     string
		content                  []byte
		picture, document, paper error // nil: taken
	}{
		{"a photograph", plain, nil, ErrNoDocument, nil},
		{"a photograph that says where it was taken", tagged(plain), nil, ErrNoDocument, nil},
		{"a drawing", drawn(3_000, 10, asPNG), nil, ErrNoDocument, nil},
		{"a picture as it lies on a page", webp, nil, ErrNoDocument, nil},
		{"half a picture", plain[:len(plain)/2], ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a picture of nothing", []byte("\x89PNG\r\n\x1a\n0000IHDR0000IEND\xaeB`\x82"), ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a picture as wide as a field", field(), ErrManyPoints, ErrNoDocument, ErrManyPoints},
		{"a page", []byte("<!doctype html><script>"), ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a drawing that is a program", []byte("<svg onload=alert(1)>"), ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a program", []byte("MZ\x90\x00"), ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a scan", scan("scan"), ErrNoPicture, nil, nil},
		{"half a PDF", []byte("%PDF-1.7\n"), ErrNoPicture, ErrNoDocument, ErrNoDocument},
		{"a PDF after something else", append([]byte("MZ"), scan("")...), ErrNoPicture, ErrNoDocument, ErrNoPaper},
		{"a PDF that runs", scan("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), ErrNoPicture, ErrActive, ErrActive},
		{"a PDF that runs under another spelling", scan("<< /S /J#61va#53cript >>"), ErrNoPicture, ErrActive, ErrActive},
		{"a PDF that starts a program", scan("<< /S /Launch >>"), ErrNoPicture, ErrActive, ErrActive},
		{"a PDF with a file in it", scan("<< /Type /EmbeddedFile >>"), ErrNoPicture, ErrActive, ErrActive},
		{"a PDF with a colour", scan("#ff00zz /Im#30"), ErrNoPicture, nil, nil},
		{"nothing", nil, ErrNoFile, ErrNoFile, ErrNoFile},
		{"more than a picture may be", large, ErrTooLarge, ErrTooLarge, ErrTooLarge},
		{"more than a document may be", long, ErrTooLarge, ErrTooLarge, ErrTooLarge},
	} {
		for _, as := range []struct {
			says string
			make func(string, []byte) (*File, error)
			want error
		}{{"picture", Picture, c.picture}, {"document", Document, c.document}, {"paper", Paper, c.paper}} {
			f, err := as.make(`C:\相册\a.jpg`, c.content)
			if !errors.Is(err, as.want) || (err == nil) != (as.want == nil) {
				t.Errorf("%s as a %s: %v, want %v", c.says, as.says, err, as.want)
			}
			if err == nil {
				whole(t, c.says, c.content, f)
			}
		}
	}
}

// whole fails unless a file is what was made of a content, with nothing beside it.
func whole(t *testing.T, says string, content []byte, f *File) {
	t.Helper()
	if f.Name != "a.jpg" || f.Size != int64(len(f.Content)) || bytes.Contains(f.Content, secret) {
		t.Errorf("%s: %s of %d bytes, still with where it was taken: %v", says, f.Name, f.Size, bytes.Contains(f.Content, secret))
	}
	if f.Kind == PDF {
		if !bytes.Equal(f.Content, content) {
			t.Errorf("%s: another document", says)
		}
		return
	}
	m, kind, err := image.DecodeConfig(bytes.NewReader(f.Content))
	if err != nil || f.Kind != JPEG || kind != "jpeg" || max(m.Width, m.Height) > picture.Side {
		t.Errorf("%s: %s, %s, %v, %v", says, f.Kind, kind, m, err)
	}
}

func TestANameIsWhatCanBeShown(t *testing.T) {
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", "": "file", "..": "file", "/": "file", "a\nb": "ab", " 材料 .pdf ": "材料 .pdf", "照片\u202egpj.exe": "照片gpj.exe",
		strings.Repeat("长", 200) + ".pdf": strings.Repeat("长", 116) + ".pdf",
	} {
		if got := tidy(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}
