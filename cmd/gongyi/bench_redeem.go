package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"gongyi/internal/bench"
)

type benchRedeemCmd struct {
	Requests int  `help:"How many requests come." default:"10000"`
	Stock    int  `help:"How many pieces there are." default:"1000"`
	Callers  int  `help:"How many call at a time." default:"256"`
	Members  int  `help:"From how many members the requests come." default:"5000"`
	JSON     bool `help:"Print the result as JSON."`
}

// Run measures a rush on one good of the catalogue, inside this process.
func (b *benchRedeemCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Redeem(ctx, cfg, bench.RedeemSettings{Requests: b.Requests, Stock: b.Stock, Callers: b.Callers, Members: b.Members})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
