package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"gongyi/internal/app"
	"gongyi/internal/flow"
)

type verifyCmd struct {
	Community string `help:"Only this community." placeholder:"REF"`
	JSON      bool   `help:"Print the findings as JSON."`
	NoTiles   bool   `help:"Leave the published tiles out."`
}

// verdict is what the command prints as JSON.
type verdict struct {
	Whole       bool            `json:"whole"`
	Communities []verdictOf     `json:"communities"`
	Findings    []flow.Finding  `json:"findings"`
	Tiles       []app.TileCheck `json:"tiles"`
}

type verdictOf struct {
	Community string  `json:"community"`
	Entries   int64   `json:"entries"`
	Accounts  int     `json:"accounts"`
	Erased    int64   `json:"erased"`
	Root      string  `json:"root"`
	Findings  int     `json:"findings"`
	Seconds   float64 `json:"seconds"`
}

// Run checks every invariant of settlement.md on books that others may be
// writing. It exits with 4 if something was found.
func (v *verifyCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	places, err := communities(ctx, a, v.Community)
	if err != nil {
		return err
	}
	out := verdict{Whole: true, Communities: []verdictOf{}, Findings: []flow.Finding{}, Tiles: []app.TileCheck{}}
	damaged, err := a.Flows.VerifyFile(ctx)
	if err != nil {
		return err
	}
	out.Findings = append(out.Findings, damaged...)
	for _, p := range places {
		began := time.Now()
		progress, done := bar(p.Ref)
		report, err := a.Flows.Verify(ctx, p.ID, flow.VerifyOptions{Progress: progress})
		done()
		if err != nil {
			return err
		}
		out.Findings = append(out.Findings, report.Findings...)
		out.Communities = append(out.Communities, verdictOf{p.Ref, report.Entries, report.Accounts, report.Erased, report.Root.String(), report.Total, time.Since(began).Seconds()})
		differences, err := a.Flows.CheckOpenBooks(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, d := range differences {
			out.Findings = append(out.Findings, flow.Finding{Code: "verify.open_books_differ", Community: p.Ref, Entry: -1, Found: d})
		}
		if differences, err = a.Flows.CheckTrade(ctx, p.ID); err != nil {
			return err
		}
		for _, d := range differences {
			out.Findings = append(out.Findings, flow.Finding{Code: "verify.trade_differs", Community: p.Ref, Entry: -1, Found: d})
		}
		if v.NoTiles {
			continue
		}
		checked, err := a.CheckTiles(ctx, p.ID, p.Ref)
		if err != nil {
			return err
		}
		out.Tiles = append(out.Tiles, checked...)
	}
	for _, t := range out.Tiles {
		out.Whole = out.Whole && t.Wrong == ""
	}
	out.Whole = out.Whole && len(out.Findings) == 0
	return v.print(ctx, out)
}

// bar shows how far a community's verification is, if somebody is looking.
func bar(name string) (progress func(done, of int64), finish func()) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	p := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(48))
	b := p.AddBar(0, mpb.BarRemoveOnComplete(), mpb.PrependDecorators(decor.Name(name+" ")), mpb.AppendDecorators(decor.Percentage()))
	return func(done, of int64) { b.SetTotal(of, false); b.SetCurrent(done) }, func() { b.Abort(true); p.Wait() }
}

func (v *verifyCmd) print(ctx context.Context, out verdict) error {
	if v.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			return err
		}
	} else {
		for _, c := range out.Communities {
			fmt.Printf("%s\t%d entries, %d accounts, %d erased, root %s, %.1f s, %d findings\n", c.Community, c.Entries, c.Accounts, c.Erased, c.Root[:12], c.Seconds, c.Findings)
		}
		for _, t := range out.Tiles {
			if t.Wrong == "" {
				fmt.Printf("%s\ttiles of %d entries, %d files\n", t.Community, t.Size, t.Files)
			} else {
				fmt.Printf("%s\ttiles: %s\n", t.Community, t.Wrong)
			}
		}
		for _, f := range out.Findings {
			fmt.Printf("invariant %d: %s\n", f.Invariant, explain(ctx, f.Fault()))
		}
	}
	if !out.Whole {
		if !v.JSON {
			fmt.Println("the books are NOT whole")
		}
		return exit(exitNotWhole)
	}
	if !v.JSON {
		fmt.Println("the books are whole")
	}
	return nil
}
