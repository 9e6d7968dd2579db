package portal

import (
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// resident are the five tabs of a resident.
var resident = []Door{
	{Kind: ui.ResidentFrame, Key: "home", Href: "/home", Icon: "home", Text: i18n.M("首页"), Action: "me.read"},
	{Kind: ui.ResidentFrame, Key: "group", Href: "/group", Icon: "basket", Text: i18n.M("团购"), Action: "ahead.read"},
	{Kind: ui.ResidentFrame, Key: "help", Href: "/help", Icon: "hands", Text: i18n.M("互助"), Action: "service.read"},
	{Kind: ui.ResidentFrame, Key: "council", Href: "/council", Icon: "talk", Text: i18n.M("议事"), Action: "ahead.read"},
	{Kind: ui.ResidentFrame, Key: "me", Href: "/me", Icon: "person", Text: i18n.M("我的"), Action: "me.read"},
}

// merchant are the tabs of a shop.
var merchant = []Door{
	{Kind: ui.MerchantFrame, Key: "today", Href: "/shop/{shop}", Icon: "sun", Text: i18n.M("今天"), Action: "shop.read"},
	{Kind: ui.MerchantFrame, Key: "till", Href: "/shop/{shop}/till", Icon: "scan", Text: i18n.M("收款"), Action: "till.use"},
	{Kind: ui.MerchantFrame, Key: "statement", Href: "/shop/{shop}/statement", Icon: "book", Text: i18n.M("账单"), Action: "statement.read"},
	{Kind: ui.MerchantFrame, Key: "shop", Href: "/shop/{shop}/about", Icon: "store", Text: i18n.M("店铺"), Action: "shop.read"},
}
