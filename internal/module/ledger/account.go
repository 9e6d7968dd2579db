package ledger

import (
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
)

// Purpose is what an account of an owner is for. Numbers are stored: never renumber.
type Purpose uint8

// The purposes in the chart of accounts.
const (
	Transit      Purpose = 1  // gateway/clearing: what the provider holds for us
	Payable      Purpose = 2  // merchant:ID/payable: what will be paid out
	Deposit      Purpose = 3  // merchant:ID/deposit: custody deposit
	Coins        Purpose = 4  // …/coins: time-coins held
	Rewards      Purpose = 5  // member:ID/rewards: cash rewards owed to a person
	PointsHeld   Purpose = 6  // member:ID/points
	Owed         Purpose = 7  // …/owed: minus what the owner owes us, any asset
	Commission   Purpose = 8  // platform/commission
	Fees         Purpose = 9  // platform/fees
	Ads          Purpose = 10 // platform/ads
	Premium      Purpose = 11 // platform/premium
	Promotion    Purpose = 12 // platform/promotion: our share of vouchers
	ProviderFees Purpose = 13 // platform/provider-fees
	Marketing    Purpose = 14 // alliance/marketing
	Welfare      Purpose = 15 // fund/welfare
	Care         Purpose = 16 // fund/care
	Issue        Purpose = 17 // coin/issue, points/issue: minus what is outstanding
	Backing      Purpose = 18 // coin/backing: money behind the coins
	Escrow       Purpose = 19 // hold:ID/escrow: two-phase work, any asset
	Value        Purpose = 20 // clearing:OTHER/value: on its way to another community, any asset
	Till         Purpose = 21 // platform/till: minus what the platform took in itself, in cash or by transfer
	Bundles      Purpose = 22 // member:ID/bundles: what a member paid for parts of bundles that she has not used
	Common       Purpose = 23 // pool/common: the pot of hours that members share
)

// Account names one account of a community: an owner's purpose in one asset.
type Account struct {
	Owner   party.Owner
	Purpose Purpose
	Asset   money.Asset
}

// Floor says how far down a balance may go.
type Floor uint8

// The floors of the chart.
const (
	NoFloor    Floor = iota // any balance
	FloorZero               // never below zero
	CeilingNil              // never above zero: issues, debts and what a provider holds
)

// Pattern is one line of the chart of accounts: which accounts may exist, in
// which assets, and how far their balance may go (D4).
type Pattern struct {
	Owner   party.Kind
	Purpose Purpose
	Name    string // the part after the slash
	Asset   money.Asset
	Floor   Floor
	Meaning string // Chinese, a message key
}

// AnyAsset in a Pattern stands for every asset.
const AnyAsset money.Asset = 0

// Chart is the chart of accounts (settlement.md, "Accounts"). An account that
// matches no line cannot be opened.
var Chart = []Pattern{
	{party.Gateway, Transit, "clearing", money.CNY, CeilingNil, "持牌机构替大家保管的钱，记为负数"},
	{party.Merchant, Payable, "payable", money.CNY, FloorZero, "将要付给店家的货款"},
	{party.Merchant, Deposit, "deposit", money.CNY, FloorZero, "店家的保证金"},
	{party.Merchant, Coins, "coins", money.Coin, FloorZero, "店家收到的抵扣权益"},
	{party.Member, Coins, "coins", money.Coin, FloorZero, "居民的抵扣权益"},
	{party.Pool, Coins, "coins", money.Coin, FloorZero, "社区权益池"},
	{party.Pool, Common, "common", money.Coin, FloorZero, "大家放进时间罐的服务时"},
	{party.Org, Coins, "coins", money.Coin, FloorZero, "捐助单位的抵扣权益"},
	{party.Member, Rewards, "rewards", money.CNY, FloorZero, "应付给居民的奖励"},
	{party.Member, Bundles, "bundles", money.CNY, FloorZero, "居民买了还没用的套餐，用一样付一样，没用的退"},
	{party.Member, PointsHeld, "points", money.Point, FloorZero, "居民的消费积分"},
	{party.Member, Owed, "owed", AnyAsset, CeilingNil, "居民欠下的，记为负数"},
	{party.Merchant, Owed, "owed", AnyAsset, CeilingNil, "店家欠下的，记为负数"},
	{party.Org, Payable, "payable", money.CNY, FloorZero, "将要付给单位的钱"},
	{party.Org, Owed, "owed", AnyAsset, CeilingNil, "捐助单位欠下的，记为负数"},
	{party.Platform, Commission, "commission", money.CNY, NoFloor, "平台服务费"},
	{party.Platform, Fees, "fees", money.CNY, NoFloor, "会员费与年费"},
	{party.Platform, Ads, "ads", money.CNY, NoFloor, "广告收入"},
	{party.Platform, Till, "till", money.CNY, CeilingNil, "平台自己收的现金和转账，记为负数"},
	{party.Platform, Premium, "premium", money.CNY, NoFloor, "企业公益采购的溢价"},
	{party.Platform, Promotion, "promotion", money.CNY, NoFloor, "平台承担的券款"},
	{party.Platform, ProviderFees, "provider-fees", money.CNY, NoFloor, "支付机构的手续费"},
	{party.Alliance, Marketing, "marketing", money.CNY, FloorZero, "商业联盟的联合营销款"},
	{party.Fund, Welfare, "welfare", money.CNY, FloorZero, "社区共益基金"},
	{party.Fund, Care, "care", money.CNY, FloorZero, "社区关爱基金"},
	{party.CoinBank, Issue, "issue", money.Coin, CeilingNil, "已发出的抵扣权益，记为负数"},
	{party.Points, Issue, "issue", money.Point, CeilingNil, "已发出的积分，记为负数"},
	{party.CoinBank, Backing, "backing", money.CNY, FloorZero, "抵扣权益背后的备付款"},
	{party.Hold, Escrow, "escrow", AnyAsset, FloorZero, "暂时保留的款项"},
	{party.Clearing, Value, "value", AnyAsset, NoFloor, "正在转往别的社区"},
}

