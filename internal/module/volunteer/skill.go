package volunteer

import (
	"slices"

	"gongyi/internal/platform/i18n"
)

// Skill is the stable key of something that people can do for others. A leaf is named
// under its branch: "errand.parcel". Keys are stored and are never renamed; a kind of
// service says which skill it needs.
type Skill string

// The branches of the tree.
const (
	Errands   Skill = "errand"
	Company   Skill = "company"
	Housework Skill = "home"
	Repairs   Skill = "repair"
	Grooming  Skill = "grooming"
	Teaching  Skill = "teach"
	Watching  Skill = "watch"
	Expertise Skill = "expert"
)

// Node is one line of the tree of skills. A branch has no parent, and nobody has a
// branch: she has leaves of it.
type Node struct {
	Key    Skill
	Parent Skill // "" for a branch
	Name   i18n.Message
}

// Tree is every skill, a branch before its leaves, in the order in which people read
// them.
var Tree = []Node{
	{Errands, "", i18n.M("跑腿代办")},
	{"errand.parcel", Errands, i18n.M("代取快递")},
	{"errand.medicine", Errands, i18n.M("代取药")},
	{"errand.shopping", Errands, i18n.M("代买菜、代购物")},
	{"errand.meal", Errands, i18n.M("送餐上门")},
	{"errand.waste", Errands, i18n.M("扔垃圾、搬小件")},
	{"errand.office", Errands, i18n.M("陪着或代为办事、排队")},

	{Company, "", i18n.M("陪伴")},
	{"company.talk", Company, i18n.M("陪聊天")},
	{"company.walk", Company, i18n.M("陪散步")},
	{"company.hospital", Company, i18n.M("陪看病")},
	{"company.call", Company, i18n.M("打电话问候")},
	{"company.read", Company, i18n.M("读书读报")},

	{Housework, "", i18n.M("家务")},
	{"home.clean", Housework, i18n.M("打扫")},
	{"home.windows", Housework, i18n.M("擦窗")},
	{"home.cook", Housework, i18n.M("做饭")},
	{"home.laundry", Housework, i18n.M("洗衣、晾晒")},
	{"home.tidy", Housework, i18n.M("收纳整理")},
	{"home.appliance", Housework, i18n.M("家电清洗")},

	{Repairs, "", i18n.M("维修")},
	{"repair.small", Repairs, i18n.M("小修小补")},
	{"repair.electric", Repairs, i18n.M("电路、灯具")},
	{"repair.plumbing", Repairs, i18n.M("水管、龙头")},
	{"repair.appliance", Repairs, i18n.M("修家电")},
	{"repair.bicycle", Repairs, i18n.M("修自行车")},
	{"repair.sewing", Repairs, i18n.M("缝补、改衣服")},

	{Grooming, "", i18n.M("理发与护理")},
	{"grooming.haircut", Grooming, i18n.M("理发")},
	{"grooming.shave", Grooming, i18n.M("刮脸")},
	{"grooming.nails", Grooming, i18n.M("剪指甲")},

	{Teaching, "", i18n.M("教学")},
	{"teach.homework", Teaching, i18n.M("辅导功课")},
	{"teach.phone", Teaching, i18n.M("教用手机")},
	{"teach.computer", Teaching, i18n.M("教用电脑")},
	{"teach.art", Teaching, i18n.M("书画、音乐")},
	{"teach.sport", Teaching, i18n.M("运动、健身操")},
	{"teach.craft", Teaching, i18n.M("手工、烘焙")},

	{Watching, "", i18n.M("照看")},
	{"watch.child", Watching, i18n.M("看孩子、接送孩子")},
	{"watch.pet", Watching, i18n.M("喂宠物、遛狗")},
	{"watch.plants", Watching, i18n.M("浇花")},
	{"watch.home", Watching, i18n.M("看门、等师傅上门")},

	{Expertise, "", i18n.M("专业")},
	{"expert.first_aid", Expertise, i18n.M("急救")},
	{"expert.health", Expertise, i18n.M("量血压、健康咨询")},
	{"expert.legal", Expertise, i18n.M("法律咨询")},
	{"expert.translation", Expertise, i18n.M("翻译")},
	{"expert.sign_language", Expertise, i18n.M("手语")},
	{"expert.listening", Expertise, i18n.M("心理倾听")},
	{"expert.photo", Expertise, i18n.M("拍照、修老照片")},
}

// Branches are the branches of the tree.
func Branches() []Node { return Leaves("") }

// Leaves are the skills right below a branch; "" asks for the branches themselves.
func Leaves(of Skill) (below []Node) {
	for _, n := range Tree {
		if n.Parent == of {
			below = append(below, n)
		}
	}
	return below
}

// Find is a line of the tree; ok is false where there is none.
func Find(s Skill) (n Node, ok bool) {
	i := slices.IndexFunc(Tree, func(n Node) bool { return n.Key == s })
	if i < 0 {
		return Node{}, false
	}
	return Tree[i], true
}

// Leaf reports whether a person can have a skill: it is in the tree and no branch.
func (s Skill) Leaf() bool {
	n, ok := Find(s)
	return ok && n.Parent != ""
}

// Within reports whether a skill is another one, or lies below it.
func (s Skill) Within(other Skill) bool {
	n, ok := Find(s)
	return ok && (s == other || n.Parent == other && other != "")
}

// SkillName is what people call a skill; one that is not in the tree any more keeps
// its key.
func SkillName(s Skill) i18n.Message {
	n, ok := Find(s)
	if !ok {
		return i18n.Message{Key: string(s)}
	}
	return n.Name
}
