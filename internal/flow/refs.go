package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// Refs are the references by which people know the owners of accounts.
type Refs struct {
	members   map[id.ID]string
	merchants map[id.ID]string
	places    map[id.ID]string
}

// Refs reads the references of a community: for books that are printed inside,
// never for the public.
func (f *Flows) Refs(ctx context.Context, r db.Reader, community id.ID) (*Refs, error) {
	members, err := f.Members.Refs(ctx, r, community)
	if err != nil {
		return nil, err
	}
	shops, err := f.Merchants.List(ctx, r, community)
	if err != nil {
		return nil, err
	}
	refs := &Refs{members: members, merchants: make(map[id.ID]string)}
	for _, m := range shops {
		refs.merchants[m.ID] = m.Ref
	}
	return refs, nil
}

// Account is an account's name as settlement.md writes it, with the imported
// reference in place of the id: "merchant:M1-bakery/payable".
func (r *Refs) Account(a ledger.Account) string {
	ref := ""
	switch a.Owner.Kind {
	case party.Member:
		ref = r.members[a.Owner.ID]
	case party.Merchant:
		ref = r.merchants[a.Owner.ID]
	}
	if ref == "" {
		return a.String()
	}
	return a.Owner.Kind.String() + ":" + ref + "/" + a.Pattern().Name
}
