package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/db"
)

type keysCmd struct {
	Logs   keysLogsCmd   `cmd:"" default:"1" help:"Print the public keys of the evidence logs."`
	List   keysListCmd   `cmd:"" help:"List the keys of programs."`
	New    keysNewCmd    `cmd:"" help:"Make a key for a program; it is printed this once."`
	Revoke keysRevokeCmd `cmd:"" help:"Revoke a key."`
	Renew  keysRenewCmd  `cmd:"" name:"new-generation" help:"Go on with an evidence log that lost signed entries, under a new name and key."`
}

type keysLogsCmd struct {
	Community string `help:"Only this community." placeholder:"REF"`
	JSON      bool   `help:"Print as JSON."`
}

// Run prints every generation's public key: what a receipt's holder must know.
func (k *keysLogsCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	places, err := communities(ctx, a, k.Community)
	if err != nil {
		return err
	}
	type log struct {
		Community  string `json:"community"`
		Generation int    `json:"generation"`
		Origin     string `json:"origin"`
		Verifier   string `json:"verifier"`
	}
	logs := []log{}
	for _, p := range places {
		err := a.DB.View(ctx, p.ID, func(r db.Reader) error {
			all, err := a.Flows.Ledger.Generations(ctx, r, p.ID)
			for _, g := range all {
				logs = append(logs, log{p.Ref, g.Number, g.Origin, g.Verifier})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if k.JSON {
		return json.NewEncoder(os.Stdout).Encode(logs)
	}
	if len(logs) == 0 {
		fmt.Fprintln(os.Stderr, "no log was signed yet: `gongyi serve` makes the keys")
	}
	for _, l := range logs {
		fmt.Printf("%s\t%s\n", l.Community, l.Verifier)
	}
	return nil
}

type keysListCmd struct{}

// Run lists keys, never their secrets.
func (keysListCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.look(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	keys, err := a.Flows.Keys.List(ctx)
	for _, k := range keys {
		state := "active"
		if k.Revoked {
			state = "revoked"
		}
		fmt.Printf("%s\t%s\t%s\t%v\t%s/%s\t%d/s\n", k.ID, state, k.Name, k.Scope.Rights, orAll(k.Scope.Community), orAll(k.Scope.Merchant), k.PerSecond)
	}
	return err
}

func orAll(s string) string {
	if s == "" {
		return "*"
	}
	return s
}

type keysNewCmd struct {
	Name      string   `arg:"" help:"Who will use it."`
	Can       []string `help:"What it may do: settle, refund, read, admin." default:"settle,read"`
	Community string   `help:"Only in this community." placeholder:"REF"`
	Merchant  string   `help:"Only for this shop." placeholder:"REF"`
	Rate      int      `help:"Calls a second, 0 for no limit." default:"50"`
}

// Run makes the key here, or through the program that holds the directory.
func (k *keysNewCmd) Run(ctx context.Context, c *cli) (err error) {
	rights := make([]apikey.Right, len(k.Can))
	for i, r := range k.Can {
		rights[i] = apikey.Right(r)
	}
	a, err := c.write(ctx)
	if errors.Is(err, db.ErrLocked) {
		var made struct{ Text string }
		err := c.ask(ctx, "/keys", map[string]any{"name": k.Name, "rights": rights, "community": k.Community, "merchant": k.Merchant, "per_second": k.Rate}, &made)
		if err == nil {
			fmt.Println(made.Text)
		}
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	var text string
	err = a.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		_, text, err = a.Flows.Keys.Make(ctx, tx, k.Name, apikey.Scope{Rights: rights, Community: k.Community, Merchant: k.Merchant}, k.Rate)
		return err
	})
	if err == nil {
		fmt.Println(text)
	}
	return err
}

type keysRevokeCmd struct {
	ID string `arg:"" help:"The key's id, as list prints it."`
}

// Run revokes the key here, or through the program that holds the directory.
func (k *keysRevokeCmd) Run(ctx context.Context, c *cli) (err error) {
	key, err := id.Parse(k.ID)
	if err != nil {
		return fmt.Errorf("%q is no key's id: %w", k.ID, err)
	}
	a, err := c.write(ctx)
	if errors.Is(err, db.ErrLocked) {
		return c.ask(ctx, "/keys/"+key.String()+"/revocation", map[string]any{}, nil)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return a.Flows.Keys.Revoke(ctx, tx, key) })
}

// ask calls the running program as its administrator.
func (c *cli) ask(ctx context.Context, path string, body, answer any) error {
	cfg := c.config()
	if cfg.State == "" {
		cfg.State = cfg.Data
	}
	key, err := os.ReadFile(cfg.AdminKeyFile())
	if err != nil {
		return err
	}
	holder := db.Holder(cfg.Data)
	at := strings.Index(holder, "http")
	if at < 0 {
		return fmt.Errorf("%s holds %s and serves nothing that could be asked", holder, cfg.Data)
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, holder[at:]+"/api/v1"+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s: %s", res.Status, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

type keysRenewCmd struct {
	Community string `arg:"" help:"The community's reference."`
}

// Run begins a new generation; the program must not be serving meanwhile.
func (k *keysRenewCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	p, err := a.Flows.Communities.ByRef(ctx, a.DB, k.Community)
	if err != nil {
		return err
	}
	_, verifier, err := a.Proof.NewGeneration(ctx, p.ID)
	if err == nil {
		fmt.Println(verifier)
	}
	return err
}
