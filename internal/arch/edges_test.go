package arch

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// edges are the arrows between modules, each with its reason. Modules meet in
// flows; an arrow is for a type that two of them must mean alike.
var edges = map[string]string{
	"checkoutweb → charge":          "a slip says which charge a payment was for",
	"checkoutweb → community":       "the desk of refunds is a community's",
	"accessweb → community":         "a role is granted in a place, which a form names by reference",
	"accessweb → merchant":          "a role may be for one shop, which a form names by reference",
	"accessweb → person":            "a role is granted to a person, found by number or name",
	"alliance → policy":             "a seat's term, its window and its times are numbers of the policy (C1, C2)",
	"allianceweb → access":          "a shop's page belongs to where its owner or staff hold their role",
	"allianceweb → charge":          "an applicant sees what is to be paid",
	"allianceweb → committee":       "an application leads to its ballot",
	"allianceweb → community":       "an alliance is a community's",
	"allianceweb → merchant":        "competitors are shops of the register",
	"allianceweb → person":          "an applicant is shown the alliances of her homes",
	"allianceweb → policy":          "pages say which numbers hold",
	"allianceweb → privacy":         "a look at an applicant is noted",
	"shortageweb → capacity":        "why an hour lacks hands is said with what was counted",
	"activityweb → points":          "the desk chooses the published reason by which those who came are thanked (F12)",
	"activityweb → volunteer":       "what somebody may teach are skills of hers; the desk sees how well the house knows her",
	"marketdayweb → ledger":         "a stall's page says how many hours she has",
	"timebankweb → community":       "the time bank is switched community by community, and a request lies in a building",
	"pairingweb → coin":             "how an agreement stands is what crossed under it",
	"pairingweb → community":        "an agreement is one of two communities",
	"coinweb → pairing":             "hours are taken to where an agreement is in force, or refused",
	"timebankweb → dispatch":        "why somebody was asked is said in words",
	"timebankweb → ledger":          "the tab says how many hours she has",
	"timebankweb → member":          "a page asks who the viewer is as a member",
	"timebankweb → policy":          "how long a yes may wait for one from nearer is the community's number",
	"timebankweb → person":          "the desk finds who telephones by her number",
	"timebankweb → privacy":         "the desk's look at a door is noted",
	"timebankweb → volunteer":       "a kind asks for a skill of the tree, at a level",
	"volunteerweb → community":      "a volunteer sets out from a building of the tree",
	"volunteerweb → person":         "the desk finds who has no phone by her membership number, others by phone",
	"volunteerweb → privacy":        "a look at a volunteer is noted",
	"bundleweb → charge":            "a bundle is paid for by a slip",
	"bundleweb → member":            "a page asks who the viewer is as a member",
	"projectweb → attachment":       "a report is handed over as a document",
	"projectweb → timebank":         "a contract pays for kinds of service and is served by plans",
	"timebankweb → attachment":      "the day's list of deliveries is handed over as a document",
	"coinweb → attachment":          "her hours are handed over as a document",
	"coinweb → privacy":             "the desk's look at why somebody is granted hours is noted as hers",
	"certificateweb → attachment":   "papers are handed over as documents",
	"certificateweb → community":    "a certificate is a community's",
	"certificateweb → ledger":       "a year's statement tells hours held from hours owed",
	"certificateweb → member":       "the desk finds a member by her number",
	"certificateweb → privacy":      "the desk's look at a member's hours is noted as hers",
	"coinweb → charter":             "a movement is named by its rule",
	"coinweb → ledger":              "what a person, a shop and the pool hold stands in their accounts",
	"coinweb → policy":              "pages say amounts as the community's profile does",
	"committeeweb → access":         "the owners of shops can be seated",
	"committeeweb → alliance":       "a ballot on a seat shows the applicants",
	"committeeweb → community":      "a committee is a community's",
	"committeeweb → privacy":        "a look at an applicant is noted",
	"charge → charter":              "money comes and goes by the means that the charter knows",
	"charter → ledger":              "legs name the accounts of the chart",
	"charter → policy":              "rules take their numbers from the version in force",
	"charter → settlement":          "short accounts are stood in for alike, and every rule has one list of titles",
	"checkout → offer":              "the terms of a checkout keep how its price came about",
	"checkoutweb → merchant":        "the code on a counter is that of a shop of the register",
	"checkoutweb → offer":           "a price is shown with what made it and what was not used",
	"checkoutweb → paycode":         "a phone shows the code that a till scans",
	"checkoutweb → payment":         "a till waits for the payment that it asked for",
	"duty → policy":                 "what a month asks for are numbers of the policy",
	"dutyweb → charge":              "the share of a profit is paid by a slip",
	"dutyweb → committee":           "a breach is balloted by the committee",
	"dutyweb → merchant":            "what a shop owes is about a shop of the register",
	"dutyweb → score":               "who is last of a quarter is told so in the score's words",
	"promotionweb → member":         "a page asks who the viewer is as a member",
	"score → policy":                "weights are numbers of the policy",
	"scoreweb → duty":               "a score's inputs lead down to the months they come from",
	"scoreweb → policy":             "weights that are tried add up to what the policy says a full score is",
	"growth → policy":               "levels and dividends take their numbers from the version in force (B3)",
	"growthweb → community":         "levels are looked after community by community",
	"growthweb → policy":            "a page says what a level asks and brings, in numbers of the policy",
	"growthweb → privacy":           "a look at who leads is noted",
	"honourweb → community":         "a wall of honour is a community's",
	"honourweb → person":            "a juror is found by the phone number",
	"honourweb → privacy":           "a look at who was nominated is noted",
	"marketingweb → attachment":     "an invoice is shown as a picture or handed over as a document",
	"marketingweb → community":      "the shops' common money is a community's",
	"member → policy":               "levels of growth are numbers of the policy (B3)",
	"membership → charter":          "what giving a term up brings back is the charter's answer (M-02)",
	"membership → policy":           "a term is sold with the numbers of the policy",
	"membershipweb → access":        "who works in a shop hands its packs over",
	"membershipweb → charge":        "a slip shows how its charge was paid",
	"membershipweb → charter":       "a slip names the means of the charter",
	"membershipweb → community":     "a page at the desk is about the community in its address",
	"membershipweb → member":        "the list of memberships shows who has none yet",
	"membershipweb → merchant":      "packs are collected at shops, which recommend too",
	"membershipweb → person":        "a member is found by the phone number",
	"membershipweb → policy":        "what a membership costs and brings are numbers of the policy",
	"membershipweb → privacy":       "a look at a membership is noted",
	"merchant → policy":             "a shop's tier decides its rate (S-04)",
	"payoutweb → attachment":        "a batch is handed over as a document",
	"payoutweb → ledger":            "a payout's lines are entries of the books",
	"payoutweb → merchant":          "a suspended shop is paid by a decision",
	"payoutweb → privacy":           "a look at somebody's account is noted",
	"points → charter":              "a property manager is paid by the means that the charter knows",
	"settlement → ledger":           "legs name the accounts of the chart",
	"settlement → policy":           "rules take their rates from the version in force",
	"assistweb → household":         "a helper acts for who lives in a household",
	"assistweb → householdweb":      "the same lines show who lives in a household",
	"assistweb → person":            "a helper is found by the phone number",
	"assistweb → privacy":           "a look at a household is noted",
	"badgeweb → access":             "a shop is found by the viewer's role in it",
	"badgeweb → community":          "coins lie in a community, which an address names by reference",
	"pointsweb → access":            "a counter is found by the viewer's role in it; who did something is named",
	"pointsweb → charter":           "a property manager is paid by the means that the charter knows",
	"pointsweb → community":         "the catalogue lies in a community, which an address names by reference",
	"pointsweb → ledger":            "what a property manager will be paid stands in its account",
	"pointsweb → merchant":          "a form offers the shops that take part",
	"pointsweb → privacy":           "a look at claims and property files is noted",
	"communityweb → access":         "names of the roles that a community needs",
	"householdweb → community":      "a household stands in a building or grid",
	"householdweb → person":         "who moves in is found by the phone number",
	"householdweb → privacy":        "a look at a household is noted",
	"ledgerweb → apikeyweb":         "operations ask the guard what the caller's key may do",
	"ledgerweb → community":         "an operation names its community by reference",
	"policyweb → apikeyweb":         "operations ask the guard what the caller's key may do",
	"privacyweb → access":           "who looked is named by role",
	"privacyweb → person":           "who looked is called as people call her",
	"promotionweb → apikeyweb":      "operations ask the guard what the caller's key may do",
	"signinweb → apikeyweb":         "the first operator is appointed with the administrator's key",
	"settlementweb → apikeyweb":     "operations ask the guard what the caller's key may do",
	"tradeweb → access":             "who owns a shop or works in it is known by role",
	"settlementweb → ledger":        "a receipt shows the entry and the names of its accounts",
	"settlementweb → policy":        "a receipt prints the rates that ruled it",
	"adslotweb → charge":            "a booking shows what is to be paid for it",
	"adslotweb → charter":           "a cancellation says beforehand what goes back",
	"operationweb → attachment":     "papers of the founding are files",
	"recruitweb → access":           "a call names the role it is for",
	"recruitweb → privacy":          "a look at applications is noted",
	"segmentweb → privacy":          "offers are stopped by taking their consent back",
	"selectionweb → member":         "a member acts by her membership",
	"selectionweb → policy":         "leaders sign up first",
	"reconciliationweb → community": "bills are compared community by community",
	"draw → policy":                 "what a draw may hold, and who may enter, are numbers of the policy",
	"drawweb → growth":              "who may enter is called by her level",
	"drawweb → member":              "a page shows the viewer's own entry",
	"drawweb → policy":              "who may enter is a level of the policy",
}

