package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"text/tabwriter"

	"gongyi/internal/app"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

type booksCmd struct {
	Community string `help:"Only this community." placeholder:"REF"`
	Format    string `help:"How to print." enum:"table,csv,json" default:"table"`
}

// line is one account of the books; the JSON names are part of the contract.
type line struct {
	Community string `json:"community"`
	Account   string `json:"account"`
	Asset     string `json:"asset"`
	Balance   string `json:"balance"`
}

// Run prints the books of one or all communities.
func (b *booksCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	places, err := communities(ctx, a, b.Community)
	if err != nil {
		return err
	}
	var lines []line
	for _, p := range places {
		some, err := holdings(ctx, a, p)
		if err != nil {
			return err
		}
		lines = append(lines, some...)
	}
	return b.print(lines)
}

// communities are the one that is named, or all.
func communities(ctx context.Context, a *app.App, ref string) ([]community.Place, error) {
	if ref != "" {
		p, err := a.Flows.Communities.ByRef(ctx, a.DB, ref)
		return []community.Place{p}, err
	}
	return a.Flows.Communities.List(ctx, a.DB, community.Community)
}

func holdings(ctx context.Context, a *app.App, p community.Place) (lines []line, err error) {
	err = a.DB.View(ctx, p.ID, func(r db.Reader) error {
		refs, err := a.Flows.Refs(ctx, r, p.ID)
		if err != nil {
			return err
		}
		all, err := a.Flows.Ledger.Holdings(ctx, r, p.ID)
		for _, h := range all {
			lines = append(lines, line{p.Ref, refs.Account(h.Account), h.Account.Asset.String(), h.Balance.Decimal(h.Account.Asset)})
		}
		return err
	})
	slices.SortFunc(lines, func(x, y line) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Asset, y.Asset))
	})
	return lines, err
}

func (b *booksCmd) print(lines []line) error {
	out := bufio.NewWriter(os.Stdout)
	switch b.Format {
	case "json":
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		if lines == nil {
			lines = []line{}
		}
		return errors.Join(enc.Encode(lines), out.Flush())
	case "csv":
		w := csv.NewWriter(out)
		rows := [][]string{{"community", "account", "asset", "balance"}}
		for _, l := range lines {
			rows = append(rows, []string{l.Community, l.Account, l.Asset, l.Balance})
		}
		return errors.Join(w.WriteAll(rows), out.Flush())
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(l line) {
		_, _ = w.Write([]byte(l.Balance + "\t" + l.Asset + "\t  " + l.Community + "  " + l.Account + "\n"))
	}
	row(line{"community", "account", "asset", "balance"})
	for _, l := range lines {
		row(l)
	}
	return errors.Join(w.Flush(), out.Flush())
}
