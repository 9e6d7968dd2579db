package assist

import (
	"context"
	"strings"

	"gongyi/internal/platform/i18n"
)

// ScopeName is what people call a scope.
func ScopeName(s Scope) i18n.Message { return scopeNames[s] }

var scopeNames = map[Scope]i18n.Message{
	See: i18n.M("看我的订单、权益和小票"), Order: i18n.M("替我下单和预约"), Settle: i18n.M("替我到店结账"), Serve: i18n.M("替我向邻居求助"),
}

// ScopeList names several scopes in one line.
func ScopeList(ctx context.Context, all []Scope) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = ScopeName(s).In(ctx)
	}
	return strings.Join(names, i18n.T(ctx, "；"))
}

// BasisName is what people call the reason for which somebody may help.
func BasisName(b Basis) i18n.Message {
	if b == Worker {
		return i18n.M("网格员")
	}
	return i18n.M("家人亲友")
}

// GivenName says how a consent was given.
func GivenName(g Given) i18n.Message {
	switch g {
	case OwnPhone:
		return i18n.M("本人在手机上同意")
	case InPerson:
		return i18n.M("当面签了同意书")
	}
	return i18n.M("凭监护证件")
}

// StepName says what became of a request.
func StepName(s Step) i18n.Message {
	switch s {
	case Taken:
		return i18n.M("在办")
	case Done:
		return i18n.M("办好了")
	case Declined:
		return i18n.M("办不了")
	case Withdrawn:
		return i18n.M("撤回了")
	}
	return i18n.M("等人接")
}

// Did says in words what an act was.
func (a *Act) Did(ctx context.Context) string {
	page := i18n.M("一页")
	for _, p := range pages {
		if strings.HasPrefix(a.Path, p.path) {
			page = p.name
			break
		}
	}
	if a.Changes() {
		return i18n.T(ctx, "办了：%s", page)
	}
	return i18n.T(ctx, "看了：%s", page)
}

// pages are what people call the pages of a person, the longer address first.
var pages = []struct {
	path string
	name i18n.Message
}{
	{"/me/wallet", i18n.M("抵扣权益和积分")}, {"/me/purchases", i18n.M("消费和小票")}, {"/me/household", i18n.M("我的家")}, {"/me/helpers", i18n.M("谁能替我办事")},
	{"/me/help", i18n.M("请网格员帮我办")}, {"/me", i18n.M("我的")}, {"/home", i18n.M("首页")}, {"/group", i18n.M("团购")}, {"/help", i18n.M("互助")}, {"/council", i18n.M("议事")},
	{"/assist", i18n.M("结束代办")}, {"/notices", i18n.M("通知")}, {"/map", i18n.M("社区地图")},
}
