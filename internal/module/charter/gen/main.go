// Command gen writes docs/rules-charter.md from the charter, so that what people
// read is what the program does. Run it with go generate in the charter package.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"gongyi/internal/module/charter"
	"gongyi/internal/module/policy"
)

// What is written and what is read, seen from the charter package.
const (
	path  = "../../../docs/rules-charter.md"
	words = "../../platform/i18n/locales/en/charter.json"
)

func main() {
	page, err := render(words)
	if err == nil {
		err = os.WriteFile(path, page, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

const head = `# What moves value outside of a purchase

<!-- Generated from internal/module/charter/rulebook.go by go generate. Edit the rulebook, not this page. -->

The rules of membership, levels, points and the alliance (family M). Each entry stores the facts its legs were made
from; ` + "`gongyi verify`" + ` makes them again. Numbers are the default policy %s. Where an account would pass its floor,
another stands in as with purchases ([rules](rules.md)): what is missing is owed and paid first.

| rule | | req | clause |
|---|---|---|---|
`

func render(words string) ([]byte, error) {
	text, err := os.ReadFile(words)
	if err != nil {
		return nil, err
	}
	var english map[string]string
	if err := json.Unmarshal(text, &english); err != nil {
		return nil, err
	}
	p := policy.Trial2025()
	var b bytes.Buffer
	fmt.Fprintf(&b, head, policy.TrialCode)
	for _, r := range charter.Rulebook {
		fmt.Fprintf(&b, "| %s | %s %s | %s | %s |\n", r.ID, r.Title, english[r.Title], r.Req, r.Source)
	}
	for _, r := range charter.Rulebook {
		fmt.Fprintf(&b, "\n## %s %s\n\n**%s** · %s · %s\n\n", r.ID, r.Title, english[r.Title], r.Req, r.Source)
		item(&b, "When", r.When)
		item(&b, "Moves", "`"+strings.Join(r.Moves, "`, `")+"`")
		item(&b, "Amount", r.Amount)
		if r.Default != nil {
			item(&b, "Default", r.Default(&p))
		}
		if r.Back != "" {
			item(&b, "Back", r.Back)
		}
	}
	return b.Bytes(), nil
}

func item(b *bytes.Buffer, name, text string) { fmt.Fprintf(b, "- %s: %s\n", name, text) }
