package basemap

// palette is what a theme colours a map with: the tokens --gy-map-* of the look,
// ink for words, and its type sizes in pixels. A test compares them with the style
// sheet.
type palette struct {
	land, block, road, water, green string
	ink, ink2, edge, rule           string
	bamboo, persimmon, indigo       string
	label                           float64 // px
	bold                            float64 // factor for the width of lines
}

var palettes = map[string]palette{
	"light": {
		land: "#f1ead9", block: "#e6dcc6", road: "#fffcf6", water: "#cfdfe2", green: "#d9e4cd",
		ink: "#26221c", ink2: "#544c40", edge: "#857a65", rule: "#dcd1bb",
		bamboo: "#1f5a3f", persimmon: "#ba4312", indigo: "#2b5a82", label: 13, bold: 1,
	},
	"elder": {
		land: "#f1ead9", block: "#e6dcc6", road: "#fffcf6", water: "#cfdfe2", green: "#d9e4cd",
		ink: "#15120e", ink2: "#2f2a22", edge: "#5c5344", rule: "#b9ac92",
		bamboo: "#164530", persimmon: "#8a2f0a", indigo: "#1b4468", label: 20, bold: 1.4,
	},
	"dark": {
		land: "#211e18", block: "#2c2820", road: "#3b362c", water: "#1e2c32", green: "#22301f",
		ink: "#f1eadb", ink2: "#cdc3b0", edge: "#8b8270", rule: "#3d382f",
		bamboo: "#8cc6a2", persimmon: "#ec8d5f", indigo: "#9bc3e4", label: 13, bold: 1,
	},
}
