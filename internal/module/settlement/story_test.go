package settlement

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// TestStories runs the stories in testdata: each is told in the words of
// settlement.md, with what must come of it written beneath each command.
//
//	# title                              a new story with empty books and the trial policy
//	policy care_pledge_max=100000        other numbers
//	have A/payable=3.00 you/owed:COIN=-1.00
//	purchase held=45.00 coins=10.00 voucher=5.00:A+C tier=standard claim=A leader=gold
//	refund 20.00                         of the latest purchase
//	why                                  the receipt of the latest purchase
//	where                                where its price went
//	balance B/payable you/coins
//
// The shop is B, the buyer is "you", a member in good standing; the price is the
// sum of the parts. Every line that is no command is what the program must say.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(text), "\n# ")[1:] {
			title, body, _ := strings.Cut(part, "\n")
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+title, func(t *testing.T) {
				want, got := tell(t, body)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("want −, got +:\n%s", diff)
				}
			})
		}
	}
}

// tell runs a story; it returns the story as written and as it went.
func tell(t *testing.T, body string) (want, got []string) {
	st := &story{t: t, params: policy.Trial2025(), books: books{}, before: 0}
	commands := map[string]func([]string) []string{
		"policy": st.policy, "have": st.have, "purchase": st.purchase, "refund": st.refund,
		"why": st.why, "where": st.where, "balance": st.balance,
	}
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), " //")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		want = append(want, strings.Join(words, " "))
		if run := commands[words[0]]; run != nil {
			got = append(append(got, strings.Join(words, " ")), run(words[1:])...)
		}
	}
	return want, got
}

// story is the state of one story.
type story struct {
	t       *testing.T
	params  policy.Params
	books   books
	facts   Facts
	posted  []ledger.Leg
	before  money.Amount // refunded of the latest purchase
	scratch Scratch
}

// who gives each name in the stories an id; shops are single capital letters.
var who = map[string]party.Owner{
	"you":    {Kind: party.Member, ID: id.ID{1}},
	"leader": {Kind: party.Member, ID: id.ID{2}},
}

func init() {
	for c := 'A'; c <= 'F'; c++ {
		who[string(c)] = party.Owner{Kind: party.Merchant, ID: id.ID{byte(c)}}
	}
}

func called(o party.Owner) string {
	for name, owner := range who {
		if owner == o {
			return name
		}
	}
	return o.String()
}

func (st *story) policy(words []string) []string {
	for _, w := range words {
		field, value, _ := strings.Cut(w, "=")
		if _, err := strconv.Atoi(value); err != nil {
			value = strconv.Quote(value)
		}
		if err := json.Unmarshal([]byte(fmt.Sprintf(`{%q:%s}`, field, value)), &st.params); err != nil {
			st.t.Fatal(err)
		}
	}
	return nil
}

func (st *story) have(words []string) []string {
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		a := st.account(name)
		st.books[a] = st.amount(value, a.Asset)
	}
	return nil
}

func (st *story) purchase(words []string) []string {
	st.facts = Facts{
		Policy:      1,
		PurchasedAt: time.Date(2025, 10, 15, 10, 24, 7, 0, time.UTC),
		Merchant:    Merchant{ID: who["B"].ID, Tier: policy.Standard},
		Buyer:       Buyer{ID: who["you"].ID, Standing: GoodMember},
	}
	f := &st.facts
	f.Leader.CapLeft = st.params.LeaderMonthlyCap
	priced := false
	for _, w := range words {
		field, value, _ := strings.Cut(w, "=")
		priced = priced || field == "price"
		st.set(f, field, value)
	}
	if !priced {
		f.Price = f.vouchers() + f.Coins + f.cash()
	}
	if f.Leader.ID.IsZero() {
		f.Leader = Leader{}
	}
	st.before = 0
	res, err := Settle(&st.params, f, st.books, &st.scratch)
	if err != nil {
		return []string{refusal(err)}
	}
	return st.post(res.Legs)
}

// set reads one word of a purchase.
func (st *story) set(f *Facts, field, value string) {
	cny := func() money.Amount { return st.amount(value, money.CNY) }
	switch field {
	case "price":
		f.Price = cny()
	case "held":
		f.Held = cny()
	case "direct":
		f.Direct = cny()
	case "coins":
		f.Coins = cny()
	case "voucher": // 5.00:A+C, several sharers; 5.00 is the platform's own
		worth, sharers, _ := strings.Cut(value, ":")
		v := Voucher{ID: id.ID{'v', byte(len(f.Vouchers))}, Amount: st.amount(worth, money.CNY)}
		for _, name := range strings.FieldsFunc(sharers, func(r rune) bool { return r == '+' }) {
			v.Sharers = append(v.Sharers, who[name].ID)
		}
		f.Vouchers = append(f.Vouchers, v)
	case "tier":
		f.Merchant.Tier = map[string]policy.Tier{"standard": policy.Standard, "committee": policy.Committee, "founding": policy.Founding}[value]
	case "pledge":
		f.Merchant.Pledge = st.rate(value)
	case "buyer":
		f.Buyer.Standing = map[string]Standing{"stranger": Stranger, "lapsed": Lapsed, "good": GoodMember}[value]
	case "claim": // A; A:720 made so many hours ago; A:voucher made by the first voucher
		name, how, _ := strings.Cut(value, ":")
		ago, _ := strconv.Atoi(how)
		f.Claim = Claim{ID: id.ID{'c'}, Merchant: who[name].ID, MadeAt: f.PurchasedAt.Add(-time.Duration(ago) * time.Hour)}
		if how == "voucher" {
			f.Claim.Voucher = f.Vouchers[0].ID
		}
	case "leader":
		f.Leader.ID = who["leader"].ID
		f.Leader.Level = map[string]policy.Level{"silver": policy.Silver, "gold": policy.Gold, "diamond": policy.Diamond, "myself": policy.Gold}[value]
		if value == "myself" {
			f.Leader.ID = f.Buyer.ID
		}
	case "cap":
		f.Leader.CapLeft = cny()
	case "backing":
		f.Throttle.Backing = cny()
	case "outstanding":
		f.Throttle.Outstanding = cny()
	default:
		st.t.Fatalf("a purchase has no %q", field)
	}
}

