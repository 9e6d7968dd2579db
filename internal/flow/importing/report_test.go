package importing_test

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/i18n"
)

func TestReport(t *testing.T) {
	tab := open(t, header+row("paid_amount", "=1+1")+row("member_ref", strings.Repeat("长", 70))+"P2,\"2\nP3\",x\n")
	_, rejected := all(t, tab.NextPurchase)
	rejected = append(rejected, tab.Reject(9, fault.New(fault.Conflict, "some.code").On("@member")))
	for lang, want := range map[i18n.Lang][][]string{
		i18n.Zh: {
			{"file", "line", "column", "value", "code", "reason"},
			{"shop.csv", "2", "paid_amount", "'=1+1", "importing.amount", "这不是金额，请写成 128.40，最多两位小数，不带逗号和符号。"},
			{"shop.csv", "3", "member_ref", strings.Repeat("长", 40) + "…", "importing.too_long", "超过 64 个字。"},
			{"shop.csv", "4", "", "P2,2\uFFFDP3,x", "sheet.ragged", "这一行有 3 格，表头有 8 列，对不上。（这一行一直延续到第 5 行，请检查引号。）"},
			{"shop.csv", "9", "'@member", "", "some.code", "some.code on @member"},
		},
		i18n.En: {
			{"file", "line", "column", "value", "code", "reason"},
			{"shop.csv", "2", "paid_amount", "'=1+1", "importing.amount", "This is no amount; please write it like 128.40, with at most two decimals and without commas or signs."},
			{"shop.csv", "3", "member_ref", strings.Repeat("长", 40) + "…", "importing.too_long", "More than 64 characters."},
			{"shop.csv", "4", "", "P2,2\uFFFDP3,x", "sheet.ragged", "This row has 3 cells, the header has 8 columns. (The row runs on to line 5; please check its quotes.)"},
			{"shop.csv", "9", "'@member", "", "some.code", "some.code on @member"},
		},
	} {
		var out strings.Builder
		r := importing.NewReport(i18n.With(context.Background(), lang), &out)
		for _, j := range rejected {
			if err := r.Add(j); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(out.String(), "\ufeff")
		if !marked || !strings.Contains(text, "\r\n") || r.Count() != 4 {
			t.Errorf("%s: mark %v, %d counted", lang, marked, r.Count())
		}
		got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	var out strings.Builder
	if err := importing.NewReport(context.Background(), &out).Close(); err != nil {
		t.Fatal(err)
	}
	if out.String() != "\ufefffile,line,column,value,code,reason\r\n" {
		t.Errorf("%q", out.String())
	}
}

// No beginning that a spreadsheet would run stands bare in the report.
func TestFormulasAreDisarmed(t *testing.T) {
	for _, begin := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		tab := open(t, header+row("paid_amount", begin+"cmd"))
		tab.File = begin + "evil.csv"
		_, rejected := all(t, tab.NextPurchase)
		var out strings.Builder
		r := importing.NewReport(context.Background(), &out)
		if err := r.Add(rejected[0]); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		cells, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(cells) != 2 || cells[1][3] != "'"+begin+"cmd" || cells[1][0] != "'"+begin+"evil.csv" {
			t.Errorf("%q: %q", begin, cells)
		}
	}
}
