// Package privacy keeps what a person allowed the house to do with what it knows
// of her, who looked at it and why, and her wish to be forgotten (A7). Each
// purpose has a consent of its own, that is as easily taken back as given.
package privacy

import (
	"embed"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of consents, reads and erasures.
var Schema = db.Schema{
	Owner: "module/privacy",
	Tables: []db.Table{
		{Name: "privacy_consent", Placement: db.Distributed}, {Name: "privacy_withdrawal", Placement: db.Distributed}, {Name: "privacy_read", Placement: db.Distributed},
		{Name: "privacy_erasure", Placement: db.Distributed}, {Name: "privacy_erasure_end", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNoPurpose = fault.New(fault.Invalid, "privacy.no_such_purpose")
	ErrNeeded    = fault.New(fault.Conflict, "privacy.purpose_needed")
	ErrNotGiven  = fault.New(fault.Conflict, "privacy.not_given")
	ErrAsked     = fault.New(fault.Conflict, "privacy.erasure_asked_already")
	ErrNotAsked  = fault.New(fault.NotFound, "privacy.no_erasure")
)

// Purpose is one thing for which personal data may be used. A new version of its
// words needs a new consent.
type Purpose struct {
	Key       string
	Version   int
	Needed    bool // without it there is no membership: it ends with erasure only
	Sensitive bool // health, age, a child: the law asks for a consent of its own
	Title     i18n.Message
	Text      i18n.Message // what is used, by whom, for how long
}

// Keys of the purposes that the house asks for.
const (
	Membership = "membership"
	Offers     = "offers"
	Portrait   = "portrait"
	Nursing    = "care"
	Research   = "research"
	Birthday   = "birthday"
	Team       = "team"

	Volunteering = "volunteering"
)

// Purposes lists them, in the order in which people read them.
var Purposes = []Purpose{
	{Key: Membership, Version: 1, Needed: true, Title: i18n.M("会员服务"),
		Text: i18n.M("名字、手机号和消费记录，用来登录、结算、开小票和通知您。账本里只有化名。会员资格在，就一直用；删除资料后就不再用。")},
	{Key: Offers, Version: 1, Title: i18n.M("优惠消息"),
		Text: i18n.M("按您常去的店，给您发它们的优惠。店家看不到您是谁。随时可以关。")},
	{Key: Portrait, Version: 2, Title: i18n.M("店家的顾客画像"),
		Text: i18n.M("把您的年龄段、家庭人数、家里有没有孩子，和您还去哪些行业的店，算进店家看的汇总里。不到 5 人的组不显示，看不出是谁。")},
	{Key: Nursing, Version: 1, Sensitive: true, Title: i18n.M("长辈与健康关怀"),
		Text: i18n.M("您告诉网格员的健康和照料情况，只给您楼里的网格员和社区专员看，用来上门和应急。这是敏感信息，要单独同意。")},
	{Key: Team, Version: 1, Title: i18n.M("让组长知道我是谁"),
		Text: i18n.M("推荐您的邻居当了组长，团队名单上写您的称呼和手机尾号。不同意也一样在团队里，她只看到人数。她看不到您买了什么。")},
	{Key: Research, Version: 1, Title: i18n.M("需求调研"),
		Text: i18n.M("邀请您填问卷、参加试吃和访谈。结果只按 10 人以上的组公布。")},
	{Key: Birthday, Version: 1, Title: i18n.M("生日礼"),
		Text: i18n.M("您告诉我们的月和日，只用来在当月送您积分。年份不问，别人看不到。收回同意，生日就删掉。")},
	{Key: Volunteering, Version: 1, Title: i18n.M("志愿服务"),
		Text: i18n.M("您会什么、哪天有空、从哪栋楼出发，用来给您找合适的求助。求助的人只看到怎么称呼您、您会什么。收回同意，就不再是志愿者，这些资料马上删掉。")},
}

// PurposeOf finds a purpose by its key.
func PurposeOf(key string) (Purpose, error) {
	for _, p := range Purposes {
		if p.Key == key {
			return p, nil
		}
	}
	return Purpose{}, ErrNoPurpose.On("purpose")
}

// Consent is one permission that a person gave.
type Consent struct {
	ID          id.ID     `json:"id"`
	Purpose     string    `json:"purpose"`
	Version     int       `json:"version"`
	How         string    `json:"how"` // "page", "paper", "desk"
	GivenAt     time.Time `json:"given_at"`
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"` // zero while it holds
}

// Read is one look at a person's data.
type Read struct {
	ID      id.ID     `json:"-"`
	Subject id.ID     `json:"-"`
	Reader  id.ID     `json:"-"`
	Role    string    `json:"role"` // in which she looked: "grid_worker"
	What    string    `json:"what"` // "household", "profile": see Looks
	Why     string    `json:"why"`
	At      time.Time `json:"at"`
}

// Erasure is a person's wish to be forgotten.
type Erasure struct {
	ID      id.ID
	Person  id.ID
	AskedAt time.Time
	DueAt   time.Time
}

// Reflection is how long an erasure can be taken back; a person may also ask for
// it at once. The law asks for "promptly" (PIPL art. 47).
const Reflection = 7 * 24 * time.Hour

// How an erasure ended.
const (
	Done      = "done"
	TakenBack = "taken_back"
)
