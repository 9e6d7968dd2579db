package sim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Level is how far a member has come (B3).
type Level string

// The levels.
const (
	Silver  Level = "silver"
	Gold    Level = "gold"
	Diamond Level = "diamond"
)

// leads reports whether a team of such a leader is shared with.
func (l Level) leads() bool { return l == Gold || l == Diamond }

// Tier is what a shop is in the alliance (S-04).
type Tier string

// The tiers.
const (
	Standard  Tier = "standard"
	Committee Tier = "committee"
	Founding  Tier = "founding"
)

// Household is one household, which buys as one person.
type Household struct {
	Ref       string
	Community string // home
	Member    bool   // strangers buy too, without a name
	Good      bool   // in good standing
	Level     Level
	Leader    string // "" if on nobody's team
}

// Shop is one shop.
type Shop struct {
	Ref       string
	Community string
	Industry  string
	Owner     string // the household that owns it
	Tier      Tier
	Pledge    int64 // care pledge, parts per million
}

// Neighbourhood is where a simulation begins.
type Neighbourhood struct {
	Seed        uint64
	Start       time.Time
	Zone        *time.Location // civil days
	Communities []string
	Households  []Household
	Shops       []Shop
	Policy      Policy // the first of every community
}

// Size says how large a neighbourhood is.
type Size struct{ Communities, Households, Shops int }

// Small is large enough for every rule to meet every other.
var Small = Size{Communities: 2, Households: 40, Shops: 12}

var industries = []string{"supermarket", "greengrocer", "bakery", "pharmacy", "laundry", "hairdresser", "noodles", "florist"}

// Grow makes a neighbourhood from a seed.
func Grow(seed uint64, size Size) *Neighbourhood {
	r := rand.New(rand.NewPCG(seed, 1))
	n := &Neighbourhood{
		Seed:   seed,
		Start:  time.Date(2025, time.March, 1, 0, 0, 0, 0, time.UTC),
		Zone:   time.FixedZone("Asia/Shanghai", 8*60*60),
		Policy: Trial(),
	}
	for i := range size.Communities {
		n.Communities = append(n.Communities, fmt.Sprintf("K%d", i+1))
	}
	leaders := make(map[string]string) // one of each community to begin with
	for i := range size.Households {
		h := Household{
			Ref: fmt.Sprintf("H%d", i+1), Community: n.Communities[i%size.Communities],
			Member: r.IntN(10) > 0, Good: r.IntN(12) > 0, Level: Silver,
		}
		leader := leaders[h.Community]
		switch {
		case leader == "":
			h.Member, h.Good, h.Level = true, true, Gold
			leaders[h.Community] = h.Ref
		case h.Member && r.IntN(2) == 0:
			h.Leader = leader
		}
		n.Households = append(n.Households, h)
	}
	for i := range size.Shops {
		s := Shop{
			Ref: fmt.Sprintf("S%d", i+1), Community: n.Communities[i%size.Communities],
			Industry: industries[i/size.Communities%len(industries)],
			Tier:     pick(r, Standard, Standard, Standard, Committee, Founding),
			Pledge:   pick[int64](r, 0, 0, 2_500, 10_000),
		}
		owner := &n.Households[(i*7)%size.Households]
		owner.Member = true
		s.Owner = owner.Ref
		n.Shops = append(n.Shops, s)
	}
	return n
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }
