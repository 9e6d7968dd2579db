package main

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongyi/internal/demo/demodata"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
)

// TestScripts runs the command line as people type it: testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Condition: func(cond string) (bool, error) { return cond == "short" && testing.Short(), nil },
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"journey": journey, "exits": exits, "serve": serve, "term": term, "http": call, "totals": totals, "isjson": isJSON,
			"gbk": gbk, "xlsx": toWorkbook, "newer": newer, "keyid": keyID, "eventually": eventually, "replace": replace,
		},
	})
}

// journey [N] writes the demo's members, merchants and first N purchases.
func journey(ts *testscript.TestScript, _ bool, args []string) {
	most := -1
	if len(args) > 0 {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		most = n
	}
	for _, name := range demodata.Names {
		text, err := demodata.Read(name)
		ts.Check(err)
		b, err := io.ReadAll(text)
		ts.Check(err)
		if strings.HasPrefix(name, "purchases") && most >= 0 {
			b = []byte(strings.Join(strings.SplitAfterN(string(b), "\n", most+2)[:most+1], ""))
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), b, 0o644))
	}
}

// exits CODE gongyi … runs the program and compares its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit %d, want %d", code, want)
	}
}

// eventually gongyi … runs a command again until it succeeds: what it asks for
// comes with the next publication, or the next time a lease runs out.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	var err error
	for range 200 {
		if err = ts.Exec(args[0], args[1:]...); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("never: %v", err)
}

// serve VAR … starts the program and puts its address into VAR.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	env := environment()
	for _, name := range []string{"GONGYI_DATA", "GONGYI_ADDR"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	s, err := startServer(ts.MkAbs("."), env, args[1:]...)
	ts.Check(err)
	ts.Setenv(args[0], s.url)
	ts.Setenv(args[0]+"_ADDR", strings.TrimPrefix(s.url, "http://"))
	running.Store(s.url, s)
	ts.Defer(s.kill)
}

// running are the servers by address; scripts run at the same time.
var running sync.Map

// term ADDRESS ends a server politely; it must end well.
func term(ts *testscript.TestScript, _ bool, args []string) {
	s, ok := running.Load(args[0])
	if !ok {
		ts.Fatalf("nothing serves at %s", args[0])
	}
	ts.Check(s.(*server).stop())
}

// http STATUS METHOD URL [KEYFILE [BODY]] calls a server; "now" in the body is now.
func call(ts *testscript.TestScript, _ bool, args []string) {
	var body io.Reader
	if len(args) > 4 {
		body = strings.NewReader(strings.ReplaceAll(args[4], `"now"`, clock.System{}.Now().Format(`"2006-01-02T15:04:05Z"`)))
	}
	req, err := http.NewRequest(args[1], args[2], body)
	ts.Check(err)
	if len(args) > 3 {
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(ts.ReadFile(args[3])))
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	_, err = io.Copy(ts.Stdout(), res.Body)
	ts.Check(err)
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("%s %s: %s", args[1], args[2], res.Status)
	}
}

// totals LINE… adds up the balances that `books --format csv` has printed, by
// account with owners left out, and compares those that are named.
func totals(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile("stdout"))).ReadAll()
	ts.Check(err)
	sums := make(map[string]money.Amount)
	for _, r := range rows[1:] {
		asset, _ := money.ParseAsset(r[2])
		v, err := money.Parse(r[3], asset)
		ts.Check(err)
		owner, purpose, _ := strings.Cut(r[1], "/")
		kind, _, _ := strings.Cut(owner, ":")
		sums[kind+"/"+purpose+" "+r[2]] += v
	}
	for i := 0; i+1 < len(args); i += 2 {
		name, code, _ := strings.Cut(args[i], " ")
		asset, _ := money.ParseAsset(code)
		if got := sums[name+" "+code].Decimal(asset); got != args[i+1] {
			ts.Fatalf("%s: %s, want %s", args[i], got, args[i+1])
		}
	}
}

// isjson fails unless the last output is JSON and nothing else.
func isJSON(ts *testscript.TestScript, _ bool, _ []string) {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var v any
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("is no JSON: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		ts.Fatalf("something stands after the JSON")
	}
}

// gbk FILE writes a file anew as Windows in China does.
func gbk(ts *testscript.TestScript, _ bool, args []string) {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// xlsx FILE.csv FILE.xlsx makes a workbook of a table.
func toWorkbook(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	for i, row := range rows {
		cells := make([]any, len(row))
		for j := range row {
			cells[j] = row[j]
		}
		ts.Check(book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &cells))
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[1])))
}

// newer FILE says in a database that a later program has migrated it.
func newer(ts *testscript.TestScript, _ bool, args []string) {
	d, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0]))
	ts.Check(err)
	defer d.Close()
	_, err = d.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	ts.Check(err)
}

// keyid VAR FILE puts the id of the key in a file into VAR.
func keyID(ts *testscript.TestScript, _ bool, args []string) {
	number, _, _ := strings.Cut(strings.TrimPrefix(ts.ReadFile(args[1]), "gy_"), "_")
	ts.Setenv(args[0], number)
}

// replace FILE OLD NEW TO writes a file with one text changed, which must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s holds no %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}
