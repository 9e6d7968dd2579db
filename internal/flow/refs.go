package flow

import (
	"context"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// Refs are the references by which people know the owners of accounts.
type Refs struct {
	members   map[id.ID]string
	merchants map[id.ID]string
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

// ErrNoAccount refuses a name that is no account of the community.
var ErrNoAccount = fault.New(fault.NotFound, "account.not_found")

// AccountNamed finds an account by the name that Account prints, or by the one
// that stands in the evidence.
func (f *Flows) AccountNamed(ctx context.Context, r db.Reader, community id.ID, name, asset string) (ledger.Account, error) {
	owner, purpose, _ := strings.Cut(name, "/")
	kind, ref, named := strings.Cut(owner, ":")
	if named {
		if _, err := id.Parse(ref); err != nil {
			owner, err = f.ownerNamed(ctx, r, community, kind, ref)
			if err != nil {
				return ledger.Account{}, ErrNoAccount.On("account")
			}
		}
	}
	a, err := ledger.ParseAccount(owner+"/"+purpose, asset)
	if err != nil {
		return ledger.Account{}, ErrNoAccount.On("account")
	}
	return a, nil
}

func (f *Flows) ownerNamed(ctx context.Context, r db.Reader, community id.ID, kind, ref string) (string, error) {
	if kind == party.Merchant.String() {
		m, err := f.Merchants.Lookup(ctx, r, community, ref)
		if err != nil {
			return "", err
		}
		return party.Owner{Kind: party.Merchant, ID: m.ID}.String(), nil
	}
	m, err := f.Members.Lookup(ctx, r, community, ref)
	if err != nil {
		return "", err
	}
	return party.Owner{Kind: party.Member, ID: m.ID}.String(), nil
}
