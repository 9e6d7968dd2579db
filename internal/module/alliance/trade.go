package alliance

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
)

// Need is one of the daily needs that a neighbourhood should find within fifteen
// minutes on foot: 一店一早、一菜一修、一老一小、一收一洗 (O4).
type Need string

// The needs; NoNeed is a trade that belongs to none of them.
const (
	NoNeed     Need = ""
	Store      Need = "store"      // 店
	Breakfast  Need = "breakfast"  // 早
	Vegetables Need = "vegetables" // 菜
	Repair     Need = "repair"     // 修
	Elderly    Need = "elderly"    // 老
	Children   Need = "children"   // 小
	Recycling  Need = "recycling"  // 收
	Laundry    Need = "laundry"    // 洗
)

// Needs lists the needs in the order in which they are counted.
var Needs = []Need{Store, Breakfast, Vegetables, Repair, Elderly, Children, Recycling, Laundry}

// Trade is one line of business in the tree of trades.
type Trade struct {
	Code    string // "bakery"; never changes
	Parent  string // the code above, "" at the top
	Zh, En  string
	Need    Need
	Rivals  bool // the trades under this one compete with each other
	Retired bool // takes no new seats
	Version int  // 0: as the house came with it
}

// Name is what people call a trade.
func (t *Trade) Name(english bool) string {
	if english {
		return cmp.Or(t.En, t.Zh)
	}
	return t.Zh
}

// Refusals of a change of trades, in the order in which they are checked.
var (
	ErrBadCode      = fault.New(fault.Invalid, "alliance.bad_trade_code")
	ErrTradeExists  = fault.New(fault.Conflict, "alliance.trade_exists")
	ErrNoTrade      = fault.New(fault.NotFound, "alliance.no_such_trade")
	ErrTradeRetired = fault.New(fault.Conflict, "alliance.trade_retired")
	ErrBadTradeName = fault.New(fault.Invalid, "alliance.bad_trade_name")
	ErrBadNeed      = fault.New(fault.Invalid, "alliance.bad_need")
	ErrBadParent    = fault.New(fault.Invalid, "alliance.bad_trade_parent")
	ErrTradeSame    = fault.New(fault.Conflict, "alliance.trade_unchanged")
	ErrTradeLeaves  = fault.New(fault.Conflict, "alliance.trade_has_parts")
)

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Tree is the tree of trades as it stands.
type Tree struct {
	byCode map[string]*Trade
	all    []*Trade // in the order of people: a trade, then what is under it
	below  map[string][]*Trade
}

// NewTree makes a tree of trades; the order among siblings is that of the list.
func NewTree(trades []Trade) *Tree {
	t := &Tree{byCode: make(map[string]*Trade, len(trades)), below: make(map[string][]*Trade)}
	for i := range trades {
		t.byCode[trades[i].Code] = &trades[i]
	}
	for i := range trades {
		t.below[trades[i].Parent] = append(t.below[trades[i].Parent], &trades[i])
	}
	var walk func(code string)
	walk = func(code string) {
		for _, x := range t.below[code] {
			t.all = append(t.all, x)
			walk(x.Code)
		}
	}
	walk("")
	return t
}

// All lists every trade, each before what is under it.
func (t *Tree) All() []*Trade { return t.all }

// Below lists the trades right under one, "" for the top.
func (t *Tree) Below(code string) []*Trade { return t.below[code] }

// Find finds a trade by its code.
func (t *Tree) Find(code string) (*Trade, error) {
	if x := t.byCode[code]; x != nil {
		return x, nil
	}
	return nil, ErrNoTrade.On("trade")
}

// Depth is how many trades stand above one.
func (t *Tree) Depth(code string) int { return len(t.path(code)) - 1 }

// Lookup finds the trade of a shop as a file or a person named it, by code or by
// Chinese name; nil if the tree does not know it.
func (t *Tree) Lookup(code, zh string) *Trade {
	if x := t.byCode[strings.ToLower(strings.TrimSpace(code))]; x != nil {
		return x
	}
	zh = strings.TrimSpace(zh)
	i := slices.IndexFunc(t.all, func(x *Trade) bool { return zh != "" && x.Zh == zh })
	if i < 0 {
		return nil
	}
	return t.all[i]
}

// Leaves are the trades that a shop can have a seat in: those with nothing under them
// that are not retired.
func (t *Tree) Leaves() (leaves []*Trade) {
	for _, x := range t.all {
		if len(t.below[x.Code]) == 0 && !x.Retired {
			leaves = append(leaves, x)
		}
	}
	return leaves
}

// path is a trade and what stands above it, the trade first.
func (t *Tree) path(code string) (path []*Trade) {
	for x := t.byCode[code]; x != nil && len(path) <= len(t.byCode); x = t.byCode[x.Parent] {
		path = append(path, x)
	}
	return path
}

// Clash is how two trades compete.
type Clash string

// The clashes; None is no clash.
const (
	None    Clash = ""
	Same    Clash = "same"    // the same trade
	Broader Clash = "broader" // one is part of the other
	Rival   Clash = "rival"   // siblings that compete, as the trade above them says
)

// Clash is how two trades compete.
func (t *Tree) Clash(a, b string) Clash {
	if a == b {
		return Same
	}
	up, over := t.path(a), t.path(b)
	for i, x := range up {
		j := slices.Index(over, x)
		switch {
		case j < 0:
		case i == 0 || j == 0:
			return Broader
		case x.Rivals:
			return Rival
		default:
			return None
		}
	}
	return None
}

// Clashing are the codes of every trade that competes with one, itself first.
func (t *Tree) Clashing(code string) []string {
	codes := []string{code}
	for _, x := range t.all {
		if x.Code != code && t.Clash(code, x.Code) != None {
			codes = append(codes, x.Code)
		}
	}
	return codes
}
