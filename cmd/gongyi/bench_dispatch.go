package main

import (
	"context"
	"encoding/json"
	"os"

	"gongyi/internal/bench"
)

type benchDispatchCmd struct {
	Seed  uint64 `help:"The first seed of the made-up street." default:"1"`
	Seeds int    `help:"How many seeds." default:"20"`
	Days  int    `help:"How many days are played of each." default:"1"`
	JSON  bool   `help:"Print the result as JSON."`
}

// Run plays a made-up street; it needs no database.
func (b *benchDispatchCmd) Run(ctx context.Context) error {
	r, err := bench.Dispatch(ctx, bench.DispatchSettings{Seed: b.Seed, Seeds: b.Seeds, Days: b.Days})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
