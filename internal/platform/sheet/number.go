package sheet

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Excel keeps every number in binary and writes 17 digits of it: 1.1 stands in
// the file as 1.1000000000000001. Fifteen digits are what a person can have
// typed and what Excel shows, and rounding the written digits to fifteen gives
// back exactly that. The rounding is done on the digits; no float is made.
const typedDigits = 15

// appendPlain appends a workbook's number as a plain decimal: "1.1", "100000".
// Whole numbers that are written out stay as they are, whatever their length,
// because they are more often references than quantities. What is no number is
// appended unchanged, for the reader of the column to refuse.
func appendPlain(b []byte, text string) []byte {
	text = strings.TrimSpace(text)
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || e < -30 || e > 30 {
			return append(b, text...)
		}
		mantissa, exponent = text[:i], e
	}
	unsigned, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, dotted := strings.Cut(unsigned, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) || len(whole)+len(fraction) > 40 {
		return append(b, text...)
	}
	if mantissa == text && !dotted {
		return append(b, text...)
	}
	digits, point := round(whole+fraction, len(whole)+exponent)
	if negative && digits != "" {
		b = append(b, '-')
	}
	return appendPoint(b, digits, point)
}

// round cuts digits (with the decimal point behind the first `point` of them)
// to what can have been typed, without zeros at either end.
func round(digits string, point int) (string, int) {
	trimmed := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	if len(trimmed) > typedDigits {
		up := trimmed[typedDigits] >= '5'
		kept := []byte(trimmed[:typedDigits])
		for i := len(kept) - 1; up && i >= 0; i-- {
			if kept[i] < '9' {
				kept[i]++
				up = false
				break
			}
			kept[i] = '0'
		}
		if up { // 999… became 000…
			kept = append([]byte{'1'}, kept...)
			point++
		}
		trimmed = string(kept)
	}
	return strings.TrimRight(trimmed, "0"), point
}

func appendPoint(b []byte, digits string, point int) []byte {
	switch {
	case digits == "":
		return append(b, '0')
	case point <= 0:
		b = append(b, '0', '.')
		for ; point < 0; point++ {
			b = append(b, '0')
		}
		return append(b, digits...)
	case point >= len(digits):
		b = append(b, digits...)
		for n := len(digits); n < point; n++ {
			b = append(b, '0')
		}
		return b
	}
	b = append(b, digits[:point]...)
	b = append(b, '.')
	return append(b, digits[point:]...)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Serial reads a date as workbooks keep it: days since the end of 1899 (or of
// 1903, as the workbook says) and the part of the day, on the clock of a zone.
// It is exact to the millisecond. Days before March 1900 are refused, because
// Excel counts a 29 February there that never was.
func (r *Reader) Serial(number []byte, zone *time.Location) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(string(number), ".")
	if whole == "" || len(whole) > 7 || len(fraction) > 18 || !allDigits(whole) || !allDigits(fraction) {
		return time.Time{}, false
	}
	day, _ := strconv.Atoi(whole)
	if r.epoch1904 {
		day += 1462
	}
	if day < 61 || day > 2_958_465 {
		return time.Time{}, false
	}
	const dayMillis = 86_400_000
	millis := 0
	if fraction != "" {
		part, _ := strconv.ParseUint(fraction, 10, 64)
		scale := uint64(1)
		for range len(fraction) {
			scale *= 10
		}
		hi, lo := bits.Mul64(part, dayMillis)
		lo, carry := bits.Add64(lo, scale/2, 0)
		q, _ := bits.Div64(hi+carry, lo, scale)
		millis = int(q)
	}
	// The number is what a clock on the wall shows, so it is given to the zone
	// as hours and minutes, not as a distance from midnight.
	wall := time.Date(1899, time.December, 30+day, 0, 0, 0, millis*1_000_000, time.UTC)
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone), true
}
