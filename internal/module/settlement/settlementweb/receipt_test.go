package settlementweb

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

func zhPage(t *testing.T, v ReceiptView) string {
	t.Helper()
	return uitest.Render(t, uitest.Context(i18n.Zh, ui.System), ReceiptPage(v))
}

// The fourth worked example, as the receipt tells it.
func TestReceiptOfExample4(t *testing.T) {
	v := sampleReceipt(context.Background(), example4())
	if v.wentTotal() != v.Price {
		t.Errorf("the legend comes to %d of %d", v.wentTotal(), v.Price)
	}
	type row struct {
		heading, rule string
		amount        money.Amount
		asset         money.Asset
	}
	var got []row
	for _, g := range v.Groups {
		for _, l := range g.Lines {
			got = append(got, row{g.Title.Key, l.Rule, l.Amount, l.Asset})
		}
	}
	want := []row{
		{"您付的", "S-01", 45_00, money.CNY}, {"您付的", "S-02", 10_00, money.Coin}, {"您付的", "S-03", 5_00, money.CNY},
		{"店家分出的", "S-04", 1_80, money.CNY}, {"店家分出的", "S-06", 3_00, money.CNY},
		{"大家共享的", "S-05", 30, money.CNY},
		{"您得到的", "S-07", 2_25, money.Coin}, {"您得到的", "S-09", 45, money.Point},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	text := uitest.Text(zhPage(t, v))
	for _, want := range []string{
		"¥ 60.00", "扫码支付 45.00", "抵扣权益 10.00", "东门鲜果店互荐券 5.00", "3 件，标价 63.20，省了 3.20",
		"桥头面包房 含 10.00 抵扣权益 55.20", "东门鲜果店 推荐您来的店 3.00", "平台服务 已减去分给大家的 1.50", "社区共益基金 大家的 0.30", "合计，一分不差 60.00",
		"S-04 平台服务费 1.80 60.00 × 3%，普通联盟店", "+2.25 权益", "+45 分", "2 条规矩这次没有用到",
		"第 5 条 每笔消费的 0.5% 归社区共益基金", "2025 年 8 月 20 日居民表决通过（赞成 412，反对 37）",
		"S-08 组长分享团队消费 您不在哪位组长的团队里", "S-10 关爱承诺 这家店没有关爱承诺", "第 211,406 条",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt lacks %q", want)
		}
	}
	if strings.Count(text, "¥") != 1 {
		t.Error("¥ stands only before the price")
	}
}

// Every rule stands on every receipt exactly once, posted or not, and the
// legend comes to the price whatever was bought.
func TestEveryRuleStandsOnEveryReceipt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := example4()
		f.Merchant.Tier = rapid.SampledFrom([]policy.Tier{policy.Standard, policy.Committee, policy.Founding}).Draw(t, "tier")
		f.Merchant.Pledge = money.Rate(rapid.IntRange(0, 50_000).Draw(t, "pledge"))
		f.Held = money.Amount(rapid.IntRange(1, 1_000_000).Draw(t, "held"))
		f.Coins, f.Direct = 0, money.Amount(rapid.IntRange(0, 5_000).Draw(t, "direct"))
		if !rapid.Bool().Draw(t, "voucher") {
			f.Vouchers, f.Claim = nil, settlement.Claim{}
		}
		if rapid.Bool().Draw(t, "led") {
			f.Leader = settlement.Leader{ID: leader, Level: policy.Gold, CapLeft: money.Amount(rapid.IntRange(0, 3_000).Draw(t, "cap"))}
		}
		if rapid.Bool().Draw(t, "stranger") {
			f.Buyer, f.Leader, f.Claim = settlement.Buyer{}, settlement.Leader{}, settlement.Claim{}
		}
		f.Price = f.Held + f.Direct
		for _, v := range f.Vouchers {
			f.Price += v.Amount
		}
		v := sampleReceipt(context.Background(), f)
		if v.wentTotal() != v.Price {
			t.Fatalf("the legend comes to %d of %d", v.wentTotal(), v.Price)
		}
		var rules []string
		for _, g := range v.Groups {
			for _, l := range g.Lines {
				rules = append(rules, l.Rule)
				if l.Amount == 0 || l.Why.IsZero() || l.Clause.IsZero() {
					t.Fatalf("%s is posted without amount, why or clause: %+v", l.Rule, l)
				}
			}
		}
		for _, l := range v.Unused {
			rules = append(rules, l.Rule)
			if l.Why.IsZero() {
				t.Fatalf("%s was not used, and nobody says why", l.Rule)
			}
		}
		slices.Sort(rules)
		if want := strings.Fields("S-01 S-02 S-03 S-04 S-05 S-06 S-07 S-08 S-09 S-10"); !slices.Equal(rules, want) {
			t.Fatalf("rules %v", rules)
		}
		for _, w := range v.Went {
			if w.Hue == 0 {
				t.Fatalf("no colour for %+v", w)
			}
		}
		bars := bar(v.Went)
		if len(bars) != len(v.Went) {
			t.Fatalf("%d stripes for %d recipients", len(bars), len(v.Went))
		}
	})
}

