package reconciliation_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/pay"
)

var (
	bamboo = id.ID{1}
	plum   = id.ID{2}
	at     = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
)

func idOf(n int) (v id.ID) {
	v[0], v[13], v[14], v[15] = 7, byte(n>>16), byte(n>>8), byte(n)
	return v
}

func paid(community, payment id.ID, v money.Amount) pay.BillLine {
	return pay.BillLine{Kind: pay.PaymentLine, At: at, Key: payment.String(), ID: "4200" + payment.String()[20:], Amount: v, Fee: 1, Attach: community.String()}
}

func back(community, payment, refund id.ID, v money.Amount) pay.BillLine {
	return pay.BillLine{Kind: pay.RefundLine, At: at, Key: payment.String(), Refund: community.String() + refund.String(), Amount: v, Fee: -1, Attach: community.String()}
}

// TestWhatALineNames: community, payment and refund, or nothing of ours.
func TestWhatALineNames(t *testing.T) {
	p, r := idOf(1), idOf(2)
	for _, c := range []struct {
		says string
		line pay.BillLine
		want reconciliation.Keys
	}{
		{"a payment", paid(bamboo, p, 1), reconciliation.Keys{Community: bamboo, Payment: p}},
		{"a refund", back(plum, p, r, 1), reconciliation.Keys{Community: plum, Payment: p, Refund: r}},
		{"somebody's order", pay.BillLine{Kind: pay.PaymentLine, Key: "1415640626", Attach: "till"}, reconciliation.Keys{}},
		{"nearly ours", pay.BillLine{Kind: pay.PaymentLine, Key: "zz" + p.String()[2:]}, reconciliation.Keys{}},
		{"a refund that somebody made by hand", pay.BillLine{Kind: pay.RefundLine, Key: p.String(), Refund: "R1", Attach: bamboo.String()}, reconciliation.Keys{Community: bamboo, Payment: p}},
	} {
		if got := reconciliation.Read(&c.line); got != c.want {
			t.Errorf("%s: %+v", c.says, got)
		}
	}
}

func TestLinesAreCompared(t *testing.T) {
	m := reconciliation.NewMatcher()
	for n := 1; n <= 5; n++ {
		m.Know(reconciliation.Ours{Community: bamboo, Payment: idOf(n), Amount: 100, At: at})
	}
	m.Know(reconciliation.Ours{Community: bamboo, Payment: idOf(1), Refund: idOf(11), Amount: 40, At: at})
	m.Know(reconciliation.Ours{Community: plum, Payment: idOf(21), Amount: 70, At: at})
	for _, c := range []struct {
		says string
		line pay.BillLine
		of   id.ID
		want reconciliation.Finding
	}{
		{"alike", paid(bamboo, idOf(1), 100), bamboo, reconciliation.Same},
		{"a refund alike", back(bamboo, idOf(1), idOf(11), 40), bamboo, reconciliation.Same},
		{"once more", paid(bamboo, idOf(1), 100), bamboo, reconciliation.Again},
		{"another amount", paid(bamboo, idOf(2), 99), bamboo, reconciliation.Other},
		{"unknown", paid(bamboo, idOf(99), 100), bamboo, reconciliation.Unknown},
		{"of another community", paid(bamboo, idOf(21), 70), bamboo, reconciliation.Unknown},
		{"a payment's key on a refund", back(bamboo, idOf(1), idOf(3), 100), bamboo, reconciliation.Unknown},
		{"no key of ours", pay.BillLine{Kind: pay.PaymentLine, Key: "1415640626", Amount: 1, At: at}, bamboo, reconciliation.Unknown},
		{"plum's", paid(plum, idOf(21), 70), plum, reconciliation.Same},
	} {
		if got, _ := m.Line(&c.line, reconciliation.Read(&c.line), c.of); got != c.want {
			t.Errorf("%s: %v, want %v", c.says, got, c.want)
		}
	}
	var missing []id.ID
	m.Missing(bamboo, func(o reconciliation.Ours) { missing = append(missing, o.Payment) })
	if fmt.Sprint(missing) != fmt.Sprint([]id.ID{idOf(3), idOf(4), idOf(5)}) {
		t.Errorf("missing %v", missing)
	}
	if m.Of(reconciliation.Keys{Payment: idOf(21)}) != plum || !m.Of(reconciliation.Keys{Payment: idOf(98)}).IsZero() {
		t.Error("whose a payment is")
	}
	if sum, _ := m.Sum(bamboo); sum.Payments != 6 || sum.Refunds != 2 || sum.Matched != 2 || sum.Kept != 5 || sum.Returned != 2 {
		t.Errorf("%+v", sum)
	}
}

