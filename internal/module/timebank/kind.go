package timebank

import (
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
)

// Price says who bears a kind of service.
type Price string

// The prices (F2): basic services are free for who is served; others cost hours; what a
// shop's staff does for money is paid at the shop's till like any purchase.
const (
	Basic  Price = "basic"
	Hours  Price = "hours"
	AtShop Price = "shop"
)

// Prices lists them, in the order in which people read them.
var Prices = []Price{Basic, Hours, AtShop}

// Kind is one kind of service that can be asked for, in one edition: a change makes the
// next one, and a request keeps the terms under which it was asked.
type Kind struct {
	Key      string // of the catalogue, or "own:…" for one of the community's own
	Edition  int    // 0: as the catalogue has it
	Name     string
	About    string
	Standard string // by which it is accepted, in plain words
	Skill    string // key of a volunteer's skill, "" for none
	Level    int    // least verification of that skill (module volunteer)
	Identity int    // least knowledge of who the helper is (module volunteer)
	Minutes  int    // how long it takes
	People   int    // how many it takes; two for what nobody should do alone
	Price    Price
	Fen      money.Amount // what a shop takes a time, for AtShop
	Urgent   bool         // may be asked for at once
	Lifts    bool         // something heavy is lifted
	Pets     bool         // there are animals
	Proof    bool         // a picture shows that it was done
	Off      bool         // is not offered here
}

// Bounds of a kind, which no edition may pass.
const (
	leastMinutes = 15
	mostMinutes  = 8 * 60
	mostPeople   = 10
	mostLevel    = 3
)

// Own reports whether a kind is the community's own.
func (k *Kind) Own() bool { return strings.HasPrefix(k.Key, ownPrefix) }

const ownPrefix = "own:"

// Validate refuses a kind that nobody could serve.
func (k *Kind) Validate() error {
	switch {
	case !text.Line(k.Name, 20):
		return ErrBadKind.On("name")
	case !text.ShortProse(k.About, 200):
		return ErrBadKind.On("about")
	case !text.Prose(k.Standard, 300):
		return ErrBadStandard.On("standard")
	case !text.ShortLine(k.Skill, 40):
		return ErrBadSkill.On("skill")
	case k.Level < 0 || k.Level > mostLevel || k.Identity < 0 || k.Identity > mostLevel:
		return ErrBadSkill.On("level")
	case k.Minutes < leastMinutes || k.Minutes > mostMinutes:
		return ErrBadMinutes.On("minutes").With("least", leastMinutes).With("most", mostMinutes)
	case k.People < 1 || k.People > mostPeople:
		return ErrBadPeople.On("people").With("most", mostPeople)
	case k.Price != Basic && k.Price != Hours && k.Price != AtShop || (k.Price == AtShop) != (k.Fen > 0):
		return ErrBadPrice.On("price")
	}
	return nil
}