// ErrNoSuchAccount refuses an account that is in no line of the chart.
var ErrNoSuchAccount = fault.New(fault.Invalid, "ledger.no_such_account")

// The chart by owner, purpose and asset: every leg of every entry is looked up in
// it several times, so it is an array.
const (
	owners   = int(party.Clearing) + 1
	purposes = int(Common) + 1
	assets   = int(money.Point) + 1
)

var chart = indexChart()

func indexChart() *[owners][purposes][assets]*Pattern {
	index := new([owners][purposes][assets]*Pattern)
	for i := range Chart {
		p := &Chart[i]
		in := []money.Asset{p.Asset}
		if p.Asset == AnyAsset {
			in = money.Assets
		}
		for _, a := range in {
			index[p.Owner][p.Purpose][a] = p
		}
	}
	return index
}

// Pattern is the account's line in the chart, nil if there is none.
func (a Account) Pattern() *Pattern {
	if int(a.Owner.Kind) >= owners || int(a.Purpose) >= purposes || int(a.Asset) >= assets {
		return nil
	}
	return chart[a.Owner.Kind][a.Purpose][a.Asset]
}

// String is the account's name in books: "merchant:0198…/payable".
func (a Account) String() string {
	p := a.Pattern()
	if p == nil {
		return a.Owner.String() + "/?"
	}
	return a.Owner.String() + "/" + p.Name
}

// Append appends what String returns.
func (a Account) Append(b []byte) []byte {
	b = append(b, a.Owner.Kind.String()...)
	if a.Owner.Kind.Named() {
		b = a.Owner.ID.Append(append(b, ':'))
	}
	b = append(b, '/')
	if p := a.Pattern(); p != nil {
		b = append(b, p.Name...)
	}
	return b
}

// ParseAccount reads an account's name and asset.
func ParseAccount(name, asset string) (Account, error) {
	owner, purpose, ok := strings.Cut(name, "/")
	o, okOwner := party.Parse(owner)
	unit, okAsset := money.ParseAsset(asset)
	if !ok || !okOwner || !okAsset {
		return Account{}, ErrNoSuchAccount.With("account", name)
	}
	for _, p := range Chart {
		if p.Owner == o.Kind && p.Name == purpose && (p.Asset == unit || p.Asset == AnyAsset) {
			return Account{Owner: o, Purpose: p.Purpose, Asset: unit}, nil
		}
	}
	return Account{}, ErrNoSuchAccount.With("account", name)
}

// The accounts that stand alone in a community.
var (
	GatewayClearing      = alone(party.Gateway, Transit, money.CNY)
	PlatformCommission   = alone(party.Platform, Commission, money.CNY)
	PlatformPromotion    = alone(party.Platform, Promotion, money.CNY)
	PlatformProviderFees = alone(party.Platform, ProviderFees, money.CNY)
	PlatformFees         = alone(party.Platform, Fees, money.CNY)
	PlatformAds          = alone(party.Platform, Ads, money.CNY)
	PlatformTill         = alone(party.Platform, Till, money.CNY)
	PlatformPremium      = alone(party.Platform, Premium, money.CNY)
	AllianceMarketing    = alone(party.Alliance, Marketing, money.CNY)
	PoolCoins            = alone(party.Pool, Coins, money.Coin)
	PoolCommon           = alone(party.Pool, Common, money.Coin)
	FundWelfare          = alone(party.Fund, Welfare, money.CNY)
	FundCare             = alone(party.Fund, Care, money.CNY)
	CoinIssue            = alone(party.CoinBank, Issue, money.Coin)
	CoinBacking          = alone(party.CoinBank, Backing, money.CNY)
	PointsIssue          = alone(party.Points, Issue, money.Point)
)

func alone(kind party.Kind, purpose Purpose, asset money.Asset) Account {
	return Account{Owner: party.Owner{Kind: kind}, Purpose: purpose, Asset: asset}
}

// Of is an owner's account for a purpose that has one asset; with several assets
// (owed, escrow, value) use In.
func Of(o party.Owner, purpose Purpose) Account {
	for _, p := range Chart {
		if p.Owner == o.Kind && p.Purpose == purpose {
			return Account{Owner: o, Purpose: purpose, Asset: p.Asset}
		}
	}
	return Account{Owner: o, Purpose: purpose}
}

// In is an owner's account for a purpose in a given asset.
func In(o party.Owner, purpose Purpose, asset money.Asset) Account {
	return Account{Owner: o, Purpose: purpose, Asset: asset}
}
