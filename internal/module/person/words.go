package person

import (
	"context"

	"gongyi/internal/platform/i18n"
)

// forms are the ways to address somebody, by surname.
var forms = map[Form]i18n.Message{
	Ms: i18n.M("%s女士"), Mr: i18n.M("%s先生"), Auntie: i18n.M("%s阿姨"), Uncle: i18n.M("%s叔叔"),
	Teacher: i18n.M("%s老师"), Master: i18n.M("%s师傅"),
}

// Called is how somebody is addressed: 陈女士. Nobody whose name was erased is named.
func (p *Person) Called(ctx context.Context) string {
	if p.Name == "" {
		return i18n.T(ctx, "一位没有留名的邻居")
	}
	form, ok := forms[p.Form]
	if !ok {
		return p.Name
	}
	return i18n.T(ctx, form.Key, p.Surname())
}
