package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"gongyi/internal/bench"
)

type benchReconcileCmd struct {
	Lines  int  `help:"How many lines the bill has." default:"1000000"`
	Differ int  `help:"How many of them the books do not know; as many are missing in the bill." default:"500"`
	JSON   bool `help:"Print the result as JSON."`
}

// Run measures the reconciliation of a provider's bill, inside this process.
func (b *benchReconcileCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Reconcile(ctx, cfg, bench.ReconcileSettings{Lines: b.Lines, Differ: b.Differ})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
