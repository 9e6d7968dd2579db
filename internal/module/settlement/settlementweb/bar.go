package settlementweb

import (
	"strconv"

	"gongyi/internal/kernel/money"
)

// stripe is one recipient in the bar; its place is written in percent, since a
// page may not carry styles of its own.
type stripe struct {
	hue      int
	x, width string
}

// The bar is laid out in hundredths of a percent.
const (
	full    = 100_00
	slit    = 60  // between two stripes
	slimmed = 160 // the least that can be seen; the widest gives it
)

// bar draws the recipients beside each other. It is a picture: a share of a
// few fen is drawn wider than it is. The legend is exact.
func bar(parts []Went) []stripe {
	if len(parts) == 0 {
		return nil
	}
	weights := make([]money.Amount, len(parts))
	for i, p := range parts {
		weights[i] = max(p.Amount, 0)
	}
	room := money.Amount(full - slit*(len(parts)-1))
	widths := money.Allot(room, weights)
	if widths == nil {
		return nil
	}
	widest := 0
	for i, w := range widths {
		if w > widths[widest] {
			widest = i
		}
	}
	for i := range widths {
		if lacks := slimmed - widths[i]; lacks > 0 && i != widest {
			widths[i] += lacks
			widths[widest] -= lacks
		}
	}
	out := make([]stripe, len(parts))
	x := money.Amount(0)
	for i, p := range parts {
		out[i] = stripe{p.Hue, percent(x), percent(widths[i])}
		x += widths[i] + slit
	}
	return out
}

func percent(v money.Amount) string {
	return strconv.FormatInt(int64(v/100), 10) + "." + strconv.FormatInt(int64(100+v%100), 10)[1:] + "%"
}
