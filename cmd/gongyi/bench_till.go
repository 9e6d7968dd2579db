package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"gongyi/internal/bench"
)

type benchTillCmd struct {
	Purchases int           `help:"How many purchases are made." default:"20000"`
	Callers   int           `help:"How many buy at a time." default:"128"`
	Delay     time.Duration `help:"How long the provider takes for every answer." default:"20ms"`
	Protocol  bool          `help:"Speak the provider's own protocol, with signatures both ways."`
	JSON      bool          `help:"Print the result as JSON."`
}

// Run measures purchases through a provider, inside this process.
func (b *benchTillCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Till(ctx, cfg, bench.TillSettings{Purchases: b.Purchases, Callers: b.Callers, Delay: b.Delay, Protocol: b.Protocol})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
