package demo

import (
	"fmt"
	"math/rand/v2"

	"gongyi/internal/module/person"
)

// What the demo calls its places, shops and people. All of it is made up.
var (
	cityName, streetName = "青川市", "竹溪街道"
	communities          = []string{"竹溪社区", "桥头社区", "东门社区", "南塘社区", "柳园社区", "梅苑社区", "北湖社区", "西井社区"}
	digits               = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"}
)

// shopNames are eight shops a trade, one for each community.
var shopNames = map[string][8]string{
	"bakery":      {"桥头面包房", "麦浪烘焙", "东门老面馒头", "南塘酥饼铺", "柳园蛋糕房", "梅香糕点", "湖畔面包坊", "西井火烧铺"},
	"butcher":     {"老孟鲜肉", "桥头肉铺", "东门放心肉", "南塘黑猪肉", "柳园牛羊肉", "梅苑鲜肉店", "北湖肉联", "西井冷鲜肉"},
	"cosmetics":   {"素颜美妆", "桥头日化", "东门百美", "南塘花容", "柳园美妆店", "梅妆阁", "湖畔护肤", "西井日化店"},
	"deli":        {"竹溪卤味", "桥头熟食", "东门烧鸡", "南塘酱货", "柳园凉菜", "梅苑烤鸭", "北湖卤煮", "西井熟食店"},
	"fishmonger":  {"小鲜水产", "桥头鱼行", "东门海鲜", "南塘活鱼", "柳园水产", "梅苑虾蟹", "北湖渔家", "西井水产店"},
	"florist":     {"溪边花店", "桥头鲜花", "东门花坊", "南塘绿植", "柳园花艺", "一剪梅花店", "湖畔花房", "西井花铺"},
	"fuel":        {"竹溪加油站", "桥头加油站", "东门加油站", "南塘加油站", "柳园加油站", "梅苑加油站", "北湖加油站", "西井加油站"},
	"general":     {"便民百货", "桥头百货", "东门杂货", "南塘五金日杂", "柳园百货店", "梅苑便利", "北湖百货", "西井供销社"},
	"greengrocer": {"巷口蔬果", "桥头菜园", "东门鲜果", "南塘菜篮子", "柳园果蔬", "梅苑鲜蔬", "北湖菜店", "西井瓜果"},
	"health-food": {"五谷坊", "桥头杂粮", "东门参茸", "南塘蜂蜜", "柳园养生", "梅苑燕窝", "北湖粗粮", "西井豆坊"},
	"pharmacy":    {"巷口药房", "桥头大药房", "东门仁和堂", "南塘药店", "柳园惠民药房", "梅苑康济", "北湖药房", "西井同济堂"},
	"restaurant":  {"溪口面馆", "桥头小馆", "东门羊汤", "南塘家常菜", "柳园饺子馆", "梅苑米线", "湖畔鱼馆", "西井炒鸡"},
	"supermarket": {"竹溪超市", "桥头生活超市", "东门惠民超市", "南塘超市", "柳园邻里超市", "梅苑鲜生", "北湖超市", "西井平价超市"},
	"wine":        {"竹溪酒行", "桥头酒坊", "东门老酒", "南塘酒水", "柳园名酒", "梅苑酒窖", "北湖烟酒", "西井烧锅"},
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐",
		"冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "欧阳", "孟", "戴", "石"}
	elderWomen = []string{"秀英", "桂兰", "玉兰", "淑珍", "凤英", "秀兰", "桂英", "素芬", "玉梅", "春兰", "惠芳", "月华"}
	elderMen   = []string{"建国", "国强", "德福", "志明", "永康", "树林", "文华", "福生", "庆祥", "长林", "宝山", "振华"}
	women      = []string{"静", "丽娜", "晓燕", "敏", "婷婷", "雪", "芳", "慧", "倩", "文静", "晓雨", "佳怡", "雅琴", "思琪", "海燕", "红梅"}
	men        = []string{"伟", "强", "磊", "勇", "杰", "涛", "明", "超", "鹏", "浩然", "志刚", "海波", "俊", "宇航", "晓东", "立新"}
)

// named is somebody of an age band of the data, the same for the same seed.
func named(rng *rand.Rand, band string, year int) person.Person {
	elder, woman := band == "65+", rng.IntN(2) == 0
	given, form := men, person.Mr
	switch {
	case elder && woman:
		given, form = elderWomen, person.Auntie
	case elder:
		given, form = elderMen, person.Uncle
	case woman:
		given, form = women, person.Ms
	}
	if elder && rng.IntN(6) == 0 {
		form = person.Teacher
	}
	return person.Person{Name: surnames[rng.IntN(len(surnames))] + given[rng.IntN(len(given))], Form: form, BirthYear: year - age(rng, band)}
}

// age is some age of a band: "25-34"; the data leave a third of them out.
func age(rng *rand.Rand, band string) int {
	low, high := 20, 60
	switch _, err := fmt.Sscanf(band, "%d-%d", &low, &high); {
	case band == "65+":
		low, high = 65, 88
	case err != nil:
		low, high = 24, 60
	}
	return low + rng.IntN(high-low+1)
}

// phone is a number that the demo gives out; n is below ten thousand.
func phone(n int) string { return fmt.Sprintf("+861700000%04d", n) }
