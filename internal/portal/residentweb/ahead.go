package residentweb

import (
	"net/http"

	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// aheadView is a tab whose part of the house is still being built: what will be
// there, and what one can do today instead. It shows nothing that is not so.
type aheadView struct {
	Icon, Title string
	Will        string
	Rows        []ui.Row
}

// ahead is the page of such a tab.
func (p *Pages) ahead(key string) httpkit.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		var v aheadView
		switch key {
		case "group":
			v = aheadView{Icon: "basket", Title: i18n.T(ctx, "团购"), Will: i18n.T(ctx, "这里会是邻居一起买：先说想买什么，人多了价格一档一档往下走，到附近的自提点取。没凑成，钱原样退。")}
		default:
			v = aheadView{Icon: "talk", Title: i18n.T(ctx, "议事"), Will: i18n.T(ctx, "这里会是大家商量事：公共基金花在哪，规矩要不要改，谁都能提，大家投票，结果人人能验。")}
		}
		v.Rows = p.todayInstead(r, key)
		s := p.Shell(ctx, ui.ResidentFrame, key, v.Title)
		s.Private = false
		return p.Show(w, r, s, aheadPage(v))
	}
}

// todayInstead is what one can do today.
func (p *Pages) todayInstead(r *http.Request, key string) []ui.Row {
	ctx := r.Context()
	offers := map[string]ui.Row{
		"/books":     {Href: "/books", Icon: "book", Title: i18n.T(ctx, "看公开账本"), Text: i18n.T(ctx, "每个社区每个月的钱从哪来、到哪去")},
		"/verify":    {Href: "/verify", Icon: "proof", Title: i18n.T(ctx, "验一张小票"), Text: i18n.T(ctx, "不用相信我们，没有网也能验")},
		"/me/help":   {Href: "/me/help", Icon: "phone", Title: i18n.T(ctx, "请网格员帮我办"), Text: i18n.T(ctx, "打电话、上门，都算数，每一步您都看得到")},
		"/charter":   {Href: "/charter", Icon: "scale", Title: i18n.T(ctx, "谁能看什么、做什么"), Text: i18n.T(ctx, "每种身份的权限，写成大家看得懂的话")},
		"/me/wallet": {Href: "/me/wallet", Icon: "wallet", Title: i18n.T(ctx, "看我的券和服务时"), Text: i18n.T(ctx, "每一笔怎么来的，都写着")},
	}
	order := map[string][]string{
		"group":   {"/me/wallet", "/books", "/verify"},
		"council": {"/books", "/charter", "/verify"},
	}
	var rows []ui.Row
	for _, path := range order[key] {
		if p.Opens(path) {
			rows = append(rows, offers[path])
		}
	}
	return rows
}
