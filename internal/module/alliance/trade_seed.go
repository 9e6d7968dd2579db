package alliance

import "slices"

// Seed are the trades of a neighbourhood as the house comes with them; operators add,
// rename and retire. A shop's trade in the journey import is one of the codes here.
func Seed() []Trade { return slices.Concat(seedGoods(), seedServices()) }

func branch(code, zh, en string) Trade { return Trade{Code: code, Zh: zh, En: en} }

func leaf(parent, code, zh, en string, need Need) Trade {
	return Trade{Code: code, Parent: parent, Zh: zh, En: en, Need: need}
}

// rivals is a trade under which all compete with each other.
func rivals(parent, code, zh, en string, need Need) Trade {
	return Trade{Code: code, Parent: parent, Zh: zh, En: en, Need: need, Rivals: true}
}

// seedGoods are the trades that sell: food, meals, household goods.
func seedGoods() []Trade {
	return []Trade{
		branch("food", "食材", "Groceries"),
		leaf("food", "supermarket", "超市", "Supermarket", Store),
		leaf("food", "convenience", "便利店", "Convenience store", Store),
		rivals("food", "fresh-greens", "蔬菜水果", "Fresh produce", Vegetables),
		leaf("fresh-greens", "greengrocer", "蔬果店", "Greengrocer", Vegetables),
		leaf("fresh-greens", "fruit", "水果店", "Fruit shop", Vegetables),
		leaf("fresh-greens", "market-stall", "菜摊", "Vegetable stall", Vegetables),
		leaf("food", "butcher", "肉铺", "Butcher", Vegetables),
		leaf("food", "fishmonger", "水产店", "Fishmonger", Vegetables),
		leaf("food", "tofu", "豆制品店", "Tofu shop", Vegetables),
		leaf("food", "eggs-dairy", "蛋奶店", "Eggs and dairy", NoNeed),
		leaf("food", "grain-oil", "粮油店", "Grain and oil", NoNeed),
		leaf("food", "health-food", "健康食品店", "Health food", NoNeed),
		rivals("food", "drinks", "烟酒茶", "Wine, tobacco and tea", NoNeed),
		leaf("drinks", "wine", "酒水店", "Wine shop", NoNeed),
		leaf("drinks", "tobacco", "烟酒店", "Tobacco and wine", NoNeed),
		leaf("drinks", "tea", "茶叶店", "Tea shop", NoNeed),
		leaf("food", "water", "桶装水站", "Water station", NoNeed),

		branch("eating", "餐饮", "Eating and drinking"),
		rivals("eating", "breakfast", "早餐", "Breakfast", Breakfast),
		leaf("breakfast", "breakfast-shop", "早餐店", "Breakfast shop", Breakfast),
		leaf("breakfast", "steamed-buns", "包子铺", "Steamed buns", Breakfast),
		leaf("breakfast", "soy-milk", "豆浆油条店", "Soy milk and fritters", Breakfast),
		leaf("eating", "bakery", "烘焙店", "Bakery", NoNeed),
		leaf("eating", "deli", "熟食店", "Deli", NoNeed),
		leaf("eating", "restaurant", "餐馆", "Restaurant", NoNeed),
		leaf("eating", "noodles", "面馆", "Noodle house", NoNeed),
		leaf("eating", "snacks", "小吃店", "Snacks", NoNeed),
		leaf("eating", "milk-tea", "奶茶店", "Milk tea", NoNeed),
		leaf("eating", "coffee", "咖啡店", "Coffee shop", NoNeed),
		leaf("eating", "canteen", "社区食堂", "Community canteen", Elderly),

		branch("goods", "日用", "Household goods"),
		leaf("goods", "general", "百货店", "General store", Store),
		leaf("goods", "hardware", "五金店", "Hardware", Repair),
		leaf("goods", "florist", "花店", "Florist", NoNeed),
		leaf("goods", "stationery", "文具店", "Stationery", NoNeed),
		leaf("goods", "clothing", "服装店", "Clothing", NoNeed),
		leaf("goods", "home-textiles", "家纺店", "Home textiles", NoNeed),
		leaf("goods", "electronics", "手机数码店", "Phones and electronics", NoNeed),
		leaf("goods", "appliances", "家电店", "Appliances", NoNeed),
		leaf("goods", "baby-goods", "母婴用品店", "Baby goods", Children),
		leaf("goods", "pets", "宠物店", "Pet shop", NoNeed),
		leaf("goods", "books", "书店", "Bookshop", NoNeed),
	}
}

// seedServices are the trades that serve.
func seedServices() []Trade {
	return []Trade{
		branch("health", "健康", "Health"),
		leaf("health", "pharmacy", "药房日用", "Pharmacy", NoNeed),
		leaf("health", "clinic", "诊所", "Clinic", NoNeed),
		leaf("health", "dentist", "口腔诊所", "Dentist", NoNeed),
		leaf("health", "optician", "眼镜店", "Optician", NoNeed),
		leaf("health", "massage", "推拿按摩", "Massage", NoNeed),
		leaf("health", "elder-care", "养老服务", "Elder care", Elderly),
		leaf("health", "gym", "健身房", "Gym", NoNeed),

		branch("beauty", "形象", "Beauty"),
		leaf("beauty", "cosmetics", "美妆店", "Cosmetics", NoNeed),
		rivals("beauty", "hair", "美发", "Hair", NoNeed),
		leaf("hair", "barber", "理发店", "Barber", NoNeed),
		leaf("hair", "hair-salon", "美发沙龙", "Hair salon", NoNeed),
		leaf("beauty", "nails", "美甲店", "Nail studio", NoNeed),

		branch("services", "便民服务", "Services"),
		rivals("services", "washing", "洗衣", "Laundry", Laundry),
		leaf("washing", "laundry", "洗衣店", "Laundry shop", Laundry),
		leaf("washing", "dry-cleaner", "干洗店", "Dry cleaner", Laundry),
		leaf("services", "appliance-repair", "家电维修", "Appliance repair", Repair),
		leaf("services", "tailor", "裁缝修补", "Tailor and mending", Repair),
		leaf("services", "shoe-repair", "修鞋配钥匙", "Shoes and keys", Repair),
		leaf("services", "locksmith", "开锁换锁", "Locksmith", Repair),
		leaf("services", "housekeeping", "家政服务", "Housekeeping", NoNeed),
		leaf("services", "recycling", "废旧回收", "Recycling", Recycling),
		leaf("services", "parcels", "快递驿站", "Parcel station", NoNeed),
		leaf("services", "printing", "打印照相", "Printing and photos", NoNeed),
		leaf("services", "moving", "搬家", "Moving", NoNeed),

		branch("children", "孩子", "Children"),
		leaf("children", "day-nursery", "托育园", "Day nursery", Children),
		leaf("children", "after-school", "课后托管", "After-school care", Children),
		leaf("children", "arts", "艺术培训", "Art classes", NoNeed),
		leaf("children", "sports", "体育培训", "Sports classes", NoNeed),

		branch("wheels", "出行", "Getting around"),
		leaf("wheels", "fuel", "加油站", "Filling station", NoNeed),
		leaf("wheels", "car-wash", "洗车店", "Car wash", NoNeed),
		leaf("wheels", "car-repair", "汽修店", "Car repair", Repair),
		leaf("wheels", "bicycles", "自行车电动车", "Bicycles and e-bikes", Repair),
	}
}
