package galleryweb

import (
	"context"
	"io"
	"time"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

var colours = []string{"bamboo", "persimmon", "madder", "ochre", "indigo", "ink", "q1", "q2", "q3", "q4", "q5", "q6", "c1", "c2", "c3", "c4", "c5", "c6"}

func sampleRows(ctx context.Context) []ui.Row {
	return []ui.Row{
		{Href: "/ui", Time: "10:30", Title: i18n.T(ctx, "桥头面包房·商家日"), Text: i18n.T(ctx, "满 50 元送洗衣券一张，今天有效"), EndNote: ui.Distance(ctx, 260)},
		{Href: "/ui", Time: "15:00", Title: i18n.T(ctx, "社区客厅·修小家电"), Text: i18n.T(ctx, "周师傅等 3 位邻居义务修，还可约 4 件"), EndNote: ui.Distance(ctx, 80)},
		{Href: "/ui", Time: "19:30", Title: i18n.T(ctx, "议事：3 号楼前要不要画车位"), Text: i18n.T(ctx, "您是 3 号楼业主，请来说一句"), Tag: i18n.T(ctx, "等您"), Tone: ui.Act},
	}
}

func helpRows(ctx context.Context) []ui.Row {
	return []ui.Row{
		{Icon: "box", Title: i18n.T(ctx, "取快递送上楼"), Text: i18n.T(ctx, "5 号楼·约 20 分钟"), Notes: []string{i18n.T(ctx, "记 20 分钟服务时")}, Do: ui.Link{Href: "/ui", Text: i18n.T(ctx, "我来帮")}},
		{Icon: "book", Title: i18n.T(ctx, "辅导四年级数学"), Text: i18n.T(ctx, "周六 10:00·社区客厅"), Notes: []string{i18n.T(ctx, "记 1 小时服务时")}, Do: ui.Link{Href: "/ui", Text: i18n.T(ctx, "我来帮")}},
	}
}

func sampleStats(ctx context.Context) []ui.Stat {
	return []ui.Stat{
		ui.Entitlement(ctx, 6420, 1000),
		ui.PointsStat(ctx, 1286, i18n.T(ctx, "够换食用油 1 瓶")),
		{Name: i18n.T(ctx, "券"), Number: "3", Unit: i18n.T(ctx, "张"), Note: i18n.T(ctx, "1 张 10 月 19 日到期"), NoteTone: ui.Act, Href: "/ui"},
		{Name: i18n.T(ctx, "待取"), Number: "1", Unit: i18n.T(ctx, "件"), Note: i18n.T(ctx, "巷口药房，今晚起"), Href: "/ui"},
	}
}

func sampleFacts(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Name: i18n.T(ctx, "谁提的"), Text: i18n.T(ctx, "会员，尾号 6120")},
		{Name: i18n.T(ctx, "买了"), Text: i18n.T(ctx, "沙瓤番茄 2.5 公斤，16.80 元")},
		{Name: i18n.T(ctx, "要求"), Text: i18n.T(ctx, "退坏的部分，约 6.70 元")},
		{Name: i18n.T(ctx, "批次"), Text: "T-1015-3", Why: "/ui/lists"},
	}
}

func sampleLines(ctx context.Context) []ui.Line {
	return []ui.Line{
		{Text: i18n.T(ctx, "顾客付"), Num: "128.40"},
		{Text: i18n.T(ctx, "平台服务费"), Note: i18n.T(ctx, "3%%，其中 0.64 归共益基金"), Num: "−3.85", Why: "/ui/lists"},
		{Text: i18n.T(ctx, "店里到手"), Num: "+124.55", In: true, Total: true},
	}
}

func sampleEvents(ctx context.Context) []ui.Event {
	return []ui.Event{
		{When: "13:52", Title: i18n.T(ctx, "您发出请求"), Text: i18n.T(ctx, "30 分钟内必须有答复"), State: ui.Done},
		{When: "14:01", Title: i18n.T(ctx, "9 分钟后，周师傅接单"), Text: i18n.T(ctx, "先问了本网格会理发的 3 位邻居"), State: ui.Done},
		{When: "14:46", Title: i18n.T(ctx, "周师傅出发"), State: ui.Now},
		{When: "15:00", Title: i18n.T(ctx, "签到，开始服务"), Text: i18n.T(ctx, "报四位签到码"), State: ui.Later},
	}
}

