package importing

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/sheet"
)

// Refusals of a cell of the tables of the tree.
var (
	ErrDay    = fault.New(fault.Invalid, "importing.day")
	ErrChoice = fault.New(fault.Invalid, "importing.choice")
	ErrPhone  = fault.New(fault.Invalid, "importing.phone")
)

// PlaceRow is one grid or building (A1).
type PlaceRow struct {
	Line   int
	Ref    string
	Kind   community.Kind
	Name   string
	Parent string
}

// HouseholdRow is one household in a building or grid.
type HouseholdRow struct {
	Line      int
	Ref       string
	Community string
	Place     string
	Door      string
}

// ResidentRow is one person who lives in a household.
type ResidentRow struct {
	Line      int
	Household string
	Community string
	Person    person.Person
	Relation  household.Relation
	Since     time.Time // zero: from today
}

// NextPlace is the next row of a table of places, like NextMember.
func (t *Table) NextPlace() (PlaceRow, *Rejection, error) {
	return next(t, func(c *cells) PlaceRow {
		return PlaceRow{Line: c.row.Line, Ref: c.freshRef(placeRef), Kind: choice(c, placeKind, placeKinds), Name: c.words(placeName), Parent: c.ref(placeParent)}
	})
}

// NextHousehold is the same for a table of households.
func (t *Table) NextHousehold() (HouseholdRow, *Rejection, error) {
	return next(t, func(c *cells) HouseholdRow {
		return HouseholdRow{Line: c.row.Line, Ref: c.freshRef(householdRef), Community: c.ref(householdCommunity), Place: c.ref(householdPlace), Door: c.words(householdDoor)}
	})
}

// NextResident is the same for a table of who lives in households.
func (t *Table) NextResident() (ResidentRow, *Rejection, error) {
	return next(t, func(c *cells) ResidentRow {
		r := ResidentRow{Line: c.row.Line, Household: c.ref(residentHousehold), Community: c.ref(residentCommunity), Since: c.day(residentSince)}
		r.Person = person.Person{Name: c.words(residentName), Form: choice(c, residentForm, addressForms), Phone: c.phone(residentPhone), BirthYear: c.count(residentBorn)}
		if r.Relation = choice(c, residentRelation, relationWords); r.Relation == "" {
			r.Relation = household.Other
		}
		return r
	})
}

// The words that stand in such tables, as the house writes them and as people do.
var (
	placeKinds    = map[string]community.Kind{"grid": community.Grid, "网格": community.Grid, "building": community.Building, "楼栋": community.Building, "楼": community.Building}
	addressForms  = map[string]person.Form{"": person.Plain, "ms": person.Ms, "女士": person.Ms, "女": person.Ms, "mr": person.Mr, "先生": person.Mr, "男": person.Mr, "auntie": person.Auntie, "阿姨": person.Auntie, "uncle": person.Uncle, "叔叔": person.Uncle, "teacher": person.Teacher, "老师": person.Teacher, "master": person.Master, "师傅": person.Master}
	relationWords = relationsByWord()
)

func relationsByWord() map[string]household.Relation {
	words := map[string]household.Relation{"": "", "户主": household.Head, "本人": household.Head, "配偶": household.Spouse, "妻": household.Spouse, "夫": household.Spouse, "子女": household.Child, "子": household.Child, "女": household.Child,
		"父母": household.Parent, "父": household.Parent, "母": household.Parent, "孙辈": household.Grandchild, "亲戚": household.Relative, "照护人": household.Carer, "租客": household.Tenant, "其他": household.Other}
	for _, r := range household.Relations {
		words[string(r)] = r
	}
	return words
}

// choice is one of a few words.
func choice[T ~string](c *cells, column int, words map[string]T) (v T) {
	text := strings.ToLower(string(c.get(column)))
	v, known := words[text]
	if !known {
		c.refuse(column, ErrChoice.With("value", shorten(text)))
	}
	return v
}

// words is a text that must be there. The sign that keeps a spreadsheet from running
// it, which our own tables carry, is taken off.
func (c *cells) words(column int) string {
	b := undone(c.get(column))
	if len(b) == 0 {
		c.refuse(column, ErrBlank)
	}
	c.checkText(column, b)
	return string(b)
}

func undone(b []byte) []byte {
	if len(b) > 1 && b[0] == '\'' && bytes.ContainsRune([]byte("=+-@"), rune(b[1])) {
		return b[1:]
	}
	return b
}

func (c *cells) phone(column int) string {
	b := undone(c.get(column))
	if len(b) == 0 {
		return ""
	}
	phone, err := person.ParsePhone(string(b))
	if err != nil {
		c.refuse(column, ErrPhone)
	}
	return phone
}

// day is a civil day where people live, or none.
func (c *cells) day(column int) time.Time {
	b := c.get(column)
	if len(b) == 0 {
		return time.Time{}
	}
	if c.row.Kind(c.table.at[column]) == sheet.Number {
		if at, ok := c.table.sheet.Serial(b, c.table.zone); ok && sane(at) {
			return at.UTC()
		}
	}
	for _, layout := range []string{"2006-01-02", "2006/1/2", "2006.1.2", "20060102"} {
		if at, err := time.ParseInLocation(layout, string(b), c.table.zone); err == nil && sane(at) {
			return at.UTC()
		}
	}
	c.refuse(column, ErrDay.With("value", strconv.Quote(shorten(string(b)))))
	return time.Time{}
}
