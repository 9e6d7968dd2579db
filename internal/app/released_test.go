package app

import (
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/sim"
	"gongyi/internal/sim/town"
)

// write makes the fixture of the present version; run it once, when a version is
// released: go test ./internal/app -run Released -write-released
var write = flag.Bool("write-released", false, "write the data directory of this version to testdata")

const releasedDir = "testdata/released"

// TestReleasedDirectoriesMigrateAndVerify opens a small data directory of every
// version that was ever released: it must migrate, with a backup before if there is
// anything to migrate, and its books must be whole.
func TestReleasedDirectoriesMigrateAndVerify(t *testing.T) {
	if *write {
		writeReleased(t)
	}
	files, err := filepath.Glob(releasedDir + "/*.backup.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no released directories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".backup.gz"), func(t *testing.T) {
			ctx := t.Context()
			dir := t.TempDir()
			plain := filepath.Join(t.TempDir(), "plain")
			unpack(t, file, plain)
			if err := db.RestoreFile(ctx, Schemas, plain, dir); err != nil {
				t.Fatal(err)
			}
			a, err := Open(ctx, Config{Data: dir})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
			if err != nil || len(places) == 0 {
				t.Fatalf("%d communities: %v", len(places), err)
			}
			for _, p := range places {
				report, err := a.Flows.Verify(ctx, p.ID, flow.VerifyOptions{})
				if err != nil || !report.Whole() || report.Purchases == 0 {
					t.Errorf("%s: %d purchases, findings %v (%v)", p.Ref, report.Purchases, report.Findings, err)
				}
			}
		})
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, z); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeReleased lets a small neighbourhood live for a while and keeps its books.
func writeReleased(t *testing.T) {
	ctx := t.Context()
	held := clock.NewManual(dbtest.Epoch)
	a, err := Open(ctx, Config{Data: t.TempDir(), Create: true, Clock: held})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	n := sim.Grow(1, sim.Size{Communities: 2, Households: 12, Shops: 6})
	if _, err := sim.Run(ctx, town.New(a.DB, held), n, sim.Everything, 400); err != nil {
		t.Fatal(err)
	}
	if err := a.Derive(ctx); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := a.DB.Backup(ctx, Schemas, plain); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(releasedDir, Version+".backup.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