func sampleMatters(ctx context.Context) []ui.Matter {
	return []ui.Matter{
		{Href: "/ui", Left: -18 * time.Minute, Limit: time.Hour, Kind: i18n.T(ctx, "投诉"), Title: i18n.T(ctx, "面包里有异物，要说法"), Text: i18n.T(ctx, "桥头面包房，已升级给社区专员"), Stage: i18n.T(ctx, "等首次回话"), Next: i18n.T(ctx, "马上回话")},
		{Href: "/ui", Left: 12 * time.Minute, Limit: time.Hour, Kind: i18n.T(ctx, "团购售后"), Title: i18n.T(ctx, "番茄压坏 4 个，要退"), Text: i18n.T(ctx, "巷口药房取货点，有照片 2 张"), Stage: i18n.T(ctx, "等定责"), Next: i18n.T(ctx, "看证据"), Open: true},
		{Href: "/ui", Left: 41 * time.Minute, Limit: time.Hour, Kind: i18n.T(ctx, "投诉"), Title: i18n.T(ctx, "楼下早点铺油烟大"), Text: i18n.T(ctx, "3 号楼，和 10 月 9 日的一件是同一事"), Stage: i18n.T(ctx, "等首次回话"), Next: i18n.T(ctx, "合并回话")},
		{Href: "/ui", Left: 50 * time.Hour, Limit: 72 * time.Hour, Kind: i18n.T(ctx, "入驻审核"), Title: i18n.T(ctx, "修鞋配钥匙铺申请席位"), Text: i18n.T(ctx, "同业 1 公里内没有冲突，材料齐"), Stage: i18n.T(ctx, "等实地看"), Next: i18n.T(ctx, "约时间")},
	}
}

func wrongTime(ctx context.Context) string {
	return i18n.T(ctx, "今天会理发的邻居 14:30 以后才有空，请改成 14:30 以后，或选明天")
}

func wrongCode(ctx context.Context) string {
	return i18n.T(ctx, "少了两位，短信里是 6 位数")
}

func sampleWrong(ctx context.Context) []ui.Wrong {
	return []ui.Wrong{{Field: "from", Text: wrongTime(ctx)}, {Field: "code", Text: wrongCode(ctx)}}
}

func tableOf(ctx context.Context) ui.Table {
	return ui.Table{
		ID: "shops", Caption: i18n.T(ctx, "店铺"), Path: "/ui/tables",
		Columns: []ui.Column{
			{Key: "name", Text: i18n.T(ctx, "店名"), Sort: true, Title: true}, {Text: i18n.T(ctx, "行业"), Rare: true}, {Text: i18n.T(ctx, "状态")},
			{Key: "sales", Text: i18n.T(ctx, "本月收款，元"), Num: true, Sort: true}, {Text: i18n.T(ctx, "归基金，元"), Num: true},
		},
	}
}

func sampleTable(ctx context.Context) ui.Table {
	t := tableOf(ctx)
	t.Ask = ui.TableAsk{Sort: "sales", Desc: true, Page: 2, Size: 3}
	t.Total, t.Export, t.Search = 11, true, i18n.T(ctx, "店名或行业")
	t.Filters = []ui.Field{{Name: "state", Label: i18n.T(ctx, "状态"), Options: []ui.Option{{Text: i18n.T(ctx, "全部")}, {Value: "on", Text: i18n.T(ctx, "营业")}, {Value: "off", Text: i18n.T(ctx, "已退出")}}}}
	ok := ui.Cell{Text: i18n.T(ctx, "营业"), Tone: ui.OK}
	t.Rows = []ui.TableRow{
		{Href: "/ui/lists", Cells: []ui.Cell{{Text: i18n.T(ctx, "桥头面包房"), Sub: "M-017"}, {Text: i18n.T(ctx, "面包")}, ok, {Text: "38,426.00"}, {Text: "192.13", In: true}}},
		{Href: "/ui/lists", Open: true, Cells: []ui.Cell{{Text: i18n.T(ctx, "巷口药房"), Sub: "M-003"}, {Text: i18n.T(ctx, "药店")}, {Text: i18n.T(ctx, "快到期"), Tone: ui.Soon}, {Text: "21,860.50"}, {Text: "109.30", In: true}}},
		{Href: "/ui/lists", Cells: []ui.Cell{{Text: i18n.T(ctx, "巷口洗衣房"), Sub: "M-021"}, {Text: i18n.T(ctx, "洗衣")}, ok, {Text: "9,204.80"}, {Text: "46.02", In: true}}},
	}
	t.Foot = []ui.Cell{{Text: i18n.T(ctx, "这一页合计")}, {}, {}, {Text: "69,491.30"}, {Text: "347.45"}}
	return t
}

func emptyTable(ctx context.Context) ui.Table {
	t := tableOf(ctx)
	t.ID = "none-yet"
	t.Empty = ui.EmptyView{Icon: "store", Title: i18n.T(ctx, "还没有店加入"), Text: i18n.T(ctx, "请第一家来，或从表格导入。"), Action: ui.Link{Href: "/ui", Text: i18n.T(ctx, "导入店铺")}}
	return t
}

