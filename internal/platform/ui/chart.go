package ui

import (
	"encoding/json"
	"math"
	"strconv"

	"gongyi/internal/kernel/money"
)

// ChartKind is what a chart is drawn as.
type ChartKind string

// The kinds of charts.
const (
	LineChart  ChartKind = "line"
	BarChart   ChartKind = "bar"
	StackChart ChartKind = "stack"  // bars on top of each other: parts of a whole
	PieChart   ChartKind = "pie"    // one series, six parts at most
	FlowChart  ChartKind = "sankey" // Flows instead of Series
	HeatChart  ChartKind = "heat"   // a series a row, from little to much
)

// Chart is figures that people would rather look at than read. The same figures
// stand in a table under the picture, which is all there is without a script.
type Chart struct {
	ID     string
	Title  string // what it shows; also what readers that speak say
	Kind   ChartKind
	Over   string   // what the labels are: 月份
	Unit   string   // of the figures: 元
	Scale  int      // decimals of the figures: 2 for money in fen
	Labels []string // along the picture
	Series []Series // six at most, in the order of the colours
	Flows  []Flow   // FlowChart only
	Goal   *int64   // a line to reach, same scale
}

// Series is one line, one colour.
type Series struct {
	Name   string
	Values []int64 // one a label, in units of the scale
}

// Untold is a figure that is not shown: neither the picture nor the table has one there.
const Untold = math.MinInt64

// Flow is a band from one thing to another.
type Flow struct {
	From, To string
	Value    int64
}

// data is the chart as the script reads it.
func (c Chart) data() string {
	type series struct {
		Name   string   `json:"name"`
		Values []*int64 `json:"values"` // null is untold
	}
	type flow struct {
		From  string `json:"source"`
		To    string `json:"target"`
		Value int64  `json:"value"`
	}
	d := struct {
		Kind   ChartKind `json:"kind"`
		Title  string    `json:"title"`
		Unit   string    `json:"unit,omitempty"`
		Scale  int       `json:"scale"`
		Labels []string  `json:"labels,omitempty"`
		Series []series  `json:"series,omitempty"`
		Flows  []flow    `json:"flows,omitempty"`
		Goal   *int64    `json:"goal,omitempty"`
	}{Kind: c.Kind, Title: c.Title, Unit: c.Unit, Scale: c.Scale, Labels: c.Labels, Goal: c.Goal}
	for _, s := range c.Series {
		drawn := series{Name: s.Name, Values: make([]*int64, len(s.Values))}
		for i := range s.Values {
			if s.Values[i] != Untold {
				drawn.Values[i] = &s.Values[i]
			}
		}
		d.Series = append(d.Series, drawn)
	}
	for _, f := range c.Flows {
		d.Flows = append(d.Flows, flow(f))
	}
	b, _ := json.Marshal(d) // texts and whole numbers only: it cannot fail
	return string(b)
}

// number writes a figure of the chart for its table.
func (c Chart) number(v int64) string {
	switch c.Scale {
	case 0:
		return money.Amount(v).Grouped(money.Point)
	case 2:
		return Yuan(money.Amount(v))
	}
	digits := strconv.FormatInt(v, 10)
	sign := ""
	if v < 0 {
		sign, digits = "−", digits[1:]
	}
	for len(digits) <= c.Scale {
		digits = "0" + digits
	}
	whole, _ := strconv.ParseInt(digits[:len(digits)-c.Scale], 10, 64) // digits of an int64: it cannot fail
	return sign + money.Amount(whole).Grouped(money.Point) + "." + digits[len(digits)-c.Scale:]
}

// value is a series' figure at a label, "–" if it has none there.
func (c Chart) value(s Series, i int) string {
	if i >= len(s.Values) || s.Values[i] == Untold {
		return "–"
	}
	return c.number(s.Values[i])
}
