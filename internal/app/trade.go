package app

import "gongyi/internal/module/trade/tradeweb"

// trade adds the pages of bills and portraits.
func (a *App) trade() { tradeweb.Routes(a.routes, &tradeweb.Pages{Portal: a.portal}) }
