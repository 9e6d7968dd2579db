package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
)

type importCmd struct {
	Files  []string `arg:"" help:"CSV or XLSX files; what each holds is found by its header." type:"existingfile"`
	Report string   `help:"Write rejected rows to this CSV file." placeholder:"FILE"`
	JSON   bool     `help:"Print the outcome as JSON."`
	Zone   string   `help:"Time zone of times without an offset." default:"Asia/Shanghai"`
}

// shown is how many rejected rows are printed when no report is asked for.
const shown = 20

// Run takes the files over; it may be run again with the same ones.
func (m *importCmd) Run(ctx context.Context, c *cli) (err error) {
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return fmt.Errorf("--zone: %w", err)
	}
	tables, closeAll, err := m.open(zone)
	defer closeAll()
	if err != nil {
		return err
	}
	report, finish, err := m.report(ctx)
	if err != nil {
		return err
	}
	a, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	progress, done := bars(tables)
	run := &importing.Run{Flows: a.Flows, Actor: db.Actor{Kind: "import"}, Reject: report, Progress: progress}
	outcomes, err := run.Import(ctx, tables)
	done()
	if err := errors.Join(err, finish()); err != nil {
		return err
	}
	return m.print(outcomes)
}

// open looks at every file before anything is taken over.
func (m *importCmd) open(zone *time.Location) (tables []*importing.Table, closeAll func(), err error) {
	var files []io.Closer
	closeAll = func() {
		for _, f := range files {
			f.Close()
		}
	}
	for _, name := range m.Files {
		f, err := os.Open(name)
		if err != nil {
			return nil, closeAll, err
		}
		files = append(files, f)
		t, err := importing.Open(name, f, sheet.DefaultLimits, zone)
		if refused := fault.Of(err); refused != nil {
			return tables, closeAll, refused.With("file", filepath.Base(name))
		}
		if err != nil {
			return nil, closeAll, fmt.Errorf("%s: %w", name, err)
		}
		tables = append(tables, t)
	}
	return tables, closeAll, nil
}

// report is where rejected rows go: a file, or the first few to the terminal.
func (m *importCmd) report(ctx context.Context) (add func(importing.Rejection) error, finish func() error, err error) {
	if m.Report == "" {
		n := 0
		return func(j importing.Rejection) error {
			if n++; n <= shown {
				fmt.Fprintf(os.Stderr, "%s:%d: %s %s\n", j.File, j.Line, j.Code(), j.Reason(ctx))
			} else if n == shown+1 {
				fmt.Fprintln(os.Stderr, "… more; --report FILE lists all")
			}
			return nil
		}, func() error { return nil }, nil
	}
	f, err := os.Create(m.Report)
	if err != nil {
		return nil, nil, err
	}
	r := importing.NewReport(ctx, f)
	return r.Add, func() error { return errors.Join(r.Close(), f.Close()) }, nil
}

// bars draws a progress bar a file, if somebody is looking.
func bars(tables []*importing.Table) (progress func(*importing.Table), done func()) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(*importing.Table) {}, func() {}
	}
	p := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(48))
	all := make(map[*importing.Table]*mpb.Bar)
	for _, t := range tables {
		_, total := t.Progress()
		all[t] = p.AddBar(total, mpb.PrependDecorators(decor.Name(t.File+" ")), mpb.AppendDecorators(decor.Percentage()))
	}
	return func(t *importing.Table) {
			read, total := t.Progress()
			all[t].SetTotal(total, false)
			all[t].SetCurrent(read)
		}, func() {
			for _, b := range all {
				b.Abort(false)
			}
			p.Wait()
		}
}

func (m *importCmd) print(outcomes []importing.Outcome) error {
	rejected := 0
	for _, o := range outcomes {
		rejected += o.Rejected
	}
	if m.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"files": outcomes, "rejected": rejected}); err != nil {
			return err
		}
	} else {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "file\tkind\tadded\tknown\trejected\tblank")
		for _, o := range outcomes {
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\n", o.File, o.Kind, o.Added, o.Known, o.Rejected, o.Blank)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if rejected > 0 {
		return exit(exitRejected)
	}
	return nil
}
