package flow

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// ErrNoReceipt refuses a token that opens nothing. It is the same for a wrong
// token and for one that was right once: nobody can try tokens out.
var ErrNoReceipt = fault.New(fault.NotFound, "receipt.not_found")

// Receipt is a settled purchase with all that became of it.
type Receipt struct {
	Community id.ID
	Entry     *ledger.Entry
	Seal      [32]byte
	Facts     settlement.Facts
	Policy    policy.Version
	Refunds   []RefundReceipt
	Shops     map[id.ID]string // names of the shops that stand on it
	ShopRef   string           // reference of the selling shop
	Token     string           // opens it
}

// ShopName is the name of a shop on the receipt, "" for anybody else.
func (r *Receipt) ShopName(o party.Owner) string { return r.Shops[o.ID] }

// Moved is what each rule moved, by number.
func (r *Receipt) Moved() (moved [settlement.Rules]money.Amount) {
	for _, l := range settlement.Explain(&r.Policy.Params, &r.Facts, r.Entry.Legs) {
		moved[l.Rule.Number] = l.Amount
	}
	return moved
}

// RefundReceipt is one refund of a purchase.
type RefundReceipt struct {
	Entry *ledger.Entry
	Seal  [32]byte
	Facts settlement.RefundFacts
}

// Token is the text that opens a receipt: where it is, and 128 bits that only
// its holder knows.
func Token(community id.ID, seq int64, capability [16]byte) string {
	b := make([]byte, 0, 40)
	b = append(b, community[:]...)
	b = binary.AppendUvarint(b, uint64(seq))
	return base64.RawURLEncoding.EncodeToString(append(b, capability[:]...))
}

// parseToken tells where the receipt is that a token may open.
func parseToken(token string) (community id.ID, seq int64, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < 33 || len(b) > 42 {
		return community, 0, false
	}
	n, used := binary.Uvarint(b[16 : len(b)-16])
	if used != len(b)-32 || n > 1<<62 {
		return community, 0, false
	}
	return id.ID(b[:16]), int64(n), true
}

// OpenReceipt reads the receipt that a token opens.
func (f *Flows) OpenReceipt(ctx context.Context, token string) (*Receipt, error) {
	community, seq, ok := parseToken(token)
	if !ok {
		return nil, ErrNoReceipt
	}
	r, err := f.Receipt(ctx, community, seq)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil, ErrNoReceipt
		}
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(r.Token)) != 1 {
		return nil, ErrNoReceipt // nor does another way to write the number open it
	}
	return r, nil
}

// ReceiptOf reads the receipt of a purchase by its reference.
func (f *Flows) ReceiptOf(ctx context.Context, community id.ID, ref string) (*Receipt, error) {
	var seq int64
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		seq, err = f.Ledger.Numbered(ctx, r, community, ref)
		return err
	})
	if errors.Is(err, ledger.ErrNoEntry) {
		return nil, ErrNoReceipt
	}
	if err != nil {
		return nil, err
	}
	return f.Receipt(ctx, community, seq)
}

// Receipt reads the receipt of a purchase by its entry, or of the purchase that
// the entry refunds.
func (f *Flows) Receipt(ctx context.Context, community id.ID, seq int64) (r *Receipt, err error) {
	err = f.DB.View(ctx, community, func(reader db.Reader) error {
		r, err = f.readReceipt(ctx, reader, community, seq)
		return err
	})
	return r, err
}

func (f *Flows) readReceipt(ctx context.Context, reader db.Reader, community id.ID, seq int64) (*Receipt, error) {
	sealed, err := f.sealed(ctx, reader, community, seq)
	if err != nil {
		return nil, err
	}
	if sealed.Entry.Kind == ledger.Refund {
		of, err := settlement.DecodeRefund(sealed.Entry.Facts)
		if err != nil {
			return nil, err
		}
		return f.readReceipt(ctx, reader, community, of.Entry)
	}
	if sealed.Entry.Kind != ledger.Purchase || sealed.Gone {
		return nil, ErrNoReceipt
	}
	r := &Receipt{Community: community, Entry: sealed.Entry, Seal: sealed.Seal, Shops: make(map[id.ID]string)}
	r.Token = Token(community, seq, ledger.Capability(sealed.Key))
	if err := settlement.DecodeFacts(sealed.Entry.Facts, &r.Facts); err != nil {
		return nil, err
	}
	versions, err := f.Policies.List(ctx, reader, community)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(versions, func(v policy.Version) bool { return v.Number == r.Facts.Policy })
	if at < 0 {
		return nil, policy.ErrNone
	}
	r.Policy = versions[at]
	if err := f.readRefunds(ctx, reader, r); err != nil {
		return nil, err
	}
	return r, f.nameShops(ctx, reader, r)
}

func (f *Flows) sealed(ctx context.Context, reader db.Reader, community id.ID, seq int64) (ledger.Sealed, error) {
	e, err := f.Ledger.Entry(ctx, reader, community, seq)
	if err != nil {
		return ledger.Sealed{}, err
	}
	return f.Ledger.Unseal(ctx, reader, e)
}

func (f *Flows) readRefunds(ctx context.Context, reader db.Reader, r *Receipt) error {
	refunds, err := f.Settlement.Refunds(ctx, reader, r.Community, r.Entry.Seq)
	if err != nil {
		return err
	}
	for _, of := range refunds {
		sealed, err := f.sealed(ctx, reader, r.Community, of.Seq)
		if err != nil {
			return err
		}
		facts, err := settlement.DecodeRefund(sealed.Entry.Facts)
		if err != nil {
			return err
		}
		r.Refunds = append(r.Refunds, RefundReceipt{sealed.Entry, sealed.Seal, facts})
	}
	return nil
}

// nameShops collects the names of the shops on a receipt; it names no person.
func (f *Flows) nameShops(ctx context.Context, reader db.Reader, r *Receipt) error {
	ids := []id.ID{r.Facts.Merchant.ID}
	if !r.Facts.Claim.Merchant.IsZero() {
		ids = append(ids, r.Facts.Claim.Merchant)
	}
	for _, v := range r.Facts.Vouchers {
		ids = append(ids, v.Sharers...)
	}
	for _, shop := range ids {
		if _, known := r.Shops[shop]; known {
			continue
		}
		m, err := f.Merchants.ByID(ctx, reader, r.Community, shop)
		if err != nil {
			return err
		}
		if shop == r.Facts.Merchant.ID {
			r.ShopRef = m.Ref
		}
		r.Shops[shop] = m.Name
		if m.Name == "" {
			r.Shops[shop] = m.Ref
		}
	}
	return nil
}

// ReceiptForPerson makes the token that opens a receipt for the person whose purchase
// it is; for anybody else there is none.
func (f *Flows) ReceiptForPerson(ctx context.Context, who, community id.ID, seq int64) (string, error) {
	r, err := f.Receipt(ctx, community, seq)
	if err != nil || r.Facts.Buyer.ID.IsZero() {
		return "", errors.Join(ErrNoReceipt, err)
	}
	var refs []string
	err = f.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		known, err := f.People.Memberships(ctx, rd, who)
		for _, m := range known {
			refs = append(refs, m.Ref)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	token := ""
	err = f.DB.View(ctx, community, func(rd db.Reader) error {
		for _, ref := range refs {
			m, err := f.Members.Lookup(ctx, rd, community, ref)
			if errors.Is(err, member.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if m.ID == r.Facts.Buyer.ID {
				token = r.Token
			}
		}
		return nil
	})
	if err == nil && token == "" {
		err = ErrNoReceipt
	}
	return token, err
}
