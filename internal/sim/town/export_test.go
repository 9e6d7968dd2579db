package town

import (
	"gongyi/internal/flow"
	"gongyi/internal/sim"
)

// FlowsOf are the processes that a town runs on.
func FlowsOf(s sim.System) *flow.Flows { return s.(*town).Flows }

// PurchaseOf is how a step's purchase is handed in.
var PurchaseOf = purchase

// ReasonOf classifies a refusal.
var ReasonOf = reason
