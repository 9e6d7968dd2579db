package i18n

import (
	"context"
	"sync"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
)

func TestNegotiateFallsBackOnChinese(t *testing.T) {
	for accept, want := range map[string]Lang{
		"":                               Zh,
		"zh-CN,zh;q=0.9,en;q=0.8":        Zh,
		"zh-TW":                          Zh,
		"en-GB,en;q=0.9":                 En,
		"fr-FR,fr;q=0.9":                 Zh,
		"fr-FR,fr;q=0.9,en;q=0.5":        En,
		"en;q=0.3,zh;q=0.9":              Zh,
		"this is not a header ;;;q=oops": Zh,
	} {
		if got := Negotiate(accept); got != want {
			t.Errorf("Negotiate(%q) = %v, want %v", accept, got, want)
		}
	}
}

func TestSaysTheSentenceInTheRequestsLanguage(t *testing.T) {
	zh, en := context.Background(), With(context.Background(), En)
	const buyers = "只显示 %d 人以上的组，看不到是谁。"
	if got, want := T(zh, buyers, 5), "只显示 5 人以上的组，看不到是谁。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := T(en, buyers, 5), "Only groups of 5 or more are shown; nobody can be recognised."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCountsAreGroupedAndChoosePlural(t *testing.T) {
	en := With(context.Background(), En)
	for n, want := range map[int]string{1: "1 purchase", 1914: "1,914 purchases"} {
		if got := T(en, "%d 笔消费", n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := T(context.Background(), "%d 笔消费", 1914), "1,914 笔消费"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessageInsideAMessage(t *testing.T) {
	en := With(context.Background(), En)
	m := M("退回：%s", M("平台服务费"))
	if got, want := m.In(en), "Returned: Platform commission"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, still := m.Args[0].(Message); !still {
		t.Error("saying a message changed its arguments")
	}
}

func TestRefusalFillsDetails(t *testing.T) {
	f := fault.New(fault.Invalid, "ledger.no_such_account").With("account", "{account}%d/x")
	got, ok := Refusal(context.Background(), f)
	if want := "账本里没有“{account}%d/x”这个账户。"; !ok || got != want {
		t.Errorf("got %q %v, want %q: a detail must be put in as it is", got, ok, want)
	}
	limit := fault.New(fault.Invalid, "settlement.coins_over_share").With("most", money.Amount(123_456))
	if got, _ := Refusal(With(context.Background(), En), limit); got != "At most 1,234.56 can be paid with entitlement." {
		t.Errorf("got %q, want the amount in the books' form", got)
	}
	if _, ok := Refusal(context.Background(), fault.New(fault.Invalid, "no.such_code")); ok {
		t.Error("a code without a sentence must say so")
	}
}

// A Printer is shared by all requests; this fails under the race detector if
// printing wrote to it, and by mixed-up words without it.
func TestPrintersMayBeShared(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ctx, want := context.Background(), "1,914 笔消费"
			if i%2 == 1 {
				ctx, want = With(ctx, En), "1,914 purchases"
			}
			for range 200 {
				if got := T(ctx, "%d 笔消费", 1914); got != want {
					t.Errorf("got %q, want %q", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
