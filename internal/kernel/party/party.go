// Package party names who can own an account or act: the kinds of party in a
// community's books.
package party

import (
	"strings"

	"gongyi/internal/kernel/id"
)

// Kind is the kind of an owner. Numbers are stored: never renumber.
type Kind uint8

// The kinds of owner in the chart of accounts (settlement.md, "Accounts").
const (
	Gateway  Kind = 1  // the licensed payment provider
	Platform Kind = 2  // the operating body
	Alliance Kind = 3  // the merchants together
	Fund     Kind = 4  // a public fund
	CoinBank Kind = 5  // the issue of time-coins and what backs it
	Points   Kind = 6  // the issue of points
	Pool     Kind = 7  // the coin pool that subsidises services
	Member   Kind = 8  // a person, by pseudonym
	Merchant Kind = 9  // a shop
	Org      Kind = 10 // a donor organisation
	Hold     Kind = 11 // an escrow
	Clearing Kind = 12 // value on its way to another community
)

var names = [...]string{
	Gateway: "gateway", Platform: "platform", Alliance: "alliance", Fund: "fund", CoinBank: "coin", Points: "points",
	Pool: "pool", Member: "member", Merchant: "merchant", Org: "org", Hold: "hold", Clearing: "clearing",
}

// String is the kind as it stands in account names.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return ""
}

// Named reports whether owners of this kind carry an id.
func (k Kind) Named() bool { return k >= Member }

// Owner is one party. Kinds that are alone in a community have a zero ID.
type Owner struct {
	Kind Kind
	ID   id.ID
}

// String is the owner as it stands in account names: "platform" or "member:0198…".
func (o Owner) String() string {
	if !o.Kind.Named() {
		return o.Kind.String()
	}
	return o.Kind.String() + ":" + o.ID.String()
}

// Parse reads what String wrote.
func Parse(s string) (Owner, bool) {
	name, ref, named := strings.Cut(s, ":")
	for i, n := range names {
		k := Kind(i)
		if n != name || n == "" || named != k.Named() {
			continue
		}
		if !named {
			return Owner{Kind: k}, true
		}
		v, err := id.Parse(ref)
		return Owner{Kind: k, ID: v}, err == nil
	}
	return Owner{}, false
}
