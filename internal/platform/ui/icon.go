package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// icons are drawn on 24 × 24 with lines of one weight.
var icons = map[string]string{
	"alert":  `<path d="M12 4 2.75 19.5h18.5z"/><path d="M12 10v4.5M12 17v.1"/>`,
	"back":   `<path d="m15 5-7 7 7 7"/>`,
	"basket": `<path d="M3.5 9.5h17L19 19a1.5 1.5 0 0 1-1.5 1h-11A1.5 1.5 0 0 1 5 19zM8 9.5 10.5 4M16 9.5 13.5 4M9.5 13v3.5M14.5 13v3.5"/>`,
	"check":  `<path d="m5 12.5 4.5 4.5L19 7"/>`,
	"clock":  `<circle cx="12" cy="12" r="8.25"/><path d="M12 7.5V12l3 2"/>`,
	"cross":  `<path d="m6.5 6.5 11 11M17.5 6.5l-11 11"/>`,
	"down":   `<path d="m5 9 7 7 7-7"/>`,
	"file":   `<path d="M12 4v10.5M7.5 10.5 12 15l4.5-4.5M5 19.5h14"/>`,
	"info":   `<circle cx="12" cy="12" r="8.25"/><path d="M12 11v5M12 8v.1"/>`,
	"list":   `<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5v.1M4.5 12v.1M4.5 17.5v.1"/>`,
	"next":   `<path d="m9 5 7 7-7 7"/>`,
	"print":  `<path d="M7 8V4h10v4M7 17H4V8h16v9h-3M7 14h10v6H7z"/>`,
	"proof":  `<path d="M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z"/><path d="m8.75 12 2.25 2.25L15.25 10"/>`,
	"qr":     `<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v6M17 20h-3"/>`,
	"slip":   `<path d="M6 3.5h12v17l-2-1.4-2 1.4-2-1.4-2 1.4-2-1.4-2 1.4zM9.5 8.5h5M9.5 12h5"/>`,
}

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
