package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/dbtest"
)

// forgery is a change of a receipt file, and how the four steps come out: + right,
// ! wrong, - not checked.
type forgery struct {
	edit func(f, w map[string]any)
	want string
}

// forgeries are changes of the file of sold; other is a whole file of another entry.
func forgeries(home id.ID, other map[string]any) map[string]forgery {
	return map[string]forgery{
		"nothing":                     {func(_, _ map[string]any) {}, "++++"},
		"words put better":            {set("rules", 4, "title", "zh", "公益金"), "++++"},
		"no words":                    {func(f, _ map[string]any) { delete(f, "readable") }, "!---"},
		"a field nobody knows":        {set("bonus", "100.00"), "!---"},
		"half a canonical text":       {func(f, _ map[string]any) { f["entry"] = strings.Replace(f["entry"].(string), "\nsealed ", "\n", 1) }, "!---"},
		"a leg is written twice over": {func(f, _ map[string]any) { f["entry"] = strings.Replace(f["entry"].(string), " 4500 ", " 04500 ", 1) }, "!---"},
		"facts nobody can read": {func(f, _ map[string]any) {
			f["entry"] = strings.Replace(f["entry"].(string), "\nfacts c", "\nfacts A", 1)
		}, "!---"},
		"the price":                       {set("price", "61.00"), "+!--"},
		"the shelf price":                 {set("list_amount", "60.00"), "+!--"},
		"the number of goods":             {set("items", 9), "+!--"},
		"the time":                        {set("purchased_at", "2025-10-20T05:00:00Z"), "+!--"},
		"the booked day":                  {set("booked_on", "2025-10-21"), "+!--"},
		"how it was paid":                 {set("paid", 0, "amount", "46.00"), "+!--"},
		"a way of paying less":            {func(_, w map[string]any) { w["paid"] = w["paid"].([]any)[1:] }, "+!--"},
		"where it went":                   {set("went", 0, "amount", "46.00"), "+!--"},
		"what a rule moved":               {set("rules", 6, "amount", "9.99"), "+!--"},
		"a rule less":                     {func(_, w map[string]any) { w["rules"] = w["rules"].([]any)[1:] }, "+!--"},
		"a leg's amount":                  {set("legs", 0, "amount", "46.00"), "+!--"},
		"a leg's destination":             {set("legs", 0, "to", "platform/commission"), "+!--"},
		"a leg less":                      {func(_, w map[string]any) { w["legs"] = w["legs"].([]any)[1:] }, "+!--"},
		"another shop sold it":            {set("shop", "东门鲜果店"), "+!--"},
		"a refund's amount":               {set("refunds", 1, "amount", "50.00"), "+!--"},
		"a refund's leg":                  {func(_, w map[string]any) { at(at(w["refunds"], 0)["legs"], 0)["amount"] = "1.00" }, "+!--"},
		"a leg in the sealed text":        {func(f, _ map[string]any) { f["entry"] = strings.Replace(f["entry"].(string), " 4500 ", " 4600 ", 1) }, "+!--"},
		"facts in the sealed text":        {func(f, _ map[string]any) { f["entry"] = inFacts(f["entry"]) }, "+!--"},
		"a rate in the rules":             {func(_, w map[string]any) { forgeRate(w, "30000", "20000") }, "+!--"},
		"a rate that this sale never met": {func(_, w map[string]any) { forgeRate(w, "\"founding_rate\":10000", "\"founding_rate\":10001") }, "++!+"},
		"the seal": {func(f, _ map[string]any) {
			f["entry"] = strings.Replace(f["entry"].(string), "\nsealed ", "\nsealed 00", 1)[:len(f["entry"].(string))-1] + "\n"
		}, "++!+"},
		"the proof of another entry": {func(f, _ map[string]any) { f["proof"] = other["proof"] }, "++!+"},
		"the rules are left out":     {func(_, w map[string]any) { delete(w, "policy"); delete(w, "went"); w["paid"], w["rules"] = nil, nil }, "++++"},
		"left-out rules, yet shares": {func(_, w map[string]any) { delete(w, "policy") }, "+!--"},
		"the signature": {func(f, _ map[string]any) {
			f["checkpoint"] = strings.Replace(f["checkpoint"].(string), "\n\n", "\n\n\n", 1)
		}, "++-!"},
		"a larger log": {func(f, _ map[string]any) {
			lines := strings.SplitN(f["checkpoint"].(string), "\n", 3)
			f["checkpoint"] = lines[0] + "\n" + lines[1] + "0\n" + lines[2]
		}, "++-!"},
		"another house's log":   {func(f, _ map[string]any) { f["origin"] = "gongyi/else.example/" + home.String() }, "++-!"},
		"a refund twice":        {func(_, w map[string]any) { w["refunds"] = []any{at(w["refunds"], 0), at(w["refunds"], 0)} }, "+!--"},
		"the first refund less": {func(_, w map[string]any) { w["refunds"] = w["refunds"].([]any)[1:] }, "+!--"},
	}
}