// Catalogue are the kinds that every community begins with. Names and standards are
// words that people read, in the language of the house; a community changes them, or
// leaves some out, by an edition of its own.
var Catalogue = []Kind{
	{Key: "parcel", Name: "代取快递", About: "帮忙从驿站、快递柜取到家门口。", Standard: "件数对，外包装完好，当面交到手里。", Skill: "errand.parcel", Minutes: 15, People: 1, Price: Basic, Urgent: true},
	{Key: "errand", Name: "代买日用", About: "照单子去附近买，钱当面结清，小票带回。", Standard: "照单子买，小票和零钱一起交。", Skill: "errand.shopping", Minutes: 45, People: 1, Price: Basic, Urgent: true},
	{Key: "medicine", Name: "代取药", About: "凭处方或药品名到药房取，不替人决定用药。", Standard: "药名和数量与单子一致，当面点清，拍照为证。", Skill: "errand.medicine", Minutes: 45, People: 1, Price: Basic, Urgent: true, Identity: 2, Proof: true},
	{Key: "meal", Name: "送餐", About: "从助餐点送到家，看一眼人是否都好。", Standard: "饭菜温热，当面交到，问一声好，拍照为证。", Skill: "errand.meal", Minutes: 30, People: 1, Price: Basic, Urgent: true, Proof: true},
	{Key: "call", Name: "电话问候", About: "每天或每周打个电话，听她说说话。", Standard: "通上话，有不对劲的告诉社区。", Skill: "company.call", Minutes: 15, People: 1, Price: Basic},
	{Key: "company", Name: "陪伴聊天", About: "到家里坐坐、读报、下棋。", Standard: "待满时间，不推销，不借钱。", Skill: "company.talk", Minutes: 60, People: 1, Price: Basic, Identity: 2},
	{Key: "phone_help", Name: "教用手机", About: "挂号、视频、付款码，一步一步教。", Standard: "本人自己做成一遍；不替人输密码。", Skill: "teach.phone", Minutes: 30, People: 1, Price: Basic, Urgent: true},
	{Key: "walk", Name: "陪着散步", About: "扶一把，走一圈，慢慢来。", Standard: "平安出门，平安到家。", Skill: "company.walk", Minutes: 60, People: 1, Price: Hours, Identity: 2},
	{Key: "hospital", Name: "陪同看病", About: "挂号、排队、取报告，送回家。", Standard: "人和单据都平安到家，医嘱写给家人。", Skill: "company.hospital", Minutes: 180, People: 1, Price: Hours, Identity: 2, Level: 2},
	{Key: "haircut", Name: "上门理发", About: "洗、剪、吹，收拾干净再走。", Standard: "本人满意，头发扫净。", Skill: "grooming.haircut", Level: 2, Minutes: 45, People: 1, Price: Hours, Identity: 2},
	{Key: "repair", Name: "小修小补", About: "换灯泡、修水龙头、装个架子；材料钱另算。", Standard: "修好当面试过，不留隐患；动电动气的要有证。", Skill: "repair.small", Level: 2, Minutes: 60, People: 1, Price: Hours, Urgent: true},
	{Key: "appliance", Name: "家电清洗", About: "空调、油烟机、洗衣机，自带工具。", Standard: "装回能用，地面擦净，清洗前后各拍一张。", Skill: "home.appliance", Level: 2, Minutes: 120, People: 1, Price: Hours, Proof: true},
	{Key: "cleaning", Name: "打扫房间", About: "擦窗、拖地、整理。", Standard: "说好的几处都干净，东西放回原处。", Skill: "home.clean", Minutes: 120, People: 1, Price: Hours},
	{Key: "tutoring", Name: "作业辅导", About: "放学后陪着写作业，讲明白。", Standard: "家里有大人在，作业写完，讲过的自己会做。", Skill: "teach.homework", Level: 2, Minutes: 90, People: 1, Price: Hours, Identity: 3},
	{Key: "childcare", Name: "临时看孩子", About: "一两个小时，两位邻居一起。", Standard: "两个人一直都在，孩子平安交到家长手里。", Skill: "watch.child", Level: 2, Minutes: 120, People: 2, Price: Hours, Identity: 3},
	{Key: "pets", Name: "遛狗喂猫", About: "主人不在家时照看一次。", Standard: "牵绳，收拾干净，门锁好。", Skill: "watch.pet", Minutes: 30, People: 1, Price: Hours, Pets: true},
	{Key: "moving", Name: "搬重东西", About: "米面、旧家具，上下楼两个人抬。", Standard: "放到说好的地方，人和东西都没碰着。", Skill: "", Minutes: 30, People: 2, Price: Hours, Urgent: true, Lifts: true},
	{Key: "deep_clean", Name: "店家深度保洁", About: "联盟店派人来做，带设备。", Standard: "按单子逐项验收，不满意返工一次。", Skill: "home.clean", Level: 2, Minutes: 180, People: 1, Price: AtShop, Fen: 12800},
}
