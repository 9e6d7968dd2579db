package adslot

import "gongyi/internal/platform/i18n"

// PageName is what people call a page that has slots.
func PageName(p Page) i18n.Message {
	if p == Map {
		return i18n.M("社区地图")
	}
	return i18n.M("居民首页")
}

// EndName says how a booking ended.
func EndName(h How) i18n.Message {
	if h == Lapsed {
		return i18n.M("没按时付款，位子放回去了")
	}
	return i18n.M("取消了")
}
