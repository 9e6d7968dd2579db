// Command gen writes the pages of rules from the charter, so that what people read is
// what the program does. Run it with go generate in the charter package.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
)

// words is where the English titles stand, seen from the charter package.
const words = "../../platform/i18n/locales/en/charter.json"

// page is one family of rules for people to read.
type page struct {
	family byte
	path   string // seen from the charter package
	title  string
	lead   string
}

var pages = []page{
	{'M', "../../../docs/rules-charter.md", "What moves value outside of a purchase", "The rules of membership, levels, points and the alliance (family M)."},
	{'V', "../../../docs/rules-vouchers.md", "Vouchers and draws", "The rules by which promotions move value outside of a purchase (family V); a voucher that is used is settled by S-03 ([rules](rules.md))."},
	{'B', "../../../docs/rules-bundles.md", "Bundles and packs", "The rules by which money that is paid ahead for a bundle or a pack is held, used and given back (family B); a part that is used is a purchase at its shop and settled as one ([rules](rules.md))."},
	{'P', "../../../docs/rules-payout.md", "Payouts and fees", "The rules by which money leaves for shops and people, and the provider keeps its fee (family P)."},
	{'T', "../../../docs/rules-hours.md", "Service hours", "The rules by which the hours of the time bank are set aside, earned, given on, ordered and taken along (family T). Coins are shown to people as service hours or as an entitlement, never as money; 1.00 coin has a face of 1.00 yuan and never becomes cash for a person."},
}

func main() {
	for _, p := range pages {
		text, err := p.render(words)
		if err == nil && text != nil {
			err = os.WriteFile(p.path, text, 0o644)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

const head = `# %s

<!-- Generated from the rulebook of internal/module/charter by go generate. Edit the rulebook, not this page. -->

%s Each entry stores the facts its legs were made
from; ` + "`gongyi verify`" + ` makes them again. Numbers are the default policy %s. Where an account would pass its floor,
another stands in as with purchases ([rules](rules.md)): what is missing is owed and paid first.

| rule | | req | clause |
|---|---|---|---|
`

// render is the page's text, nil while its family has no rule.
func (p page) render(words string) ([]byte, error) {
	text, err := os.ReadFile(words)
	if err != nil {
		return nil, err
	}
	var english map[string]string
	if err := json.Unmarshal(text, &english); err != nil {
		return nil, err
	}
	rules := slices.DeleteFunc(slices.Clone(charter.Rulebook), func(r charter.Rule) bool { return r.ID.Family != p.family })
	if len(rules) == 0 {
		return nil, nil
	}
	numbers := policy.Trial2025()
	var b bytes.Buffer
	fmt.Fprintf(&b, head, p.title, p.lead, policy.TrialCode)
	for _, r := range rules {
		fmt.Fprintf(&b, "| %s | %s %s | %s | %s |\n", r.ID, r.Title, english[r.Title], r.Req, r.Source)
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s %s\n\n**%s** · %s · %s\n\n", r.ID, r.Title, english[r.Title], r.Req, r.Source)
		item(&b, "When", r.When)
		item(&b, "Moves", "`"+strings.Join(r.Moves, "`, `")+"`")
		item(&b, "Amount", r.Amount)
		if r.Default != nil {
			item(&b, "Default", r.Default(&numbers))
		}
		if r.Back != "" {
			item(&b, "Back", r.Back)
		}
	}
	return b.Bytes(), nil
}

func item(b *bytes.Buffer, name, text string) { fmt.Fprintf(b, "- %s: %s\n", name, text) }
