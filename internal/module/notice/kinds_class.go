package notice

// What classes and activities tell (F10, F12).
const (
	ClassAgreed  = "class.agreed"
	ClassRefused = "class.refused"
	ClassSecond  = "class.second"
	ClassSeat    = "class.seat"
	ClassSoon    = "class.soon"
	ClassEntered = "class.entered"
	ClassDateOff = "class.date_off"
	ClassOff     = "class.off"
	ClassFew     = "class.few"
	ClassPaid    = "class.paid"
	ClassUndone  = "class.undone"
	ClassThanks  = "class.thanks"
)

var ofClasses = []Kind{
	{ID: ClassAgreed, Group: OfCommunity, Name: "课可以开了", Title: "%s可以开了", Body: "第一次 %s，%s。可以分享给邻居，来的人在这里看得到。", Open: "看这门课", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: ClassRefused, Group: OfCommunity, Name: "课没有同意", Title: "%s这次没有同意", Body: "%s", Open: "看这门课", By: []Way{Push}, May: []Way{WeChat}, Most: 5, Per: day},
	{ID: ClassSecond, Group: OfCommunity, Name: "请您做第二位大人", Title: "%s请您做第二位大人", Body: "第一次 %s，%s。孩子来的课要有两位大人；不愿意的话，请和社区说。", Open: "课和活动", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: ClassSeat, Group: OfCommunity, Name: "排到位子了", Title: "%s有您的位子了", Body: "%s 以前点一下“我要来”；不来就让给下一位。", Open: "我要来", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: ClassSoon, Group: OfCommunity, Name: "快上课了", Title: "%s快到了", Body: "%s，%s。来不了请早些说，让给别的邻居。", Open: "看时间地点", By: []Way{Push}, May: []Way{WeChat, SMS}, Most: 5, Per: day},
	{ID: ClassEntered, Group: OfCommunity, Name: "社区替我报了名", Title: "社区替您报了%s", Body: "%s，%s。不想去，%s 以前点“不来了”，不用付。", Open: "看一看", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: ClassDateOff, Group: OfCommunity, Name: "课或活动有一次取消", Title: "%s有一次取消了", Body: "取消的是 %s 的这一次。%s%s", Open: "看一看", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: ClassOff, Group: OfCommunity, Name: "课或活动取消", Title: "%s取消了", Body: "原定 %s。%s%s", Open: "看一看", By: []Way{Push, SMS}, May: []Way{WeChat}, Must: true, Most: 10, Per: day},
	{ID: ClassFew, Group: OfCommunity, Name: "报名的人不够", Title: "%s没有办成", Body: "原定 %s，至少要 %s 位，人没有到齐。%s", Open: "看一看", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 5, Per: day},
	{ID: ClassPaid, Group: OfCommunity, Name: "上课用了服务时", Title: "%s：您给了 %s", Body: "%s 的这一次%s。不对的话，请和社区说。", Open: "看这一次", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: ClassUndone, Group: OfCommunity, Name: "上课的服务时退回", Title: "%s：退回了 %s", Body: "%s", Open: "看这一次", By: []Way{Push}, May: []Way{WeChat, SMS}, Must: true, Most: 10, Per: day},
	{ID: ClassThanks, Group: OfCommunity, Name: "谢谢老师", Title: "%s：有人谢谢您", Body: "%s", Open: "看这门课", By: []Way{Push}, May: []Way{WeChat}, Most: 10, Per: day},
}