// TestWhatIsChangedInAReceiptFileIsFound tries every forgery of forgeries, and what
// is no receipt at all.
func TestWhatIsChangedInAReceiptFileIsFound(t *testing.T) {
	env := dbtest.SQLite(t, Schemas)
	b := newBlock(t, env)
	token, _ := sold(b)
	file := b.file(token)
	other := b.file(b.receiptOf(b.seqs[0]))
	var second map[string]any
	b.must(json.Unmarshal(other, &second))
	for name, c := range forgeries(b.home, second) {
		t.Run(name, func(t *testing.T) {
			o := VerifyReceipt(tamper(file, c.edit), []string{b.key()}, nil)
			if states(o) != c.want || o.True != (c.want == "++++") {
				t.Errorf("%s, want %s: %+v", states(o), c.want, o)
			}
		})
	}
	for name, text := range map[string]string{"nothing": "", "a picture": "\x89PNG", "other JSON": `{"format":"x"}`} {
		if o := VerifyReceipt([]byte(text), []string{b.key()}, nil); states(o) != "!---" {
			t.Errorf("%s: %s", name, states(o))
		}
	}
	if o := VerifyReceipt(file, nil, nil); states(o) != "++-!" {
		t.Errorf("without a key: %s", states(o))
	}
}

// set changes one field of the readable part: the way to it, then its value.
func set(path ...any) func(f, w map[string]any) {
	return func(_, w map[string]any) { // the last is the value, before it the way to the field
		m := w
		for _, p := range path[:len(path)-2] {
			switch p := p.(type) {
			case string:
				if list, ok := m[p].([]any); ok {
					m = map[string]any{"": list}
					continue
				}
				m = m[p].(map[string]any)
			case int:
				m = m[""].([]any)[p].(map[string]any)
			}
		}
		m[path[len(path)-2].(string)] = path[len(path)-1]
	}
}

// tamper edits the file as the JSON that it is.
func tamper(file []byte, edit func(file, words map[string]any)) []byte {
	var m map[string]any
	if err := json.Unmarshal(file, &m); err != nil {
		panic(err)
	}
	edit(m, m["readable"].(map[string]any))
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

func at(list any, i int) map[string]any { return list.([]any)[i].(map[string]any) }

// inFacts changes a byte of the facts in a canonical text.
func inFacts(entry any) string {
	text := entry.(string)
	from := strings.Index(text, "\nfacts ") + len("\nfacts ")
	to := from + strings.IndexByte(text[from:], '\n')
	facts, err := base64.StdEncoding.DecodeString(text[from:to])
	if err != nil {
		panic(err)
	}
	facts[len(facts)-1] ^= 2
	return text[:from] + base64.StdEncoding.EncodeToString(facts) + text[to:]
}

// forgeRate changes the numbers of the rules in their sealed text.
func forgeRate(words map[string]any, old, new string) {
	record := words["policy"].(map[string]any)
	text := record["entry"].(string)
	from := strings.Index(text, "facts ") + len("facts ")
	to := from + strings.IndexByte(text[from:], '\n')
	facts, err := base64.StdEncoding.DecodeString(text[from:to])
	if err != nil || !bytes.Contains(facts, []byte(old)) {
		panic(old)
	}
	forged := strings.Replace(string(facts), old, new, 1)
	record["entry"] = text[:from] + base64.StdEncoding.EncodeToString([]byte(forged)) + text[to:]
}
