package importing

import (
	_ "embed"
	"encoding/csv"
	"strings"

	"gongyi/internal/platform/sheet"
)

// headings lists what tills and offices call the columns. It is data, so that a
// heading met in the field is one more line and no code.
//
//go:embed headings.csv
var headings string

// The columns of each kind, by their place in columns[kind].
const (
	memberRef = iota
	memberCommunity
	memberAge
	memberHousehold
	memberKids
)

const (
	merchantRef = iota
	merchantCommunity
	merchantIndustry
	merchantIndustryZh
)

const (
	purchaseRef = iota
	purchasedAt
	purchaseMember
	purchaseMerchant
	purchaseList
	purchasePaid
	purchaseCoupon
	purchaseItems
)

const (
	placeRef = iota
	placeKind
	placeName
	placeParent
)

const (
	householdRef = iota
	householdCommunity
	householdPlace
	householdDoor
)

const (
	residentHousehold = iota
	residentCommunity
	residentName
	residentForm
	residentPhone
	residentBorn
	residentRelation
	residentSince
)

var columns = map[Kind][]sheet.Column{
	Members:   wanted("member_ref", "community_ref", "age_band?", "household_size?", "kids?"),
	Merchants: wanted("merchant_ref", "community_ref", "industry", "industry_zh?"),
	Purchases: wanted("purchase_ref", "purchased_at", "member_ref", "merchant_ref", "list_amount?", "paid_amount", "coupon_amount?", "items?"),

	Places:     wanted("place_ref", "place_kind", "place_name", "parent_ref"),
	Households: wanted("household_ref", "community_ref", "place_ref", "door"),
	Residents:  wanted("household_ref", "community_ref", "person_name", "address_form?", "phone?", "birth_year?", "relation?", "since?"),
}

// wanted makes columns from their names; a question mark says that a file may
// do without.
func wanted(names ...string) []sheet.Column {
	also := alsoCalled()
	var all []sheet.Column
	for _, n := range names {
		name, optional := strings.CutSuffix(n, "?")
		all = append(all, sheet.Column{Name: name, Also: also[name], Optional: optional})
	}
	return all
}

func alsoCalled() map[string][]string {
	lines, err := csv.NewReader(strings.NewReader(headings)).ReadAll()
	if err != nil {
		panic("importing: headings.csv: " + err.Error()) // compiled in
	}
	also := make(map[string][]string)
	for _, l := range lines[1:] {
		also[l[0]] = append(also[l[0]], l[1])
	}
	return also
}

// kindOf finds the kind by the columns that only it has, so that a table that
// lacks a column is still known for what it is, and the refusal can name what is
// missing. It is 0 if the header belongs to no kind.
func kindOf(header []string) Kind {
	has := func(k Kind, places ...int) bool {
		for _, i := range places {
			if columns[k][i].Has(header) {
				return true
			}
		}
		return false
	}
	switch {
	case has(Residents, residentName):
		return Residents
	case has(Households, householdRef, householdDoor):
		return Households
	case has(Places, placeKind, placeName, placeParent):
		return Places
	case has(Purchases, purchaseRef, purchasedAt, purchaseList, purchasePaid, purchaseCoupon):
		return Purchases
	case has(Merchants, merchantRef, merchantIndustry):
		return Merchants
	case has(Members, memberRef):
		return Members
	}
	return 0
}
