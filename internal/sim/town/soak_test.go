package town_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/sim"
)

var ctx = context.Background()

// A hundred thousand steps on each engine, two thousand with -short.
const (
	seeds, steps           = 10, 10_000
	seedsShort, stepsShort = 2, 1_000
)

// everything is all that a neighbourhood does, with a clock that jumps.
var everything = sim.Options{Payouts: true, Spending: true, Closes: true, Visits: true, Stills: true}

// A neighbourhood lives on the program while its machine fails: commits and
// answers are lost, the clock jumps back, the program ends and starts again. The
// auditor agrees with every answer and, to the fen, with every balance; what the
// program checks of itself is whole.
func TestSoak(t *testing.T) {
	n, each := seeds, steps
	if testing.Short() {
		n, each = seedsShort, stepsShort
	}
	for seed := range uint64(n) {
		t.Run(fmt.Sprint("seed", seed+1), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, seed+1)
			dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
				t.Parallel()
				newMachine(t, seed+1).soak(env, each)
			}, m.plain)
		})
	}
}

// soak lets a neighbourhood live on the machine and looks at what it leaves.
func (m *machine) soak(env dbtest.Env, steps int) {
	m.take(env)
	began := time.Now()
	report, err := sim.Run(ctx, m, sim.Grow(m.seed, sim.Small), everything, steps)
	if err != nil {
		m.t.Fatal(err)
	}
	m.failing = false
	took := time.Since(began)
	m.restart()
	m.countRecords(report)
	m.whole()
	m.t.Logf("%.0f steps/s; %d days, %d writes and %d answers lost, %d jumps back, %d restarts; %v, refused %v",
		float64(steps)/took.Seconds(), report.Days, m.lost.writes, m.lost.answers, m.jumps, m.restarts, report.Kinds, report.Refused)
	if m.lost.writes == 0 || m.lost.answers == 0 || m.jumps == 0 || m.restarts < 2 {
		m.t.Error("the machine did not fail enough")
	}
}

// countRecords compares how many records there are with how many were made: none
// was made twice, and none was lost.
func (m *machine) countRecords(report *sim.Report) {
	m.t.Helper()
	var entries, vouchers, claims, versions int64
	m.each(func(r db.Reader, p community.Place) {
		size, err := m.Ledger.Size(ctx, r, p.ID)
		m.must(err)
		entries += size
		uses, err := m.Promotions.Uses(ctx, r, p.ID)
		m.must(err)
		vouchers, claims = vouchers+int64(len(uses.Vouchers)), claims+int64(len(uses.Claims))
		for _, v := range uses.Vouchers {
			if _, made := uses.Claims[v.Claim]; v.Series != nil && made { // with the first use, if at all
				claims--
			}
		}
		all, err := m.Policies.List(ctx, r, p.ID)
		m.must(err)
		versions += int64(len(all)) - 1
	})
	k := report.Kinds
	for what, pair := range map[string][2]int64{
		"entries":         {entries, int64(k["Purchase"]+k["Refund"]+k["Payout"]+k["PayRewards"]+k["Spend"]+k["Adopt"]) + int64(len(m.places()))},
		"vouchers":        {vouchers, int64(k["GiveVoucher"] + k["GiveOfSeries"])},
		"claims":          {claims, int64(k["GiveVoucher"] + k["Recommend"])},
		"policy versions": {versions, int64(k["Adopt"])},
	} {
		if pair[0] != pair[1] {
			m.t.Errorf("%d %s, want %d", pair[0], what, pair[1])
		}
	}
}

// whole lets the program verify its own books, and what is derived from them.
func (m *machine) whole() {
	m.t.Helper()
	m.derive()
	for _, p := range m.places() {
		differences, err := m.CheckOpenBooks(ctx, p.ID)
		m.must(err)
		for _, d := range differences {
			m.t.Errorf("open books of %s: %s", p.Ref, d)
		}
		differences, err = m.CheckTrade(ctx, p.ID)
		m.must(err)
		for _, d := range differences {
			m.t.Errorf("of %s: %s", p.Ref, d)
		}
		report, err := m.Verify(ctx, p.ID, flow.VerifyOptions{})
		m.must(err)
		for _, f := range report.Findings {
			m.t.Errorf("verify: %+v", f)
		}
		if report.Purchases == 0 {
			m.t.Errorf("verify looked at no purchase of %s", p.Ref)
		}
	}
}
