package privacy

import (
	"context"
	"strings"

	"gongyi/internal/platform/i18n"
)

// What can be looked at of a person, as Read.What names it.
const (
	Profile   = "profile"   // name, phone, form of address
	Household = "household" // where she lives and with whom
	Roles     = "roles"     // what she was made
	Purse     = "purse"     // what she holds and bought
	Care      = "care"      // what she told of health and care
)

var looks = map[string]i18n.Message{
	Profile:   i18n.M("名字和电话"),
	Household: i18n.M("住址和家里人"),
	Roles:     i18n.M("身份"),
	Purse:     i18n.M("权益和消费"),
	Care:      i18n.M("照料情况"),
}

// LookName is what people call a kind of look.
func LookName(what string) i18n.Message { return looks[what] }

// PurposeName is what people call a purpose.
func PurposeName(key string) i18n.Message {
	p, err := PurposeOf(key)
	if err != nil {
		return i18n.Message{}
	}
	return p.Title
}

// Reason says why somebody looked in the language of the reader, where the house gave
// the reason; what a person wrote stays as it is.
func Reason(ctx context.Context, why string) string {
	if strings.Contains(why, "%") {
		return why
	}
	return i18n.T(ctx, why)
}