// between lists the arrows between modules that the sources draw; pages count
// under their own name. Tests may look at other modules.
func between(all []*source) map[string]string {
	drawn := make(map[string]string)
	for _, s := range all {
		from := moduleOf(s.pkg)
		if from == "" || s.test {
			continue
		}
		if layerOf(s.pkg) == webLayer {
			from += "web"
		}
		s.imports(func(path, place string) {
			path, own := strings.CutPrefix(path, module)
			to := moduleOf(path)
			if !own || to == "" || to == moduleOf(s.pkg) {
				return
			}
			if layerOf(path) == webLayer {
				to += "web"
			}
			drawn[from+" → "+to] = place
		})
	}
	return drawn
}

func unlisted(drawn, listed map[string]string) (found []complaint) {
	for _, e := range slices.Sorted(maps.Keys(drawn)) {
		if listed[e] == "" {
			found = append(found, complaint{drawn[e], "an arrow that is not listed: " + e})
		}
	}
	for _, e := range slices.Sorted(maps.Keys(listed)) {
		if drawn[e] == "" {
			found = append(found, complaint{e, "is listed, and nothing draws it: " + listed[e]})
		}
	}
	return found
}

func TestArrowsBetweenModulesAreListed(t *testing.T) {
	report(t, unlisted(between(project(t)), edges))
	drawn := between(small(t, map[string]string{
		"internal/module/a/a.go":      `package a; import (_ "gongyi/internal/module/b"; _ "gongyi/internal/module/a/aweb")`,
		"internal/module/a/a_test.go": `package a; import _ "gongyi/internal/module/c"`,
		"internal/module/a/aweb/w.go": `package aweb; import (_ "gongyi/internal/module/a"; _ "gongyi/internal/module/c/cweb")`,
		"internal/flow/f.go":          `package flow; import _ "gongyi/internal/module/c"`,
	}))
	expect(t, unlisted(drawn, map[string]string{"a → b": "so", "b → c": "so"}), "b → c: is listed, and nothing draws it", "not listed: aweb → cweb")
}
