// Package i18n speaks to people in their language. The Chinese sentence is the
// message key: it stands in the code where it is said, and locales/en holds its
// English. A test walks the sources and fails on a sentence that has none.
//
// A key is a format in the manner of fmt: amounts and days are put in as text
// that ui has already formatted, counts as whole numbers (%d groups thousands
// and chooses the plural). A literal percent sign is written %%.
package i18n

import (
	"context"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Lang is a language in which every sentence can be said.
type Lang uint8

// The languages; Chinese is the default.
const (
	Zh Lang = iota
	En
)

// Langs lists the languages in the order in which they are offered.
var Langs = []Lang{Zh, En}

// Tag is the language as HTML and HTTP name it.
func (l Lang) Tag() string {
	if l == En {
		return "en"
	}
	return "zh-CN"
}

// String is the short name used in ?lang= and in the cookie.
func (l Lang) String() string {
	if l == En {
		return "en"
	}
	return "zh"
}

// Own is the language's name in itself, for the switch.
func (l Lang) Own() string {
	if l == En {
		return "English"
	}
	return "\u4e2d\u6587" // written as code points: a name, not a sentence to translate
}

// Parse reads what String wrote.
func Parse(s string) (Lang, bool) {
	for _, l := range Langs {
		if l.String() == s {
			return l, true
		}
	}
	return Zh, false
}

var matcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// Negotiate chooses from an Accept-Language header; what is no Chinese and no
// English gets Chinese.
func Negotiate(accept string) Lang {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return Zh
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return Zh
	}
	return Langs[i]
}

type langKey struct{}

// With says in which language the rest of a request speaks.
func With(ctx context.Context, l Lang) context.Context { return context.WithValue(ctx, langKey{}, l) }

// Of is the language of a request, Chinese if nobody said.
func Of(ctx context.Context) Lang {
	l, _ := ctx.Value(langKey{}).(Lang)
	return l
}

// T says the sentence key in the request's language. Arguments that are
// themselves messages are said first.
func T(ctx context.Context, key string, args ...any) string {
	for i, a := range args {
		if m, ok := a.(Message); ok {
			args = append([]any(nil), args...)
			args[i] = m.In(ctx)
		}
	}
	if _, known := english[key]; !known && len(args) == 0 {
		return key // what people wrote is no sentence of ours: a percent sign in it is one
	}
	return printers[Of(ctx)].Sprintf(key, args...)
}

// Message is a sentence that is decided in one place and said in another: the
// "why" of a leg is chosen with its facts and spoken on the page.
type Message struct {
	Key  string
	Args []any
}

// M makes a message.
func M(key string, args ...any) Message { return Message{Key: key, Args: args} }

// In says the message in the request's language; the zero message says nothing.
func (m Message) In(ctx context.Context) string {
	if m.Key == "" {
		return ""
	}
	return T(ctx, m.Key, m.Args...)
}

// IsZero reports whether there is nothing to say.
func (m Message) IsZero() bool { return m.Key == "" }

// printers are made once; a Printer is only read after it is made.
var printers = map[Lang]*message.Printer{
	Zh: message.NewPrinter(language.SimplifiedChinese, message.Catalog(words)),
	En: message.NewPrinter(language.English, message.Catalog(words)),
}

// English is the English of a sentence as it stands in the locale files, "" if
// it has none or has plural forms.
func English(key string) string {
	if t := english[key]; t.Arg == 0 {
		return t.Other
	}
	return ""
}
