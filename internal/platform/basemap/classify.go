package basemap

import "strings"

// layer of a map, in the order in which they are drawn.
type layer uint8

const (
	greenLayer layer = iota
	waterLayer
	buildingLayer
	waterwayLayer
	railLayer
	roadLayer
	placeLayer
	spotLayer
	layers
)

var layerNames = [layers]string{"green", "water", "building", "waterway", "rail", "road", "place", "spot"}

// look is what the map keeps of an element's tags.
type look struct {
	layer    layer
	zoom     uint8 // from which on it is shown
	area     bool
	class    string
	name, en string // in Chinese, or as the place says it; in English, "" if that is the same
}

// maxName bounds a name in bytes; nobody reads a longer one on a map.
const maxName = 120

// roads by class; what is not here is not shown.
var roads = map[string]struct {
	class string
	zoom  uint8
}{
	"motorway": {"motorway", 10}, "motorway_link": {"motorway", 12}, "trunk": {"trunk", 10}, "trunk_link": {"trunk", 12},
	"primary": {"primary", 10}, "primary_link": {"primary", 13}, "secondary": {"secondary", 11}, "secondary_link": {"secondary", 13},
	"tertiary": {"tertiary", 12}, "tertiary_link": {"tertiary", 14}, "residential": {"street", 13}, "unclassified": {"street", 13},
	"road": {"street", 13}, "living_street": {"street", 13}, "pedestrian": {"pedestrian", 13}, "service": {"service", 14},
	"footway": {"path", 15}, "path": {"path", 15}, "cycleway": {"path", 14}, "steps": {"steps", 15}, "track": {"path", 15}, "bridleway": {"path", 15},
}

var rails = map[string]uint8{"rail": 11, "subway": 13, "light_rail": 12, "tram": 13, "monorail": 13, "narrow_gauge": 12}

// greens and waters are areas by key and value.
var greens = map[tag]string{
	{"leisure", "park"}: "park", {"leisure", "garden"}: "park", {"leisure", "pitch"}: "pitch", {"leisure", "golf_course"}: "park",
	{"leisure", "nature_reserve"}: "wood", {"leisure", "playground"}: "pitch", {"landuse", "forest"}: "wood", {"landuse", "grass"}: "grass",
	{"landuse", "meadow"}: "grass", {"landuse", "recreation_ground"}: "park", {"landuse", "village_green"}: "park", {"landuse", "orchard"}: "wood",
	{"landuse", "farmland"}: "field", {"natural", "wood"}: "wood", {"natural", "scrub"}: "wood", {"natural", "grassland"}: "grass", {"natural", "heath"}: "grass",
}

var waters = map[tag]bool{
	{"natural", "water"}: true, {"natural", "bay"}: true, {"waterway", "riverbank"}: true, {"waterway", "dock"}: true,
	{"landuse", "reservoir"}: true, {"landuse", "basin"}: true, {"leisure", "swimming_pool"}: true,
}

var waterways = map[string]uint8{"river": 10, "canal": 11, "stream": 14, "ditch": 15, "drain": 15}

// places by size of the settlement.
var places = map[string]uint8{"city": 10, "town": 10, "suburb": 12, "village": 12, "quarter": 13, "neighbourhood": 14, "hamlet": 13}

// spots are what a neighbour looks for on the way (O5), by key and value.
var spots = map[tag]struct {
	class string
	zoom  uint8
}{
	{"amenity", "toilets"}: {"toilets", 15}, {"amenity", "drinking_water"}: {"water", 16}, {"amenity", "shelter"}: {"rest", 16},
	{"leisure", "park"}: {"park", 14}, {"highway", "bus_stop"}: {"bus", 16}, {"amenity", "bus_station"}: {"bus", 14},
	{"railway", "station"}: {"station", 13}, {"railway", "halt"}: {"station", 14}, {"railway", "tram_stop"}: {"station", 15}, {"railway", "subway_entrance"}: {"metro", 16},
	{"amenity", "hospital"}: {"clinic", 14}, {"amenity", "clinic"}: {"clinic", 15}, {"amenity", "pharmacy"}: {"pharmacy", 16},
	{"amenity", "school"}: {"school", 15}, {"amenity", "kindergarten"}: {"school", 16}, {"amenity", "library"}: {"library", 15},
	{"amenity", "community_centre"}: {"community", 15}, {"amenity", "social_facility"}: {"community", 16}, {"amenity", "townhall"}: {"community", 15},
	{"amenity", "police"}: {"police", 15}, {"amenity", "marketplace"}: {"market", 15}, {"amenity", "post_office"}: {"post", 16},
}

// named fills in the names.
func (l look) named(e *element) look {
	local := e.get("name")
	l.name = shorten(firstOf(e.get("name:zh-Hans"), e.get("name:zh"), local))
	if l.en = shorten(firstOf(e.get("name:en"), local)); l.en == l.name {
		l.en = ""
	}
	return l
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func shorten(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "")
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// lookOfArea is how a closed way or a multipolygon is drawn.
func lookOfArea(e *element) (look, bool) {
	if b := e.get("building"); b != "" && b != "no" {
		return look{layer: buildingLayer, zoom: 14, area: true, class: "building"}, true
	}
	for _, t := range e.tags {
		t.value, _, _ = strings.Cut(t.value, ";")
		if waters[t] {
			return look{layer: waterLayer, zoom: 10, area: true, class: "water"}.named(e), true
		}
		if class := greens[t]; class != "" {
			return look{layer: greenLayer, zoom: 10, area: true, class: class}.named(e), true
		}
	}
	return look{}, false
}

// lookOfLine is how an open way is drawn, or a closed one that is no area.
func lookOfLine(e *element) (look, bool) {
	if e.get("area") == "yes" && e.get("highway") == "" {
		return look{}, false
	}
	if r, ok := roads[e.get("highway")]; ok {
		return look{layer: roadLayer, zoom: r.zoom, class: r.class}.named(e), true
	}
	if zoom := rails[e.get("railway")]; zoom > 0 && e.get("tunnel") != "yes" {
		return look{layer: railLayer, zoom: zoom, class: e.get("railway")}.named(e), true
	}
	if zoom := waterways[e.get("waterway")]; zoom > 0 && e.get("tunnel") == "" {
		return look{layer: waterwayLayer, zoom: zoom, class: e.get("waterway")}.named(e), true
	}
	return look{}, false
}

// lookOfSpot is how a point is drawn: a node, or the middle of an area.
func lookOfSpot(e *element) (look, bool) {
	if zoom := places[e.get("place")]; zoom > 0 && e.kind == nodes {
		l := look{layer: placeLayer, zoom: zoom, class: e.get("place")}.named(e)
		return l, l.name != ""
	}
	for _, t := range e.tags {
		if s, ok := spots[t]; ok {
			l := look{layer: spotLayer, zoom: s.zoom, class: s.class}.named(e)
			return l, l.name != "" || s.class == "toilets" || s.class == "water" || s.class == "rest" || s.class == "bus"
		}
	}
	return look{}, false
}
