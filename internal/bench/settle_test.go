package bench

import (
	"context"
	"os"
	"strconv"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

func TestQuick(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip()
	}
	ctx := context.Background()
	opt := db.Options{Dir: t.TempDir()}
	if d := os.Getenv("BENCHDIR"); d != "" {
		opt.Dir = d
	}
	if u := os.Getenv("BENCHURL"); u != "" {
		opt = db.Options{URL: u}
	}
	d, err := db.Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, flow.Schemas); err != nil {
		t.Fatal(err)
	}
	pre, _ := strconv.Atoi(os.Getenv("PRE"))
	r, err := Settle(ctx, d, Settings{Callers: 256, Communities: 1, Preload: pre, Seconds: 8, Keys: os.Getenv("KEYS")})
	t.Logf("%+v %v", r, err)
}
