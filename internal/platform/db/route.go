package db

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// Route tells where a community is written: "" if here, else the address of the
// instance that owns it, to which a request can be forwarded.
func (d *DB) Route(ctx context.Context, community id.ID) (address string, err error) {
	err = d.owns(ctx, community)
	if f := fault.Of(err); f != nil && errors.Is(err, ErrElsewhere) {
		address, _ = f.Details["address"].(string)
		if address != "" {
			return address, nil
		}
	}
	return "", err
}
