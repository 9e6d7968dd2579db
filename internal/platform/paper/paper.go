// Package paper makes pages to print and keep: PDF with Chinese and Latin text,
// headings, paragraphs and tables that go on over as many sheets as they need.
package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/signintech/gopdf"
	"github.com/skip2/go-qrcode"
	"golang.org/x/image/font/gofont/goregular"
)

//go:embed font/DroidSansFallbackFull.ttf.gz
var packed []byte

// unpack unpacks the Chinese font at first need.
var unpack = sync.OnceValues(func() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
})

// Measures of an A4 sheet, in points.
const (
	width, height = 595.28, 841.89
	margin        = 56.0
	bottom        = height - 64
)

// Sizes of text and the lines they stand on, in points.
const (
	title, titleLine = 18, 28
	head, headLine   = 13, 22
	body, bodyLine   = 10, 16
	note, noteLine   = 8, 12
)

const (
	han   = "han"
	latin = "latin"
)

// Document is a document that is being written. The first error stays and is told
// by Bytes.
type Document struct {
	pdf    *gopdf.GoPdf
	foot   string
	y      float64
	sheets int
	err    error
}

// New begins a document; foot stands at the end of every sheet, before its number.
func New(name, foot string) *Document {
	d := &Document{pdf: &gopdf.GoPdf{}, foot: foot}
	d.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: width, H: height}})
	d.pdf.SetInfo(gopdf.PdfInfo{Title: name, Creator: "gongyi"})
	signs, err := unpack()
	d.keep(err)
	d.keep(d.pdf.AddTTFFontData(han, signs))
	d.keep(d.pdf.AddTTFFontData(latin, goregular.TTF))
	d.turn()
	d.put(margin, title, name)
	d.y += titleLine + 6
	return d
}

func (d *Document) keep(err error) {
	if d.err == nil {
		d.err = err
	}
}

// turn begins a new sheet.
func (d *Document) turn() {
	if d.err != nil {
		return
	}
	d.pdf.AddPage()
	d.sheets++
	d.y = bottom + 24
	d.put(margin, note, fmt.Sprintf("%s · %d", d.foot, d.sheets))
	d.y = margin
}

// room turns the sheet if fewer points are left.
func (d *Document) room(points float64) {
	if d.y+points > bottom {
		d.turn()
	}
}

// Heading begins a chapter.
func (d *Document) Heading(text string) {
	d.room(3 * headLine)
	d.y += 10
	d.put(margin, head, text)
	d.y += headLine
}

// Text is a paragraph.
func (d *Document) Text(text string) {
	for _, line := range d.wrap(text, body, width-2*margin) {
		d.room(bodyLine)
		d.put(margin, body, line)
		d.y += bodyLine
	}
	d.y += 4
}

// Column is a column of a table: its heading, its share of the width, and whether
// figures stand in it.
type Column struct {
	Text  string
	Share float64
	Num   bool
}

// Table is rows under their headings, which stand again on every sheet.
func (d *Document) Table(columns []Column, rows [][]string) {
	shares := 0.0
	for _, c := range columns {
		shares += c.Share
	}
	widths := make([]float64, len(columns))
	heads := make([]string, len(columns))
	for i, c := range columns {
		widths[i], heads[i] = (width-2*margin)*c.Share/shares, c.Text
	}
	d.room(3 * bodyLine)
	d.row(columns, widths, heads, note)
	d.rule()
	for _, row := range rows {
		before := d.sheets
		if d.room(d.tall(widths, row)); d.sheets != before {
			d.row(columns, widths, heads, note)
			d.rule()
		}
		d.row(columns, widths, row, body)
	}
	d.y += 6
}

// tall is how many points a row takes.
func (d *Document) tall(widths []float64, row []string) float64 {
	most := 1
	for i, text := range row {
		most = max(most, len(d.wrap(text, body, widths[i]-6)))
	}
	return float64(most)*bodyLine + 2
}

func (d *Document) row(columns []Column, widths []float64, row []string, size float64) {
	x, top, most := margin, d.y, 1
	for i, text := range row {
		lines := d.wrap(text, size, widths[i]-6)
		most = max(most, len(lines))
		for n, line := range lines {
			at := x
			if columns[i].Num {
				at = x + widths[i] - 6 - d.width(line, size)
			}
			d.y = top + float64(n)*bodyLine
			d.put(at, size, line)
		}
		x += widths[i]
	}
	d.y = top + float64(most)*bodyLine + 2
}

