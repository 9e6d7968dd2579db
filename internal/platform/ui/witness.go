package ui

import "gongyi/internal/platform/i18n"

// Witnesses are those who sign the log beside the community, by the name of
// their key: the street, the merchants' committee, a third party (L7).
var Witnesses = map[string]i18n.Message{
	"street":     i18n.M("街道"),
	"committee":  i18n.M("商家委员会"),
	"supervisor": i18n.M("第三方"),
}
