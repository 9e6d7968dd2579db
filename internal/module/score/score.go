// Package score says each quarter how well seated shops served the community (C6). A
// score is a pure function of published inputs and of the weights of the policy, in
// whole numbers: Rank. It knows no shop by name, no clock and no database; the rest of
// the package keeps what was put in, what was said against it, and what came out.
//
// The formula stands in docs/score.md and, with the community's weights, on a page.
package score

import (
	"embed"
	"io/fs"

	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of quarterly scores.
var Schema = db.Schema{
	Owner: "module/score",
	Tables: []db.Table{
		{Name: "score_run", Placement: db.Distributed}, {Name: "score_step", Placement: db.Distributed},
		{Name: "score_objection", Placement: db.Distributed}, {Name: "score_answer", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Service is the door to scores. It remembers nothing. Every tx and read belongs to a
// community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }
