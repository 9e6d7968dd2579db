package adslot

import (
	"strings"

	"gongyi/internal/platform/i18n"
)

// Banned is a word that no advertisement may have.
type Banned struct {
	Word string
	Why  i18n.Message
}

// Why a word is banned.
var (
	superlative = i18n.M("《广告法》第九条不许说最好、第一、国家级这一类话")
	promise     = i18n.M("《广告法》第二十八条不许说做不到或证明不了的话")
	medical     = i18n.M("《广告法》第十七条：不是药品和医疗，不许说能治病、能保健")
	earning     = i18n.M("《广告法》第二十五条不许保证赚钱、保本")
	state       = i18n.M("《广告法》第九条不许用国旗、国徽、国家机关的名义")
)

// Unlawful finds the first word of a text that no advertisement may have, nil if
// there is none. It is a sieve, not a judge: a person looks at what passes.
func Unlawful(text string) *Banned {
	plain := squeeze(text)
	var found *Banned
	at := len(plain)
	for _, b := range banned {
		for _, w := range b.words {
			if i := strings.Index(plain, w); i >= 0 && i < at {
				at, found = i, &Banned{w, b.why}
			}
		}
	}
	return found
}

// squeeze leaves what is read of a text: small letters, digits of ordinary width, no
// spaces and no marks but % and the point.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e: // full width
			r -= 0xfee0
		}
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '%' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x3400 && r <= 0x9fff:
			return r
		}
		return -1
	}, s)
}
