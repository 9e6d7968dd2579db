package main

import (
	"context"
	"errors"
	"fmt"

	"gongyi/internal/platform/db"
)

type operatorCmd struct {
	Add  operatorAddCmd  `cmd:"" help:"Make the person with a phone number a platform operator."`
	Lost operatorLostCmd `cmd:"" name:"lost-passkeys" help:"Take all passkeys away from a person who has lost them, so that she can register one again."`
}

type operatorAddCmd struct {
	Phone string `help:"Her phone number: +8613800138000." required:""`
	Name  string `help:"Her name." required:""`
	Place string `help:"Only in this place and below it." placeholder:"REF"`
}

// Run appoints her here, or through the program that holds the directory. Nothing to
// sign in with is made: she signs in with a code that is sent to the number.
func (o *operatorAddCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.write(ctx)
	if errors.Is(err, db.ErrLocked) {
		var answer struct{ Person string }
		body := map[string]any{"phone": o.Phone, "name": o.Name}
		if o.Place != "" {
			body["place"] = o.Place
		}
		if err = c.ask(ctx, "/operators", body, &answer); err == nil {
			fmt.Println("operator", answer.Person)
		}
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	who, err := a.Flows.AppointOperator(ctx, db.System, o.Phone, o.Name, o.Place)
	if err == nil {
		fmt.Println("operator", who.ID)
	}
	return err
}

type operatorLostCmd struct {
	Phone string `help:"Her phone number." required:""`
}

// Run takes them away here, or through the program that holds the directory.
func (o *operatorLostCmd) Run(ctx context.Context, c *cli) (err error) {
	ended := struct{ Ended int }{}
	a, err := c.write(ctx)
	if errors.Is(err, db.ErrLocked) {
		err = c.ask(ctx, "/operators/passkey-loss", map[string]any{"phone": o.Phone}, &ended)
	} else if err == nil {
		defer func() { err = errors.Join(err, a.Close()) }()
		ended.Ended, err = a.Flows.EndPasskeys(ctx, db.System, o.Phone)
	}
	if err == nil {
		fmt.Println("ended", ended.Ended)
	}
	return err
}
