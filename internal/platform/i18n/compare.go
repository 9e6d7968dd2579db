package i18n

import (
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collators order texts as Chinese readers expect, by pinyin; one serves one
// caller at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.SimplifiedChinese, collate.Numeric) }}

// Compare orders two texts for people: Chinese by pinyin, numbers by their size.
func Compare(a, b string) int {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	return c.CompareString(a, b)
}