func (d *Document) rule() {
	if d.err != nil {
		return
	}
	d.pdf.SetLineWidth(0.5)
	d.pdf.Line(margin, d.y-2, width-margin, d.y-2)
	d.y += 2
}

// qrSide is how wide a code is, qrText how far to its right words stand, in points.
const (
	qrSide = 96.0
	qrText = qrSide + 16
)

// QR is a code that a phone reads, with lines of words at its side.
func (d *Document) QR(text string, lines ...string) {
	code, err := qrcode.New(text, qrcode.Medium)
	if d.keep(err); d.err != nil {
		return
	}
	code.DisableBorder = true
	d.room(qrSide + bodyLine)
	rows := code.Bitmap()
	top, unit := d.y, qrSide/float64(len(rows))
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				d.pdf.RectFromUpperLeftWithStyle(margin+float64(x)*unit, top+float64(y)*unit, unit, unit, "F")
			}
		}
	}
	for _, words := range lines {
		for _, line := range d.wrap(words, note, width-2*margin-qrText) {
			d.put(margin+qrText, note, line)
			d.y += noteLine
		}
	}
	d.y = max(d.y, top+qrSide) + bodyLine
}

// Bytes is the finished document.
func (d *Document) Bytes() ([]byte, error) {
	if d.err != nil {
		return nil, fmt.Errorf("paper: %w", d.err)
	}
	return d.pdf.GetBytesPdfReturnErr()
}

// put writes one line; each run of signs in the font that has them.
func (d *Document) put(x, size float64, text string) {
	for _, r := range runs(text) {
		if d.err != nil {
			return
		}
		d.keep(d.pdf.SetFont(r.font, "", size))
		d.pdf.SetXY(x, d.y)
		d.keep(d.pdf.Cell(nil, r.text))
		x += d.width(r.text, size)
	}
}

// width is how wide a text is, in points.
func (d *Document) width(text string, size float64) (w float64) {
	for _, r := range runs(text) {
		if d.err != nil {
			return 0
		}
		d.keep(d.pdf.SetFont(r.font, "", size))
		part, err := d.pdf.MeasureTextWidth(r.text)
		d.keep(err)
		w += part
	}
	return w
}

// wrap breaks a text into lines: between Chinese signs anywhere, else at spaces,
// and a word that is too long wherever it must.
func (d *Document) wrap(text string, size, room float64) (lines []string) {
	for _, paragraph := range strings.Split(text, "\n") {
		line, wide := "", 0.0
		for _, piece := range pieces(paragraph) {
			w := d.width(piece, size)
			if wide+w > room && line != "" {
				lines = append(lines, strings.TrimRight(line, " "))
				line, wide = "", 0
				piece = strings.TrimLeft(piece, " ")
				w = d.width(piece, size)
			}
			line, wide = line+piece, wide+w
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// closing are signs with which no line begins, as far as they stay with a word of
// less than clinging signs.
const (
	closing  = "，。；：、！？）」』”’》…"
	clinging = 8
)

// longest is how many Latin letters may stand together before they are broken.
const longest = 24

// pieces cuts a text where a line may end.
func pieces(text string) (cut []string) {
	word := ""
	flush := func() {
		if word != "" {
			cut = append(cut, word)
			word = ""
		}
	}
	for _, r := range text {
		switch {
		case isHan(r):
			flush()
			if n := len(cut); n > 0 && strings.ContainsRune(closing, r) && utf8.RuneCountInString(cut[n-1]) < clinging {
				cut[n-1] += string(r)
				break
			}
			cut = append(cut, string(r))
		case r == ' ':
			word += " "
			flush()
		default:
			if word += string(r); len(word) >= longest {
				flush()
			}
		}
	}
	flush()
	return cut
}

type run struct{ font, text string }

// runs splits a text by font.
func runs(text string) (all []run) {
	for _, r := range text {
		font := latin
		if isHan(r) {
			font = han
		}
		if n := len(all); n > 0 && all[n-1].font == font {
			all[n-1].text += string(r)
		} else {
			all = append(all, run{font, string(r)})
		}
	}
	return all
}

// isHan reports whether the Chinese font draws a sign.
func isHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xffef || r >= 0x2018 && r <= 0x201d || r == '…' || r == '—'
}
