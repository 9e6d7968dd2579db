package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/db"
)

type receiptCmd struct {
	File   receiptFileCmd   `cmd:"" default:"withargs" help:"Write the receipt file of a purchase."`
	Verify receiptVerifyCmd `cmd:"" help:"Check a receipt file offline, with the public key of its log."`
}

type receiptFileCmd struct {
	Purchase  string `arg:"" help:"The purchase's reference, or # and its entry number."`
	Community string `help:"Its community (needed if several have such a reference)." placeholder:"REF"`
	Out       string `short:"o" help:"Write to this file instead of standard output; a folder gets the receipt's own name." placeholder:"FILE"`
}

// Run writes the receipt file, with its proof.
func (r *receiptFileCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	receipt, err := r.find(ctx, a)
	if err != nil {
		return err
	}
	name, file, err := app.NewReceipts(a).Bundle(ctx, receipt)
	if err != nil {
		return err
	}
	if r.Out == "" {
		_, err = os.Stdout.Write(file)
		return err
	}
	if info, err := os.Stat(r.Out); err == nil && info.IsDir() {
		r.Out = filepath.Join(r.Out, name)
	}
	return os.WriteFile(r.Out, file, 0o644)
}

// find looks for the purchase in the community that is named, or in all.
func (r *receiptFileCmd) find(ctx context.Context, a *app.App) (found *flow.Receipt, err error) {
	places, err := communities(ctx, a, r.Community)
	if err != nil {
		return nil, err
	}
	number, numbered := strings.CutPrefix(r.Purchase, "#")
	for _, p := range places {
		var receipt *flow.Receipt
		if numbered {
			var seq int64
			if seq, err = strconv.ParseInt(number, 10, 64); err != nil {
				return nil, err
			}
			receipt, err = a.Flows.Receipt(ctx, p.ID, seq)
		} else {
			receipt, err = a.Flows.ReceiptOf(ctx, p.ID, r.Purchase)
		}
		switch {
		case errors.Is(err, ledger.ErrNoEntry), errors.Is(err, flow.ErrNoReceipt):
			continue
		case err != nil:
			return nil, err
		case found != nil:
			return nil, errors.New("several communities have such a purchase: name one with --community")
		}
		found = receipt
	}
	if found == nil {
		return nil, flow.ErrNoReceipt
	}
	return found, nil
}

type receiptVerifyCmd struct {
	File string `arg:"" help:"The receipt file." type:"existingfile"`
	Key  string `help:"Public key of the log, as 'gongyi keys' and notice boards show it; or a file that holds it." env:"GONGYI_KEY" placeholder:"KEY|FILE"`
	JSON bool   `help:"Print the outcome as JSON."`
}

// Run checks the file with nothing but the key. With --data, and no key, the keys
// of that directory are taken.
func (r *receiptVerifyCmd) Run(ctx context.Context, c *cli) error {
	keys, err := logKeys(ctx, c, r.Key)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(r.File)
	if err != nil {
		return err
	}
	outcome := app.VerifyReceipt(file, keys, nil)
	if r.JSON {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"genuine": outcome.True, "entry": outcome.Index, "tree_size": outcome.Size})
	} else {
		printOutcome(ctx, outcome)
	}
	if err == nil && !outcome.True {
		err = exit(exitNotWhole)
	}
	return err
}

var stepMarks = map[settlementweb.StepState]string{settlementweb.Held: "ok ", settlementweb.Failed: "NO ", settlementweb.Skipped: " - "}

func printOutcome(ctx context.Context, o settlementweb.Outcome) {
	for _, s := range o.Steps {
		fmt.Println(stepMarks[s.State], s.What.In(ctx), s.Note.In(ctx))
	}
	for _, row := range o.Says {
		fmt.Printf("    %s: %s\n", row.Label.In(ctx), row.Value.In(ctx))
	}
	if o.True {
		fmt.Printf("genuine: entry %d of a log of %d\n", o.Index, o.Size)
	} else {
		fmt.Println("not genuine")
	}
}

// logKeys are the public keys of logs in an option or in the file that it names, else
// those of the data directory.
func logKeys(ctx context.Context, c *cli, key string) (keys []string, err error) {
	if key != "" {
		text := key
		if b, err := os.ReadFile(key); err == nil {
			text = string(b)
		}
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > 0 {
				keys = append(keys, f[len(f)-1]) // as `gongyi keys` prints them: community, key
			}
		}
		return keys, nil
	}
	if c.Data == "" && c.DatabaseURL == "" {
		return nil, errors.New("name the log's public key with --key: it stands on the notice board, and 'gongyi keys' prints it")
	}
	a, err := c.look(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	places, err := communities(ctx, a, "")
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		if err := a.DB.View(ctx, p.ID, func(reader db.Reader) error {
			all, err := a.Flows.Ledger.Generations(ctx, reader, p.ID)
			for _, g := range all {
				keys = append(keys, g.Verifier)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
