package sim

import (
	"fmt"
	"strings"
)

// account is an account of one community, in one asset, by its names:
// {"merchant:S3/payable", "CNY"}.
type account struct{ name, asset string }

// The accounts that a purchase touches.
var (
	gateway    = account{"gateway/clearing", "CNY"}
	commission = account{"platform/commission", "CNY"}
	promotion  = account{"platform/promotion", "CNY"}
	welfare    = account{"fund/welfare", "CNY"}
	care       = account{"fund/care", "CNY"}
	backing    = account{"coin/backing", "CNY"}
	coinIssue  = account{"coin/issue", "COIN"}
	pointIssue = account{"points/issue", "POINT"}
)

func payable(shop string) account   { return account{"merchant:" + shop + "/payable", "CNY"} }
func shopCoins(shop string) account { return account{"merchant:" + shop + "/coins", "COIN"} }
func coins(member string) account   { return account{"member:" + member + "/coins", "COIN"} }
func rewards(member string) account { return account{"member:" + member + "/rewards", "CNY"} }
func points(member string) account  { return account{"member:" + member + "/points", "POINT"} }

// owner is the part of the name before the slash.
func (a account) owner() string { return a.name[:strings.IndexByte(a.name, '/')] }

// owed is the account of what the owner owes in the same asset; false if the
// owner is none who can owe.
func (a account) owed() (account, bool) {
	o := a.owner()
	able := strings.HasPrefix(o, "merchant:") || strings.HasPrefix(o, "member:")
	return account{o + "/owed", a.asset}, able
}

func (a account) isFund() bool { return a == welfare || a == care }

// leg is what one rule moves.
type leg struct {
	rule     string
	from, to account
	amount   int64
}

// ledgerOf is one community's books.
type ledgerOf struct {
	balance map[account]int64
}

// changes is what legs do to the balances of this community once floors are
// seen to ("Short accounts"). Floors count for the finished entry, so legs are
// added up first.
func (l *ledgerOf) changes(legs []leg) map[account]int64 {
	nominal := make(map[account]int64)
	for _, g := range legs {
		nominal[g.from] = add(nominal[g.from], -g.amount)
		nominal[g.to] = add(nominal[g.to], g.amount)
	}
	final := make(map[account]int64)
	for a, d := range nominal {
		owed, able := a.owed()
		switch {
		case d == 0:
		case able:
			// What an owner has and what she owes are two sides of one position:
			// a lack becomes debt, an income pays debt first.
			position := l.balance[a] + l.balance[owed] + d
			final[a] = add(final[a], max(position, 0)-l.balance[a])
			final[owed] = add(final[owed], min(position, 0)-l.balance[owed])
		case a.isFund() && l.balance[a]+d < 0:
			// Funds never owe: the platform's commission pays for them.
			final[commission] = add(final[commission], l.balance[a]+d)
			final[a] = -l.balance[a]
		default:
			final[a] = add(final[a], d)
		}
	}
	return final
}

func (l *ledgerOf) apply(changes map[account]int64) {
	for a, d := range changes {
		l.balance[a] = add(l.balance[a], d)
	}
}

// outstanding is how many coins are out.
func (l *ledgerOf) outstanding() int64 { return -l.balance[coinIssue] }

// sound checks the invariants that hold whatever happened: every asset sums to
// zero, no account is past its floor, nobody both has and owes.
func (l *ledgerOf) sound(community string) error {
	sums := make(map[string]int64)
	for a, v := range l.balance {
		sums[a.asset] = add(sums[a.asset], v)
		_, owns := a.owed()
		switch isOwed := strings.HasSuffix(a.name, "/owed"); {
		case isOwed && v > 0,
			!isOwed && owns && v < 0,
			a.isFund() && v < 0,
			a == backing && v < 0,
			(a == coinIssue || a == pointIssue) && v > 0:
			return fmt.Errorf("%s %s %s is past its floor: %d", community, a.name, a.asset, v)
		case !isOwed && owns && v > 0:
			if owed, _ := a.owed(); l.balance[owed] < 0 {
				return fmt.Errorf("%s %s holds %d and owes %d", community, a.owner(), v, -l.balance[owed])
			}
		}
	}
	for asset, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("%s: %s sums to %d", community, asset, sum)
		}
	}
	return nil
}
