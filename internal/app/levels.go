package app

import (
	"gongyi/internal/module/growth/growthweb"
	"gongyi/internal/module/honour/honourweb"
	"gongyi/internal/module/marketing/marketingweb"
	"gongyi/internal/portal/resultweb"
)

// levels adds the pages of levels and rewards, of honours, of the shops' common money
// and of what the platform kept.
func (a *App) levels() {
	growthweb.Routes(a.routes, a.portal)
	honourweb.Routes(a.routes, a.portal)
	marketingweb.Routes(a.routes, a.portal)
	resultweb.Routes(a.routes, a.portal)
}
