// Package person keeps people: how to address them, how to reach them, how they
// like their pages, and under which references communities know them as members.
// A person belongs to no community; her memberships do (A1, A7).
package person

import (
	"embed"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of people.
var Schema = db.Schema{
	Owner:  "module/person",
	Tables: []db.Table{{Name: "person", Placement: db.Distributed}, {Name: "person_member", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Refusals, in the order in which Register checks them.
var (
	ErrBadName  = fault.New(fault.Invalid, "person.bad_name")
	ErrBadForm  = fault.New(fault.Invalid, "person.bad_address_form")
	ErrBadPhone = fault.New(fault.Invalid, "person.bad_phone")
	ErrBadYear  = fault.New(fault.Invalid, "person.bad_birth_year")
	ErrTaken    = fault.New(fault.Conflict, "person.phone_taken")
	ErrNotFound = fault.New(fault.NotFound, "person.not_found")
)

// Form is how somebody is addressed after the surname.
type Form string

// The forms of address; Plain uses the whole name.
const (
	Plain   Form = ""
	Ms      Form = "ms"      // 女士
	Mr      Form = "mr"      // 先生
	Auntie  Form = "auntie"  // 阿姨
	Uncle   Form = "uncle"   // 叔叔
	Teacher Form = "teacher" // 老师
	Master  Form = "master"  // 师傅
)

// Forms lists the forms of address.
var Forms = []Form{Plain, Ms, Mr, Auntie, Uncle, Teacher, Master}

// Person is one human being as the house knows her.
type Person struct {
	ID        id.ID
	Name      string // "陈秀英"; "" once erased
	Form      Form
	Phone     string // "+8613800138000", "" if none
	BirthYear int    // 0 if not told
	Lang      string // what she chose: "zh", "en" or ""
	Theme     string // what she chose: "elder" is kept per person (A5)
	CreatedAt time.Time
}

// Tail is the end of the phone number by which she is known to strangers: "6120".
func (p *Person) Tail() string {
	if len(p.Phone) < 4 {
		return ""
	}
	return p.Phone[len(p.Phone)-4:]
}

var international = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
var mainland = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// ParsePhone reads a number as people type it; without a country code it is one of
// mainland China.
func ParsePhone(text string) (string, error) {
	s := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "（", "", "）", "", "＋", "+").Replace(strings.TrimSpace(text))
	s = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + rest
	}
	if mainland.MatchString(s) {
		return "+86" + s, nil
	}
	if !international.MatchString(s) || strings.HasPrefix(s, "+86") && !mainland.MatchString(s[3:]) {
		return "", ErrBadPhone.On("phone")
	}
	return s, nil
}
