package draw

import "gongyi/internal/platform/i18n"

// BagName is what a kind of bag is called.
func BagName(k BagKind) i18n.Message {
	if k == Points {
		return i18n.M("积分，开奖后自动到账")
	}
	return i18n.M("东西，到店领")
}

// EndName is how the entries of a draw ended.
func EndName(k EndKind) i18n.Message {
	if k == Cancelled {
		return i18n.M("取消了")
	}
	return i18n.M("截止了")
}

// GivenName is what became of a bag, nil if it waits.
func GivenName(g *Given) i18n.Message {
	switch {
	case g == nil:
		return i18n.M("等着领")
	case g.Kind == AtOnce:
		return i18n.M("已经到账")
	case g.Kind == Handed:
		return i18n.M("已经领走")
	}
	return i18n.M("过期没领")
}

// StateName is where a draw stands.
func (d *Draw) StateName() i18n.Message {
	switch {
	case d.End == nil:
		return i18n.M("正在报名")
	case d.Outcome != nil:
		return i18n.M("开奖了")
	}
	return EndName(d.End.Kind)
}
