// Package openbooks keeps what a community tells everybody about its purchases:
// for each booked day what buyers gave and where it went, how many neighbours
// bought in how many shops, and what moved on the public funds (K3).
//
// All of it is derived from the entries after their commit, by position: the
// number of the next entry is stored in the transaction that adds what the ones
// before it said. So the tables may lag and never lie, and whoever doubts them
// clears them and has them made again. What an entry says is for the flow to
// find out; this package adds up, stores and finds.
package openbooks

import (
	"embed"
	"io/fs"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the derived tables of the open books.
var Schema = db.Schema{
	Owner: "module/openbooks",
	Tables: []db.Table{
		{Name: "openbooks_position", Placement: db.Distributed}, {Name: "openbooks_day", Placement: db.Distributed},
		{Name: "openbooks_visit", Placement: db.Distributed}, {Name: "openbooks_movement", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to the open books. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// positions are how far the tables have come.
const positions derived.Tables = "openbooks_position"
