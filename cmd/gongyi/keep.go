package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"gongyi/internal/app"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

type backupCmd struct {
	File string `arg:"" help:"Where the backup is written." type:"path"`
}

// Run backs up while others go on writing.
func (b *backupCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.DB.Backup(ctx, app.Schemas, b.File); err != nil {
		return err
	}
	info, err := os.Stat(b.File)
	if err == nil {
		fmt.Printf("%s %d bytes\n", b.File, info.Size())
	}
	return err
}

type restoreCmd struct {
	File string `arg:"" help:"The backup." type:"existingfile"`
}

// Run restores a backup into an empty data directory or database. A log that had
// signed more than the backup holds begins a new generation: it never signs a
// smaller tree under the old name.
func (r *restoreCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg := c.config()
	if cfg.DatabaseURL == "" {
		if err := db.RestoreFile(ctx, app.Schemas, r.File, cfg.Data); err != nil {
			return err
		}
	}
	a, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if cfg.DatabaseURL != "" {
		if err := a.DB.RestoreRows(ctx, app.Schemas, r.File); err != nil {
			return err
		}
	}
	places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
	if err != nil {
		return err
	}
	for _, p := range places {
		began, err := a.Proof.AfterRestore(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Ref, err)
		}
		if began != "" {
			fmt.Printf("%s: the evidence log goes on under a new name and key: %s\n", p.Ref, began)
		}
	}
	if n, err := a.EraseAgain(ctx); err != nil {
		return err
	} else if n > 0 {
		fmt.Println("forgotten again:", n, "people who asked for it")
	}
	fmt.Println("restored", len(places), "communities; now run: gongyi verify")
	return nil
}
