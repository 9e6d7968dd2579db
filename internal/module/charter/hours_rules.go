package charter

import (
	"strconv"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// hoursRules is family T of the rulebook.
var hoursRules = []Rule{
	{
		ID: ledger.R(Hours, 1), Req: "F2 F8 F9", Source: "S3 §2.3 时间银行; +", Title: "约服务时先留出来",
		When: "a service that costs hours is booked, somebody gets a seat in a class that costs hours, or it is done on the spot on a market day", Moves: []string{"member/coins → hold/escrow"},
		Amount: "coins_per_hour for each hour, counted in whole steps; what the asker has not got she owes, never more than soft_limit in all, and every later credit pays it first",
		Default: func(p *policy.Params) string {
			return p.CoinsPerHour.Grouped(money.Coin) + " an hour in steps of " + strconv.Itoa(p.StepMinutes) + " minutes; soft limit " + p.SoftLimit.Grouped(money.Coin)
		},
		Back: "T-03",
	},
	{
		ID: ledger.R(Hours, 2), Req: "F2", Source: "S3 §2.3 时间银行", Title: "帮了忙得的服务时",
		When: "a service is accepted, nobody said anything for accept_hours, somebody came to a date of a class, or it was done and paid on the spot on a market day", Moves: []string{"hold/escrow → member/coins", "hold/escrow → merchant/coins"},
		Amount: "for the minutes that were served, never more than is set aside; a shop whose staff served gets it for them",
		Default: func(p *policy.Params) string {
			return "accepted by silence after " + strconv.Itoa(p.AcceptHours) + " hours"
		},
		Back: "a dispute that is upheld within dispute_days: what was paid, or a part of it, to the asker and to the pool what the pool had added (T-02R)",
	},
	{
		ID: ledger.R(Hours, 3), Req: "F2", Source: "+", Title: "没用完的退回",
		When: "a request ends: accepted, called off, nobody found", Moves: []string{"hold/escrow → member/coins", "hold/escrow → pool/coins"},
		Amount: "all that is left of what was set aside; the pool gets its share of it, rounded down",
	},
	{
		ID: ledger.R(Hours, 4), Req: "F2 F4", Source: "S3 §2.3 时间银行", Title: "免费服务，权益池付",
		When: "a service was accepted that is free for the asker, or a date was held of a class that is free for who comes, or the desk finds that a helper who was noted as missed came, and the asker's hours are gone or promised to another", Moves: []string{"pool/coins → member/coins", "pool/coins → merchant/coins"},
		Amount: "basic_pay_hourly for each hour, for the helper who came the price that was agreed, as far as the pool and what is left of the month's subsidy_budget reach; the rest is noted as due to the helper and paid later, the oldest first. " +
			"Nothing is issued for it",
		Default: func(p *policy.Params) string {
			return p.BasicPayHourly.Grouped(money.Coin) + " an hour, free from the age of " + strconv.Itoa(p.ElderAge) + "; " + p.SubsidyBudget.Grouped(money.Coin) + " a month"
		},
		Back: "a dispute that is upheld (T-04R)",
	},
	{
		ID: ledger.R(Hours, 5), Req: "F8", Source: "+", Title: "临时取消补给帮忙的人",
		When: "the asker calls a service off later than cancel_free_hours before it begins, or gives a seat in a class free, or stays away, without saying so class_free_hours before a date", Moves: []string{"hold/escrow → member/coins", "hold/escrow → merchant/coins"},
		Amount: "cancel_fee of the price, half up",
		Default: func(p *policy.Params) string {
			return p.CancelFee.Percent() + " from " + strconv.Itoa(p.CancelFreeHours) + " hours before"
		},
		Back: "a dispute that is upheld within dispute_days, or the date of a class that does not take place after all: to the asker, and to the pool what the pool had added (T-05R)",
	},
	{
		ID: ledger.R(Hours, 6), Req: "F6", Source: "S3 §2.3 时间银行", Title: "人手吃紧，权益池出一部分",
		When: "bookings of a kind exceed what neighbours can do by gap_over and a shop's staff serves", Moves: []string{"pool/coins → hold/escrow", "hold/escrow → member/coins"},
		Amount: "gap_share of the price, half up, as far as the pool and the month's subsidy_budget reach; what the asker had set aside for it comes back to her",
		Default: func(p *policy.Params) string {
			return p.GapShare.Percent() + " from " + p.GapOver.Percent() + " over"
		},
		Back: "staff that give the place back, miss it or are called off: the whole share to the pool, and the asker sets aside again what had come back to her (T-06R); what is left at the end: T-03",
	},
	{
		ID: ledger.R(Hours, 7), Req: "F8", Source: "+", Title: "第一次求助送的服务时",
		When: "a person who lives here asks for help for the first time", Moves: []string{"coin/issue → member/coins"},
		Amount: "opening_credit, once a person; it is issued without backing",
		Default: func(p *policy.Params) string {
			return p.OpeningCredit.Grouped(money.Coin)
		},
	},
	{
		ID: ledger.R(Hours, 8), Req: "F5", Source: "S3 §2.3 时间银行", Title: "送给邻居的服务时",
		When: "somebody gives hours to a neighbour", Moves: []string{"member/coins → member/coins"},
		Amount: "what she says, never more than she has, nor than is left of gift_month_max",
		Default: func(p *policy.Params) string {
			return "at most " + p.GiftMonthMax.Grouped(money.Coin) + " a month"
		},
	},
	{
		ID: ledger.R(Hours, 9), Req: "F4", Source: "+", Title: "放进时间罐",
		When: "somebody gives surplus hours to the common pot", Moves: []string{"member/coins → pool/common"}, Amount: "what she says, never more than she has",
	},
	{
		ID: ledger.R(Hours, 10), Req: "F4", Source: "+", Title: "时间罐资助的服务时",
		When: "a grant to somebody who cannot earn hours was agreed to", Moves: []string{"pool/common → member/coins"},
		Amount: "as granted, never more than the pot has, nor than is left of grant_month_max; above grant_alone_max a second person agrees",
		Default: func(p *policy.Params) string {
			return "at most " + p.GrantMonthMax.Grouped(money.Coin) + " a person and month, by one person up to " + p.GrantAloneMax.Grouped(money.Coin)
		},
	},
	{
		ID: ledger.R(Hours, 11), Req: "F4", Source: "S3 §2.3 时间银行", Title: "店家捐进权益池",
		When: "a shop gives entitlements that it took", Moves: []string{"merchant/coins → pool/coins"}, Amount: "what the shop says, never more than it has",
	},
	{
		ID: ledger.R(Hours, 12), Req: "F7", Source: "S3 §2.3 时间银行", Title: "单位认购的服务时",
		When:   "an organisation's order for the public good is paid",
		Moves:  []string{"gateway/clearing → coin/backing", "gateway/clearing → platform/premium", "platform/till → coin/backing", "platform/till → platform/premium", "coin/issue → org/coins"},
		Amount: "the hours that were ordered: 1.00 stands behind each from then on; on top the premium that was agreed when it was ordered, half up, to the platform. A public body pays no premium",
		Default: func(p *policy.Params) string {
			return "premium " + p.CSRPremium.Percent()
		},
	},
	{
		ID: ledger.R(Hours, 13), Req: "F7", Source: "S3 §2.3 时间银行", Title: "单位捐出的服务时",
		When: "the same order is paid", Moves: []string{"org/coins → pool/coins", "org/coins → pool/common"}, Amount: "all of it, to the pool or to the common pot, as the order says",
	},
	{
		ID: ledger.R(Hours, 14), Req: "F7", Source: "+", Title: "久没用的进权益池",
		When: "a month has ended, where a policy has turned it on", Moves: []string{"member/coins → pool/coins"},
		Amount: "what a person got more than coin_expiry_months ago and has not used, the oldest used first, and what was brought from another community as old as it was there; of the rest demurrage, rounded down",
		Default: func(p *policy.Params) string {
			return "off"
		},
	},
	{
		ID: ledger.R(Hours, 15), Req: "F5", Source: "+", Title: "带到别的社区的服务时",
		When: "a person takes hours to another community: home from where she visits, or along to one that hers is paired with", Moves: []string{"member/coins → clearing/value"},
		Amount: "what she says, never more than she has; what has gone there more than came from there stays within clearing_limit, what she takes in a month within clearing_month, and both within the agreement",
	},
	{
		ID: ledger.R(Hours, 16), Req: "F5", Source: "+", Title: "从别的社区带来的服务时",
		When: "hours that were taken along arrive", Moves: []string{"clearing/value → member/coins"}, Amount: "what left, once by the transfer's number; at rest both communities' accounts sum to zero",
	},
	{
		ID: ledger.R(Hours, 17), Req: "F5", Source: "+", Title: "到了没有人收的服务时进权益池",
		When: "hours that were taken along arrive, and who took them was forgotten meanwhile", Moves: []string{"clearing/value → pool/coins"}, Amount: "what left, once by the transfer's number: the pool of the community to which they went",
	},
}