func (st *story) refund(words []string) []string {
	t := st.amount(words[0], money.CNY)
	res, err := Refund(&st.params, &st.facts, RefundFacts{Before: st.before, Amount: t}, st.books, &st.scratch)
	if err != nil {
		return []string{refusal(err)}
	}
	st.before += t
	back := "back"
	for _, part := range []struct {
		name   string
		amount money.Amount
	}{
		{"held", res.Held}, {"direct", res.Direct}, {"coins", res.Coins}, {"vouchers", res.Vouchers},
		{"withheld", res.Withheld}, {"cap", res.LeaderCap},
	} {
		if part.amount != 0 {
			back += " " + part.name + "=" + part.amount.Decimal(money.CNY)
		}
	}
	if res.Whole {
		back += " whole"
	}
	return append(st.post(res.Legs), back)
}

// post posts the legs and writes them as the stories do.
func (st *story) post(legs []ledger.Leg) (said []string) {
	st.posted = append([]ledger.Leg(nil), legs...)
	for _, l := range legs {
		said = append(said, fmt.Sprintf("%s %s %s %s → %s", l.Rule, l.Amount.Decimal(l.From.Asset), l.From.Asset, st.name(l.From), st.name(l.To)))
	}
	if err := st.books.post(legs); err != nil {
		st.t.Error(err)
	}
	return said
}

func (st *story) why([]string) (said []string) {
	for _, l := range Explain(&st.params, &st.facts, st.posted) {
		payer := ""
		if l.Payer != "" {
			payer = "（" + l.Payer + "）"
		}
		said = append(said, fmt.Sprintf("%s %s%s %s %s： %s", l.Rule, l.Group, payer, l.Title, l.Amount.Decimal(l.Asset), spoken(l.Why)))
		for _, note := range l.Notes {
			said = append(said, "note： "+spoken(note))
		}
		for _, debt := range l.Debts {
			said = append(said, "debt： "+spoken(debt))
		}
	}
	return said
}

func spoken(s Sentence) string {
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = a
		if o, is := a.(party.Owner); is {
			args[i] = called(o)
		}
	}
	return fmt.Sprintf(s.Key, args...)
}

func (st *story) where([]string) (said []string) {
	for _, p := range Where(&st.params, &st.facts) {
		said = append(said, fmt.Sprintf("%s %s", p.Who, p.Amount.Decimal(money.CNY)))
	}
	return said
}

func (st *story) balance(words []string) (said []string) {
	for _, w := range words {
		a := st.account(w)
		said = append(said, w+" "+st.books[a].Decimal(a.Asset))
	}
	return said
}

// account reads "B/payable" or, where the asset is not plain, "B/owed:COIN".
func (st *story) account(name string) ledger.Account {
	name, asset, given := strings.Cut(name, ":")
	owner, purpose, _ := strings.Cut(name, "/")
	if o, known := who[owner]; known {
		owner = o.String()
	}
	for _, unit := range money.Assets {
		if a, err := ledger.ParseAccount(owner+"/"+purpose, unit.String()); err == nil && (!given || asset == unit.String()) {
			return a
		}
	}
	st.t.Fatalf("no account %q", name)
	return ledger.Account{}
}

func (st *story) name(a ledger.Account) string {
	_, purpose, _ := strings.Cut(a.String(), "/")
	return called(a.Owner) + "/" + purpose
}

func (st *story) amount(s string, a money.Asset) money.Amount {
	v, err := money.Parse(s, a)
	if err != nil {
		st.t.Fatalf("%q: %v", s, err)
	}
	return v
}

// rate reads a percentage: two decimals of a percent are a hundred parts per million.
func (st *story) rate(percent string) money.Rate {
	return money.Rate(100 * st.amount(strings.TrimSuffix(percent, "%"), money.CNY))
}

func refusal(err error) string {
	f := fault.Of(err)
	if f == nil {
		return "failed: " + err.Error()
	}
	said := "refused " + f.Code
	if f.Field != "" {
		said += " on " + f.Field
	}
	if most, has := f.Details["most"]; has {
		said += fmt.Sprintf(" most %v", most)
	}
	return said
}
