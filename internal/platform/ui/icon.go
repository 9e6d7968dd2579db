package ui

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/a-h/templ"
)

// Icon draws an icon; it always stands beside a word, so it is hidden from
// readers that speak.
func Icon(name string) templ.Component { return drawn("i", name) }

// SmallIcon draws an icon at the size of text.
func SmallIcon(name string) templ.Component { return drawn("i s", name) }

func drawn(class, name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="`+class+`" viewBox="0 0 24 24" aria-hidden="true">`+icons[name]+`</svg>`)
		return err
	})
}

// IconNames lists the icons.
func IconNames() []string { return slices.Sorted(maps.Keys(icons)) }
