package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"gongyi/internal/bench"
)

type benchClaimCmd struct {
	Requests int  `help:"How many members claim." default:"10000"`
	Stock    int  `help:"How many vouchers there are." default:"1000"`
	Callers  int  `help:"How many call at a time." default:"256"`
	JSON     bool `help:"Print the result as JSON."`
}

// Run measures a rush for the vouchers of a series, inside this process.
func (b *benchClaimCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Claim(ctx, cfg, bench.ClaimSettings{Requests: b.Requests, Stock: b.Stock, Callers: b.Callers})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