func TestRefundListsEveryLeg(t *testing.T) {
	var r Refund
	Undo(&r, 60_00, refund(example4(), 60_00))
	got := map[string]string{}
	for _, l := range r.Lines {
		got[l.Rule] = l.Amount.Decimal(l.Asset)
	}
	want := map[string]string{
		"S-01R": "45.00", "S-02R": "10.00", "S-03R": "5.00", "S-04R": "1.80", "S-05R": "0.30", "S-06R": "3.00", "S-07R": "2.25", "S-09R": "45",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	v := sampleReceipt(context.Background(), example4())
	v.Refunds = []Refund{r}
	text := uitest.Text(zhPage(t, v))
	for _, want := range []string{"共退 60.00", "−60.00", "S-05R 退回：社区共益基金 0.30", "S-05 社区共益基金 0.30", "正在存证"} {
		if !strings.Contains(text, want) {
			t.Errorf("the receipt lacks %q", want)
		}
	}
}

func TestSealOnlyWithProof(t *testing.T) {
	v := sampleReceipt(context.Background(), example4())
	if !strings.Contains(zhPage(t, v), `class="seal"`) {
		t.Error("a proof without its seal")
	}
	v.Proof = nil
	page := zhPage(t, v)
	if strings.Contains(page, `class="seal"`) || strings.Contains(page, "没有网也能验") || !strings.Contains(page, "正在存证") {
		t.Error("a seal, or a way to check, without a proof")
	}
}

func TestNamesAreEscaped(t *testing.T) {
	v := sampleReceipt(context.Background(), example4())
	v.Shop = `<img src=x onerror=alert(1)>`
	if !strings.Contains(zhPage(t, v), "&lt;img src=x") {
		t.Error("a name is not written as text")
	}
}

func TestPagesKeepTheRulesOfTheHouse(t *testing.T) {
	for _, lang := range i18n.Langs {
		for _, theme := range ui.Themes {
			ctx := uitest.Context(lang, theme)
			for _, token := range []string{"sample", "refunded", "fresh", "plain"} {
				v, err := (&fakeHouse{}).Receipt(ctx, token)
				if err != nil {
					t.Fatal(err)
				}
				uitest.Render(t, ctx, ReceiptPage(v))
			}
			for _, file := range []string{"true", "wrong"} {
				o, _ := (&fakeHouse{}).Verify(ctx, []byte(file))
				uitest.Render(t, ctx, VerifyPage(VerifyView{Outcome: &o, Offline: sampleOffline}))
			}
			uitest.Render(t, ctx, VerifyPage(VerifyView{Problem: nothingGiven, Text: "</textarea><b>"}))
		}
	}
}

// What a receipt says in English is what the rulebook says in English.
func TestEnglishIsTheRulebooks(t *testing.T) {
	for key, want := range settlement.English {
		if got := i18n.English(key); got != want {
			t.Errorf("%q: the locale says %q, the rulebook %q", key, got, want)
		}
	}
}

func TestBarIsAPictureOfTheShares(t *testing.T) {
	got := bar([]Went{{Amount: 55_20, Hue: 1}, {Amount: 3_00, Hue: 2}, {Amount: 1_50, Hue: 6}, {Amount: 30, Hue: 3}})
	want := []stripe{{1, "0.00%", "89.23%"}, {2, "89.83%", "4.91%"}, {6, "95.34%", "2.46%"}, {3, "98.40%", "1.60%"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(stripe{})); diff != "" {
		t.Fatal(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		var parts []Went
		for range rapid.IntRange(1, 6).Draw(t, "n") {
			parts = append(parts, Went{Amount: money.Amount(rapid.IntRange(0, 1_000_000).Draw(t, "amount"))})
		}
		stripes := bar(parts)
		end := 0
		for i, s := range stripes {
			x, w := hundredths(s.x), hundredths(s.width)
			if x < end || w < slimmed && parts[i].Amount > 0 && len(parts) > 1 {
				t.Fatalf("stripe %d at %s, %s wide, after %d", i, s.x, s.width, end)
			}
			end = x + w
		}
		if end > full {
			t.Fatalf("the bar ends at %d", end)
		}
	})
}

func hundredths(percent string) (n int) {
	for _, d := range strings.NewReplacer(".", "", "%", "").Replace(percent) {
		n = n*10 + int(d-'0')
	}
	return n
}

func TestElderAsksWithAButton(t *testing.T) {
	v := sampleReceipt(context.Background(), example4())
	v.At = time.Date(2025, 10, 15, 15, 0, 0, 0, shanghai)
	page := uitest.Render(t, uitest.Context(i18n.Zh, ui.Elder), ReceiptPage(v))
	for _, want := range []string{"下午 3 点", ">为什么</span>", `data-theme="gongyi-elder"`} {
		if !strings.Contains(page, want) {
			t.Errorf("elder mode lacks %q", want)
		}
	}
}
