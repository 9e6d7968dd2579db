package ledger

import (
	"fmt"
	"strconv"
	"strings"

	"gongyi/internal/kernel/money"
)

// Rule is the id of the rule that made a leg: "S-04", or "S-04R" for its
// reversal. The zero Rule names none.
type Rule struct {
	Family byte  // 'S' settlement, 'H' holds, 'P' payouts, …
	Number uint8 // 1 … 127
	Undone bool  // the reversal of the rule
}

// R makes a rule id.
func R(family byte, number uint8) Rule { return Rule{Family: family, Number: number} }

// valid says whether the rule has an id that can be written and read again.
func (r Rule) valid() bool { return r.Family >= 'A' && r.Family <= 'Z' && r.Number-1 < 127 }

// Reversed is the id under which the rule's legs are undone.
func (r Rule) Reversed() Rule { r.Undone = true; return r }

// String is the rule id as people read it.
func (r Rule) String() string {
	s := fmt.Sprintf("%c-%02d", r.Family, r.Number)
	if r.Undone {
		s += "R"
	}
	return s
}

// Append appends what String returns.
func (r Rule) Append(b []byte) []byte {
	b = append(b, r.Family, '-')
	if r.Number < 10 {
		b = append(b, '0')
	}
	b = strconv.AppendUint(b, uint64(r.Number), 10)
	if r.Undone {
		b = append(b, 'R')
	}
	return b
}

// MarshalText makes the rule text in JSON.
func (r Rule) MarshalText() ([]byte, error) { return r.Append(nil), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Rule) UnmarshalText(b []byte) error {
	got, ok := ParseRule(string(b))
	if !ok {
		return fmt.Errorf("ledger: %q is no rule id", b)
	}
	*r = got
	return nil
}

// ParseRule reads "S-04" or "S-04R".
func ParseRule(s string) (Rule, bool) {
	digits, undone := strings.CutSuffix(s, "R")
	if len(digits) < 3 || digits[1] != '-' || digits[0] < 'A' || digits[0] > 'Z' {
		return Rule{}, false
	}
	n, err := strconv.ParseUint(digits[2:], 10, 7)
	return Rule{Family: digits[0], Number: uint8(n), Undone: undone}, err == nil && n > 0
}

// Leg moves an amount of one asset from a source to a destination by a rule.
// It balances by construction; the amount is positive.
type Leg struct {
	Rule   Rule
	From   Account
	To     Account
	Amount money.Amount
}

// Reversed is the leg that undoes l.
func (l Leg) Reversed() Leg {
	return Leg{Rule: l.Rule.Reversed(), From: l.To, To: l.From, Amount: l.Amount}
}
