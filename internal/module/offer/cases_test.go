package offer

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

var update = flag.Bool("update", false, "write docs/offers.md anew")

const book = "../../../docs/offers.md"

// zone is UTC+8 without a zone database.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// noon is a Wednesday.
var noon = time.Date(2025, 10, 15, 12, 0, 0, 0, zone)

var always = Window{First: period.Date(2025, 10, 1), Last: period.Date(2025, 10, 31)}

// stand makes an offer that has been used by nobody.
func stand(n byte, name string, k Kind, edit func(o *Stand)) Stand {
	s := Stand{Offer: &Offer{ID: id.ID{n}, Version: 1, Terms: Terms{Name: name, Kind: k, Category: k.Of(), Whom: Members, When: always}}}
	if edit != nil {
		edit(&s)
	}
	return s
}

func memberPrice(rate money.Rate) Stand {
	return stand(1, "会员价", MemberPrice, func(o *Stand) { o.Rate = rate })
}

func full(every bool, steps ...Step) Stand {
	return stand(2, "满减", FullOff, func(o *Stand) { o.Steps, o.Every = steps, every })
}

func season(rate money.Rate, edit func(o *Stand)) Stand {
	return stand(3, "秋收节", TimeLimited, func(o *Stand) {
		o.Rate = rate
		if edit != nil {
			edit(o)
		}
	})
}

func welcome(off money.Amount) Stand {
	return stand(4, "新客立减", FirstTime, func(o *Stand) { o.Steps, o.PerPerson = []Step{{0, off}}, 1 })
}

// voucher is one that ends in so many days.
func voucher(n byte, amount money.Amount, days int, edit func(v *Voucher)) Voucher {
	v := Voucher{ID: id.ID{9, n}, Ref: fmt.Sprintf("V%d", n), Name: fmt.Sprintf("券%d", n), Amount: amount, Ends: noon.AddDate(0, 0, days)}
	if edit != nil {
		edit(&v)
	}
	return v
}

// till is a member's basket under the default policy.
func till(list money.Amount, offers []Stand, vouchers []Voucher, coins money.Amount) *Till {
	return &Till{
		Basket: Basket{List: list, At: noon, Zone: zone, Member: true, Good: true, Buyer: id.ID{7}},
		Offers: offers, Vouchers: vouchers, Coins: coins, FirstTime: true,
		Rules: Rules{Together: 3, AtOnce: 3, OfferShare: 700_000, CoinShare: 500_000},
	}
}

// A testCase is one row of docs/offers.md: what lies on the counter, and what Propose
// makes of it.
type testCase struct {
	id, says string
	till     *Till
	wish     Wish
	want     string // price, vouchers, coins, cash
	because  string // what must be said of something that is not used, "" if nothing
}

func with(t *Till, edit func(t *Till)) *Till {
	edit(t)
	return t
}

func amount(v money.Amount) *money.Amount { return &v }

