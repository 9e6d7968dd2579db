package app

import (
	"gongyi/internal/module/badge/badgeweb"
	"gongyi/internal/module/points/pointsweb"
)

// points adds the pages of points and of badge coins.
func (a *App) points() {
	(&pointsweb.Pages{Portal: a.portal, Base: a.base}).Routes(a.routes)
	(&badgeweb.Pages{Portal: a.portal, Base: a.base}).Routes(a.routes)
}
