package adslot

import "gongyi/internal/platform/i18n"

// banned are the words and why. They are looked for in the text without spaces and
// marks between its characters, so that 最 · 好 is found too. A word stands here only
// if no shop of a neighbourhood needs it for anything else.
var banned = []struct {
	why   i18n.Message
	words []string
}{
	{superlative, []string{
		"国家级", "世界级", "宇宙级", "最高级", "最佳", "最好", "最优", "最低价", "最便宜", "最新鲜", "最先进", "最正宗", "最大", "最强", "最棒", "最受欢迎",
		"第一品牌", "销量第一", "全国第一", "全市第一", "全网第一", "排名第一", "唯一", "独一无二", "顶级", "顶尖", "极品", "极致", "绝无仅有", "史无前例", "王牌", "冠军品牌", "全网最", "史上最",
		"no.1", "no1", "top1",
	}},
	{promise, []string{"百分之百", "100%有效", "绝对", "永久", "万能", "包过", "包会", "假一赔万", "零风险", "无任何添加", "纯天然无害"}},
	{medical, []string{
		"治疗", "治愈", "根治", "疗效", "药到病除", "防癌", "抗癌", "降血糖", "降血压", "降血脂", "消炎", "止痛", "祛湿排毒", "排毒", "延年益寿", "增强免疫", "提高免疫力", "无副作用", "无毒副作用",
		"包治", "康复率", "治好", "医用级", "壮阳", "减肥", "瘦身", "活血", "化瘀", "祖传秘方",
	}},
	{earning, []string{"保本", "稳赚", "包赚", "躺赚", "高回报", "无风险收益", "日入", "月入过万"}},
	{state, []string{"国徽", "国旗", "国宴", "特供", "专供机关", "国家机关推荐", "政府推荐", "领导人"}},
}