// TestEveryFenIsCompared: whatever is lost, added, doubled or changed between books and
// bill, each line and each record is either alike or told, and the sums agree.
func TestEveryFenIsCompared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := reconciliation.NewMatcher()
		ours := make(map[int]money.Amount)
		for range rapid.IntRange(0, 60).Draw(t, "ours") {
			n := rapid.IntRange(0, 80).Draw(t, "n")
			if _, there := ours[n]; there {
				continue
			}
			ours[n] = money.Amount(rapid.Int64Range(1, 3).Draw(t, "amount"))
			m.Know(reconciliation.Ours{Community: bamboo, Payment: idOf(n), Amount: ours[n], At: at})
		}
		seen := make(map[int]int)
		told := make(map[reconciliation.Finding]int)
		lines := rapid.IntRange(0, 60).Draw(t, "lines")
		var sum money.Amount
		for range lines {
			n, v := rapid.IntRange(0, 80).Draw(t, "n"), money.Amount(rapid.Int64Range(1, 3).Draw(t, "amount"))
			l := paid(bamboo, idOf(n), v)
			f, _ := m.Line(&l, reconciliation.Read(&l), bamboo)
			told[f]++
			sum += v
			want := reconciliation.Same
			switch known, there := ours[n]; {
			case !there:
				want = reconciliation.Unknown
			case seen[n] > 0:
				want = reconciliation.Again
			case known != v:
				want = reconciliation.Other
			}
			seen[n]++
			if f != want {
				t.Fatalf("%d: %v, want %v", n, f, want)
			}
		}
		missing := 0
		m.Missing(bamboo, func(reconciliation.Ours) { missing++ })
		s, _ := m.Sum(bamboo)
		if int(s.Payments) != lines || s.Paid != sum || int(s.Matched) != told[reconciliation.Same] || told[reconciliation.Same]+told[reconciliation.Other]+missing != len(ours) {
			t.Fatalf("%+v, told %v, missing %d of %d", s, told, missing, len(ours))
		}
	})
}

// TestWaysFitTheDifference: what the provider has and the books do not is never written off.
func TestWaysFitTheDifference(t *testing.T) {
	for _, c := range []struct {
		says string
		d    reconciliation.Difference
		want []reconciliation.Way
	}{
		{"money only the provider knows", reconciliation.Difference{Kind: reconciliation.MissingHere, Thing: reconciliation.Payment, Theirs: 100}, []reconciliation.Way{reconciliation.FoundLate, reconciliation.GivenBack, reconciliation.Corrected}},
		{"a refund only the provider knows", reconciliation.Difference{Kind: reconciliation.MissingHere, Thing: reconciliation.Refund, Theirs: 100}, []reconciliation.Way{reconciliation.FoundLate, reconciliation.Corrected, reconciliation.WrittenOff}},
		{"money only the books know", reconciliation.Difference{Kind: reconciliation.MissingThere, Thing: reconciliation.Payment, Ours: 100}, []reconciliation.Way{reconciliation.FoundLate, reconciliation.Corrected, reconciliation.WrittenOff}},
		{"a refund the payer waits for", reconciliation.Difference{Kind: reconciliation.MissingThere, Thing: reconciliation.Refund, Ours: 100}, []reconciliation.Way{reconciliation.FoundLate, reconciliation.Corrected}},
		{"less came than was booked", reconciliation.Difference{Kind: reconciliation.OtherAmount, Thing: reconciliation.Payment, Ours: 100, Theirs: 90}, []reconciliation.Way{reconciliation.Corrected, reconciliation.WrittenOff}},
		{"more came than was booked", reconciliation.Difference{Kind: reconciliation.OtherAmount, Thing: reconciliation.Payment, Ours: 90, Theirs: 100}, []reconciliation.Way{reconciliation.Corrected, reconciliation.GivenBack}},
		{"less went back than was booked", reconciliation.Difference{Kind: reconciliation.OtherAmount, Thing: reconciliation.Refund, Ours: 100, Theirs: 90}, []reconciliation.Way{reconciliation.Corrected}},
		{"another fee", reconciliation.Difference{Kind: reconciliation.OtherFee, Thing: reconciliation.Fees, Ours: 60, Theirs: 100}, []reconciliation.Way{reconciliation.Accepted, reconciliation.Corrected}},
	} {
		if got := c.d.Ways(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v", c.says, got)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	const n = 100_000
	b.ReportAllocs()
	for b.Loop() {
		m := reconciliation.NewMatcher()
		for i := range n {
			m.Know(reconciliation.Ours{Community: bamboo, Payment: idOf(i), Amount: 100, At: at})
		}
		l := paid(bamboo, idOf(0), 100)
		for i := range n {
			l.Key = idOf(i).String()
			if f, _ := m.Line(&l, reconciliation.Read(&l), bamboo); f != reconciliation.Same {
				b.Fatal(f)
			}
		}
	}
}
