package charter

import (
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// BundleBought is a bundle or a pack that was paid for (B-01, E2): the money is the
// buyer's until she uses a part. It is nobody's income.
type BundleBought struct {
	Member id.ID        `json:"member"`
	Charge id.ID        `json:"charge"`
	Sale   id.ID        `json:"sale"`
	Price  money.Amount `json:"price"`
	Means  Means        `json:"means"`
}

// Kind implements Move.
func (BundleBought) Kind() string { return "bundle_bought" }

// Subject implements Move.
func (b BundleBought) Subject() id.ID { return b.Member }

// Legs implements Move.
func (b BundleBought) Legs(*policy.Params) []ledger.Leg {
	return legs(bundled(1, b.Means.account(), bundlesOf(b.Member), b.Price))
}

// BundleUsed lets the money of one use of a part go (B-02, E2): the same transaction
// posts the purchase at the shop that is paid with it. What a sponsored pack costs beyond
// its price the platform adds (B-03, E3).
type BundleUsed struct {
	Member   id.ID        `json:"member"`
	Sale     id.ID        `json:"sale"`
	Part     int          `json:"part"` // counted from 0, like the use
	Use      int          `json:"use"`
	Merchant id.ID        `json:"merchant"`
	Share    money.Amount `json:"share"` // of the price
	Gift     money.Amount `json:"gift"`
	Means    Means        `json:"means"` // by which it was paid
}

// Kind implements Move.
func (BundleUsed) Kind() string { return "bundle_used" }

// Subject implements Move.
func (b BundleUsed) Subject() id.ID { return b.Member }

// Legs implements Move.
func (b BundleUsed) Legs(*policy.Params) []ledger.Leg {
	return legs(bundled(2, bundlesOf(b.Member), b.Means.account(), b.Share), bundled(3, ledger.PlatformPromotion, payable(b.Merchant), b.Gift))
}

// BundleBack gives the money of uses back that nobody took (B-01R, E2): when she wants it
// back, and by itself when the time to use it is over.
type BundleBack struct {
	Member id.ID        `json:"member"`
	Charge id.ID        `json:"charge"`
	Sale   id.ID        `json:"sale"`
	Uses   int          `json:"uses"`
	Amount money.Amount `json:"amount"`
	Means  Means        `json:"means"`
}

// Kind implements Move.
func (BundleBack) Kind() string { return "bundle_back" }

// Subject implements Move.
func (b BundleBack) Subject() id.ID { return b.Member }

// Legs implements Move.
func (b BundleBack) Legs(*policy.Params) []ledger.Leg {
	return undo(bundled(1, bundlesOf(b.Member), b.Means.account(), b.Amount))
}

func bundled(rule uint8, from, to ledger.Account, v money.Amount) ledger.Leg {
	return ledger.Leg{Rule: ledger.R(Bundled, rule), From: from, To: to, Amount: v}
}

func bundlesOf(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.Bundles)
}

// bundleRules is family B of the rulebook.
var bundleRules = []Rule{
	{
		ID: ledger.R(Bundled, 1), Req: "E2 E3", Source: "S3 §5; +", Title: "买下的套餐，钱先替您留着",
		When: "a bundle or a pack is paid for through the licensed provider, before it is used", Moves: []string{"gateway/clearing → member/bundles"},
		Amount: "the price, as every shop and the desk agreed to it; it is owed to the buyer and is nobody's income",
		Default: func(p *policy.Params) string {
			return "at least " + p.BundleOffMin.Percent() + " under the sum of the parts; a pack at most " + p.WelcomePrice.Grouped(money.CNY)
		},
		Back: "the shares of all uses that nobody took: at the buyer's wish, or by itself after the last day; nothing is forfeited (B-01R)",
	},
	{
		ID: ledger.R(Bundled, 2), Req: "E2", Source: "S3 §5", Title: "用掉的一样，钱交给店家",
		When: "a shop gives one use of its part", Moves: []string{"member/bundles → gateway/clearing"},
		Amount: "the share of that use: the price among the parts by what they cost by themselves, then among the uses of a part alike, each by largest remainder. " +
			"In the same transaction the purchase of the part at that price is settled as any (S-01 …), paid with this money",
		Back: "a refund of that purchase undoes it leg by leg (S-01R …) and the money goes to the buyer the way it came",
	},
	{
		ID: ledger.R(Bundled, 3), Req: "E3", Source: "S3 §5", Title: "平台补给店家的礼包钱",
		When: "a pack that the platform sponsors is collected", Moves: []string{"platform/promotion → merchant/payable"},
		Amount: "as the terms of the pack say, promised of the month's promotion_budget when it was ordered; a pack that shops sponsor moves nothing here",
		Default: func(p *policy.Params) string {
			return "within " + strconv.Itoa(p.WelcomeDays) + " days of joining, collected within " + strconv.Itoa(p.WelcomeCollect)
		},
	},
}
