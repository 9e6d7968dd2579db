package ui

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// code is a QR code as one path of unit squares; runs in a row are joined.
type code struct {
	side int
	path string
}

// quiet is the white margin that scanners need, in squares.
const quiet = 4

// encodeQR makes the code of a text, or an empty code if the text is too long.
func encodeQR(text string) code {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return code{}
	}
	q.DisableBorder = true
	rows := q.Bitmap()
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+quiet, y+quiet, x-start, x-start)
		}
	}
	return code{side: len(rows) + 2*quiet, path: b.String()}
}
