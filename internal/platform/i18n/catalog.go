package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"
)

//go:embed locales
var locales embed.FS

// A translation is one sentence, or one for each plural form of the argument
// that decides (counted from 1).
type translation struct {
	Arg   int    `json:"arg"`
	One   string `json:"one"`
	Other string `json:"other"`
}

// UnmarshalJSON accepts a bare string for a sentence without plural forms.
func (t *translation) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &t.Other)
	}
	type forms translation
	return json.Unmarshal(b, (*forms)(t))
}

var (
	// conflicts are sentences and codes that stand twice and differ; the first
	// one counts, and a test fails.
	conflicts []string

	english = load()
	words   = build(english)
)

// load reads every English file. The files are compiled in, so a mistake in one
// is a mistake in the program and stops it at once.
func load() map[string]translation {
	all := make(map[string]translation)
	eachFile("locales/en", func(name string, b []byte) error {
		var file map[string]translation
		if err := json.Unmarshal(b, &file); err != nil {
			return err
		}
		for key, t := range file {
			if old, twice := all[key]; twice {
				if old != t {
					conflicts = append(conflicts, fmt.Sprintf("%s: %q is translated twice", name, key))
				}
				continue
			}
			all[key] = t
		}
		return nil
	})
	return all
}

func eachFile(dir string, read func(name string, b []byte) error) {
	entries, err := locales.ReadDir(dir)
	if err != nil {
		panic("i18n: " + err.Error())
	}
	for _, e := range entries {
		b, err := locales.ReadFile(path.Join(dir, e.Name()))
		if err == nil {
			err = read(e.Name(), b)
		}
		if err != nil {
			panic(fmt.Sprintf("i18n: %s/%s: %v", dir, e.Name(), err))
		}
	}
}

func build(english map[string]translation) catalog.Catalog {
	b := catalog.NewBuilder(catalog.Fallback(language.SimplifiedChinese))
	for key, t := range english {
		var err error
		if t.Arg == 0 {
			err = b.SetString(language.English, key, t.Other)
		} else {
			err = b.Set(language.English, key, plural.Selectf(t.Arg, "%d", plural.One, t.One, plural.Other, t.Other))
		}
		if err != nil {
			panic(fmt.Sprintf("i18n: %q: %v", key, err))
		}
	}
	return b
}
