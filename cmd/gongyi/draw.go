package main

import (
	"context"
	"fmt"
	"os"

	"gongyi/internal/witness"
)

type drawCmd struct {
	Verify drawVerifyCmd `cmd:"" help:"Hold a draw again from its file, with the public key of its log."`
}

type drawVerifyCmd struct {
	File   string `arg:"" help:"The draw's file, from its page." type:"existingfile"`
	Key    string `help:"Public key of the log, as 'gongyi keys' and notice boards show it; or a file that holds it." env:"GONGYI_KEY" placeholder:"KEY|FILE"`
	Ticket string `help:"Say what became of this ticket." placeholder:"NUMBER"`
	Words  string `help:"The words that its holder threw in." placeholder:"WORDS"`
}

// Run holds the draw again with nothing but the file and the key, by code that shares no
// line with the program that held it. It exits with 4 if something is wrong.
func (d *drawVerifyCmd) Run(ctx context.Context, c *cli) error {
	keys, err := logKeys(ctx, c, d.Key)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(d.File)
	if err != nil {
		return err
	}
	if err := witness.CheckDraw(os.Stdout, file, keys, witness.Entrant{Ticket: d.Ticket, Words: d.Words}); err != nil {
		fmt.Printf("NOT fair: %v\n", err)
		return exit(exitNotWhole)
	}
	fmt.Println("fair: anybody comes to the same winners")
	return nil
}
