// Package picture takes pictures that people send and makes them anew: a JPEG of a
// bounded size, turned the right way up, without what a camera writes beside the
// picture — where and when it was taken, with which telephone (A7). What comes out is
// drawn from the points alone, so nothing that was hidden in the file goes on.
package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a format that is read
	"slices"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a format that is read
)

// Limits of a picture.
const (
	MaxPoints = 50_000_000 // as it comes: a file of a few bytes may claim more
	Side      = 1_600      // of the longer edge afterwards: the print of a licence stays legible
	quality   = 82
)

// What is wrong with a picture. Who takes it from somebody says so in words.
var (
	ErrTooLarge = errors.New("picture: more than MaxPoints points")
	ErrUnknown  = errors.New("picture: no JPEG, PNG or WebP")
)

// formats are those that are read, whatever others the program knows.
var formats = []string{"jpeg", "png", "webp"}

// one keeps two large pictures from being unpacked at the same time.
var one = make(chan struct{}, 1)

// Anew makes a picture anew; what is none is ErrUnknown, one of too many points
// ErrTooLarge.
func Anew(raw []byte) ([]byte, error) {
	c, format, err := image.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil || !slices.Contains(formats, format) || c.Width < 1 || c.Height < 1:
		return nil, ErrUnknown
	case c.Width > MaxPoints/c.Height:
		return nil, ErrTooLarge
	}
	one <- struct{}{}
	defer func() { <-one }()
	src, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, ErrUnknown
	}
	turn := 1
	if format == "jpeg" {
		turn = orientation(raw)
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, turned(smaller(src), turn), &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// smaller draws a picture on white, its longer edge no longer than Side.
func smaller(src image.Image) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > Side {
		w, h = max(1, w*Side/longer), max(1, h*Side/longer)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Over, nil)
	return dst
}

// turned turns a picture as its camera was held (EXIF orientation 1 to 8).
func turned(src *image.RGBA, how int) *image.RGBA {
	if how < 2 || how > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if how >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			to := [9][2]int{2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y}, 5: {y, x}, 6: {h - 1 - y, x}, 7: {h - 1 - y, w - 1 - x}, 8: {y, w - 1 - x}}[how]
			dst.SetRGBA(to[0], to[1], src.RGBAAt(x, y))
		}
	}
	return dst
}

var errNoEXIF = errors.New("picture: no orientation")

// orientation is how a JPEG says that its camera was held, 1 if it does not.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		marker, size := raw[at+1], int(binary.BigEndian.Uint16(raw[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(raw) {
			break
		}
		if marker == 0xe1 {
			if how, err := exif(raw[at+4 : at+2+size]); err == nil {
				return how
			}
		}
		at += 2 + size
	}
	return 1
}

// exif finds the orientation in the first directory of an EXIF block.
func exif(b []byte) (int, error) {
	if len(b) < 14 || string(b[:6]) != "Exif\x00\x00" {
		return 0, errNoEXIF
	}
	b = b[6:]
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 0 || at+2 > len(b) {
		return 0, errNoEXIF
	}
	n := int(order.Uint16(b[at:]))
	for i := range n {
		tag := at + 2 + 12*i
		if tag+12 > len(b) {
			break
		}
		if order.Uint16(b[tag:]) == 0x0112 {
			return int(order.Uint16(b[tag+8:])), nil
		}
	}
	return 0, errNoEXIF
}
