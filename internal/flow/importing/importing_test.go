package importing_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/sheet"
)

var update = flag.Bool("update", false, "write the golden files anew")

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func open(t testing.TB, text string) *importing.Table {
	t.Helper()
	tab, err := importing.Open("shop.csv", strings.NewReader(text), sheet.DefaultLimits, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// all reads a table to its end, rejected rows apart.
func all[T any](t testing.TB, next func() (T, *importing.Rejection, error)) (rows []T, rejected []importing.Rejection) {
	t.Helper()
	for {
		row, r, err := next()
		switch {
		case errors.Is(err, io.EOF):
			return rows, rejected
		case err != nil:
			t.Fatal(err)
		case r != nil:
			rejected = append(rejected, *r)
		default:
			rows = append(rows, row)
		}
	}
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"members", "merchants", "purchases"} {
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join("testdata", name+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			tab := open(t, string(src))
			if tab.Kind.String() != name {
				t.Errorf("read as %s", tab.Kind)
			}
			var got bytes.Buffer
			write(t, tab, &got)
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func write(t *testing.T, tab *importing.Table, out io.Writer) {
	t.Helper()
	var rejected []importing.Rejection
	switch tab.Kind {
	case importing.Members:
		rows, no := all(t, tab.NextMember)
		for _, r := range rows {
			fmt.Fprintf(out, "%d %s in %s, age %q, people %q, kids %q\n", r.Line, r.Ref, r.Community, r.AgeBand, r.HouseholdSize, r.Kids)
		}
		rejected = no
	case importing.Merchants:
		rows, no := all(t, tab.NextMerchant)
		for _, r := range rows {
			fmt.Fprintf(out, "%d %s in %s, %s %s\n", r.Line, r.Ref, r.Community, r.Industry, r.IndustryZh)
		}
		rejected = no
	case importing.Purchases:
		rows, no := all(t, tab.NextPurchase)
		for _, r := range rows {
			fmt.Fprintf(out, "%d %s\n", r.Line, r.Content())
		}
		rejected = no
	}
	if len(rejected) > 0 {
		t.Errorf("rejected: %+v", rejected)
	}
}

// The header tells the kind, in Chinese too; what it lacks is named at once.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		header string
		kind   importing.Kind
		err    *fault.Fault
		detail string
	}{
		{"member_ref,community_ref", importing.Members, nil, ""},
		{"会员编号,社区,年龄段", importing.Members, nil, ""},
		{"商户编号,社区编号,行业代码,行业", importing.Merchants, nil, ""},
		{"订单号,消费时间,会员编号,商户编号,实付金额（元）", importing.Purchases, nil, ""},
		{"paid_amount,items", 0, sheet.ErrColumnsMissing, "purchase_ref, purchased_at, member_ref, merchant_ref"},
		{"merchant_ref,community_ref", 0, sheet.ErrColumnsMissing, "columns=industry"},
		{"member_ref,name", 0, sheet.ErrColumnsMissing, "columns=community_ref"},
		{"purchase_ref,订单号,purchased_at,member_ref,merchant_ref,paid_amount", 0, sheet.ErrColumnTwice, "second=订单号"},
		{"foo,bar", 0, importing.ErrUnknownTable, "columns=foo, bar"},
		{"社区", 0, importing.ErrUnknownTable, "columns=社区"},
	} {
		tab, err := importing.Open("f", strings.NewReader(c.header+"\n"), sheet.DefaultLimits, shanghai)
		if c.err != nil {
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%s: %v, want %v with %q", c.header, err, c.err, c.detail)
			}
			continue
		}
		if err != nil || tab.Kind != c.kind {
			t.Errorf("%s: %v %v, want %v", c.header, tab, err, c.kind)
		}
	}
}

func TestUnknownColumnsAreReported(t *testing.T) {
	tab := open(t, "member_ref,备注,community_ref,\"微信 号\"\nH1,x,C1,y\n")
	if !cmp.Equal(tab.Unknown(), []string{"备注", "微信 号"}) {
		t.Errorf("unknown %q", tab.Unknown())
	}
}

func TestInOrder(t *testing.T) {
	p := "purchase_ref,purchased_at,member_ref,merchant_ref,paid_amount\n"
	first, second := open(t, p), open(t, p)
	shops, people := open(t, "merchant_ref,community_ref,industry\n"), open(t, "member_ref,community_ref\n")
	tables := []*importing.Table{first, shops, second, people}
	importing.InOrder(tables)
	for i, want := range []*importing.Table{people, shops, first, second} {
		if tables[i] != want {
			t.Errorf("place %d holds %s", i, tables[i].Kind)
		}
	}
}
