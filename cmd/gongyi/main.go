// Command gongyi is the operating system of a mutual-benefit neighbourhood: one
// program that keeps a community's books, proves them and shows them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"gongyi/internal/app"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
)

// cli is the whole command line. Every flag can also stand in the environment as
// GONGYI_…; a flag counts more.
type cli struct {
	Data         string `help:"Data directory of the embedded database." env:"GONGYI_DATA" placeholder:"DIR"`
	DatabaseURL  string `help:"PostgreSQL database instead: postgres://…" env:"GONGYI_DATABASE_URL" name:"database-url" placeholder:"URL"`
	State        string `help:"Where keys and published tiles lie (default: the data directory)." env:"GONGYI_STATE" placeholder:"DIR"`
	Installation string `help:"Name of this installation in its evidence logs." env:"GONGYI_INSTALLATION" default:"localhost"`
	Lang         string `help:"Language of messages: zh or en." env:"GONGYI_LANG" placeholder:"zh|en"`
	LogLevel     string `help:"What is logged to standard error." enum:"debug,info,warn,error" default:"warn" env:"GONGYI_LOG_LEVEL"`

	Serve    serveCmd    `cmd:"" help:"Serve the web and the API."`
	Demo     demoCmd     `cmd:"" help:"Serve a neighbourhood that lives, to look around in."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	Import   importCmd   `cmd:"" help:"Take over members, merchants and purchases from CSV or XLSX."`
	Map      mapCmd      `cmd:"" help:"The base map under the community map: import an extract, say what is there."`
	Books    booksCmd    `cmd:"" help:"Print every account and what it holds."`
	Receipt  receiptCmd  `cmd:"" help:"Print a receipt file, or verify one offline."`
	Draw     drawCmd     `cmd:"" help:"Check offline how a draw was held."`
	Hours    hoursCmd    `cmd:"" help:"Check offline a certificate of hours."`
	Verify   verifyCmd   `cmd:"" help:"Check that the books are whole."`
	Backup   backupCmd   `cmd:"" help:"Write a backup while the program runs."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup into an empty place."`
	Keys     keysCmd     `cmd:"" help:"Public keys of the logs; keys of programs."`
	Operator operatorCmd `cmd:"" help:"The people who may appoint others."`
	Bench    benchCmd    `cmd:"" help:"Measure how fast purchases settle."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// Exit codes: what a script can tell apart.
const (
	exitFailed   = 1 // it did not work
	exitUsage    = 2 // the command line is wrong
	exitRejected = 3 // it worked, but some rows were rejected
	exitNotWhole = 4 // verify: the books are not whole; receipt verify: not genuine; draw verify: not fair
)

// exit carries an exit code out of a command that has said everything itself.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() { os.Exit(run()) }

func run() int {
	var c cli
	parser := kong.Must(&c, kong.Name("gongyi"), kong.Description("Gongyi 共益: the open books of a mutual-benefit neighbourhood."),
		kong.ShortUsageOnError(), kong.Exit(leave), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	cmd, err := parser.Parse(os.Args[1:])
	if err != nil {
		parser.Stdout = os.Stderr // nobody asked for the usage; it is no output
		parser.FatalIfErrorf(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx = i18n.With(ctx, c.language())
	cmd.BindTo(ctx, (*context.Context)(nil))
	err = cmd.Run(&c)
	var code exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, "gongyi: "+explain(ctx, err))
	return exitFailed
}

// leave ends the program; kong's own code for a wrong command line is ours.
func leave(code int) {
	if code != 0 {
		code = exitUsage
	}
	os.Exit(code)
}

// language is the one asked for, else the one of the environment.
func (c *cli) language() i18n.Lang {
	for _, s := range []string{c.Lang, os.Getenv("LC_ALL"), os.Getenv("LANG")} {
		if len(s) >= 2 {
			if l, ok := i18n.Parse(s[:2]); ok {
				return l
			}
		}
	}
	return i18n.Negotiate("en")
}

// explain is an error for the person at the terminal: a refusal in words, with
// its code and details for whoever helps her.
func explain(ctx context.Context, err error) string {
	f := fault.Of(err)
	if f == nil {
		return err.Error()
	}
	if sentence, ok := i18n.Refusal(ctx, f); ok {
		return sentence + " (" + err.Error() + ")"
	}
	return err.Error()
}

func (c *cli) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong has checked it
	return slog.New(httpkit.Logs(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
}

// config is where the program's things are, from the common flags.
func (c *cli) config() app.Config {
	return app.Config{Data: c.Data, DatabaseURL: c.DatabaseURL, State: c.State, Installation: c.Installation, Log: c.logger()}
}

// look opens the program for a command that only reads, also beside a server.
func (c *cli) look(ctx context.Context) (*app.App, error) {
	cfg := c.config()
	cfg.ReadOnly = true
	return app.Open(ctx, cfg)
}

// write opens the program for a command that writes; an empty place is filled.
func (c *cli) write(ctx context.Context) (*app.App, error) {
	cfg := c.config()
	cfg.Create = true
	if cfg.DatabaseURL == "" {
		cfg.Budget = time.Second // it is alone with the directory: nobody at a till waits behind it
	}
	return app.Open(ctx, cfg)
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(*cli) error {
	fmt.Println("gongyi", app.Version)
	return nil
}
