package access

import (
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/i18n"
)

// names are what people call the roles.
var names = map[authz.Role]i18n.Message{
	Resident:     i18n.M("居民"),
	Member:       i18n.M("会员"),
	Volunteer:    i18n.M("志愿者"),
	TeamLeader:   i18n.M("团队组长"),
	Director:     i18n.M("理事"),
	Owner:        i18n.M("店主"),
	Staff:        i18n.M("店员"),
	GridWorker:   i18n.M("网格员"),
	Specialist:   i18n.M("社区专员"),
	PointKeeper:  i18n.M("自提点负责人"),
	Partner:      i18n.M("社区合伙人"),
	Supplier:     i18n.M("供货商"),
	Operator:     i18n.M("平台运营"),
	Finance:      i18n.M("财务"),
	Committee:    i18n.M("委员"),
	Chair:        i18n.M("轮值主席"),
	Mediator:     i18n.M("调解员"),
	Advisor:      i18n.M("顾问"),
	Officer:      i18n.M("政府工作人员"),
	Inspector:    i18n.M("监管检查员"),
	Supervisor:   i18n.M("第三方数据监督员"),
	Donor:        i18n.M("捐赠方"),
	Property:     i18n.M("物业"),
	Residents:    i18n.M("居委会"),
	Owners:       i18n.M("业委会"),
	Organisation: i18n.M("公益组织"),
	TaskForce:    i18n.M("专班"),
}

// Name is what people call a role.
func Name(r authz.Role) i18n.Message { return names[r] }
