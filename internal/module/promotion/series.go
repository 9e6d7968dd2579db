package promotion

import (
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
)

// Refusals of a series, in the order in which they are checked.
var (
	ErrNoSeries     = fault.New(fault.NotFound, "promotion.no_series")
	ErrBadSeries    = fault.New(fault.Invalid, "promotion.bad_series_name")
	ErrBadFace      = fault.New(fault.Invalid, "promotion.bad_face")      // details: most
	ErrBadShare     = fault.New(fault.Invalid, "promotion.bad_share")     // who pays, and how much
	ErrShareTooHigh = fault.New(fault.Invalid, "promotion.platform_most") // details: most
	ErrBadWhere     = fault.New(fault.Invalid, "promotion.bad_where")
	ErrBadLife      = fault.New(fault.Invalid, "promotion.bad_life") // details: most
	ErrBadTimes     = fault.New(fault.Invalid, "promotion.bad_times")
	ErrBadCount     = fault.New(fault.Invalid, "promotion.bad_count") // details: most
	ErrBadWay       = fault.New(fault.Invalid, "promotion.bad_way")
)

// Issuer says in whose name a series is issued.
type Issuer string

// The issuers.
const (
	OfShop     Issuer = "shop"
	OfAlliance Issuer = "alliance"
	OfPlatform Issuer = "platform"
)

// Issuers lists them.
var Issuers = []Issuer{OfShop, OfAlliance, OfPlatform}

// Way is how a voucher of a series is got.
type Way string

// The ways.
const (
	Claimed Way = "claimed" // members take it on a page
	Given   Way = "given"   // the issuer gives it to a member
	OnSpend Way = "spend"   // a purchase from so much on brings it (E1)
)

// Ways lists them.
var Ways = []Way{Claimed, Given, OnSpend}

// Sharer is a shop that shares the cost, with its weight.
type Sharer struct {
	Shop   id.ID `json:"shop"`
	Weight int64 `json:"weight"`
}

// Spend says which purchase brings a voucher (E1, C8).
type Spend struct {
	At    []id.ID      `json:"at,omitempty"`   // shops; none: every shop
	From  money.Amount `json:"from,omitempty"` // the least price
	Daily int          `json:"daily,omitempty"`
	Own   bool         `json:"own,omitempty"` // only on days that the calendar gives to the shop
}

// Terms are what a series says. They are agreed to as they are and never change.
type Terms struct {
	Name     string       `json:"name"`
	Issuer   Issuer       `json:"issuer"`
	Shop     id.ID        `json:"shop"` // the issuing shop, zero if none
	Face     money.Amount `json:"face"`
	From     money.Amount `json:"from,omitempty"`  // the least price that it takes; 0 = any
	Where    []id.ID      `json:"where,omitempty"` // shops where it is good; none: every shop
	Sharers  []Sharer     `json:"sharers,omitempty"`
	Platform money.Rate   `json:"platform"` // of the cost, by the platform

	Opens  period.Day   `json:"opens"`           // the days on which it is given
	Closes period.Day   `json:"closes"`          // …
	Days   int          `json:"days,omitempty"`  // good for so many days after it was given; 0: from Since to Until
	Since  period.Day   `json:"since,omitempty"` // …
	Until  period.Day   `json:"until,omitempty"` // …
	When   period.Times `json:"when"`            // weekdays and hours at which it is good

	PerPerson int          `json:"per_person"`
	Total     int          `json:"total"`
	Budget    money.Amount `json:"budget,omitempty"` // fen of face that may stand or be used; 0: Total × Face
	Single    bool         `json:"single,omitempty"` // a purchase uses one of the series
	Alone     bool         `json:"alone,omitempty"`  // not together with offers
	Change    bool         `json:"change,omitempty"` // may pay less than its face; the rest is lost

	Way   Way   `json:"way"`
	Spend Spend `json:"spend"`
}

// Bounds are the numbers of the policy that terms keep to.
type Bounds struct {
	Face     money.Amount
	Days     int
	Count    int
	Platform money.Rate // the most that a shop's series may ask of the platform
	Today    period.Day
}

// The bounds of names and lists.
const (
	seriesNameMost = 24
	whereMost      = 60
	weightMost     = 1_000
)

// Validate refuses terms that no series can have.
func (t *Terms) Validate(b Bounds) error {
	switch {
	case !text.Line(t.Name, seriesNameMost):
		return ErrBadSeries.On("name")
	case !slices.Contains(Issuers, t.Issuer) || (t.Issuer == OfShop) == t.Shop.IsZero():
		return pact.ErrNotAParty.On("issuer")
	case t.Face <= 0 || t.Face > b.Face || t.From < 0 || t.From > 0 && t.From < t.Face:
		return ErrBadFace.On("face").With("most", b.Face.Grouped(money.CNY))
	case len(t.Where) > whereMost || slices.ContainsFunc(t.Where, id.ID.IsZero) || twice(t.Where):
		return ErrBadWhere.On("where")
	}
	for _, check := range []func(Bounds) error{t.shares, t.life, t.caps, t.got} {
		if err := check(b); err != nil {
			return err
		}
	}
	return nil
}

