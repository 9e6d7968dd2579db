package apikit

import (
	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/platform/authz"
)

// Ask is what the policies are asked before an operation runs. An operation
// without one is refused.
type Ask struct {
	Action authz.Action
	// Shop says that the operation is about one shop, which only its body or the
	// books name: it asks a second time, when it knows which.
	Shop bool
}

const askName = "ask"

// Metadata is the question as huma carries it.
func (a Ask) Metadata() map[string]any { return map[string]any{askName: a} }

// AskOf is what an operation asks, zero if nothing.
func AskOf(op *huma.Operation) Ask {
	a, _ := op.Metadata[askName].(Ask)
	return a
}