var cases = []testCase{
	{"O-01", "Nothing runs and she has nothing", till(60_00, nil, nil, 0), Wish{}, "60.00 = cash 60.00", ""},
	{"O-02", "Member price 95% of the shelf price", till(60_00, []Stand{memberPrice(950_000)}, nil, 0), Wish{}, "57.00 = cash 57.00", ""},
	{"O-03", "The price after an offer is rounded half up: 95% of 0.30 is 0.285", till(30, []Stand{memberPrice(950_000)}, nil, 0), Wish{}, "0.29 = cash 0.29", ""},
	{"O-04", "A stranger gets no member price", with(till(60_00, []Stand{memberPrice(950_000)}, nil, 0), func(t *Till) { t.Member, t.Good = false, false }), Wish{}, "60.00 = cash 60.00", "会员价: 会员才有，请出示会员码"},
	{"O-05", "Nor does a member whose term is over", with(till(60_00, []Stand{memberPrice(950_000)}, nil, 0), func(t *Till) { t.Good = false }), Wish{}, "60.00 = cash 60.00", "会员价: 会员资格现在没有生效"},
	{"O-06", "满 100 减 10 on 99.99", till(99_99, []Stand{full(false, Step{100_00, 10_00})}, nil, 0), Wish{}, "99.99 = cash 99.99", "满减: 满 100.00 才减，这单算到这里是 99.99"},
	{"O-07", "满 100 减 10 on 250.00: once", till(250_00, []Stand{full(false, Step{100_00, 10_00})}, nil, 0), Wish{}, "240.00 = cash 240.00", ""},
	{"O-08", "每满 100 减 10 on 250.00: twice", till(250_00, []Stand{full(true, Step{100_00, 10_00})}, nil, 0), Wish{}, "230.00 = cash 230.00", ""},
	{"O-09", "满 100 减 10, 满 200 减 30 on 250.00: the higher step", till(250_00, []Stand{full(false, Step{100_00, 10_00}, Step{200_00, 30_00})}, nil, 0), Wish{}, "220.00 = cash 220.00", ""},
	{"O-10", "Member price comes first: 95% of 104.00 no longer reaches 100, so money off alone is better", till(104_00, []Stand{memberPrice(950_000), full(false, Step{100_00, 10_00})}, nil, 0), Wish{}, "94.00 = cash 94.00", "会员价: 不用它，您付的钱一样或者更少"},
	{"O-11", "Both on 120.00: 114.00, then 10.00 off", till(120_00, []Stand{memberPrice(950_000), full(false, Step{100_00, 10_00})}, nil, 0), Wish{}, "104.00 = cash 104.00", ""},
	{"O-12", "Two offers of one category: the better one", till(100_00, []Stand{memberPrice(950_000), season(900_000, func(o *Stand) { o.Category = OfPrice })}, nil, 0), Wish{}, "90.00 = cash 90.00", "会员价: 和“秋收节”同类，一单只用一项"},
	{"O-13", "A welcome on the first purchase", till(60_00, []Stand{welcome(15_00)}, nil, 0), Wish{}, "45.00 = cash 45.00", ""},
	{"O-14", "And not on the second", with(till(60_00, []Stand{welcome(15_00)}, nil, 0), func(t *Till) { t.FirstTime = false }), Wish{}, "60.00 = cash 60.00", "新客立减: 第一次在这家店买才有"},
	{"O-15", "Offers take off at most 70% together: a welcome of 15.00 on 20.00", till(20_00, []Stand{welcome(15_00)}, nil, 0), Wish{}, "6.00 = cash 6.00", ""},
	{"O-16", "At most three offers together", with(till(200_00, []Stand{memberPrice(950_000), full(false, Step{100_00, 10_00}), season(900_000, nil), welcome(5_00)}, nil, 0), func(t *Till) { t.Rules.Together = 3 }), Wish{}, "161.00 = cash 161.00", "新客立减: 一单最多同享 3 项优惠"},
	{"O-17", "An offer of the season on a weekday that is not its own", till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.Weekdays = 1 << time.Thursday })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 今天不在优惠的日子里"},
	{"O-18", "An hour too late", till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.From, o.When.To = 8*60, 11*60 })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 只在 08:00 到 11:00 之间有"},
	{"O-19", "The last minute of it counts, the end does not: 12:00 of 8:00 to 12:00", till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.From, o.When.To = 8*60, 12*60 })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 只在 08:00 到 12:00 之间有"},
	{"O-20", "On merchant days only, and today is none", till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.Own = true })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 只在这家店的商家日有"},
	{"O-21", "On merchant days only, and today is one", with(till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.Own = true })}, nil, 0), func(t *Till) { t.OwnDay = true }), Wish{}, "54.00 = cash 54.00", ""},
	{"O-22", "Before its first day it is not spoken of", till(60_00, []Stand{season(900_000, func(o *Stand) { o.When.First = period.Date(2025, 10, 16) })}, nil, 0), Wish{}, "60.00 = cash 60.00", "nothing"},
	{"O-23", "Twice a person, and she has had it twice", till(60_00, []Stand{season(900_000, func(o *Stand) { o.PerPerson, o.Mine = 2, 2 })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 每人 2 次，您已经用完"},
	{"O-24", "For the first hundred", till(60_00, []Stand{season(900_000, func(o *Stand) { o.Total, o.Uses = 100, 100 })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 100 个名额已经用完"},
	{"O-25", "A budget that does not reach this purchase is not cut up", till(60_00, []Stand{season(900_000, func(o *Stand) { o.Budget, o.Saved = 100_00, 95_00 })}, nil, 0), Wish{}, "60.00 = cash 60.00", "秋收节: 店家为它备的钱只剩 5.00，不够这一单"},
	{"O-26", "She wants no offers", till(60_00, []Stand{memberPrice(950_000)}, nil, 0), Wish{Plain: true}, "60.00 = cash 60.00", "会员价: 这次没有用优惠"},

	{"O-30", "A voucher of 5.00", till(60_00, nil, []Voucher{voucher(1, 5_00, 9, nil)}, 0), Wish{}, "60.00 = V1 5.00 + cash 55.00", ""},
	{"O-31", "A voucher gives no change: 5.00 on 4.00", till(4_00, nil, []Voucher{voucher(1, 5_00, 9, nil)}, 0), Wish{}, "4.00 = cash 4.00", "券1: 它有 5.00，这单只有 4.00，券不找零"},
	{"O-32", "Unless its series lets the rest go", till(4_00, nil, []Voucher{voucher(1, 5_00, 9, func(v *Voucher) { v.Change = true })}, 0), Wish{}, "4.00 = V1 4.00 + cash 0.00", ""},
	{"O-33", "From 50.00 on, looked at after the offers", till(52_00, []Stand{memberPrice(950_000)}, []Voucher{voucher(1, 2_00, 9, func(v *Voucher) { v.From = 50_00 })}, 0), Wish{}, "49.40 = cash 49.40", "券1: 满 50.00 才能用，这单是 49.40"},
	{"O-34", "The voucher is worth more than the offer that keeps it away", till(52_00, []Stand{memberPrice(950_000)}, []Voucher{voucher(1, 5_00, 9, func(v *Voucher) { v.From = 50_00 })}, 0), Wish{}, "52.00 = V1 5.00 + cash 47.00", "会员价: 不用它，您付的钱一样或者更少"},
	{"O-35", "Not together with offers: the better of the two", till(60_00, []Stand{memberPrice(950_000)}, []Voucher{voucher(1, 2_00, 9, func(v *Voucher) { v.Alone = true })}, 0), Wish{}, "57.00 = cash 57.00", "券1: 它不和优惠同用，这单用优惠更省"},
	{"O-36", "Of two alike, the one that ends first", till(60_00, nil, []Voucher{voucher(2, 5_00, 3, func(v *Voucher) { v.Category = "a" }), voucher(1, 5_00, 9, func(v *Voucher) { v.Category = "a" })}, 0), Wish{}, "60.00 = V2 5.00 + cash 55.00", "券1: 和“券2”同类，一单只用一张"},
	{"O-37", "At most three vouchers: the dearest", till(60_00, nil, []Voucher{voucher(1, 1_00, 1, nil), voucher(2, 5_00, 2, nil), voucher(3, 5_00, 3, nil), voucher(4, 8_00, 4, nil)}, 0), Wish{}, "60.00 = V2 5.00 + V3 5.00 + V4 8.00 + cash 42.00", "券1: 一单最多用 3 张券"},
	{"O-38", "Least money first: 6 + 4 beats the dearer 8 on 10.00", till(10_00, nil, []Voucher{voucher(1, 8_00, 1, nil), voucher(2, 6_00, 2, nil), voucher(3, 4_00, 3, nil)}, 0), Wish{}, "10.00 = V2 6.00 + V3 4.00 + cash 0.00", "券1: 用了别的券，只剩 0.00，不够用它，券不找零"},
	{"O-39", "Then the fewest vouchers: 10 instead of 6 + 4", till(10_00, nil, []Voucher{voucher(2, 6_00, 2, nil), voucher(3, 4_00, 3, nil), voucher(4, 10_00, 9, nil)}, 0), Wish{}, "10.00 = V4 10.00 + cash 0.00", "券2: 用了别的券，只剩 0.00，不够用它，券不找零"},
	{"O-40", "Held by another checkout", till(60_00, nil, []Voucher{voucher(1, 5_00, 9, func(v *Voucher) { v.Bar = say("这张券正在另一单里用着") })}, 0), Wish{}, "60.00 = cash 60.00", "券1: 这张券正在另一单里用着"},
	{"O-41", "She chose the smaller one", till(60_00, nil, []Voucher{voucher(1, 5_00, 9, nil), voucher(2, 3_00, 9, nil)}, 0), Wish{Chosen: true, Vouchers: []string{"V2"}}, "60.00 = V2 3.00 + cash 57.00", "券1: 您这次没有选它"},
	{"O-42", "She chose one that is not hers", till(60_00, nil, nil, 0), Wish{Chosen: true, Vouchers: []string{"V9"}}, "60.00 = cash 60.00", "V9: 您手里没有这张能在这里用的券"},
	{"O-43", "What she chose is used even where coins would do", till(10_00, nil, []Voucher{voucher(1, 5_00, 9, nil), voucher(2, 5_00, 9, nil)}, 5_00), Wish{Chosen: true, Vouchers: []string{"V1", "V2"}}, "10.00 = V1 5.00 + V2 5.00 + cash 0.00", "coins: 除了券只剩 0.00 要付"},

	{"O-50", "Coins come last: after the voucher, at most half of the price", till(60_00, nil, []Voucher{voucher(1, 5_00, 9, nil)}, 80_00), Wish{}, "60.00 = V1 5.00 + coins 30.00 + cash 25.00", "coins: 抵扣权益最多抵这单的 50%，即 30.00"},
	{"O-51", "Half of the price after offers, rounded down", till(35, []Stand{memberPrice(950_000)}, nil, 80_00), Wish{}, "0.33 = coins 0.16 + cash 0.17", "coins: 抵扣权益最多抵这单的 50%，即 0.16"},
	{"O-52", "As many as she has", till(60_00, nil, nil, 10_00), Wish{}, "60.00 = coins 10.00 + cash 50.00", ""},
	{"O-53", "As many as she wants", till(60_00, nil, nil, 10_00), Wish{Coins: amount(3_00)}, "60.00 = coins 3.00 + cash 57.00", ""},
	{"O-54", "None", till(60_00, nil, nil, 10_00), Wish{Coins: amount(0)}, "60.00 = cash 60.00", ""},
	{"O-55", "More than she has", till(60_00, nil, nil, 10_00), Wish{Coins: amount(20_00)}, "60.00 = coins 10.00 + cash 50.00", "coins: 您只有 10.00 抵扣权益"},
	{"O-56", "Coins before a second voucher when the money is the same", till(10_00, nil, []Voucher{voucher(1, 5_00, 1, nil), voucher(2, 5_00, 2, nil)}, 5_00), Wish{}, "10.00 = V1 5.00 + coins 5.00 + cash 0.00", "券2: 不用它，您付的钱也一样"},
	{"O-57", "No coins for somebody whom nobody knows", with(till(60_00, nil, nil, 0), func(t *Till) { t.Member = false }), Wish{Coins: amount(5_00)}, "60.00 = cash 60.00", "coins: 会员才能用抵扣权益，请出示会员码"},
	{"O-58", "Everything together: 95%, 10.00 off, a voucher, coins, money", till(128_00, []Stand{memberPrice(950_000), full(false, Step{100_00, 10_00})}, []Voucher{voucher(1, 5_00, 9, nil)}, 20_00), Wish{}, "111.60 = V1 5.00 + coins 20.00 + cash 86.60", ""},
}

// told writes a proposal as the cases do.
func told(p *Proposal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s =", p.Price.Decimal(money.CNY))
	for _, v := range p.Vouchers {
		fmt.Fprintf(&b, " %s %s +", v.Ref, v.Amount.Decimal(money.CNY))
	}
	if p.Coins > 0 {
		fmt.Fprintf(&b, " coins %s +", p.Coins.Decimal(money.CNY))
	}
	fmt.Fprintf(&b, " cash %s", p.Cash.Decimal(money.CNY))
	return b.String()
}

func TestCases(t *testing.T) {
	ctx := context.Background()
	for _, c := range cases {
		t.Run(c.id, func(t *testing.T) {
			p := Propose(c.till, c.wish)
			if got := told(&p); got != c.want {
				t.Errorf("%s: %s, want %s", c.says, got, c.want)
			}
			var all []string
			for _, r := range p.Not {
				all = append(all, r.What+": "+r.Why.In(ctx))
			}
			said := strings.Join(all, "\n")
			switch {
			case c.because == "nothing" && said != "":
				t.Errorf("%s: said %q", c.says, said)
			case c.because != "nothing" && !strings.Contains(said, c.because):
				t.Errorf("%s: said %q, want %q", c.says, said, c.because)
			}
		})
	}
}

// TestBookShowsTheCases keeps the table in docs/offers.md what is tried here.
func TestBookShowsTheCases(t *testing.T) {
	was, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	const mark = "<!-- cases -->\n"
	head, _, found := bytes.Cut(was, []byte(mark))
	if !found {
		t.Fatal(book + " has no place for the cases")
	}
	var b bytes.Buffer
	b.Write(head)
	b.WriteString(mark + "| id | on the counter | shelf price | comes to | and says |\n|---|---|---|---|---|\n")
	english := i18n.With(context.Background(), i18n.En)
	for _, c := range cases {
		p := Propose(c.till, c.wish)
		says := ""
		for _, r := range p.Not {
			if says == "" || strings.HasPrefix(c.because, r.What+": ") {
				says = r.What + ": " + r.Why.In(english)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.id, c.says, c.till.List.Decimal(money.CNY), c.want, says)
	}
	if bytes.Equal(was, b.Bytes()) {
		return
	}
	if !*update {
		t.Fatal(book + " is not what the cases are: go test ./internal/module/offer -update")
	}
	if err := os.WriteFile(book, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestIdsOfCasesAreOfOneCase(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range cases {
		if seen[c.id] {
			t.Errorf("%s stands twice", c.id)
		}
		seen[c.id] = true
	}
}
