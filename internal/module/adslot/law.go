package adslot

import "strings"

// Banned is a word that no advertisement may have.
type Banned struct {
	Word string
	Why  string // a message key
}

// Why a word is banned.
const (
	superlative = "《广告法》第九条不许说最好、第一、国家级这一类话"
	promise     = "《广告法》第二十八条不许说做不到或证明不了的话"
	medical     = "《广告法》第十七条：不是药品和医疗，不许说能治病、能保健"
	earning     = "《广告法》第二十五条不许保证赚钱、保本"
	state       = "《广告法》第九条不许用国旗、国徽、国家机关的名义"
)

// banned are the words and why. They are looked for in the text without spaces and
// marks between its characters, so that 最 · 好 is found too. A word stands here only
// if no shop of a neighbourhood needs it for anything else.
var banned = []struct {
	why   string
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

// Unlawful finds the first word of a text that no advertisement may have, nil if
// there is none. It is a sieve, not a judge: a person looks at what passes.
func Unlawful(text string) *Banned {
	plain := squeeze(text)
	var found *Banned
	at := len(plain)
	for _, b := range banned {
		for _, w := range b.words {
			if i := strings.Index(plain, w); i >= 0 && i < at {
				at, found = i, &Banned{w, b.why}
			}
		}
	}
	return found
}

// squeeze leaves what is read of a text: small letters, digits of ordinary width, no
// spaces and no marks but % and the point.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e: // full width
			r -= 0xfee0
		}
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '%' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x3400 && r <= 0x9fff:
			return r
		}
		return -1
	}, s)
}
