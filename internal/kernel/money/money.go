// Package money holds amounts, assets and rates as whole numbers.
//
// CNY is counted in fen, time-coins in hundredths of a coin, points in whole
// points; rates in parts per million. There is no floating point here, and
// internal/arch keeps it out of every package that touches money (D4, D7).
package money

import (
	"errors"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Amount is a count of an asset's smallest unit: fen, hundredths of a coin, or
// points.
type Amount int64

// Asset is a kind of value that is kept in the books.
type Asset uint8

// The assets of a community's books. Numbers are stored: never renumber.
const (
	CNY   Asset = 1 // fen
	Coin  Asset = 2 // hundredths of a time-coin 时间币
	Point Asset = 3 // whole points 消费积分
)

// Assets lists every asset in the order in which books are printed.
var Assets = []Asset{CNY, Coin, Point}

// String is the asset's code in books and in the API.
func (a Asset) String() string {
	switch a {
	case CNY:
		return "CNY"
	case Coin:
		return "COIN"
	case Point:
		return "POINT"
	}
	return "?" + strconv.Itoa(int(a))
}

// Digits is the number of decimals with which the asset is written.
func (a Asset) Digits() int {
	if a == Point {
		return 0
	}
	return 2
}

// ParseAsset reads an asset's code.
func ParseAsset(s string) (Asset, bool) {
	for _, a := range Assets {
		if a.String() == s {
			return a, true
		}
	}
	return 0, false
}

// ErrSyntax says that a text is no amount of the asset.
var ErrSyntax = errors.New("money: not an amount")

// Parse reads a plain decimal such as "128.40" or "-3"; more decimals than the
// asset has are refused, not rounded.
func Parse(s string, a Asset) (Amount, error) {
	whole, frac, dotted := strings.Cut(s, ".")
	negative := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	if whole == "" || len(whole) > 15 || !digits(whole) || len(frac) > a.Digits() || !digits(frac) || dotted && frac == "" {
		return 0, ErrSyntax
	}
	v, err := strconv.ParseInt(whole+frac+"00"[:a.Digits()-len(frac)], 10, 64)
	if err != nil {
		return 0, ErrSyntax
	}
	if negative {
		v = -v
	}
	return Amount(v), nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Decimal writes the amount as the books do: "-1234.50", points without decimals.
func (v Amount) Decimal(a Asset) string { return string(v.AppendDecimal(nil, a)) }

// AppendDecimal appends what Decimal returns.
func (v Amount) AppendDecimal(b []byte, a Asset) []byte {
	if a.Digits() == 0 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	u := uint64(v)
	if v < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	return append(b, '.', byte('0'+u%100/10), byte('0'+u%10))
}

// Grouped writes the amount for people: thousands commas and a true minus sign.
func (v Amount) Grouped(a Asset) string {
	s := v.Decimal(a)
	s, negative := strings.CutPrefix(s, "-")
	whole, frac, dotted := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + frac
	}
	if negative {
		return "−" + whole
	}
	return whole
}

// Rate is a share in parts per million: 30_000 is 3%.
type Rate int64

// One is the whole: 100%.
const One Rate = 1_000_000

// Of is the rate's share of v, rounded half up (D7). v must not be negative;
// the product is taken in 128 bits, so nothing overflows.
func (r Rate) Of(v Amount) Amount {
	hi, lo := bits.Mul64(uint64(v), uint64(r))
	lo, carry := bits.Add64(lo, uint64(One/2), 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(One))
	return Amount(q)
}

// FloorOf is the rate's share of v, rounded down.
func (r Rate) FloorOf(v Amount) Amount { return MulDiv(v, Amount(r), Amount(One)) }

// Percent writes the rate as a percentage without trailing zeros: "0.5%".
func (r Rate) Percent() string {
	s := strconv.FormatInt(int64(r)/10_000, 10)
	if frac := int64(r) % 10_000; frac != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(10_000+frac, 10)[1:], "0")
	}
	return s + "%"
}

// MulDiv is ⌊v·num/den⌋ with a 128-bit product. All three must not be negative,
// den must be positive, and num ≤ den or the quotient must fit.
func MulDiv(v, num, den Amount) Amount {
	hi, lo := bits.Mul64(uint64(v), uint64(num))
	q, _ := bits.Div64(hi, lo, uint64(den))
	return Amount(q)
}

// MulDivUp is ⌈v·num/den⌉ under MulDiv's conditions.
func MulDivUp(v, num, den Amount) Amount {
	hi, lo := bits.Mul64(uint64(v), uint64(num))
	q, rest := bits.Div64(hi, lo, uint64(den))
	if rest > 0 {
		q++
	}
	return Amount(q)
}

// Allot shares total among weights by largest remainder: the parts add up to
// total exactly, and equal remainders are served in listed order (D7).
// It returns nil when no weight is positive.
func Allot(total Amount, weights []Amount) []Amount {
	var sum Amount
	for _, w := range weights {
		sum += w
	}
	if sum <= 0 {
		return nil
	}
	parts := make([]Amount, len(weights))
	rests := make([]uint64, len(weights))
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, rest := bits.Div64(hi, lo, uint64(sum))
		parts[i], rests[i] = Amount(q), rest
		left -= Amount(q)
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}

// Equal shares total in n equal parts; left-over units go to the first parts.
func Equal(total Amount, n int) []Amount {
	parts := make([]Amount, n)
	for i := range parts {
		parts[i] = total / Amount(n)
		if Amount(i) < total%Amount(n) {
			parts[i]++
		}
	}
	return parts
}
