package trade

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Portrait is what a shop is told of its customers in a quarter (C7, O2). It is made
// once for each finished quarter and never changed: quarters do not overlap, and no
// second look at the same one says anything else, so there is nothing to subtract.
type Portrait struct {
	Shop   id.ID        `json:"shop"`
	From   period.Month `json:"from"`
	To     period.Month `json:"to"`
	MadeAt time.Time    `json:"made_at"`
	Screen View         `json:"screen"`
	Export View         `json:"export"` // the same, coarser: every figure of it is a sum of the screen's
}

// View is what may be shown of a sample. No figure stands for fewer than K people
// (zero it may be), nor does the difference of two of them. What is smaller is folded
// into the rest of its group, and the group's smallest with it if need be; what cannot
// be folded is left out.
type View struct {
	K         int          `json:"k"`
	Buyers    int64        `json:"buyers"`    // members who bought; 0: fewer than K, and nothing else is told
	Purchases int64        `json:"purchases"` // theirs; 0 if it cannot be told
	Groups    []Group      `json:"groups"`    // each divides Buyers
	Baskets   *Group       `json:"baskets"`   // divides Purchases by price; nil if it cannot be told
	Heat      *Heat        `json:"heat"`      // divides Purchases by the hour of the week; nil if it cannot be told
	Trades    []Cell       `json:"trades"`    // how many of them bought in other trades, those who agreed to be counted
	Months    []MonthCount `json:"months"`
	Wheel     []Cell       `json:"wheel"` // recommended, came, came again: each is a part of the one before
}

// Group divides the buyers, or their purchases, by one thing. What is not shown by
// itself stands in Rest, zero or not.
type Group struct {
	Name  string `json:"name"`
	Cells []Cell `json:"cells"`
	Rest  int64  `json:"rest"`
}

// Cell is one figure.
type Cell struct {
	Key   string `json:"key"`
	Count int64  `json:"count"`
}

// Heat counts purchases by the time of the week.
type Heat struct {
	Grain Grain  `json:"grain"`
	Cells []Cell `json:"cells"` // keys are slots in decimal: see Grain
	Rest  int64  `json:"rest"`
}

// Grain says how finely a week is cut.
type Grain string

// The grains, the finest first.
const (
	ByHour Grain = "hour" // slot = weekday × 24 + hour, Monday is 0
	ByPart Grain = "part" // slot = weekday × 6 + hour ÷ 4
	ByHalf Grain = "half" // slot = 6 × (0 on weekdays, 1 at the weekend) + hour ÷ 4
)

// MonthCount is how many bought in a month, and how many of them were returning.
type MonthCount struct {
	Month     period.Month `json:"month"`
	Buyers    int64        `json:"buyers"`
	Returning int64        `json:"returning"` // had bought there within ReturnDays before their first purchase of the month
	Told      bool         `json:"told"`      // Buyers may be told
	ToldBack  bool         `json:"told_back"` // Returning may be told
}

// Names of the groups of a view.
const (
	ByAge       = "age"
	ByHousehold = "household"
	ByKids      = "kids"
	ByKind      = "kind" // new, returning, back
	ByVisits    = "visits"
	ByPrice     = "price"
)

// Keys of cells that are not what somebody told.
const (
	Untold     = "" // she did not agree, or did not say
	KeyNew     = "new"
	KeyReturn  = "returning"
	KeyBack    = "back"
	WheelSent  = "sent"
	WheelCame  = "came"
	WheelAgain = "again"
)

// VisitBands are the least days of each band of how often somebody came in a quarter.
var VisitBands = []int{1, 2, 4, 8}

// PriceBands are the least prices of each band of baskets, in fen.
var PriceBands = []money.Amount{0, 5_00, 10_00, 20_00, 50_00, 100_00, 200_00}

// Sample is all that a portrait is made of. It is never kept.
type Sample struct {
	Months    []period.Month
	People    []Customer
	Purchases []Basket
}

// Customer is one person of a sample, by her place in it.
type Customer struct {
	Days      int    // on which she bought; 0: she was recommended and did not come
	Kind      string // KeyNew, KeyReturn or KeyBack
	Age       string // Untold if she did not agree
	Household string
	Kids      string
	Trades    []string // other trades in which she bought, none if she did not agree
	In, Again []bool   // by month of the sample: she bought; she was a returning buyer
	Sent      bool     // a shop recommended this one to her in the quarter
	Came      bool     // and then she bought here
	Returned  bool     // on another day once more
}

// Basket is one purchase of a sample.
type Basket struct {
	Customer int
	Slot     int // ByHour
	Price    money.Amount
}
