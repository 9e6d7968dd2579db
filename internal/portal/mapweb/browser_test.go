package mapweb_test

import (
	"testing"

	"gongyi/internal/platform/ui/uitest"
)

// views are the ways in which people look at a page.
func views(name, path string) []uitest.Shot {
	return []uitest.Shot{
		{Name: name + "-390", Path: path, Width: 390, Height: 844, Lang: "zh", Theme: "light"},
		{Name: name + "-1440", Path: path, Width: 1440, Height: 900, Lang: "zh", Theme: "light"},
		{Name: name + "-390-system-dark", Path: path, Width: 390, Height: 844, Lang: "zh", Dark: true},
		{Name: name + "-1440-dark-en", Path: path, Width: 1440, Height: 900, Lang: "en", Theme: "dark"},
		{Name: name + "-390-elder", Path: path, Width: 390, Height: 844, Lang: "zh", Theme: "elder"},
		{Name: name + "-paper", Path: path, Width: 800, Height: 1100, Lang: "zh", Theme: "light", Paper: true},
	}
}

// The map loads nothing from elsewhere, breaks no content policy, and fits.
func TestTheMapInABrowser(t *testing.T) {
	h := inHouse(t)
	uitest.Browse(t, h.web, views("schematic", "/c/C1/map"))
	h.town()
	uitest.Browse(t, h.web, views("map", "/c/C1/map"))
}

func TestTheMapIsForEverybody(t *testing.T) {
	h := inHouse(t)
	shots := views("schematic", "/c/C1/map")[:2]
	uitest.Axe(t, h.web, append(shots, views("schematic", "/c/C1/map?q=nothing")[4:5]...))
	h.town()
	uitest.Axe(t, h.web, append(views("map", "/c/C1/map")[:1], views("map", "/c/C1/map")[3:5]...))
}
