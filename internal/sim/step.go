package sim

import "time"

// Step is one thing that happens in the neighbourhood.
type Step interface {
	// Where says in which community it happens, when, and under which key.
	Where() Head
	// at is the same step at another time: a retry.
	at(now time.Time) Step
}

// Head is what every step carries. Now never goes back.
type Head struct {
	Community string
	Key       string // idempotency key, within the community
	Now       time.Time
}

// Where is the head itself.
func (h Head) Where() Head { return h }

// Purchase is a purchase at the till, or an old one that is taken over. Amounts
// are in fen, coins in hundredths.
type Purchase struct {
	Head
	At       time.Time // purchased_at
	Buyer    string    // "" is somebody who is no member
	Shop     string
	Price    int64
	Vouchers []string // in the order in which they were given
	Coins    int64
	Held     int64 // cash through the licensed provider
	Direct   int64 // cash that the shop took itself
	Imported bool
}

// Refund brings back a part of a purchase.
type Refund struct {
	Head
	Purchase string // its key
	Amount   int64
}

// GiveVoucher is a cross-shop voucher: From gives it to a person for the shop
// For. It makes a claim of From on that person at For.
type GiveVoucher struct {
	Head             // the key names the voucher
	From    string   // a shop
	For     string   // the shop where it counts
	To      string   // a person
	Face    int64    // fen
	Sharers []string // the shops that share its cost, the first named first
	Expires time.Time
}

// GiveOfSeries is a voucher of a series of its own, whose shops have agreed how they
// share it: From gives it to a person. Where it counts at one shop alone, it makes a
// claim of From on her there; where it counts at several, for the one where she uses
// it first.
type GiveOfSeries struct {
	Head              // the key names the voucher
	From     string   // a shop
	At       []string // the shops where it counts; none: all of the community
	To       string   // a person
	Face     int64    // fen
	Least    int64    // fen: a purchase must come to so much
	Sharers  []string // the shops that share its cost
	Weights  []int64  // by these
	Platform int64    // of it, by the platform
	Change   bool     // it may pay less than its face; the rest is lost
	Days     int64    // it is good to the end of so many days more
}

// Recommend records that From recommends a person to the shop For: a claim.
type Recommend struct {
	Head // the key names the claim
	From string
	For  string
	To   string
}

// JoinTeam puts a person on a leader's team; "" takes her off.
type JoinTeam struct {
	Head
	Member string
	Leader string
}

// SetLevel makes a person silver, gold or diamond.
type SetLevel struct {
	Head
	Member string
	Level  Level
}

// SetStanding says whether a member is in good standing.
type SetStanding struct {
	Head
	Member string
	Good   bool
}

// SetTier changes a shop's tier.
type SetTier struct {
	Head
	Shop string
	Tier Tier
}

// Pledge changes a shop's care pledge, in parts per million.
type Pledge struct {
	Head
	Shop string
	Rate int64
}

// Adopt gives the community another policy version from a date on.
type Adopt struct {
	Head
	Policy Policy
}

// CloseDays closes the books up to and including a day, "2025-03-01".
type CloseDays struct {
	Head
	Through string
}

// Payout pays a shop all that is payable to it.
type Payout struct {
	Head
	Shop string
}

// PayRewards pays a person all rewards that are due.
type PayRewards struct {
	Head
	Member string
}

// Spend pays money out of a public fund: "welfare" or "care".
type Spend struct {
	Head
	Fund   string
	Amount int64
}

// Wait lets time pass; what is due by then is done.
type Wait struct{ Head }

func (h Head) on(now time.Time) Head { h.Now = now; return h }

func (s Purchase) at(now time.Time) Step     { s.Head = s.on(now); return s }
func (s Refund) at(now time.Time) Step       { s.Head = s.on(now); return s }
func (s GiveVoucher) at(now time.Time) Step  { s.Head = s.on(now); return s }
func (s GiveOfSeries) at(now time.Time) Step { s.Head = s.on(now); return s }
func (s Recommend) at(now time.Time) Step    { s.Head = s.on(now); return s }
func (s JoinTeam) at(now time.Time) Step     { s.Head = s.on(now); return s }
func (s SetLevel) at(now time.Time) Step     { s.Head = s.on(now); return s }
func (s SetStanding) at(now time.Time) Step  { s.Head = s.on(now); return s }
func (s SetTier) at(now time.Time) Step      { s.Head = s.on(now); return s }
func (s Pledge) at(now time.Time) Step       { s.Head = s.on(now); return s }
func (s Adopt) at(now time.Time) Step        { s.Head = s.on(now); return s }
func (s CloseDays) at(now time.Time) Step    { s.Head = s.on(now); return s }
func (s Payout) at(now time.Time) Step       { s.Head = s.on(now); return s }
func (s PayRewards) at(now time.Time) Step   { s.Head = s.on(now); return s }
func (s Spend) at(now time.Time) Step        { s.Head = s.on(now); return s }
func (s Wait) at(now time.Time) Step         { s.Head = s.on(now); return s }
