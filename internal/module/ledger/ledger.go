// Package ledger keeps a community's books: accounts from a chart, entries of
// legs that run from a source to a destination, holds, reversals and the day's
// close (D4, D5, L7).
//
// One entry is one fact that moved value. It is numbered within its community
// without gaps; its number is also its place in the community's evidence log,
// which grows in the same transaction. Nothing is ever edited.
package ledger

import (
	"embed"
	"io/fs"
	"sync"
	"sync/atomic"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the ledger's tables; no other package may name them in SQL.
var Schema = db.Schema{
	Owner: "module/ledger",
	Tables: []db.Table{
		{Name: "ledger_entry", Placement: db.Distributed}, {Name: "ledger_account", Placement: db.Distributed},
		{Name: "ledger_balance", Placement: db.Distributed}, {Name: "ledger_mark", Placement: db.Distributed},
		{Name: "ledger_secret", Placement: db.Distributed}, {Name: "ledger_node", Placement: db.Distributed},
		{Name: "ledger_head", Placement: db.Distributed}, {Name: "ledger_hold", Placement: db.Distributed},
		{Name: "ledger_hold_end", Placement: db.Distributed}, {Name: "ledger_reversal", Placement: db.Distributed},
		{Name: "ledger_close", Placement: db.Distributed}, {Name: "ledger_follower", Placement: db.Distributed},
		{Name: "ledger_flow", Placement: db.Distributed}, {Name: "ledger_turnover", Placement: db.Distributed},
		{Name: "ledger_leg", Placement: db.Distributed}, {Name: "ledger_day", Placement: db.Distributed},
		{Name: "ledger_buyer", Placement: db.Distributed}, {Name: "ledger_log", Placement: db.Distributed},
		{Name: "ledger_party", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the ledger's door. One serves all communities of a database.
type Service struct {
	db    *db.DB
	trees sync.Map // id.ID → *evidence.Tree that this process keeps up to date
	names sync.Map // id.ID → *accountNames

	onTree atomic.Pointer[func(id.ID, *evidence.Tree)]
}

// New makes the service over a database.
func New(d *db.DB) *Service { return &Service{db: d} }

// tree is the log that this process's writer keeps, nil if it writes elsewhere.
func (s *Service) tree(community id.ID) *evidence.Tree {
	if t, ok := s.trees.Load(community); ok {
		return t.(*evidence.Tree)
	}
	return nil
}