// shares checks who pays.
func (t *Terms) shares(b Bounds) error {
	shops := make([]id.ID, 0, len(t.Sharers))
	for _, s := range t.Sharers {
		if s.Shop.IsZero() || s.Weight < 1 || s.Weight > weightMost {
			return ErrBadShare.On("sharers")
		}
		shops = append(shops, s.Shop)
	}
	switch {
	case len(shops) > maxSharers || twice(shops):
		return ErrBadShare.On("sharers")
	case t.Platform < 0 || t.Platform > money.One || len(shops) == 0 && t.Platform != money.One || len(shops) > 0 && t.Platform == money.One:
		return ErrBadShare.On("platform")
	case t.Issuer != OfPlatform && t.Platform > b.Platform:
		return ErrShareTooHigh.On("platform").With("most", b.Platform.Percent())
	}
	return nil
}

// life checks when it is given and how long it is good.
func (t *Terms) life(b Bounds) error {
	bad := ErrBadLife.With("most", b.Days)
	switch {
	case t.Opens < b.Today || t.Closes < t.Opens || int(t.Closes-t.Opens) > b.Days:
		return bad.On("closes")
	case t.Days < 0 || t.Days > b.Days || t.Days > 0 && (t.Since != 0 || t.Until != 0):
		return bad.On("days")
	case t.Days == 0 && (t.Since < t.Opens || t.Until < t.Since || t.Until < t.Closes || int(t.Until-t.Opens) > b.Days):
		return bad.On("until")
	case !t.When.Valid():
		return ErrBadTimes.On("when")
	}
	return nil
}

func (t *Terms) caps(b Bounds) error {
	switch {
	case t.Total < 1 || t.Total > b.Count:
		return ErrBadCount.On("total").With("most", b.Count)
	case t.PerPerson < 1 || t.PerPerson > t.Total:
		return ErrBadCount.On("per_person").With("most", b.Count)
	case t.Budget < 0 || t.Budget > 0 && t.Budget < t.Face:
		return ErrBadCount.On("budget").With("most", b.Count)
	}
	return nil
}

// got checks how it is got.
func (t *Terms) got(Bounds) error {
	s := &t.Spend
	switch {
	case !slices.Contains(Ways, t.Way):
		return ErrBadWay.On("way")
	case t.Way != OnSpend && (len(s.At) > 0 || s.From != 0 || s.Daily != 0 || s.Own):
		return ErrBadWay.On("way")
	case t.Way != OnSpend:
		return nil
	case s.From < 1 || s.From < t.Face || s.Daily < 1 || s.Daily > t.PerPerson || len(s.At) > whereMost || twice(s.At) || slices.ContainsFunc(s.At, id.ID.IsZero):
		return ErrBadWay.On("spend")
	case t.Issuer == OfShop && !slices.Equal(s.At, []id.ID{t.Shop}):
		return ErrBadWay.On("spend") // who gives it on a purchase is who issues it
	}
	return nil
}

func twice(shops []id.ID) bool {
	for i, s := range shops {
		if slices.Contains(shops[:i], s) {
			return true
		}
	}
	return false
}

// GoodAt reports whether a voucher of the series is good at a shop.
func (t *Terms) GoodAt(shop id.ID) bool { return len(t.Where) == 0 || slices.Contains(t.Where, shop) }

// Brings reports whether a purchase at a shop of a price brings a voucher.
func (t *Terms) Brings(shop id.ID, price money.Amount) bool {
	return t.Way == OnSpend && price >= t.Spend.From && (len(t.Spend.At) == 0 || slices.Contains(t.Spend.At, shop))
}

// Open reports whether the series is given on a day.
func (t *Terms) Open(day period.Day) bool { return day >= t.Opens && day <= t.Closes }

// Promise is the platform's share of a voucher of the series.
func (t *Terms) Promise() money.Amount { return t.Platform.Of(t.Face) }

// Room is the sum of faces that may stand or be used.
func (t *Terms) Room() money.Amount {
	if t.Budget > 0 {
		return t.Budget
	}
	return t.Face * money.Amount(t.Total)
}

// lifeOf is when a voucher given at a moment is good: from, and until. One that is
// good for some days is so at once, also for a till whose clock is slow.
func (t *Terms) lifeOf(at time.Time, zone *time.Location) (from, until time.Time) {
	if t.Days > 0 {
		return time.UnixMicro(0).UTC(), (period.DayOf(at, zone) + period.Day(t.Days) + 1).Start(zone)
	}
	return t.Since.Start(zone), (t.Until + 1).Start(zone)
}

// Weights are those of the sharers, and Shops the shops, in their order.
func (t *Terms) Weights() (weights []int64) {
	for _, s := range t.Sharers {
		weights = append(weights, s.Weight)
	}
	return weights
}

// Shops are the sharing shops in their order.
func (t *Terms) Shops() (shops []id.ID) {
	for _, s := range t.Sharers {
		shops = append(shops, s.Shop)
	}
	return shops
}

// CostOf is what each who pays gives for a voucher that paid an amount: the platform,
// and the sharers in their order (S-03).
func (t *Terms) CostOf(paid money.Amount) (platform money.Amount, sharers []money.Amount) {
	if len(t.Sharers) == 0 {
		return paid, nil
	}
	platform = t.Platform.Of(paid)
	weights := make([]money.Amount, len(t.Sharers))
	for i, s := range t.Sharers {
		weights[i] = money.Amount(s.Weight)
	}
	return platform, money.Allot(paid-platform, weights)
}
