package membership

import "gongyi/internal/platform/i18n"

// StateName is what people call the state of a recommendation.
func StateName(s State) i18n.Message {
	switch s {
	case Counts:
		return i18n.M("算数了")
	case Held:
		return i18n.M("待核对")
	case Blocked:
		return i18n.M("不算数")
	}
	return i18n.M("还要等等")
}

// ClaimName says how a chosen pack stands.
func ClaimName(c *Claim) i18n.Message {
	switch {
	case c.End == nil:
		return i18n.M("等您来领")
	case c.End.How == Handed:
		return i18n.M("领走了")
	}
	return i18n.M("作废了")
}

// OriginName says where a term comes from.
func OriginName(o Origin) i18n.Message {
	switch o {
	case Waived:
		return i18n.M("推荐够了，免会费")
	case Free:
		return i18n.M("不收会费")
	case Carried:
		return i18n.M("原来的会员，接着算")
	}
	return i18n.M("付了会费")
}
