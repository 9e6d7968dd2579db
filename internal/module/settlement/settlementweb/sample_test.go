package settlementweb

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// The sample is the fourth worked example of settlement.md: 60.00 paid with a
// voucher of 5.00, 10.00 in entitlement and 45.00 in cash.

var (
	shanghai = time.FixedZone("CST", 8*3600)
	bakery   = id.ID{1}
	fruit    = id.ID{2}
	buyer    = id.ID{3}
	leader   = id.ID{4}
	voucher  = id.ID{5}
)

func trial() *policy.Params {
	p := policy.Trial2025()
	return &p
}

func example4() *settlement.Facts {
	at := time.Date(2025, 10, 15, 18, 24, 0, 0, shanghai)
	return &settlement.Facts{
		Policy: 1, PurchasedAt: at, BookedOn: period.DayOf(at, shanghai),
		Price: 60_00, List: 63_20, Items: 3, Coins: 10_00, Held: 45_00,
		Vouchers: []settlement.Voucher{{ID: voucher, Amount: 5_00, Sharers: []id.ID{fruit}}},
		Merchant: settlement.Merchant{ID: bakery, Tier: policy.Standard},
		Buyer:    settlement.Buyer{ID: buyer, Standing: settlement.GoodMember},
		Claim:    settlement.Claim{ID: id.ID{6}, Merchant: fruit, Voucher: voucher, MadeAt: at.Add(-48 * time.Hour)},
	}
}

// rich are books in which nobody is short.
type rich struct{}

func (rich) Balance(ledger.Account) money.Amount { return 1_000_000 }

func settle(f *settlement.Facts) []ledger.Leg {
	res, err := settlement.Settle(trial(), f, rich{}, new(settlement.Scratch))
	if err != nil {
		panic(err)
	}
	return res.Legs
}

func refund(f *settlement.Facts, amount money.Amount) []ledger.Leg {
	res, err := settlement.Refund(trial(), f, settlement.RefundFacts{Entry: 211_406, Amount: amount}, rich{}, new(settlement.Scratch))
	if err != nil {
		panic(err)
	}
	return res.Legs
}

func named(ctx context.Context, zh, en string) string {
	if i18n.Of(ctx) == i18n.En {
		return en
	}
	return zh
}

// shops names the sample's shops, and nobody else.
func shops(ctx context.Context) Namer {
	return func(o party.Owner) string {
		switch o {
		case party.Owner{Kind: party.Merchant, ID: bakery}:
			return named(ctx, "桥头面包房", "Bridgehead Bakery")
		case party.Owner{Kind: party.Merchant, ID: fruit}:
			return named(ctx, "东门鲜果店", "East Gate Fruit")
		}
		panic("a receipt asked for the name of " + o.String())
	}
}

func sampleReceipt(ctx context.Context, f *settlement.Facts) ReceiptView {
	v := ReceiptView{
		Community: Place{named(ctx, "竹溪社区", "Bamboo Brook"), "/c/C1/books"},
		Tail:      "7C2E", At: f.PurchasedAt, URL: "https://books.example.org/r/5m9QxV3kTfW8a2LrBn7cYg", FileHref: "/r/sample/file",
		Policy: Policy{
			Name: named(ctx, "试行规则 2025", "Trial rules 2025"), Version: 1, Since: period.Date(2025, 9, 1), Href: "/c/C1/rules",
			Vote: &Vote{On: period.Date(2025, 8, 20), Ayes: 412, Against: 37},
		},
		Proof: &Proof{
			Index: 211_406, At: time.Date(2025, 10, 15, 18, 24, 7, 0, shanghai),
			Witnesses: []i18n.Message{ui.Witnesses["street"], ui.Witnesses["committee"], ui.Witnesses["supervisor"]},
		},
		Offline: sampleOffline,
	}
	Explain(&v, trial(), f, settle(f), shops(ctx))
	return v
}

var sampleOffline = Offline{
	FileName: "gongyi-receipt-211406.json",
	Command:  "gongyi verify gongyi-receipt-211406.json",
	Key:      "gongyi.example/0198c1+5d1b2c3a+AZ3q0mYb1Vx5Yk7m2Jt9Qf6s8RwLhXc4TnUeGpBoDiK1",
}

// fakeHouse answers from the sample; some tokens lead to the states that are
// not the usual one.
type fakeHouse struct{ checked [][]byte }

func (*fakeHouse) Receipt(ctx context.Context, token string) (ReceiptView, error) {
	f := example4()
	v := sampleReceipt(ctx, f)
	switch token {
	case "sample":
	case "refunded":
		r := Refund{At: f.PurchasedAt.Add(40 * time.Hour), Proof: &Proof{Index: 212_033}}
		Undo(&r, 20_00, refund(f, 20_00))
		v.Refunds = []Refund{r}
	case "fresh":
		v.Proof = nil
	case "plain":
		f = &settlement.Facts{PurchasedAt: f.PurchasedAt, Price: 128_40, Held: 128_40, Merchant: f.Merchant}
		v = sampleReceipt(ctx, f)
	case "broken":
		return ReceiptView{}, errors.New("secret: the disk is on fire")
	default:
		return ReceiptView{}, fault.New(fault.NotFound, "ledger.no_entry")
	}
	return v, nil
}

func (*fakeHouse) File(_ context.Context, token string) (string, []byte, error) {
	if token != "sample" {
		return "", nil, fault.New(fault.NotFound, "ledger.no_entry")
	}
	return sampleOffline.FileName, []byte(`{"format":"gongyi-receipt/1"}`), nil
}

func (h *fakeHouse) Verify(_ context.Context, file []byte) (Outcome, error) {
	h.checked = append(h.checked, file)
	if string(file) == "true" {
		return Outcome{
			True: true, Index: 211_406, Size: 211_977,
			Steps: []Step{ReadStep(Held, i18n.Message{}), TextStep(Held, i18n.Message{}), LogStep(Held, i18n.Message{}), SignStep(Held, i18n.M("%s", "gongyi.example/0198c1"))},
			Says:  []Row{{i18n.M("本月消费"), i18n.M("%s", "60.00")}},
		}, nil
	}
	return Outcome{
		Steps: []Step{ReadStep(Held, i18n.Message{}), TextStep(Failed, i18n.Message{}), LogStep(Skipped, i18n.Message{}), SignStep(Skipped, i18n.Message{})},
	}, nil
}

func (*fakeHouse) Offline(context.Context) Offline { return sampleOffline }
