package demodata_test

import (
	"errors"
	"io"
	"io/fs"
	"testing"
	"time"

	"gongyi/internal/demo/demodata"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/sheet"
)

func table(t *testing.T, name string) *importing.Table {
	t.Helper()
	src, err := demodata.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	tab, err := importing.Open(name, src, sheet.DefaultLimits, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// all reads a table to its end; the demo's own data has nothing to reject.
func all[T any](t *testing.T, next func() (T, *importing.Rejection, error)) []T {
	t.Helper()
	var rows []T
	for {
		row, rejected, err := next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil || rejected != nil {
			t.Fatalf("%v %+v", err, rejected)
		}
		rows = append(rows, row)
	}
}

// The totals are those of settlement.md, "Import": every reference is known, and
// what was paid is what the gateway has to hold.
func TestTheHalfYearIsWhole(t *testing.T) {
	members, merchants := make(map[string]string), make(map[string]string)
	communities := make(map[string]bool)
	for _, m := range all(t, table(t, "members.csv").NextMember) {
		members[m.Ref] = m.Community
		communities[m.Community] = true
	}
	for _, m := range all(t, table(t, "merchants.csv").NextMerchant) {
		merchants[m.Ref] = m.Community
	}
	refs, buyers := make(map[string]bool), make(map[string]bool)
	var paid, points money.Amount
	away := 0
	for _, p := range all(t, table(t, "purchases-2017h1.csv").NextPurchase) {
		if members[p.Member] == "" || merchants[p.Merchant] == "" {
			t.Fatalf("line %d names %q at %q", p.Line, p.Member, p.Merchant)
		}
		refs[p.Ref], buyers[p.Member] = true, true
		paid += p.Paid
		points += p.Paid / 100
		if members[p.Member] != merchants[p.Merchant] {
			away++
		}
	}
	if len(members) != 2377 || len(merchants) != 112 || len(communities) != 8 || len(refs) != 28_965 || len(buyers) != 2208 {
		t.Errorf("%d members, %d merchants, %d communities, %d purchases by %d", len(members), len(merchants), len(communities), len(refs), len(buyers))
	}
	if paid != 11_388_988 || points != 98_792 {
		t.Errorf("paid %d, points %d", paid, points)
	}
	if share := away * 100 / len(refs); share != 20 {
		t.Errorf("%d%% were bought away from home, want 20%%", share)
	}
}

func TestNoSuchFile(t *testing.T) {
	if _, err := demodata.Open("more.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
	for _, name := range demodata.Names {
		f, err := demodata.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
