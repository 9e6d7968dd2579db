// Command gen writes docs/rules.md from the rulebook, so that what people read
// is what the program does. Run it with go generate in the settlement package.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
)

// path is docs/rules.md, seen from the settlement package.
const path = "../../../docs/rules.md"

func main() {
	if err := os.WriteFile(path, render(), 0o644); err != nil {
		log.Fatal(err)
	}
}

const head = `# What one purchase does to the books

<!-- Generated from internal/module/settlement/rulebook.go by go generate. Edit the rulebook, not this page. -->

Every leg of a purchase names the rule that made it; every receipt names every rule, used or not, and says why.
The numbers below are the default policy %s. They belong to a policy version of a community and are changed by its
vote only (L8); the version in force when the purchase was made rules it.

G is the price after the shop's own member price or discount, c the cash of it (held by the licensed provider, or
direct in the shop's hand), k the time-coins, v a voucher: G = Σv + k + c. Amounts are whole fen, hundredths of a
coin, and points.

| rule | | req | clause |
|---|---|---|---|
`

const tail = `## How the rules work together

- **Order.** S-01 to S-10. Each percentage is rounded half up by itself, so it is off by at most half a fen. A leg of
  zero is not posted, nor one from an account to itself.
- **Short accounts.** Floors are checked on the finished entry. If a shop's or a person's account would pass its floor,
  the missing part of the last legs comes from its owner's ` + "`owed`" + ` of that asset; what an owner who owes is credited
  pays the debt first. Public funds never owe: ` + "`platform/commission`" + ` pays for them. A buyer's coins in S-02 may not be
  short: the purchase is refused.
- **What a shop keeps.** A policy is refused when it is proposed if some purchase could leave a shop less than %s of G,
  or ` + "`platform/commission`" + ` less than nothing. Every price is covered, by trial or by proof; the refusal shows the purchase.
- **Refunds** reverse every leg under the rule's id with an R. After refunds of T in all a leg that is no tender is
  reversed to ⌊leg·T/G⌋. The tenders return T exactly: cash ⌈c·T/G⌉; the rest is split the same way, rounding down,
  among coins, then the voucher legs in order, the last taking what is left. Held and direct cash are split likewise.
  A refund posts what should be reversed by then less what already is; a whole refund is the exact inverse of every leg.
- **S-07R.** Coins that the buyer has spent are kept of the cash that is returned, held money first, and go behind the
  coins in use: ` + "`merchant/payable → coin/backing`" + `. What the cash does not cover, the buyer owes.
- **Vouchers** come back to the buyer only by the refund that makes it whole, with their old expiry but at least %d days.
- **Bounds no vote can move.** Rewards reach one level of people and are capped (B4); a shop keeps at least %s of G.
`

func render() []byte {
	p := policy.Trial2025()
	var b bytes.Buffer
	fmt.Fprintf(&b, head, policy.TrialCode)
	for _, r := range settlement.Rulebook {
		fmt.Fprintf(&b, "| [%s](#%s) | %s %s | %s | %s |\n", r.ID, anchor(r), r.Title, settlement.English[r.Title], r.Req, r.Source)
	}
	for i := range settlement.Rulebook {
		rule(&b, &settlement.Rulebook[i], &p)
	}
	b.WriteString("\n")
	fmt.Fprintf(&b, tail, p.MerchantNetFloor.Percent(), p.VoucherReturnDays, (money.One - policy.ProviderShareMax).Percent())
	return b.Bytes()
}

func rule(b *bytes.Buffer, r *settlement.Rule, p *policy.Params) {
	fmt.Fprintf(b, "\n## %s %s\n\n**%s** · %s · %s\n\n", r.ID, r.Title, settlement.English[r.Title], r.Req, r.Source)
	when := []string{}
	for _, c := range r.When {
		when = append(when, c.Says)
	}
	if len(when) == 0 {
		when = append(when, "always")
	}
	item(b, "When", strings.Join(when, ", "))
	item(b, "Moves", "`"+strings.Join(r.Moves, "`, `")+"`")
	item(b, "Amount", r.Amount)
	if r.Default != nil {
		item(b, "Default", r.Default(p))
	}
	item(b, "Rounding", r.Rounding)
	if r.Beyond != "" {
		item(b, "Mind", r.Beyond)
	}
}

func item(b *bytes.Buffer, name, text string) { fmt.Fprintf(b, "- %s: %s\n", name, text) }

// anchor is the link target that a renderer makes of the rule's heading.
func anchor(r settlement.Rule) string {
	return strings.ToLower(r.ID.String()) + "-" + strings.ReplaceAll(r.Title, " ", "-")
}
