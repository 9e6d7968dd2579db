package volunteer

// Level is how well a skill is known to be true. Levels are ordered: a kind of service
// that needs one is served by whoever has it or a higher one.
type Level uint8

// The levels, the lowest first.
const (
	Unskilled Level = iota
	Declared        // she says so herself
	Vouched         // somebody of standing who saw it says so too
	Certified       // the desk looked at a certificate that is still valid
)

// Levels lists those that somebody with a skill can have.
var Levels = []Level{Declared, Vouched, Certified}

// levels are the levels as they are stored and as addresses name them.
var levels = [...]string{"none", "declared", "vouched", "certified"}

// String is the level's stable word.
func (l Level) String() string {
	if int(l) >= len(levels) {
		return levels[Unskilled]
	}
	return levels[l]
}

// ParseLevel reads what String wrote.
func ParseLevel(s string) (Level, bool) { return find[Level](levels[:], s) }

// Identity is how sure the house is who somebody is. It is ordered; services in which
// somebody is alone with a child or with an elder ask for a higher one.
type Identity uint8

// The levels of identity, the lowest first.
const (
	Unknown    Identity = iota
	PhoneKnown          // she signed in by a code to her phone
	RealName            // the desk saw her identity card; the number is not kept
	Background          // the desk saw a certificate of no criminal record
)

// Identities lists those that can be noted.
var Identities = []Identity{PhoneKnown, RealName, Background}

var identities = [...]string{"unknown", "phone", "real_name", "background"}

// String is the identity's stable word.
func (i Identity) String() string {
	if int(i) >= len(identities) {
		return identities[Unknown]
	}
	return identities[i]
}

// ParseIdentity reads what String wrote.
func ParseIdentity(s string) (Identity, bool) { return find[Identity](identities[:], s) }

func find[T ~uint8](words []string, s string) (T, bool) {
	for i, w := range words {
		if w == s {
			return T(i), true
		}
	}
	return 0, false
}
