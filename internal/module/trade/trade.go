// Package trade keeps what was bought by month: by whom in which shop, and what a
// shop took. Bill analysis (B7), a shop's duties and score (C3, C6), its portrait of
// customers (C7) and repurchase figures read it instead of every entry anew.
//
// All of it is derived from the entries after their commit, by position, as the open
// books are: the tables may lag and never lie, and whoever doubts them clears them
// and has them made again. Members stand here under their pseudonyms in the
// community. An erasure takes the link to a pseudonym away, elsewhere; what was
// bought under it stays, as it stays in the books.
package trade

import (
	"embed"
	"io/fs"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the derived tables of trade.
var Schema = db.Schema{
	Owner: "module/trade",
	Tables: []db.Table{
		{Name: "trade_position", Placement: db.Distributed}, {Name: "trade_visit", Placement: db.Distributed},
		{Name: "trade_shop", Placement: db.Distributed}, {Name: "trade_tie", Placement: db.Distributed},
		{Name: "trade_gain", Placement: db.Distributed}, {Name: "trade_portrait", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to the tables. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// positions are how far the tables have come.
const positions derived.Tables = "trade_position"

// ReturnDays is how many days may lie between two purchases of a returning buyer.
// It is part of what "returning" means, everywhere and for every shop.
const ReturnDays = 90
