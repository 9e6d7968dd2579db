package policy

// Tier is a shop's place in the alliance; it decides the commission (S-04).
// Numbers are stored: never renumber.
type Tier uint8

// The tiers of the alliance.
const (
	Standard  Tier = 1 // an ordinary member shop 普通联盟店
	Committee Tier = 2 // sits in the merchant committee 商家委员会
	Founding  Tier = 3 // one of the first five core shops 创始店
)

// Tiers lists every tier, the dearest in the default policy first.
var Tiers = []Tier{Standard, Committee, Founding}

// String is the tier's code in the API.
func (t Tier) String() string {
	switch t {
	case Standard:
		return "standard"
	case Committee:
		return "committee"
	case Founding:
		return "founding"
	}
	return "unknown"
}

// MarshalText makes the tier text in JSON.
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Level is a member's growth level (B3). Numbers are stored: never renumber.
type Level uint8

// The levels of growth.
const (
	Silver  Level = 1 // 普通会员
	Gold    Level = 2 // 组长: leads a team
	Diamond Level = 3 // 理事: has raised two gold teams
)

// Payer says who pays the welfare fund's share (S-05).
type Payer string

// The payers a policy may choose.
const (
	ByPlatform Payer = "platform" // out of the commission
	ByMerchant Payer = "merchant" // out of the shop's takings, beside the commission
)
