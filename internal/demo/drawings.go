package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// drawing is a plain picture of a thing: a shape in a colour on paper.
type drawing struct {
	shape func(x, y float64) bool // from −1 to 1, the middle is 0; down is positive
	hue   float64                 // degrees
}

// Width and height of a drawing.
const drawnWidth, drawnHeight = 480, 360

// jpeg draws it.
func (d drawing) jpeg() []byte {
	paper, ink, shade := color.RGBA{0xf6, 0xf0, 0xe3, 255}, shaded(d.hue, 0.55), shaded(d.hue, 0.42)
	m := image.NewRGBA(image.Rect(0, 0, drawnWidth, drawnHeight))
	for py := range drawnHeight {
		for px := range drawnWidth {
			x, y := (float64(px)-drawnWidth/2)/(drawnHeight/2), (float64(py)-drawnHeight/2)/(drawnHeight/2)
			switch {
			case d.shape(x, y) && x > 0.08:
				m.SetRGBA(px, py, shade)
			case d.shape(x, y):
				m.SetRGBA(px, py, ink)
			default:
				m.SetRGBA(px, py, paper)
			}
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}) // a buffer takes everything
	return b.Bytes()
}

// shaded is a quiet colour of a hue.
func shaded(hue, light float64) color.RGBA {
	f := func(n float64) uint8 {
		k := math.Mod(n+hue/30, 12)
		return uint8(255 * (light - 0.35*min(light, 1-light)*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{f(0), f(8), f(4), 255}
}

func within(v, least, most float64) bool { return v >= least && v <= most }

func round(x, y, cx, cy, rx, ry float64) bool {
	dx, dy := (x-cx)/rx, (y-cy)/ry
	return dx*dx+dy*dy <= 1
}

// The shapes.
var (
	bottle = func(x, y float64) bool {
		return within(x, -0.28, 0.28) && within(y, -0.25, 0.75) || within(x, -0.1, 0.1) && within(y, -0.75, -0.2) || within(x, -0.14, 0.14) && within(y, -0.8, -0.68)
	}
	eggs = func(x, y float64) bool {
		return round(x, y, -0.42, 0.1, 0.24, 0.32) || round(x, y, 0.12, 0.1, 0.24, 0.32) || round(x, y, 0.62, 0.16, 0.2, 0.27)
	}
	sack = func(x, y float64) bool {
		return round(x, y, 0, 0.2, 0.46, 0.52) || within(x, -0.2, 0.2) && within(y, -0.55, -0.2) || within(x, -0.28, 0.28) && within(y, -0.62, -0.5)
	}
	umbrella = func(x, y float64) bool {
		return round(x, y, 0, 0, 0.7, 0.65) && y < 0 || within(x, -0.03, 0.03) && within(y, 0, 0.65) || round(x, y, 0.1, 0.62, 0.13, 0.13) && !round(x, y, 0.1, 0.62, 0.07, 0.07) && y > 0.6
	}
	scissors = func(x, y float64) bool {
		ring := func(cx float64) bool { return round(x, y, cx, 0.5, 0.2, 0.22) && !round(x, y, cx, 0.5, 0.11, 0.13) }
		blade := func(s float64) bool { return within(y, -0.75, 0.32) && math.Abs(x-s*(0.32-y)*0.28+s*0.08) < 0.06 }
		return ring(-0.26) || ring(0.26) || blade(1) || blade(-1)
	}
	box = func(x, y float64) bool {
		return within(x, -0.5, 0.5) && within(y, -0.3, 0.55) && !within(y, -0.08, -0.02)
	}
)
