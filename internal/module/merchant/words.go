package merchant

import (
	"cmp"
	"context"
	"strings"

	"gongyi/internal/platform/i18n"
)

// Trade is what people call the shop's industry, in the language of the page.
func (m *Merchant) Trade(ctx context.Context) string {
	if i18n.Of(ctx) != i18n.En || m.Industry == "" {
		return cmp.Or(m.IndustryZH, m.Industry)
	}
	name := strings.ReplaceAll(m.Industry, "-", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}
