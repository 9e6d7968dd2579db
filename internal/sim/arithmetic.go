package sim

import (
	"fmt"
	"math/big"
)

// The auditor's own arithmetic. It is slow and plain on purpose: exact fractions
// of big integers, rounded once at the end.

// fraction is num/den of v, exactly.
func fraction(v, num, den int64) *big.Rat {
	return new(big.Rat).Mul(new(big.Rat).SetInt64(v), big.NewRat(num, den))
}

// down is the largest whole number that is not more than r.
func down(r *big.Rat) int64 {
	q := new(big.Int).Div(r.Num(), r.Denom()) // Euclidean: down, as the denominator is positive
	if !q.IsInt64() {
		panic(fmt.Sprintf("sim: %s is out of bounds", q))
	}
	return q.Int64()
}

// up is the smallest whole number that is not less than r.
func up(r *big.Rat) int64 { return -down(new(big.Rat).Neg(r)) }

// halfUp is the nearest whole number; a half goes up.
func halfUp(r *big.Rat) int64 { return down(new(big.Rat).Add(r, big.NewRat(1, 2))) }

// percent is a rate of v, rounded half up by itself.
func percent(v, rate int64) int64 { return halfUp(fraction(v, rate, 1_000_000)) }

// add is a + b; an overflow would be an error of the simulation.
func add(a, b int64) int64 {
	c := a + b
	if (c > a) != (b > 0) {
		panic(fmt.Sprintf("sim: %d + %d overflows", a, b))
	}
	return c
}
