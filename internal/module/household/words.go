package household

import "gongyi/internal/platform/i18n"

// RelationName is what people call a relation.
func RelationName(r Relation) i18n.Message { return relationNames[r] }

var relationNames = map[Relation]i18n.Message{
	Head: i18n.M("户主"), Spouse: i18n.M("配偶"), Child: i18n.M("子女"), Parent: i18n.M("父母"),
	Grandchild: i18n.M("孙辈"), Relative: i18n.M("亲戚"), Carer: i18n.M("照护人"), Tenant: i18n.M("租客"), Other: i18n.M("其他"),
}

// LinkName is what people call a duty.
func LinkName(k LinkKind) i18n.Message {
	if k == Worker {
		return i18n.M("网格员")
	}
	return i18n.M("居民代表")
}
