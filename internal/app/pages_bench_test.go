package app

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// BenchmarkMonth measures a month of 20,000 purchases by 3,000 buyers behind two
// years of others: read for the first time, and again. The goal is 30 ms.
func BenchmarkMonth(b *testing.B) {
	env := dbtest.SQLite(b, Schemas, func(o *db.Options) { o.Rehearse, o.Trace = false, nil })
	block := newBlock(b, env)
	const aMonth, months = 20_000, 25
	first := period.Date(2023, 10, 1)
	var seq int64
	last := first
	for m := range months {
		batch := openbooks.NewBatch(block.home, seq)
		for i := range aMonth {
			last = first + period.Day(30*m+i*30/aMonth)
			price := money.Amount(1_00 + i)
			who := i * 7919 % 3_000
			batch.Purchase(seq, last, &openbooks.Flow{Held: price, Net: price - 2, Platform: 1, Welfare: 1}, openbooks.Funds{Welfare: 1},
				id.ID{0: 'b', 14: byte(who >> 8), 15: byte(who)}, id.ID{0: 's', 15: byte(i % 80)})
			seq++
		}
		block.update(func(tx *db.Tx) error { return block.Flows.OpenBooks.Add(bg, tx, batch, last, tx.Now) })
	}
	ask := ledgerweb.Ask{Community: "C1", Month: (last - 20).Month() - 1}
	look := func(b *testing.B, books *Books) {
		v, err := books.Month(bg, ask)
		if err != nil || v.Flow.Purchases < aMonth-1_000 || v.Flow.Buyers != 3_000 || v.Flow.Given() != v.Flow.Went() {
			b.Fatalf("%+v, %v", v.Flow, err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			look(b, NewBooks(block.App))
		}
	})
	b.Run("again", func(b *testing.B) {
		books := NewBooks(block.App)
		for b.Loop() {
			look(b, books)
		}
	})
}

// BenchmarkReceiptFile measures a receipt file, which is verified while it is made.
func BenchmarkReceiptFile(b *testing.B) {
	env := dbtest.SQLite(b, Schemas, func(o *db.Options) { o.Rehearse, o.Trace = false, nil })
	block := newBlock(b, env)
	token, _ := sold(block)
	for b.Loop() {
		b.SetBytes(int64(len(block.file(token))))
	}
}