func sampleConfirm(ctx context.Context) ui.Confirm {
	return ui.Confirm{
		ID: "refund", Open: i18n.T(ctx, "退款"), Title: i18n.T(ctx, "退给顾客 12.00 元？"), Text: i18n.T(ctx, "退款时，每一笔都原样退回，记录不改写。"),
		Lines: sampleLines(ctx), Action: "/ui/sheets", Do: i18n.T(ctx, "退 ¥ 12.00"), Token: "sample",
	}
}

func sampleRevoke(ctx context.Context) ui.Confirm {
	return ui.Confirm{
		ID: "revoke", Open: i18n.T(ctx, "收回权限"), Class: "line-share", Title: i18n.T(ctx, "收回李专员的权限？"), Text: i18n.T(ctx, "马上生效，他再办事要重新授权。"),
		Action: "/ui/sheets", Do: i18n.T(ctx, "收回权限"), Danger: true,
	}
}

// framed is a frame as somebody sees it who has every hat.
func framed(kind ui.Kind) func(ctx context.Context, w io.Writer) error {
	return func(ctx context.Context, w io.Writer) error {
		v := ui.Viewer{
			Name: i18n.T(ctx, "陈女士"), SignedIn: true, Unread: 3, Inbox: "/ui", Home: "/ui", SignOut: "/ui/out",
			Hats: []ui.Link{{Href: "/ui/frames/merchant", Text: i18n.T(ctx, "店家")}, {Href: "/ui/frames/operator", Text: i18n.T(ctx, "运营台")}},
			Demo: &ui.DemoBar{Now: ui.Moment(ctx, at), As: []ui.Link{{Href: "/ui/as", Text: i18n.T(ctx, "居民")}, {Href: "/ui/as", Text: i18n.T(ctx, "店家")}, {Href: "/ui/as", Text: i18n.T(ctx, "网格员")}}},
		}
		if kind == ui.FieldFrame {
			v.Assist = &ui.Assist{Name: i18n.T(ctx, "王奶奶"), Until: at.Add(time.Hour), Stop: "/ui/stop"}
		}
		if kind == ui.PlainFrame {
			v = ui.Viewer{SignIn: "/ui"}
		}
		return frame(shell(ctx, kind)).Render(ui.WithViewer(ctx, v), w)
	}
}

func shell(ctx context.Context, kind ui.Kind) ui.Shell {
	s := ui.Shell{
		Kind: kind, Title: kindName(ctx, kind), Place: ui.Link{Href: "/ui", Text: i18n.T(ctx, "竹溪社区")}, Active: "home", Private: true,
		Help: ui.Help{Href: "/ui", Note: i18n.T(ctx, "小赵在岗，约 2 分钟接通")},
		Tabs: []ui.Tab{
			{Key: "home", Href: "/ui", Text: i18n.T(ctx, "首页"), Icon: "home"}, {Key: "buy", Href: "/ui", Text: i18n.T(ctx, "团购"), Icon: "basket"},
			{Key: "help", Href: "/ui", Text: i18n.T(ctx, "互助"), Icon: "hands", Count: 2}, {Key: "talk", Href: "/ui", Text: i18n.T(ctx, "议事"), Icon: "talk"},
			{Key: "me", Href: "/ui", Text: i18n.T(ctx, "我的"), Icon: "person"},
		},
	}
	switch kind {
	case ui.ResidentFrame:
		s.Wide = true
	case ui.OfficerFrame:
		s.Wide = true
	case ui.OperatorFrame:
		s.Place.Text, s.Aside, s.Tabs = i18n.T(ctx, "竹溪"), detail(), queues(ctx)
	case ui.TaskFrame:
		s.Title, s.Tabs, s.Dock, s.Back = i18n.T(ctx, "收款确认"), nil, tillDock(), ui.Link{Href: "/ui", Text: i18n.T(ctx, "首页")}
	case ui.PlainFrame:
		s.Tabs, s.Place, s.Back, s.Help = nil, ui.Link{}, ui.Link{Href: "/ui", Text: i18n.T(ctx, "公开账本")}, ui.Help{}
	}
	return s
}

func queues(ctx context.Context) []ui.Tab {
	return []ui.Tab{
		{Key: "home", Href: "/ui", Text: i18n.T(ctx, "全部待办"), Icon: "list", Count: 18}, {Key: "1", Href: "/ui", Text: i18n.T(ctx, "投诉"), Icon: "flag", Count: 4, Hot: true},
		{Key: "2", Href: "/ui", Text: i18n.T(ctx, "团购售后"), Icon: "basket", Count: 6}, {Key: "3", Href: "/ui", Text: i18n.T(ctx, "入驻审核"), Icon: "store", Count: 2},
		{Key: "4", Href: "/ui", Text: i18n.T(ctx, "公开账本"), Icon: "book", Group: i18n.T(ctx, "看一看")}, {Key: "5", Href: "/ui", Text: i18n.T(ctx, "地图"), Icon: "pin"},
	}
}
