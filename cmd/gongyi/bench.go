package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/bench"
)

type benchCmd struct {
	Settle    benchSettleCmd    `cmd:"" help:"Settlements inside the program."`
	HTTP      benchHTTPCmd      `cmd:"" name:"http" help:"Settlements over HTTP, one purchase a request; the server is a process of its own."`
	Bulk      benchBulkCmd      `cmd:"" help:"Settlements over HTTP, many purchases a request."`
	Web       benchWebCmd       `cmd:"" name:"web" help:"Pages of the demo, with people who browse it."`
	Trade     benchTradeCmd     `cmd:"" help:"A year of purchases by month: deriving, a quarter of all shops, the pages of bills and customers."`
	Read      benchReadCmd      `cmd:"" help:"A past balance and a statement page of the hottest account."`
	Redeem    benchRedeemCmd    `cmd:"" help:"A rush on one good of the catalogue: many ask, few get it."`
	Reconcile benchReconcileCmd `cmd:"" help:"A provider's bill of a day against the books."`
	Claim     benchClaimCmd     `cmd:"" help:"A rush for the vouchers of a series: many claim, few get one."`
	Till      benchTillCmd      `cmd:"" help:"Purchases with a voucher and entitlement, paid through a provider."`
	Seats     benchSeatsCmd     `cmd:"" help:"The search for shops that compete with a place."`
	Dispatch  benchDispatchCmd  `cmd:"" help:"Neighbours asked for help on a made-up street: walking and waiting under each way to choose."`
}

type benchWebCmd struct {
	Visitors  int           `help:"How many browse at a time." default:"500"`
	Residents int           `help:"How many members there are; the demo has 2,377." default:"0"`
	Think     time.Duration `help:"How long they think between two pages, on average." default:"5s"`
	Writes    int           `help:"Of a hundred requests, how many change something." default:"10"`
	Seconds   int           `help:"How long to measure." default:"60"`
	JSON      bool          `help:"Print the result as JSON."`
}

// Run measures the demo, a process of its own, with people who browse it.
func (b *benchWebCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r, err := bench.Web(ctx, self, cfg, bench.WebSettings{Visitors: b.Visitors, Residents: b.Residents, Think: b.Think, Writes: b.Writes, Seconds: b.Seconds})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}

type benchFlags struct {
	Callers     int    `help:"How many call at a time." default:"256"`
	Communities int    `help:"Over how many communities they are spread." default:"1"`
	Preload     int    `help:"How many purchases exist before." default:"0"`
	Seconds     int    `help:"How long to measure." default:"10"`
	Keys        string `help:"Idempotency keys: time-ordered or random." enum:"ordered,random" default:"ordered"`
	JSON        bool   `help:"Print the result as JSON."`
}

func (f *benchFlags) settings() bench.Settings {
	return bench.Settings{Callers: f.Callers, Communities: f.Communities, Preload: f.Preload, Seconds: f.Seconds, Keys: f.Keys}
}

func (f *benchFlags) print(r bench.Result) error {
	if f.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}

// place is where a benchmark's books lie: where the flags say, else in a
// temporary directory that is removed.
func (c *cli) place() (cfg app.Config, clean func() error, err error) {
	cfg = c.config()
	cfg.Create = true
	if cfg.State == "" {
		cfg.State = cfg.Data
	}
	if cfg.Data != "" || cfg.DatabaseURL != "" && cfg.State != "" {
		return cfg, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "gongyi-bench-")
	if err != nil {
		return cfg, nil, err
	}
	if cfg.DatabaseURL == "" {
		cfg.Data = dir
	}
	cfg.State = dir
	return cfg, func() error { return os.RemoveAll(dir) }, nil
}

type benchSettleCmd struct{ benchFlags }

// Run measures inside this process.
func (b *benchSettleCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.InProcess(ctx, cfg, b.settings())
	if err != nil {
		return err
	}
	return b.print(r)
}

type benchHTTPCmd struct{ benchFlags }

// Run measures a server process from this one.
func (b *benchHTTPCmd) Run(ctx context.Context, c *cli) error {
	return overHTTP(ctx, c, &b.benchFlags, 1)
}

type benchBulkCmd struct {
	benchFlags
	Batch int `help:"Purchases a request." default:"500"`
}

// Run measures a server process from this one.
func (b *benchBulkCmd) Run(ctx context.Context, c *cli) error {
	if b.Callers == 256 {
		b.Callers = 8 // whole batches keep the writer busy
	}
	return overHTTP(ctx, c, &b.benchFlags, b.Batch)
}

func overHTTP(ctx context.Context, c *cli, f *benchFlags, batch int) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s := f.settings()
	s.Batch = batch
	r, err := bench.OverHTTP(ctx, self, cfg, s)
	if err != nil {
		return err
	}
	return f.print(r)
}

type benchReadCmd struct {
	Preload int  `help:"How many purchases exist before." default:"1000000"`
	JSON    bool `help:"Print the result as JSON."`
}

// Run measures reads of the hottest account.
func (b *benchReadCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Read(ctx, cfg, b.Preload)
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("entries %d  balance as of a past moment p50 %.2f ms p99 %.2f ms  statement page p50 %.2f ms p99 %.2f ms\n",
		r.Existing, r.AsOfP50, r.AsOfP99, r.PageP50, r.PageP99)
	return nil
}

type benchTradeCmd struct {
	Purchases int  `help:"How many purchases of a made-up year are settled first." default:"1000000"`
	Shops     int  `help:"In how many shops." default:"2000"`
	Members   int  `help:"By how many members." default:"20000"`
	Looks     int  `help:"How many pages of each kind are opened." default:"200"`
	JSON      bool `help:"Print the result as JSON."`
}

// Run measures inside this process.
func (b *benchTradeCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Trade(ctx, cfg, bench.TradeSettings{Purchases: b.Purchases, Shops: b.Shops, Members: b.Members, Looks: b.Looks})
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}

type benchSeatsCmd struct {
	Shops       int  `help:"How many shops there are." default:"100000"`
	Communities int  `help:"Over how many communities of one street they are strewn." default:"20"`
	JSON        bool `help:"Print the result as JSON."`
}

// Run measures inside this process.
func (b *benchSeatsCmd) Run(ctx context.Context, c *cli) (err error) {
	cfg, clean, err := c.place()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, clean()) }()
	r, err := bench.Seats(ctx, cfg, b.Shops, b.Communities)
	if err != nil {
		return err
	}
	if b.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	return r.Table(os.Stdout)
}
