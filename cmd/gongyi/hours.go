package main

import (
	"context"
	"fmt"
	"os"

	"gongyi/internal/witness"
)

type hoursCmd struct {
	Verify hoursVerifyCmd `cmd:"" help:"Check a certificate of hours from its file, with the public key of its log."`
}

type hoursVerifyCmd struct {
	File string `arg:"" help:"The certificate's file, from the page that its code leads to." type:"existingfile"`
	Key  string `help:"Public key of the log, as 'gongyi keys' and notice boards show it; or a file that holds it." env:"GONGYI_KEY" placeholder:"KEY|FILE"`
}

// Run checks the certificate with nothing but the file and the key, by code that shares no
// line with the program that gave it. It exits with 4 if something is wrong.
func (h *hoursVerifyCmd) Run(ctx context.Context, c *cli) error {
	keys, err := logKeys(ctx, c, h.Key)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(h.File)
	if err != nil {
		return err
	}
	if err := witness.CheckHours(os.Stdout, file, keys); err != nil {
		fmt.Printf("NOT genuine: %v\n", err)
		return exit(exitNotWhole)
	}
	fmt.Println("genuine: the community gave this certificate; whether it still counts is on its page")
	return nil
}
