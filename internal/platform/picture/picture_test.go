package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"gongyi/internal/platform/picture"
)

// half is red at the left and blue at the right.
func half(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, map[bool]color.Color{true: color.RGBA{200, 0, 0, 255}, false: color.RGBA{0, 0, 200, 255}}[x < w/2])
		}
	}
	return m
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held is a JPEG with what a camera writes beside it: how it was held, and where.
func held(t *testing.T, m image.Image, how byte) []byte {
	raw := encoded(t, m)
	app := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(how) + "\x00\x00\x00\x00\x00\x00GPS 31.2304,121.4737")
	head := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(app)+2))
	return append(append(append(append([]byte{}, raw[:2]...), head...), app...), raw[2:]...)
}

func TestAPictureIsMadeAnew(t *testing.T) {
	small, err := picture.Anew(held(t, half(3000, 1500), 6))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(small, []byte("GPS")) || bytes.Contains(small, []byte("Exif")) {
		t.Error("what the camera wrote is still there")
	}
	m, format, err := image.Decode(bytes.NewReader(small))
	if err != nil || format != "jpeg" || m.Bounds().Dx() != picture.Side/2 || m.Bounds().Dy() != picture.Side {
		t.Fatalf("%v %v %v", m.Bounds(), format, err)
	}
	// Turned to the right, what was at the left is on top.
	if r, _, b, _ := m.At(300, 100).RGBA(); r < b {
		t.Error("it lies on its side")
	}
}

func TestFormatsAndRefusals(t *testing.T) {
	var p bytes.Buffer
	if err := png.Encode(&p, half(40, 30)); err != nil {
		t.Fatal(err)
	}
	if _, err := picture.Anew(p.Bytes()); err != nil {
		t.Errorf("PNG: %v", err)
	}
	// A PNG of a few bytes that claims to be as wide as a field.
	bomb := append([]byte{}, p.Bytes()...)
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	var moving bytes.Buffer // the decoder of GIF is there: it was imported above
	if err := gif.Encode(&moving, half(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	for says, c := range map[string]struct {
		file string
		want error
	}{
		"nothing":            {"", picture.ErrUnknown},
		"words":              {"<svg onload=alert(1)>", picture.ErrUnknown},
		"a broken one":       {string(p.Bytes()[:60]), picture.ErrUnknown},
		"too many points":    {string(bomb), picture.ErrTooLarge},
		"another format":     {moving.String(), picture.ErrUnknown},
		"a JPEG's head only": {string(encoded(t, half(8, 8))[:20]), picture.ErrUnknown},
	} {
		if _, err := picture.Anew([]byte(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", says, err, c.want)
		}
	}
}

func FuzzAnew(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := picture.Anew(raw)
		if err == nil && len(out) == 0 {
			t.Error("an empty picture")
		}
	})
}
